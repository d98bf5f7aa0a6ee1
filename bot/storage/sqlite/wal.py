"""Empties the write-ahead log of a SQLite file: it still holds what was deleted, or written over."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

PATIENCE = 500
"""Milliseconds to wait for those who read what is in the write-ahead log, when nothing else goes on."""


async def empty_the_log(engine: AsyncEngine, patience: int = PATIENCE) -> bool:
    """Move what is in SQLite's write-ahead log into the file, and cut the log to nothing. Waits in a thread.

    First as much of it as can be moved without anybody's waiting, so that little is left to hold up others for.

    False when it may still hold something, as when somebody is reading it for more than `patience` milliseconds.
    """
    try:
        async with engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction first.
            opened: Any = (await connection.get_raw_connection()).driver_connection
            (before,) = await (await opened.execute("PRAGMA busy_timeout")).fetchone()
            # Most of it is moved while others go on. As long as the rest waits for readers, nobody can write.
            await (await opened.execute("PRAGMA wal_checkpoint(PASSIVE)")).fetchone()
            await opened.execute(f"PRAGMA busy_timeout={patience}")
            try:
                was_busy, *_ = await (await opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
            finally:
                await opened.execute(f"PRAGMA busy_timeout={before}")
            return not was_busy
    except (DBAPIError, sqlite3.Error):
        return False
