"""Use cases of a student's own data as a whole: take all of it along, erase all of it, bring an export back."""

import asyncio
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations import EvaluationStatus
from bot.domain.mydata import check_confirmation
from bot.domain.reminders import Status
from bot.services.base import UseCases
from bot.services.evaluation_views import Place
from bot.services.mydata_files import ExportFile, UnreadableExportError, files_of, read_export
from bot.services.reminders import announce
from bot.storage.erasure import delete_rows
from bot.storage.models import Evaluation, User
from bot.storage.personal import USERS, belongs_to, personal_tables


class MyData(UseCases):
    """Use cases of everything that is kept of a student."""

    async def export(self, owner_id: int) -> list[ExportFile]:
        """Everything that is kept, each column of each row: one JSON, and a CSV for each table. Changes nothing."""
        rows: dict[str, list[dict[str, Any]]] = {}
        async with self.db.read() as session:
            for table in personal_tables():
                query = select(table).where(belongs_to(table, owner_id)).order_by(*table.primary_key)
                rows[table.name] = [dict(row) for row in (await session.execute(query)).mappings()]
        return await asyncio.to_thread(files_of, rows, now())

    async def erase(self, owner_id: int, typed: str) -> list[Place]:
        """Erase every row, once the student has `typed` the word; returns where in the DM a question still waits.

        Also what another worker has claimed: it finds nothing to send, and nothing to record on. Erasing what is
        erased already changes nothing. Raises NOT_CONFIRMED.
        """
        check_confirmation(typed)
        async with self.db.write() as session:
            user = await session.get(User, owner_id)
            if user is None:
                return []
            places = await _open_questions(session, owner_id)
            await (await session.connection()).run_sync(delete_rows, owner_id)
            # Before the commit: should the machine stop in between, the next start does what the student asked for.
            await asyncio.to_thread(self.db.erased.add, owner_id, user.created_at, now())
        await self.db.scrub()
        return places

    async def restore(self, owner_id: int, content: bytes) -> None:
        """Bring back an exported JSON, as it was, for a student of whom nothing is kept.

        Raises MOVED_ON when something is kept, and UnreadableExportError for a file that is none of this student's,
        was changed, or whose row numbers are others' by now. Then nothing is kept of it.
        """
        rows = await asyncio.to_thread(read_export, content)
        try:
            async with self.db.write() as session:
                if await session.get(User, owner_id) is not None:
                    raise CoachError(Code.MOVED_ON)
                for table in personal_tables():
                    await _bring_back(session, table, rows[table.name], owner_id)
        except (IntegrityError, DataError) as error:
            raise UnreadableExportError from error


async def _open_questions(session: AsyncSession, owner_id: int) -> list[Place]:
    """The live cards of conversations."""
    found = await session.execute(
        select(Evaluation.channel_id, Evaluation.message_id).where(
            Evaluation.owner_id == owner_id, Evaluation.status != EvaluationStatus.DONE.value
        )
    )
    return [Place(channel, message) for channel, message in found if channel is not None and message is not None]


async def _bring_back(session: AsyncSession, table: Table, rows: list[dict[str, Any]], owner_id: int) -> None:
    """Insert `rows` with their numbers. Raises UnreadableExportError for any that is not the student's."""
    if not rows:
        return
    if table is USERS:
        # New from now on: what was erased before does not reach what was brought back since.
        rows = [row | {"created_at": now()} for row in rows]
    # A row may name one of the same table that comes after it.
    inner = [column.name for column in table.c if any(key.column.table is table for key in column.foreign_keys)]
    await session.execute(insert(table), [row | dict.fromkeys(inner) for row in rows])
    for row in rows:
        if named := {name: row[name] for name in inner if row.get(name) is not None}:
            await session.execute(update(table).where(_same(table, row)).values(named))
    mine = select(func.count()).select_from(table).where(belongs_to(table, owner_id))
    if await session.scalar(mine) != len(rows):
        raise UnreadableExportError
    await _count_on(session, table)
    _announce(session, rows)


def _same(table: Table, row: dict[str, Any]) -> ColumnElement[bool]:
    return and_(*(column == row[column.name] for column in table.primary_key))


async def _count_on(session: AsyncSession, table: Table) -> None:
    """PostgreSQL does not notice numbers that it has not given itself; SQLite does."""
    column = table.autoincrement_column
    if column is None or session.get_bind().dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    await session.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))


def _announce(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Have the engine told of pings that are still to come."""
    waiting = [row["available_at"] for row in rows if row.get("status") == Status.PENDING and "available_at" in row]
    if waiting:
        announce(session, min(waiting))
