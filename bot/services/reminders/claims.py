"""The engine's side of reminders: claim what is due under a lease, and record what became of it.

A claim is one short write; sending happens outside any transaction. A worker that dies leaves its lease behind,
and the row becomes claimable again when the lease ends. This is the hot path, so it reads columns, not entities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import RowMapping, Select, Update, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.domain.times.quiet_hours import QuietHours
from bot.storage.beside import beside_the_loop
from bot.storage.database import Database
from bot.storage.models import PENDING, Base, Reminder, User
from bot.storage.sql.bulk_update import ManyUpdates, among

LEASE = timedelta(minutes=2)
"""How long a worker may take to send what it claimed: longer than any single attempt lasts."""
MOST = 400
"""Reminders that are claimed at once. A script may have thousands fall due in one minute, and all of them in one go
would hold up everybody else. What is beyond of one student comes after the lease; other students come next."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder in this worker's hands until its lease ends."""

    id: int
    user_id: int
    kind: ReminderKind
    subject_id: int
    due_at: datetime
    expires_at: datetime
    attempts: int
    """This one included."""
    lease: datetime
    """When the lease ends. It also tells this claim from every other one of the row."""
    nonce: int
    """What its message is known by: that of this attempt, or of the earlier one when it was interrupted."""
    interrupted: bool
    """Nobody said what became of an earlier attempt: it may have gone out."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that is due for one student, oldest first."""

    user_id: int
    zone: str | None
    quiet: QuietHours
    reminders: tuple[Claimed, ...]


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of a reminder that was claimed."""

    reminder: Claimed
    status: Status
    reason: str = ""
    """One of our words; never a student's."""
    message_id: int | None = None
    again_at: datetime | None = None
    """For one that stays pending: when to try again."""
    unsure: bool = False
    """For one that stays pending: it may have gone out nevertheless."""


