"""Tells whether anybody has written to a SQLite file, for less than it costs to ask what."""

import sqlite3
from pathlib import Path


class Watch:
    """One connection that only ever compares: it reads no row, and nobody waits for it.

    It takes microseconds of the loop, so it may be asked every few seconds for ever.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def version(self) -> int | None:
        """Another number after every commit of any process; None when it cannot be told."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._file, timeout=0)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
