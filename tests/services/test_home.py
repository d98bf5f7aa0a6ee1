"""What's next on a real database: the steps, the sums, and how few queries they cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, select

from bot.clock import now
from bot.domain.journey.next_steps import StepKind
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.services import Services
from bot.services.journey.home import Progress
from bot.storage.database import Database
from bot.storage.models import (
    Answer,
    Contact,
    Evaluation,
    Interview,
    Reminder,
    Request,
    ThankYou,
    Todo,
    User,
)
from tests.support.shortcuts import add

MAYA, TOM = 1001, 1002
DAY = timedelta(days=1)
NOTHING = Progress(contacts=0, asked=0, met=0, todos=0, goal=5)


class Life:
    """Writes what a student has been through, row by row."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def contact(self, name: str = "Ana", owner: int = MAYA, **more: Any) -> int:
        return await add(self.db, Contact(owner_id=owner, name=name, created_at=now(), **more))

    async def request(self, contact: int, status: str, **more: Any) -> int:
        return await add(
            self.db, Request(contact_id=contact, route="email", status=status, created_at=now(), **more)
        )

    async def interview(self, contact: int, starts_at: datetime, status: str = "scheduled") -> int:
        ended = starts_at + timedelta(minutes=20) if status == "met" else None
        return await add(
            self.db,
            Interview(
                contact_id=contact,
                starts_at=starts_at,
                minutes=20,
                status=status,
                ended_at=ended,
                created_at=now(),
            ),
        )

    async def note(self, interview: int, **more: Any) -> int:
        return await add(self.db, ThankYou(interview_id=interview, due_at=now() + DAY, **more))

    async def evaluation(self, interview: int, status: str, answered: int = 0, owner: int = MAYA) -> int:
        row = Evaluation(interview_id=interview, owner_id=owner, status=status, position=3, created_at=now())
        found = await add(self.db, row)
        for question in range(1, answered + 1):
            await add(self.db, Answer(evaluation_id=found, question=question, verdict="yes", answered_at=now()))
        await add(self.db, Answer(evaluation_id=found, question=11, verdict="unsure", answered_at=now()))
        return found

    async def missed(self, owner: int = MAYA, key: str = "soon:1:0") -> int:
        return await add(
            self.db,
            Reminder(
                user_id=owner,
                kind=ReminderKind.SOON.value,
                subject_id=1,
                due_at=now() - DAY,
                available_at=now() - DAY,
                expires_at=now() - DAY,
                status=Status.UNDELIVERABLE.value,
                reason="direct messages are closed",
                dedupe_key=key,
            ),
        )


@pytest.fixture
async def life(db: Database) -> Life:
    """Maya and Tom, who have done nothing yet."""
    async with db.write() as session:
        for one in (MAYA, TOM):
            session.add(User(discord_id=one, display_name="Maya", zone=None, created_at=now()))
    return Life(db)


