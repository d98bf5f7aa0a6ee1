"""The ways in which a disk, or somebody at it, goes wrong, each with what puts it right.

SQLite's locks belong to a process, and one that opens and closes the file behind SQLite's back loses them. So the
file is opened in processes of its own, never in that of the bot.
"""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bot.storage.errors import StorageProblem

FILE = "rapport.sqlite3"
BACKUP = "backup.sqlite3"
SMALL = 8 * 1024 * 1024
"""Bytes on the small disk: room for the tables, a backup, and a write-ahead log."""

Way = Callable[[Path], AbstractContextManager[None]]
"""Goes wrong in a folder when entered, is put right when left."""

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.read()
connection.rollback()
"""
_BACK_UP = """
import sqlite3, sys
source, target = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
source.backup(target)
target.execute("PRAGMA journal_mode = DELETE")
"""
# Another program has written, so that no connection of the bot's may trust what it remembers of the file.
_STIR = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("INSERT OR REPLACE INTO facts VALUES ('another program', 'was here')")
connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
connection.execute("INSERT OR REPLACE INTO facts VALUES ('another program', 'is here')")
connection.close()
"""
_GARBAGE = (
    _STIR
    + """
with open(sys.argv[1], "r+b") as file:
    size = file.seek(0, 2)
    file.seek(0)
    file.write(b"this is no database " * (size // 20))
"""
)
_CUT = (
    _STIR
    + """
with open(sys.argv[1], "r+b") as file:
    file.truncate(int(file.seek(0, 2) * float(sys.argv[2])))
"""
)
_FILL = """
import contextlib, sys
with open(sys.argv[1], "wb", 0) as file, contextlib.suppress(OSError):
    while file.write(bytes(1024)):
        pass
"""
_FOREIGN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("CREATE TABLE recipes (cake TEXT)")
connection.commit()
"""


def elsewhere(code: str, *words: object) -> None:
    """Run `code` in a process of its own."""
    subprocess.run([sys.executable, "-c", code, *map(str, words)], check=True)  # noqa: S603 - our own code


def back_up(folder: Path) -> None:
    """Copy the database as an operator would."""
    elsewhere(_BACK_UP, folder / FILE, folder / BACKUP)


@contextmanager
def held(folder: Path, how: str) -> Iterator[None]:
    """Another program is in a transaction."""
    words = [sys.executable, "-c", _HOLD, str(folder / FILE), how]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:  # noqa: S603 - our own code
        if holder.stdout is not None:
            holder.stdout.readline()
        yield
        holder.communicate()


@contextmanager
def quota(folder: Path) -> Iterator[None]:
    """No file may grow any more. Works for every user, other than a small disk."""
    size = max(path.stat().st_size for path in folder.iterdir() if path.suffix == ".sqlite3-wal")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Something else takes the last byte of the disk."""
    filler = folder / "filler"
    elsewhere(_FILL, filler)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk at `folder`; False where this user may not."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None or os.geteuid() != 0:
        yield False
        return
    words = [mount, "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)]
    mounted = subprocess.run(words, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own words
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run([umount, str(folder)], check=True)  # noqa: S603 - our own words


@contextmanager
def garbled(folder: Path, *, moves: bool) -> Iterator[None]:
    """The file is overwritten with garbage; then a backup is put back."""
    elsewhere(_GARBAGE, folder / FILE)
    yield
    _restore(folder, moves=moves)


@contextmanager
def cut(folder: Path, left: float, *, moves: bool) -> Iterator[None]:
    """The file is cut to a share of its size; then a backup is put back."""
    elsewhere(_CUT, folder / FILE, left)
    yield
    _restore(folder, moves=moves)


@contextmanager
def swapped(folder: Path, *, foreign: bool, moves: bool) -> Iterator[None]:
    """Another file is moved over it; then a backup is put back."""
    other = folder / "other"
    if foreign:
        elsewhere(_FOREIGN, other)
    else:
        other.write_bytes(b"this is no database " * 5000)
    other.replace(folder / FILE)
    yield
    _restore(folder, moves=moves)


@contextmanager
def deleted(folder: Path, *, moves: bool) -> Iterator[None]:
    """The file is deleted, and the two beside it; then a backup is put back."""
    for path in folder.glob(f"{FILE}*"):
        path.unlink()
    yield
    _restore(folder, moves=moves)


@contextmanager
def set_aside(folder: Path) -> Iterator[None]:
    """The file is moved away, and after a while back: nothing of it may be missing."""
    (folder / FILE).rename(folder / "aside")
    yield
    (folder / "aside").rename(folder / FILE)


@contextmanager
def set_back(folder: Path) -> Iterator[None]:
    """A backup is moved over the file while the bot is at work, its log beside it."""
    elsewhere(_STIR, folder / FILE)
    _restore(folder, moves=True)
    yield


def _restore(folder: Path, *, moves: bool) -> None:
    """Put the backup back, by moving a copy into place or by writing over what is there."""
    target = folder / ("restored" if moves else FILE)
    elsewhere("import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])", folder / BACKUP, target)
    if moves:
        target.replace(folder / FILE)


WRITES = "another program writes"

PASSING: dict[str, tuple[Way, StorageProblem]] = {
    WRITES: (lambda folder: held(folder, "IMMEDIATE"), StorageProblem.BUSY),
    "another program keeps all others out": (lambda folder: held(folder, "EXCLUSIVE"), StorageProblem.BUSY),
    "no file may grow": (quota, StorageProblem.FULL),
}
"""What passes by itself: everything that was saved is there afterwards."""

SMALL_DISK: dict[str, tuple[Way, StorageProblem]] = {"the disk is full": (full, StorageProblem.FULL)}
"""The same, on a disk of its own."""


def lasting(*, moves: bool) -> dict[str, tuple[Way, StorageProblem]]:
    """What lasts until the file is put right, by moving a backup into place or by writing over what is there."""
    return {
        "garbage is written into the file": (lambda f: garbled(f, moves=moves), StorageProblem.DAMAGED),
        "the file is cut off in the middle": (lambda f: cut(f, 0.5, moves=moves), StorageProblem.DAMAGED),
        "the file is emptied": (lambda f: cut(f, 0, moves=moves), StorageProblem.EMPTY),
        "garbage is moved over the file": (
            lambda f: swapped(f, foreign=False, moves=moves),
            StorageProblem.DAMAGED,
        ),
        "another program's file is moved over it": (
            lambda f: swapped(f, foreign=True, moves=moves),
            StorageProblem.FOREIGN,
        ),
        "the file is deleted": (lambda f: deleted(f, moves=moves), StorageProblem.MISSING),
        "the file is moved away and back": (set_aside, StorageProblem.MISSING),
    }
