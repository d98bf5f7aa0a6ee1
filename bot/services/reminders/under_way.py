"""Reminders in the moment in which they are handed to Discord: checked once more before, and waited for after.

A worker has a reminder in hand for seconds before its message goes out. Whoever takes it back meanwhile, by a press
or by an erasure, may be told that nothing comes any more only once no request is on its way.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.services.reminders.claims import Claimed
from bot.storage.database import Database
from bot.storage.models import PENDING, Reminder, User

ARRIVES_WITHIN = 1
"""Seconds for which a press waits for a request: Discord wants an answer to it within three."""


class UnderWay:
    """The requests that send reminders, of this process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._by_student: Counter[int] = Counter()
        self._ended = asyncio.Condition()

    @asynccontextmanager
    async def going_out(self, reminders: Sequence[Claimed], *, named: bool = True) -> AsyncIterator[bool]:
        """Around the request that sends one message about them: whether all of them are still this worker's.

        And whether the message, which names people or not (`named`), is still as the student wants it.

        Whoever takes one back commits first and waits for this block afterwards. So either the commit is seen here,
        or the request is seen there.
        """
        student = Counter([reminders[0].user_id])
        self._by_student += student
        try:
            yield await self._are_held(reminders, named=named)
        finally:
            self._by_student -= student
            async with self._ended:
                self._ended.notify_all()

    async def _are_held(self, reminders: Sequence[Claimed], *, named: bool) -> bool:
        ids, leases = [one.id for one in reminders], {one.lease for one in reminders}
        standing = Reminder.id.in_(ids), Reminder.claimed_until.in_(leases), PENDING
        held = select(func.count()).select_from(Reminder).join(User, User.discord_id == Reminder.user_id)
        held = held.where(*standing, User.names_in_pings == named)
        async with self._db.read(patient=True) as session:
            return await session.scalar(held) == len(ids)

    async def through(self, students: Collection[int]) -> None:
        """Return when no request to these students is under way here, or after ARRIVES_WITHIN."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVES_WITHIN), self._ended:
                await self._ended.wait_for(lambda: not any(self._by_student[one] for one in students))


@dataclass(frozen=True, slots=True)
class InHand:
    """A student's reminders that some worker has, of whatever process."""

    sending: bool
    """One is being sent, or will be."""
    unsure: bool
    """Discord gave no answer about one, and it may still come."""


async def in_hand(session: AsyncSession, user_id: int) -> InHand:
    """What the leases say, in the caller's transaction: until it ends, nobody claims anything of this student."""
    await session.scalar(select(User.discord_id).where(User.discord_id == user_id).with_for_update())
    leases = select(Reminder.available_at, Reminder.claimed_until).where(
        Reminder.user_id == user_id, PENDING, Reminder.claimed_until > now()
    )
    # A worker that is done says when to try again, and leaves the end of its lease there if it is in doubt.
    found = {available == until for available, until in await session.execute(leases)}
    return InHand(sending=True in found, unsure=False in found)
