"""The command line: `python -m bot run | demo | check | db | mydata`."""

import argparse
import asyncio
import contextlib
import gc
import importlib.util
import logging
import signal
import sys
from collections.abc import Iterator, Sequence

import aiohttp
import discord
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from bot import db_commands, logs, mydata_commands
from bot.app import create_bot
from bot.checks import explain, run_checks
from bot.handbook.problems import HandbookError
from bot.settings import Settings
from bot.storage.engine import NoFolderError
from bot.storage.erasure import erase_again
from bot.storage.seal import new_key
from bot.storage.server import refusal
from bot.storage.start import make_ready
from bot.storage.trouble import REMEDIES, OutOfOrderError, Trouble, trouble_of

log = logging.getLogger("bot.__main__")  # not __name__, which is another word when this is what was started


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 fine, 1 something to mend (said in plain words), 2 wrong usage."""
    options = _parser().parse_args(argv)
    if options.command == "db" and options.action == db_commands.NEW_KEY:
        print(new_key())
        return 0
    # Until the level is known, so that nothing quotes a setting, which may be a secret.
    logs.configure("INFO")
    try:
        settings = Settings()
    except ValidationError as error:
        return _fail(*explain(error))
    logs.configure(settings.log_level)
    try:
        return _do(options, settings)
    except KeyboardInterrupt:
        return 0
    except HandbookError as error:
        return _fail("The handbook does not fit:", str(error))
    except (DBAPIError, NoFolderError, OutOfOrderError) as error:
        return _fail("The database cannot be used.", *_what_to_do(error))


def _do(options: argparse.Namespace, settings: Settings) -> int:
    match options.command:
        case "run":
            return _run(settings, force_sync=options.sync)
        case "check":
            return _check(settings)
        case "db":
            return db_commands.do(settings, options)
        case "mydata":
            return mydata_commands.do(settings, options)
        case _:
            return _demo(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Rapport coaches informational interviews.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="connect to Discord")
    run.add_argument("--sync", action="store_true", help="tell Discord the commands even if they did not change")
    demo = commands.add_parser("demo", help="try it in a browser, without Discord")
    demo.add_argument("--port", type=int, default=None, help="port on this machine (default: a free one)")
    demo.add_argument("--no-open", action="store_true", help="do not open a browser")
    demo.add_argument("--empty", action="store_true", help="start with no contacts")
    demo.add_argument("--as", dest="viewer", choices=("student", "staff"), default="student", help="whose screen")
    demo.add_argument("--database", default=None, help="keep the data in this file (default: nothing is kept)")
    commands.add_parser("check", help="say what is wrong with the settings and how to mend it")
    db_commands.add_to(commands.add_parser("db", help="look after the database"))
    mydata_commands.add_to(commands.add_parser("mydata", help="look after one student's data"))
    return parser


def _what_to_do(error: Exception) -> Iterator[str]:
    """What is wrong with the database, and what to do about it."""
    trouble = trouble_of(error)
    if trouble is None:
        yield refusal(error) or f"It says {type(error).__name__}. See DATABASE_URL and DATA_DIR in .env.example."
        return
    yield refusal(error) or REMEDIES[trouble]
    if trouble.lasting and not (trouble.of_keys or trouble.of_notes) and trouble is not Trouble.REFUSED:
        yield "Delete the two files beside it that end in -wal and -shm as well: they belong to the broken one."
    yield "`python -m bot check` says whether all is well."


def _fail(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1


def _run(settings: Settings, *, force_sync: bool) -> int:
    if settings.discord_token is None:
        return _fail("DISCORD_TOKEN is not set. Put the bot's token into .env; README.md says where to get it.")
    try:
        asyncio.run(_serve(settings, settings.discord_token.get_secret_value(), force_sync=force_sync))
    except discord.LoginFailure:
        return _fail(
            "Discord does not accept DISCORD_TOKEN. Reset it in the developer portal and put the new one in."
        )
    except (aiohttp.ClientError, OSError) as error:
        return _fail(f"Discord cannot be reached ({type(error).__name__}). Is this machine online?")
    return 0


async def _serve(settings: Settings, token: str, *, force_sync: bool) -> None:
    """Run until SIGINT or SIGTERM, then stop in order."""
    bot = create_bot(settings, force_sync=force_sync)
    try:
        # Before anybody in Discord sees the bot come online.
        await make_ready(bot.db.engine)
        await erase_again(bot.db.engine, bot.db.erased)
    except BaseException:
        await bot.db.close()
        raise
    # What is there by now stays: without it, the garbage collector has nothing to look through for 0.1 s at a time.
    gc.collect()
    gc.freeze()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in the loop
            loop.add_signal_handler(name, stopped.set)
    running = asyncio.create_task(bot.start(token), name="discord")
    waiting = asyncio.create_task(stopped.wait(), name="signals")
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    waiting.cancel()
    await bot.close()
    if stopped.is_set():
        running.cancel()
    ended = await asyncio.gather(running, return_exceptions=True)
    if not stopped.is_set() and isinstance(ended[0], Exception):
        raise ended[0]


def _check(settings: Settings) -> int:
    findings = asyncio.run(run_checks(settings))
    for finding in findings:
        print(f"{'ok   ' if finding.fine else 'WRONG'} {finding.what}")
    return 0 if all(finding.fine for finding in findings) else 1


def _demo(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("simcord") is None:
        return _fail('The demo needs one more package: pip install -e ".[demo]"')
    # The simulation probes discord.py at import, and it would say at length what it has no voice for.
    logging.getLogger("discord").setLevel(logging.ERROR)
    logs.configure("WARNING")
    from bot.demo.run import DemoOptions, run_demo  # noqa: PLC0415 - only there with the demo extra

    return run_demo(
        DemoOptions(
            port=options.port,
            open_browser=not options.no_open,
            empty=options.empty,
            staff=options.viewer == "staff",
            database=options.database,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
