"""The reminder engine: rows are the truth, APScheduler is the clock.

1. Two jobs in APScheduler's memory, however many reminders there are: `wake`, at the moment the next row is due,
   and `sweep`, every few seconds for what nobody announced (another process, a jump of the clock). They only poke;
   `sweep` not even that while nobody has written to the database.
2. A poke starts the one dispatcher task, or has the running one look again.
3. It claims what is due under a lease and commits; sends outside any transaction, with a nonce; marks each row
   with what became of it. A row stays `pending` until Discord has taken the message: at least once, never lost.
4. Everything due for one student goes out as one message; what is older than it is useful is marked stale.
5. One student's closed DMs or failures never hold up another's.
6. When nothing is due any more, `wake` is set to the next row.
"""

import asyncio
import logging
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import now
from bot.domain.reminders import backoff, hold_until, is_late, keep_newest
from bot.logs import outline
from bot.reminders.pace import Pace
from bot.services.deliveries import Claimed, Deliveries, Delivery

log = logging.getLogger(__name__)

BATCH = 50
AT_ONCE = 8
"""Messages on their way at the same time."""


class DirectMessagesClosedError(Exception):
    """The student does not take DMs from the bot."""


class TryLaterError(Exception):
    """Discord could not take the message now. `after`: how long it wants to be left alone, if it said so."""

    def __init__(self, after: timedelta | None = None) -> None:
        super().__init__(after)
        self.after = after


class Sender(Protocol):
    """Draws and sends; `bot/app.py` hands one in."""

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        """Send one message about `reminders`; returns its id, or None when there is nothing left to say.

        Raises DirectMessagesClosedError or TryLaterError.
        """


class Engine:
    """Sends every reminder at its time. `start` and `stop` belong to the client's life."""

    def __init__(self, deliveries: Deliveries, sender: Sender, *, sweep_seconds: float, per_second: float) -> None:
        self._deliveries = deliveries
        self._sender = sender
        self._pace = Pace(per_second)
        self._sweep_seconds = sweep_seconds
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._wake_at: datetime | None = None
        self._seen: int | None = None
        """The version of the rows that the last look saw; None when it failed or when there are no versions."""
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._stopping = False
        self._slots = asyncio.Semaphore(AT_ONCE)

    def start(self) -> None:
        """Start the clock and look at once for what fell due while the bot was away."""
        self._scheduler.start()
        self._scheduler.add_job(
            self._sweep, "interval", seconds=self._sweep_seconds, id="sweep", misfire_grace_time=None, coalesce=True
        )
        self.poke()

    async def stop(self) -> None:
        """Stop the clock and let the messages that are on their way arrive and be marked."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._stopping = True
        await self.finished()

    async def finished(self) -> None:
        """Return when the dispatcher has nothing in hand."""
        while self._task is not None and not self._task.done():
            await self._task

    @property
    def wakes_at(self) -> datetime | None:
        """When the clock will poke next, sweeps apart; None when nothing is planned."""
        return self._wake_at

    def arm(self, due: datetime) -> None:
        """Wake up at `due`, unless something is due before."""
        if not self._scheduler.running or (self._wake_at is not None and self._wake_at <= due):
            return
        self._wake_at = due
        self._scheduler.add_job(
            self._tick, "date", run_date=due, id="wake", misfire_grace_time=None, replace_existing=True
        )

    async def _tick(self) -> None:
        self.poke()

    async def _sweep(self) -> None:
        """Poke, unless nobody has written a row since the last look and the next one is still to come."""
        overdue = self._wake_at is not None and self._wake_at <= now()
        if overdue or self._seen is None or self._seen != self._deliveries.version():
            self.poke()

    def poke(self) -> None:
        """Have the dispatcher look for due reminders, now or right after the look it is busy with."""
        self._again = True
        if not self._stopping and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._dispatch(), name="reminders")

    async def _dispatch(self) -> None:
        try:
            while self._again and not self._stopping:
                self._again = False
                self._wake_at = self._seen = None
                version = self._deliveries.version()
                if (due := await self._empty_the_queue()) is not None:
                    self.arm(due)
                self._seen = version
        except Exception as error:  # noqa: BLE001 - this is the door of the engine: the sweep looks again
            log.error("the reminder engine stumbled; it looks again at the next sweep\n%s", outline(error))  # noqa: TRY400 - the message of the error must not be logged

    async def _empty_the_queue(self) -> datetime | None:
        """Send what is due; returns when the next row is. A look that finds nothing due writes nothing."""
        while (due := await self._deliveries.earliest()) is not None and due <= now() and not self._stopping:
            deliveries = await self._deliveries.claim(BATCH)
            if not deliveries:
                break  # another worker was quicker
            await asyncio.gather(*(self._deliver(delivery) for delivery in deliveries))
        return due

    async def _deliver(self, delivery: Delivery) -> None:
        """Decide about one student's due reminders and send what is left. Never raises."""
        try:
            async with self._slots:
                await self._sort_out(delivery)
        except Exception as error:  # noqa: BLE001 - one student's failure must not stop the others
            log.error("a reminder failed; it is tried again\n%s", outline(error))  # noqa: TRY400 - same

    async def _sort_out(self, delivery: Delivery) -> None:
        present = now()
        fresh = [reminder for reminder in delivery.reminders if reminder.expires_at > present]
        await self._deliveries.stale(_ids(r for r in delivery.reminders if r not in fresh), "too late to be useful")
        sorted_out = keep_newest(fresh)
        await self._deliveries.stale(_ids(sorted_out.superseded), "a newer one says it")
        ready = [reminder for reminder in sorted_out.keep if not await self._held(delivery, reminder, present)]
        if ready:
            await self._send(delivery.user_id, ready, present)

    async def _held(self, delivery: Delivery, reminder: Claimed, present: datetime) -> bool:
        """Put off what is overdue in the student's quiet hours, if it is still useful after them."""
        if delivery.zone is None or not is_late(reminder.due_at, present):
            return False
        until = hold_until(present, reminder.expires_at, delivery.quiet, ZoneInfo(delivery.zone))
        if until is None:
            return False
        await self._deliveries.later([reminder.id], until, "quiet hours")
        return True

    async def _send(self, user_id: int, reminders: Sequence[Claimed], present: datetime) -> None:
        await self._pace.wait()
        ids = _ids(reminders)
        late = any(is_late(reminder.due_at, present) for reminder in reminders)
        try:
            message_id = await self._sender.send(user_id, reminders, late=late)
        except DirectMessagesClosedError:
            await self._deliveries.undeliverable(user_id, ids)
        except TryLaterError as error:
            wait = error.after or backoff(max(r.attempts for r in reminders), random.random())  # noqa: S311 - jitter
            await self._deliveries.later(ids, now() + wait, "Discord could not take it")
        else:
            if message_id is None:
                await self._deliveries.stale(ids, "nothing left to say")
            else:
                await self._deliveries.sent(user_id, ids, message_id)


def _ids(reminders: Iterable[Claimed]) -> list[int]:
    return [reminder.id for reminder in reminders]
