"""What `python -m bot check` looks at: settings, database, migrations, handbook; and the invite link."""

import asyncio
import base64
import binascii
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import discord
from pydantic import ValidationError
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.handbook import loader
from bot.handbook.problems import HandbookError
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.examine import damage, file_of, missing_or_empty
from bot.storage.keys import check_keys
from bot.storage.noted import check_notes
from bot.storage.revision import NEWEST, current
from bot.storage.seal import PLAIN
from bot.storage.server import refusal
from bot.storage.tombstones import Tombstones
from bot.storage.trouble import REMEDIES, OutOfOrderError, Trouble, trouble_of

SCOPES = ("bot", "applications.commands")
PERMISSIONS = discord.Permissions.none()
"""Rapport answers commands and writes DMs; neither needs a permission in a server."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `what` says how to mend it when it is not fine."""

    fine: bool
    what: str


def explain(error: ValidationError) -> Iterator[str]:
    """One line for each setting that is wrong, without its value: it may be a secret."""
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"]).upper() or "SETTINGS"
        yield f"{name}: {problem['msg']}. Mend it in .env; .env.example says what it means."


async def run_checks(settings: Settings) -> list[Finding]:
    """Look at everything that `run` needs, offline and without changing anything."""
    return [*_token(settings), *_shards(settings), _handbook(settings), await _database(settings)]


def _token(settings: Settings) -> Iterator[Finding]:
    if settings.discord_token is None:
        yield Finding(fine=False, what="DISCORD_TOKEN is not set. README.md says where to get one.")
        return
    application = application_id(settings.discord_token.get_secret_value())
    if application is None:
        yield Finding(
            fine=False,
            what="DISCORD_TOKEN does not look like a bot token. Copy it again from the developer portal.",
        )
        return
    yield Finding(fine=True, what="DISCORD_TOKEN is set")
    yield Finding(fine=True, what=f"invite link: {invite(application)}")


def _shards(settings: Settings) -> Iterator[Finding]:
    """What this process has of the bot, where it is not all; settings that do not fit were refused before."""
    if settings.shard_count is not None:
        ids = settings.shard_ids or range(settings.shard_count)
        direct = "" if settings.has_direct_messages else "; direct messages go to the process with shard 0"
        what = f"shards {', '.join(map(str, ids))} of {settings.shard_count}{direct}"
        yield Finding(fine=True, what=what)


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


def _handbook(settings: Settings) -> Finding:
    try:
        handbook = loader.load(settings.handbook_dir)
    except HandbookError as error:
        return Finding(fine=False, what=f"the handbook does not fit:\n{error}")
    return Finding(fine=True, what=f"handbook: {len(handbook.topics)} topics, {len(handbook.questions)} questions")


def _can_be_made(file: Path) -> bool:
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


async def _file(url: URL) -> Finding | None:
    """What there is to say about the file of a SQLite database, if that is all there is to say."""
    if (file := file_of(url)) is None:
        return None
    trouble = missing_or_empty(file)
    if trouble is Trouble.MISSING:
        if _can_be_made(file):
            return Finding(fine=True, what=f"database {url}: the first start makes it")
        return Finding(fine=False, what=f"no database can be made at {url}. See DATABASE_URL and DATA_DIR.")
    trouble = trouble or await asyncio.to_thread(damage, file)
    if trouble is None:
        return None
    return Finding(fine=False, what=f"the database {url} cannot be used. {REMEDIES[trouble]}")


def _how_kept(settings: Settings) -> str:
    return ", encrypted" if settings.keys and settings.keys[0] != PLAIN else ""


async def _database(settings: Settings) -> Finding:
    url = settings.database
    if (finding := await _file(url)) is not None:
        return finding
    try:
        revision, by = await _open(url, settings.keys, settings.data_dir)
    except (DBAPIError, OutOfOrderError) as error:
        trouble = trouble_of(error)
        why = refusal(error) or (REMEDIES[trouble] if trouble else f"It says {type(error).__name__}.")
        return Finding(fine=False, what=f"the database {url} cannot be used. {why}")
    if revision == NEWEST:
        return Finding(fine=True, what=f"database {url} at revision {revision}{by}{_how_kept(settings)}")
    if revision is None:
        return Finding(fine=True, what=f"database {url} is empty{by}; the first start makes the tables")
    return Finding(fine=False, what=f"database {url} is at {revision}, not {NEWEST}: python -m bot db upgrade")


async def _open(url: URL, keys: Sequence[str], data_dir: Path) -> tuple[str | None, str]:
    """The revision; and which server says so, through which driver.

    Raises OutOfOrderError if `keys` do not fit, or the note on who was erased does not.
    """
    engine = open_engine(url, keys)
    try:
        revision = await current(engine)
        if revision == NEWEST:
            await check_keys(engine)
            await check_notes(engine, Tombstones.of(url, data_dir))
    finally:
        await engine.dispose()
    version = ".".join(str(part) for part in getattr(engine.dialect, "server_version_info", None) or ())
    return revision, f" (PostgreSQL {version}, {engine.driver})" if engine.name == "postgresql" else ""
