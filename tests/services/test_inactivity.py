"""Who stays away is warned twice and then gone without a trace; who comes back at any point keeps everything."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.clock import now
from bot.domain.inactivity import NOTICE, absence
from bot.domain.interviews import InterviewStatus
from bot.domain.reminders import Kind, Planned, Status
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services.deliveries import Outcome
from bot.services.inactivity import EVERY, GAP, Looked
from bot.services.pings import Leaving, PingView
from bot.services.reminders import arm
from bot.storage.engine import Database
from bot.storage.models import Base, Contact, Interview, Reminder, User
from tests.common import add
from tests.kit import ZONE

MAYA, TOM = 1001, 1002
DAY = timedelta(days=1)
FIRST, SECOND = Kind.INACTIVE_FIRST, Kind.INACTIVE_SECOND


class Story:
    """Two students who were here on the same day, and a bot that looks once a day."""

    def __init__(self, db: Database, services: Services, traveller: time_machine.Traveller) -> None:
        self.db, self.services, self.traveller = db, services, traveller
        self.told: list[tuple[int, Kind, datetime, datetime]] = []
        """The warnings that went out: to whom, which, when, and the date in it."""

    async def arrive(self) -> None:
        for student, name in ((MAYA, "Maya"), (TOM, "Tom")):
            await self.services.profiles.meet(student, name)
            await self.services.profiles.set_zone(student, ZONE)
            await add(self.db, Contact(owner_id=student, name="Ana", created_at=now()))
        self.gone = absence(now(), 24, (await self.services.profiles.zone(MAYA)))

    async def look(self) -> Looked:
        """The day's look, and what falls due until the next one goes out."""
        since, looked = await self.services.inactivity.begin(), Looked()
        if since is not None:
            looked = await self.services.inactivity.look(await self.services.inactivity.absent(), since)
        return looked

    async def send(self, become: Status = Status.SENT) -> None:
        for delivery in await self.services.deliveries.claim():
            views = await self.services.pings.describe(delivery.user_id, delivery.reminders)
            if become is not Status.STALE:
                self.told += [(delivery.user_id, view.kind, now(), _date(view)) for view in views]
            told = {view.reminder_id for view in views}
            await self.services.deliveries.record(
                [Outcome(one, become if one.id in told else Status.STALE) for one in delivery.reminders]
            )

    async def days(self, number: int = 1, become: Status = Status.SENT) -> Looked:
        """So many days with the bot at work: what falls due goes out at its moment."""
        looked = Looked()
        for _ in range(number):
            tomorrow = now() + DAY
            while (due := await self.services.deliveries.earliest()) is not None and due <= tomorrow:
                self.traveller.move_to(max(due, now()))
                await self.send(become)
            self.traveller.move_to(tomorrow)
            looked += await self.look()
        return looked

    async def until(self, moment: datetime, become: Status = Status.SENT) -> Looked:
        return await self.days((moment - now()) // DAY, become)

    def skip_to(self, moment: datetime) -> None:
        """The bot is away, or nothing happens that matters."""
        self.traveller.move_to(moment)

    def warnings(self, student: int = MAYA) -> list[tuple[Kind, datetime]]:
        return [(kind, at) for who, kind, at, _ in self.told if who == student]

    async def students(self) -> set[int]:
        async with self.db.read() as session:
            return set(await session.scalars(select(User.discord_id)))

    async def pending(self) -> int | None:
        async with self.db.read() as session:
            query = select(func.count()).where(Reminder.status == Status.PENDING.value)
            return await session.scalar(query)


def _date(view: PingView) -> datetime:
    assert isinstance(view.about, Leaving)
    return view.about.delete_at


@pytest.fixture
async def story(db: Database, traveller: time_machine.Traveller) -> Story:
    made = Story(db, build_services(db, loader.load(), inactive_months=24), traveller)
    await made.arrive()
    return made


async def almost(story: Story) -> None:
    """The bot has been at work all the time, and the first warning is a few days away."""
    story.skip_to(story.gone.first_at - 5 * DAY - DAY / 3)
    assert await story.look() == Looked()


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
    assert len(story.db.erased.file.read_text().splitlines()) == 3, "a key, and a line for each"


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

    again = absence(back, 24, await story.services.profiles.zone(MAYA))
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
    assert await story.services.pings.describe(MAYA, held[MAYA].reminders) == []
    assert len(await story.services.pings.describe(TOM, held[TOM].reminders)) == 1
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


async def test_after_a_long_stop_both_warnings_come_first(story: Story) -> None:
    story.skip_to(story.gone.delete_at + 400 * DAY)
    await story.look()
    assert await story.students() == {MAYA, TOM}
    back = now()
    await story.days(14)
    assert await story.students() == {MAYA, TOM}
    await story.days(4)
    assert await story.students() == set()
    (_, first), (_, second) = story.warnings()
    assert back <= first <= back + 2 * DAY
    assert second - first >= NOTICE
    assert all(date <= now() and date >= at + NOTICE for *_, at, date in story.told)


@pytest.mark.parametrize("begun", ["first_at", "second_at"])
async def test_a_stop_between_the_warnings_and_the_deletion_repeats_the_second(story: Story, begun: str) -> None:
    await almost(story)
    await story.until(getattr(story.gone, begun) + 2 * DAY)
    warned = len(story.warnings())
    story.skip_to(story.gone.delete_at + 90 * DAY)
    await story.look()
    await story.days(6)
    assert await story.students() == {MAYA, TOM}, "a button that was pressed meanwhile did nothing"
    assert [kind for kind, _ in story.warnings()[warned:]] == [SECOND]
    await story.days(5)
    assert await story.students() == set()
    assert len(story.warnings()) == warned + 1


async def test_a_weekend_without_the_bot_changes_nothing(story: Story) -> None:
    await almost(story)
    await story.until(story.gone.second_at + 2 * DAY)
    story.traveller.shift(GAP - DAY)
    await story.look()
    await story.until(story.gone.delete_at + DAY)
    assert len(story.warnings()) == 2
    assert await story.students() == set()


async def test_a_warning_that_could_not_be_sent_in_time_comes_anew(story: Story) -> None:
    await almost(story)
    await story.days(5)
    story.skip_to(story.gone.first_at + 20 * DAY)
    await story.send(Status.STALE)
    await story.look()
    await story.days(2)
    assert [kind for kind, _ in story.warnings()] == [FIRST]
    assert await story.students() == {MAYA, TOM}


async def plan_ping(story: Story) -> None:
    until = story.gone.delete_at + 300 * DAY
    async with story.db.write() as session:
        await arm(session, MAYA, [Planned(Kind.TODO_DUE, 1, until, until + DAY, "todo")])


async def plan_meeting(story: Story) -> None:
    async with story.db.read() as session:
        ana = await session.scalar(select(Contact.id).where(Contact.owner_id == MAYA))
    assert ana is not None
    meeting = Interview(
        contact_id=ana,
        starts_at=story.gone.delete_at + 300 * DAY,
        minutes=20,
        status=InterviewStatus.SCHEDULED.value,
        created_at=now(),
    )
    await add(story.db, meeting)


@pytest.mark.parametrize("plan", [plan_ping, plan_meeting])
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


async def test_a_day_has_one_look(story: Story) -> None:
    started = await story.services.inactivity.begin()
    assert started == now()
    other = build_services(story.db, loader.load(), inactive_months=24)
    assert await other.inactivity.begin() is None, "another process, or another start"
    story.traveller.shift(EVERY - timedelta(seconds=1))
    assert await other.inactivity.begin() is None
    story.traveller.shift(timedelta(seconds=1))
    assert await other.inactivity.begin() == started
    story.traveller.shift(GAP)
    assert await other.inactivity.begin() == started
    story.traveller.shift(GAP + timedelta(seconds=1))
    assert await other.inactivity.begin() == now(), "after a stop it counts anew"
    story.traveller.shift(-365 * DAY)
    assert await other.inactivity.begin() == now(), "after a jump of the clock too"


async def test_two_processes_look_at_once(story: Story) -> None:
    await almost(story)
    await story.days(5)
    other = Database(story.db.engine, story.db.erased.file.parent)
    both = [build_services(one, loader.load(), inactive_months=24).inactivity for one in (story.db, other)]
    assert await story.pending() == 2
    for moment in (story.gone.second_at - DAY, story.gone.delete_at + 9 * DAY):
        await story.until(moment)
        before = await story.pending()
        looks = [one.look([MAYA, TOM], story.gone.first_at - 90 * DAY) for one in both]
        done = await asyncio.gather(*looks)
        assert sum(one.warned for one in done) + (before or 0) <= 2
    assert await story.students() == set()


async def test_a_deletion_that_fails_deletes_nothing_and_notes_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await almost(story)
    await story.until(story.gone.delete_at)

    def refuse(*given: Any) -> None:
        if "DELETE FROM users" in given[2]:
            raise DBAPIError("refused", None, OSError())

    event.listen(story.db.engine.sync_engine, "before_cursor_execute", refuse)
    with pytest.raises(DBAPIError):
        await story.days(1)
    event.remove(story.db.engine.sync_engine, "before_cursor_execute", refuse)
    assert await story.students() == {MAYA, TOM}
    assert not story.db.erased.file.exists()
    async with story.db.read() as session:
        assert await session.scalar(text("SELECT COUNT(*) FROM contacts")) == 2
    await story.days(1)
    assert await story.students() == set()
