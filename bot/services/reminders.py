"""Planning reminders inside another use case's transaction, and what a student can do with a ping."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.reminders import Kind, Planned, Snooze, Status, snoozed_key, snoozed_until
from bot.services.base import UseCases, own, zone_of
from bot.services.room import drop_old_pings
from bot.storage.engine import ARMED, TAKEN_BACK
from bot.storage.models import Reminder, User
from bot.storage.upsert import insert_into


async def arm(session: AsyncSession, user_id: int, planned: Iterable[Planned]) -> None:
    """Write `planned` with the caller's transaction. Planning the same again moves it, never doubles it.

    A ping that was cancelled comes back; one that went out stays as it is.
    """
    pings = tuple(planned)
    if not pings:
        return
    connection = await session.connection()
    await connection.execute(_planning(connection.dialect.name), [_row(user_id, ping) for ping in pings])
    await drop_old_pings(session, user_id)
    session.info[TAKEN_BACK] = True  # one that was planned before may be moved while it is on its way
    announce(session, min(ping.due_at for ping in pings))


@cache
def _planning(dialect: str) -> Any:
    """Made once: this statement takes longer to put together than to run."""
    statement = insert_into(dialect, Reminder)
    fresh = ("due_at", "available_at", "expires_at", "status", "reason", "attempts")
    return statement.on_conflict_do_update(
        index_elements=["dedupe_key"],
        set_={name: getattr(statement.excluded, name) for name in fresh} | {"claimed_until": None},
        where=or_(Reminder.status == Status.PENDING.value, Reminder.status == Status.CANCELLED.value),
    )


def _row(user_id: int, ping: Planned) -> dict[str, object]:
    return {
        "user_id": user_id,
        "kind": ping.kind.value,
        "subject_id": ping.subject_id,
        "due_at": ping.due_at,
        "available_at": ping.due_at,
        "expires_at": ping.expires_at,
        "status": Status.PENDING.value,
        "reason": "",
        "attempts": 0,
        "dedupe_key": ping.dedupe_key,
    }


def announce(session: AsyncSession, due: datetime) -> None:
    """Have the engine told after the commit that something is due at `due`."""
    known = session.info.get(ARMED)
    session.info[ARMED] = due if known is None else min(known, due)


async def cancel(session: AsyncSession, kinds: Iterable[Kind], subjects: Iterable[int], reason: str) -> None:
    """Take back pending pings of `kinds` about these rows, in the transaction that makes them pointless.

    Whoever makes the transaction returns when none of them is on its way any more, or after a moment.
    """
    session.info[TAKEN_BACK] = True
    await session.execute(
        update(Reminder)
        .where(
            Reminder.kind.in_([kind.value for kind in kinds]),
            Reminder.subject_id.in_(list(subjects)),
            Reminder.status == Status.PENDING,
        )
        .values(status=Status.CANCELLED.value, reason=reason, claimed_until=None)
    )


async def delete_pings(session: AsyncSession, user_id: int, kinds: Iterable[Kind], subjects: Iterable[int]) -> None:
    """Remove a student's pings of `kinds` about these rows, whatever became of them: the rows go too.

    None of them goes out later: see `cancel`.
    """
    session.info[TAKEN_BACK] = True
    await session.execute(
        delete(Reminder).where(
            Reminder.user_id == user_id,
            Reminder.kind.in_([kind.value for kind in kinds]),
            Reminder.subject_id.in_(list(subjects)),
        )
    )


_GRACE = timedelta(hours=12)
"""A snoozed ping stays useful at least this long after the moment that was chosen."""


class Reminders(UseCases):
    """What a student can do with a ping."""

    async def snooze(self, owner_id: int, reminder_id: int, choice: Snooze) -> datetime:
        """Send the same ping again later; returns when. Raises NOT_FOUND, MOVED_ON when it became pointless."""
        async with self.db.write(owner_id) as session:
            reminder = await own(session, Reminder, owner_id, reminder_id)
            if reminder.status not in {Status.SENT, Status.PENDING, Status.UNCERTAIN}:
                raise CoachError(Code.MOVED_ON)
            user = await session.get_one(User, owner_id)
            moment = snoozed_until(choice, now(), zone_of(user))
            again = Planned(
                kind=Kind(reminder.kind),
                subject_id=reminder.subject_id,
                due_at=moment,
                expires_at=max(reminder.expires_at, moment + _GRACE),
                dedupe_key=snoozed_key(reminder.dedupe_key, reminder.id),
            )
            await arm(session, owner_id, [again])
            if reminder.status == Status.PENDING:
                # It may be in hand just now, and would come beside the one that was asked for instead.
                reminder.status, reminder.reason, reminder.claimed_until = Status.STALE.value, "put off", None
            return moment