@contextmanager
def selects(db: Database) -> Iterator[list[str]]:
    """Every SELECT that is sent to the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


async def test_somebody_new_is_told_to_find_a_contact(services: Services, db: Database) -> None:
    view = await services.home.next(MAYA)
    assert [step.kind for step in view.steps] == [StepKind.ADD_CONTACT]
    assert (view.is_new, view.has_zone, view.name, view.progress) == (True, False, "", NOTHING)
    async with db.read() as session:
        assert await session.scalar(select(User)) is None


async def test_the_most_urgent_of_several_lives_comes_first(services: Services, life: Life) -> None:
    met, booked, asked = await life.contact("Ana"), await life.contact("Tom"), await life.contact("Priya")
    await life.contact("Archived", archived_at=now())
    evaluation = await life.interview(met, now() - timedelta(hours=3), "met")
    await life.note(evaluation, version=1, body="Dear Ana")
    coming = await life.interview(booked, now() + DAY)
    nudge = await life.request(asked, "sent", sent_at=now() - 8 * DAY)
    await add(life.db, Todo(owner_id=MAYA, text="Read it", created_at=now()))
    await add(life.db, Todo(owner_id=MAYA, text="Done", done_at=now(), created_at=now()))
    view = await services.home.next(MAYA)
    assert [(step.kind, step.contact_name, step.subject_id) for step in view.steps] == [
        (StepKind.THANK, "Ana", evaluation),
        (StepKind.PREPARE, "Tom", coming),
        (StepKind.NUDGE, "Priya", nudge),
    ]
    assert view.drafted == {evaluation}
    assert view.progress == Progress(contacts=3, asked=1, met=1, todos=1, goal=5)


async def test_a_paused_evaluation_is_offered_again(services: Services, life: Life) -> None:
    evaluation = await life.interview(await life.contact(), now() - 3 * DAY, "met")
    await life.note(evaluation, version=2, sent_at=now())
    await life.evaluation(evaluation, "paused", answered=4)
    view = await services.home.next(MAYA)
    assert [(step.kind, step.subject_id, step.count) for step in view.steps] == [(StepKind.RESUME, evaluation, 4)]
    assert view.drafted == frozenset()  # it is sent


async def test_five_steps_are_enough_and_the_rest_is_counted(services: Services, life: Life) -> None:
    for number in range(8):
        await life.contact(f"Person {number}")
    view = await services.home.next(MAYA)
    assert [step.contact_name for step in view.steps] == [f"Person {number}" for number in range(5)]
    assert view.more == 3


async def test_nobody_sees_anything_of_another_students(services: Services, life: Life) -> None:
    toms = await life.contact("Toms", owner=TOM)
    evaluation = await life.interview(toms, now() - DAY, "met")
    await life.note(evaluation, version=1)
    await life.evaluation(evaluation, "open", owner=TOM)
    await life.missed(owner=TOM)
    await add(life.db, Todo(owner_id=TOM, text="Toms", created_at=now()))
    view = await services.home.next(MAYA)
    assert [step.kind for step in view.steps] == [StepKind.ADD_CONTACT]
    assert (view.drafted, view.missed, view.progress) == (frozenset(), (), NOTHING)


async def test_what_could_not_be_delivered_is_told_once_and_kept(
    services: Services, life: Life, db: Database, traveller: time_machine.Traveller
) -> None:
    await life.contact()
    first = await life.missed()
    toms = await life.missed(owner=TOM, key="soon:2:0")
    view = await services.home.next(MAYA)
    assert (view.steps[0].kind, view.steps[0].count, view.missed) == (StepKind.UNDELIVERABLE, 1, (first,))
    await services.home.told(MAYA, [first, toms])
    assert (await services.home.next(MAYA)).missed == ()
    assert (await services.home.next(TOM)).missed == (toms,)  # Maya's visit is not Tom's
    traveller.shift(DAY)
    later = await life.missed(key="soon:3:0")
    assert (await services.home.next(MAYA)).missed == (later,)
    async with db.read() as session:
        rows = await session.scalars(select(Reminder.status).where(Reminder.user_id == MAYA))
        assert set(rows) == {Status.UNDELIVERABLE.value}


async def test_what_does_not_fit_among_the_five_is_not_taken_as_told(services: Services, life: Life) -> None:
    await life.missed()
    for number in range(6):
        evaluation = await life.interview(await life.contact(f"Person {number}"), now() - timedelta(hours=3), "met")
        await life.note(evaluation)
    assert (await services.home.next(MAYA)).missed == ()


@pytest.mark.parametrize("people", [0, 1, 40])
async def test_the_number_of_queries_never_grows(services: Services, life: Life, db: Database, people: int) -> None:
    for number in range(people):
        contact = await life.contact(f"Person {number}")
        await life.request(contact, "sent", sent_at=now())
        evaluation = await life.interview(contact, now() - DAY, "met")
        await life.note(evaluation, version=1)
        await life.evaluation(evaluation, "paused" if number else "open", answered=1)
    with selects(db) as seen:
        await services.home.next(MAYA)
    assert len(seen) <= 8, "\n\n".join(seen)
