"""Deletes every row of a student, so that nothing is left of it in the file, and that no backup brings it back."""

import asyncio
import logging

from sqlalchemy import Connection, Table, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.models import Base, Reminder
from bot.storage.privacy.erased_notes import keep_notes, leave_no_pieces
from bot.storage.privacy.ownership import USERS, belongs_to, personal_tables
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.sqlite.wal import empty_the_log

log = logging.getLogger(__name__)

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

    Raises StorageUnavailableError when the note on who that is is not what the database knows of it.
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
    await leave_no_pieces(engine)
    if engine.dialect.name == "sqlite":
        await empty_the_log(engine)
