"""What can be wrong with the storage, told from the errors that it raises, and what an operator can do about it."""

import errno
import os
import sqlite3
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError


class StorageProblem(StrEnum):
    """One kind of trouble."""

    BUSY = "busy"
    """Another program holds the database."""
    FULL = "full"
    """There is no room on the disk, or a quota is used up."""
    UNREADABLE = "unreadable"
    """The disk or the file system refuses. Whether the last commit was kept cannot be told."""
    DAMAGED = "damaged"
    """What is in the file is no database, or one that contradicts itself."""
    MISSING = "missing"
    """The file was there and is gone."""
    EMPTY = "empty"
    """The file has no bytes: what was in it is gone, and tables made anew would hide that."""
    REPLACED = "replaced"
    """Another file is where the one that was opened used to be."""
    FOREIGN = "foreign"
    """A database, but of another program or of another version of Rapport."""
    AWAY = "away"
    """The database server cannot be reached."""
    LOST = "lost"
    """The database server broke off, or took too long. Whether the last commit was kept cannot be told."""
    REFUSED = "refused"
    """The database server does not let the bot in."""
    READ_ONLY = "read-only"
    """The database server takes nothing: it is a standby, as in the middle of a failover."""
    LOCKED = "encrypted"
    """Students' words in it are encrypted, and no key is given."""
    OTHER_KEYS = "encrypted with another key"
    """Students' words in it are encrypted, some of them with a key that is not among those given."""

    NOTES_LOST = "erased.txt lacks what it must hold"
    """Students were erased of whom the file beside the database says nothing: a backup would bring them back."""
    NOTES_UNREADABLE = "erased.txt cannot be read"
    """It is there, and no note can be read from it."""

    @property
    def lasting(self) -> bool:
        """Whether it stays until somebody puts it right. The others pass by themselves."""
        return self not in {
            StorageProblem.BUSY,
            StorageProblem.FULL,
            StorageProblem.UNREADABLE,
            StorageProblem.AWAY,
            StorageProblem.LOST,
            StorageProblem.READ_ONLY,
        }

    @property
    def of_keys(self) -> bool:
        """Whether the file is well, and only the keys to it are missing."""
        return self in {StorageProblem.LOCKED, StorageProblem.OTHER_KEYS}

    @property
    def of_notes(self) -> bool:
        """Whether the database is well, and only the note on who was erased is not."""
        return self in {StorageProblem.NOTES_LOST, StorageProblem.NOTES_UNREADABLE}

    @property
    def keeps_nothing(self) -> bool:
        """Whether what was to be saved is certainly not."""
        return self not in {StorageProblem.UNREADABLE, StorageProblem.LOST}


REMEDIES = {
    StorageProblem.BUSY: "Another program holds the database. Close it, or wait for it to finish.",
    StorageProblem.FULL: "The disk or a quota on it is full, so nothing can be saved. Free some space.",
    StorageProblem.UNREADABLE: "The disk refuses to read or write the database. Look at both.",
    StorageProblem.DAMAGED: "The database file is damaged. Put a backup in its place.",
    StorageProblem.MISSING: "The database file is gone. Put it back, or a backup of it.",
    StorageProblem.EMPTY: (
        "The database file is empty (0 bytes). Put a backup in its place; or, to begin with no data, stop the bot"
        " and delete the file."
    ),
    StorageProblem.REPLACED: (
        "Another file is in the place of the database, and another program still has the old one open."
        " Close that program."
    ),
    StorageProblem.FOREIGN: (
        "The database is of another program or of another version of Rapport. Install the version that it belongs"
        " to, or put a backup in its place."
    ),
    StorageProblem.AWAY: (
        "The database server cannot be reached. Start it, or look at the network and at DATABASE_URL."
    ),
    StorageProblem.LOST: (
        "The database server broke off or took too long. Look at it, at the network, and at their load."
    ),
    StorageProblem.REFUSED: (
        "The database server does not let the bot in. Look at the user, the password and the name of the database"
        " in DATABASE_URL."
    ),
    StorageProblem.READ_ONLY: (
        "The database server takes nothing to be saved: it is a standby, or set to read only. Let DATABASE_URL lead"
        " to the one that can be written to; of several hosts, target_session_attrs=read-write finds it."
    ),
    StorageProblem.LOCKED: (
        "The database is encrypted, and ENCRYPTION_KEYS holds no key. Put the keys back; without them nobody can"
        " read what students wrote."
    ),
    StorageProblem.OTHER_KEYS: (
        "The database is encrypted with a key that is not in ENCRYPTION_KEYS. Put it back, behind the others;"
        " without it nobody can read what was written with it."
    ),
    StorageProblem.NOTES_LOST: (
        "erased.txt, beside the database file or in DATA_DIR, is lost or lacks lines: students were erased of whom"
        " it says nothing, and a backup could bring them back. Put the newest copy back, or all copies one behind"
        " the other. If it is lost for good, `python -m bot db accept-erased` goes on without it."
    ),
    StorageProblem.NOTES_UNREADABLE: (
        "erased.txt, beside the database file or in DATA_DIR, cannot be read: it says who was erased. It has to be"
        " plain text (UTF-8, not UTF-16), with its line that begins with `key`, and the bot's account must be"
        " allowed to read it. Save it so, or put the newest copy back."
    ),
}
"""What an operator reads: what is wrong, then what to do."""


