"""The console: every one can be written to, whatever letters it has."""

import io
import sys


def write_anything() -> None:
    r"""Write what the console has no letter for as Python would, such as \u2192, rather than end with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
