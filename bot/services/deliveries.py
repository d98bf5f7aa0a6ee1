"""The engine's side of reminders: claim what is due under a lease, and mark what became of it.

A claim is one short write; sending happens outside any transaction. A worker that dies leaves its lease behind,
and the row becomes claimable again when the lease ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.reminders import Kind, Status
from bot.domain.times import QuietHours
from bot.services.base import quiet_of
from bot.storage.engine import Database
from bot.storage.models import Reminder, User

LEASE = timedelta(minutes=2)
"""How long a worker may take to send what it claimed: longer than all retries of one Discord request."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder in this worker's hands until its lease ends."""

    id: int
    kind: Kind
    subject_id: int
    due_at: datetime
    expires_at: datetime
    attempts: int
    """This one included."""
    interrupted: bool
    """An earlier worker held it and did not say what became of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that is due for one student, oldest first."""

    user_id: int
    zone: str | None
    quiet: QuietHours
    reminders: tuple[Claimed, ...]


class Deliveries:
    """Claims and marks. Safe for several workers on one database."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def claim(self, limit: int = 50) -> list[Delivery]:
        """Take up to `limit` due reminders, and with them whatever else is due for the same students."""
        async with self.db.write() as session:
            due = (
                select(Reminder)
                .where(Reminder.status == Status.PENDING.value, Reminder.available_at <= now())
                .order_by(Reminder.available_at)
                .with_for_update(skip_locked=True)
            )
            rows = list(await session.scalars(due.limit(limit)))
            if not rows:
                return []
            users = {row.user_id for row in rows}
            taken = {row.id for row in rows}
            more = due.where(Reminder.user_id.in_(users), Reminder.id.not_in(taken))
            rows += list(await session.scalars(more.limit(limit)))
            deliveries = await self._group(session, rows)
            await self._lease(session, [row.id for row in rows])
            return deliveries

    async def _group(self, session: AsyncSession, rows: Sequence[Reminder]) -> list[Delivery]:
        users = await session.scalars(select(User).where(User.discord_id.in_({row.user_id for row in rows})))
        return [
            Delivery(
                user.discord_id,
                user.zone,
                quiet_of(user),
                tuple(_claimed(row) for row in sorted(rows, key=_by_due) if row.user_id == user.discord_id),
            )
            for user in users
        ]

    async def _lease(self, session: AsyncSession, ids: Sequence[int]) -> None:
        until = now() + LEASE
        await session.execute(
            update(Reminder)
            .where(Reminder.id.in_(ids))
            .values(claimed_until=until, available_at=until, attempts=Reminder.attempts + 1)
            .execution_options(synchronize_session=False)
        )

    async def earliest(self) -> datetime | None:
        """When the next pending reminder can be claimed; None when nothing waits."""
        async with self.db.read() as session:
            return await session.scalar(
                select(Reminder.available_at)
                .where(Reminder.status == Status.PENDING.value)
                .order_by(Reminder.available_at)
                .limit(1)
            )

    def version(self) -> int | None:
        """Another number after every change of any row by anybody; None when the database cannot tell."""
        return self.db.version()

    async def sent(self, user_id: int, ids: Sequence[int], message_id: int) -> None:
        """Discord took the message, so the student's DMs are open."""
        async with self.db.write() as session:
            await self._set(session, ids, status=Status.SENT.value, reason="", sent_at=now(), message_id=message_id)
            were_closed = User.discord_id == user_id, User.dm_closed_at.is_not(None)
            await session.execute(update(User).where(*were_closed).values(dm_closed_at=None))

    async def stale(self, ids: Sequence[int], reason: str) -> None:
        """Not sent, and never will be, because of `reason` (one of our words)."""
        await self._mark(ids, status=Status.STALE.value, reason=reason)

    async def undeliverable(self, user_id: int, ids: Sequence[int]) -> None:
        """The student's DMs are closed. `/next` shows what they missed."""
        async with self.db.write() as session:
            await self._set(session, ids, status=Status.UNDELIVERABLE.value, reason="direct messages are closed")
            await session.execute(update(User).where(User.discord_id == user_id).values(dm_closed_at=now()))

    async def later(self, ids: Sequence[int], at: datetime, reason: str) -> None:
        """Try again at `at`."""
        await self._mark(ids, available_at=at, reason=reason)

    async def _mark(self, ids: Sequence[int], **values: object) -> None:
        if ids:
            async with self.db.write() as session:
                await self._set(session, ids, **values)

    async def _set(self, session: AsyncSession, ids: Sequence[int], **values: object) -> None:
        # Only what is still pending: a student who acted meanwhile has the last word.
        await session.execute(
            update(Reminder)
            .where(Reminder.id.in_(ids), Reminder.status == Status.PENDING.value)
            .values(claimed_until=None, **values)
        )


def _by_due(row: Reminder) -> tuple[datetime, int]:
    return row.due_at, row.id


def _claimed(row: Reminder) -> Claimed:
    return Claimed(
        row.id,
        Kind(row.kind),
        row.subject_id,
        row.due_at,
        row.expires_at,
        row.attempts + 1,
        row.claimed_until is not None,
    )
