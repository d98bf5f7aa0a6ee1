"""Alembic's entry. The bot hands over a connection; the `alembic` command opens the one in the settings."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from bot.env_file import read_settings
from bot.storage.columns.types import RowId, TZDateTime, Written, WrittenForm
from bot.storage.database import open_engine
from bot.storage.models import Base
from bot.storage.schema.upgrade import migrating

PLAINLY = {
    RowId: 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")',
    TZDateTime: "sa.DateTime(timezone=True)",
    Written: "sa.Text()",
    WrittenForm: "sa.JSON()",
}
"""How a migration writes our column types: it must not change when our code does."""


def _render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    return PLAINLY.get(type(item), False) if kind == "type" else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite alters a table by copying it
        render_item=_render,
        compare_type=True,
        compare_server_default=True,
    )
    context.run_migrations()


async def _run_alone() -> None:
    settings = read_settings()
    engine = open_engine(settings.database, settings.keys)
    async with migrating(engine) as connection:
        await connection.run_sync(_run)
    await engine.dispose()


if (handed := context.config.attributes.get("connection")) is not None:
    _run(handed)
else:
    asyncio.run(_run_alone())
