"""Where the file of a SQLite database is, and what can be seen of it without opening it."""

import os
from pathlib import Path

from sqlalchemy.engine import URL

from bot.storage.errors import StorageProblem


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for one that is in memory or on a server."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(url.database or "") if is_file else None


def missing_or_empty(file: Path) -> StorageProblem | None:
    """What can be seen without opening it: SQLite would make both into a new database."""
    try:
        return None if file.stat().st_size else StorageProblem.EMPTY
    except PermissionError:
        return StorageProblem.UNREADABLE
    except OSError:
        return StorageProblem.MISSING


def not_writable(file: Path) -> Path | None:
    """What keeps this account from writing to the database: the file, one of its two helpers, or the folder.

    SQLite gives the helpers the rights that the file has when they are made; they stay when these are mended.
    """
    whole = Path(os.path.realpath(file))
    for path in (file, *(whole.with_name(f"{whole.name}-{end}") for end in ("wal", "shm"))):
        if os.path.exists(path) and not os.access(path, os.W_OK):  # noqa: PTH110 - Path may raise
            return path
    return None if os.access(whole.parent, os.W_OK | os.X_OK) else whole.parent
