"""Copies a college from one database to another, of the same kind or not, so that all of it arrives or nothing.

1. FROM is opened so that nothing can change it, and nobody writes to it meanwhile. It has to be whole, and at the
   newest revision.
2. TO gets the newest tables if it has none. All of them must be empty.
3. The rows go over in batches, table by table, those that others hang on first. What names a row of its own table
   is filled in once all of that table is there.
4. TO is read back: as many rows in each table, and the same ones.
5. Who was erased is noted where TO's bot looks for it.

Steps 2 to 5 are one transaction on TO: whatever goes wrong, TO is as it was.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Insert,
    MetaData,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.columns.types import Written, WrittenForm
from bot.storage.database import NoFolderError
from bot.storage.errors import REMEDIES, StorageProblem, StorageUnavailableError, problem_of, said_by_the_system
from bot.storage.files import file_of
from bot.storage.maintenance.exclusive import held, keep_others_out, look_for_others, one_picture
from bot.storage.models import Base
from bot.storage.postgres.refusals import LOCKED, refusal
from bot.storage.privacy.erased_notes import unknown_notes
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.schema.revision import NEWEST, is_known, read
from bot.storage.sql.sequences import count_on, last_number
from bot.storage.sqlite.integrity import examine

BATCH = 500
"""Rows in memory at once."""


def _as_kept() -> MetaData:
    """The tables, with what students wrote as the database has it: what is encrypted is copied as it is."""
    tables = MetaData()
    for table in Base.metadata.sorted_tables:
        for column in table.to_metadata(tables).c:
            if isinstance(column.type, Written | WrittenForm):
                column.type = column.type.impl_instance
    return tables


AS_KEPT = _as_kept()


class CopyError(Exception):
    """Why the college was not copied, in plain words; TO is as it was."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What is in TO now."""

    rows: dict[str, int]
    """By table."""
    erased: Path | None
    """Where the bot on TO looks for who was erased; None while nobody was."""
    noted: bool
    """Whether something was added to that file."""


@dataclass(slots=True)
class _Seen:
    """What rows went by: how many, and a sum over them that tells other rows apart, whatever their order."""

    rows: int = 0
    sum: int = 0

    def add(self, rows: list[dict[str, Any]]) -> None:
        self.rows += len(rows)
        for row in rows:
            digest = hashlib.sha256(repr(tuple(row.values())).encode()).digest()
            self.sum = (self.sum + int.from_bytes(digest)) % (1 << 256)


async def copy(source: URL, target: URL, data_dir: Path) -> Copied:
    """Copy all rows of `source` to `target`; `data_dir` has the notes on erasures of what is no file.

    Raises CopyError.
    """
    if _same(source, target):
        raise CopyError("FROM and TO are the same database.")
    if target.get_backend_name() == "sqlite" and file_of(target) is None:
        raise CopyError("TO is in memory, where nothing stays.")
    with _speaking_of("FROM"):
        await asyncio.to_thread(_look_at, source)
        async with held(source) as here:
            await _open_source(here)
            with _speaking_of("TO"):
                async with _nothing_left_behind(target), held(target) as there:
                    return await _copy(here, there, data_dir)


async def _copy(here: AsyncConnection, there: AsyncConnection, data_dir: Path) -> Copied:
    """From step 2 on; `there` is committed at the end."""
    await _open_target(there)
    rows = {table.name: await _copy_table(here, there, table) for table in AS_KEPT.sorted_tables}
    source = Tombstones.of(here.engine.url, data_dir)
    with _speaking_of("FROM"):
        await look_for_others(here)
        await unknown_notes(here, source)
    erased = Tombstones.of(there.engine.url, data_dir)
    noted = erased.take_in(source)
    await there.commit()
    return Copied(rows, erased.file if erased.file.exists() else None, noted)


def _same(source: URL, target: URL) -> bool:
    here, there = file_of(source), file_of(target)
    return source == target or (here is not None and there is not None and here.resolve() == there.resolve())


def _look_at(source: URL) -> None:
    """Read all of a file, whether it is whole: what is damaged may still be readable in part."""
    if (file := file_of(source)) is not None and (trouble := examine(file)) is not None:
        raise StorageUnavailableError(trouble)


async def _open_source(here: AsyncConnection) -> None:
    revision = await here.run_sync(read)
    if revision is None or not is_known(revision):
        raise StorageUnavailableError(StorageProblem.FOREIGN)
    if revision != NEWEST:
        raise CopyError(
            f"FROM is at revision {revision}, and only {NEWEST} can be copied. Bring it up to date first:"
            " python -m bot db upgrade, with DATABASE_URL set to the address of FROM."
        )
    await here.rollback()
    await one_picture(here)
    await keep_others_out(here)


