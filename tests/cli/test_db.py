"""`python -m bot db ...`, and what `check` and `run` say of PostgreSQL, as a person at a terminal sees it."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import URL

from bot.storage.database import open_engine
from bot.storage.schema.upgrade import TURN, upgrade
from tests.support.command_line import ROOT, TOKEN, clean_environment, run
from tests.support.postgres import Server

USERS = (
    "INSERT INTO users (discord_id, display_name, quiet_from, quiet_to, school, about, interests, created_at)"
    " VALUES (?, 'Maya', '22:00', '08:00', '', '', '', '2026-03-02 15:00:00')"
)
SECRET = "hush"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A college with two students."""
    made = tmp_path / "data" / "rapport.sqlite3"

    async def prepare() -> None:
        engine = open_engine(URL.create("sqlite+aiosqlite", database=str(made)))
        await upgrade(engine)
        await engine.dispose()

    asyncio.run(prepare())
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.executemany(USERS, [(1,), (2,)])
    return made


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """The address of a PostgreSQL without tables."""
    made = asyncio.run(server.fresh("template1"))
    yield spelled_out(made)
    asyncio.run(server.drop(made))


def spelled_out(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def test_the_whole_way_from_a_file_to_postgresql_and_back(tmp_path: Path, file: Path, empty: str) -> None:
    there = run(tmp_path, "db", "copy", "data/rapport.sqlite3", empty)
    assert there.returncode == 0, there.stderr
    lines = [" ".join(line.split()) for line in there.stdout.splitlines()]
    assert "2 users" in lines
    assert "0 contacts" in lines
    assert "2 rows in all: as many in TO as in FROM, and the same ones" in lines
    checked = run(tmp_path, "check", DISCORD_TOKEN=TOKEN, DATABASE_URL=empty)
    assert checked.returncode == 0, checked.stdout
    assert "(PostgreSQL 1" in checked.stdout
    assert "asyncpg)" in checked.stdout
    again = run(tmp_path, "db", "copy", str(file), empty)
    assert again.returncode == 1
    assert again.stderr.startswith("TO is not empty: users has 2 rows. Give a new database")
    assert again.stderr.endswith("Nothing was copied.\n")
    back = run(tmp_path, "db", "copy", empty, "new/folder/back.sqlite3")
    assert back.returncode == 0, back.stderr
    with closing(sqlite3.connect(tmp_path / "new" / "folder" / "back.sqlite3")) as connection:
        assert connection.execute("SELECT discord_id FROM users ORDER BY 1").fetchall() == [(1,), (2,)]


def test_who_was_erased_is_taken_along(tmp_path: Path, file: Path, empty: str) -> None:
    notes = f"key {'a' * 64}\n2026-03-02 {'b' * 64}\n"
    (file.parent / "erased.txt").write_text(notes, encoding="ascii")
    copied = run(tmp_path, "db", "copy", str(file), empty, DATA_DIR="elsewhere")
    assert "Who was erased was added to elsewhere/erased.txt" in copied.stdout
    assert notes in (tmp_path / "elsewhere" / "erased.txt").read_text(encoding="ascii")


@pytest.mark.parametrize(
    "words",
    [
        ("data/rapport.sqlite3", f"postgresql://maya:{SECRET}@localhost/x"),
        ("data/rapport.sqlite3", f"postgresql+asyncpg://maya:{SECRET}@localhost:port/x"),
        ("data/rapport.sqlite3", f"postgresql+asyncpg://maya@localhost/x?password={SECRET}"),
        ("data/rapport.sqlite3", f"postgresql+asyncpg://maya:{SECRET}@127.0.0.1:1/x"),
        (f"postgresql+asyncpg://maya:{SECRET}@127.0.0.1:1/x", "data/x.sqlite3"),
    ],
)
def test_an_address_that_does_not_work_is_one_plain_sentence(tmp_path: Path, file: Path, words: list[str]) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = run(tmp_path, "db", "copy", *words)
    assert result.returncode in {1, 2}
    assert len(result.stderr.splitlines()) == 1
    assert SECRET not in result.stdout + result.stderr
    assert sorted(tmp_path.rglob("*")) == before


NOBODY = "postgresql+asyncpg://maya:hush@"


@pytest.mark.parametrize(
    ("command", "address", "said"),
    [
        ("check", f"{NOBODY}no-such-host.invalid/rapport", "cannot be reached (gaierror)"),
        ("check", f"{NOBODY}/rapport?host=/no/such/folder", "names a file that is not there"),
        ("check", f"{NOBODY}127.0.0.1:1/rapport?sslmode=strict", "does not fit: `sslmode` parameter must"),
        (
            "check",
            f"{NOBODY}127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/no/ca",
            "names a file that is not there",
        ),
        ("check", f"{NOBODY}127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/", "or that this account may not read"),
        ("run", f"{NOBODY}127.0.0.1:1/rapport", "database server cannot be reached (ConnectionRefusedError)"),
        ("db upgrade", f"{NOBODY}127.0.0.1:1/rapport", "cannot be reached (ConnectionRefusedError)"),
    ],
)
def test_a_server_that_is_not_there_is_one_plain_sentence(
    tmp_path: Path, command: str, address: str, said: str
) -> None:
    result = run(tmp_path, *command.split(), DISCORD_TOKEN=TOKEN, DATABASE_URL=address)
    expect(result, said)
    assert "Discord cannot be reached" not in result.stderr


def expect(result: subprocess.CompletedProcess[str], said: str) -> None:
    """It did not work, and says so in plain words without the password."""
    output = result.stdout + result.stderr
    assert result.returncode == 1
    assert said in output
    assert "Traceback" not in output
    assert SECRET not in output


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(spelled_out(url.set(drivername="postgresql")))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def guarded(server: Server) -> URL:
    """An empty database on a server that asks Maya for her password, which is not `hush`."""

    async def prepare() -> tuple[URL, str]:
        made = await server.fresh("template1")
        await server.do("CREATE ROLE maya LOGIN PASSWORD 'right'", "CREATE ROLE tom LOGIN")
        async with connected(made) as connection:
            return made, await connection.fetchval("SHOW hba_file")

    made, hba = asyncio.run(prepare())
    rules = Path(hba).read_text(encoding="utf-8")
    Path(hba).write_text(f"local all maya scram-sha-256\n{rules}", encoding="utf-8")
    asyncio.run(server.do("SELECT pg_reload_conf()"))
    return made


COPY = "db copy data/rapport.sqlite3"


@pytest.mark.parametrize(
    ("command", "changed", "said"),
    [
        ("check", {"username": "maya", "password": SECRET}, "refuses the user or the password"),
        ("check", {"username": "maya"}, "refuses the user or the password"),
        ("check", {"username": "nobody_knows"}, "refuses the user or the password"),
        ("check", {"database": "nobody_knows"}, "has no database of that name"),
        ("run", {"username": "maya", "password": SECRET}, "refuses the user or the password"),
        ("db upgrade", {"username": "tom"}, "The user lacks a right in the database."),
        (COPY, {"username": "maya", "password": SECRET}, "TO cannot be used. The database server refuses the user"),
        (COPY, {"username": "tom"}, "TO cannot be used. The user lacks a right in the database."),
    ],
)
def test_a_server_that_refuses_is_quoted_in_plain_words(
    guarded: URL, file: Path, command: str, changed: dict[str, Any], said: str
) -> None:
    address = spelled_out(guarded.set(**changed))
    words = [*command.split(), address] if command == COPY else command.split()
    expect(run(file.parents[1], *words, DISCORD_TOKEN=TOKEN, DATABASE_URL=address), said)


@pytest.mark.parametrize("command", ["check", "run", "db upgrade", COPY])
def test_a_missing_driver_is_one_plain_sentence(tmp_path: Path, file: Path, command: str) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "asyncpg.py").write_text(
        "raise ModuleNotFoundError('asyncpg', name='asyncpg')\n", encoding="utf-8"
    )
    address = f"postgresql+asyncpg://maya:{SECRET}@127.0.0.1:1/rapport"
    words = [*command.split(), address] if command == COPY else command.split()
    path = os.pathsep.join([str(tmp_path / "without"), str(ROOT)])
    result = run(tmp_path, *words, DISCORD_TOKEN=TOKEN, DATABASE_URL=address, PYTHONPATH=path)
    expect(result, 'pip install -c constraints.txt -e ".[postgres]"')


