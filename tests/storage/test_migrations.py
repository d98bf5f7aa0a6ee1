"""Migrations and models agree, on SQLite and on PostgreSQL, up and down."""

import resource
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Base
from bot.storage.schema.revision import NEWEST, bring_up_to_date, current
from bot.storage.schema.startup import make_ready
from bot.storage.schema.upgrade import BrokenKeysError, config, differences, migrating, upgrade


@pytest.fixture
async def engine(bare: str) -> AsyncIterator[AsyncEngine]:
    """A database without tables."""
    opened = open_engine(make_url(bare))
    yield opened
    await opened.dispose()


async def test_a_migrated_database_is_what_the_models_say(engine: AsyncEngine) -> None:
    assert await current(engine) is None
    await upgrade(engine)
    assert await current(engine) == NEWEST
    assert await differences(engine) == []
    # The second start finds nothing to do.
    await bring_up_to_date(engine)
    assert await current(engine) == NEWEST


async def test_a_start_brings_any_older_database_up_to_date(engine: AsyncEngine) -> None:
    for revision in ("0001", NEWEST):
        await upgrade(engine, revision)
        await bring_up_to_date(engine)
        assert await current(engine) == NEWEST
        async with migrating(engine) as connection:
            await connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))


def test_the_newest_revision_is_the_last_script() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == NEWEST


async def test_every_migration_can_be_taken_back(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with migrating(engine) as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(tables) <= {"alembic_version"}


@pytest.mark.sqlite(reason="PostgreSQL alters a table where it is")
async def test_a_table_that_is_copied_keeps_what_hangs_on_its_rows(engine: AsyncEngine) -> None:
    await upgrade(engine, "0002")
    async with engine.execution_options(writes=True).begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO users"
            " (discord_id, display_name, quiet_from, quiet_to, school, about, interests, created_at)"
            " VALUES (1, 'Maya', '22:00:00', '08:00:00', '', '', '', '2026-03-02 22:00:00')"
        )
        await connection.exec_driver_sql(
            "INSERT INTO contacts (owner_id, name, title, organization, reach, source, why, notes, created_at)"
            " VALUES (1, 'Ana', '', '', '', '', '', '', '2026-03-02 22:00:00')"
        )
        await connection.exec_driver_sql(
            "INSERT INTO todos (owner_id, contact_id, text, created_at)"
            " VALUES (1, 1, 'Write', '2026-03-02 22:00:00')"
        )
        await connection.exec_driver_sql(
            "INSERT INTO reminders (user_id, kind, subject_id, due_at, available_at, expires_at, status, reason,"
            " attempts, dedupe_key) VALUES (1, 'todo_due', 7, '2026-03-02 22:00:00', '2026-03-02 22:00:00',"
            " '2026-03-02 22:00:00', 'sent', '', 1, 'todo_due:7:0')"
        )
    await upgrade(engine)
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT text, name FROM todos JOIN contacts ON contacts.id = contact_id"
        )
        assert [tuple(row) for row in rows] == [("Write", "Ana")]
        counters = await connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        assert dict(tuple(row) for row in counters)["todos"] == 7, "a ping still knows the number 7"
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.sqlite(reason="PostgreSQL alters a table where it is")
async def test_a_disk_that_is_full_meanwhile_is_told(engine: AsyncEngine) -> None:
    """SQLite takes all back by itself then, and Alembic fails once more where it drops what is gone."""
    await upgrade(engine, "0002")
    async with engine.execution_options(writes=True).begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO users"
            " (discord_id, display_name, quiet_from, quiet_to, school, about, interests, created_at)"
            " VALUES (1, 'Maya', '22:00:00', '08:00:00', '', '', '', '2026-03-02 22:00:00')"
        )
        await connection.exec_driver_sql(
            "INSERT INTO contacts (owner_id, name, title, organization, reach, source, why, notes, created_at)"
            " VALUES (1, 'Ana', '', '', '', '', '', ?, '2026-03-02 22:00:00')",
            [("x" * 10_000,)] * 400,
        )
    await engine.dispose()  # its log is in the file now
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, most))
    try:
        with pytest.raises(StorageUnavailableError) as refused:
            await make_ready(engine)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert refused.value.trouble is StorageProblem.FULL
    assert await current(engine) == "0002"
    await make_ready(engine)
    assert await current(engine) == NEWEST


