"""Use cases of staying away: note who is here, warn twice who is not, and delete what they left behind.

`Housekeeping` in `bot/reminders` has the day's look made. The warnings are reminders like any other: rows that are
claimed, sent, held through the night and read back as all of them are.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from bot.clock import now
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.inactivity import (
    WARNINGS,
    InactivityStep,
    Warned,
    absence,
    next_step,
    plan_warning,
    seen_before,
)
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.handbook.models import Handbook
from bot.services.base import UseCases, known_zone, quiet_of
from bot.services.reminders.scheduling import arm, cancel
from bot.services.slices.writing import AT_ONCE, erase_the_rest, take_back_the_note
from bot.storage.bot_state import BotState
from bot.storage.database import Database
from bot.storage.models import Contact, Interview, Reminder, User
from bot.storage.privacy.erasure import delete_some

EVERY = timedelta(hours=23)
"""From one look to the next: a little less than a day, so that a daily beat never comes too early."""
GAP = timedelta(days=3)
"""A longer time without a look means that the bot was away."""
_AHEAD = timedelta(days=2)
"""Warnings are planned so early that each can go out at its time of day, whenever the look is made."""
_FACT = "inactivity"
_KINDS = [kind.value for kind in WARNINGS]
_DECIDED = [status.value for status in (Status.SENT, Status.UNDELIVERABLE, Status.UNCERTAIN)]


def is_noted(user: User, seen: datetime) -> bool:
    """Whether a visit of that day is noted already. A later day is one that has not been: a clock was wrong."""
    return seen.date() <= user.last_seen_at.date() <= (seen + timedelta(days=1)).date()


async def note_visit(session: AsyncSession, user_id: int, seen: datetime) -> bool:
    """The student is here, so that no warning has anything to say. False when nothing is kept of them."""
    await cancel(session, WARNINGS, [user_id], "the student is back")
    found = await session.scalars(
        update(User).where(User.discord_id == user_id).values(last_seen_at=seen).returning(User.discord_id)
    )
    return found.first() is not None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at some students."""

    warned: int = 0
    deleted: int = 0

    def __add__(self, other: "Looked") -> "Looked":
        return Looked(self.warned + other.warned, self.deleted + other.deleted)


class Inactivity(UseCases):
    """Safe for several processes on one database."""

    def __init__(self, db: Database, handbook: Handbook, months: int) -> None:
        """`months`: how long a student may stay away; 0 for ever."""
        super().__init__(db, handbook)
        self.months = months
        self._state = BotState(db)

    async def keep(self, owner_id: int, seen: datetime | None = None) -> bool:
        """Keep everything of a student who was warned, and was `seen`. False when nothing is left to keep."""
        async with self.db.write(owner_id) as session:
            return await note_visit(session, owner_id, seen or now())

    async def begin(self) -> datetime | None:
        """Begin the day's look. Returns since when one was made each day; None when it is not time for one.

        Over a stop of the bot, or a jump of the clock, that counts anew.
        """
        if not self.months:
            return None
        present = now()
        since = last = None
        if known := await self._state.get(_FACT):
            since, last = map(datetime.fromisoformat, known.split())
            if timedelta(0) <= present - last < EVERY:
                return None
        if since is None or last is None or not timedelta(0) <= present - last <= GAP:
            since = present
        await self._state.set(_FACT, f"{since.isoformat()} {present.isoformat()}")
        return since

    async def absent(self) -> list[int]:
        """Students who have been away for so long that something may have to be done, the longest first."""
        gone = User.last_seen_at < seen_before(now() + _AHEAD, self.months)
        query = select(User.discord_id).where(gone).order_by(User.last_seen_at)
        async with self.db.read() as session:
            return list(await session.scalars(query))

    async def look(self, students: Collection[int], since: datetime) -> Looked:
        """Plan the warnings of these students that come next, and delete everything of those whose time is up.

        Whoever has something coming up is not away. Deciding and deleting are one transaction, in which nobody
        can come back unnoticed.
        """
        planned, erased = 0, []
        async with self.db.write(*students) as session:
            present = now()
            users = await _locked(session, students)
            busy, warned = await _busy(session, students), await _warned(session, users)
            for user in users:
                step = self._step(user, warned[user.discord_id], since)
                if user.discord_id in busy:
                    continue
                if step.warning is None and step.at <= present:
                    connection = await session.connection()
                    erased.append((user, await connection.run_sync(delete_some, user.discord_id, AT_ONCE)))
                elif step.warning is not None and step.at <= present + _AHEAD:
                    await _plan(session, user, step.warning, step.at)
                    planned += 1
        # Not before the commit, as for those who ask for it: should the machine stop in between, a backup brings
        # back somebody who is warned and deleted again. The other way round it might be somebody who is back.
        for user, _ in erased:
            await asyncio.to_thread(self.db.erased.add, user.discord_id, user.created_at, present)
        await self._erase_the_rest(erased)
        if erased:
            await self.db.know_erased()
            await self.db.scrub()
        return Looked(planned, len(erased))

    async def _erase_the_rest(self, noted: Sequence[tuple[User, bool]]) -> None:
        """Of each, if it is not done already."""
        left = [user for user, done in noted if not done]
        while left:
            try:
                await erase_the_rest(self.db, left[0].discord_id)
            except Exception:
                # They, and those whose turn does not come now, are warned anew, and may come back before that.
                for user in left:
                    await take_back_the_note(self.db, user.discord_id, user.created_at)
                raise
            del left[0]

    def _step(self, user: User, warned: Sequence[Warned], since: datetime) -> InactivityStep:
        return next_step(absence(user.last_seen_at, self.months, known_zone(user)), warned, since)


