"""Use cases that are only tried: what each would leave of every row, whose these are, and whom it would touch."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.requests.form import RequestWords
from bot.domain.requests.status import RequestRoute
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.evaluations.views import MessagePlace, Opened
from bot.services.interviews.views import Terms
from bot.services.reminders.planning import SUBJECTS
from bot.services.thank_yous.views import NoteWords
from bot.storage.database import Database
from bot.storage.models import Base, Reminder
from bot.storage.privacy.erased_notes import NOTE
from bot.storage.privacy.ownership import USERS, _way_to_owner
from tests.support.world import ZONE

Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""Every row of every table, by table and key."""


class Rehearsal(Database):
    """Takes back every unit of work, after a look at what it would have left."""

    left: Rows | None = None

    @asynccontextmanager
    async def write(self, *students: int) -> AsyncIterator[AsyncSession]:
        async with super().write(*students) as session:
            yield session
            await session.flush()
            self.left = await everything(session)
            await session.rollback()


async def everything(session: AsyncSession) -> Rows:
    """Every row there is, but what the bot notes about the lines of erased.txt: that is no transaction's."""
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        rows = [dict(row) for row in (await session.execute(select(table))).mappings()]
        rows = [row for row in rows if not str(row.get("key", "")).startswith(NOTE)]
        found[table.name] = {tuple(row[column.name] for column in table.primary_key): row for row in rows}
    return found


def owner(rows: Rows, table: Table, row: dict[str, Any]) -> int | None:
    """Whose row it is."""
    if table is USERS:
        return int(row["discord_id"])
    way = _way_to_owner(table)
    if way is None:
        return None
    return owner(rows, way.column.table, rows[way.column.table.name][row[way.parent.name],])


def others_touched(before: Rows, after: Rows, student: int) -> list[str]:
    """What of `student`'s doing concerns anybody else: rows of theirs, or own rows that name one of theirs."""
    found = []
    for table in Base.metadata.sorted_tables:
        then, since = before[table.name], after[table.name]
        gone = [(before, row) for key, row in then.items() if since.get(key) != row]
        new = [(after, row) for key, row in since.items() if then.get(key) != row]
        found += [f"{table.name} {row}" for rows, row in gone + new if owner(rows, table, row) != student]
        found += [f"{table.name} {row} names another's" for _, row in new if named(after, table, row) - {student}]
    return found


def named(rows: Rows, table: Table, row: dict[str, Any]) -> set[int | None]:
    """The owners of the rows that a row names."""
    names = [(key.column.table, row[key.parent.name]) for key in table.foreign_keys]
    if table.name == Reminder.__tablename__:
        names += [
            (Base.metadata.tables[model.__tablename__], row["subject_id"])
            for model, kinds in SUBJECTS.items()
            if row["kind"] in kinds
        ]
    there = [(other, rows[other.name].get((number,))) for other, number in names]
    return {owner(rows, other, found) for other, found in there if found is not None}


async def settle_in(services: Services, student: int, word: str) -> None:
    """One of everything: told, asked, booked, met, talked over, thanked and promised, with `word` in every text."""
    await services.profiles.set_zone(student, ZONE)
    await services.profiles.edit(student, name=word, school=word, about=word, interests=word)
    ana, ben, cleo = [
        (await services.contacts.add(student, ContactEntry(f"{name} {word}", why=word))).person.id
        for name in ("Ana", "Ben", "Cleo")
    ]
    await services.contacts.add(student, ContactEntry(f"Dan {word}"), referred_by=ana)
    met = await services.interviews.met(student, ana)
    opened = await services.evaluations.about(student, ana)
    assert isinstance(opened, Opened)
    await services.evaluations.shown(student, opened.evaluation.id, MessagePlace(student, 2))
    await services.evaluations.say(student, "yes")
    await services.thank_yous.compose(student, met.interview.id, NoteWords(word, word, word))
    await services.interviews.schedule(student, ben, Terms(now() + timedelta(days=3), place=word))
    await services.requests.sent_to(student, cleo)
    await services.requests.compose(student, ben, RequestRoute.EMAIL, RequestWords(word, word, word, word))
    await services.todos.add(student, f"Read {word}", ana, now() + timedelta(days=2))
