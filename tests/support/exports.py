"""What the tests of a student's own data share: somebody of whom everything is kept, and a look at every row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.clock import now
from bot.domain.mydata import NOT_TAKEN
from bot.domain.reminders.inactivity import WARNINGS
from bot.domain.reminders.reminder import ReminderKind, Snooze, Status, snoozed_key
from bot.services import Services
from bot.services.mydata.export_files import ExportFile, files_of
from bot.storage.database import Database
from bot.storage.models import Base, Contact, Evaluation, Interview, Reminder, Request, User
from bot.storage.privacy.erasure import delete_rows
from bot.storage.privacy.ownership import USERS, personal_tables
from tests.support.full_journey import live
from tests.support.shortcuts import add, snooze
from tests.support.world import ZONE, World, sqlite_url, world

TOM = 1002
Tables = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Lived:
    """What was exported of a student who has everything."""

    id: int
    files: list[ExportFile] = field(repr=False)

    @property
    def content(self) -> bytes:
        """Of `everything.json`."""
        return self.files[0].content

    @property
    def tables(self) -> Tables:
        """What is in it."""
        return dict(json.loads(self.content)["tables"])

    @property
    def exported_at(self) -> datetime:
        """When that was: what it says is to come still was."""
        return datetime.fromisoformat(json.loads(self.content)["exported_at"])


async def lived(folder: Path) -> Lived:
    """A student's ten days, and what these do not bring."""
    async with world(sqlite_url(folder)) as rapport:
        life = await live(rapport)
        await _the_rest(rapport, life.dm.id)
        return Lived(life.dm.id, await rapport.bot.services.mydata.export(life.dm.id))


async def _the_rest(rapport: World, owner_id: int) -> None:
    """What was parked, a to-do that is done, a reminder with every fate, and one that was put off twice."""
    services, db = rapport.bot.services, rapport.bot.db
    await services.todos.done(owner_id, (await services.todos.listing(owner_id))[0].id)
    await services.profiles.park(owner_id, "todo.list", ["1"], {"text": "a *line*"})
    async with db.write() as session:
        await session.execute(
            update(User).where(User.discord_id == owner_id).values(dm_closed_at=now() - timedelta(days=1))
        )
        contact = (await session.scalars(select(Contact).where(Contact.owner_id == owner_id))).first()
        assert contact is not None
        contact.archived_at = now()
        contact.reach += ", +1 303 555 0100, https://quill.example"
        contact.phone, contact.link = "+1 303 555 0100", "https://quill.example"
        for number, status in enumerate(Status):
            session.add(
                Reminder(
                    user_id=owner_id,
                    kind=ReminderKind.KEEP_IN_TOUCH.value,
                    subject_id=contact.id,
                    due_at=now() + timedelta(days=number, hours=1),
                    available_at=now() + timedelta(days=number, hours=1),
                    expires_at=now() + timedelta(days=30),
                    status=status.value,
                    reason="so it is",
                    attempts=number,
                    claimed_until=now() if status is Status.PENDING else None,
                    dedupe_key=f"{ReminderKind.KEEP_IN_TOUCH}:{contact.id}:{number}",
                )
            )
    async with db.read() as session:
        sent = await session.scalar(select(Reminder).where(Reminder.status == Status.SENT.value))
        assert sent is not None
    await snooze(services, owner_id, sent.id, Snooze.ONE_HOUR)
    async with db.read() as session:
        key = snoozed_key(sent.dedupe_key, sent.id)
        again = await session.scalar(select(Reminder).where(Reminder.dedupe_key == key))
        assert again is not None
    await snooze(services, owner_id, again.id, Snooze.MORNING)


class Given:
    """What a property is about. A value of its own, as hypothesis would write all of it into its report."""

    def __init__(self, services: Services, db: Database, life: Lived) -> None:
        self.services, self.db, self.life = services, db, life


