"""Puts the rows of an export back under new numbers: their old ones may be others' by now, or made up.

What a row names is looked up among the rows that came with it, and the owner is whoever handed them in. So nothing
in a file can reach a row that was there before.

1. The rows are kept a slice at a time, and hang on a stand-in: nobody finds them, and others are served in between.
2. One short transaction makes them all the student's.
3. The reminders are planned anew from them, a slice at a time.

A stop during 1 leaves nothing, one during 3 is made good at the next start (`stand_ins.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import SNOOZE, Status, renumbered_key
from bot.services.base import ensure_user
from bot.services.mydata.import_reader import Export, Row
from bot.services.mydata.import_reminders import REMINDERS, ImportedReminders, about
from bot.services.reminders.replanning import Reached, replan_the_rest
from bot.services.reminders.scheduling import announce
from bot.services.slices import stand_ins
from bot.services.slices.writing import SlicePace, erase_the_rest
from bot.storage.beside import beside_the_loop
from bot.storage.database import Database
from bot.storage.models import Base, Contact
from bot.storage.privacy.ownership import USERS, belongs_to, personal_tables

Numbers = dict[Table, dict[int, int]]
"""By table, the new number of each old one."""
Changes = Sequence[Mapping[str, Any]]

_CONTACTS = Base.metadata.tables[Contact.__tablename__]
_ARRIVING = "arriving"
"""The status of a reminder that is still to come, until it is the student's: nobody claims it."""
_PENDING = Status.PENDING.value


async def import_data(db: Database, owner_id: int, export: Export, reminders: ImportedReminders) -> None:
    """Keep the rows, for a student of whom nothing is kept but what they are called. All of them, or none.

    Raises SOMETHING_KEPT, EXPORT_CHANGED when a row names one that is not in the file, IntegrityError for what
    cannot be twice, and MOVED_ON when everything was erased meanwhile, or another import began.
    """
    known_by = await _begin(db, owner_id)
    try:
        await _Arrival(db, owner_id, export, reminders, known_by).stage()
        async with db.write(owner_id) as session:
            await _take_over(session, owner_id, export, reminders, known_by)
    except BaseException as error:
        # Whoever sent our stand-in away has removed what hung on it, and theirs may stand there now.
        if not (isinstance(error, CoachError) and error.code is Code.MOVED_ON):
            await erase_the_rest(db, stand_ins.for_student(owner_id))
        if isinstance(error, KeyError | ValueError):
            raise CoachError(Code.EXPORT_CHANGED) from error
        raise
    await replan_the_rest(db, owner_id, Reached())


async def _begin(db: Database, owner_id: int) -> datetime:
    """Make room for an arrival; returns what its stand-in is known by. Raises SOMETHING_KEPT."""
    async with db.write(owner_id) as session:
        await _check_empty(session, owner_id)
    # An import may have been cut off by a stop, and no start since have dared to remove its rows, as another
    # process might be at work on them. If one is, it finds out.
    await erase_the_rest(db, stand_ins.for_student(owner_id))
    async with db.write(owner_id) as session:
        await _check_empty(session, owner_id)
        return await stand_ins.begin(session, owner_id)


async def _check_empty(session: AsyncSession, owner_id: int) -> None:
    """Raise SOMETHING_KEPT when there is more than the student's own row, which any command makes."""
    for table in personal_tables():
        if table is not USERS and await session.scalar(select(exists().where(belongs_to(table, owner_id)))):
            raise CoachError(Code.SOMETHING_KEPT)


