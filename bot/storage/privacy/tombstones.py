"""Who was erased, noted outside of the database: a backup that is put in its place must not bring anybody back.

The notes are lines of a small text file, beside the SQLite file or in the data folder:

    key <64 hex digits>
    2026-03-02 <64 hex digits>
    withdrawn <64 hex digits>

The second line is the day, and a keyed hash of the student's Discord id with the moment in which their first row
was made. So it names nobody; it holds for what they had then, and not for what they keep when they come back. The
third takes one back: the database did not carry it out. Several files are merged by putting one behind the other.
Who has the file can try ids on it: guard it as the database. What an editor does to it (a mark at the beginning,
blanks or other line ends behind the lines) is read; what makes it void is an error.
"""

import errno
import hashlib
import hmac
import os
import platform
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy.engine import URL

from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.files import file_of

NAME = "erased.txt"
BESIDE = "beside"
"""The place of a file that goes wherever its database goes."""
_KEY, _WITHDRAWN = "key", "withdrawn"
_SIGN = re.compile(r"[0-9a-f]{64}")
_TWO_BYTES = (b"\xff\xfe", b"\xfe\xff")
"""How a text in UTF-16 or UTF-32 begins, if it has a mark."""
_BEGINNING = 4
"""Bytes of which one is zero if it is such a text without a mark."""
_NAME_LENGTH = 40
"""Hexadecimal digits that tell one line from any other."""
_AS_IT_IS = getattr(os, "O_BINARY", 0)
"""Windows would make two characters of each line end."""


class Tombstones:
    """The file in `folder`. It only grows; several processes may write to it. All calls are for a thread."""

    def __init__(self, folder: Path, place: str = BESIDE) -> None:
        """`place`: what tells this file from those of other machines, in the database that they share."""
        self.file = folder / NAME
        self.place = place
        self._turn = threading.Lock()

    @classmethod
    def of(cls, url: URL, data_dir: Path) -> Self:
        """Where the bot looks for the notes on the database at `url`: beside its file, else in `data_dir`."""
        file = file_of(url)
        if file is not None:
            return cls(file.parent)
        here = f"{platform.node()} {data_dir.absolute()}"
        return cls(data_dir, hashlib.sha256(here.encode()).hexdigest()[: len(BESIDE)])

    def take_in(self, other: "Tombstones") -> bool:
        """Add what `other` has noted, safe on the disk when this returns; False when all of it is here already.

        Raises OSError.
        """
        with self._turn:
            here, theirs = self._text(), other._text()  # noqa: SLF001 - of the same class
            (keys, signs), (their_keys, their_signs) = _parse(here), _parse(theirs)
            if set(their_keys) <= set(keys) and their_signs <= signs:
                return False
            # Not what else stands there, such as marks between files that were put together, or a remark.
            notes = "".join(f"{first} {rest}\n" for first, rest in _lines(theirs))
            self._append(f"{_start(here)}{notes}")
            return True

    def add(self, user_id: int, created_at: datetime, moment: datetime) -> None:
        """Note an erasure, safe on the disk when this returns. Raises OSError."""
        self._note(moment.astimezone(UTC).date().isoformat(), user_id, created_at)

    def withdraw(self, user_id: int, created_at: datetime) -> None:
        """Take back the note of an erasure that did not come about. Raises OSError."""
        self._note(_WITHDRAWN, user_id, created_at)

    def among(self, users: Iterable[tuple[int, datetime]]) -> list[int]:
        """Those of `users`, by id and moment of their first row, that were erased. Raises OSError."""
        keys, signs = _parse(self._text())
        return [
            user_id
            for user_id, created_at in users
            if any(_sign(key, user_id, created_at) in signs for key in keys)
        ]

    def names(self) -> set[str]:
        """What the database may know each line by: it says nothing to whoever does not have the file.

        Raises StorageUnavailableError for a file that is void: cannot be read, holds no line, or has notes and
        no key.
        """
        try:
            text = self._text()
        except OSError:
            # Without it, which would pass for a server that cannot be reached.
            raise StorageUnavailableError(StorageProblem.NOTES_UNREADABLE) from None
        lines = list(_lines(text))
        if text.strip() and not any(first == _KEY for first, _ in lines):
            raise StorageUnavailableError(StorageProblem.NOTES_UNREADABLE)
        # A key that is another's hash would let ids be tried.
        hashed = (hashlib.sha256(f"{first == _KEY} {rest}".encode()).hexdigest() for first, rest in lines)
        return {name[:_NAME_LENGTH] for name in hashed}

    def _note(self, what: str, user_id: int, created_at: datetime) -> None:
        with self._turn:
            text = self._text()
            keys, _ = _parse(text)
            # Two processes may both start the file: then it has two keys, and any line may be signed with either.
            key, head = (keys[-1], "") if keys else _new_key()
            self._append(f"{_start(text)}{head}{what} {_sign(key, user_id, created_at)}\n")

    def _text(self) -> str:
        """Raises OSError, also for what has another encoding: nothing may be added to that."""
        with suppress(FileNotFoundError):
            content = self.file.read_bytes()
            if content.startswith(_TWO_BYTES) or 0 in content[:_BEGINNING]:
                raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), str(self.file))
            return content.decode("utf-8-sig", errors="replace")
        return ""

    def _append(self, text: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        line = text.encode("ascii", "replace")  # an editor may have changed the word before a hash
        opened = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _AS_IT_IS, 0o600)
        try:
            if os.write(opened, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(opened)
        finally:
            os.close(opened)
        _sync_folder(self.file.parent)


def _start(text: str) -> str:
    """A line that was cut off, as by a full disk, must not swallow the next one."""
    return "" if not text or text.endswith("\n") else "\n"


def _parse(text: str) -> tuple[list[bytes], set[str]]:
    """The keys, and what was signed with any of them and not withdrawn later."""
    keys: list[bytes] = []
    signs: set[str] = set()
    for first, rest in _lines(text):
        if first == _KEY:
            keys.append(rest.encode())
        elif first == _WITHDRAWN:
            signs.discard(rest)
        else:
            signs.add(rest)
    return keys, signs


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """The word and the hash of each line that is whole."""
    for line in text.splitlines():
        # A mark may stand wherever one file was put behind another.
        first, _, rest = line.strip("\ufeff").strip().partition(" ")
        if _SIGN.fullmatch(rest.strip()):
            yield first, rest.strip()


def _sync_folder(folder: Path) -> None:
    """That the file is there is safe on the disk too. Not every system lets a folder be opened for it."""
    with suppress(PermissionError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _new_key() -> tuple[bytes, str]:
    key = secrets.token_hex(32)
    return key.encode(), f"{_KEY} {key}\n"


def _sign(key: bytes, user_id: int, created_at: datetime) -> str:
    return hmac.digest(key, f"{user_id} {created_at.astimezone(UTC).isoformat()}".encode(), "sha256").hex()
