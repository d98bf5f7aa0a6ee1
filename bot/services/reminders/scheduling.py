"""Planning reminders, taking them back and putting them off, inside another use case's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import (
    HELD,
    SNOOZE,
    Planned,
    ReminderKind,
    Snooze,
    Status,
    key_of,
    planned,
    snoozed_key,
    snoozed_until,
)
from bot.services.base import owned, zone_of
from bot.services.quotas import drop_old_reminders
from bot.storage.database import ARMED, TAKEN_BACK
from bot.storage.models import Reminder, User
from bot.storage.sql.upsert import insert_into

PLANNED_ANEW = "planned anew"
"""Why a reminder was cancelled that may be planned again."""


async def arm(session: AsyncSession, user_id: int, planned: Iterable[Planned]) -> None:
    """Write `planned` with the caller's transaction. Planning the same again moves it, never doubles it.

    A reminder that was cancelled comes back; one that went out stays as it is.
    """
    if reminders := tuple(planned):
        await _write(session, user_id, reminders, comes_back=None)
        await drop_old_reminders(session, user_id)


async def arm_anew(
    session: AsyncSession,
    user_id: int,
    kinds: Iterable[ReminderKind],
    subjects: Iterable[int],
    planned: Iterable[Planned],
) -> set[str]:
    """Move the coming reminders of `kinds` about these rows to where `planned` has them; the caller commits.

    What is due already goes out, and what the student put off comes back when they said. Unlike with `arm`, a
    reminder that was cancelled stays so, unless it was by this very thing. The caller drops old reminders.

    Returns what those are known by that were to come and have no moment in `planned`.
    """
    moved = await session.scalars(
        update(Reminder)
        .where(
            Reminder.user_id == user_id,
            Reminder.kind.in_([kind.value for kind in kinds]),
            Reminder.subject_id.in_(list(subjects)),
            Reminder.status == Status.PENDING.value,
            Reminder.due_at > now(),
            Reminder.dedupe_key.not_like(f"%{SNOOZE}%"),
        )
        .values(status=Status.CANCELLED.value, reason=PLANNED_ANEW, claimed_until=None)
        .returning(Reminder.dedupe_key)
        .execution_options(synchronize_session=False)
    )
    left = set(moved)
    if reminders := tuple(planned):
        await _write(session, user_id, reminders, comes_back=PLANNED_ANEW)
    return left - {reminder.dedupe_key for reminder in reminders}


async def let_go_of_held(session: AsyncSession, user_id: int) -> None:
    """Have the engine look anew at what it holds back until the end of quiet hours: these have another end now.

    What a worker has in hand just then it has looked at already, or will.
    """
    present = now()
    held = update(Reminder).where(
        Reminder.user_id == user_id,
        Reminder.status == Status.PENDING.value,
        Reminder.reason == HELD,
        Reminder.claimed_until.is_(None),
        Reminder.available_at > present,
    )
    moved = await session.scalars(held.values(available_at=present).returning(Reminder.id))
    if moved.first() is not None:
        announce(session, present)


async def bring_back(session: AsyncSession, user_id: int, planned: Iterable[Planned]) -> None:
    """Give those a moment after all that `arm_anew` left without one, in the caller's transaction."""
    if reminders := tuple(planned):
        await _write(session, user_id, reminders, comes_back=PLANNED_ANEW)


async def _write(
    session: AsyncSession, user_id: int, reminders: Sequence[Planned], *, comes_back: str | None
) -> None:
    connection = await session.connection()
    statement = _planning(connection.dialect.name, comes_back)
    await connection.execute(statement, [_row(user_id, reminder) for reminder in reminders])
    session.info[TAKEN_BACK] = True  # one that was planned before may be moved while it is on its way
    announce(session, min(reminder.due_at for reminder in reminders))


@cache
def _planning(dialect: str, comes_back: str | None) -> Any:
    """Made once: this statement takes longer to put together than to run.

    `comes_back`: the reason for which a cancelled reminder must have been so to come back; None for any.
    """
    statement = insert_into(dialect, Reminder)
    fresh = ("due_at", "available_at", "expires_at", "status", "reason", "attempts")
    cancelled = Reminder.status == Status.CANCELLED.value
    return statement.on_conflict_do_update(
        index_elements=["dedupe_key"],
        set_={name: getattr(statement.excluded, name) for name in fresh} | {"claimed_until": None},
        where=or_(
            Reminder.status == Status.PENDING.value,
            cancelled if comes_back is None else and_(cancelled, Reminder.reason == comes_back),
        ),
    )


def _row(user_id: int, reminder: Planned) -> dict[str, object]:
    return {
        "user_id": user_id,
        "kind": reminder.kind.value,
        "subject_id": reminder.subject_id,
        "due_at": reminder.due_at,
        "available_at": reminder.due_at,
        "expires_at": reminder.expires_at,
        "status": Status.PENDING.value,
        "reason": "",
        "attempts": 0,
        "dedupe_key": reminder.dedupe_key,
    }


