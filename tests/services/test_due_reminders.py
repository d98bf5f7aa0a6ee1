"""What reminders say when they are sent, on a real database; and that those without anything to say fall silent."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event, select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.services import Services
from bot.services.due_reminders import AboutInterview, DueTodo, Reader, ReminderView, Waiting
from bot.services.interviews.views import Booked, Met, Terms
from bot.services.reminders.claims import LEASE, Claimed
from bot.services.reminders.scheduling import arm, cancel
from bot.storage.database import Database
from bot.storage.models import Contact, Reminder, Request
from tests.support.shortcuts import add, denver
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002
DAY = timedelta(days=1)


class Story:
    """Maya and her contact Ana."""

    def __init__(self, services: Services, db: Database, ana: int) -> None:
        self.services, self.db, self.ana = services, db, ana

    async def book(self) -> int:
        done = await self.services.interviews.schedule(MAYA, self.ana, Terms(denver(3, 14), place="Room 4"))
        assert isinstance(done, Booked)
        return done.interview.id

    async def meet(self) -> int:
        done = await self.services.interviews.met(MAYA, self.ana)
        assert isinstance(done, Met)
        return done.interview.id

    async def ask(self, status: str = "sent") -> int:
        request = Request(contact_id=self.ana, route="email", status=status, created_at=now(), sent_at=now())
        return await add(self.db, request)

    async def claimed(self, *kinds: ReminderKind) -> list[Claimed]:
        """The pending reminders of some kinds, as the engine holds them."""
        async with self.db.read() as session:
            rows = await session.scalars(
                select(Reminder).where(Reminder.kind.in_([kind.value for kind in kinds])).order_by(Reminder.due_at)
            )
            return [_claimed(row) for row in rows]

    async def plan(self, kind: ReminderKind, subject: int) -> None:
        async with self.db.write() as session:
            await arm(session, MAYA, [Planned(kind, subject, now(), now() + DAY, f"{kind}:{subject}:0")])

    async def describe(self, *kinds: ReminderKind) -> list[ReminderView]:
        return await self.services.reminders.describe(MAYA, await self.claimed(*kinds))


def _claimed(row: Reminder) -> Claimed:
    return Claimed(
        row.id,
        row.user_id,
        ReminderKind(row.kind),
        row.subject_id,
        row.due_at,
        row.expires_at,
        attempts=1,
        lease=now() + LEASE,
        nonce=row.id,
        interrupted=False,
    )


@pytest.fixture
async def story(services: Services, db: Database) -> Story:
    for owner in (MAYA, TOM):
        await services.profiles.set_zone(owner, ZONE)
    ana = await add(db, Contact(owner_id=MAYA, name="Ana Núñez", created_at=now()))
    return Story(services, db, ana)


BEFORE = (ReminderKind.PREPARE, ReminderKind.SOON)
THANKS = (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE)


async def test_before_an_interview(story: Story) -> None:
    interview = await story.book()
    views = await story.describe(*BEFORE)
    assert [view.kind for view in views] == [ReminderKind.PREPARE, ReminderKind.SOON]
    for view in views:
        assert isinstance(view.about, AboutInterview)
        assert (view.about.interview.id, view.about.interview.place) == (interview, "Room 4")


async def test_the_question_whether_it_took_place_waits_for_its_end(
    story: Story, traveller: time_machine.Traveller
) -> None:
    await story.book()
    assert await story.describe(ReminderKind.CHECK_BACK) == []
    traveller.move_to(denver(3, 14, 35))
    (view,) = await story.describe(ReminderKind.CHECK_BACK)
    assert isinstance(view.about, AboutInterview)
    assert await story.describe(*BEFORE) == []


@pytest.mark.parametrize("act", ["cancel", "move", "happened", "missed"])
async def test_an_interview_that_went_another_way_is_not_spoken_of(
    story: Story, traveller: time_machine.Traveller, act: str
) -> None:
    interview = await story.book()
    traveller.move_to(denver(3, 14, 35))
    held = await story.claimed(ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK)
    interviews = story.services.interviews
    if act == "move":
        await interviews.move(MAYA, interview, Terms(denver(4, 14)), even_if_over=True)
    else:
        await getattr(interviews, act)(MAYA, interview)
    assert await story.services.reminders.describe(MAYA, held) == []


async def test_a_note_is_spoken_of_until_it_is_sent(story: Story) -> None:
    interview = await story.meet()
    held = await story.claimed(*THANKS)
    views = await story.services.reminders.describe(MAYA, held)
    assert [view.kind for view in views] == list(THANKS)
    await story.services.thank_yous.sent(MAYA, interview)
    assert await story.services.reminders.describe(MAYA, held) == []


async def test_a_reminder_speaks_by_the_clock_of_its_reader_and_names_as_much_as_they_chose(story: Story) -> None:
    await story.book()
    for named in (True, False):
        await story.services.profiles.set_names_in_pings(MAYA, shown=named)
        for view in await story.describe(*BEFORE):
            assert view.reader == Reader(ZoneInfo(ZONE), named=named)


async def test_after_the_deadline_every_reminder_about_a_note_speaks_as_a_late_one(
    story: Story, traveller: time_machine.Traveller
) -> None:
    await story.meet()
    traveller.shift(DAY)
    views = await story.describe(ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND)
    assert {view.kind for view in views} == {ReminderKind.THANK_YOU_LATE}


@pytest.mark.parametrize(("status", "waits"), [("sent", True), ("answered", False), ("draft", False)])
async def test_a_request_waits_while_it_is_out(story: Story, status: str, waits: bool) -> None:
    request = await story.ask(status)
    await story.plan(ReminderKind.NUDGE, request)
    views = await story.describe(ReminderKind.NUDGE)
    assert [view.about for view in views] == ([Waiting(request, "Ana Núñez", now())] if waits else [])


async def test_a_to_do_is_due_until_it_is_done(story: Story) -> None:
    todo = (await story.services.todos.add(MAYA, "Read", contact=story.ana, due=denver(3, 9))).todos[0]
    held = await story.claimed(ReminderKind.TODO_DUE)
    (view,) = await story.services.reminders.describe(MAYA, held)
    assert view.about == DueTodo(todo)
    await story.services.todos.done(MAYA, todo.id)
    assert await story.services.reminders.describe(MAYA, held) == []


async def test_what_is_gone_foreign_or_taken_back_is_left_out(story: Story, db: Database) -> None:
    await story.plan(ReminderKind.NUDGE, 404)
    await story.plan(ReminderKind.TODO_DUE, 404)
    await story.plan(ReminderKind.PREPARE, 404)
    await story.plan(ReminderKind.KEEP_IN_TOUCH, story.ana)
    assert await story.describe(*ReminderKind) == []
    interview = await story.book()
    held = await story.claimed(ReminderKind.SOON)
    assert await story.services.reminders.describe(TOM, held) == []
    async with db.write() as session:
        await cancel(session, (ReminderKind.SOON,), [interview], "a test")
    assert await story.services.reminders.describe(MAYA, held) == []


async def test_many_reminders_cost_no_more_queries_than_one_of_each(story: Story, db: Database) -> None:
    await story.meet()
    for number in range(12):
        await story.plan(ReminderKind.NUDGE, await story.ask())
        await story.services.todos.add(MAYA, f"to-do {number}", due=denver(3, 9))
    held = await story.claimed(*ReminderKind)
    asked: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    views = await story.services.reminders.describe(MAYA, held)
    assert len(views) == 27
    assert [view.reminder_id for view in views] == [one.id for one in held]
    assert len([one for one in asked if one.startswith("SELECT")]) <= 5


async def test_one_reminder_again(story: Story) -> None:
    interview = await story.meet()
    (held, *_) = await story.claimed(ReminderKind.THANK_YOU_FIRST)
    view = await story.services.reminders.one(MAYA, held.id)
    assert view is not None
    assert (view.reminder_id, view.kind) == (held.id, ReminderKind.THANK_YOU_FIRST)
    with pytest.raises(CoachError) as refusal:
        await story.services.reminders.one(TOM, held.id)
    assert refusal.value.code is Code.NOT_FOUND
    await story.services.thank_yous.sent(MAYA, interview)
    assert await story.services.reminders.one(MAYA, held.id) is None
