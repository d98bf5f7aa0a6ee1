"""The program as a process of its own, as a person in front of a terminal starts it."""

import base64
import os
import subprocess
import sys
from pathlib import Path

from tests.support import warm_process

ROOT = Path(__file__).parents[2]
TOKEN = base64.b64encode(b"1234567890").decode().rstrip("=") + ".abc.def"


def clean_environment() -> dict[str, str]:
    """What a command needs from this machine, and none of its settings."""
    kept = {"PATH", "HOME", "SYSTEMROOT", "TMPDIR"}
    return {key: value for key, value in os.environ.items() if key in kept} | {"PYTHONPATH": str(ROOT)}


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, with only the settings given."""
    if warm_process.CAN_FORK and not any(name.startswith("PYTHON") for name in environment):
        return warm_process.run(folder, words, clean_environment() | environment)
    return python(folder, "-m", "bot", *words, **environment)


def python(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same for whatever Python is told to do."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *words],
        cwd=folder,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING"),
        timeout=60,
        check=False,
    )
