"""Two processes work for one student at once: each with connections of its own, as far apart as two machines."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.domain.evaluations.conversation import Answered, Finished, Say
from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.domain.requests.status import RequestRoute
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services.contacts.views import ContactEntry
from bot.services.evaluations.views import Busy, Doubtful, MessagePlace, Opened, Turn
from bot.services.reminders.claims import Deliveries, DeliveryOutcome
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database, open_engine
from bot.storage.models import Answer, Contact, Evaluation, Interview, Reminder, Request, ThankYou, Todo, User
from tests.support.shortcuts import add

pytestmark = pytest.mark.postgresql(reason="a SQLite file is one process's")

MAYA = 11
ROUNDS = 12
"""Often enough that every one of these fails within a few seconds without the student's turn."""


@pytest.fixture
async def processes(database: str, db: Database, tmp_path: Path) -> AsyncIterator[tuple[Services, Services]]:
    """The use cases of two of them, with a student whose zone they know."""
    second = Database(open_engine(make_url(database)), tmp_path)
    await add(db, User(discord_id=MAYA, zone="America/Denver", created_at=now()))
    yield build_services(db, loader.load()), build_services(second, loader.load())
    await second.close()


async def both(*work: Awaitable[object]) -> list[object]:
    """Everything at once; whatever one of them raises fails the test."""
    return list(await asyncio.gather(*work))


async def met(db: Database, name: str = "Ana Núñez") -> int:
    """The number of an interview that took place."""
    contact = await add(db, Contact(owner_id=MAYA, name=name, created_at=now()))
    over = now() - timedelta(hours=3)
    row = Interview(contact_id=contact, starts_at=over, minutes=20, status="met", ended_at=over, created_at=over)
    interview = await add(db, row)
    await add(db, ThankYou(interview_id=interview, due_at=over + timedelta(hours=24)))
    return interview


async def test_no_answer_is_lost_when_a_message_and_a_press_meet(
    db: Database, processes: tuple[Services, Services]
) -> None:
    opened = await processes[0].evaluations.start(MAYA, await met(db))
    assert isinstance(opened, Opened)
    evaluation = opened.evaluation.id
    taken: list[tuple[int, str]] = []

    async def answer(services: Services, name: str) -> None:
        """Answer whatever is up until nothing is."""
        for number in range(1000):
            state = (await services.evaluations.get(MAYA, evaluation)).state
            if state.status is EvaluationStatus.DONE:
                return
            said = f"{name} {number}"
            turn = await services.evaluations.take(MAYA, evaluation, Say(said), expected=state.position)
            assert isinstance(turn, Turn)
            if isinstance(turn.event, Answered | Finished):
                taken.append((turn.question, said))

    await both(*(answer(services, name) for services in processes for name in ("a press", "a message")))
    async with db.read() as session:
        kept = {(row.question, row.text) for row in await session.scalars(select(Answer))}
    assert len(taken) == len(kept) == 11
    assert set(taken) == kept, "what the student was told is kept is not what is kept"


async def test_one_evaluation_is_open_whoever_opens_it(db: Database, processes: tuple[Services, Services]) -> None:
    interviews = [await met(db, name) for name in ("Ana", "Bo", "Cy", "Di")]
    for _ in range(ROUNDS):
        openings = await both(
            *(one.evaluations.start(MAYA, interview, switch=True) for interview in interviews for one in processes)
        )
        assert all(isinstance(opening, Opened | Busy) for opening in openings)
        async with db.read() as session:
            states = Counter(row.status for row in await session.scalars(select(Evaluation)))
        assert states == {"open": 1, "paused": 3}


async def test_the_first_things_that_a_student_does_make_one_row_of_each(
    db: Database, processes: tuple[Services, Services]
) -> None:
    entry = ContactEntry("Ana Núñez", "Analyst, Acme", "", "ana@acme.example", "")
    for new in range(100, 100 + ROUNDS):
        await both(*(one.profiles.meet(new, "Leo") for one in processes))
        await both(*(one.contacts.add(new, entry) for one in processes))
        await both(*(one.todos.add(new, "Send the article") for one in processes))
    async with db.read() as session:
        for owner in (Contact.owner_id, Todo.owner_id):
            owners = Counter(await session.scalars(select(owner)))
            assert set(owners.values()) == {1}, f"the same twice: {owner}"


