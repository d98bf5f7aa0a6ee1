"""Use cases of a student's own data as a whole: take all of it along, bring it back, erase all of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.mydata import check_confirmation, check_size
from bot.domain.quotas import STANDARD, Quota
from bot.handbook.models import Handbook
from bot.services.base import UseCases, owned
from bot.services.evaluations.views import MessagePlace
from bot.services.mydata.export_files import ExportFile, Most, Rows, files_of, has_damage, in_parts
from bot.services.mydata.import_reader import MOST_PARTS, MOST_ROWS, MOST_THINGS, Export, read_export
from bot.services.mydata.import_reminders import ImportedReminders, taken
from bot.services.mydata.import_writer import import_data
from bot.services.quotas import check_each, check_rows
from bot.services.reminders.replanning import Reached, replan_the_rest
from bot.services.reminders.under_way import in_hand
from bot.services.slices import stand_ins
from bot.services.slices.reading import read_all
from bot.services.slices.writing import AT_ONCE, erase_the_rest, take_back_the_note
from bot.storage.beside import beside_the_loop
from bot.storage.database import Database
from bot.storage.models import Base, Contact, Evaluation, Interview, Request, Todo, User
from bot.storage.privacy.erasure import delete_some
from bot.storage.privacy.ownership import belongs_to, personal_tables

ARRIVES_WITHIN = 10
"""Seconds for which an erasure waits for reminders that are on their way."""
_LOOK_AGAIN = 0.1
"""Seconds between two looks whether they have arrived: another process may be sending them."""
MAX_FILE_BYTES = 5_000_000
"""Bytes of an export that comes back, unpacked. One of 300 contacts with much text on each has half of that."""


_COUNTED: tuple[type[Any], ...] = (Contact, Request, Interview, Todo)


@dataclass(frozen=True, slots=True)
class Returned:
    """How much came back with an export."""

    contacts: int
    requests: int
    interviews: int
    todos: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Everything that is kept, in files."""

    files: tuple[ExportFile, ...]
    comes_back: bool
    """Whether an import takes all of them back."""
    damaged: bool
    """Whether something is not as the student wrote it, and so is not in them."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Nothing is kept of the student any more."""

    waiting: tuple[MessagePlace, ...] = ()
    """Where in the DM a question still waits."""
    may_arrive: bool = False
    """Whether a reminder was on its way to Discord, and nobody can tell that it will not arrive."""