async def neighbour(services: Services, db: Database) -> None:
    """Somebody else, with rows under the numbers that a file could name."""
    await services.profiles.set_zone(TOM, ZONE)
    for number in range(12):
        contact = await add(db, Contact(owner_id=TOM, name=f"Uma {number}", created_at=now()))
        await add(db, Request(contact_id=contact, route="email", status="draft", created_at=now()))
        met = {"status": "met", "ended_at": now(), "minutes": 20, "created_at": now()}
        interview = await add(db, Interview(contact_id=contact, starts_at=now() - timedelta(hours=1), **met))
        await add(db, Evaluation(interview_id=interview, owner_id=TOM, status="paused", created_at=now()))
    await services.todos.add(TOM, "Read\nWrite", due=now() + timedelta(hours=2))


async def forget(db: Database, owner_id: int) -> None:
    """What an erasure does to the rows."""
    async with db.write() as session:
        await (await session.connection()).run_sync(delete_rows, owner_id)


def packed(tables: Tables) -> bytes:
    """`everything.json` with these in it."""
    return files_of(tables, now())[0].content


async def every_row(db: Database) -> Tables:
    """Everything that the database holds of students, whoever they are."""
    found = {}
    async with db.read() as session:
        for table in personal_tables():
            rows = await session.execute(select(table).order_by(*table.primary_key))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return found


def meant(tables: Tables) -> Tables:
    """What an export says, with places in it instead of numbers of rows, and without what begins anew."""
    tables = tables | {"reminders": [row for row in tables["reminders"] if _comes_back(row)]}
    places: dict[str, dict[int, Any]] = {
        name: {row["id"]: place for place, row in enumerate(rows) if "id" in row} for name, rows in tables.items()
    }
    # Those that are planned anew come in another order.
    reminders = {row["id"]: row for row in tables["reminders"]}
    places["reminders"] = {number: _known_by(row, places, reminders) for number, row in reminders.items()}
    found = {name: [_meant(name, row, places) for row in rows] for name, rows in tables.items()}
    return found | {"reminders": sorted(found["reminders"], key=lambda row: str(row["dedupe_key"]))}


def _comes_back(reminder: Mapping[str, Any]) -> bool:
    """A warning of what happens to those who stay away does not: whoever brings it back is here. Nor does what
    nothing plans any more."""
    return reminder["kind"] in _ABOUT and (reminder["kind"], reminder["status"]) != (
        ReminderKind.KEEP_IN_TOUCH,
        Status.PENDING,
    )


def _known_by(
    reminder: Mapping[str, Any], places: Mapping[str, Mapping[int, Any]], reminders: Mapping[int, Mapping[str, Any]]
) -> tuple[Any, ...]:
    base, _, snoozed = reminder["dedupe_key"].partition("+snooze")
    kind, subject, sequence = base.split(":")
    assert (kind, int(subject)) == (reminder["kind"], reminder["subject_id"])
    about = places[_ABOUT[kind]][reminder["subject_id"]]
    return (kind, about, sequence, _known_by(reminders[int(snoozed)], places, reminders) if snoozed else None)


def _meant(name: str, row: Mapping[str, Any], places: Mapping[str, Mapping[int, Any]]) -> dict[str, Any]:
    table = Base.metadata.tables[name]
    found = {column: value for column, value in row.items() if column not in NOT_TAKEN.get(name, {})}
    if "id" in row:
        found["id"] = places[name][row["id"]]
    for key in table.foreign_keys:
        if key.column.table is not USERS and row[key.parent.name] is not None:
            found[key.parent.name] = places[key.column.table.name][row[key.parent.name]]
    if name == "reminders":
        found["subject_id"] = places[_ABOUT[row["kind"]]][row["subject_id"]]
        found["dedupe_key"] = found["id"]
        if row["status"] == Status.PENDING:
            found["reason"] = ""
    return found


_ABOUT = {kind.value: "interviews" for kind in ReminderKind if kind not in WARNINGS} | {
    "keep_in_touch": "contacts",
    "nudge": "requests",
    "todo_due": "todos",
}