@pytest.mark.sqlite(reason="PostgreSQL looks at every statement")
async def test_a_migration_that_breaks_a_foreign_key_is_taken_back(engine: AsyncEngine) -> None:
    await upgrade(engine)

    async def breaks_it() -> None:
        async with migrating(engine) as connection:
            await connection.exec_driver_sql(
                "INSERT INTO answers (evaluation_id, question, text, answered_at) VALUES (404, 1, '', '2026-03-02')"
            )

    with pytest.raises(BrokenKeysError):
        await breaks_it()
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM answers")).scalar() == 0


async def test_a_forgotten_migration_is_noticed(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.execution_options(writes=True).begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE users ADD COLUMN forgotten INTEGER")
    assert len(await differences(engine)) == 1


@pytest.mark.sqlite(reason="PostgreSQL counts on by itself")
async def test_no_table_gives_a_number_twice(engine: AsyncEngine) -> None:
    """Comparing tables with models does not tell."""
    await upgrade(engine)
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        counts = {row.name for row in rows if "AUTOINCREMENT" in row.sql}
    numbered = {table.name for table in Base.metadata.sorted_tables if "id" in table.c}
    assert counts == numbered


def test_every_table_of_a_student_hangs_on_users() -> None:
    outside = {"users", "facts"}
    for table in Base.metadata.sorted_tables:
        if table.name not in outside:
            assert _reaches_users(table.name), f"{table.name} is not reachable from users"


def _reaches_users(name: str) -> bool:
    table = Base.metadata.tables[name]
    parents = {key.column.table.name for key in table.foreign_keys if key.ondelete == "CASCADE"}
    return "users" in parents or any(_reaches_users(parent) for parent in parents - {name})


FORMER: dict[str, list[dict[str, Any]]] = {
    "users": [{"discord_id": user, "created_at": f"2025-01-0{user} 10:00:00.000000"} for user in (1, 2, 3, 4)],
    "contacts": [
        {"id": 1, "owner_id": 1, "name": "Ana", "created_at": "2025-02-01 10:00:00.000000"},
        {"id": 2, "owner_id": 3, "name": "Ben", "created_at": "2025-02-02 10:00:00.000000"},
    ],
    "interviews": [
        # An interview that is still to come is no visit.
        {"id": 1, "contact_id": 1, "starts_at": "2030-01-01 10:00", "created_at": "2025-03-01 10:00:00.000000"},
        {"id": 2, "contact_id": 2, "starts_at": "2025-02-02 10:00", "created_at": "2025-02-02 10:00:00.000000"},
    ],
    "thank_yous": [
        {"interview_id": 2, "due_at": "2025-02-03 10:00:00.000000", "sent_at": "2025-06-01 10:00:00.500000"},
    ],
    "todos": [{"owner_id": 4, "created_at": "2025-01-05 10:00:00.000000", "due_at": "2031-01-01 10:00:00.000000"}],
}
"""Rows as the version had them that did not note visits; the other columns do not matter."""
OTHERS = {"id": 1, "minutes": 20, "version": 1, "sequence": 0, "quiet_from": "22:00", "quiet_to": "08:00"}


async def test_who_was_here_before_visits_were_noted_was_last_here_when_their_rows_say(engine: AsyncEngine) -> None:
    await upgrade(engine, "0002")
    async with engine.execution_options(writes=True).begin() as connection:
        for table, rows in FORMER.items():
            for row in rows:
                await connection.run_sync(_insert, table, row)
    await upgrade(engine)
    async with engine.connect() as connection:
        users = await connection.execute(text("SELECT discord_id, last_seen_at FROM users ORDER BY discord_id"))
        seen = [(user, str(moment)[:19]) for user, moment in users]
        kept = (await connection.execute(text("SELECT name FROM contacts ORDER BY id"))).scalars().all()
    assert seen == [
        (1, "2025-03-01 10:00:00"),
        (2, "2025-01-02 10:00:00"),
        (3, "2025-06-01 10:00:00"),
        (4, "2025-01-05 10:00:00"),
    ]
    assert kept == ["Ana", "Ben"], "what hangs on a student stays"


def _insert(connection: Connection, table: str, row: dict[str, object]) -> None:
    """With something in every other column that may not be empty."""
    needed = [column["name"] for column in inspect(connection).get_columns(table) if not column["nullable"]]
    values = {name: OTHERS.get(name, "") for name in needed} | row
    names, listed = ", ".join(values), ", ".join(f"'{value}'" for value in values.values())
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({listed})".replace(":", r"\:")))  # noqa: S608 - our own words
