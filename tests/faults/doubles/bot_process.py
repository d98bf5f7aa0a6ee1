"""The real bot as a process of its own, pointed at the stand-in: what a trial kills.

Waits that are minutes in service may be seconds in a trial: `--wait bot.services.reminders.claims:LEASE=2` sets
one.
"""

import argparse
import asyncio
import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from bot import logs
from bot.app import create_bot
from bot.settings import Settings
from tests.faults.doubles.discord.address import Address, point_at

TOKEN = "a.stand-in.token"
ROOT = Path(__file__).parents[3]


async def start(
    database_url: str, address: Address, log: Path, waits: Mapping[str, float], *, token: str = TOKEN
) -> asyncio.subprocess.Process:
    """Start the bot; what it logs is appended to `log`. `waits`: constants to set, in seconds.

    `token`: what the stand-in knows it by.
    """
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "tests.faults.doubles.bot_process",
                database_url,
                address.http,
                address.gateway,
            ),
            *("--token", token),
            *(part for name, seconds in waits.items() for part in ("--wait", f"{name}={seconds}")),
            cwd=ROOT,
            env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=out,
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Run until SIGTERM, or until somebody kills it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("http")
    parser.add_argument("gateway")
    parser.add_argument("--wait", action="append", default=[], help="MODULE:NAME=SECONDS")
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args(argv)
    for wait in options.wait:
        set_wait(wait)
    point_at(Address(options.http, options.gateway))
    settings = Settings(
        _env_file=None,
        database_url=options.database_url,
        sweep_seconds=1,
        shutdown_seconds=5,
        # What is tried here is how soon each reminder goes out, and students act faster than people.
        ping_gap_seconds=0,
        actions_per_minute=60_000,
        messages_per_minute=60_000,
    )
    logs.configure("WARNING")
    asyncio.run(_serve(settings, options.token))


def set_wait(wait: str) -> None:
    """Set the timedelta that `wait` names, such as `bot.services.reminders.claims:LEASE=2`."""
    place, seconds = wait.rsplit("=", 1)
    module_name, name = place.split(":")
    module = importlib.import_module(module_name)
    assert isinstance(getattr(module, name), timedelta), f"{place} is no timedelta"
    setattr(module, name, timedelta(seconds=float(seconds)))


async def _serve(settings: Settings, token: str) -> None:
    """As the command line does it."""
    bot = create_bot(settings)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    running = asyncio.create_task(bot.start(token), name="discord")
    waiting = asyncio.create_task(stopped.wait(), name="signals")
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await bot.close()
    if stopped.is_set():
        running.cancel()  # it may be asleep until its next try to connect
    with contextlib.suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    main()
