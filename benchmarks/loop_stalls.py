"""Watches the event loop: how long did it let a task wait that only wanted to run again?"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

_TICK = 0.001


class Stalls:
    """The longest stall of each phase."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}
        """In seconds, by phase."""

    @contextlib.asynccontextmanager
    async def watched(self, phase: str) -> AsyncIterator[None]:
        """Watch the loop while the block runs."""
        watcher = asyncio.create_task(self._watch(phase), name="stalls")
        await asyncio.sleep(0)
        try:
            yield
        finally:
            # One more tick, for a stall that lasted until now.
            await asyncio.sleep(2 * _TICK)
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    async def _watch(self, phase: str) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            stalled = time.perf_counter() - before - _TICK
            self.longest[phase] = max(self.longest.get(phase, 0.0), stalled)

    def worst(self) -> tuple[str, float]:
        """The phase with the longest stall, and that in seconds."""
        return max(self.longest.items(), key=lambda item: item[1])
