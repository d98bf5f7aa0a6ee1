"""The reminder engine: rows are the truth, APScheduler is the clock.

1. One job in APScheduler's memory, however many reminders there are: `wake`, at the moment the next row is due.
   Beside it beats a `sweep` every few seconds, for what nobody announced: another process, a jump of the clock. It
   counts by the loop's time, as a wall clock set back by hours would silence a job of APScheduler's for that long.
   Both only poke. What was deleted or written over the database forgets at the next beat, and within half a minute.
2. A poke starts the one dispatcher task, or has the running one look again.
3. It claims what is due under a lease and commits; sends outside any transaction, with a nonce; records each row's
   outcome, many in one commit. A row stays `pending` until Discord has the message: at least once, never lost.
4. Of a row whose earlier attempt has no known end, the DM is read back first: never silently a second time.
5. Everything due for one student goes out as one message, but for thousands at once; what is older than it is
   useful is marked stale. What falls due right after a message waits a little for what else may come, unless it
   would expire.
6. Each student's message is on its way by itself: closed DMs, failures or slow answers hold up nobody else.
7. When nothing is due any more, `wake` is set to the next row.
8. While this machine's clock cannot be believed (`clock_check.py`), nothing is claimed: it may not be due.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import now
from bot.logs import outline
from bot.reminders.attempts import Attempts
from bot.reminders.clock_check import ClockCheck
from bot.reminders.outcome_writer import OutcomeWriter
from bot.reminders.pace import SendPace, Spacing
from bot.reminders.sender_protocol import Sender
from bot.services.reminders.claims import Deliveries, Delivery
from bot.storage.errors import problem_of

log = logging.getLogger(__name__)

BATCH = 50
AT_ONCE = 100
"""Students whose messages are on their way at the same time."""
_UNSURE = 5
"""Seconds until it is asked again whether the clock can be believed."""
_TIDY_WITHIN = 30
"""Seconds until what was deleted or written over is forgotten, however seldom a sweep comes: PRIVACY.md."""
_CONTENDED = timedelta(seconds=1)
"""How long to leave rows alone that another worker is just claiming."""


class Engine:
    """Sends every reminder at its time. `start` and `stop` belong to the client's life."""

    def __init__(
        self,
        deliveries: Deliveries,
        sender: Sender,
        *,
        sweep_seconds: float,
        per_second: float,
        gap_seconds: float = 0,
        clock_check: ClockCheck | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._clock_check = clock_check or ClockCheck()
        spacing = Spacing(timedelta(seconds=gap_seconds))
        self._attempts = Attempts(
            sender,
            OutcomeWriter(deliveries),
            SendPace(per_second),
            self._come_back,
            spacing,
            steady=self._clock_check.steady,
        )
        self._sweep_seconds = sweep_seconds
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._heartbeat: asyncio.TimerHandle | None = None
        self._asking: asyncio.TimerHandle | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._to_tidy: asyncio.TimerHandle | None = None
        self._wake_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._again = False
        self._stopping = False

    def start(self) -> None:
        """Start the clock and look at once for what fell due while the bot was away."""
        self._scheduler.start()
        self._heartbeat = asyncio.get_running_loop().call_later(self._sweep_seconds, self._beat)
        if self._deliveries.db.untidy:
            self.tidy_soon()
        self.poke()

    async def stop(self, within: float = 10) -> None:
        """Stop the clock and let the messages that are on their way arrive, for `within` seconds.

        What is not through by then stays claimed; the next start reads back whether it arrived.
        """
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for timer in (self._heartbeat, self._asking, self._to_tidy):
            if timer is not None:
                timer.cancel()
        self._stopping = True
        if self._tidying is not None:
            await asyncio.wait([self._tidying])
        try:
            async with asyncio.timeout(within):
                await self.finished()
        except TimeoutError:
            for task in self._busy():
                task.cancel()
            await self.finished()

    async def finished(self) -> None:
        """Return when the engine has nothing in hand."""
        while busy := self._busy():
            await asyncio.wait(busy)

    def _busy(self) -> set[asyncio.Task[None]]:
        dispatching = {self._task} if self._task is not None and not self._task.done() else set()
        return self._under_way | dispatching

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

    def _come_back(self, at: datetime) -> None:
        if at <= now():
            self.poke()
        else:
            self.arm(at)

    def _beat(self) -> None:
        self._heartbeat = asyncio.get_running_loop().call_later(self._sweep_seconds, self._beat)
        self.sweep()
        if self._deliveries.db.untidy:
            self._tidy()

    def tidy_soon(self) -> None:
        """Have the database forget what it keeps no more, with all that comes to it until then."""
        if self._to_tidy is None and self._scheduler.running and not self._stopping:
            self._to_tidy = asyncio.get_running_loop().call_later(_TIDY_WITHIN, self._tidy)

    def _tidy(self) -> None:
        if self._to_tidy is not None:
            self._to_tidy.cancel()
            self._to_tidy = None
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(self._tidied(), name="tidying")

    async def _tidied(self) -> None:
        await self._deliveries.db.tidy()
        if self._deliveries.db.untidy:
            self.tidy_soon()  # somebody was reading it, or has written since

    def sweep(self) -> None:
        """Look, whatever may have happened: where nothing is due, that is one indexed question."""
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
                expected = self._wake_at
                self._wake_at = None
                if not await self._clock_check.settled():
                    self._ask_again()
                    return
                if (due := await self._empty_the_queue(expected)) is not None:
                    self.arm(due)
        except Exception as error:  # noqa: BLE001 - this is the door of the engine: the sweep looks again
            if problem_of(error) is None:  # the storage says that itself, once and not at every sweep
                log.error("the reminder engine stumbled; it looks again at the next sweep\n%s", outline(error))  # noqa: TRY400 - the message of the error must not be logged

    def _ask_again(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        if not self._stopping:
            self._asking = asyncio.get_running_loop().call_later(_UNSURE, self.poke)

    async def _empty_the_queue(self, expected: datetime | None) -> datetime | None:
        """Set off what is due; returns when the next row is. A look that finds nothing due writes nothing.

        `expected`: for when the clock was set. Once that has come, there is no need to ask before taking.
        """
        due = expected if expected is not None and expected <= now() else await self._deliveries.earliest()
        while due is not None and due <= now() and not self._stopping and self._clock_check.steady():
            room = await self._room()
            deliveries = await self._deliveries.claim(room)
            for delivery in deliveries:
                self._set_off(delivery)
            if sum(len(delivery.reminders) for delivery in deliveries) >= room:
                continue  # there was more than was asked for, most likely
            due = await self._deliveries.earliest()
            if not deliveries and due is not None and due <= now():
                return now() + _CONTENDED
        return due

    async def _room(self) -> int:
        """How many students' messages may set off now; waits while there is room for none."""
        while len(self._under_way) >= AT_ONCE:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        return min(BATCH, AT_ONCE - len(self._under_way))

    def _set_off(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._attempts.make(delivery), name="reminder")
        self._under_way.add(task)
        task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not self._under_way:
            # The last look saw leases where there are none any more: set the clock to what really comes next.
            self.poke()
