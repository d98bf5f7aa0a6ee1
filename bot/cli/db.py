"""`python -m bot db ...`: what an operator does to the database. A coroutine and a line of the parser for each."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator

from bot.places import address, shown
from bot.settings import Settings
from bot.storage.columns.types import seal_of
from bot.storage.database import open_engine
from bot.storage.maintenance.copy import Copied, CopyError, copy
from bot.storage.maintenance.rotate_keys import rotate
from bot.storage.privacy.erased_notes import accept_notes, keep_notes
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.process_lock import writes_with_another_key
from bot.storage.schema.revision import current
from bot.storage.schema.startup import make_ready

NEW_KEY = "new-key"

DbCommand = Callable[[Settings, argparse.Namespace], Coroutine[None, None, int]]
"""Returns the exit code. A database that cannot be used is raised: `main` says what to do about it."""


_BROKEN_OFF = 130
"""As shells say it: 128 and the number of the signal."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what may come behind `db`; what is chosen is in `do`."""
    actions = parser.add_subparsers(dest="action", required=True)

    def add(name: str, do: DbCommand, what: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=what, description=what)
        action.set_defaults(do=do)
        return action

    add("upgrade", upgrade, "apply what is missing")
    # `main` makes it, before it reads settings that may lack the very key.
    actions.add_parser(NEW_KEY, help="make a key for ENCRYPTION_KEYS")
    add("rotate-keys", rotate_keys, "write everything anew as ENCRYPTION_KEYS says")
    add(
        "accept-erased",
        accept_erased,
        "go on without what is lost of erased.txt; the bot is stopped",
    )
    copying = add(
        "copy", copy_all, "copy everything from one database to another, which is empty; the bot is stopped"
    )
    copying.add_argument("source", metavar="FROM", help="an address as in DATABASE_URL, or a SQLite file")
    copying.add_argument("target", metavar="TO", help="the same")


def do(settings: Settings, options: argparse.Namespace) -> int:
    """Run what was chosen; returns the exit code, which tells a script that somebody pressed Ctrl-C."""
    command: DbCommand = options.do
    try:
        return asyncio.run(command(settings, options))
    except KeyboardInterrupt:
        print("Broken off. What was not yet saved was not done.", file=sys.stderr)
        return _BROKEN_OFF


async def upgrade(settings: Settings, _options: argparse.Namespace) -> int:
    """Bring the database in the settings up to date."""
    engine = open_engine(settings.database, settings.keys)
    try:
        await make_ready(engine)
        print(f"The database is at revision {await current(engine)}.")
    finally:
        await engine.dispose()
    return 0


async def copy_all(settings: Settings, options: argparse.Namespace) -> int:
    """Copy FROM to TO, and say what is there now."""
    try:
        source, target = (address(_spelled_out(word)) for word in (options.source, options.target))
    except ValueError as error:
        print(f"FROM or TO {error}.", file=sys.stderr)
        return 2
    print(f"Copying {shown(source)}\n     to {shown(target)}", flush=True)
    try:
        copied = await copy(source, target, settings.data_dir)
    except CopyError as error:
        return _fail(f"{error} Nothing was copied.")
    print("\n".join(_report(copied)))
    return 0


_ENCRYPTED = (
    "All that students wrote is encrypted with the first key of ENCRYPTION_KEYS now.\n"
    "Restart the bot: from then on it takes nothing else for their words."
)


_OTHER_KEYS = (
    "Rapport ({}) is at work with other ENCRYPTION_KEYS: it could not read what is written here, and would go on"
    " with its own. Restart it with these keys, then run this again. Nothing was changed."
)


async def rotate_keys(settings: Settings, _options: argparse.Namespace) -> int:
    """Write everything anew as the keys in the settings say, and say what was done."""
    engine = open_engine(settings.database, settings.keys)
    try:
        # First of all: also a note on the new key would keep a bot with the old ones from starting again.
        if (other := await writes_with_another_key(engine)) is not None:
            return _fail(_OTHER_KEYS.format(other))
        await make_ready(engine)
        done = await rotate(engine)
    finally:
        await engine.dispose()
    print(f"{done.texts} texts were written anew.")
    if not done.finished:
        return _fail("A program goes on writing with other keys: start the bot again, then run this again.")
    print(_ENCRYPTED if seal_of(engine.dialect).seals else "All that students wrote is not encrypted now.")
    if done.damaged:
        print("\n".join(done.damaged), file=sys.stderr)
        return _fail(
            f"These {len(done.damaged)} texts are damaged, or under a key that is not given, and stay as they are."
            " A backup may still have them."
        )
    if not done.tidy:
        return _fail("The file may still hold old texts: stop the bot, see that the disk has room, run this again.")
    return 0


async def accept_erased(settings: Settings, _options: argparse.Namespace) -> int:
    """Take erased.txt as it is: whom a backup brings back of those that it lacks is not erased again."""
    engine = open_engine(settings.database, settings.keys)
    erased = Tombstones.of(engine.url, settings.data_dir)
    try:
        await make_ready(engine)
        held = len(erased.names())
        known = await accept_notes(engine, erased)
        await keep_notes(engine, erased)
    finally:
        await engine.dispose()
    print(f"{erased.file} has {held} lines; the database knew {known}. It is taken as it is from now on.")
    print("Delete backups from before: whom they bring back and the file does not name is not erased again.")
    return 0


def _fail(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _spelled_out(word: str) -> str:
    """The path of a file as an address. Raises ValueError for what is none, such as an address without its //."""
    if not word.strip() or ("://" not in word and "@" in word):
        raise ValueError("is neither a file nor an address as in DATABASE_URL")
    return word if "://" in word else f"sqlite+aiosqlite:///{word}"


def _report(copied: Copied) -> Iterator[str]:
    yield from (f"{rows:>12,}  {name}" for name, rows in copied.rows.items())
    yield f"{sum(copied.rows.values()):>12,}  rows in all: as many in TO as in FROM, and the same ones"
    if copied.erased is not None:
        how = "was added to" if copied.noted else "is noted in"
        yield f"Who was erased {how} {copied.erased}: the bot on TO needs this file in its DATA_DIR."
    yield "Set DATABASE_URL to TO, and start the bot. FROM is unchanged; delete it once you no longer need it."
