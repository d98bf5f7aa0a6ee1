"""A student books, moves, prepares and reports interviews, with commands, buttons and forms."""

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import select

from bot.clock import now
from bot.storage.models import Contact, Evaluation, Interview, Reminder, ThankYou
from bot.ui.kit.card import Button, Card
from bot.ui.kit.direct_messages import send
from tests.support.shortcuts import DENVER, stamp
from tests.support.world import ZONE, Screen, Student, World

THURSDAY = datetime(2026, 3, 5, 14, 0, tzinfo=DENVER)
"""It is Monday, March 2, 15:00."""
INTERVIEW = ["Open prep", "Move", "Cancel", "Calendar file"]
WHAT_HAPPENED = ["It happened", "It moved", "It did not happen"]
HARD_NAMES = [
    "🦊" * 80,
    "ليلى حسن",
    "**Ana** `[x](https://x.example)` ~~_",
    "@everyone <@123456789012345678> @here",
    "- # Ana\n> **Núñez**",
    "A" * 100,
]


async def knows(student: Student, *names: str) -> None:
    """The student has a zone and knows these people."""
    bot = student.world.bot
    await bot.services.profiles.set_zone(student.id, ZONE)
    async with bot.db.write() as session:
        session.add_all(Contact(owner_id=student.id, name=name, created_at=now()) for name in names)


async def rows(world: World, model: type[Any]) -> list[Any]:
    async with world.bot.db.read() as session:
        return list(await session.scalars(select(model).order_by(model.id)))


async def only(world: World) -> Interview:
    (interview,) = await rows(world, Interview)
    assert isinstance(interview, Interview)
    return interview


async def pending(world: World) -> list[str]:
    return [row.kind for row in await rows(world, Reminder) if row.status == "pending"]


async def event(screen: Screen) -> icalendar.Event:
    (file,) = screen.files
    assert file.filename.endswith(".ics")
    found = icalendar.Calendar.from_ical(await file.read()).walk("VEVENT")[0]
    assert isinstance(found, icalendar.Event)
    return found


@pytest.fixture
async def ready(maya: Student) -> Student:
    """Maya with a zone and three contacts."""
    await knows(maya, "Ana Núñez", "Priya Raman", "Tom Okafor")
    return maya


async def book(student: Student, when: str = "Thu 2pm", contact: str = "Ana", **more: Any) -> Screen:
    return await student.slash("interview schedule", contact=contact, when=when, **more)


# Booking


async def test_booking_shows_the_time_and_hands_over_the_calendar_file(ready: Student, rapport: World) -> None:
    screen = await book(ready, minutes=30, mode="in person", place="Cafe, 3 Oak St")
    assert "Booked: Ana Núñez" in screen
    assert stamp(THURSDAY) in screen
    assert "30 minutes, in person" in screen
    assert "Cafe, 3 Oak St" in screen
    assert screen.labels == INTERVIEW[:-1], "the file is on the card already"
    assert not screen.ephemeral
    found = await event(screen)
    assert found.decoded("dtstart") == THURSDAY
    assert found["location"] == "Cafe, 3 Oak St"
    assert await pending(rapport) == ["prepare", "soon", "check_back"]


async def test_in_a_server_only_the_student_sees_it(rapport: World) -> None:
    maya = rapport.member()
    await knows(maya, "Ana Núñez")
    for screen in [
        await book(maya),
        await maya.press("Open prep"),
        await maya.press("Open the meeting"),
        await maya.press("Calendar file"),
        await maya.press("Cancel"),
        await maya.slash("interview list"),
        await maya.slash("interview move", contact="Ana", when="Fri 9am"),
        await maya.slash("interview happened", contact="Ana"),
    ]:
        assert screen.ephemeral, screen.plain
    assert not maya.dm()


async def test_without_a_zone_it_asks_first_and_then_books(maya: Student, rapport: World) -> None:
    await rapport.bot.services.profiles.meet(maya.id, "Maya")
    async with rapport.bot.db.write() as session:
        session.add(Contact(owner_id=maya.id, name="Ana Núñez", created_at=now()))
    await book(maya, place="Zoom")
    assert not await rows(rapport, Interview)
    await maya.press("Search a city")
    await maya.fill({"City, state or country": "Denver"})
    await maya.choose(ZONE)
    screen = maya.newest(lambda s: "Booked" in s)
    assert stamp(THURSDAY) in screen
    assert (await only(rapport)).place == "Zoom"


