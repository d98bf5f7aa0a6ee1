"""The demo's time: follows the real clock, and jumps ahead when asked."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import simcord
import time_machine

LONGEST = timedelta(days=60)
BEAT = 2
"""Seconds between two steps of simulated time while nobody skips."""
STRIDE = 3600.0
"""Seconds of simulated time moved at once: a long skip has a budget of work for each of its hours."""

_SKIP = re.compile(r"\+?\s*(\d+(?:\.\d+)?)\s*([mhd])?(?:in|ins|ours?|r|rs|ays?)?", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def read_skip(text: str) -> timedelta | None:
    """What `+20h`, `+30m`, `2d` or `5` (hours) asks for; None when it is nothing of the kind or too far."""
    match = _SKIP.fullmatch(text.strip())
    if match is None:
        return None
    delta = float(match[1]) * _UNITS[(match[2] or "h").lower()]
    return delta if timedelta(0) < delta <= LONGEST else None


class DemoClock:
    """Moves the simulated Discord and this process's clock together.

    Simulated time may only move between two actions of the bot, so skips wait in a queue for a quiet moment.
    """

    def __init__(self, env: simcord.Env, traveller: time_machine.Traveller) -> None:
        self._env = env
        self._skips: asyncio.Queue[timedelta] = asyncio.Queue()
        advance = env.backend.clock.advance

        def advance_both(seconds: float) -> None:
            advance(seconds)
            traveller.move_to(env.now(), tick=False)

        # simcord has no hook for this, and the bot must see the same time as its Discord.
        env.backend.clock.advance = advance_both  # type: ignore[method-assign]

    def skip(self, delta: timedelta) -> None:
        """Jump ahead soon."""
        self._skips.put_nowait(delta)

    async def run(self, preview: simcord.Preview) -> None:
        """Keep time until cancelled; show what a skip or a ping that fell due brought."""
        before = time.perf_counter()
        while True:
            skipped = await self._next_skip()
            present = time.perf_counter()
            newest = self._newest(preview)
            await self._pass(skipped.total_seconds() + present - before)
            before = present
            if skipped or self._newest(preview) != newest:
                await self._when_quiet(preview.refresh)

    async def _pass(self, seconds: float) -> None:
        while seconds > 0:
            await self._when_quiet(self._env.advance_time, min(seconds, STRIDE))
            seconds -= STRIDE

    async def _next_skip(self) -> timedelta:
        try:
            return await asyncio.wait_for(self._skips.get(), timeout=BEAT)
        except TimeoutError:
            return timedelta(0)

    def _newest(self, preview: simcord.Preview) -> int | None:
        message = preview.channel.last_message
        return message.id if message else None

    async def _when_quiet(self, operation: Callable[..., Awaitable[None]], *args: float) -> None:
        while True:
            try:
                return await operation(*args)
            except simcord.SetupError:
                # The student is in the middle of something; time waits for them.
                await asyncio.sleep(0.2)
