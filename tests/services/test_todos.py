"""To-dos on a real database: added, found again, ticked off, and the reminder that goes with a date."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.services import Services
from bot.storage.database import Database
from bot.storage.models import Contact, Interview, Reminder, ThankYou, Todo
from tests.support.shortcuts import add, denver
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002


@pytest.fixture
async def ana(services: Services, db: Database) -> int:
    """A contact of Maya's, whom she met two hours ago."""
    for owner in (MAYA, TOM):
        await services.profiles.set_zone(owner, ZONE)
    return await add(db, Contact(owner_id=MAYA, name="Ana Núñez", created_at=now()))


async def met(db: Database, contact: int, ended_at: datetime, *, sent: bool = False) -> int:
    async with db.write() as session:
        interview = Interview(
            contact_id=contact,
            starts_at=ended_at - timedelta(minutes=20),
            minutes=20,
            status="met",
            ended_at=ended_at,
            created_at=now(),
        )
        session.add(interview)
        await session.flush()
        note = ThankYou(interview_id=interview.id, due_at=ended_at + timedelta(days=1))
        note.sent_at = now() if sent else None
        session.add(note)
        return interview.id


async def rows(db: Database) -> list[Todo]:
    async with db.read() as session:
        return list(await session.scalars(select(Todo).order_by(Todo.id)))


async def reminders(db: Database, status: Status = Status.PENDING) -> list[tuple[str, datetime]]:
    async with db.read() as session:
        found = await session.scalars(select(Reminder).where(Reminder.status == status.value))
        return [(row.kind, row.due_at) for row in found]


async def test_lines_become_to_dos_without_their_bullets(services: Services, ana: int) -> None:
    done = await services.todos.add(MAYA, "- Read the report\n\n2. Write to  Tom\n• read the REPORT\n[ ] Call")
    assert [todo.text for todo in done.todos] == ["Read the report", "Write to Tom", "Call"]
    assert [todo.text for todo in await services.todos.listing(MAYA)] == ["Read the report", "Write to Tom", "Call"]
    assert await services.todos.listing(TOM) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n - \n", Code.BLANK),
        ("x" * 201, Code.TOO_LONG),
        ("\n".join(f"to-do {number}" for number in range(11)), Code.TOO_MANY),
    ],
)
async def test_what_cannot_be_kept_leaves_nothing(
    services: Services, db: Database, ana: int, text: str, code: Code
) -> None:
    with pytest.raises(CoachError) as refusal:
        await services.todos.add(MAYA, f"{text}")
    assert refusal.value.code is code
    assert await rows(db) == []


async def test_the_same_to_do_is_kept_once_until_it_is_done(services: Services, db: Database, ana: int) -> None:
    first = await services.todos.add(MAYA, "Read the report", contact=ana)
    again = await services.todos.add(MAYA, " read the Report", contact=ana)
    assert [todo.id for todo in again.todos] == [todo.id for todo in first.todos]
    await services.todos.add(MAYA, "Read the report")
    await services.todos.done(MAYA, first.todos[0].id)
    await services.todos.add(MAYA, "Read the report", contact=ana)
    assert len(await rows(db)) == 3


async def test_a_contact_brings_the_last_interview_with_it(services: Services, db: Database, ana: int) -> None:
    none = await services.todos.add(MAYA, "Look her up", contact=ana)
    assert (none.interview_id, none.note_waits) == (None, False)
    await met(db, ana, denver(1, 10))
    last = await met(db, ana, denver(2, 13))
    done = await services.todos.add(MAYA, "Read the report", contact=ana)
    assert (done.interview_id, done.note_waits) == (last, True)
    assert done.todos[0].contact_name == "Ana Núñez"
    assert [todo.interview_id for todo in await rows(db)] == [None, last]


async def test_from_an_interview_whose_note_is_out(services: Services, db: Database, ana: int) -> None:
    interview = await met(db, ana, denver(2, 13), sent=True)
    done = await services.todos.add_from(MAYA, interview, "Read\nWrite")
    assert (done.interview_id, done.note_waits, len(done.todos)) == (interview, False, 2)
    assert {todo.contact_id for todo in await rows(db)} == {ana}


