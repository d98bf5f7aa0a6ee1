"""Leaves nothing in a SQLite file and its log of what was deleted, or written over.

The write-ahead log still holds it. And `secure_delete` does not reach all of it in the file: where SQLite divides a
page, what moved to another page also stays in the unused part of the first one, and is deleted in the other alone.
"""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.beside import beside_the_loop

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
            await _be_patient(opened, patience)
            try:
                was_busy, *_ = await (await opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
            finally:
                await _be_patient(opened, before)
            return not was_busy
    except (DBAPIError, sqlite3.Error):
        return False


async def put_together_anew(engine: AsyncEngine, patience: int = PATIENCE) -> bool:
    """Have SQLite write the file anew: no page has unused parts with anything in them. About 25 ms for each MB.

    The log has all of it afterwards, and is to be emptied. False when nothing was done, as when somebody writes for
    more than `patience` milliseconds, or the disk is full.
    """
    try:
        async with engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction first.
            opened: Any = (await connection.get_raw_connection()).driver_connection
            (before,) = await (await opened.execute("PRAGMA busy_timeout")).fetchone()
            await _be_patient(opened, patience)
            try:
                with beside_the_loop():
                    await opened.execute("VACUUM")
            finally:
                await _be_patient(opened, before)
    except (DBAPIError, sqlite3.Error):
        return False
    return True


async def _be_patient(opened: Any, milliseconds: int) -> None:
    """Have SQLite wait so long for others.

    It answers with a row. While one waits to be fetched, nothing is put together anew; and for as long as anybody
    holds on to its cursor, the file stays open though its connection is closed.
    """
    await (await opened.execute(f"PRAGMA busy_timeout={milliseconds}")).close()
