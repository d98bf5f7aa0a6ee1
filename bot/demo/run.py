"""Starts the real bot in a simulated Discord and serves it as a page on this machine."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import simcord
import time_machine
from pydantic import SecretStr
from tzlocal import get_localzone_name

from bot.app import create_bot
from bot.demo.clock import DemoClock, read_skip
from bot.demo.scene import People, make_people, set_scene
from bot.demo.skip import skip_command
from bot.settings import Settings
from bot.stop_signals import set_on_stop

SWEEP = 300
"""Seconds between two sweeps: rarer than on Discord, as a skip of a day runs every one of them."""
BUDGET = 10
"""Seconds that the bot may take to settle after an action. Less than its sweep, or it would never seem settled."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line asked for, and where."""

    port: int | None = None
    open_browser: bool = True
    empty: bool = False
    staff: bool = False
    database: str | None = None
    handbook: Path | None = None
    """Folder with edited handbook files, as in the settings."""
    zone: str = field(default_factory=get_localzone_name)
    """The machine's time zone, in which the page shows times. During time travel the process is in UTC."""


def run_demo(options: DemoOptions) -> int:
    """Run until Ctrl-C or until the page ends the session. Returns the exit code."""
    logging.getLogger("simcord").setLevel(logging.ERROR)
    present = datetime.now(UTC)
    with _database(options.database) as url, time_machine.travel(present, tick=False) as traveller:
        settings = Settings(
            _env_file=None,
            database_url=SecretStr(url),
            handbook_dir=options.handbook,
            sends_per_second=50,
            sweep_seconds=SWEEP,
            # Time stands still in the demo until it is moved, so that nobody's allowance would refill.
            actions_at_once=60_000,
            messages_at_once=60_000,
        )
        try:
            asyncio.run(_serve(options, settings, traveller, present))
        except (OSError, simcord.SetupError) as error:
            refused = error.__cause__ if isinstance(error, simcord.SetupError) else error
            if not isinstance(refused, OSError) or refused.filename is not None:  # about a file: no port helps
                raise
            what = os.strerror(refused.errno or 0)
            print(f"The page could not be served: {what}. Try another --port.", file=sys.stderr)
            return 1
    print("The demo has ended.")
    return 0


@contextlib.contextmanager
def _database(kept: str | None) -> Iterator[str]:
    if kept is not None:
        yield f"sqlite+aiosqlite:///{Path(kept).resolve()}"
        return
    folder = tempfile.mkdtemp(prefix="rapport-demo-")
    try:
        yield f"sqlite+aiosqlite:///{Path(folder) / 'rapport.sqlite3'}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _serve(
    options: DemoOptions, settings: Settings, traveller: time_machine.Traveller, present: datetime
) -> None:
    stopped = asyncio.Event()
    set_on_stop(stopped)
    # A fresh simulated Discord knows no commands, whatever a kept database says.
    bot = create_bot(settings, force_sync=True)
    try:
        # The students of a bot that is at work in a kept database would be reminded here, and not there.
        await bot.alone.lock()
    except BaseException:
        await bot.db.close()
        raise
    env = simcord.Env(bot, check_errors=False, settle_timeout=BUDGET)
    env.backend.bot_user.name = "Rapport"
    clock = DemoClock(env, traveller)
    clock.watch(bot)
    bot.tree.add_command(skip_command(clock))
    people = make_people(env)
    env.backend.clock.advance((present - env.now()).total_seconds())
    await env.start()
    try:
        await bot.alone.sign_in()
        with env.time_context():
            await _show(options, env, people, clock, stopped)
    finally:
        await bot.close()
        await env.shutdown()


async def _show(
    options: DemoOptions, env: simcord.Env, people: People, clock: DemoClock, stopped: asyncio.Event
) -> None:
    scene = await set_scene(env, people, empty=options.empty, staff=options.staff)
    preview = env.preview(
        scene.channel, viewers=[scene.viewer], layout="channel", port=options.port, timezone=options.zone
    )
    async with preview:
        print(_WELCOME.format(url=preview.url, who=scene.who), flush=True)
        if options.open_browser:
            await asyncio.to_thread(webbrowser.open, preview.url)
        with read_terminal(clock):
            keeping = asyncio.create_task(clock.run(preview), name="time")
            ends = [asyncio.create_task(stopped.wait()), asyncio.create_task(preview.wait_closed())]
            await asyncio.wait([keeping, *ends], return_when=asyncio.FIRST_COMPLETED)
        for task in (keeping, *ends):
            task.cancel()
        await asyncio.gather(keeping, *ends, return_exceptions=True)


@contextlib.contextmanager
def read_terminal(clock: DemoClock) -> Iterator[None]:
    """Take lines such as `+20h` from the terminal while the demo runs."""
    loop = asyncio.get_running_loop()

    def take() -> None:
        line = sys.stdin.readline()
        if not line:
            loop.remove_reader(sys.stdin)
        elif (delta := read_skip(line)) is not None:
            clock.skip(delta)
            print(f"Skipping {line.strip()} ...", flush=True)
        elif line.strip():
            print("Type how far to skip: +30m, +20h or +2d. Ctrl-C ends the demo.", flush=True)

    try:
        loop.add_reader(sys.stdin, take)
    except (NotImplementedError, OSError, ValueError):
        # No terminal, or one that cannot be watched: /skip in the page does the same.
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(sys.stdin)


_WELCOME = """
Rapport in a browser: {url}

This is a simulation. There is no Discord behind it, nothing is sent to anyone, and nothing is kept
unless you gave --database. You are {who}.

Type / in the page to see the commands; start with /next.
To let time pass, type +20h (or +30m, +2d) here, or use /skip in the page. Ctrl-C ends it.
"""