class StorageUnavailableError(Exception):
    """The database is not used as it is; `trouble` says why. Nothing was read or kept."""

    def __init__(self, trouble: StorageProblem) -> None:
        super().__init__(REMEDIES[trouble])
        self.trouble = trouble


_PRIMARY = {
    sqlite3.SQLITE_BUSY: StorageProblem.BUSY,
    sqlite3.SQLITE_LOCKED: StorageProblem.BUSY,
    sqlite3.SQLITE_FULL: StorageProblem.FULL,
    sqlite3.SQLITE_CORRUPT: StorageProblem.DAMAGED,
    sqlite3.SQLITE_NOTADB: StorageProblem.DAMAGED,
    sqlite3.SQLITE_IOERR: StorageProblem.UNREADABLE,
    sqlite3.SQLITE_CANTOPEN: StorageProblem.UNREADABLE,
    sqlite3.SQLITE_READONLY: StorageProblem.UNREADABLE,
    sqlite3.SQLITE_PERM: StorageProblem.UNREADABLE,
}
_EXTENDED = {
    sqlite3.SQLITE_IOERR_SHORT_READ: StorageProblem.DAMAGED,
    sqlite3.SQLITE_READONLY_DBMOVED: StorageProblem.REPLACED,
    # A quota or a limit is reached, or the index of the write-ahead log cannot grow. A commit needs its last byte.
    sqlite3.SQLITE_IOERR_WRITE: StorageProblem.FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: StorageProblem.FULL,
}


_BY_STATE = {
    "08": StorageProblem.LOST,
    "28": StorageProblem.REFUSED,
    "3D": StorageProblem.REFUSED,
    "42501": StorageProblem.REFUSED,
    "25006": StorageProblem.READ_ONLY,
    "25P03": StorageProblem.LOST,
    "40001": StorageProblem.BUSY,
    "40P01": StorageProblem.BUSY,
    "53100": StorageProblem.FULL,
    "53300": StorageProblem.AWAY,
    "55P03": StorageProblem.BUSY,
    "57014": StorageProblem.BUSY,
    "57P01": StorageProblem.LOST,
    "57P02": StorageProblem.LOST,
    "57P03": StorageProblem.AWAY,
    "58030": StorageProblem.UNREADABLE,
}
"""PostgreSQL's SQLSTATE, or the two characters that a whole class of them begins with."""


def trouble_of_state(state: str | None) -> StorageProblem | None:
    """What trouble a SQLSTATE of PostgreSQL stands for; None when it is something else."""
    return None if state is None else _BY_STATE.get(state) or _BY_STATE.get(state[:2])


def problem_of(error: BaseException) -> StorageProblem | None:
    """What trouble of the storage is behind `error`; None when it is something else."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, StorageUnavailableError):
            return cause.trouble
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", 0)  # errors of Python's own module have none
            return _EXTENDED.get(code) or _PRIMARY.get(code & 0xFF)
        if isinstance(cause, DBAPIError) and cause.connection_invalidated:
            return StorageProblem.LOST
        if (state := getattr(cause, "sqlstate", None)) is not None:
            return trouble_of_state(state)
        cause = getattr(cause, "orig", None) or cause.__cause__
    return None


def said_by_the_system(error: OSError) -> str:
    """Which file it is about, what the system says of it, and what to do."""
    number = error.errno or 0
    what = os.strerror(number) if number else type(error).__name__
    where = f"{Path(error.filename).absolute()}: " if isinstance(error.filename, str | os.PathLike) else ""
    return f"{where}{what}. {_MENDING.get(number, 'Look at the disk.')}"


_ROOM = "Free some space."
_IN_THE_WAY = "Something that is no folder is in the place of one."
_MENDING = {
    errno.EACCES: "It has to belong to the account that runs the bot, and the folders above must let it in.",
    errno.EPERM: "It has to belong to the account that runs the bot.",
    errno.EROFS: "Let DATA_DIR name a folder on a disk that can be written to.",
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
}
