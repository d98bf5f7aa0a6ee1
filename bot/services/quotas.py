"""The one place where it is checked that a student has room for more rows: counted by query, from the owner."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Integer, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.questions import QUESTIONS
from bot.domain.quotas import Quota
from bot.domain.reminders.reminder import Status
from bot.services.base import Row, owned
from bot.storage.models import Answer, Base, Contact, Evaluation, Interview, Reminder, Request, ThankYou, Todo

WithOne = TypeVar("WithOne", Request, Interview)
"""Of which there are not many about one contact."""

_CALLED: dict[type[Any], str] = {
    Contact: "contacts",
    Request: "requests",
    Interview: "meetings",
    Todo: "to-dos",
    Evaluation: "evaluations",
    ThankYou: "thank-you notes",
    Answer: "answers",
}
KEPT_REMINDERS = 5_000
"""Reminders that are over with, sent or taken back, that are kept of one student: the newest."""


async def check_quota(session: AsyncSession, room: Quota, model: type[Row], owner_id: int, more: int = 1) -> None:
    """Raises NO_ROOM when `more` rows of `model` would be more than the student may have.

    Part of the transaction that adds them. On SQLite that makes it exact; on PostgreSQL two processes that serve
    the same student in the same moment may overshoot by what one of them adds.
    """
    limit = _limit(room, model)
    there = await session.scalar(owned(model, owner_id).with_only_columns(func.count())) if more else 0
    if (there or 0) + more > limit:
        raise CoachError(Code.NO_ROOM, what=_CALLED[model], limit=limit)


async def check_with(
    session: AsyncSession, room: Quota, model: type[WithOne], owner_id: int, contact_id: int
) -> None:
    """Like `check_quota` for one more row of `model`, which is about this contact."""
    theirs = func.count().filter(model.contact_id == contact_id)
    there = await session.execute(owned(model, owner_id).with_only_columns(func.count(), theirs))
    most, most_with_one = there.one()
    if most >= room.entries:
        raise CoachError(Code.NO_ROOM, what=_CALLED[model], limit=room.entries)
    check_with_one(room, model, most_with_one + 1)


def check_with_one(room: Quota, model: type[Request | Interview], count: int) -> None:
    """Raises NO_ROOM when so many rows of `model` are more than there may be about one contact."""
    if count > room.with_one:
        raise CoachError(Code.NO_ROOM, what=f"{_CALLED[model]} with one contact", limit=room.with_one)


def check_each(room: Quota, about: Mapping[type[Request | Interview], Sequence[int]]) -> None:
    """The same for rows that come together: of each, the number of its contact."""
    for model, contacts in about.items():
        check_with_one(room, model, max(Counter(contacts).values(), default=0))


def check_rows(room: Quota, rows: Mapping[str, int]) -> None:
    """Raises NO_ROOM when a student of whom nothing is kept may not have so many `rows`, by table.

    Reminders are not among them: it is for the bot to say how many there are.
    """
    for model, called in _CALLED.items():
        if rows.get(model.__tablename__, 0) > (limit := _limit(room, model)):
            raise CoachError(Code.NO_ROOM, what=called, limit=limit)


def _limit(room: Quota, model: type[Any]) -> int:
    """Most rows of `model`. Of each interview there is one evaluation and one note."""
    if model is Contact:
        return room.contacts
    return room.entries * QUESTIONS if model is Answer else room.entries


async def drop_old_reminders(session: AsyncSession, owner_id: int) -> None:
    """Of reminders that are over with, keep the newest `KEPT_REMINDERS`: moving one for ever makes no more rows.

    What waits is never dropped; it is as many as what it is about.
    """
    await (await session.connection()).execute(_DROP, {"owner": owner_id, "kept": KEPT_REMINDERS})


_OVER = (
    select(Reminder.id)
    .where(Reminder.user_id == bindparam("owner"), Reminder.status != Status.PENDING.value)
    .order_by(Reminder.id.desc())
    .offset(bindparam("kept", type_=Integer))
    .subquery()
)
_DROP = delete(Base.metadata.tables[Reminder.__tablename__]).where(Reminder.id.in_(select(_OVER.c.id)))
