"""Opens a SQLite file: its PRAGMA settings, and a connection that leaves the event loop only where it has to wait.

aiosqlite hands every call to a thread and back: four hops for a statement, most of what a small query costs. SQLite
itself answers from memory within microseconds. What waits, for a lock or for the disk, still goes to the thread:
opening, closing, settings, a write lock that another process holds, the commit with its fsync; and what writes many
rows at once. docs/developers/performance.md has the figures.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.beside import BESIDE

T = TypeVar("T")

BUSY_SECONDS = 2
"""How long a writer waits for another process: less than the 3 seconds in which Discord wants an answer."""

_LOG_BYTES = 4 << 20
"""Of the write-ahead log, when all of it is in the file: as much as SQLite lets gather before it moves it there."""

_IN_THE_THREAD = frozenset({"commit", "executemany", "executescript", "backup"})
_TAKE_THE_LOCK = "BEGIN IMMEDIATE"


def open_sqlite(url: URL) -> AsyncEngine:
    """An engine on a SQLite file in a folder that is there; reads nothing yet."""
    engine = create_async_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "async_creator_fn": connect}
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """WAL lets readers go on beside the writer; FULL keeps every acknowledged commit through a power cut.

    `secure_delete` overwrites what was deleted or replaced, also an old draft, with zeros.
    """
    # Python's own transaction handling would begin late and never IMMEDIATE, so it is switched off.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        # What grew while somebody read for long, as for a backup, is cut to this when the log begins anew.
        f"journal_size_limit={_LOG_BYTES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(_patience())
    cursor.close()


def _patience() -> str:
    return f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}"


def _begin(connection: Connection) -> None:
    """A writer takes the write lock at once: upgrading later can fail with no way to wait."""
    immediate = connection.get_execution_options().get("writes", False)
    opened = connection.connection.driver_connection
    # By SQLAlchemy a statement takes longer than SQLite takes to begin: it waits for a lock that others hold, and
    # says what fails.
    if not (isinstance(opened, InPlaceConnection) and opened.begins_at_once(immediate=immediate)):
        connection.exec_driver_sql(_TAKE_THE_LOCK if immediate else "BEGIN")


class InPlaceConnection(aiosqlite.Connection):
    """Runs in the loop what need not wait, everything else in its thread."""

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        connection, statement = self._connection, args[0] if args else None
        if connection is None or fn == connection.close or fn.__name__ in _IN_THE_THREAD or BESIDE.get():
            return await self._in_the_thread(fn, *args, **kwargs)
        if isinstance(statement, str) and statement.startswith(("PRAGMA", _TAKE_THE_LOCK)):
            return await self._in_the_thread(fn, *args, **kwargs)
        return fn(*args, **kwargs)

    async def _in_the_thread(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        result: T = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return result

    def begins_at_once(self, *, immediate: bool) -> bool:
        """Begin a transaction, if `immediate` with the write lock. False while others hold that."""
        connection = self._connection
        if connection is None or BESIDE.get():
            return False
        try:
            if immediate:
                connection.execute("PRAGMA busy_timeout=0")
            connection.execute(_TAKE_THE_LOCK if immediate else "BEGIN")
        except sqlite3.Error:
            return False
        finally:
            if immediate:
                connection.execute(_patience())
        return True


def connect(file: str, **options: Any) -> InPlaceConnection:
    """What SQLAlchemy opens a SQLite file with; `options` are those of `sqlite3.connect`. To be awaited."""
    connection = InPlaceConnection(partial(_open, file, **options), iter_chunk_size=64)
    # A bot that could not close its connections still ends.
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy itself does for the connections that it opens
    return connection


def _open(file: str, **options: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(file, **options)
    connection.text_factory = _text_in
    return connection


def _text_in(kept: bytes) -> str | bytes:
    """One text that is no UTF-8 would break the whole list that it is in: it is left as it is, and is damage."""
    try:
        return kept.decode()
    except UnicodeDecodeError:
        return kept