@asynccontextmanager
async def in_the_middle_of_it(url: URL) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who is migrating the database, so that others certainly meet them."""
    async with connected(url) as connection:
        await connection.execute("SELECT pg_advisory_lock($1, $2)", *TURN)
        yield connection


async def until_waiting(connection: asyncpg.Connection, *processes: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < len(processes):
            assert {each.returncode for each in processes} == {None}, "they wait"


async def test_processes_that_start_at_once_on_an_empty_server_take_turns(tmp_path: Path, server: Server) -> None:
    made = await server.fresh("template1")
    async with in_the_middle_of_it(made) as other:
        processes = [await start(tmp_path, "db", "upgrade", DATABASE_URL=spelled_out(made)) for _ in range(2)]
        await until_waiting(other, *processes)
        await other.execute("SELECT pg_advisory_unlock($1, $2)", *TURN)
        assert [await each.wait() for each in processes] == [0, 0]
        assert await other.fetchval("SELECT count(*) FROM alembic_version") == 1
    await server.drop(made)


async def test_a_script_is_told_that_somebody_broke_the_copy_off(file: Path, server: Server) -> None:
    made = await server.fresh("template1")
    async with in_the_middle_of_it(made) as other:
        copying = await start(file.parents[1], "db", "copy", str(file), spelled_out(made))
        await until_waiting(other, copying)
        copying.send_signal(signal.SIGINT)
        _, said = await copying.communicate()
    assert copying.returncode == 130
    assert said.decode() == "Broken off. What was not yet saved was not done.\n"
    await server.drop(made)


async def start(folder: Path, *words: str, **environment: str) -> asyncio.subprocess.Process:
    """Start the command in a folder of its own, and go on."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        cwd=folder, env=clean_environment() | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
