"""Writes outcomes together: while one commit is on its way to the disk, those that follow gather for the next."""

import asyncio
import logging
from collections.abc import Sequence

from bot.logs import outline
from bot.services.reminders.claims import Deliveries, DeliveryOutcome
from bot.storage.errors import problem_of

log = logging.getLogger(__name__)


class NotWrittenError(Exception):
    """The database did not take it; the log has said why."""


class OutcomeWriter:
    """As many commits as the disk takes, whatever the number of messages."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._waiting: list[DeliveryOutcome] = []
        self._written: asyncio.Future[None] | None = None
        """Done when what is waiting now has been written."""
        self._task: asyncio.Task[None] | None = None

    async def put(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        """Return when `outcomes` are written.

        Raises NotWrittenError. Then the lease ends by itself, and whoever comes next reads back in the DM what
        became of the message.
        """
        if not outcomes:
            return
        self._waiting += outcomes
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        written = self._written
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="reminder outcomes")
        # Several wait for one commit; one of them that is cancelled must not take it away from the others.
        await asyncio.shield(written)

    async def _write(self) -> None:
        while self._written is not None:
            # Whatever is about to be said in this turn of the loop comes along.
            await asyncio.sleep(0)
            outcomes, self._waiting = self._waiting, []
            written, self._written = self._written, None
            try:
                await self._deliveries.record(outcomes)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next outcomes are written all the same
                if problem_of(error) is None:  # the storage says that itself, once
                    log.error("could not write what became of %d reminders\n%s", len(outcomes), outline(error))  # noqa: TRY400 - the message of the error must not be logged
                written.set_exception(NotWrittenError())
                # Whoever waited may have been cancelled meanwhile; then nobody is left to take note of it.
                written.exception()
            else:
                written.set_result(None)
