"""What `python -m bot check` looks at: settings, database, migrations, handbook; and the invite link."""

import asyncio
import base64
import binascii
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import discord
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.file_permissions import strangers
from bot.env_file import EnvFile, read_env_file
from bot.handbook import loader
from bot.handbook.errors import HandbookError
from bot.places import left_out, shown
from bot.settings import Settings
from bot.storage.columns.types import seal_of
from bot.storage.database import open_engine
from bot.storage.errors import REMEDIES, StorageProblem, StorageUnavailableError, problem_of
from bot.storage.files import file_of, missing_or_empty, not_writable
from bot.storage.maintenance.census import Census, take
from bot.storage.postgres.refusals import refusal
from bot.storage.privacy.erased_notes import check_notes
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.schema.keys import check_keys
from bot.storage.schema.revision import NEWEST, current, is_foreign
from bot.storage.sqlite.integrity import damage

SCOPES = ("bot", "applications.commands")
PERMISSIONS = discord.Permissions.none()
"""Rapport answers commands and writes DMs; neither needs a permission in a server."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was looked at; `what` says how to mend it when it is not fine."""

    fine: bool
    what: str


async def run_checks(settings: Settings) -> list[CheckResult]:
    """Look at everything that `run` needs, offline and without changing anything."""
    env = read_env_file()
    return [
        *_sources(settings, env),
        *_token(settings),
        *_shards(settings),
        *_handbook(settings),
        *await _database(settings),
        *(CheckResult(fine=False, what=what) for what in strangers(settings, env)),
    ]


def _sources(settings: Settings, env: EnvFile) -> Iterator[CheckResult]:
    """What was read, and where things are."""
    was_read = (
        f"settings from {env.path}" if env.found else f"no file {env.path}: settings from the environment alone"
    )
    yield CheckResult(fine=True, what=was_read)
    if env.ignored:
        yield CheckResult(fine=True, what=f"names in it that are no settings of Rapport: {', '.join(env.ignored)}")
    yield CheckResult(fine=True, what=f"DATA_DIR is {settings.data_dir.absolute()}")
    yield CheckResult(fine=True, what=f"who was erased is noted in {_erased(settings)}")
    if settings.proxy is not None:
        yield CheckResult(fine=True, what=f"to Discord through the proxy {settings.proxy_shown}")
    if settings.database_url is not None and (names := left_out(settings.database_url.get_secret_value())):
        yield CheckResult(
            fine=True, what=f"left out of DATABASE_URL, as its driver has no such thing: {', '.join(names)}"
        )


def _erased(settings: Settings) -> Path:
    return Tombstones.of(settings.database, settings.data_dir).file.absolute()


def _token(settings: Settings) -> Iterator[CheckResult]:
    if settings.discord_token is None:
        yield CheckResult(
            fine=False, what="DISCORD_TOKEN is not set. docs/operators/install.md says where to get one."
        )
        return
    application = application_id(settings.discord_token.get_secret_value())
    if application is None:
        yield CheckResult(
            fine=False,
            what="DISCORD_TOKEN does not look like a bot token. Copy it again from the developer portal.",
        )
        return
    yield CheckResult(fine=True, what="DISCORD_TOKEN is set")
    yield CheckResult(fine=True, what=f"invite link: {invite(application)}")


def _shards(settings: Settings) -> Iterator[CheckResult]:
    """What this process has of the bot, where it is not all; settings that do not fit were refused before."""
    if settings.shard_count is not None:
        ids = settings.shard_ids or range(settings.shard_count)
        direct = "" if settings.has_direct_messages else "; direct messages go to the process with shard 0"
        what = f"shards {', '.join(map(str, ids))} of {settings.shard_count}{direct}"
        yield CheckResult(fine=True, what=what)


