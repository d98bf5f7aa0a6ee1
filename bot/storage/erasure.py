"""Deletes every row of a student, so that nothing is left of it in the file, and that no backup brings it back."""

import asyncio
import logging
import sqlite3
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.noted import keep_notes
from bot.storage.personal import USERS, belongs_to, personal_tables
from bot.storage.tombstones import Tombstones

log = logging.getLogger(__name__)

_PATIENCE = 50
"""Milliseconds to wait for those who read what is in the write-ahead log: so long, nobody can write."""


def delete_rows(connection: Connection, user_id: int) -> None:
    """Delete the student's rows in every table, in the caller's transaction: what hangs on others first."""
    for table in reversed(list(personal_tables())):
        connection.execute(delete(table).where(belongs_to(table, user_id)))


async def erase_again(engine: AsyncEngine, erased: Tombstones) -> None:
    """After a start, or another file in the place of the database: erase whom a backup has brought back.

    Raises OutOfOrderError when the note on who that is is not what the database knows of it.
    """
    await keep_notes(engine, erased)
    async with engine.connect() as connection:
        users = [
            (row[0], row[1]) for row in await connection.execute(select(USERS.c.discord_id, USERS.c.created_at))
        ]
    back = await asyncio.to_thread(erased.among, users)
    if not back:
        await _tidy(engine)
        return
    async with engine.execution_options(writes=True).begin() as connection:
        for user_id in back:
            await connection.run_sync(delete_rows, user_id)
    await _tidy(engine)
    log.warning("%d students whom a backup had brought back were erased again", len(back))


async def _tidy(engine: AsyncEngine) -> None:
    """Whoever used the file before may have been stopped between an erasure and the emptying of the log."""
    if engine.dialect.name == "sqlite":
        await empty_the_log(engine)


async def empty_the_log(engine: AsyncEngine) -> bool:
    """Move what is in SQLite's write-ahead log into the file, and cut the log to nothing. Waits in a thread.

    First as much of it as can be moved without anybody's waiting, so that little is left to hold up others for.

    False when it may still hold something, as when another program is reading it.
    """
    try:
        async with engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction first.
            opened: Any = (await connection.get_raw_connection()).driver_connection
            (patience,) = await (await opened.execute("PRAGMA busy_timeout")).fetchone()
            await (await opened.execute("PRAGMA wal_checkpoint(PASSIVE)")).fetchall()
            await opened.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            try:
                was_busy, *_ = await (await opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
            finally:
                await opened.execute(f"PRAGMA busy_timeout={patience}")
            return not was_busy
    except (DBAPIError, sqlite3.Error):
        return False
