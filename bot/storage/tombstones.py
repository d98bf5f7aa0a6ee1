"""Who was erased, noted outside of the database: a backup that is put in its place must not bring anybody back.

The notes are lines of a small text file, beside the SQLite file or in the data folder:

    key <64 hex digits>
    2026-03-02 <64 hex digits>

The second line is the day, and a keyed hash of the student's Discord id with the moment in which their first row
was made. So it names nobody; it holds for what they had then, and not for what they keep when they come back.
Several files are merged by putting one behind the other. Who has the file can try ids on it: guard it as the
database.
"""

import hmac
import os
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = "erased.txt"
_KEY = "key"


class Tombstones:
    """The file in `folder`. It only grows; several processes may write to it. All calls are for a thread."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME
        self._turn = threading.Lock()

    def add(self, user_id: int, created_at: datetime, moment: datetime) -> None:
        """Note an erasure, safe on the disk when this returns. Raises OSError."""
        with self._turn:
            keys = [key for key, _ in self._read()]
            # The key and the first line in one write: two processes that both start the file leave two whole parts.
            key, head = (keys[-1], "") if keys else _new_key()
            day = moment.astimezone(UTC).date().isoformat()
            self._append(f"{head}{day} {_sign(key, user_id, created_at)}\n")

    def among(self, users: Iterable[tuple[int, datetime]]) -> list[int]:
        """Those of `users`, by id and moment of their first row, that were erased. Raises OSError."""
        parts = list(self._read())
        return [
            user_id
            for user_id, created_at in users
            if any(_sign(key, user_id, created_at) in signs for key, signs in parts)
        ]

    def _read(self) -> Iterator[tuple[bytes, set[str]]]:
        """The keys, each with what was signed with it."""
        text = ""
        with suppress(FileNotFoundError):
            text = self.file.read_text(encoding="ascii", errors="replace")
        found: dict[bytes, set[str]] = {}
        key = b""
        for line in text.splitlines():
            first, _, rest = line.partition(" ")
            if first == _KEY:
                key = rest.encode()
                # A key that comes again, as in merged files, is the newest again.
                found[key] = found.pop(key, set())
            elif key:
                found[key].add(rest.strip())
        yield from found.items()

    def _append(self, text: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(opened, text.encode("ascii"))
            os.fsync(opened)
        finally:
            os.close(opened)


def _new_key() -> tuple[bytes, str]:
    key = secrets.token_hex(32)
    return key.encode(), f"{_KEY} {key}\n"


def _sign(key: bytes, user_id: int, created_at: datetime) -> str:
    return hmac.digest(key, f"{user_id} {created_at.astimezone(UTC).isoformat()}".encode(), "sha256").hex()
