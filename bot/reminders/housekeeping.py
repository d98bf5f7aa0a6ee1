"""Once a day, and soon after a start: has everybody looked at who has stayed away for too long.

It beats by the loop's own time, as the engine's sweep does: a wall clock that is set back cannot silence it.
Several processes may all do so: whoever asks first when it is time has the day's look, and the others ask again.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.logs import outline
from bot.reminders.clock_check import ClockCheck
from bot.services.reminders.inactivity import Inactivity, Looked
from bot.storage.errors import problem_of

log = logging.getLogger(__name__)

BATCH = 50
"""Students in one transaction: whoever is here waits no longer than that takes."""
_SOON = timedelta(minutes=1)
"""After a start: those who were waiting for it have their answers by then."""
_ASK_AGAIN = timedelta(hours=1)
_LOOK_AGAIN = timedelta(days=1)


class Housekeeping:
    """Looks after those who are away. `start` and `stop` belong to the client's life."""

    def __init__(self, inactivity: Inactivity, clock_check: ClockCheck | None = None) -> None:
        self._inactivity = inactivity
        self._clock_check = clock_check or ClockCheck()
        self._heartbeat: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Start the clock, if there is anything to look for."""
        if self._inactivity.months:
            self._beat_in(_SOON)

    async def stop(self, within: float = 10) -> None:
        """Stop the clock, and let the students who are just being looked at be done, for `within` seconds."""
        self._stopping = True
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _beat_in(self, time: timedelta) -> None:
        if not self._stopping:
            self._heartbeat = asyncio.get_running_loop().call_later(time.total_seconds(), self._beat)

    def _beat(self) -> None:
        self._task = asyncio.create_task(self._ask(), name="housekeeping")

    async def _ask(self) -> None:
        again = _ASK_AGAIN
        try:
            if not await self._clock_check.settled():
                # Nobody is erased by a clock that is wrong.
                again = _SOON
            elif (since := await self._inactivity.begin()) is not None:
                again = _LOOK_AGAIN
                await self._look(await self._inactivity.absent(), since)
        except Exception as error:  # noqa: BLE001 - this is the door of it: whatever it is, it is tried again
            if problem_of(error) is None:  # the storage says that itself
                log.error("could not look after those who are away\n%s", outline(error))  # noqa: TRY400 - the message of the error must not be logged
        self._beat_in(again)

    async def _look(self, absent: list[int], since: datetime) -> None:
        done = Looked()
        for start in range(0, len(absent), BATCH):
            if self._stopping or not self._clock_check.steady():
                break
            done += await self._inactivity.look(absent[start : start + BATCH], since)
        if done != Looked():
            log.info("of %d who are away, warned %d, deleted %d", len(absent), done.warned, done.deleted)
