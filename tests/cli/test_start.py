"""The start on a bad day: Discord refuses in many ways, and the bot says so once, waits, and comes in by itself."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import yarl
from discord.backoff import ExponentialBackoff
from pydantic import SecretStr

from bot.app import Rapport, create_bot
from bot.settings import Settings
from bot.ui.connection import connect, discord_time
from tests.faults.doubles.discord.address import Address, pointed_at
from tests.faults.doubles.discord.faults import (
    FINE,
    Fault,
    garbled,
    lost,
    refused,
    route,
    server_error,
    too_many_requests,
)
from tests.faults.doubles.discord.server import StandIn

TOKEN = "a.stand-in.token"
WORDS = "do-not-repeat"
LOGIN = route("GET", "/users/@me")
COMMANDS = route("PUT", "/applications/*/commands")
PORTAL = f"<html>{WORDS}: sign in to the network</html>"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of milliseconds, ours and the library's."""
    monkeypatch.setattr(connect, "FIRST", timedelta(milliseconds=1))
    monkeypatch.setattr(connect, "MOST", timedelta(milliseconds=1))
    monkeypatch.setattr(ExponentialBackoff, "delay", lambda _: 0.001)


@asynccontextmanager
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn().serve() as discord_, _at(discord_.address):
        yield discord_


@asynccontextmanager
async def _at(address: Address) -> AsyncIterator[None]:
    with pointed_at(address):
        yield


@asynccontextmanager
async def started(folder: Path, **settings: Any) -> AsyncIterator[tuple[Rapport, asyncio.Task[None]]]:
    """The bot on its way to Discord, until the block ends."""
    bot = create_bot(Settings(_env_file=None, data_dir=folder / "data", **settings))
    running = asyncio.create_task(bot.start(TOKEN))
    try:
        yield bot, running
    finally:
        await bot.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name.startswith("bot.ui.") and one.levelno > 20]


async def until(heard: Callable[[], bool]) -> None:
    """Let everything go on until it is so."""
    async with asyncio.timeout(30):
        while not heard():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)


