"""The files of the project that a test looks through."""

from pathlib import Path


def files(folder: Path, pattern: str = "*.py", *, below: bool = True) -> list[Path]:
    """Those in `folder`, and in the folders `below` it.

    Raises AssertionError when there are none: the test would look at nothing.
    """
    found = sorted(folder.rglob(pattern) if below else folder.glob(pattern))
    assert found, f"nothing in {folder} is called {pattern}: has it moved?"
    return found