class _Arrival:
    """The rows on their way, hanging on the stand-in."""

    def __init__(
        self, db: Database, owner_id: int, export: Export, reminders: ImportedReminders, known_by: datetime
    ) -> None:
        self._db = db
        self._known_by = known_by
        self._owner_id = owner_id
        self._stand_in = stand_ins.for_student(owner_id)
        self._export = export
        self._reminders = reminders
        self._numbers = Numbers()
        self._pace = SlicePace()

    async def stage(self) -> None:
        """Keep all of them. Raises KeyError and ValueError."""
        for table, rows in self._export.items():
            if table not in {USERS, REMINDERS}:
                await self._keep(table, rows)
        # The tables do not say that reminders hang on what they are about.
        await self._keep(REMINDERS, sorted([*self._reminders.over, *self._reminders.coming], key=_old_number))
        await self._name_referrers()
        await self._name_reminders()

    async def _keep(self, table: Table, rows: Sequence[Row]) -> None:
        numbers = self._numbers[table] = {}
        done = 0
        while done < len(rows):
            async with self._db.write(self._owner_id) as session:
                await stand_ins.check(session, self._owner_id, self._known_by)
                connection = await session.connection()
                with self._pace.slice() as most:
                    part = rows[done : done + most]
                    made = [row.values | dict(self._links(table, row)) for row in part]
                    numbers |= await _insert(connection, table, part, made)
            done += len(part)
        if table.autoincrement_column is not None and len(numbers) != len(rows):
            raise CoachError(Code.EXPORT_CHANGED)

    def _links(self, table: Table, row: Row) -> Iterator[tuple[str, Any]]:
        """The new numbers of what a row names in other tables. Raises KeyError."""
        for key in table.foreign_keys:
            name, target = key.parent.name, key.column.table
            if target is USERS:
                yield name, self._stand_in
            elif target is not table:
                old = row.numbers[name]
                yield name, None if old is None else self._numbers[target][old]
        if table is REMINDERS:
            yield "subject_id", self._numbers[about(row)][row.number("subject_id")]
            # Until the number is known of the reminder that was put off. No reminder's own key looks like this.
            yield "dedupe_key", f"{self._owner_id}:{row.numbers['id']}" if _put_off(row) else self._key(row)
            if row.values["status"] == Status.PENDING:
                yield "status", _ARRIVING

    def _key(self, reminder: Row) -> str:
        """By what a reminder is known from now on. Raises KeyError and ValueError."""
        old = reminder.number("subject_id")
        subject = old, self._numbers[about(reminder)][old]
        mine = self._numbers[REMINDERS]
        return renumbered_key(reminder.values["dedupe_key"], reminder.values["kind"], subject, mine)

    async def _name_referrers(self) -> None:
        """Who named whom. Raises KeyError."""
        mine = self._numbers[_CONTACTS]
        named = [row for row in self._export[_CONTACTS] if row.numbers["referred_by_id"] is not None]
        found = [{"row": mine[row.number("id")], "to": mine[row.number("referred_by_id")]} for row in named]
        await self._change(_CONTACTS, "referred_by_id", found)

    async def _name_reminders(self) -> None:
        """By what the reminders are known that come after another. Raises ValueError."""
        mine, named = self._numbers[REMINDERS], filter(_put_off, [*self._reminders.over, *self._reminders.coming])
        found = [{"row": mine[row.number("id")], "to": self._key(row)} for row in named]
        await self._change(REMINDERS, "dedupe_key", found)

    async def _change(self, table: Table, name: str, found: Changes) -> None:
        changed = update(table).where(table.c.id == bindparam("row")).values({name: bindparam("to")})
        done = 0
        while done < len(found):
            async with self._db.write(self._owner_id) as session:
                await stand_ins.check(session, self._owner_id, self._known_by)
                connection = await session.connection()
                with self._pace.slice() as most:
                    await connection.execute(changed, found[done : done + most])
            done += most


async def _insert(connection: AsyncConnection, table: Table, rows: Sequence[Row], made: Changes) -> dict[int, int]:
    """Insert what was `made` of `rows`; returns the new number of each old one, if such rows have any."""
    own: Column[int] | None = table.autoincrement_column
    if own is None:
        await connection.execute(insert(table), made)
        return {}
    given = await connection.scalars(insert(table).returning(own, sort_by_parameter_order=True), made)
    return dict(zip([row.number(own.name) for row in rows], given, strict=True))


async def _take_over(
    session: AsyncSession, owner_id: int, export: Export, reminders: ImportedReminders, known_by: datetime
) -> None:
    """Make the rows that hang on the stand-in the student's. It stays until the reminders are planned.

    Raises SOMETHING_KEPT and, when somebody has sent the stand-in away, MOVED_ON.
    """
    stand_in = stand_ins.for_student(owner_id)
    await stand_ins.check(session, owner_id, known_by)
    await _check_empty(session, owner_id)
    await ensure_user(session, owner_id)
    connection = await session.connection()
    await connection.execute(update(USERS).where(USERS.c.discord_id == owner_id).values(export[USERS][0].values))
    with beside_the_loop():
        for table in personal_tables():
            for key in table.foreign_keys:
                if key.column.table is USERS:
                    theirs = update(table).where(key.parent == stand_in)
                    await connection.execute(theirs.values({key.parent.name: owner_id}))
        arrived = update(REMINDERS).where(REMINDERS.c.user_id == owner_id, REMINDERS.c.status == _ARRIVING)
        await connection.execute(arrived.values(status=_PENDING))
    if reminders.coming:
        announce(session, min(row.values["available_at"] for row in reminders.coming))


def _put_off(reminder: Row) -> bool:
    return SNOOZE in reminder.values["dedupe_key"]


def _old_number(row: Row) -> int:
    return row.number("id")
