"""The command line: `python -m bot run | demo | check | db | mydata`."""

import argparse
import asyncio
import importlib.util
import logging
import sys
from collections.abc import Iterator, Sequence

from sqlalchemy.exc import DBAPIError

from bot import logs
from bot.app import create_bot, settle_process
from bot.cli import db as db_commands
from bot.cli import mydata as mydata_commands
from bot.cli.check import run_checks
from bot.cli.console import QuietParser, write_anything
from bot.cli.file_permissions import keep_new_files_private, strangers
from bot.env_file import SettingsError, read_env_file, read_settings
from bot.handbook.errors import HandbookError
from bot.settings import Settings
from bot.stop_signals import set_on_stop
from bot.storage.columns.seal import new_key
from bot.storage.database import NoFolderError
from bot.storage.errors import REMEDIES, StorageProblem, StorageUnavailableError, problem_of, said_by_the_system
from bot.storage.files import file_of, not_writable
from bot.storage.postgres.refusals import refusal
from bot.storage.privacy.erasure import erase_again
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.process_lock import AtWorkError
from bot.storage.schema.startup import make_ready
from bot.ui.connection import refusals

AT_WORK = 75
"""Exit code when another process is at work: EX_TEMPFAIL of sysexits.h, as it may end."""

log = logging.getLogger("bot.__main__")  # not __name__, which is another word when this is what was started

NOT_AGAIN = 78
"""The exit code after which a start is of no use until somebody has changed something: EX_CONFIG of sysexits.h. The
units in docs/operators/install.md and postgresql.md do not start the bot again after it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0: fine. 1: something to mend, said in plain words. 2: wrong usage. 75: another process is at work in this one's
    place. 78: Discord will not let the bot in again until somebody has changed what was said.
    """
    write_anything()
    options = _parser().parse_args(argv)
    if options.command == "db" and options.action == db_commands.NEW_KEY:
        print(new_key())
        return 0
    # Until the level is known, so that nothing quotes a setting, which may be a secret.
    logs.configure("INFO")
    keep_new_files_private()
    try:
        settings = read_settings()
    except SettingsError as error:
        return _fail(*error.lines)
    logs.configure(settings.log_level)
    try:
        return _do(options, settings)
    except KeyboardInterrupt:
        return 0
    except AtWorkError as error:
        _fail(_elsewhere(error))
        return AT_WORK
    except (HandbookError, DBAPIError, NoFolderError, StorageUnavailableError, OSError) as error:
        return _fail(*_what_to_do(error, settings))


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
            return _demo(options, settings)