async def _locked(session: AsyncSession, students: Collection[int]) -> Sequence[User]:
    """Their rows, until the end of the transaction. Another process is busy with those that are missing."""
    # Nothing that they wrote: it is sealed for one student at a time.
    known = load_only(*_KNOWN, raiseload=True)
    mine = select(User).where(User.discord_id.in_(students)).options(known)
    query = mine.with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()


_KNOWN = (User.zone, User.quiet_from, User.quiet_to, User.dm_closed_at, User.created_at, User.last_seen_at)


async def _busy(session: AsyncSession, students: Collection[int]) -> set[int]:
    """Those of `students` who have something coming up, be it a warning that is still to go out."""
    reminders = select(Reminder.user_id).where(
        Reminder.user_id.in_(students), Reminder.status == Status.PENDING.value
    )
    interviews = (
        select(Contact.owner_id)
        .join(Interview, Interview.contact_id == Contact.id)
        .where(
            Contact.owner_id.in_(students),
            Interview.status == InterviewStatus.SCHEDULED.value,
            Interview.starts_at > now(),
        )
    )
    return set(await session.scalars(reminders.union(interviews)))


async def _warned(session: AsyncSession, users: Sequence[User]) -> defaultdict[int, list[Warned]]:
    """The warnings that are decided, by student; those that were taken back or dropped are none."""
    by_id = {user.discord_id: user for user in users}
    query = select(Reminder).where(
        Reminder.user_id.in_(by_id), Reminder.kind.in_(_KINDS), Reminder.status.in_(_DECIDED)
    )
    found: defaultdict[int, list[Warned]] = defaultdict(list)
    for row in await session.scalars(query):
        # Of one that did not arrive, the row does not tell when that turned out; the student's does, or nearly.
        at = row.sent_at or max(row.due_at, by_id[row.user_id].dm_closed_at or row.due_at)
        found[row.user_id].append(Warned(ReminderKind(row.kind), at))
    return found


async def _plan(session: AsyncSession, user: User, warning: ReminderKind, at: datetime) -> None:
    reminder = plan_warning(
        warning,
        user.discord_id,
        at,
        last_seen=user.last_seen_at,
        zone=known_zone(user),
        quiet=quiet_of(user),
        now=now(),
    )
    await arm(session, user.discord_id, [reminder])