def application_id(token: str) -> int | None:
    """The application a token belongs to: its first part holds it. None when it is no token."""
    first, dot, _ = token.partition(".")
    try:
        decoded = base64.b64decode(first + "=" * (-len(first) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(decoded) if dot and decoded.isascii() and decoded.isdigit() else None


def invite(application: int) -> str:
    """The address at which an administrator adds the bot to a server."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)


def _handbook(settings: Settings) -> Iterator[CheckResult]:
    folder = settings.handbook_dir
    try:
        handbook = loader.load(folder)
        used, others = loader.sources(folder)
    except (HandbookError, OSError) as error:
        where = "" if folder is None else f" (HANDBOOK_DIR is {folder.absolute()})"
        yield CheckResult(fine=False, what=f"the handbook does not fit{where}:\n{error}")
        return
    yield CheckResult(
        fine=True, what=f"handbook: {len(handbook.topics)} topics, {len(handbook.questions)} questions"
    )
    if folder is not None:
        yield CheckResult(fine=True, what=f"HANDBOOK_DIR is {folder.absolute()}; read from it: {_names(used)}")
        if others:
            yield CheckResult(fine=True, what=f"not read from it: {_names(others)}")


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths) or "nothing"


def _can_be_made(file: Path) -> bool:
    folder = next(parent for parent in file.absolute().parents if os.path.exists(parent))  # noqa: PTH110 - may raise
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


async def _file(url: URL) -> CheckResult | None:
    """What there is to say about the file of a SQLite database, if that is all there is to say."""
    if (file := file_of(url)) is None:
        return None
    trouble = missing_or_empty(file)
    if trouble is StorageProblem.MISSING:
        if _can_be_made(file):
            return CheckResult(fine=True, what=f"database {shown(url)}: the first start makes it")
        return CheckResult(
            fine=False, what=f"no database can be made at {shown(url)}. See DATABASE_URL and DATA_DIR."
        )
    # First: whoever opens a file that cannot be written to leaves helpers beside it that cannot be either.
    if trouble is None and (path := not_writable(file)) is not None:
        how = "u+wx" if path.is_dir() else "u+w"
        what = f"{path.absolute()} cannot be written to: chmod {how} {path.absolute()}, and look at its disk."
        return CheckResult(fine=False, what=what)
    trouble = trouble or await asyncio.to_thread(damage, file)
    if trouble is None:
        return None
    return CheckResult(fine=False, what=f"the database {shown(url)} cannot be used. {REMEDIES[trouble]}")


async def _database(settings: Settings) -> list[CheckResult]:
    url = settings.database
    if (finding := await _file(url)) is not None:
        return [finding]
    try:
        revision, by, words = await _open(url, settings.keys, settings.data_dir)
    except (DBAPIError, StorageUnavailableError) as error:
        trouble = problem_of(error)
        why = refusal(error) or (REMEDIES[trouble] if trouble else f"It says {type(error).__name__}.")
        return [CheckResult(fine=False, what=f"the database {shown(url)} cannot be used. {why}")]
    if revision == NEWEST:
        sealed = ", encrypted" if words is not None and words.fine else ""
        found = CheckResult(fine=True, what=f"database {shown(url)} at revision {revision}{by}{sealed}")
        return [found] if words is None or words.fine else [found, words]
    if revision is None:
        return [
            CheckResult(fine=True, what=f"database {shown(url)} is empty{by}; the first start makes the tables")
        ]
    return [
        CheckResult(
            fine=False, what=f"database {shown(url)} is at {revision}, not {NEWEST}: python -m bot db upgrade"
        )
    ]


async def _words(engine: AsyncEngine) -> CheckResult | None:
    """Whether all that students wrote is encrypted and bound to its place; None when it is not meant to be."""
    seal = seal_of(engine.dialect)
    if not seal.seals:
        return None
    census = await take(engine)
    if seal.strict:
        wrong = census.plain + census.older
        what = f"{wrong} texts are damaged: they are not as the bot wrote them. A backup may still have them."
        return CheckResult(fine=not wrong, what=what)
    how = [f"{census.plain} texts are plain", f"{census.older} texts are sealed the old way, for no student"]
    if not census.plain and not census.older:
        how = ["nothing says that plain texts are to be refused"]
    what = f"not all that students wrote is encrypted: {'; '.join(how)}. Run python -m bot db rotate-keys."
    return CheckResult(fine=census == Census(), what=what)


async def _open(url: URL, keys: Sequence[str], data_dir: Path) -> tuple[str | None, str, CheckResult | None]:
    """The revision; which server says so, through which driver; and what there is to say about encryption.

    Raises StorageUnavailableError if `keys` do not fit, or the note on who was erased does not.
    """
    engine, words = open_engine(url, keys), None
    try:
        revision = await current(engine)
        if await is_foreign(engine, revision):
            raise StorageUnavailableError(StorageProblem.FOREIGN)
        if engine.name == "postgresql" and await _takes_nothing(engine):
            raise StorageUnavailableError(StorageProblem.READ_ONLY)
        if revision is None and engine.name == "postgresql":
            await _tables_can_be_made(engine)
        if revision == NEWEST:
            await check_keys(engine)
            words = await _words(engine)
            await check_notes(engine, Tombstones.of(url, data_dir))
    finally:
        await engine.dispose()
    version = ".".join(str(part) for part in getattr(engine.dialect, "server_version_info", None) or ())
    return revision, f" (PostgreSQL {version}, {engine.driver})" if engine.name == "postgresql" else "", words


async def _tables_can_be_made(engine: AsyncEngine) -> None:
    """Have a server that is empty make one, and take it back; raises what it says, as the first start would."""
    async with engine.connect() as connection, connection.begin() as tried:
        await connection.execute(text("CREATE TABLE alembic_version_tried (tried integer)"))
        await tried.rollback()


async def _takes_nothing(engine: AsyncEngine) -> bool:
    """Whether a server lets nobody write, as a standby does."""
    async with engine.connect() as connection:
        said: str | None = await connection.scalar(text("SHOW transaction_read_only"))
        return said == "on"
