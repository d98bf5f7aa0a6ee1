"""Deletes every row of a student, so that nothing is left of it in the file, and that no backup brings it back."""

import asyncio
import logging
import sqlite3
from typing import Any

from sqlalchemy import Connection, Table, delete, select, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.models import Base, Reminder
from bot.storage.noted import keep_notes
from bot.storage.personal import USERS, belongs_to, personal_tables
from bot.storage.tombstones import Tombstones

log = logging.getLogger(__name__)

PATIENCE = 500
"""Milliseconds to wait for those who read what is in the write-ahead log, when nothing else goes on."""
_REMINDERS = Base.metadata.tables[Reminder.__tablename__]


def delete_rows(connection: Connection, user_id: int) -> None:
    """Delete the student's rows in every table, in the caller's transaction: what hangs on others first."""
    for table in _in_order():
        connection.execute(delete(table).where(belongs_to(table, user_id)))


def delete_some(connection: Connection, user_id: int, most: int, *, but_the_student: bool = False) -> bool:
    """Delete `most` of the student's rows, in the same order. Returns whether that was all of them.

    With `but_the_student`, their own row stays.
    """
    left = most
    for table in _in_order():
        if table is USERS and but_the_student:
            continue
        key = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(belongs_to(table, user_id)).limit(left)
        left -= connection.execute(delete(table).where(key.in_(some))).rowcount
        if left <= 0:
            return False
    return True


def _in_order() -> list[Table]:
    """What hangs on others first; before all, what would still go out."""
    return [_REMINDERS, *(table for table in reversed(list(personal_tables())) if table is not _REMINDERS)]


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