class Deliveries:
    """Claims and records. Safe for several workers on one database."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._generation = db.generation

    async def claim(self, limit: int = 50) -> list[Delivery]:
        """Take up to `limit` due reminders, and with them whatever else is due for the same students."""
        async with self.db.write() as session:
            present, generation = now(), self.db.generation
            if generation != self._generation:
                # A backup does not know what went out since it was made.
                await session.execute(_DOUBT, {"present": present})
            deliveries = await self._claim(session, present, limit)
        self._generation = generation
        return deliveries

    async def _claim(self, session: AsyncSession, present: datetime, limit: int) -> list[Delivery]:
        connection = await session.connection()
        rows = [*(await connection.execute(_DUE, {"present": present, "many": limit})).mappings()]
        if not rows:
            return []
        if len(rows) == limit:
            # There may be more for these students, who are this worker's by now.
            users = list({row["user_id"] for row in rows})
            more = _all_of(connection.dialect.name)
            with beside_the_loop():
                found = await connection.execute(more, {"present": present, "users": users})
            rows = _whole([*found.mappings()])
        deliveries = _by_user(rows, until=present + LEASE)
        if len(rows) == MOST:
            later = {"present": present, "users": [rows[0]["user_id"]], "until": present + LEASE}
            with beside_the_loop():
                await connection.execute(_put_off(connection.dialect.name), later)
        claimed = [reminder for delivery in deliveries for reminder in delivery.reminders]
        await _TAKE.run(connection, [{"row": one.id, "until": one.lease, "known_by": one.nonce} for one in claimed])
        return deliveries

    async def earliest(self) -> datetime | None:
        """When the next pending reminder can be claimed; None when nothing waits."""
        async with self.db.read(patient=True) as session:
            return await session.scalar(_EARLIEST)

    async def record(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        """Note what became of reminders, in one transaction.

        Only where this worker's claim still stands: a student who acted meanwhile, or another worker who took over
        after the lease, has the last word.
        """
        if not outcomes:
            return
        async with self.db.write(*(one.reminder.user_id for one in outcomes)) as session:
            connection = await session.connection()
            await _RECORD.run(connection, [_values(outcome) for outcome in outcomes])
            opened, closed = _door(connection.dialect.name)
            if users := [one.reminder.user_id for one in outcomes if one.status is Status.SENT]:
                await connection.execute(opened, {"users": users})
            if users := [one.reminder.user_id for one in outcomes if one.status is Status.UNDELIVERABLE]:
                await connection.execute(closed, {"users": users, "moment": now()})


_CAN_BE_CLAIMED = (
    select(
        Reminder.id,
        Reminder.user_id,
        Reminder.kind,
        Reminder.subject_id,
        Reminder.due_at,
        Reminder.expires_at,
        Reminder.attempts,
        Reminder.claimed_until,
        Reminder.nonce,
        User.zone,
        User.quiet_from,
        User.quiet_to,
    )
    .join(User, User.discord_id == Reminder.user_id)
    .where(PENDING, Reminder.available_at <= bindparam("present"))
    .order_by(Reminder.available_at)
    .with_for_update(skip_locked=True, key_share=True, of=(User, Reminder))
)
"""The longest waiting first, with what is needed of its student. PostgreSQL locks the student before the reminder:
what is due for one student is never divided between two workers, and nobody waits for the other."""
_DUE = _CAN_BE_CLAIMED.limit(bindparam("many"))


@cache
def _all_of(dialect: str) -> Select[*tuple[Any, ...]]:
    """Everything that can be claimed for some students, one after the other; one more than `MOST` at most."""
    theirs = _CAN_BE_CLAIMED.where(among(dialect, _REMINDERS.c.user_id, "users"))
    return theirs.order_by(None).order_by(_REMINDERS.c.user_id, _REMINDERS.c.available_at).limit(MOST + 1)


def _whole(rows: list[RowMapping]) -> list[RowMapping]:
    """Of rows of one student after the other, `MOST` at most: those of whom not all would fit in come next.

    But for a student who alone has more.
    """
    if len(rows) <= MOST:
        return rows
    cut = rows[-1]["user_id"]
    return [row for row in rows if row["user_id"] != cut] or rows[:MOST]


@cache
def _put_off(dialect: str) -> Update:
    """For what else can be claimed for some students: later, as one message at a time is on its way to anybody."""
    theirs = among(dialect, _REMINDERS.c.user_id, "users")
    due = select(Reminder.id).where(PENDING, Reminder.available_at <= bindparam("present"), theirs)
    found = _REMINDERS.c.id.in_(due.with_for_update(skip_locked=True))
    return update(_REMINDERS).where(found).values(available_at=bindparam("until", type_=_MOMENT))


_EARLIEST = select(Reminder.available_at).where(PENDING).order_by(Reminder.available_at).limit(1)

_REMINDERS, _USERS = Base.metadata.tables[Reminder.__tablename__], Base.metadata.tables[User.__tablename__]
_MOMENT = _REMINDERS.c.available_at.type
_TAKE = ManyUpdates(
    {"row": _REMINDERS.c.id.type, "until": _MOMENT, "known_by": _REMINDERS.c.nonce.type},
    lambda given: (
        update(_REMINDERS)
        .where(_REMINDERS.c.id == given["row"])
        .values(
            claimed_until=given["until"],
            available_at=given["until"],
            attempts=_REMINDERS.c.attempts + 1,
            nonce=given["known_by"],
        )
    ),
)
_DOUBT = (
    update(_REMINDERS)
    .where(PENDING, _REMINDERS.c.available_at <= bindparam("present"), _REMINDERS.c.claimed_until.is_(None))
    .values(claimed_until=_REMINDERS.c.available_at)
)
"""Everything due may have gone out already."""
_RECORD = ManyUpdates(
    {
        "row": _REMINDERS.c.id.type,
        "lease": _MOMENT,
        "outcome": _REMINDERS.c.status.type,
        "because": _REMINDERS.c.reason.type,
        "again_at": _MOMENT,
        "unsure": _MOMENT,
        "at": _MOMENT,
        "message": _REMINDERS.c.message_id.type,
    },
    lambda given: (
        update(_REMINDERS)
        .where(_REMINDERS.c.id == given["row"], _REMINDERS.c.claimed_until == given["lease"], PENDING)
        .values(
            status=given["outcome"],
            reason=given["because"],
            available_at=given["again_at"],
            claimed_until=given["unsure"],
            sent_at=given["at"],
            message_id=given["message"],
        )
    ),
)


@cache
def _door(dialect: str) -> tuple[Update, Update]:
    """For students whose DMs turned out to be open, and for those whose DMs are closed."""
    theirs = update(_USERS).where(among(dialect, _USERS.c.discord_id, "users"))
    known_closed = _USERS.c.dm_closed_at.is_not(None)
    return theirs.where(known_closed).values(dm_closed_at=None), theirs.values(dm_closed_at=bindparam("moment"))


def _values(outcome: DeliveryOutcome) -> dict[str, object]:
    return {
        "row": outcome.reminder.id,
        "lease": outcome.reminder.lease,
        "outcome": outcome.status.value,
        "because": outcome.reason,
        "again_at": outcome.again_at or outcome.reminder.due_at,
        "unsure": outcome.reminder.lease if outcome.unsure else None,
        "at": now() if outcome.status is Status.SENT else None,
        "message": outcome.message_id,
    }


def _by_user(rows: Iterable[RowMapping], until: datetime) -> list[Delivery]:
    by_user: dict[int, list[RowMapping]] = {}
    for row in sorted(rows, key=lambda row: (row["due_at"], row["id"])):
        by_user.setdefault(row["user_id"], []).append(row)
    return [_delivery(user_id, mine, until) for user_id, mine in by_user.items()]


def _delivery(user_id: int, rows: Sequence[RowMapping], until: datetime) -> Delivery:
    nonce = nonce_of(row["id"] for row in rows if row["claimed_until"] is None)
    quiet = QuietHours(rows[0]["quiet_from"], rows[0]["quiet_to"])
    return Delivery(user_id, rows[0]["zone"], quiet, tuple(_claimed(row, until, nonce) for row in rows))


def nonce_of(ids: Iterable[int]) -> int:
    """What a message about these reminders is known by: the same for the same ones, another for any others.

    Were it the smallest of them, a message could pass for one that also speaks of what has joined it since.
    """
    group = ",".join(map(str, sorted(ids)))
    return int.from_bytes(blake2b(group.encode(), digest_size=8).digest()) >> 1


def _claimed(row: RowMapping, until: datetime, nonce: int) -> Claimed:
    interrupted = row["claimed_until"] is not None
    return Claimed(
        id=row["id"],
        user_id=row["user_id"],
        kind=ReminderKind(row["kind"]),
        subject_id=row["subject_id"],
        due_at=row["due_at"],
        expires_at=row["expires_at"],
        attempts=row["attempts"] + 1,
        lease=until,
        nonce=row["nonce"] or row["id"] if interrupted else nonce,
        interrupted=interrupted,
    )
