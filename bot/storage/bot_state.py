"""A key-value store for what the bot keeps about itself between two starts."""

from functools import cache
from typing import Any

from bot.storage.database import Database
from bot.storage.models import Fact
from bot.storage.sql.upsert import insert_into


class BotState:
    """Facts by name, such as which commands Discord knows."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def get(self, key: str) -> str | None:
        """The fact, or None."""
        async with self.db.read() as session:
            fact = await session.get(Fact, key)
            return fact.value if fact else None

    async def set(self, key: str, value: str) -> None:
        """Keep or replace the fact."""
        async with self.db.write() as session:
            connection = await session.connection()
            await connection.execute(_keep(connection.dialect.name), {"key": key, "value": value})


@cache
def _keep(dialect: str) -> Any:
    statement = insert_into(dialect, Fact)
    return statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
