"""What time it is for Discord: read off every answer of its REST interface, and asked for when need be."""

import asyncio
import contextlib
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
import discord

from bot.reminders.clock_check import ClockCheck
from bot.ui.connection.refusals import EVALUATION, UNREADABLE

_ONE_QUESTION = 10
"""Seconds for an answer; it is asked again later."""


def listen(trace: aiohttp.TraceConfig, clock_check: ClockCheck) -> None:
    """Have `clock_check` hear the `Date` of every answer, before anything else looks at that answer."""

    async def started(
        _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestStartParams
    ) -> None:
        context.started_at = asyncio.get_running_loop().time()

    async def answered(
        _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        took = timedelta(seconds=asyncio.get_running_loop().time() - context.started_at)
        with contextlib.suppress(KeyError, ValueError, TypeError):  # none, or none that can be read
            date = parsedate_to_datetime(params.response.headers["Date"])
            clock_check.heard(date if date.tzinfo else date.replace(tzinfo=UTC), took)

    trace.on_request_start.insert(0, started)
    trace.on_request_end.insert(0, answered)


async def ask(client: discord.Client) -> None:
    """Have Discord say anything; what it says is heard by `listen`. Never raises for want of an answer."""
    with contextlib.suppress(*EVALUATION, *UNREADABLE, OSError):
        async with asyncio.timeout(_ONE_QUESTION):
            await client.http.request(discord.http.Route("GET", "/gateway"))
