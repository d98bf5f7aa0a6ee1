"""Writes anew what is not sealed for its place with the first key: after a key was added, or encryption switched on
or off, or when it comes from the first release, which bound nothing to a place.

1. A pass goes through every table in the order of its rows, some at a time. What is under the first key already is
   only read: a run that was cut off goes on where it stopped.
2. The rest is written in short transactions that lock their rows, so the bot may run meanwhile. Rows that it has
   locked itself are left for the next pass.
3. The pass that finds nothing to do is the proof that all is done. Then the notes on other keys are taken away, and
   it is noted that nothing else is to be taken for a student's words.
4. SQLite puts the file together anew, so that nothing old is left between the new texts.

A text that is damaged stays as it is, and where it stands is told.

A bot that runs meanwhile must have been started with these keys: another cannot read what is written here.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, Table, Tuple, func, select, tuple_, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import TypeEngine

from bot.storage.columns.place import CellPlace
from bot.storage.columns.seal import DamagedError, Kept, Seal, how_kept
from bot.storage.columns.types import FormAsKept, Written, WrittenForm, form_in, seal_of, written_by, written_in
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Base
from bot.storage.privacy.ownership import owner_of
from bot.storage.schema.keys import check_keys, note_key, settle
from bot.storage.sqlite.wal import empty_the_log, put_together_anew

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
    damaged: tuple[str, ...] = ()
    """Where texts stand that are not as the bot wrote them, or are under a key that nobody noted or gave."""


async def rotate(engine: AsyncEngine) -> Rotated:
    """Write anew what is not as this engine would write it, in a database with the newest tables.

    Raises StorageUnavailableError when the keys do not open what may well be sound; what was written until
    then stays.
    """
    await check_keys(engine)
    await note_key(engine)
    texts = 0
    for _ in range(_PASSES):
        done = await _go_through(engine)
        texts += done.written
        if not done.found:
            async with engine.execution_options(writes=True).begin() as connection:
                await connection.run_sync(settle)
            return Rotated(texts, finished=True, tidy=await _tidy_up(engine), damaged=tuple(done.damaged))
        if done.written < done.found:
            await asyncio.sleep(_PAUSE)
    return Rotated(texts, finished=False, tidy=False)


@dataclass(slots=True)
class _Pass:
    """What one pass came upon."""

    found: int = 0
    """Texts that are not as they should be."""
    written: int = 0
    """How many of them were written anew."""
    damaged: list[str] = field(default_factory=list)


async def _go_through(engine: AsyncEngine) -> _Pass:
    done = _Pass()
    for texts in filter(None, (_texts_of(table, seal_of(engine.dialect)) for table in Base.metadata.sorted_tables)):
        async for keys in _outdated(engine, texts, done):
            async with engine.execution_options(writes=True).begin() as connection:
                done.written += await _write(connection, texts, keys)
    return done


_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What students write, in one table."""

    table: Table
    types: Mapping[str, Written | WrittenForm]
    """By the name of the column."""
    seal: Seal

    @property
    def as_kept(self) -> Select[*tuple[Any, ...]]:
        """All rows, each with its key, its student and then the texts as the database has them, in order."""
        columns = ((self.table.c[name], _as_kept(kind)) for name, kind in self.types.items())
        texts = (type_coerce(column, plain).label(column.name) for column, plain in columns)
        key = self.table.primary_key
        # What an import has on its way hangs on a stand-in, under the negative number of its student.
        return select(*key, func.abs(owner_of(self.table)).label("whose"), *texts).order_by(*key)

    @property
    def key(self) -> Tuple:
        return tuple_(*self.table.primary_key)

    def key_of(self, row: Row[*tuple[Any, ...]]) -> _Key:
        return tuple(row[: len(self.table.primary_key)])

    def outdated(self, row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
        """What the student wrote where it is not kept as it would be today. Without what is damaged."""
        return {
            name: text if isinstance(self.types[name], Written) else form_in(text)
            for name, text in self._opened(row)
            if text is not None
        }

    def damaged(self, row: Row[*tuple[Any, ...]]) -> list[str]:
        """Where it is not as the bot wrote it."""
        where = "/".join(map(str, self.key_of(row)))
        return [f"{self.table.name}.{name}, row {where}" for name, text in self._opened(row) if text is None]

    def _opened(self, row: Row[*tuple[Any, ...]]) -> Iterator[tuple[str, str | None]]:
        """What is not kept as it would be today; None for what is damaged. Raises StorageUnavailableError."""
        texts = row[len(self.table.primary_key) + 1 :]
        for name, value in zip(self.types, texts, strict=True):
            kept = written_in(value)
            place = CellPlace(self.table.name, name, row.whose)
            if kept is None or self.seal.is_current(kept, place):
                continue
            try:
                text = self.seal.open(kept, place)
                yield name, text if isinstance(self.types[name], Written) or form_in(text) else None
            except DamagedError:
                if how_kept(kept) is Kept.OLDER and not self.seal.strict:
                    # It would be given up for good once nothing but what is bound is taken.
                    raise StorageUnavailableError(StorageProblem.OTHER_KEYS) from None
                yield name, None


def _as_kept(kind: Written | WrittenForm) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, Written) else FormAsKept()


def _texts_of(table: Table, seal: Seal) -> _Texts | None:
    types = {column.name: column.type for column in table.c if isinstance(column.type, Written | WrittenForm)}
    return _Texts(table, types, seal) if types else None


async def _outdated(engine: AsyncEngine, texts: _Texts, done: _Pass) -> AsyncIterator[list[_Key]]:
    """Some rows at a time: the keys of those with outdated texts in them."""
    query = page = texts.as_kept.limit(_AT_ONCE)
    while True:
        # No transaction stays open in between: SQLite could not empty its log.
        async with engine.connect() as connection:
            rows = (await connection.execute(page)).all()
        if not rows:
            return
        done.damaged += [where for row in rows for where in texts.damaged(row)]
        counts = {texts.key_of(row): len(texts.outdated(row)) for row in rows}
        done.found += sum(counts.values())
        if keys := [key for key, count in counts.items() if count]:
            yield keys
        page = query.where(texts.key > tuple_(*texts.key_of(rows[-1])))


async def _write(connection: AsyncConnection, texts: _Texts, keys: Sequence[_Key]) -> int:
    """Write what is outdated in these rows anew, and return how many texts. Rows that are locked are left alone."""
    locked = texts.as_kept.where(texts.key.in_(keys)).with_for_update(skip_locked=True)
    written = 0
    for row in (await connection.execute(locked)).all():
        if values := texts.outdated(row):
            this = texts.key == tuple_(*texts.key_of(row))
            with written_by(row.whose):
                await connection.execute(update(texts.table).where(this).values(values))
            written += len(values)
    return written


async def _tidy_up(engine: AsyncEngine) -> bool:
    """Leave no old text in a SQLite file and its write-ahead log. PostgreSQL sees to that in its own time."""
    if engine.dialect.name != "sqlite":
        return True
    for _ in range(_PASSES):
        if await put_together_anew(engine) and await empty_the_log(engine):
            return True
        await asyncio.sleep(_PAUSE)
    return False
