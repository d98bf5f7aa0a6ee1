"""Which files of the bot a stretch of a story enters, in the order in which each is entered first."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
_ROOMS = tuple(f"{ROOT / room}/" for room in ("bot", "cogs"))


@contextmanager
def entered() -> Iterator[list[str]]:
    """The files, as paths from the top of the repository; filled while the block runs, threads included."""
    seen: dict[str, None] = {}
    files: list[str] = []

    def look(frame: FrameType, event: str, _: Any) -> None:
        name = frame.f_code.co_filename
        if event == "call" and name not in seen:
            seen[name] = None
            if name.startswith(_ROOMS):
                files.append(Path(name).relative_to(ROOT).as_posix())

    before = sys.getprofile()
    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield files
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
