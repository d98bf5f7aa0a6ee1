"""The profile on a real database: what is told, the zone that others wait for, reminders that move."""

import threading
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import ReminderKind, Snooze, Status
from bot.domain.times.quiet_hours import QuietHours
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.dates import typed_days
from bot.services.profiles import Parked
from bot.services.reminders.planning import interview_reminders, thank_you_reminders
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from bot.storage.models import Contact, Interview, Reminder, ThankYou, User
from tests.support.shortcuts import DENVER, denver, snooze
from tests.support.shortcuts import zone as told_zone
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002


async def settle(services: Services, owner: int = MAYA, zone: str = ZONE) -> None:
    """A student with a name and a zone."""
    await services.profiles.meet(owner, "Maya Torres")
    await services.profiles.set_zone(owner, zone)


async def interview(db: Database, starts_at: datetime, *, ended: bool = False, owner: int = MAYA) -> int:
    """An interview with its reminders; `ended` 20 minutes after its start, and its note not yet sent."""
    async with db.write() as session:
        user = await session.get_one(User, owner)
        contact = Contact(owner_id=owner, name="Ana Núñez", created_at=now())
        session.add(contact)
        await session.flush()
        end = starts_at + timedelta(minutes=20) if ended else None
        interview = Interview(
            contact_id=contact.id,
            starts_at=starts_at,
            minutes=20,
            status="met" if ended else "scheduled",
            ended_at=end,
            sequence=0,
            created_at=now(),
        )
        session.add(interview)
        await session.flush()
        if end is not None:
            session.add(ThankYou(interview_id=interview.id, due_at=end + timedelta(hours=24)))
        reminders = (thank_you_reminders if ended else interview_reminders)(user, interview)
        await arm(session, owner, reminders)
        return interview.id


async def reminders(db: Database, status: Status = Status.PENDING) -> dict[str, datetime]:
    """When the reminders with `status` are due, by kind."""
    async with db.read() as session:
        rows = await session.scalars(select(Reminder).where(Reminder.status == status.value).order_by(Reminder.id))
        return {row.kind: row.due_at for row in rows}


async def test_a_stranger_has_a_blank_profile_and_nothing_is_stored(services: Services, db: Database) -> None:
    view = await services.profiles.get(MAYA)
    assert (view.name, view.zone, view.quiet) == ("", None, QuietHours(time(22), time(8)))
    async with db.read() as session:
        assert await session.get(User, MAYA) is None