async def test_the_contact_option_knows_the_students_contacts(ready: Student) -> None:
    for command in ("schedule", "prep", "move", "cancel", "happened"):
        assert await ready.suggestions(f"interview {command}", "contact", "núñ") == ["Ana Núñez"]


async def test_an_overlap_is_booked_and_told(ready: Student, rapport: World) -> None:
    await book(ready, contact="Priya")
    screen = await book(ready, "Thu 2:10pm")
    assert "Booked: Ana Núñez" in screen
    assert "**It overlaps** with your meeting with Priya Raman" in screen
    assert len(await rows(rapport, Interview)) == 2


async def test_a_second_interview_is_offered_as_a_move(ready: Student, rapport: World) -> None:
    await book(ready, place="Zoom")
    screen = await book(ready, "Fri 9am", minutes=45, mode="phone", place="Room 5")
    assert "You already have a meeting with Ana Núñez" in screen
    assert "Room 5" in screen
    assert (await only(rapport)).starts_at == THURSDAY
    moved = await ready.press("Move it")
    interview = await only(rapport)
    assert (interview.starts_at, interview.minutes) == (THURSDAY + timedelta(hours=19), 45)
    assert (interview.mode, interview.place) == ("phone", "Zoom")
    assert "Moved: Ana Núñez" in moved
    assert moved.message_id == screen.message_id


async def test_the_old_time_can_be_kept(ready: Student, rapport: World) -> None:
    await book(ready)
    asked = await book(ready, "Fri 9am")
    kept = await ready.press("Keep it")
    assert kept.message_id == asked.message_id
    assert "Meeting with Ana Núñez" in kept
    assert (await only(rapport)).starts_at == THURSDAY


# Times that cannot be


BAD_TIMES = [
    ("sometime soonish", "could not read"),
    ("x" * 4000, "could not read"),
    ("@everyone", "could not read"),
    ("Thursday", "no time of day"),
    ("yesterday 3pm", "that is over"),
    ("Thu 3:00", "could mean"),
    ("3/4 15:00", "could mean"),
    ("Mar 8 2:30am", "clocks go forward"),
    ("Nov 1 1:30am", "clocks go back"),
    ("Jan 1 2099 3pm", "further than I plan"),
]


@pytest.mark.parametrize(("when", "says"), BAD_TIMES, ids=[when[:20] for when, _ in BAD_TIMES])
async def test_a_time_that_cannot_be_changes_nothing(ready: Student, rapport: World, when: str, says: str) -> None:
    screen = await book(ready, when)
    assert says in screen
    assert not await rows(rapport, Interview)
    await book(ready)
    assert says in await ready.slash("interview move", contact="Ana", when=when)
    assert (await only(rapport)).starts_at == THURSDAY
    assert "@everyone" not in screen.text


@pytest.mark.parametrize(
    ("when", "says"),
    [("tomorrow 3pm", "still to come"), ("Mar 1 9:99", "could not read"), ("Oct 31", "no time of day")],
)
async def test_happened_takes_only_a_time_that_has_been(
    ready: Student, rapport: World, when: str, says: str
) -> None:
    assert says in await ready.slash("interview happened", contact="Ana", when=when)
    assert not await rows(rapport, Interview)


# The form


async def test_the_form_books(ready: Student, rapport: World) -> None:
    screen = await ready.slash("interview prep", contact="Ana")
    form = await ready.press("Book a meeting", on=screen)
    assert list(form.fields) == ["When", "How long (minutes)", "Mode", "Place or link"]
    screen = await ready.fill({"When": "Thu 2pm", "Mode": ["video"], "Place or link": "https://zoom.example/j/1"})
    assert "20 minutes, by video" in screen
    interview = await only(rapport)
    assert (interview.starts_at, interview.minutes, interview.mode) == (THURSDAY, 20, "video")


