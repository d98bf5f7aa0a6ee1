"""Who stays away is warned twice and then gone without a trace; who comes back at any point keeps everything."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from bot.clock import now
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.inactivity import absence
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.handbook import loader
from bot.services import build_services
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from bot.storage.models import Base, Contact, Interview, Reminder, User
from tests.services.inactivity_story import DAY, FIRST, MAYA, SECOND, TOM, Story, almost
from tests.support.shortcuts import add
from tests.support.shortcuts import zone as told_zone


async def test_two_warnings_then_nothing_is_left(story: Story) -> None:
    await almost(story)
    await story.until(story.gone.delete_at + DAY)
    assert {date for *_, date in story.told} == {story.gone.delete_at}, "the date is kept from the first on"
    assert story.warnings() == [(FIRST, story.gone.first_at), (SECOND, story.gone.second_at)]
    assert await story.students() == set()
    async with story.db.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name != "facts":
                assert await session.scalar(select(func.count()).select_from(table)) == 0, table.name
    assert len(story.db.erased.file.read_text(encoding="utf-8").splitlines()) == 3, "a key, and a line for each"


async def test_nothing_is_deleted_a_moment_too_early(story: Story) -> None:
    await almost(story)
    await story.until(story.gone.delete_at)
    assert now() <= story.gone.delete_at
    assert await story.students() == {MAYA, TOM}
    story.skip_to(story.gone.delete_at - timedelta(seconds=1))
    await story.look()
    assert await story.students() == {MAYA, TOM}
    await story.days(1)
    assert await story.students() == set()


async def visit(story: Story) -> None:
    assert await story.services.profiles.meet(MAYA)


async def command(story: Story) -> None:
    assert await story.services.profiles.meet(MAYA, "Maya")


async def button(story: Story) -> None:
    assert await story.services.inactivity.keep(MAYA)


@pytest.mark.parametrize("come_back", [visit, command, button])
@pytest.mark.parametrize("before", ["first_at", "second_at", "delete_at"])
async def test_who_comes_back_keeps_everything_and_is_warned_anew(
    story: Story, come_back: Callable[[Story], Coroutine[Any, Any, None]], before: str
) -> None:
    await almost(story)
    await story.until(getattr(story.gone, before))
    warned = len(story.warnings())
    await come_back(story)
    back = now()
    await story.until(story.gone.delete_at + 3 * DAY)
    assert await story.students() == {MAYA}
    assert len(story.warnings(TOM)) == 2
    assert len(story.warnings()) == warned

    again = absence(back, 24, await told_zone(story.services, MAYA))
    story.skip_to(again.first_at - 3 * DAY)
    await story.until(again.delete_at + DAY)
    assert [kind for kind, _ in story.warnings()[warned:]] == [FIRST, SECOND]
    assert await story.students() == set()


async def test_a_warning_that_is_on_its_way_falls_silent_when_the_student_acts(story: Story) -> None:
    await almost(story)
    await story.days(5)
    assert await story.pending() == 2
    story.skip_to(story.gone.first_at + DAY / 2)
    held = {one.user_id: one for one in await story.services.deliveries.claim()}
    await visit(story)
    assert await story.services.reminders.describe(MAYA, held[MAYA].reminders) == []
    assert len(await story.services.reminders.describe(TOM, held[TOM].reminders)) == 1
    assert await story.pending() == 1


async def test_a_day_has_one_visit(story: Story, db: Database) -> None:
    async def seen() -> datetime:
        async with db.read() as session:
            return (await session.get_one(User, MAYA)).last_seen_at

    noted = await seen()
    writes: list[str] = []

    def note(*given: Any) -> None:
        if "UPDATE" in given[2]:
            writes.append(given[2])

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    midnight = datetime.combine(now().date() + DAY, datetime.min.time(), UTC)
    story.traveller.move_to(midnight - timedelta(seconds=1))
    await visit(story)
    assert (await seen(), writes) == (noted, [])
    story.traveller.move_to(midnight)
    await visit(story)
    assert await seen() == midnight
    assert writes


async def test_a_press_makes_nobody_known(story: Story) -> None:
    assert not await story.services.profiles.meet(4711)
    assert not await story.services.inactivity.keep(4711)
    assert await story.students() == {MAYA, TOM}
    assert await story.services.profiles.meet(4711, "Noa")
    assert await story.students() == {MAYA, TOM, 4711}


@pytest.mark.parametrize("become", [Status.UNDELIVERABLE, Status.UNCERTAIN])
async def test_who_cannot_be_reached_has_as_much_time(story: Story, become: Status) -> None:
    await almost(story)
    await story.until(story.gone.delete_at, become)
    assert len(story.warnings()) == 2
    assert await story.students() == {MAYA, TOM}
    await story.days(2, become)
    assert await story.students() == set()


async def plan_reminder(story: Story) -> None:
    until = story.gone.delete_at + 300 * DAY
    async with story.db.write() as session:
        await arm(session, MAYA, [Planned(ReminderKind.TODO_DUE, 1, until, until + DAY, "todo")])


async def plan_interview(story: Story) -> None:
    async with story.db.read() as session:
        ana = await session.scalar(select(Contact.id).where(Contact.owner_id == MAYA))
    assert ana is not None
    interview = Interview(
        contact_id=ana,
        starts_at=story.gone.delete_at + 300 * DAY,
        minutes=20,
        status=InterviewStatus.SCHEDULED.value,
        created_at=now(),
    )
    await add(story.db, interview)


@pytest.mark.parametrize("plan", [plan_reminder, plan_interview])
async def test_whoever_has_something_coming_up_is_not_away(
    story: Story, plan: Callable[[Story], Coroutine[Any, Any, None]]
) -> None:
    await plan(story)
    await almost(story)
    await story.until(story.gone.delete_at + DAY)
    assert await story.students() == {MAYA}
    assert story.warnings() == []
    # Once it is over, the warnings come, and a week after each the next.
    story.skip_to(story.gone.delete_at + 301 * DAY)
    async with story.db.write() as session:
        await session.execute(update(Reminder).values(status=Status.SENT.value))
    await story.days(13)
    assert await story.students() == {MAYA}
    await story.days(6)
    assert await story.students() == set()
    assert len(story.warnings()) == 2


async def test_zero_months_keep_everything(story: Story) -> None:
    ever = build_services(story.db, loader.load(), inactive_months=0)
    story.skip_to(story.gone.delete_at + 4000 * DAY)
    assert await ever.inactivity.begin() is None
    async with story.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Reminder)) == 0


@pytest.mark.parametrize("months", [0, 36])
async def test_a_warning_falls_silent_when_more_time_is_granted(story: Story, months: int) -> None:
    await almost(story)
    await story.days(5)
    assert await story.pending() == 2
    story.services = build_services(story.db, loader.load(), inactive_months=months)
    await story.days(60)
    assert story.told == []
    assert await story.students() == {MAYA, TOM}


async def test_shorter_time_still_gives_both_warnings(story: Story) -> None:
    story.services = build_services(story.db, loader.load(), inactive_months=3)
    story.skip_to(story.gone.first_at - 90 * DAY)
    await story.look()
    await story.days(14)
    assert await story.students() == {MAYA, TOM}
    await story.days(4)
    assert await story.students() == set()
    assert len(story.warnings()) == 2
