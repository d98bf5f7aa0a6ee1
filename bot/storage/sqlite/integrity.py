"""Looks at a SQLite file that nobody has open: is it whole, and is it ours?"""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from bot.storage.errors import StorageProblem, problem_of
from bot.storage.files import missing_or_empty
from bot.storage.schema.revision import is_known

_PATIENCE = 2
"""Seconds to wait for another program that holds the file."""


def damage(file: Path) -> StorageProblem | None:
    """What is wrong with `file` as a database, whosever it is. Reads all of it, changes nothing. For a thread."""
    return _ask(file, _whole)


def examine(file: Path) -> StorageProblem | None:
    """What is wrong with `file`; None when the bot can use it. Reads all of it, changes nothing. For a thread."""
    return missing_or_empty(file) or damage(file) or _ask(file, _ours)


def _ask(file: Path, question: Callable[[sqlite3.Connection], StorageProblem | None]) -> StorageProblem | None:
    try:
        # `rw`: never make a file that has gone meanwhile.
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)
        with contextlib.closing(connection):
            return question(connection)
    except sqlite3.Error as error:
        return problem_of(error) or StorageProblem.FOREIGN


def _whole(connection: sqlite3.Connection) -> StorageProblem | None:
    return None if connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",) else StorageProblem.DAMAGED


def _ours(connection: sqlite3.Connection) -> StorageProblem | None:
    """The table of revisions is missing in another program's file, which raises."""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is not None and is_known(found[0]) else StorageProblem.FOREIGN