class MyDataService(UseCases):
    """Use cases of everything that is kept of a student."""

    def __init__(
        self, db: Database, handbook: Handbook, room: Quota = STANDARD, max_file_bytes: int = MAX_FILE_BYTES
    ) -> None:
        super().__init__(db, handbook, room)
        self._max_file_bytes = max_file_bytes
        self._one_at_a_time = asyncio.Lock()
        """For files that are read: each may take a multiple of its size in memory."""

    async def export(self, owner_id: int) -> list[ExportFile]:
        """Everything that is kept, each column of each row: one JSON, and a CSV for each table. Changes nothing."""
        return await asyncio.to_thread(files_of, await self._rows(owner_id), now())

    async def hand_over(self, owner_id: int, most_bytes: int, most_files: int) -> HandedOver:
        """The same as it can be handed over: as few files as do, zipped and in parts if need be.

        None has more than `most_bytes`, and those that are not zipped have no more together.
        """
        return await asyncio.to_thread(self._handed_over, await self._rows(owner_id), most_bytes, most_files)

    async def is_kept(self, owner_id: int) -> bool:
        """Whether anything is kept of this student."""
        async with self.db.read(owner_id) as session:
            return await session.get(User, owner_id) is not None

    def _handed_over(self, rows: Rows, most_bytes: int, most_files: int) -> HandedOver:
        moment = now()
        files = files_of(rows, moment)
        damaged = has_damage(rows)
        fits = sum(len(file.content) for file in files) <= most_bytes and len(files) <= most_files
        parts = in_parts(rows, moment, Most(self._max_file_bytes, most_bytes, MOST_THINGS))
        if fits and len(parts) == 1:
            return HandedOver(tuple(files), comes_back=True, damaged=damaged)
        comes_back = len(parts) <= MOST_PARTS and sum(map(len, rows.values())) <= MOST_ROWS
        return HandedOver(tuple(parts), comes_back=comes_back, damaged=damaged)

    async def _rows(self, owner_id: int) -> Rows:
        rows: dict[str, list[dict[str, Any]]] = {}
        async with self.db.read(owner_id, patient=True) as session:
            for table in personal_tables():
                query = select(table).where(belongs_to(table, owner_id)).order_by(*table.primary_key)
                rows[table.name] = await read_all(session, query, lambda row: dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's own way
        return rows

    async def erase(self, owner_id: int, typed: str) -> Erased:
        """Erase every row, once the student has `typed` the word.

        A reminder that a worker of any process is sending is waited for, at most ARRIVES_WITHIN seconds. Whoever
        claimed one and has not begun to send it finds nothing to send, and nothing to record on. Erasing what is
        erased already changes nothing. Raises NOT_CONFIRMED.
        """
        check_confirmation(typed)
        clock = asyncio.get_running_loop()
        until = clock.time() + ARRIVES_WITHIN
        while (erased := await self._erase(owner_id, wait=clock.time() < until)) is None:  # noqa: ASYNC110 - what ends it may happen in another process
            await asyncio.sleep(_LOOK_AGAIN)
        await self.db.know_erased()
        await self.db.scrub()
        return erased

    async def _erase(self, owner_id: int, *, wait: bool) -> Erased | None:
        """In one transaction, which nothing can be claimed in; None, to `wait`, while a reminder is being sent."""
        noted = None
        try:
            async with self.db.write(owner_id) as session:
                # An import that is on its way, by another process, must not arrive afterwards.
                with beside_the_loop():
                    await stand_ins.take_away(session, owner_id)
                user = await session.get(User, owner_id)
                if user is None:
                    return Erased()
                hand = await in_hand(session, owner_id)
                if hand.sending and wait:
                    return None
                places = await _open_questions(session, owner_id)
                done = await (await session.connection()).run_sync(delete_some, owner_id, AT_ONCE)
                # Before the commit: should the machine stop in between, the next start does what was asked for.
                # Also where that fails, the note may be there.
                noted = user.created_at
                await asyncio.to_thread(self.db.erased.add, owner_id, noted, now())
            # Should the machine stop from here on, the next start does the rest.
            await erase_the_rest(self.db, owner_id, done=done)
        except Exception:
            # The student is told so, and may go on.
            if noted is not None:
                await take_back_the_note(self.db, owner_id, noted)
            raise
        return Erased(tuple(places), may_arrive=hand.sending or hand.unsure)

    def check_size(self, size: int) -> None:
        """Raise FILE_TOO_LARGE for a file of more bytes than are taken: it need not even be fetched."""
        check_size(size, self._max_file_bytes)

    async def import_data(self, owner_id: int, content: bytes, more: Sequence[bytes] = ()) -> Returned:
        """Keep what is in an exported file, for a student of whom nothing is kept but what they are called.

        Or in all the parts of one, `more` being the others, in any order.

        Rows get new numbers; `mydata.NOT_TAKEN` says what begins anew, and `mydata_reminders` which reminders. All
        of it is there at once, or nothing is: also after a stop of the bot, and when it raises SOMETHING_KEPT,
        NO_EXPORT, EXPORT_CHANGED, EXPORT_OF_ANOTHER, FILE_TOO_LARGE, TOO_MANY, NO_ROOM, PARTS_MIXED, PART_TWICE or
        PARTS_MISSING.
        """
        async with self._one_at_a_time:
            export, reminders = await asyncio.to_thread(self._read, [content, *more], owner_id)
        try:
            await import_data(self.db, owner_id, export, reminders)
        except (IntegrityError, DataError) as error:
            raise CoachError(Code.EXPORT_CHANGED) from error
        return _returned(export)

    def _read(self, contents: Sequence[bytes], owner_id: int) -> tuple[Export, ImportedReminders]:
        export = read_export(contents, owner_id, self._max_file_bytes)
        check_rows(self.room, {table.name: len(rows) for table, rows in export.items()})
        try:
            check_each(self.room, {model: _contacts(export, model) for model in (Request, Interview)})
            return export, taken(export, now())
        except (KeyError, ValueError) as error:
            raise CoachError(Code.EXPORT_CHANGED) from error

    async def finish(self) -> None:
        """At a start: take back an import that a stop cut off, and go through with what one left to be planned."""
        for owner_id in await stand_ins.left_behind(self.db):
            await erase_the_rest(self.db, stand_ins.for_student(owner_id), but_the_student=True)
            await replan_the_rest(self.db, owner_id, Reached())


async def _open_questions(session: AsyncSession, owner_id: int) -> list[MessagePlace]:
    """The live cards of conversations."""
    going = owned(Evaluation, owner_id).where(Evaluation.status != EvaluationStatus.DONE.value)
    found = await session.execute(going.with_only_columns(Evaluation.channel_id, Evaluation.message_id))
    return [
        MessagePlace(channel, message) for channel, message in found if channel is not None and message is not None
    ]


def _contacts(export: Export, model: type[Any]) -> list[int]:
    return [row.number("contact_id") for row in export[Base.metadata.tables[model.__tablename__]]]


def _returned(export: Export) -> Returned:
    count = {table.name: len(rows) for table, rows in export.items()}
    return Returned(*(count[model.__tablename__] for model in _COUNTED))
