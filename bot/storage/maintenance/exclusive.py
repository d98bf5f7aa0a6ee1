"""Opens a database for a long piece of work, in which nobody else may write to it; notices who is at work on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, column, event, func, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage.database import open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Base
from bot.storage.postgres.refusals import APPLICATION

_SESSIONS = table("pg_stat_activity", column("datname"), column("pid"), column("application_name"))


@asynccontextmanager
async def held(url: URL) -> AsyncIterator[AsyncConnection]:
    """A connection to the database at `url`. A transaction that the caller left open is rolled back.

    A SQLite file is locked from the first transaction until the end: that fails when any program has it open as the
    bot does. On PostgreSQL `keep_others_out` does the like. Raises DBAPIError and what `open_engine` raises.
    """
    engine = _open_file(url) if url.get_backend_name() == "sqlite" else open_engine(url)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _open_file(url: URL) -> AsyncEngine:
    """Unlike the bot's own way, this one leaves it to the file whether it has a write-ahead log."""
    engine = create_async_engine(url, connect_args={"timeout": 0})
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("locking_mode=EXCLUSIVE", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN EXCLUSIVE")


async def one_picture(connection: AsyncConnection) -> None:
    """Have the transaction that begins now see what is there at its beginning, and change nothing."""
    if connection.dialect.name == "sqlite":
        await connection.execute(text("PRAGMA query_only=ON"))  # begins the transaction
        return
    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


async def keep_others_out(connection: AsyncConnection) -> None:
    """Until the transaction ends, nobody else writes to the tables. To be the first thing in it.

    Raises StorageUnavailableError when the bot is at work on them, and DBAPIError when somebody else goes on
    writing.
    """
    if connection.dialect.name == "postgresql":
        tables = ", ".join(Base.metadata.tables)
        for statement in (
            # Long enough for the server's own cleaning to step aside.
            "SET LOCAL lock_timeout = '3s'",
            # One side waits while the other is read back.
            "SET LOCAL idle_in_transaction_session_timeout = 0",
            f"LOCK TABLE {tables} IN EXCLUSIVE MODE",
        ):
            await connection.execute(text(statement))
        await look_for_others(connection)


async def look_for_others(connection: AsyncConnection) -> None:
    """Raise StorageUnavailableError when the bot is connected.

    It waits for the tables, and would go on afterwards.
    """
    if connection.dialect.name != "postgresql":
        return
    await connection.execute(select(func.pg_stat_clear_snapshot()))
    sessions = _SESSIONS.c
    others = select(func.count()).where(
        sessions.datname == func.current_database(),
        sessions.pid != func.pg_backend_pid(),
        sessions.application_name == APPLICATION,
    )
    if await connection.scalar(others):
        raise StorageUnavailableError(StorageProblem.BUSY)
