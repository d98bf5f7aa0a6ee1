"""The database as it is opened: durable, serialized, and safe for two bots on one file."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from bot.services.base import ensure_user
from bot.storage import database
from bot.storage.database import ARMED, Database, open_engine
from bot.storage.errors import StorageProblem, problem_of
from bot.storage.models import Contact, User
from bot.storage.sqlite.connection import InPlaceConnection
from bot.storage.sqlite.wal import empty_the_log
from tests.support.world import SQLITE_FILE

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.sqlite(reason="its own settings")
async def test_the_pragmas_that_keep_data_safe(db: Database) -> None:
    async with db.read() as session:
        found = {
            name: await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


async def test_an_error_inside_a_unit_of_work_leaves_nothing(db: Database) -> None:
    async def half() -> None:
        async with db.write() as session:
            await ensure_user(session, 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half()
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 0


async def test_a_foreign_key_that_leads_nowhere_is_refused_without_a_word_of_the_row(db: Database) -> None:
    async def orphan() -> None:
        async with db.write() as session:
            session.add(Contact(owner_id=404, name="Ana", created_at=MOMENT))

    with pytest.raises(IntegrityError) as refused:
        await orphan()
    assert "INSERT INTO contacts" in str(refused.value)
    assert "Ana" not in str(refused.value)


async def test_a_naive_moment_is_refused_and_an_aware_one_comes_back_in_utc(db: Database) -> None:
    async def naive() -> None:
        async with db.write() as session:
            session.add(User(discord_id=2, created_at=datetime(2026, 3, 2)))  # noqa: DTZ001 - the point of the test

    with pytest.raises(StatementError):
        await naive()
    async with db.write() as session:
        await ensure_user(session, 3)
    async with db.read() as session:
        user = await session.get_one(User, 3)
        assert user.created_at.tzinfo is UTC


async def test_what_was_armed_is_announced_after_the_commit_and_not_after_a_rollback(db: Database) -> None:
    heard: list[datetime] = []
    db.on_armed = heard.append
    async with db.write() as session:
        session.info[ARMED] = MOMENT
        assert heard == []
    assert heard == [MOMENT]

    async def fails() -> None:
        async with db.write() as session:
            session.info[ARMED] = MOMENT
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert heard == [MOMENT]


async def test_a_burst_of_writers_takes_turns(db: Database) -> None:
    async def one(number: int) -> None:
        async with db.write() as session:
            await ensure_user(session, number)

    await asyncio.gather(*(one(number) for number in range(1, 101)))
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 100


async def test_two_bots_on_one_database_both_get_their_work_done(db: Database) -> None:
    other = Database(open_engine(db.engine.url))

    async def one(database: Database, number: int) -> None:
        async with database.write() as session:
            await ensure_user(session, number)

    await asyncio.gather(*(one(database, n) for n in range(1, 41) for database in (db, other)))
    async with other.read() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 40
    await other.close()


@pytest.mark.sqlite(reason="PostgreSQL has no file to be held")
async def test_a_file_that_another_program_holds_is_told_apart(db: Database, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "rapport.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(OperationalError) as caught:
            async with db.write() as session:
                await ensure_user(session, 1)
        assert problem_of(caught.value) is StorageProblem.BUSY
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    async with db.write() as session:
        await ensure_user(session, 1)


@pytest.mark.sqlite(reason="its own limit stands in for the disk")
async def test_a_full_disk_is_told_apart_and_leaves_the_database_whole(db: Database) -> None:
    async with db.write() as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        # SQLite's own limit on the file stands in for the disk: the same error at the same place.
        await session.execute(text(f"PRAGMA max_page_count={pages}"))

    async def fills_it() -> None:
        async with db.write() as session:
            await ensure_user(session, 1, "x" * 100)
            session.add(Contact(owner_id=1, name="A" * 100_000, created_at=MOMENT))

    with pytest.raises(OperationalError) as caught:
        await fills_it()
    assert problem_of(caught.value) is StorageProblem.FULL
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 0
        assert await session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_other_errors_are_not_taken_for_a_full_disk() -> None:
    assert problem_of(ValueError("no")) is None
    assert problem_of(sqlite3.DatabaseError("malformed")) is None


@pytest.mark.sqlite(reason="its write-ahead log")
async def test_the_log_gets_small_again_after_somebody_read_for_long(db: Database, tmp_path: Path) -> None:
    """As a backup does: as long as it reads, nothing that was written meanwhile can leave the log."""
    log = tmp_path / f"{SQLITE_FILE}-wal"
    reader = sqlite3.connect(tmp_path / SQLITE_FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM users").fetchone()
    for number in range(1, 7):
        await write_much(db, number)
    assert log.stat().st_size > 8 << 20
    reader.execute("COMMIT")
    reader.close()
    for number in (7, 8):
        async with db.write() as session:
            await ensure_user(session, number)
    assert log.stat().st_size <= 4 << 20


async def write_much(db: Database, student: int) -> None:
    """Two megabytes in one transaction."""
    async with db.write(student) as session:
        user = await ensure_user(session, student)
        user.about = "x" * (2 << 20)


@pytest.mark.sqlite(reason="on a server nobody else waits for the file")
async def test_a_closed_database_leaves_the_file_to_others_though_its_cursors_are_kept(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    execute = InPlaceConnection._execute

    async def keep(opened: InPlaceConnection, fn: Any, *args: Any, **kwargs: Any) -> Any:
        # As the futures do that carry them out of a thread, where something goes on holding those.
        kept.append(result := await execute(opened, fn, *args, **kwargs))
        return result

    monkeypatch.setattr(InPlaceConnection, "_execute", keep)
    async with db.write(1) as session:
        await ensure_user(session, 1)
    async with db.read(1) as session:
        assert await session.get(User, 1)
    await db.scrub()
    await db.know_erased()
    await db.tidy()
    await db.close()
    assert any(isinstance(one, sqlite3.Cursor) for one in kept)
    assert not (tmp_path / f"{SQLITE_FILE}-wal").exists(), "it stays for as long as anybody has the file open"
    alone = sqlite3.connect(tmp_path / SQLITE_FILE, timeout=0)
    alone.execute("PRAGMA locking_mode=EXCLUSIVE")
    alone.execute("BEGIN EXCLUSIVE")
    alone.close()


@pytest.mark.sqlite(reason="its own log")
async def test_what_is_written_while_the_log_is_emptied_is_to_be_forgotten_later(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[None] = []

    async def write_behind(*given: Any) -> bool:
        emptied = await empty_the_log(*given)
        async with db.write(1) as session:
            await ensure_user(session, 1)
        return emptied

    with monkeypatch.context() as patched:
        patched.setattr(database, "empty_the_log", write_behind)
        db.on_untidy = lambda: told.append(None)
        await db.scrub()
    assert db.untidy
    assert told == [None]
    await db.tidy()
    assert not db.untidy
