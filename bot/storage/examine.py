"""Looks at a SQLite file that nobody has open: is it whole, and is it ours?"""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

from bot.storage.revision import is_known
from bot.storage.trouble import Trouble, trouble_of

_PATIENCE = 2
"""Seconds to wait for another program that holds the file."""


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for one that is in memory or on a server."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(url.database or "") if is_file else None


def missing_or_empty(file: Path) -> Trouble | None:
    """What can be seen without opening it: SQLite would make both into a new database."""
    try:
        return None if file.stat().st_size else Trouble.EMPTY
    except PermissionError:
        return Trouble.UNREADABLE
    except OSError:
        return Trouble.MISSING


def damage(file: Path) -> Trouble | None:
    """What is wrong with `file` as a database, whosever it is. Reads all of it, changes nothing. For a thread."""
    return _ask(file, _whole)


def examine(file: Path) -> Trouble | None:
    """What is wrong with `file`; None when the bot can use it. Reads all of it, changes nothing. For a thread."""
    return missing_or_empty(file) or damage(file) or _ask(file, _ours)


def _ask(file: Path, question: Callable[[sqlite3.Connection], Trouble | None]) -> Trouble | None:
    try:
        # `rw`: never make a file that has gone meanwhile.
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)
        with contextlib.closing(connection):
            return question(connection)
    except sqlite3.Error as error:
        return trouble_of(error) or Trouble.FOREIGN


def _whole(connection: sqlite3.Connection) -> Trouble | None:
    return None if connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",) else Trouble.DAMAGED


def _ours(connection: sqlite3.Connection) -> Trouble | None:
    """The table of revisions is missing in another program's file, which raises."""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is not None and is_known(found[0]) else Trouble.FOREIGN