async def test_somebody_elses_contact_and_interview_are_not_found(
    services: Services, db: Database, ana: int
) -> None:
    interview = await met(db, ana, denver(2, 13))
    for attempt in (
        services.todos.add(TOM, "x", contact=ana),
        services.todos.add_from(TOM, interview, "x"),
        services.todos.done(TOM, (await services.todos.add(MAYA, "Read")).todos[0].id),
        services.todos.find(TOM, "#1"),
    ):
        with pytest.raises(CoachError) as refusal:
            await attempt
        assert refusal.value.code is Code.NOT_FOUND
    assert [todo.done_at for todo in await rows(db)] == [None]


@pytest.mark.parametrize(
    ("due", "reminder"),
    [
        pytest.param(denver(6, 17), denver(6, 17), id="by day"),
        pytest.param(denver(6, 23), denver(7, 8), id="in quiet hours it waits for the morning"),
        pytest.param(denver(7, 23, 30), denver(8, 8), id="over a clock change"),
    ],
)
async def test_the_reminder_of_a_date(
    services: Services, db: Database, ana: int, due: datetime, reminder: datetime
) -> None:
    done = await services.todos.add(MAYA, "Read", due=due)
    assert done.todos[0].due_at == due
    assert await reminders(db) == [(ReminderKind.TODO_DUE, reminder)]


async def test_a_new_date_moves_the_reminder_and_no_date_leaves_it(
    services: Services, db: Database, ana: int
) -> None:
    await services.todos.add(MAYA, "Read", due=denver(6, 17))
    await services.todos.add(MAYA, "Read", due=denver(5, 12))
    await services.todos.add(MAYA, "Read")
    assert await reminders(db) == [(ReminderKind.TODO_DUE, denver(5, 12))]
    assert await reminders(db, Status.CANCELLED) == [(ReminderKind.TODO_DUE, denver(6, 17))]
    await services.todos.add(MAYA, "Read", due=denver(6, 17))
    assert await reminders(db) == [(ReminderKind.TODO_DUE, denver(6, 17))]


async def test_a_date_needs_a_zone(services: Services, db: Database) -> None:
    with pytest.raises(CoachError) as refusal:
        await services.todos.add(MAYA, "Read", due=denver(6, 17))
    assert refusal.value.code is Code.ZONE_NEEDED
    assert await rows(db) == []


async def test_done_once_is_done(
    services: Services, db: Database, ana: int, traveller: time_machine.Traveller
) -> None:
    todo, other = (await services.todos.add(MAYA, "Read\nWrite", due=denver(6, 17))).todos
    first = await services.todos.done(MAYA, todo.id)
    assert first.todo.done_at == now()
    assert ([one.id for one in first.next], first.left) == ([other.id], 1)
    assert len(await reminders(db)) == 1
    traveller.shift(timedelta(hours=1))
    assert await services.todos.done(MAYA, todo.id) == first


async def test_finding_what_is_meant(services: Services, ana: int) -> None:
    report, letter, call = (await services.todos.add(MAYA, "Read the reef report\nWrite a letter\nCall Tom")).todos
    older = (await services.todos.add(MAYA, "Call Tom about the report", contact=ana)).todos[0]

    async def found(typed: str) -> list[int]:
        return [todo.id for todo in await services.todos.find(MAYA, typed)]

    assert await found(letter.token) == [letter.id]
    assert await found("reef REPORT") == [report.id]
    assert await found("call tom") == [call.id]
    assert await found("report") == [report.id, older.id]
    assert await found("wirte a leter") == [letter.id]
    assert await found("nunez") == [older.id]
    assert await found("bake a cake") == []
    await services.todos.done(MAYA, letter.id)
    assert await found("letter") == []
    assert await found(letter.token) == [letter.id]
    assert [todo.id for todo in await services.todos.suggest(MAYA, "")] == [report.id, call.id, older.id]
    assert [todo.id for todo in await services.todos.suggest(MAYA, "tom")] == [call.id, older.id]


async def test_the_next_due_comes_first(services: Services, ana: int) -> None:
    await services.todos.add(MAYA, "someday")
    await services.todos.add(MAYA, "friday", due=denver(6, 17))
    await services.todos.add(MAYA, "tuesday", due=denver(3, 17))
    assert [todo.text for todo in await services.todos.listing(MAYA)] == ["tuesday", "friday", "someday"]
