"""Writes anew what is not encrypted with the first key: after a key was added, or encryption switched on or off.

1. A pass goes through every table in the order of its rows, some at a time. What is under the first key already is
   only read: a run that was cut off goes on where it stopped.
2. The rest is written in short transactions that lock their rows, so the bot may run meanwhile. Rows that it has
   locked itself are left for the next pass.
3. The pass that finds nothing to do is the proof that all is done. Then the notes on other keys are taken away.
4. SQLite puts the file together anew, so that nothing old is left between the new texts.

A bot that runs meanwhile must have been started with these keys: another cannot read what is written here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Row, Select, Table, Tuple, select, tuple_, type_coerce, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.erasure import empty_the_log
from bot.storage.keys import check_keys, forget_other_keys, note_key
from bot.storage.models import Base
from bot.storage.seal import UnknownKeyError
from bot.storage.trouble import OutOfOrderError, Trouble
from bot.storage.written import Written, WrittenForm

_AT_ONCE = 200
"""Rows in one transaction: on SQLite the bot waits for it with its own writes, a tenth of a second."""
_PASSES = 20
_PAUSE = 1.0
"""Seconds until what others held is tried again."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done."""

    texts: int
    """How many were written anew."""
    finished: bool
    """Whether none is left under another key. False: somebody goes on writing with other keys."""
    tidy: bool
    """Whether nothing old is left in a SQLite file and its log. False: somebody was using them all the time."""


async def rotate(engine: AsyncEngine) -> Rotated:
    """Write anew what is not as this engine would write it, in a database with the newest tables.

    Raises OutOfOrderError when the keys do not open everything; what was written until then stays, and is good.
    """
    await check_keys(engine)
    await note_key(engine)
    texts = 0
    for _ in range(_PASSES):
        found, written = await _go_through(engine)
        texts += written
        if not found:
            async with engine.execution_options(writes=True).begin() as connection:
                await connection.run_sync(forget_other_keys)
            return Rotated(texts, finished=True, tidy=await _tidy_up(engine))
        if written < found:
            await asyncio.sleep(_PAUSE)
    return Rotated(texts, finished=False, tidy=False)


async def _go_through(engine: AsyncEngine) -> tuple[int, int]:
    """One pass: how many texts are not as they should be, and how many of them were written anew."""
    found = written = 0
    try:
        for texts in filter(None, map(_texts_of, Base.metadata.sorted_tables)):
            async for count, keys in _outdated(engine, texts):
                found += count
                async with engine.execution_options(writes=True).begin() as connection:
                    written += await _write(connection, texts, keys)
    except UnknownKeyError:
        raise OutOfOrderError(Trouble.OTHER_KEYS) from None
    return found, written


_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What students write, in one table."""

    table: Table
    types: Mapping[str, Written | WrittenForm]
    """By the name of the column."""

    @property
    def as_kept(self) -> Select[*tuple[Any, ...]]:
        """All rows, each with its key and then the texts as the database has them, in the order of the keys."""
        columns = ((self.table.c[name], kind.impl_instance) for name, kind in self.types.items())
        texts = (type_coerce(column, plain).label(column.name) for column, plain in columns)
        return select(*self.table.primary_key, *texts).order_by(*self.table.primary_key)

    @property
    def key(self) -> Tuple:
        return tuple_(*self.table.primary_key)

    def key_of(self, row: Row[*tuple[Any, ...]]) -> _Key:
        return tuple(row[: len(self.table.primary_key)])

    def outdated(self, row: Row[*tuple[Any, ...]], dialect: Dialect) -> dict[str, Any]:
        """What the student wrote where it is not kept as it would be today."""
        kept = zip(self.types.items(), row[len(self.table.primary_key) :], strict=True)
        return {
            name: kind.process_result_value(value, dialect)
            for (name, kind), value in kept
            if not kind.is_current(value, dialect)
        }


def _texts_of(table: Table) -> _Texts | None:
    types = {column.name: column.type for column in table.c if isinstance(column.type, Written | WrittenForm)}
    return _Texts(table, types) if types else None


async def _outdated(engine: AsyncEngine, texts: _Texts) -> AsyncIterator[tuple[int, list[_Key]]]:
    """Some rows at a time: how many texts are outdated, and the keys of the rows that they are in."""
    query = page = texts.as_kept.limit(_AT_ONCE)
    while True:
        # No transaction stays open in between: SQLite could not empty its log.
        async with engine.connect() as connection:
            rows = (await connection.execute(page)).all()
        if not rows:
            return
        counts = {texts.key_of(row): len(texts.outdated(row, engine.dialect)) for row in rows}
        if found := sum(counts.values()):
            yield found, [key for key, count in counts.items() if count]
        page = query.where(texts.key > tuple_(*texts.key_of(rows[-1])))


async def _write(connection: AsyncConnection, texts: _Texts, keys: Sequence[_Key]) -> int:
    """Write what is outdated in these rows anew, and return how many texts. Rows that are locked are left alone."""
    locked = texts.as_kept.where(texts.key.in_(keys)).with_for_update(skip_locked=True)
    written = 0
    for row in (await connection.execute(locked)).all():
        if values := texts.outdated(row, connection.dialect):
            this = texts.key == tuple_(*texts.key_of(row))
            await connection.execute(update(texts.table).where(this).values(values))
            written += len(values)
    return written


async def _tidy_up(engine: AsyncEngine) -> bool:
    """Leave no old text in a SQLite file and its write-ahead log. PostgreSQL sees to that in its own time."""
    if engine.dialect.name != "sqlite":
        return True
    for _ in range(_PASSES):
        if await _put_together_anew(engine) and await empty_the_log(engine):
            return True
        await asyncio.sleep(_PAUSE)
    return False


async def _put_together_anew(engine: AsyncEngine) -> bool:
    try:
        async with engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction first.
            opened: Any = (await connection.get_raw_connection()).driver_connection
            await opened.execute("VACUUM")
    except (DBAPIError, sqlite3.Error):
        return False
    return True