def _parser() -> argparse.ArgumentParser:
    parser = QuietParser(prog="python -m bot", description="Rapport coaches informational interviews.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="connect to Discord")
    run.add_argument("--sync", action="store_true", help="tell Discord the commands even if they did not change")
    demo = commands.add_parser("demo", help="try it in a browser, without Discord")
    demo.add_argument("--port", type=_port, default=None, help="port on this machine (default: a free one)")
    demo.add_argument("--no-open", action="store_true", help="do not open a browser")
    demo.add_argument("--empty", action="store_true", help="start with no contacts")
    demo.add_argument("--as", dest="viewer", choices=("student", "staff"), default="student", help="whose screen")
    demo.add_argument("--database", default=None, help="keep the data in this file (default: nothing is kept)")
    commands.add_parser("check", help="say what is wrong with the settings and how to mend it")
    db_commands.add_to(commands.add_parser("db", help="look after the database"))
    mydata_commands.add_to(commands.add_parser("mydata", help="look after one student's data"))
    return parser


def _port(word: str) -> int:
    """0 is a free one. Raises ValueError, which the parser says."""
    if not 0 <= (number := int(word)) < _PORTS_END:
        raise ValueError
    return number


_PORTS_END = 2**16


def _what_to_do(error: Exception, settings: Settings) -> Iterator[str]:
    """What is wrong on this machine, and what to do about it."""
    match error:
        case HandbookError():
            yield from ("The handbook does not fit:", str(error))
        case OSError():
            yield said_by_the_system(error)
        case _:
            yield "The database cannot be used."
            yield from _with_the_database(error, settings)


def _with_the_database(error: Exception, settings: Settings) -> Iterator[str]:
    if isinstance(error, NoFolderError) and isinstance(error.__cause__, OSError):
        yield f"{said_by_the_system(error.__cause__)} See DATABASE_URL and DATA_DIR in .env.example."
        return
    trouble = problem_of(error)
    if trouble is None:
        yield refusal(error) or f"It says {type(error).__name__}. See DATABASE_URL and DATA_DIR in .env.example."
        return
    yield refusal(error) or REMEDIES[trouble]
    if trouble in {StorageProblem.DAMAGED, StorageProblem.EMPTY}:
        yield "Delete the two files beside it that end in -wal and -shm as well: they belong to the broken one."
    if trouble is StorageProblem.UNREADABLE and (file := file_of(settings.database)) is not None:
        path = not_writable(file) or file
        yield f"The file: {path.absolute()}. May the account that runs the bot write to it, and to its folder?"
    if trouble.of_notes:
        yield f"The file: {Tombstones.of(settings.database, settings.data_dir).file.absolute()}"
    yield "`python -m bot check` says whether all is well."


def _elsewhere(error: AtWorkError) -> str:
    """Who is at work in this one's place, and what to do about it."""
    who = f" ({error.who})" if error.who else ""
    return (
        f"Another Rapport{who} is at work on the same database, so this one stops."
        " Stop the other one first; several processes need a PostgreSQL, and each its own SHARD_IDS."
    )


def _fail(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1


def _run(settings: Settings, *, force_sync: bool) -> int:
    if settings.discord_token is None:
        return _fail("DISCORD_TOKEN is not set. Put it into .env; docs/operators/install.md says where to get it.")
    for what in strangers(settings, read_env_file()):
        log.warning("%s", what)
    try:
        asyncio.run(_serve(settings, settings.discord_token.get_secret_value(), force_sync=force_sync))
    except refusals.EVALUATION as error:
        refused = refusals.refusal(error, proxy=settings.proxy_shown)
        if refused is None:
            raise
        _fail(refused.why)
        return NOT_AGAIN if refused.lasting else 1
    return 0


async def _serve(settings: Settings, token: str, *, force_sync: bool) -> None:
    """Run until somebody asks for a stop, then stop in order."""
    bot = create_bot(settings, force_sync=force_sync)
    try:
        # Before anybody in Discord sees the bot come online.
        await bot.alone.lock()
        await make_ready(bot.db.engine)
        await bot.alone.sign_in()
        await erase_again(bot.db.engine, bot.db.erased)
    except BaseException:
        await bot.alone.release()
        await bot.db.close()
        raise
    bot.alone.watch()
    settle_process()
    stopped = asyncio.Event()
    set_on_stop(stopped)
    running = asyncio.create_task(bot.start(token), name="discord")
    ends = {
        asyncio.create_task(stopped.wait(), name="signals"),
        asyncio.create_task(bot.alone.lost.wait(), name="another one"),
    }
    await asyncio.wait({running, *ends}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    for end in ends:
        end.cancel()
    lost = bot.alone.lost.is_set()
    await bot.close()
    if stopped.is_set() or lost:
        running.cancel()
    ended = await asyncio.gather(running, return_exceptions=True)
    if lost:
        raise AtWorkError(None)
    if not stopped.is_set() and isinstance(ended[0], Exception):
        raise ended[0]


def _check(settings: Settings) -> int:
    findings = asyncio.run(run_checks(settings))
    for finding in findings:
        print(f"{'ok   ' if finding.fine else 'WRONG'} {finding.what}")
    return 0 if all(finding.fine for finding in findings) else 1


def _demo(options: argparse.Namespace, settings: Settings) -> int:
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
            handbook=settings.handbook_dir,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
