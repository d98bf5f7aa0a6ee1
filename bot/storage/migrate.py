"""Bring a database to the newest tables, and compare these with the models."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.models import Base

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings without an ini file, so that an installed package migrates itself."""
    settings = Config()
    settings.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Apply what is missing, in one transaction: two bots that start at once wait for each other."""
    writer = engine.execution_options(writes=True)
    async with writer.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(config(sync), revision))


async def differences(engine: AsyncEngine) -> list[object]:
    """What the tables of a migrated database and the models do not agree on. Empty when they match."""

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Base.metadata))

    async with engine.connect() as connection:
        return await connection.run_sync(compare)