async def test_every_edit_of_a_draft_is_a_version_of_its_own(
    db: Database, processes: tuple[Services, Services]
) -> None:
    contact = await add(db, Contact(owner_id=MAYA, name="Ana", created_at=now()))
    row = Request(contact_id=contact, route=RequestRoute.EMAIL.value, version=1, status="draft", created_at=now())
    request = await add(db, row)
    edits = [one.requests.edit(MAYA, request, "Hello", f"Text {n}") for n in range(ROUNDS) for one in processes[:1]]
    edits += [processes[1].requests.edit(MAYA, request, "Hello", f"Other {n}") for n in range(ROUNDS)]
    views = await both(*edits)
    assert len({view.version for view in views}) == 2 * ROUNDS  # type: ignore[attr-defined]
    async with db.read() as session:
        assert (await session.get_one(Request, request)).version == 1 + 2 * ROUNDS


async def test_an_interview_that_is_told_of_twice_happened_once(
    db: Database, processes: tuple[Services, Services]
) -> None:
    for number in range(ROUNDS):
        contact = await add(db, Contact(owner_id=MAYA, name=f"Ana {number}", created_at=now()))
        await both(*(one.interviews.met(MAYA, contact) for one in processes))
        async with db.read() as session:
            interviews = list(await session.scalars(select(Interview).where(Interview.contact_id == contact)))
            notes = list(await session.scalars(select(ThankYou).where(ThankYou.interview_id == interviews[0].id)))
        assert (len(interviews), len(notes)) == (1, 1)


async def test_reminders_are_sent_while_students_act_and_nobody_waits_for_ever(
    db: Database, processes: tuple[Services, Services]
) -> None:
    """Students tick, move and snooze what both engines are just claiming and recording, some of it together."""
    students = range(50, 54)
    todos = {student: [await _promise(db, student, n) for n in range(4)] for student in students}
    acting = True

    async def engine(deliveries: Deliveries, *, backwards: bool) -> None:
        while acting:
            claimed = [one for delivery in await deliveries.claim(7) for one in delivery.reminders]
            outcomes = [DeliveryOutcome(one, Status.SENT, message_id=one.id) for one in claimed]
            await deliveries.record(outcomes[::-1] if backwards else outcomes)
            await asyncio.sleep(0)

    async def act(services: Services, student: int) -> None:
        for number in range(ROUNDS // 2):
            moment = now() + timedelta(seconds=number - ROUNDS // 4)
            await services.profiles.set_quiet(student, "22:00", f"0{number % 9}:00")
            await services.todos.add(student, "\n".join(f"To-do {n}" for n in range(4)), due=moment)
        for todo in todos[student]:
            await services.todos.done(student, todo)

    engines = [
        asyncio.create_task(engine(one.deliveries, backwards=turned))
        for one, turned in zip(processes, (False, True), strict=True)
    ]
    await both(*(act(one, student) for student in students for one in processes))
    acting = False
    await both(*engines)
    async with db.read() as session:
        rows = list(await session.scalars(select(Reminder)))
    assert {row.status for row in rows} <= {Status.SENT, Status.CANCELLED}
    assert all(row.message_id == row.id for row in rows if row.status == Status.SENT)


async def _promise(db: Database, student: int, number: int) -> int:
    if not number:
        await add(db, User(discord_id=student, zone="America/Denver", created_at=now()))
    todo = await add(db, Todo(owner_id=student, text=f"To-do {number}", created_at=now()))
    async with db.write(student) as session:
        due = Planned(ReminderKind.TODO_DUE, todo, now(), now() + timedelta(days=1), f"first:{todo}")
        await arm(session, student, [due])
    return todo


async def test_one_message_that_two_processes_hear_is_one_answer(
    db: Database, processes: tuple[Services, Services]
) -> None:
    first, second = (process.evaluations for process in processes)
    opened = await first.start(MAYA, await met(db))
    assert isinstance(opened, Opened)
    evaluation = opened.evaluation.id
    await first.shown(MAYA, evaluation, MessagePlace(5, 100))
    heard = await both(*(one.say(MAYA, "yes", sent=101) for one in (first, second)))
    assert sorted(type(one).__name__ for one in heard) == ["Doubtful", "Turn"]
    await first.shown(MAYA, evaluation, MessagePlace(5, 102))
    assert isinstance(await second.say(MAYA, "yes", sent=101), Doubtful), "also once the next question is shown"
    async with db.read() as session:
        assert [row.question for row in await session.scalars(select(Answer))] == [1]
