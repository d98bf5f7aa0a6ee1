"""The engine with nobody behind it: a sender that takes everything and notes when."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.clock import now
from bot.reminders.engine import Engine
from bot.services.reminders.claims import Claimed, Deliveries
from bot.storage.database import Database

NO_PACE = 1e9
"""Messages in a second that nothing holds back."""


class Taker:
    """Stands where Discord is: takes every message at once."""

    def __init__(self, expected: int = 0) -> None:
        self.taken: list[tuple[datetime, datetime]] = []
        """When each reminder was due, and when it was handed over."""
        self.complete = asyncio.Event()
        """Set with the last of the reminders that are expected."""
        self._expected = expected

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:  # noqa: ARG002 - the engine's protocol
        """Note the moment."""
        moment = now()
        self.taken.extend((reminder.due_at, moment) for reminder in reminders)
        if len(self.taken) == self._expected:
            self.complete.set()
        return len(self.taken)

    async def find(self, user_id: int, reminders: Sequence[Claimed]) -> Mapping[int, int] | None:  # noqa: ARG002 - the engine's protocol
        """Nothing ever went out before."""
        return {}


@asynccontextmanager
async def engine_on(db: Database, taker: Taker, *, per_second: float = NO_PACE) -> AsyncIterator[Engine]:
    """An engine that sweeps so seldom that nothing but its clock and pokes wake it."""
    engine = Engine(Deliveries(db), taker, sweep_seconds=3600, per_second=per_second)
    try:
        yield engine
    finally:
        await engine.stop()
