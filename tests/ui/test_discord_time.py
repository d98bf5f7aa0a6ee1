"""Discord's time is read off its answers, as they come over the network."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.reminders.clock_check import ClockCheck
from bot.ui.connection.discord_time import listen
from bot.ui.reminders.discord_limits import DiscordLimits


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Something that answers with the time that it is asked to have."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(headers={"Date": request.query["date"]})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("date", "believed"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("Fri, 01 Jan 2100 00:00:00 GMT", False),
        ("Fri, 01 Jan 2100 00:00:00 -0000", False),
        ("yesterday", True),
        ("", True),
        ("Fri, 99 Jan 2100 99:00:00 GMT", True),
    ],
)
async def test_an_answer_tells_what_time_it_is(address: str, date: str, *, believed: bool) -> None:
    clock_check, trace = ClockCheck(), DiscordLimits().trace()
    listen(trace, clock_check)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session, session.get(address, params={"date": date}):
        pass
    assert clock_check.steady() is believed