def announce(session: AsyncSession, due: datetime) -> None:
    """Have the engine told after the commit that something is due at `due`."""
    known = session.info.get(ARMED)
    session.info[ARMED] = due if known is None else min(known, due)


async def cancel(
    session: AsyncSession,
    kinds: Iterable[ReminderKind],
    subjects: Iterable[int],
    reason: str,
    *,
    but_put_off: bool = False,
) -> None:
    """Take back pending reminders of `kinds` about these rows, in the transaction that makes them pointless.

    With `but_put_off`, what the student put off comes back when they said: its cause has only another moment.
    Whoever makes the transaction returns when none of them is on its way any more, or after a moment.
    """
    session.info[TAKEN_BACK] = True
    pending = update(Reminder).where(
        Reminder.kind.in_([kind.value for kind in kinds]),
        Reminder.subject_id.in_(list(subjects)),
        Reminder.status == Status.PENDING,
    )
    if but_put_off:
        pending = pending.where(Reminder.dedupe_key.not_like(f"%{SNOOZE}%"))
    await session.execute(pending.values(status=Status.CANCELLED.value, reason=reason, claimed_until=None))


async def set_aside(session: AsyncSession, user_id: int, kinds: Iterable[ReminderKind], subject: int) -> None:
    """Let reminders of `kinds` about this row be planned anew though they have gone out; the caller commits.

    What they were about has got another moment. They are known by the one that they had from now on, so that what
    is planned next is not taken for them.
    """
    over = owned(Reminder, user_id).where(
        Reminder.kind.in_([kind.value for kind in kinds]),
        Reminder.subject_id == subject,
        Reminder.status.not_in([Status.PENDING.value, Status.CANCELLED.value]),
        Reminder.dedupe_key.not_like(f"%{SNOOZE}%"),
    )
    for one in await session.scalars(over):
        moment = int(one.due_at.timestamp())
        one.dedupe_key = planned(ReminderKind(one.kind), subject, one.due_at, one.expires_at, moment).dedupe_key
    await session.flush()


async def keep_as_planned(
    session: AsyncSession, user_id: int, kinds: Iterable[ReminderKind], subject: int, sequence: int
) -> None:
    """Leave reminders of `kinds` about this row as they are, now that its `sequence` is one more than before.

    For a change that none of them is about. Planned anew, one that has gone out would come once more, and one whose
    moment is over but that waits for something would not come at all. The caller commits.
    """
    renamed = {key_of(kind, subject, sequence - 1): key_of(kind, subject, sequence) for kind in kinds}
    for one in await session.scalars(owned(Reminder, user_id).where(Reminder.dedupe_key.in_(list(renamed)))):
        one.dedupe_key = renamed[one.dedupe_key]
    await session.flush()


async def delete_reminders(
    session: AsyncSession, user_id: int, kinds: Iterable[ReminderKind], subjects: Sequence[int] | Select[int]
) -> None:
    """Remove a student's reminders of `kinds` about these rows, whatever became of them: the rows go too.

    None of them goes out later: see `cancel`.
    """
    session.info[TAKEN_BACK] = True
    await session.execute(
        delete(Reminder).where(
            Reminder.user_id == user_id,
            Reminder.kind.in_([kind.value for kind in kinds]),
            Reminder.subject_id.in_(subjects),
        )
    )


_GRACE = timedelta(hours=12)
"""A snoozed reminder stays useful at least this long after the moment that was chosen."""


async def put_off(session: AsyncSession, reminder: Reminder, choice: Snooze) -> datetime:
    """Send the same reminder again later, in the caller's transaction; returns when.

    Raises ZONE_NEEDED, and MOVED_ON when it was taken back.
    """
    if reminder.status not in {Status.SENT, Status.PENDING, Status.UNCERTAIN}:
        raise CoachError(Code.MOVED_ON)
    reminder = await _last_of(session, reminder)
    user = await session.get_one(User, reminder.user_id)
    moment = snoozed_until(choice, now(), zone_of(user))
    again = Planned(
        kind=ReminderKind(reminder.kind),
        subject_id=reminder.subject_id,
        due_at=moment,
        expires_at=max(reminder.expires_at, moment + _GRACE),
        dedupe_key=snoozed_key(reminder.dedupe_key, reminder.id),
    )
    await arm(session, reminder.user_id, [again])
    if reminder.status == Status.PENDING:
        # It may be in hand just now, and would come beside the one that was asked for instead.
        reminder.status, reminder.reason, reminder.claimed_until = Status.STALE.value, "put off", None
    return moment


async def _last_of(session: AsyncSession, reminder: Reminder) -> Reminder:
    """Of a reminder that was put off before and has come back, the one that came last: none comes back twice.

    What is put off may be an old message: the answer that would have taken its buttons away got lost.
    """
    while True:
        again = owned(Reminder, reminder.user_id).where(
            Reminder.dedupe_key == snoozed_key(reminder.dedupe_key, reminder.id),
            Reminder.status.not_in([Status.PENDING.value, Status.CANCELLED.value]),
            Reminder.id > reminder.id,
        )
        found: Reminder | None = await session.scalar(again)
        if found is None:
            return reminder
        reminder = found