async def _open_target(there: AsyncConnection) -> None:
    from bot.storage.schema.upgrade import upgrade_within  # noqa: PLC0415 - loads Alembic, which a start does without

    revision = await there.run_sync(read)
    if revision != NEWEST and (names := await there.run_sync(lambda sync: inspect(sync).get_table_names())):
        raise CopyError(f"TO is not empty: it has {len(names)} tables, not those of this version. {_EMPTY}")
    await there.run_sync(upgrade_within)
    await keep_others_out(there)
    for table in AS_KEPT.sorted_tables:
        if rows := await there.scalar(select(func.count()).select_from(table)):
            raise CopyError(f"TO is not empty: {table.name} has {rows} rows. {_EMPTY}")


_EMPTY = "Give a new database, or a file that is not there yet."


async def _copy_table(here: AsyncConnection, there: AsyncConnection, table: Table) -> int:
    """Returns how many rows there are."""
    with _speaking_of("FROM"):
        sent = await _send(here, there, table)
    await there.run_sync(count_on, table, await here.run_sync(last_number, table))
    arrived = _Seen()
    async with _batches(there, select(table)) as batches:
        async for rows in batches:
            arrived.add(rows)
    if arrived != sent:
        raise CopyError(
            f"TO did not keep {table.name} as it is: {sent.rows} rows were sent,"
            f" {arrived.rows} arrived{'' if arrived.rows != sent.rows else ', not all of them the same'}."
        )
    return arrived.rows


async def _send(here: AsyncConnection, there: AsyncConnection, table: Table) -> _Seen:
    sent = _Seen()
    inner = [column for column in table.c if any(key.column.table is table for key in column.foreign_keys)]
    later = dict.fromkeys(column.name for column in inner)
    async with _batches(here, select(table).order_by(*table.primary_key)) as batches:
        async for rows in batches:
            sent.add(rows)
            await _write(there, insert(table), [row | later for row in rows])
    for column in inner:
        keys = [key.label(f"of_{key.name}") for key in table.primary_key]
        same = and_(*(key == bindparam(f"of_{key.name}") for key in table.primary_key))
        fill_in = update(table).where(same).values({column: bindparam("named")})
        query = select(*keys, column.label("named")).where(column.is_not(None))
        async with _batches(here, query) as batches:
            async for rows in batches:
                await _write(there, fill_in, rows)
    return sent


async def _write(there: AsyncConnection, statement: Insert | Update, rows: list[dict[str, Any]]) -> None:
    with _speaking_of("TO"):
        try:
            await there.execute(statement, rows)
        except IntegrityError:
            raise CopyError(f"TO does not take a row of {statement.table} that contradicts others.") from None
        except DBAPIError as error:
            if (what := _MISFITS.get(getattr(error.orig, "sqlstate", ""))) is None:
                raise
            # Without the error itself, which quotes a student.
            raise CopyError(f"TO cannot keep a value of {statement.table}: {what}.") from None


_MISFITS = {
    "22001": "it is too long for its column",
    "22000": "it is out of its column's range",
    "22021": "it has a character that the server does not allow",
}
"""By PostgreSQL's own codes: what SQLite does not mind."""


@asynccontextmanager
async def _batches(
    connection: AsyncConnection, query: Select[Any]
) -> AsyncIterator[AsyncIterator[list[dict[str, Any]]]]:
    async with connection.stream(query, execution_options={"yield_per": BATCH}) as result:
        yield ([dict(row) for row in rows] async for rows in result.mappings().partitions())


@asynccontextmanager
async def _nothing_left_behind(target: URL) -> AsyncIterator[None]:
    """Take away a file that was made for nothing."""
    file = file_of(target)
    is_new = file is not None and not file.exists()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if file is not None and is_new:
            file.unlink(missing_ok=True)
        raise


@contextmanager
def _speaking_of(side: str) -> Iterator[None]:
    """Say in plain words what is wrong with one side."""
    try:
        yield
    except (DBAPIError, StorageUnavailableError, NoFolderError, OSError) as error:
        trouble = problem_of(error)
        if trouble is StorageProblem.BUSY or refusal(error) == LOCKED:
            raise CopyError(f"{side} is in use. Stop the bot, and close whatever else has it open.") from error
        why = refusal(error) or (REMEDIES[trouble] if trouble else _unknown(error))
        raise CopyError(f"{side} cannot be used. {why}") from error


def _unknown(error: BaseException) -> str:
    system = error.__cause__ if isinstance(error, NoFolderError) else error
    return said_by_the_system(system) if isinstance(system, OSError) else f"It says {type(error).__name__}."
