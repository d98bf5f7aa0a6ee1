"""Bring a database to the newest tables, and compare these with the models."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.errors import StorageProblem, StorageUnavailableError, problem_of
from bot.storage.models import Base

MIGRATIONS = Path(__file__).parents[1] / "migrations"
TURN = int.from_bytes(b"Rapp"), int.from_bytes(b"ort")
"""The two numbers of the lock that whoever migrates a PostgreSQL holds."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings without an ini file, so that an installed package migrates itself."""
    settings = Config()
    settings.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Apply what is missing, in one transaction: bots that start at once wait for each other."""
    async with migrating(engine) as connection:
        await connection.run_sync(upgrade_within, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same in the caller's transaction, which on SQLite has taken the write lock."""
    if connection.dialect.name == "postgresql":
        # Two that make the same table at once would not wait: one would fail. Held until the transaction ends.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(*TURN)))
    command.upgrade(config(connection), revision)


@asynccontextmanager
async def migrating(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction in which tables may change.

    SQLite alters a table by copying it and dropping the old one, and would delete what hangs on its rows. So there,
    foreign keys are off meanwhile and checked at the end. Raises BrokenKeysError and StorageUnavailableError.
    """
    with _first_trouble(engine):
        async with _transaction(engine) as connection:
            yield connection


@contextmanager
def _first_trouble(engine: AsyncEngine) -> Iterator[None]:
    """Tell what failed first, such as a full disk.

    Alembic drops its copy of a table then, which fails as well once SQLite has taken everything back by itself.
    """
    troubles: list[StorageProblem] = []

    def note(context: ExceptionContext) -> None:
        if (trouble := problem_of(context.original_exception)) is not None:
            troubles.append(trouble)

    event.listen(engine.sync_engine, "handle_error", note)
    try:
        yield
    except DBAPIError as error:
        if troubles and problem_of(error) is None:
            raise StorageUnavailableError(troubles[0]) from error
        raise
    finally:
        event.remove(engine.sync_engine, "handle_error", note)


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """The same, without what is told when it fails."""
    async with engine.execution_options(writes=True).connect() as connection:
        if engine.dialect.name != "sqlite":
            async with connection.begin():
                yield connection
            return
        # Past SQLAlchemy, which would begin a transaction first: inside of one, this does nothing.
        opened: Any = (await connection.get_raw_connection()).driver_connection
        await opened.execute("PRAGMA foreign_keys=OFF")
        try:
            async with connection.begin():
                yield connection
                if (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first():
                    raise BrokenKeysError
        finally:
            await opened.execute("PRAGMA foreign_keys=ON")


class BrokenKeysError(Exception):
    """After a migration, a row would hang on one that is not there. Nothing was changed."""


async def differences(engine: AsyncEngine) -> list[object]:
    """What the tables of a migrated database and the models do not agree on. Empty when they match."""

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Base.metadata))

    async with engine.connect() as connection:
        return await connection.run_sync(compare)
