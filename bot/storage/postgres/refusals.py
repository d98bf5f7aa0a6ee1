"""PostgreSQL: how a connection to it is opened, and in plain words what keeps the bot out."""

import inspect
import ssl
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.exc import DBAPIError

from bot.storage.errors import StorageUnavailableError

APPLICATION = "rapport"
"""What the bot's sessions are called in `pg_stat_activity`."""


def for_driver(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the driver takes them.

    Those of PostgreSQL's own programs that it has no argument for, such as `sslmode` and `sslrootcert`, it takes in
    an address.
    """
    import asyncpg  # noqa: PLC0415 - only there with the postgres extra, and only needed with PostgreSQL

    known = inspect.signature(asyncpg.connect).parameters
    others = {name: value for name, value in options.items() if name not in known}
    dsn = f"postgresql://?{urlencode({'application_name': APPLICATION} | others)}"
    return {name: value for name, value in options.items() if name in known} | {"dsn": dsn}


def refusal(error: BaseException) -> str | None:
    """Why the server cannot be reached, or does not do what it was asked, without any password.

    None when there are no plain words for it.
    """
    if isinstance(error, StorageUnavailableError):
        return _why(error.__cause__)
    return _why(error.orig) if isinstance(error, DBAPIError) else None


def _why(cause: BaseException | None) -> str | None:
    match cause:
        case ModuleNotFoundError():
            return _NO_DRIVER
        case ssl.SSLError():
            why = getattr(cause, "verify_message", None) or cause.reason or _NO_KEY
            return f"TLS with the database server fails: {why}. {_TLS}"
        case FileNotFoundError() | PermissionError() | IsADirectoryError() | NotADirectoryError():
            return _NO_FILE.format(f" ({cause.filename})" if cause.filename else "")
        case OSError():
            away = f"The database server cannot be reached ({type(cause).__name__}). {_IS_IT_THERE}"
            return _NO_TLS if type(cause) is ConnectionError else away  # the driver's own word for it
        case ValueError():
            return f"The address of the database does not fit: {cause}. {_TLS}"
    return _SENTENCES.get(getattr(cause, "sqlstate", None) or "")


_NO_DRIVER = (
    'PostgreSQL needs one more package: pip install -c constraints.txt -e ".[postgres]"'
    " (in Rapport's folder, with its .venv active)."
)
_NO_FILE = (
    "The address of the database names a file that is not there, or that this account may not read{}: the server's"
    " socket, or a certificate."
)
_NO_KEY = "a certificate or its key cannot be read; sslkey has to name the key of sslcert, without a password"
_NO_TLS = "The database server does not offer TLS, and sslmode in its address asks for it."
_IS_IT_THERE = "Is it running, and are host and port in its address right?"
_TLS = "docs/operators/postgresql.md says how its certificate is checked."
_LET_IN = "The database server refuses the user or the password in its address."
_SENTENCES = {
    "28P01": _LET_IN,
    "28000": f"{_LET_IN} Or its pg_hba.conf has no line for this user, database and machine.",
    "3D000": "The database server has no database of that name. docs/operators/postgresql.md says how to make one.",
    "3F000": "The database has no schema that the user's search_path names. Make it, or name one that is there.",
    "42501": "The user lacks a right in the database. docs/operators/postgresql.md lists those that it needs.",
    "42704": "The address of the database has an option that the server does not know.",
    "53100": "The database server's disk is full, so nothing can be saved.",
    "53300": "The database server has no connection left. Raise its max_connections, or close what holds them.",
    "55P03": "Another program is at work in the database. Close it, or wait for it to finish.",
    "57P01": "The database server was stopped meanwhile.",
    "57P03": "The database server is starting or stopping. Try again in a minute.",
}
"""By PostgreSQL's own codes."""
LOCKED = _SENTENCES["55P03"]
