"""Whose the files are that hold secrets and students' words; new ones are the bot's alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.env_file import EnvFile
from bot.settings import Settings
from bot.storage.files import file_of
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.process_lock import lock_of

_OWN = 0o077
"""What a new file is not: for the group, and for others."""
_OTHERS = 0o007
_ROOT = 0


def keep_new_files_private() -> None:
    """What this process makes from now on is its account's alone: files 0600, folders 0700."""
    os.umask(_OWN)


def strangers(settings: Settings, env: EnvFile) -> Iterator[str]:
    """A sentence for each file that belongs to somebody else, or that everybody on the machine may open.

    Nothing on Windows, where files have no such marks.
    """
    if not hasattr(os, "geteuid"):
        return
    for path in _written(settings):
        yield from _judged(path, owners={os.geteuid()})
    # Who administers the machine may have put these there for the bot to read.
    for path in _read(settings, env):
        yield from _judged(path, owners={os.geteuid(), _ROOT})


def _written(settings: Settings) -> Iterator[Path]:
    if (file := file_of(settings.database)) is not None:
        yield from (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"), lock_of(file))
    yield Tombstones.of(settings.database, settings.data_dir).file


def _read(settings: Settings, env: EnvFile) -> Iterator[Path]:
    if env.found:
        yield env.path
    options = settings.database.query
    for path in (options.get("sslkey"), options.get("passfile"), os.environ.get("PGPASSFILE")):
        if isinstance(path, str):
            yield Path(path)


def _judged(path: Path, owners: set[int]) -> Iterator[str]:
    try:
        found = path.stat()
    except OSError:
        return
    if not stat.S_ISREG(found.st_mode):  # a folder without its x would be shut to all
        return
    if found.st_uid not in owners:
        yield (
            f"{path.absolute()} belongs to somebody else (user {found.st_uid}, and this is {os.geteuid()}):"
            " chown it to the account that runs the bot."
        )
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        yield f"{path.absolute()} is open to everybody on this machine: chmod 600 {path.absolute()}"