@pytest.mark.parametrize(
    ("when", "minutes", "says"),
    [
        ("someday", "25", "could not read"),
        ("Thu 2pm", "twenty", "cannot plan a meeting of “twenty” minutes"),
        ("Thu 2pm", "500", "cannot plan a meeting of “500” minutes"),
        ("Thu 2pm", "4", "from 5 to 240"),
        ("Mar 8 2:30am", "20 min", "clocks go forward"),
    ],
)
async def test_a_form_that_cannot_be_read_comes_back_with_its_text(
    ready: Student, rapport: World, when: str, minutes: str, says: str
) -> None:
    await ready.press("Book a meeting", on=await ready.slash("interview prep", contact="Ana"))
    place = "**Blue** door, @everyone, 5th floor " + "x" * 260
    screen = await ready.fill({"When": when, "How long (minutes)": minutes, "Place or link": place})
    assert says in screen
    assert all(typed in screen for typed in (when, minutes, place))
    assert "@everyone" not in screen.text
    assert not await rows(rapport, Interview)
    await ready.press("Try again")
    await ready.fill({"When": "Thu 2pm", "How long (minutes)": "45 min", "Place or link": place})
    interview = await only(rapport)
    assert (interview.starts_at, interview.minutes, interview.place) == (THURSDAY, 45, place)


# Moving and calling off


