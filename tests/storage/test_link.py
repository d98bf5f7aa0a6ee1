"""A database server that breaks off, is away, is busy or falls silent: nobody waits long, and it is used again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.services.base import ensure_user
from bot.storage.database import Database, open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError, problem_of
from bot.storage.models import User
from bot.storage.postgres import connection
from bot.storage.postgres.connection import AT_WORK, LOCKED_SECONDS, PATIENCE
from bot.storage.schema.revision import bring_up_to_date
from tests.support.command_line import python
from tests.support.postgres import Server

pytestmark = pytest.mark.postgresql(reason="about a server")

IN_TIME = 3
"""Seconds in which Discord wants an answer."""
UPGRADE = ("-m", "bot", "db", "upgrade")
SOON = 0.5
"""Seconds, in place of how long the bot waits."""


@pytest.fixture
async def db(database: str, tmp_path: Path) -> AsyncIterator[Database]:
    """Without the clock that stands still: this is about time that passes."""
    opened = Database(open_engine(make_url(database)), tmp_path)
    await bring_up_to_date(opened.engine)
    yield opened
    await opened.close()


async def keep(db: Database, student: int) -> None:
    async with db.write(student) as session:
        await ensure_user(session, student)


async def known(db: Database, student: int) -> bool:
    async with db.read() as session:
        return await session.get(User, student) is not None


async def trouble_in(work: Awaitable[object]) -> StorageProblem | None:
    """What trouble there was."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is what is asked
        await work
    return problem_of(caught.value)


def test_what_a_student_waits_for_ends_before_discord_gives_up() -> None:
    assert LOCKED_SECONDS < PATIENCE < IN_TIME < AT_WORK


async def break_off(db: Database, server: Server) -> None:
    """As a restart of the server does it to every connection."""
    name = db.engine.url.database
    others = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - our own words
    await server.do(others)


async def test_nobody_notices_that_the_server_broke_off_connections_between_units(
    db: Database, server: Server
) -> None:
    await asyncio.gather(*(keep(db, student) for student in range(1, 30)))
    for round_ in range(3):
        await break_off(db, server)
        await asyncio.gather(*(keep(db, 100 * round_ + student) for student in range(1, 30)))
    assert await known(db, 229)


async def test_a_unit_that_is_broken_off_in_the_middle_keeps_nothing_and_the_next_one_works(
    db: Database, server: Server
) -> None:
    async def half() -> None:
        async with db.write(1) as session:
            await ensure_user(session, 1)
            await break_off(db, server)

    assert await trouble_in(half()) is StorageProblem.LOST
    assert not await known(db, 1)
    await keep(db, 1)
    assert await known(db, 1)


@asynccontextmanager
async def away(db: Database, server: Server) -> AsyncIterator[None]:
    """The server lets nobody in, as when it is starting or gone."""
    await server.do(f"ALTER DATABASE {db.engine.url.database} ALLOW_CONNECTIONS false")
    await break_off(db, server)
    try:
        yield
    finally:
        await server.do(f"ALTER DATABASE {db.engine.url.database} ALLOW_CONNECTIONS true")


async def test_a_server_that_is_away_is_said_once_and_taken_back_in_use(
    db: Database, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    await keep(db, 1)
    async with away(db, server):
        for _ in range(3):
            assert await trouble_in(keep(db, 2)) is StorageProblem.AWAY
    await keep(db, 2)
    said = [record.getMessage() for record in caplog.records if record.name == "bot.storage.postgres.connection"]
    assert len(said) == 2, said
    assert said[0].startswith("The database server cannot be reached.")
    assert said[1] == "the storage works again"


async def test_a_student_whose_turn_another_process_keeps_is_told_so_in_time_and_others_go_on(db: Database) -> None:
    async with db.write(1):
        assert await trouble_in(keep(db, 1)) is StorageProblem.BUSY
        await keep(db, 2)
    await keep(db, 1)


@contextmanager
def frozen(process: int) -> Iterator[None]:
    """A process of the server that neither works nor ends: from here it looks like a cut cable."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


async def test_a_server_that_falls_silent_holds_a_student_up_for_no_longer_than_discord_waits(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.read() as session:
        silent = await session.scalar(text("SELECT pg_backend_pid()"))
    with frozen(silent):
        with monkeypatch.context() as hurried:
            hurried.setattr(connection, "PATIENCE", SOON)
            assert await trouble_in(keep(db, 1)) is StorageProblem.LOST
        await keep(db, 2)
    assert await known(db, 2)


async def test_what_no_student_waits_for_may_take_longer(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PATIENCE", SOON)
    takes_long = text(f"SELECT pg_sleep({SOON * 2})")

    async def while_a_student_waits() -> None:
        async with db.write(1) as session:
            await session.execute(takes_long)

    assert await trouble_in(while_a_student_waits()) is StorageProblem.LOST
    async with db.write() as session:
        await session.execute(takes_long)
    async with db.read(patient=True) as session:
        await session.execute(takes_long)


async def test_a_process_that_is_cut_off_in_the_middle_keeps_no_turn_for_ever(db: Database) -> None:
    async with db.read() as session:
        for setting, value in (("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "10s")):
            assert await session.scalar(text(f"SHOW {setting}")) == value


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [({"database": "nowhere"}, StorageProblem.REFUSED), ({"host": "/nowhere"}, StorageProblem.AWAY)],
)
async def test_an_address_that_leads_nowhere_is_told_apart(
    database: str, wrong: dict[str, str], trouble: StorageProblem
) -> None:
    url = make_url(database)
    url = url.set(database=wrong["database"]) if "database" in wrong else url.set(query={"host": wrong["host"]})
    engine = open_engine(url)
    with pytest.raises(StorageUnavailableError) as caught:
        await engine.connect()
    assert caught.value.trouble is trouble
    await engine.dispose()


async def test_processes_that_start_at_once_make_the_tables_once(server: Server, tmp_path: Path) -> None:
    empty = await server.fresh("template1")
    address = {"DATABASE_URL": empty.render_as_string(hide_password=False)}
    made = await asyncio.gather(*(asyncio.to_thread(python, tmp_path, *UPGRADE, **address) for _ in range(3)))
    assert [(one.returncode, one.stderr) for one in made] == [(0, "")] * 3
    await server.drop(empty)
