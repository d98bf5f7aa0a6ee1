"""Addresses of databases as providers and people write them: taken, dropped or refused by name, and never shown."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.places import address, left_out, shown
from bot.storage.database import open_engine
from tests.support.canary_words import STEM, marked, quoted

SERVER = "postgresql+asyncpg://rapport@db.example/rapport"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("postgres://rapport@db.example/rapport", SERVER),
        ("postgresql://rapport@db.example/rapport", SERVER),
        (f" {SERVER}\n", SERVER),
        (f"{SERVER}?sslmode=require&channel_binding=require", f"{SERVER}?sslmode=require"),
        (f"{SERVER}?ssl=true", f"{SERVER}?sslmode=require"),
        (f"{SERVER}?ssl=verify-full", f"{SERVER}?sslmode=verify-full"),
        (f"{SERVER}?ssl=false&sslmode=verify-full", f"{SERVER}?sslmode=verify-full"),
        (f"{SERVER}?connect_timeout=10&connection_limit=1&pool_timeout=0&keepalives=1", SERVER),
        (f"{SERVER}?target_session_attrs=read-write", f"{SERVER}?target_session_attrs=read-write"),
        (f"{SERVER}?application_name=coach", f"{SERVER}?application_name=coach"),
        (f"{SERVER}?options=endpoint%3Dcold-sun-1", f"{SERVER}?options=endpoint%3Dcold-sun-1"),
        ("sqlite:////srv/x.sqlite3", "sqlite+aiosqlite:////srv/x.sqlite3"),
        ("sqlite+aiosqlite://", "sqlite+aiosqlite://"),
    ],
)
def test_what_providers_write_is_taken(written: str, meant: str) -> None:
    assert address(written) == make_url(meant)
    assert address(meant) == address(written)


def test_a_file_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/maya")
    assert address("sqlite+aiosqlite:///~/x.sqlite3").database == "/home/maya/x.sqlite3"
    assert address("sqlite+aiosqlite:///$HOME/x.sqlite3").database == "/home/maya/x.sqlite3"


def test_what_is_left_out_is_named() -> None:
    assert left_out(f"{SERVER}?sslmode=require&connect_timeout=3&channel_binding=require") == [
        "channel_binding",
        "connect_timeout",
    ]
    assert left_out("sqlite+aiosqlite:///data/x.sqlite3") == ()


HUSH = marked("password")
REFUSED = {
    f"postgresql://rapport:{HUSH}@db.example/rapport?pgbouncer=true": "is that of a pooler (PgBouncer)",
    f"postgresql://rapport:{HUSH}@db.example/rapport?schema=public": "an option that nobody carries out: schema",
    f"postgresql://rapport:{HUSH}@db.example/x?statement_timeout=1&a=1": "nobody carries out: a, statement_timeout",
    f"postgresql://db.example/rapport?user=rapport&password={HUSH}": "behind the question mark",
    f"postgresql://db.example/rapport?sslpassword={HUSH}": "behind the question mark",
    f"postgresql://db.example/rapport?dsn=postgres://u:{HUSH}@h/d": "behind the question mark",
    f"postgresql://rapport:p@{HUSH}@db.example/rapport": "write it as %40",
    f"postgresql://rapport:p@{HUSH}/x@db.example/rapport": "write it as %40",
    f"postgresql:///rapport:{HUSH}@db.example/rapport": "is not as it should be",
    f"postgresql://rap/port:{HUSH}@db.example/rapport": "is not as it should be",
    f"postgresql://rapport%3A{HUSH}@db.example/rapport": "is not as it should be",
    f"postgresql://db.example/rapport;password={HUSH}": "is not as it should be",
    f"sqlite://data/{HUSH}.sqlite3": "has three slashes before it",
    f"postgresql://rapport:{HUSH}/rapport": "is not a database address",
    f"postgresql://db.example/rapport?port={HUSH}": "has a port that is no number",
    f"postgresql://db.example/rapport?{HUSH} x=1": "an option that nobody carries out: (no name)",
    f"host=db.example user=rapport password={HUSH} dbname=rapport": "is not a database address",
    f"rapport:{HUSH}@db.example/rapport": "is not a database address",
    f"postgresql:/rapport:{HUSH}@db.example/rapport": "is not a database address",
    f"mysql://rapport:{HUSH}@db.example/rapport": "is of another kind",
    f"postgresql+psycopg2://rapport:{HUSH}@db.example/rapport": "is of another kind",
    f"postgresql://rapport:{HUSH}@/rapport?host=one:1,two:2": "write each with its port",
    f"postgresql://rapport:{HUSH}@/rapport?host=one&host=two&port=1,2": "write each with its port",
    f"postgresql://rapport:{HUSH}@db.example:99999/rapport": "has a port behind the last there is",
    f"postgresql://rapport:{HUSH}@db.example/rapport?port=70000": "has a port behind the last there is",
    f"postgresql://rapport:{HUSH}@/rapport?host=one:70000": "has a port behind the last there is",
    f"postgresql://db.example/rapport?port={'9' * 5000}": "has a port behind the last there is",
    "sqlite+aiosqlite:///data/x.sqlite3?mode=ro": "may have no options",
    "sqlite+aiosqlite:///.": "names a folder",
    "sqlite+aiosqlite:////": "names a folder",
    "sqlite+aiosqlite:///~nobody-there/x.sqlite3": "names a variable or a home that is not there",
}


@pytest.mark.parametrize("written", REFUSED)
def test_what_nobody_carries_out_is_refused_by_name_and_without_the_password(written: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        address(written)
    assert REFUSED[written] in str(caught.value)
    assert quoted(str(caught.value), STEM) == []
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("password", [HUSH, f"%20{HUSH}%2F%40", f"{HUSH}:{HUSH}", f"a/b?c#{HUSH}&d=%"])
def test_a_password_is_never_shown_and_arrives(password: str) -> None:
    url = address(f"postgres://rapport:{password}@db.example/rapport?sslmode=require&options=-c%20x.y%3Dz")
    assert shown(url) == "postgresql+asyncpg://rapport:***@db.example/rapport"
    assert quoted(f"{shown(url)} {url!r} {url}", STEM) == []
    assert HUSH in (url.password or "")


@pytest.mark.postgresql(reason="what a server makes of the options")
async def test_a_server_takes_what_a_provider_writes(bare: str) -> None:
    url = make_url(bare)
    written = url.set(drivername="postgres").render_as_string(hide_password=False)
    more = "sslmode=prefer&channel_binding=prefer&connect_timeout=10&application_name=coach"
    more += "&options=-c%20statement_timeout%3D12345&target_session_attrs=any"
    engine = open_engine(address(f"{written}{'&' if url.query else '?'}{more}"))
    async with engine.connect() as connection:
        found = [
            await connection.scalar(text(f"SHOW {name}")) for name in ("statement_timeout", "application_name")
        ]
    await engine.dispose()
    assert found == ["12345ms", "coach"]
