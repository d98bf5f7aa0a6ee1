"""The demo's time: jumps ahead when asked, and else moves from one due moment to the next by the real clock."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import simcord
import time_machine

from bot.app import Rapport

LONGEST = timedelta(days=60)
STRIDE = timedelta(hours=6).total_seconds()
"""Seconds of simulated time moved at once: a long skip has a budget of work for each of its strides."""
REST = 2.0
"""Seconds after a student's last action from which on the page may be redrawn: it takes one thing at a time."""

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
    """Moves the simulated Discord and this process's clock together, and shows what time brought.

    simcord refuses to move time while a student acts, and a student's action while time moves. So skips wait in a
    queue for a quiet moment, and the page is redrawn only when nobody has just pressed something.
    """

    def __init__(self, env: simcord.Env, traveller: time_machine.Traveller) -> None:
        self._env = env
        self._skips: asyncio.Queue[timedelta] = asyncio.Queue()
        self._acted_at = 0.0
        self._news = False
        advance = env.backend.clock.advance

        def advance_both(seconds: float) -> None:
            advance(seconds)
            traveller.move_to(env.now(), tick=False)

        # simcord has no hook for this, and the bot must see the same time as its Discord.
        env.backend.clock.advance = advance_both  # type: ignore[method-assign]

    def watch(self, bot: Rapport) -> None:
        """Notice what the student does, and what the bot says without being asked."""

        async def on_interaction(_interaction: discord.Interaction[Any]) -> None:
            self._acted_at = time.perf_counter()

        async def on_message(message: discord.Message) -> None:
            if not message.author.bot:
                self._acted_at = time.perf_counter()
            elif self._rested():
                self._news = True

        bot.add_listener(on_interaction, "on_interaction")
        bot.add_listener(on_message, "on_message")

    def skip(self, delta: timedelta) -> None:
        """Jump ahead soon."""
        self._skips.put_nowait(delta)

    async def run(self, preview: simcord.Preview) -> None:
        """Carry out skips and show news until cancelled."""
        while True:
            try:
                delta = await asyncio.wait_for(self._skips.get(), timeout=REST)
            except TimeoutError:
                delta = timedelta(0)
            if delta:
                await self._pass(delta.total_seconds())
            if delta or (self._news and self._rested()):
                self._news = False
                await self._when_quiet(preview.refresh)

    def _rested(self) -> bool:
        return time.perf_counter() - self._acted_at > REST

    async def _pass(self, seconds: float) -> None:
        while seconds > 0:
            await self._when_quiet(self._env.advance_time, min(seconds, STRIDE))
            seconds -= STRIDE

    async def _when_quiet(self, operation: Callable[..., Awaitable[None]], *args: float) -> None:
        while True:
            try:
                return await operation(*args)
            except simcord.SetupError:
                # The student is in the middle of something; time waits for them.
                await asyncio.sleep(0.1)
