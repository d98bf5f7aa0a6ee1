"""What the program writes as a process of its own, on a real connection: no words, no tokens, no passwords."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.doubles.discord.faults import refused, route, server_error, too_many_requests
from tests.faults.doubles.discord.server import StandIn
from tests.support.canary_words import STEM, marked, quoted
from tests.support.command_line import clean_environment, python

TOKEN = f"MTIzNDU2Nzg5MA.{marked('token')}.words"

LOUD = """
import logging, sys
from tests.faults.doubles.discord.address import Address, point_at
from bot import logs
point_at(Address(*sys.argv[1:3]))
configure = logs.configure
def louder(level):
    configure(level)
    for name in (None, "discord", "discord.http", "discord.gateway", "aiohttp", "sqlalchemy.engine", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
logs.configure = louder
from bot.__main__ import main
sys.exit(main(["run"]))
"""
"""The program, with everybody's loggers turned up to DEBUG behind its back."""


class Running:
    """The program as a process, in a stand-in for Discord."""

    def __init__(self, discord: StandIn, process: asyncio.subprocess.Process, written: Path) -> None:
        self.discord = discord
        self.process = process
        self._written = written

    async def does(self, act: str, user_id: int, *args: object, **options: object) -> object:
        """One thing that a student does, and its answer."""
        done = getattr(self.discord.students, act)(user_id, *args, **options)
        await self.discord.students.answered(done, 10)
        return done

    async def stop(self) -> str:
        """Everything that it wrote until it was told to end."""
        self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), 30)
        return self._written.read_text(encoding="utf-8")


@asynccontextmanager
async def running(folder: Path, code: str) -> AsyncIterator[Running]:
    """The program until the block ends. It writes into a file: a pipe that nobody empties would hold it up."""
    written = folder / "written.txt"
    async with StandIn().serve() as discord:
        with written.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", code, discord.address.http, discord.address.gateway),
                cwd=folder,
                env=clean_environment() | {"DISCORD_TOKEN": TOKEN, "LOG_LEVEL": "DEBUG"},
                stdout=out,
                stderr=out,
            )
        try:
            await asyncio.wait_for(discord.gateway.ready(), 30)
            yield Running(discord, process, written)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def a_student_acts(bot: Running) -> list[str]:
    """Every way in, each with an answer of Discord's that goes wrong; returns the tokens of the interactions."""
    maya = bot.discord.students.add(marked("student"))
    shown = await bot.does("slash", maya, "contact add")
    await bot.does("submit", maya, shown, {"name": marked("name"), "why": marked("why")})
    callback = route("POST", "/interactions/*")
    for fault in (too_many_requests(0.01), server_error(503), refused(403, 50013, marked("refused"))):
        bot.discord.plans.next(callback, fault)
        await bot.does("slash", maya, "contact note", contact=marked("name"), text=marked("note"))
    bot.discord.plans.next(route("POST", "/channels/*/messages"), refused(400, 50035, marked("invalid")))
    bot.discord.students.say(maya, marked("typed"))
    bot.discord.gateway.cut()
    await asyncio.wait_for(bot.discord.gateway.ready(), 30)
    await bot.does("slash", maya, "next")
    return [one.token for one in bot.discord.backend.interactions.values()]


async def test_the_real_program_on_a_real_connection(tmp_path: Path) -> None:
    async with running(tmp_path, LOUD) as bot:
        tokens = await a_student_acts(bot)
        said = await bot.stop()
    assert "ready: " in said
    assert "is rate limited" in said
    assert "a fault, reference" in said
    assert tokens
    assert quoted(said, STEM, TOKEN, *tokens) == []


async def test_the_same_search_finds_words_without_the_filter(tmp_path: Path) -> None:
    """The proof that the test above can fail."""
    code = LOUD.replace(
        "    for name",
        "    logging.getLogger().handlers[0].filters.clear()\n    logs._is_ours = lambda _: True\n    for name",
    )
    async with running(tmp_path, code) as bot:
        tokens = await a_student_acts(bot)
        said = await bot.stop()
    assert quoted(said, STEM)
    assert quoted(said, *tokens)


CRASH = """
import importlib, sys
import bot.__main__ as program
from tests.support.canary_words import marked
def broken(*_, **__):
    raise RuntimeError("cannot go on with " + marked("words")) from ValueError(marked("cause"))
module, name = sys.argv[1].split(":")
setattr(importlib.import_module(module), name, broken)
sys.exit(program.main(sys.argv[2].split()))
"""


@pytest.mark.parametrize(
    ("what", "command"),
    [
        ("bot.__main__:read_settings", "check"),
        ("bot.__main__:create_bot", "run"),
        ("bot.__main__:make_ready", "run"),
        ("bot.__main__:run_checks", "check"),
        ("bot.cli.db:current", "db upgrade"),
    ],
)
def test_a_crash_says_where_and_not_what(tmp_path: Path, what: str, command: str) -> None:
    result = python(tmp_path, "-c", CRASH, what, command, DISCORD_TOKEN=TOKEN, LOG_LEVEL="DEBUG")
    assert result.returncode == 1
    assert "the bot has ended with an error that nobody took\nRuntimeError\n" in result.stderr
    assert "in broken" in result.stderr
    assert "ValueError" in result.stderr
    assert quoted(result.stdout + result.stderr, STEM) == []


SECRETS = {
    "in its place": "postgresql+asyncpg://rapport:{}@127.0.0.1:1/rapport",
    "as an option": "postgresql+asyncpg://rapport@127.0.0.1:1/rapport?password={}",
    "of no driver": "mysql://rapport:{}@localhost/rapport",
    "of no address": "rapport {}",
}


@pytest.mark.parametrize("url", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("command", ["check", "db upgrade", "run"])
def test_no_command_repeats_a_secret(tmp_path: Path, command: str, url: str) -> None:
    result = python(
        tmp_path, "-m", "bot", *command.split(), DISCORD_TOKEN=TOKEN, DATABASE_URL=url.format(marked("password"))
    )
    assert result.returncode == 1
    assert result.stdout + result.stderr
    assert quoted(result.stdout + result.stderr, STEM, TOKEN) == []
