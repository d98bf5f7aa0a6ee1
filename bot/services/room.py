"""The one place where it is checked that a student has room for more rows: counted by query, from the owner."""

from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import CoachError, Code
from bot.domain.reminders import Status
from bot.domain.room import Room
from bot.services.base import Row, owned
from bot.storage.models import Base, Contact, Interview, Reminder, Request, Todo

_CALLED: dict[type[Any], str] = {
    Contact: "contacts",
    Request: "requests",
    Interview: "meetings",
    Todo: "to-dos",
}
KEPT_PINGS = 5_000
"""Pings that are over with, sent or taken back, that are kept of one student: the newest."""


async def check_room(session: AsyncSession, room: Room, model: type[Row], owner_id: int, more: int = 1) -> None:
    """Raises NO_ROOM when `more` rows of `model` would be more than the student may have.

    Part of the transaction that adds them. On SQLite that makes it exact; on PostgreSQL two processes that serve
    the same student in the same moment may overshoot by what one of them adds.
    """
    limit = room.contacts if model is Contact else room.entries
    there = await session.scalar(owned(model, owner_id).with_only_columns(func.count())) if more else 0
    if (there or 0) + more > limit:
        raise CoachError(Code.NO_ROOM, what=_CALLED[model], limit=limit)


async def drop_old_pings(session: AsyncSession, owner_id: int) -> None:
    """Of pings that are over with, keep the newest `KEPT_PINGS`: moving one meeting for ever makes no more rows.

    What waits is never dropped; it is as many as what it is about.
    """
    await (await session.connection()).execute(_DROP, {"owner": owner_id, "kept": KEPT_PINGS})


_OVER = (
    select(Reminder.id)
    .where(Reminder.user_id == bindparam("owner"), Reminder.status != Status.PENDING.value)
    .order_by(Reminder.id.desc())
    .offset(bindparam("kept", type_=Integer))
    .subquery()
)
_DROP = delete(Base.metadata.tables[Reminder.__tablename__]).where(Reminder.id.in_(select(_OVER.c.id)))
