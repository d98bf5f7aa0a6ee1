"""Where things are, as operators and providers write it: a folder, and the address of a database."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

Options = Mapping[str, str | tuple[str, ...]]

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
"""By the names that providers write."""

_TAKEN = frozenset({
    "application_name", "gsslib", "host", "krbsrvname", "options", "passfile", "port", "service", "servicefile",
    "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcrl", "sslkey", "sslmode",
    "sslnegotiation", "sslrootcert", "target_session_attrs",
})  # fmt: skip
"""Options of an address that the driver carries out."""
_LEFT_OUT = frozenset({
    "channel_binding", "client_encoding", "connect_timeout", "connection_limit", "fallback_application_name",
    "gssencmode", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "pool_size",
    "pool_timeout", "sslcompression", "sslsni", "tcp_user_timeout",
})  # fmt: skip
"""Options that other programs need: the bot does without them, or has its own way."""
_WITH_SECRETS = frozenset({"password", "sslpassword", "dsn", "user", "passwd"})
_POOLER = frozenset({"pgbouncer", "pool_mode", "pooler"})
_SSL = {"true": "require", "1": "require", "false": "disable", "0": "disable"}
"""How some programs write `sslmode`."""
_LAST_PORT = 2**16 - 1
_DIGITS = len(str(_LAST_PORT))
_PLAIN_NAME = re.compile(r"[A-Za-z_]{1,40}")


def place(text: str) -> Path:
    """The folder or file that `text` names, with `~` and `$HOME` put in. Raises ValueError."""
    path = os.path.expandvars(os.path.expanduser(text))  # noqa: PTH111 - Path would not take variables
    unknown = r"\$\{|(?:^|[/\\])\$\w" + (r"|%\w+%" if os.name == "nt" else "")
    if path.startswith("~") or re.search(unknown, path):
        raise ValueError("names a variable or a home that is not there; write the folder out")
    if any(ord(letter) < ord(" ") for letter in path):
        # In double quotes, `\n` is a new line and `\t` a tab.
        raise ValueError("has a backslash that means something else in double quotes; use single quotes, or /")
    if os.name != "nt" and re.match(r"[A-Za-z]:[\\/]|\\\\|%\w+%", path):
        raise ValueError("is a folder of Windows, and this is another system")
    for part in (Path(path), *Path(path).parents):
        if os.path.lexists(part) and not os.path.exists(part):  # noqa: PTH110 - Path may raise
            raise ValueError(f"goes through {part.absolute()}, a link to something that is not there")
    return Path(path)


def address(text: str) -> URL:
    """Where a database is. Raises ValueError, without the text: it may hold a password."""
    name, colon, rest = text.strip().partition("://")
    driver = _DRIVERS.get(name, name)
    try:
        url = make_url(f"{driver}{colon}{rest}")
    except (ArgumentError, ValueError):
        raise ValueError(
            "is not a database address such as sqlite+aiosqlite:///data/rapport.sqlite3 or"
            " postgresql+asyncpg://user@host/database"
        ) from None
    if driver not in _DRIVERS.values():
        raise ValueError("is of another kind; use sqlite+aiosqlite or postgresql+asyncpg")
    return _file(url) if url.get_backend_name() == "sqlite" else _server(url, rest)


def shown(url: URL) -> str:
    """The address for people: a file with all of its path, a server without password and options."""
    if url.get_backend_name() == "sqlite":
        return str(url.set(database=str(Path(url.database).absolute()))) if url.database else str(url)
    return url.set(query={}).render_as_string(hide_password=True)


def left_out(text: str) -> Sequence[str]:
    """The options of an address that the bot does without, in order. `text`: one that `address` takes."""
    if text.startswith("sqlite"):
        return ()
    name, colon, rest = text.strip().partition("://")
    return sorted(_LEFT_OUT & make_url(f"{_DRIVERS.get(name, name)}{colon}{rest}").query.keys())


def _file(url: URL) -> URL:
    if url.host or url.username or url.port:
        raise ValueError("is a file, and has three slashes before it: sqlite+aiosqlite:///data/rapport.sqlite3")
    if url.query:
        raise ValueError("is a file, and may have no options behind a question mark")
    if not url.database or url.database == ":memory:":
        return url
    file = place(url.database)
    if not file.name:
        raise ValueError("names a folder; the name of a file has to stand behind it")
    return url.set(database=str(file))


def _server(url: URL, rest: str) -> URL:
    if rest.count("@") > 1:
        raise ValueError("has more than one @; in a user or a password, write it as %40")
    if set("@:;=") & set(f"{url.username or ''}{url.database or ''}"):
        # Both are shown, and a password that slipped in there would be.
        raise ValueError("is not as it should be: postgresql+asyncpg://user:password@host/database")
    if not all(number.isdecimal() for number in _ports(url.query)):
        raise ValueError("has a port that is no number")
    if any(len(number) > _DIGITS or int(number) > _LAST_PORT for number in _all_ports(url)):
        raise ValueError(f"has a port behind the last there is, which is {_LAST_PORT}")
    _refuse(url.query)
    url = url.set(query=dict(_translated(url.query)))
    try:
        url.get_dialect()().create_connect_args(url)
    except ArgumentError:
        raise ValueError("has several hosts: write each with its port, as ?host=one:5432&host=two:5432") from None
    return url


def _refuse(options: Options) -> None:
    """Raise ValueError for an option that would be shown in the clear, or that nobody carries out."""
    if _WITH_SECRETS & options.keys():
        raise ValueError(
            "has a user or password behind the question mark; write it before the @, where it is kept secret"
        )
    if _POOLER & options.keys():
        raise ValueError("is that of a pooler (PgBouncer); take the one that connects directly")
    unknown = sorted(options.keys() - _TAKEN - _LEFT_OUT - {"ssl"})
    if unknown:
        named = ", ".join(name if _PLAIN_NAME.fullmatch(name) else "(no name)" for name in unknown)
        raise ValueError(
            f"has an option that nobody carries out: {named}. Take it out;"
            " docs/operators/postgresql.md lists those there are"
        )


def _all_ports(url: URL) -> Iterator[str]:
    """Also those that stand behind hosts among the options."""
    yield from (str(url.port or 0), *_ports(url.query))
    hosts = url.query.get("host", ())
    for host in (hosts,) if isinstance(hosts, str) else hosts:
        yield from (number for one in host.split(",") if (number := one.rpartition(":")[2]).isdecimal())


def _ports(options: Options) -> Iterator[str]:
    ports = options.get("port", ())
    for port in (ports,) if isinstance(ports, str) else ports:
        yield from port.split(",")


def _translated(options: Options) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for name, value in options.items():
        if name == "ssl":
            if "sslmode" not in options:
                yield "sslmode", _SSL.get(str(value).lower(), value)
        elif name in _TAKEN:
            yield name, value