async def test_moving_by_command_updates_the_calendar_entry_and_the_reminders(
    ready: Student, rapport: World
) -> None:
    before = await event(await book(ready))
    screen = await ready.slash("interview move", contact="Ana", when="Fri 9am")
    after = await event(screen)
    assert stamp(THURSDAY) in screen
    assert stamp(THURSDAY + timedelta(hours=19)) in screen
    assert after["uid"] == before["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert await pending(rapport) == ["prepare", "soon", "check_back"]


async def test_the_move_form_holds_what_is_booked_and_survives_a_restart(ready: Student, rapport: World) -> None:
    card = await book(ready, minutes=30, mode="phone", place="555-0100")
    await rapport.restart()
    form = await ready.press("Move", on=card)
    assert form.fields["New time"]["value"] == "2026-03-05 14:00"
    assert form.fields["How long (minutes)"]["value"] == "30"
    await rapport.restart()
    moved = await ready.fill({"New time": "Fri 9am"})
    assert "Moved: Ana Núñez" in moved
    assert moved.message_id == card.message_id
    interview = await only(rapport)
    assert interview.starts_at == THURSDAY + timedelta(hours=19)
    assert (interview.minutes, interview.mode, interview.place) == (30, "phone", "555-0100")


async def test_a_move_that_cannot_be_read_comes_back_too(ready: Student, rapport: World) -> None:
    await book(ready)
    await ready.press("Move")
    screen = await ready.fill({"New time": "whenever suits", "Place or link": "Room 5"})
    assert "whenever suits" in screen
    assert "Room 5" in screen
    await ready.press("Try again")
    assert "Changed: Ana Núñez" in await ready.fill({"Place or link": "Room 5"})
    interview = await only(rapport)
    assert (interview.starts_at, interview.place) == (THURSDAY, "Room 5")


@pytest.mark.parametrize("command", ["move", "cancel"])
async def test_without_one_there_is_nothing_to_change(ready: Student, rapport: World, command: str) -> None:
    options = {"when": "Fri 9am"} if command == "move" else {}
    screen = await ready.slash(f"interview {command}", contact="Ana", **options)
    assert "No meeting with Ana Núñez is booked" in screen
    assert screen.labels[0] == "Book a meeting"
    assert not await rows(rapport, Interview)


async def test_calling_off_asks_once_and_happens_once(ready: Student, rapport: World) -> None:
    await book(ready)
    asked = await ready.slash("interview cancel", contact="Ana")
    assert "Cancel the meeting with Ana Núñez?" in asked
    assert (await only(rapport)).status == "scheduled"
    first = await ready.press("Cancel the meeting", on=asked)
    assert "Cancelled: Ana Núñez" in first
    assert (await event(first))["status"] == "CANCELLED"
    assert "Cancelled: Ana Núñez" in await press_old(ready, "interview.cancelled", (await only(rapport)).id)
    assert (await only(rapport)).sequence == 1
    assert await pending(rapport) == []


async def test_an_interview_whose_time_is_over_is_not_moved_by_command(ready: Student, rapport: World) -> None:
    await book(ready)
    await rapport.skip_to(THURSDAY + timedelta(minutes=25))
    screen = await ready.slash("interview move", contact="Ana", when="Fri 9am")
    assert "That meeting's time is over" in screen
    assert screen.labels == ["Move it", "It happened", "It did not happen"]
    assert (await only(rapport)).starts_at == THURSDAY
    assert "Moved: Ana Núñez" in await ready.press("Move it")


# What became of it


async def over(student: Student) -> Screen:
    """Thursday's interview is over, and its card asks what happened."""
    await book(student)
    await student.world.skip_to(THURSDAY + timedelta(minutes=25))
    screen = await student.slash("interview cancel", contact="Ana")
    assert screen.labels == WHAT_HAPPENED
    return screen


async def test_it_happened_starts_the_clock_once(ready: Student, rapport: World) -> None:
    asked = await over(ready)
    end = THURSDAY + timedelta(minutes=20)
    screen = await ready.press("It happened", on=asked)
    assert screen.message_id == asked.message_id
    assert "You met Ana Núñez" in screen
    assert f"Thank-you note due {stamp(end + timedelta(hours=24), 'R')}" in screen
    assert screen.labels[:2] == ["Evaluate", "Draft the thank-you"]
    assert "You met Ana Núñez" in await ready.slash("interview happened", contact="Ana")
    (note,) = await rows(rapport, ThankYou)
    assert note.due_at == end + timedelta(hours=24)


async def test_it_moved_asks_for_the_new_time(ready: Student, rapport: World) -> None:
    asked = await over(ready)
    form = await ready.press("It moved", on=asked)
    assert form.fields["New time"].get("value") is None
    screen = await ready.fill({"New time": "Fri 9am"})
    assert "Moved: Ana Núñez" in screen
    assert (await only(rapport)).starts_at == THURSDAY + timedelta(hours=19)
    assert await pending(rapport) == ["prepare", "soon", "check_back"]


async def test_it_did_not_happen_assumes_good_faith(ready: Student, rapport: World) -> None:
    asked = await over(ready)
    screen = await ready.press("It did not happen", on=asked)
    assert "assume good faith" in screen
    assert screen.labels[0] == "Book a new time"
    assert (await only(rapport)).status == "missed"
    await ready.press("Book a new time")
    assert "Booked: Ana Núñez" in await ready.fill({"When": "Fri 9am"})


async def test_an_interview_still_to_come_has_not_happened(ready: Student, rapport: World) -> None:
    await book(ready)
    screen = await ready.slash("interview happened", contact="Ana")
    assert "still to come" in screen
    assert stamp(THURSDAY) in screen
    assert (await only(rapport)).status == "scheduled"


async def test_happened_without_a_booking_and_then_corrected(ready: Student, rapport: World) -> None:
    await ready.slash("interview happened", contact="Ana")
    screen = await ready.slash("interview happened", contact="Ana", when="2 hours ago")
    end = now() - timedelta(hours=2)
    assert stamp(end) in screen
    (note,) = await rows(rapport, ThankYou)
    assert note.due_at == end + timedelta(hours=24)


async def test_buttons_of_a_reminder_carry_its_number(ready: Student, rapport: World) -> None:
    await book(ready)
    interview = (await only(rapport)).id
    await rapport.skip_to(THURSDAY + timedelta(minutes=14))
    labels = {"Prep": "prep", "It moved": "moved", "No": "missed", "Yes": "happened"}
    buttons = tuple(Button(label, f"interview.{name}", (interview, 4711)) for label, name in labels.items())
    await drop(ready, Card("A ping", rows=(buttons,)))
    assert "Prepare for Ana Núñez" in await ready.press("Prep")
    await ready.press("It moved")
    assert "Moved" in await ready.fill({"New time": "in 20 minutes"})
    await drop(ready, Card("A ping", rows=(buttons,)))
    assert "Meeting with Ana" in await ready.press("No")  # it is still to come
    await drop(ready, Card("A ping", rows=(buttons,)))
    await rapport.skip(minutes=45)
    assert "You met Ana Núñez" in await ready.press("Yes")


async def drop(student: Student, card: Card, owner: int | None = None) -> None:
    """Put a card into the student's DM."""
    user = await student.world.bot.fetch_user(student.id)
    await send(await user.create_dm(), owner or student.id, card)


async def press_old(student: Student, action: str, *args: int | str) -> Screen:
    """Press a button of a card that has been lying around, as a second click does."""
    await drop(student, Card("Earlier", rows=((Button("Old", action, args),),)))
    return await student.press("Old")


@pytest.mark.parametrize(
    ("action", "status"),
    [("interview.happened", "met"), ("interview.missed", "missed"), ("interview.cancelled", "cancelled")],
)
async def test_a_second_press_has_the_effect_of_one(
    ready: Student, rapport: World, action: str, status: str
) -> None:
    await book(ready)
    await rapport.skip_to(THURSDAY + timedelta(minutes=25))
    interview = (await only(rapport)).id
    first = await press_old(ready, action, interview)
    after = [(row.kind, row.due_at, row.status) for row in await rows(rapport, Reminder)]
    again = await press_old(ready, action, interview)
    assert again.plain == first.plain
    assert (await only(rapport)).status == status
    assert [(row.kind, row.due_at, row.status) for row in await rows(rapport, Reminder)] == after
    assert len(await rows(rapport, ThankYou)) == (status == "met")


# Preparing, and the list


async def test_the_preparation_fits_a_card_and_the_rest_is_in_the_sheet(ready: Student) -> None:
    await book(ready, minutes=30, mode="video", place="https://zoom.example/j/1")
    screen = await ready.press("Open prep")
    assert "Prepare for Ana Núñez" in screen
    assert "Your questions 18 min" in screen
    assert "5. " in screen
    assert len(screen.plain.splitlines()) <= 14
    sheet = (await screen.files[0].read()).decode()
    assert "Thursday, March 5, 2026, 14:00 (MST), 30 minutes, by video" in sheet
    assert "https://zoom.example/j/1" in sheet
    assert "[ ] Put a small notebook and a pen in your bag." in sheet
    assert sheet.count("\n5. ") == 2


async def test_preparing_before_anything_is_booked(ready: Student) -> None:
    screen = await ready.slash("interview prep", contact="Priya")
    assert "No meeting is booked yet, so this is for the usual 20 minutes." in screen
    assert screen.labels == ["Book a meeting"]
    assert "Not booked yet" in (await screen.files[0].read()).decode()


async def test_the_list_starts_empty_then_pages_and_opens(maya: Student, rapport: World) -> None:
    await knows(maya, *[f"Person {number}" for number in range(10)])
    assert "No meetings yet" in await maya.slash("interview list")
    for number in range(10):
        await book(maya, f"Mar {10 + number} 9am", f"Person {number}")
    first = await maya.slash("interview list")
    assert "Page 1 of 2 · 10 in all" in first
    assert "Person 7" in first
    assert "Person 8" not in first
    second = await maya.press("Next", on=first)
    assert second.message_id == first.message_id
    assert "Person 9" in second
    opened = await maya.choose("Person 9", on=second)
    assert "Meeting with Person 9" in opened
    await rapport.skip_to(datetime(2026, 3, 12, 12, 0, tzinfo=DENVER))
    mixed = await maya.slash("interview list")
    assert mixed.plain.index("Coming") < mixed.plain.index("Person 3") < mixed.plain.index("Past")
    assert "did it happen?" in await maya.press("Next", on=mixed)


async def test_after_the_evaluation_the_note_comes_first_and_after_the_note_it_is_done(
    ready: Student, rapport: World
) -> None:
    await ready.slash("interview happened", contact="Ana")
    interview = (await only(rapport)).id
    async with rapport.bot.db.write() as session:
        session.add(
            Evaluation(interview_id=interview, owner_id=ready.id, status="done", position=12, created_at=now())
        )
    screen = await press_old(ready, "interview.show", interview)
    assert screen.labels[:3] == ["Draft the thank-you", "Mark as sent", "Your evaluation"]
    async with rapport.bot.db.write() as session:
        note = (await session.scalars(select(ThankYou))).one()
        note.version, note.sent_at = 1, now()
    await ready.slash("interview list")
    screen = await ready.choose("Ana Núñez")
    assert f"Thank-you note sent {stamp(now(), 'R')}" in screen
    assert screen.labels[:2] == ["Your evaluation", "Your thank-you note"]
    assert "Mark as sent" not in screen.labels


async def test_the_list_says_what_became_of_each_interview(ready: Student, rapport: World) -> None:
    for contact, hour in [("Ana", 9), ("Priya", 10), ("Tom", 11)]:
        await book(ready, f"Thu {hour}:00am", contact)
    first, second, third = [row.id for row in await rows(rapport, Interview)]
    await press_old(ready, "interview.cancelled", third)
    await rapport.skip_to(THURSDAY)
    await press_old(ready, "interview.missed", first)
    await press_old(ready, "interview.happened", second)
    screen = await ready.slash("interview list")
    for line in ("Ana Núñez** · did not take place", "Priya Raman** · met", "Tom Okafor** · cancelled"):
        assert line in screen
    for name, title in [
        ("Ana Núñez", "You and Ana Núñez did not meet"),
        ("Priya Raman", "You met Priya Raman"),
        ("Tom Okafor", "Cancelled: Tom Okafor"),
    ]:
        opened = await ready.choose(name, on=screen)
        assert title in opened
    for action in ("interview.moved", "interview.happened"):
        assert "Cancelled: Tom Okafor" in await press_old(ready, action, third)


# Other people, old buttons, hard names


ACTIONS = ["show", "prep", "happened", "moved", "missed", "cancel", "cancelled", "file"]


async def test_nobody_reaches_another_students_interview(ready: Student, rapport: World) -> None:
    await book(ready)
    before = await only(rapport)
    tom = rapport.student("tom", "Tom")
    await knows(tom, "Somebody")
    for name in ACTIONS:
        await drop(tom, Card("Forged", rows=((Button(name, f"interview.{name}", (before.id,)),),)))
        assert "Not found" in await tom.press(name)
        await drop(tom, Card("Foreign", rows=((Button(name, f"interview.{name}", (before.id,)),),)), ready.id)
        assert "Not found" in await tom.press(name)
    await drop(tom, Card("Forged", rows=((Button("book", "interview.book", (before.contact_id,)),),)))
    await tom.press("book")
    assert "Not found" in await tom.fill({"When": "Fri 9am"})
    for command in ("prep", "cancel", "happened"):
        assert "Not found" in await tom.slash(f"interview {command}", contact=f"#{before.contact_id}")
    after = await only(rapport)
    assert (after.status, after.sequence, after.starts_at) == ("scheduled", 0, THURSDAY)


async def test_old_buttons_after_a_restart_show_what_is_true_now(ready: Student, rapport: World) -> None:
    card = await book(ready)
    await ready.press("Open prep", on=card)
    shown = await ready.press("Open the meeting")
    await rapport.skip_to(THURSDAY + timedelta(minutes=30))
    await ready.slash("interview happened", contact="Ana")
    await rapport.restart()
    for label in ("Move", "Cancel", "Open prep"):
        assert "You met Ana Núñez" in await ready.press(label, on=card)
    old = await ready.press("Calendar file", on=shown)
    assert (await event(old))["status"] == "CONFIRMED"
    assert len(await rows(rapport, ThankYou)) == 1


async def test_a_time_on_an_old_button_can_go_by(ready: Student, rapport: World) -> None:
    await book(ready)
    offer = await book(ready, "Wed 9am")
    await rapport.skip_to(THURSDAY - timedelta(hours=2))
    assert "has moved on" in await ready.press("Move it", on=offer)
    assert (await only(rapport)).starts_at == THURSDAY


@pytest.mark.parametrize("name", HARD_NAMES, ids=["emoji", "rtl", "markdown", "mentions", "lines", "long"])
async def test_every_card_holds_any_name(maya: Student, rapport: World, name: str) -> None:
    await knows(maya, name, "Priya Raman")
    contact = f"#{(await rows(rapport, Contact))[0].id}"
    place = (name * 30)[:300]
    await book(maya, contact="Priya")
    screens = [
        await book(maya, contact=contact, place=place),
        await book(maya, "Fri 9am", contact=contact, place=place[::-1]),
        await maya.press("Open prep"),
        await maya.press("Keep it"),
        await maya.press("Calendar file"),
        await maya.slash("interview happened", contact=contact),
        await maya.slash("interview list"),
        await maya.slash("interview move", contact=contact, when="Fri 10am"),
        await maya.slash("interview cancel", contact=contact),
        await maya.press("Cancel the meeting"),
        await maya.slash("interview move", contact=contact, when="Fri 10am"),
        await maya.slash("interview happened", contact=contact),
    ]
    for screen in screens:
        assert "That did not work" not in screen
        assert not {"@everyone", "@here", "<@123456789012345678>"} & set(screen.text.split())
        assert len(screen.text) <= 4000
