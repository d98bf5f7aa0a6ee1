"""A database as the first release left it: sealed with Fernet, and bound to no place."""

import json
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.columns.seal import OLDER, Seal
from bot.storage.columns.types import Written, WrittenForm
from bot.storage.maintenance.copy import AS_KEPT
from bot.storage.models import Base
from bot.storage.schema.keys import NOTE


def older(text: str, key: str) -> str:
    """As it sealed one text."""
    return OLDER + Fernet(key).encrypt(text.encode()).decode()


async def seal_as_once(engine: AsyncEngine, key: str) -> None:
    """Seal every text of a database that is plain, and note the key."""
    facts = AS_KEPT.tables["facts"]
    async with engine.execution_options(writes=True).begin() as connection:
        for table in AS_KEPT.sorted_tables:
            columns = Base.metadata.tables[table.name].c
            written = [column.name for column in columns if isinstance(column.type, Written | WrittenForm)]
            for row in (await connection.execute(select(table))).mappings().all() if written else ():
                this = and_(*(column == row[column] for column in table.primary_key))
                sealed = {name: _sealed(row[name], key) for name in written if row[name]}
                if sealed:
                    await connection.execute(update(table).where(this).values(sealed))
        await connection.execute(delete(facts).where(facts.c.key.startswith("encrypted ")))
        note = {"key": NOTE + Seal([key]).name, "value": older("Rapport", key)}
        await connection.execute(insert(facts).values(note))


def _sealed(value: Any, key: str) -> str:
    return older(value if isinstance(value, str) else json.dumps(value), key)
