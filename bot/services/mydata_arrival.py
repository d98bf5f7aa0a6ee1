"""Puts the rows of an export back under new numbers: their old ones may be others' by now, or made up.

What a row names is looked up among the rows that came with it, and the owner is whoever handed them in. So nothing
in a file can reach a row that was there before.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.domain.errors import CoachError, Code
from bot.domain.reminders import Status, renumbered_key
from bot.services.mydata_reading import Export, Row
from bot.services.planning import SUBJECTS
from bot.services.reminders import announce
from bot.storage.models import Base, Contact, Reminder
from bot.storage.personal import USERS

Numbers = dict[Table, dict[int, int]]
"""By table, the new number of each old one."""

_TABLES = Base.metadata.tables
_CONTACTS, _REMINDERS = _TABLES[Contact.__tablename__], _TABLES[Reminder.__tablename__]
_ABOUT: Mapping[str, Table] = {
    kind.value: _TABLES[model.__tablename__] for model, kinds in SUBJECTS.items() for kind in kinds
}


async def bring_back(session: AsyncSession, owner_id: int, export: Export) -> None:
    """Keep the rows, in the caller's transaction. The student's own row is there, and nothing else of theirs.

    Raises EXPORT_CHANGED when a row names one that is not in the file, and IntegrityError for what cannot be twice.
    """
    connection, numbers = await session.connection(), Numbers()
    # A ping about what went with a contact may have stayed behind, and has nothing to say. Neither has a warning of
    # what happens to those who stay away.
    there = {(table, row.number("id")) for table in _ABOUT.values() for row in export[table]}
    pings = [
        row for row in export[_REMINDERS] if (_ABOUT.get(row.values["kind"]), row.number("subject_id")) in there
    ]
    await connection.execute(update(USERS).where(USERS.c.discord_id == owner_id).values(export[USERS][0].values))
    others = [table for table in export if table not in {USERS, _REMINDERS}]
    try:
        # The tables do not say that pings hang on what they are about.
        for table, rows in [*((table, export[table]) for table in others), (_REMINDERS, pings)]:
            made = [row.values | dict(_links(table, row, owner_id, numbers)) for row in rows]
            numbers[table] = await _insert(connection, table, rows, made)
        await _name_referrers(connection, export[_CONTACTS], numbers[_CONTACTS])
        await _name_pings(connection, pings, numbers)
    except (KeyError, ValueError) as error:
        raise CoachError(Code.EXPORT_CHANGED) from error
    if waiting := [row.values["available_at"] for row in pings if row.values["status"] == Status.PENDING]:
        announce(session, min(waiting))


def _about(ping: Row) -> Table:
    return _ABOUT[ping.values["kind"]]


def _links(table: Table, row: Row, owner_id: int, numbers: Numbers) -> Iterator[tuple[str, Any]]:
    """The new numbers of what a row names in other tables. Raises KeyError."""
    for key in table.foreign_keys:
        name, target = key.parent.name, key.column.table
        if target is USERS:
            yield name, owner_id
        elif target is not table:
            old = row.numbers[name]
            yield name, None if old is None else numbers[target][old]
    if table is _REMINDERS:
        yield "subject_id", numbers[_about(row)][row.number("subject_id")]
        # Until its own number is known, and that of the ping that was put off. No ping's own key looks like this.
        yield "dedupe_key", f"{owner_id}:{row.numbers['id']}"


async def _insert(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], made: Sequence[Mapping[str, Any]]
) -> dict[int, int]:
    """Insert what was `made` of `rows`; returns the new number of each old one, if such rows have any."""
    own: Column[int] | None = table.autoincrement_column
    if not made:
        return {}
    if own is None:
        await connection.execute(insert(table), made)
        return {}
    given = await connection.scalars(insert(table).returning(own, sort_by_parameter_order=True), made)
    found = dict(zip([row.number(own.name) for row in rows], given, strict=True))
    if len(found) != len(rows):
        raise CoachError(Code.EXPORT_CHANGED)
    return found


async def _name_referrers(connection: AsyncConnection, rows: Sequence[Row], numbers: dict[int, int]) -> None:
    """Who named whom. Raises KeyError."""
    named = [row for row in rows if row.numbers["referred_by_id"] is not None]
    if found := [{"row": numbers[row.number("id")], "by": numbers[row.number("referred_by_id")]} for row in named]:
        changed = update(_CONTACTS).where(_CONTACTS.c.id == bindparam("row"))
        await connection.execute(changed.values(referred_by_id=bindparam("by")), found)


async def _name_pings(connection: AsyncConnection, rows: Sequence[Row], numbers: Numbers) -> None:
    """By what each ping is known. Raises KeyError and ValueError."""
    mine, found = numbers[_REMINDERS], []
    for row in rows:
        kind, old = row.values["kind"], row.number("subject_id")
        key = renumbered_key(row.values["dedupe_key"], kind, (old, numbers[_about(row)][old]), mine)
        found.append({"row": mine[row.number("id")], "key": key})
    if found:
        changed = update(_REMINDERS).where(_REMINDERS.c.id == bindparam("row"))
        await connection.execute(changed.values(dedupe_key=bindparam("key")), found)