async def test_who_is_met_first_has_dates_made_ready_while_others_go_on(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(typed_days, "worded", lambda *_: threads.append(threading.current_thread()))
    typed_days._load.cache_clear()
    for student in (MAYA, MAYA + 1):
        await services.profiles.meet(student, "Maya")
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


async def test_interview_a_student_takes_the_name_from_discord_once(services: Services) -> None:
    await services.profiles.meet(MAYA, "maya 🦊")
    await services.profiles.edit(MAYA, name="Maya Torres", school="", about="", interests="")
    await services.profiles.meet(MAYA, "somebody else")
    assert (await services.profiles.get(MAYA)).name == "Maya Torres"


async def test_interview_fills_in_a_name_that_was_left_open(services: Services) -> None:
    await services.profiles.set_zone(MAYA, ZONE)
    await services.profiles.meet(MAYA, "🦊" * 200)
    assert (await services.profiles.get(MAYA)).name == "🦊" * 80


async def test_what_is_told_is_kept_on_one_line(services: Services) -> None:
    await services.profiles.edit(
        MAYA, name="  Maya\nTorres ", school="Pitzer,  junior", about="*stars* @everyone", interests="مرجان"
    )
    view = await services.profiles.get(MAYA)
    assert (view.name, view.school, view.about, view.interests) == (
        "Maya Torres",
        "Pitzer, junior",
        "*stars* @everyone",
        "مرجان",
    )


@pytest.mark.parametrize(
    ("told", "code", "field"),
    [
        ({"name": "   "}, Code.BLANK, "Your name"),
        ({"name": "\u200b\u2060"}, Code.BLANK, "Your name"),
        ({"name": "x" * 81}, Code.TOO_LONG, "Your name"),
        ({"about": "x" * 4000}, Code.TOO_LONG, "About you in one line"),
        ({"school": "x" * 151}, Code.TOO_LONG, "School, year, major"),
        ({"interests": "x" * 201}, Code.TOO_LONG, "Fields that interest you"),
    ],
)
async def test_a_profile_that_does_not_fit_changes_nothing(
    services: Services, told: dict[str, str], code: Code, field: str
) -> None:
    await services.profiles.edit(MAYA, name="Maya", school="Pitzer", about="Urchins", interests="Reefs")
    before = await services.profiles.get(MAYA)
    with pytest.raises(CoachError) as refusal:
        await services.profiles.edit(MAYA, **{"name": "M", "school": "", "about": "", "interests": ""} | told)
    assert (refusal.value.code, refusal.value.params["field"]) == (code, field)
    assert await services.profiles.get(MAYA) == before


async def test_a_zone_is_never_assumed(services: Services) -> None:
    await services.profiles.meet(MAYA, "Maya")
    for owner in (MAYA, TOM):
        with pytest.raises(CoachError) as refusal:
            await told_zone(services, owner)
        assert refusal.value.code is Code.ZONE_NEEDED


async def test_the_zone_is_kept_by_its_own_name(services: Services) -> None:
    done = await services.profiles.set_zone(MAYA, "america/denver")
    assert await told_zone(services, MAYA) == DENVER
    assert done.profile.zone == "Denver · Mountain Time · 3:00 PM now"
    assert done.parked is None


async def test_an_unknown_zone_changes_nothing_and_leaves_what_waits(services: Services) -> None:
    await services.profiles.park(MAYA, "todo.list", (), {})
    with pytest.raises(CoachError) as refusal:
        await services.profiles.set_zone(MAYA, "Mars/Phobos")
    assert refusal.value.code is Code.UNKNOWN_ZONE
    assert (await services.profiles.get(MAYA)).zone is None
    assert (await services.profiles.set_zone(MAYA, ZONE)).parked == Parked("todo.list", (), {})


async def test_what_waits_is_handed_back_once_with_every_word(services: Services) -> None:
    fields: dict[str, str | list[str]] = {"when": "tomorrow 3pm", "notes": "\u202e*é*" * 500, "values": ["a", "b"]}
    await services.profiles.park(MAYA, "todo.list", ("1",), {})
    await services.profiles.park(MAYA, "interview.schedule", ("7", "0"), fields)
    assert (await services.profiles.set_zone(TOM, ZONE)).parked is None
    assert (await services.profiles.set_zone(MAYA, ZONE)).parked == Parked("interview.schedule", ("7", "0"), fields)
    assert (await services.profiles.set_zone(MAYA, ZONE)).parked is None


@pytest.mark.parametrize(("waited", "goes_on"), [(timedelta(days=1), True), (timedelta(days=1, seconds=1), False)])
async def test_after_a_day_nobody_expects_it_any_more(
    services: Services, traveller: time_machine.Traveller, waited: timedelta, goes_on: bool
) -> None:
    await services.profiles.park(MAYA, "todo.list", (), {})
    traveller.shift(waited)
    assert ((await services.profiles.set_zone(MAYA, ZONE)).parked is not None) is goes_on


@pytest.mark.parametrize("ends", [("22", "8"), ("25:00", "08:00"), ("09:00", "9am"), ("", ""), ("soon", "later")])
async def test_quiet_hours_that_are_none_change_nothing(services: Services, ends: tuple[str, str]) -> None:
    with pytest.raises(CoachError) as refusal:
        await services.profiles.set_quiet(MAYA, *ends)
    assert refusal.value.code is Code.BAD_QUIET_HOURS
    assert (await services.profiles.get(MAYA)).quiet == QuietHours()


async def test_quiet_hours_can_be_set_before_the_zone(services: Services) -> None:
    assert (await services.profiles.set_quiet(MAYA, "11pm", "07:30")).quiet == QuietHours(time(23), time(7, 30))


async def test_a_new_zone_moves_what_is_planned_by_wall_clock(services: Services, db: Database) -> None:
    await settle(services)
    await interview(db, denver(10, 10))
    before = await reminders(db)
    await services.profiles.set_zone(MAYA, "Asia/Tokyo")
    after = await reminders(db)
    assert before["prepare"] == denver(9, 18)
    assert after["prepare"] == datetime(2026, 3, 10, 18, tzinfo=ZoneInfo("Asia/Tokyo"))  # the 11th, 01:00, there
    assert set(after) == set(before)
    # One row a reminder: the plan was moved, not doubled.
    async with db.read() as session:
        assert len(list(await session.scalars(select(Reminder)))) == len(after)


async def test_new_quiet_hours_move_the_thank_you_reminders_before_the_deadline(
    services: Services, db: Database
) -> None:
    await settle(services)
    await interview(db, now() - timedelta(minutes=20), ended=True)  # it ended at 15:00
    assert (await reminders(db))["thank_you_second"] == denver(3, 11)
    await services.profiles.set_quiet(MAYA, "10:00", "15:30")
    moved = (await reminders(db))["thank_you_second"]
    assert moved < denver(3, 10)
    await services.profiles.set_quiet(MAYA, "22:00", "08:00")
    assert (await reminders(db))["thank_you_second"] == denver(3, 11)


async def test_the_reminders_of_requests_and_to_dos_move_too(services: Services, db: Database) -> None:
    await settle(services)
    contact = await services.contacts.add(MAYA, ContactEntry("Ana Núñez"))
    await services.requests.sent_to(MAYA, contact.person.id)
    await services.todos.add(MAYA, "Join the chapter", due=denver(6, 12))
    # Seven days of 24 hours, over the change of the clocks on the 8th.
    assert await reminders(db) == {"nudge": denver(9, 16), "todo_due": denver(6, 12)}
    await services.profiles.set_quiet(MAYA, "11:00", "17:00")
    assert await reminders(db) == {"nudge": denver(9, 17), "todo_due": denver(6, 17)}


async def test_a_reminder_without_a_place_under_the_new_hours_is_taken_back(
    services: Services, db: Database
) -> None:
    await settle(services)
    await interview(db, now() - timedelta(minutes=20), ended=True)
    assert "thank_you_first" in await reminders(db)
    await services.profiles.set_quiet(MAYA, "15:00", "14:30")
    assert "thank_you_first" not in await reminders(db)
    assert "thank_you_first" in await reminders(db, Status.CANCELLED)


@pytest.mark.parametrize(
    ("until", "comes"), [("09:30", denver(9, 9, 30)), ("06:00", denver(9, 6, 30))], ids=["a longer", "a shorter"]
)
async def test_what_waits_for_the_end_of_a_night_comes_at_its_end_also_when_that_changes(
    services: Services, db: Database, traveller: time_machine.Traveller, until: str, comes: datetime
) -> None:
    await settle(services)
    traveller.move_to(denver(2, 3))
    contact = (await services.contacts.add(MAYA, ContactEntry("Ana Núñez"))).person.id
    await services.requests.sent_to(MAYA, contact)
    await services.todos.add(MAYA, "Join the chapter", due=denver(9, 5))
    traveller.move_to(denver(8, 10))
    other = (await services.contacts.add(MAYA, ContactEntry("Ben Cole"))).person.id
    await services.interviews.met(MAYA, other)
    waiting = {"nudge", "todo_due", "thank_you_second"}
    traveller.move_to(denver(9, 6, 30))
    assert {name: due for name, due in (await reminders(db)).items() if name in waiting} == dict.fromkeys(
        waiting, denver(9, 8)
    )
    await services.profiles.set_quiet(MAYA, "22:00", until)
    assert {name: due for name, due in (await reminders(db)).items() if name in waiting} == dict.fromkeys(
        waiting, comes
    )


async def test_what_is_snoozed_due_or_sent_stays_as_it_is(
    services: Services, db: Database, traveller: time_machine.Traveller
) -> None:
    await settle(services)
    await interview(db, now() - timedelta(minutes=20), ended=True)
    traveller.shift(timedelta(hours=3))  # the first reminder is two hours old and goes out any moment
    due = (await reminders(db))["thank_you_first"]
    async with db.write() as session:
        query = select(Reminder).where(Reminder.kind == ReminderKind.THANK_YOU_SECOND.value)
        second = (await session.scalars(query)).one()
        second.status = Status.SENT.value
    back = await snooze(services, MAYA, second.id, Snooze.MORNING)
    await services.profiles.set_zone(MAYA, "America/Los_Angeles")
    planned = await reminders(db)
    assert planned["thank_you_first"] == due
    assert planned["thank_you_second"] == back  # the snoozed one
    assert "thank_you_second" in await reminders(db, Status.SENT)


async def test_a_sent_note_and_another_students_reminders_are_left_alone(services: Services, db: Database) -> None:
    await settle(services)
    await settle(services, TOM)
    done = await interview(db, now() - timedelta(minutes=20), ended=True)
    await interview(db, denver(10, 10), owner=TOM)
    async with db.write() as session:
        note = (await session.scalars(select(ThankYou).where(ThankYou.interview_id == done))).one()
        note.sent_at = now()
        for row in await session.scalars(select(Reminder).where(Reminder.user_id == MAYA)):
            row.status = Status.CANCELLED.value
    toms = await reminders(db)
    await services.profiles.set_zone(MAYA, "Europe/Berlin")
    assert await reminders(db) == toms