ANSWERS: dict[str, tuple[Fault, str]] = {
    "1015": (Fault(429, f"<html>{WORDS} error code: 1015</html>"), "(status 429, code 1015)"),
    "1020": (Fault(403, f"<html>{WORDS} error code: 1020</html>"), "(status 403, code 1020)"),
    "a captive portal": (Fault(200, PORTAL), "Something else answers in Discord's place (status 200)"),
    "a portal that creates": (Fault(201, PORTAL), "(status 201)"),
    "302": (Fault(302, PORTAL, {"Location": "/api/v10/users/@me"}), "(status 302)"),
    "307": (Fault(307, PORTAL, {"Location": "http://127.0.0.1:1/portal"}), "(status 307)"),
    "400": (refused(400, 50035, WORDS), "(status 400, code 50035)"),
    "401 of a network": (Fault(401, PORTAL), "(status 401)"),
    "403": (refused(403, 40001, WORDS), "(status 403, code 40001)"),
    "404": (refused(404, 0, WORDS), "(status 404)"),
    "405": (Fault(405, WORDS), "(status 405)"),
    "429 without more": (Fault(429, {"message": WORDS}), "(status 429)"),
    "503": (server_error(503), "Discord is out of order (status 503)"),
    "520": (Fault(520, WORDS), "Discord is out of order (status 520)"),
    "half an answer": (garbled(), "Discord's answer cannot be understood (JSONDecodeError)"),
    "an answer of another kind": (Fault(200, {"hello": WORDS}), "Discord's answer cannot be understood (KeyError)"),
    "a list": (Fault(200, [WORDS]), "Discord's answer cannot be understood (TypeError)"),
    "a broken connection": (lost(), "Discord cannot be reached (ServerDisconnectedError)"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_at_the_login_is_said_in_one_sentence_and_waited_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    fault, what = ANSWERS[name]
    async with stand_in() as there:
        plan = there.plans.next(LOGIN, fault, fault)
        async with started(tmp_path) as (_, running):
            await asyncio.wait_for(there.gateway.ready(), 30)
            assert not running.done()
    assert plan.met == 2
    sentences = said(caplog)
    # What asks for something is sent once more at once when the connection breaks.
    assert len(sentences) == (1 if fault.lost else 2)
    assert all(what in line and "Trying again in " in line for line in sentences)
    assert WORDS not in caplog.text
    assert there.gateway.identified == 1


@pytest.mark.parametrize(
    "fault", [too_many_requests(3600), too_many_requests(3600, via=False), too_many_requests(3600, everywhere=True)]
)
async def test_as_long_as_discord_asks_nothing_is_tried(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    async with stand_in() as there:
        there.plans.every(LOGIN, fault)
        async with started(tmp_path) as (_, running):
            await until(lambda: bool(said(caplog)))
            assert not running.done()
    assert len(there.requests) == 1
    assert "(status 429)" in said(caplog)[0]
    assert "Trying again in 60 min." in said(caplog)[0]


async def test_pauses_grow_up_to_a_bound_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "FIRST", timedelta(seconds=2))
    monkeypatch.setattr(connect, "MOST", timedelta(seconds=60))
    made = connect.pauses()
    found = [next(made).total_seconds() for _ in range(12)]
    bounds = [2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60]
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(found, bounds, strict=True))
    assert len(set(found)) > 6


async def test_a_gateway_that_takes_nobody_at_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with stand_in() as there:
        there.gateway.accepts = False
        async with started(tmp_path) as (_, running):
            await until(lambda: len(said(caplog)) > 1)
            assert not running.done()
            there.gateway.accepts = True
            await asyncio.wait_for(there.gateway.ready(), 30)
    assert all(line == "Discord refuses a connection (status 503). Trying again." for line in said(caplog))
    assert there.gateway.identified == 1
    assert not [one for one in caplog.records if one.name == "discord.client" and one.levelno > logging.INFO]


async def test_a_gateway_that_is_not_there_at_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with stand_in() as there:
        with pointed_at(Address(there.address.http, "ws://127.0.0.1:1/gateway")):
            async with started(tmp_path) as (_, running):
                await until(lambda: len(said(caplog)) > 1)
                assert not running.done()
                discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(there.address.gateway)
                await asyncio.wait_for(there.gateway.ready(), 30)
    assert "Discord cannot be reached (ClientConnectorError)" in said(caplog)[0]


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (refused(403, 50240, WORDS), "(status 403, code 50240). The application has a command of its own"),
        (refused(400, 50035, WORDS), "(status 400, code 50035). One of them has a form"),
        (refused(403, 50001, WORDS), "(status 403, code 50001). The bot was installed without"),
        (refused(400, 30034, WORDS), "(status 400, code 30034). It takes 200 new ones a day"),
        (refused(400, 12345, WORDS), "(status 400, code 12345). The next start"),
        (too_many_requests(3600), "(status 429). Trying again in 60 min."),
        (Fault(403, WORDS), "(status 403)"),
    ],
)
async def test_refused_commands_stop_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Fault, what: str
) -> None:
    async with stand_in() as there:
        there.plans.every(COMMANDS, fault)
        async with started(tmp_path) as (bot, running):
            await asyncio.wait_for(there.gateway.ready(), 30)
            there.students.say(there.students.add("maya"), "hello")
            await until(lambda: any(one.fits("POST", "/channels/*/messages") for one in there.requests))
            assert not running.done()
            assert await bot.services.bot_state.get(f"commands:{bot.application_id}") is None
    [line] = said(caplog)
    assert line.startswith("Discord does not take the commands. ")
    assert what in line
    assert line.endswith("Meanwhile the bot goes on with those that Discord knows.")
    assert WORDS not in caplog.text


