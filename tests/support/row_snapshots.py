"""All rows of the database that a running bot works on, read and put back from beside it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.storage.columns.types import give_keys, written_by
from bot.storage.models import Base
from tests.support.any_student import ANYBODY
from tests.support.world import World

T = TypeVar("T")
Rows = dict[str, list[tuple[Any, ...]]]

TABLES = Base.metadata.sorted_tables


def rows(world: World, *, besides: Iterable[str] = ()) -> Rows:
    """Every row of every table, but for the columns named `besides`."""
    hidden = set(besides)

    def read(connection: Connection) -> Rows:
        found = {}
        for table in TABLES:
            shown = select(*[column for column in table.c if column.name not in hidden])
            found[table.name] = sorted(map(tuple, connection.execute(shown)), key=repr)
        return found

    return _beside(world, read)


def changed(before: Mapping[str, list[Any]], after: Mapping[str, list[Any]]) -> dict[str, Any]:
    """What is different, by table, for a message that a person can read."""
    return {
        table: {"gone": [row for row in before[table] if row not in after[table]],
                "new": [row for row in after[table] if row not in before[table]]}
        for table in before
        if before[table] != after[table]
    }  # fmt: skip


class Shelf:
    """Puts the database back to where it was, so that every press meets the same student."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept = _beside(world, _everything)

    async def restore(self) -> None:
        """As it was when this was made; new rows get the same numbers again."""
        _beside(self._world, lambda connection: _put_back(connection, self._kept))


def _everything(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in TABLES}


def _put_back(connection: Connection, kept: Mapping[str, list[dict[str, Any]]]) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    # A contact may name one that comes after it.
    connection.execute(
        text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET session_replication_role=replica")
    )
    for table in reversed(TABLES):
        connection.execute(table.delete())
    for table in TABLES:
        if kept[table.name]:
            connection.execute(insert(table), kept[table.name])
        _count_from_here(connection, table)


def _count_from_here(connection: Connection, table: Table) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    newest = connection.scalar(select(func.coalesce(func.max(column), 0))) or 0
    if connection.dialect.name == "sqlite":
        values = {"name": table.name, "newest": newest}
        connection.execute(text("UPDATE sqlite_sequence SET seq = :newest WHERE name = :name"), values)
    else:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, newest + 1, False)))


def _beside(world: World, work: Callable[[Connection], T]) -> T:
    """Do `work` in a transaction of its own while the bot's loop stands still."""

    async def do() -> T:
        engine = create_async_engine(world.settings.database, poolclass=NullPool)
        give_keys(engine.dialect, world.settings.keys)
        with written_by(ANYBODY):
            async with engine.begin() as connection:
                return await connection.run_sync(work)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, do()).result()
