"""The console: every one can be written to, whatever letters it has; and what was typed there is not repeated."""

import argparse
import io
import re
import sys
from typing import NoReturn


def write_anything() -> None:
    r"""Write what the console has no letter for as Python would, such as \u2192, rather than end with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


_TYPED = re.compile(
    r"((?:unrecognized arguments|invalid choice|invalid \S+ value|ambiguous option|ignored explicit argument)\b)"
    r".*?( \(choose from .*\))?$",
    re.DOTALL,
)
"""What the parser says of a word, the word, and what there is instead."""


class QuietParser(argparse.ArgumentParser):
    """Says what is wrong without the words that were typed: an address of a database has a password in it."""

    def error(self, message: str) -> NoReturn:
        """End with the usage, and what is wrong with it."""
        super().error(_TYPED.sub(r"\1\2", message))