async def test_commands_are_told_again_once_discord_is_well(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stand_in() as there:
        plan = there.plans.next(COMMANDS, server_error(503), too_many_requests(0.01), Fault(200, PORTAL))
        async with started(tmp_path) as (bot, _):
            await asyncio.wait_for(there.gateway.ready(), 30)
            await until(lambda: plan.spent and bot.sync.is_done)
            assert await bot.services.bot_state.get(f"commands:{bot.application_id}") is not None
    assert len(said(caplog)) == 2


UNREADABLE = {
    "half an answer": garbled(done=False),
    "another kind": Fault(200, {"hello": WORDS}),
    "numbers": Fault(200, [1]),
    "no command": Fault(200, [{"id": WORDS}]),
    "a limit without end": Fault(429, {"message": WORDS, "retry_after": None}, {"Via": "1.1 google"}),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_an_answer_about_the_commands_that_cannot_be_understood_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    async with stand_in() as there:
        plan = there.plans.next(COMMANDS, UNREADABLE[name], UNREADABLE[name])
        async with started(tmp_path) as (bot, running):
            await asyncio.wait_for(there.gateway.ready(), 30)
            await until(lambda: plan.spent and bot.sync.is_done)
            assert not running.done()
            assert await bot.services.bot_state.get(f"commands:{bot.application_id}") is not None
    sentence = "Discord does not take the commands. Discord's answer cannot be understood ("
    assert [line.startswith(sentence) for line in said(caplog)] == [True, True]
    assert WORDS not in caplog.text


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_connection_that_is_closed_for_good_ends_the_bot(tmp_path: Path, code: int) -> None:
    async with stand_in() as there, started(tmp_path) as (_, running):
        await asyncio.wait_for(there.gateway.ready(), 30)
        await there.gateway.drop(code)
        with pytest.raises((discord.ConnectionClosed, discord.PrivilegedIntentsRequired)):
            await asyncio.wait_for(running, 30)
        assert there.gateway.identified == 1


@pytest.mark.parametrize("code", [None, 4000])
async def test_a_gateway_that_breaks_off_again_and_again_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, code: int | None
) -> None:
    sentence = "Discord's gateway breaks off one connection after the other. Trying again."
    async with stand_in() as there, started(tmp_path) as (_, running):

        async def break_off() -> None:
            while True:
                if code is None:
                    there.gateway.reconnect()
                else:
                    await there.gateway.drop(code)
                await asyncio.sleep(0.01)

        await asyncio.wait_for(there.gateway.ready(), 30)
        breaking = asyncio.create_task(break_off())
        await until(lambda: said(caplog).count(sentence) > 1)
        breaking.cancel()
        assert not running.done()
        assert there.gateway.identified + there.gateway.resumed <= connect.KNOCKS


UNAUTHORIZED = refused(401, 0, "401: Unauthorized")


async def test_a_token_that_is_taken_back_ends_the_bot_also_without_the_gateway(tmp_path: Path) -> None:
    async with stand_in() as there, started(tmp_path) as (bot, running):
        await asyncio.wait_for(there.gateway.ready(), 30)
        there.plans.every(lambda _: True, UNAUTHORIZED)
        with pytest.raises(discord.HTTPException):
            await bot.http.start_private_message(1)
        with pytest.raises(discord.LoginFailure):
            await asyncio.wait_for(running, 30)


@pytest.mark.parametrize("then", [FINE, garbled(), Fault(200, [WORDS]), Fault(200, {"id": WORDS})])
async def test_one_refusal_of_the_token_may_be_a_slip(tmp_path: Path, then: Fault) -> None:
    async with stand_in() as there, started(tmp_path) as (bot, running):
        await asyncio.wait_for(there.gateway.ready(), 30)
        there.plans.next(lambda _: True, UNAUTHORIZED, then)
        with pytest.raises(discord.HTTPException):
            await bot.http.start_private_message(1)
        await until(lambda: there.requests[-1].path == "/oauth2/applications/@me")
        await bot.application_info()
        assert not running.done()


@pytest.mark.parametrize("fault", [garbled(), lost(), server_error(503), Fault(200, PORTAL)])
async def test_asking_for_the_time_never_fails(tmp_path: Path, fault: Fault) -> None:
    async with stand_in() as there, started(tmp_path) as (bot, _):
        await asyncio.wait_for(there.gateway.ready(), 30)
        plan = there.plans.next(route("GET", "/gateway"), *[fault] * 2)
        await discord_time.ask(bot)
        assert plan.met


async def test_both_ways_to_discord_lead_through_the_proxy(tmp_path: Path) -> None:
    async with StandIn().serve() as there:
        # Nobody has these addresses: what arrives came through the proxy, in whose place the stand-in is.
        proxy = there.address.http.removesuffix("/api/v10").replace("://", "://user:hush@")
        with pointed_at(Address("http://discord.invalid/api/v10", "ws://gateway.invalid/gateway")):
            async with started(tmp_path, proxy=SecretStr(proxy)) as (bot, _):
                await asyncio.wait_for(there.gateway.ready(), 30)
                assert "hush" not in bot.settings.proxy_shown
    assert there.requests
