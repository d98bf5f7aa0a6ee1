"""The reminders as a student meets them: what each says, what its buttons do, and how one is put off."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.services.reminders.scheduling import arm
from bot.storage.models import Answer, Contact, Evaluation, Interview, Reminder, Request
from bot.ui.kit.card import Button, Card
from bot.ui.kit.direct_messages import open_dm, send
from tests.support.shortcuts import DENVER, add, stamp
from tests.support.world import START, ZONE, Screen, Student, World

TOMORROW = START + timedelta(hours=23)
"""Tuesday, March 3, 14:00."""
HOUR = timedelta(hours=1)
HARD_NAMES = ["🦊" * 80, "ليلى حسن", "**Ana** `code` ~~_", "@everyone <@1>", "A" * 100]


async def knows(student: Student, name: str = "Ana Núñez") -> int:
    await student.world.bot.services.profiles.set_zone(student.id, ZONE)
    return await add(student.world.bot.db, Contact(owner_id=student.id, name=name, created_at=now()))


async def booked(student: Student, name: str = "Ana Núñez", **more: Any) -> int:
    """An interview tomorrow at 14:00; returns its id."""
    contact = await knows(student, name)
    await student.slash("interview schedule", contact=f"#{contact}", when="tomorrow 14:00", **more)
    async with student.world.bot.db.read() as session:
        return (await session.scalars(select(Interview.id))).one()


async def met(student: Student, name: str = "Ana Núñez") -> int:
    """An interview that ended now; returns its id."""
    contact = await knows(student, name)
    await student.slash("interview happened", contact=f"#{contact}")
    async with student.world.bot.db.read() as session:
        return (await session.scalars(select(Interview.id))).one()


async def asked(student: Student, name: str = "Ana Núñez") -> int:
    """A request that went out a week ago, with its reminder due in a minute."""
    contact = await knows(student, name)
    sent_at = now() - timedelta(days=7)
    request = await add(
        student.world.bot.db,
        Request(contact_id=contact, route="email", status="sent", created_at=sent_at, sent_at=sent_at),
    )
    reminder = Planned(
        ReminderKind.NUDGE, request, now() + timedelta(minutes=1), now() + timedelta(days=7), f"nudge:{request}:0"
    )
    async with student.world.bot.db.write() as session:
        await arm(session, student.id, [reminder])
    # The bot looks for what is due when it starts.
    await student.world.restart()
    return request


async def status(world: World, kind: ReminderKind) -> list[str]:
    async with world.bot.db.read() as session:
        query = select(Reminder.status).where(Reminder.kind == kind.value).order_by(Reminder.id)
        return list(await session.scalars(query))


async def one_reminder(student: Student, **delta: float) -> Screen:
    """Let time pass in which exactly one reminder comes."""
    before = len(student.reminders())
    await student.world.skip(**delta)
    (reminder,) = student.reminders()[before:]
    return reminder


async def test_prepare(rapport: World, maya: Student) -> None:
    await booked(maya, place="https://meet.example/a_b")
    reminder = await one_reminder(maya, hours=4)
    assert reminder.content.startswith("Get ready for Ana Núñez: Tue, Mar 3, 2:00 PM\n")
    assert stamp(TOMORROW) in reminder.text
    assert "notebook" in reminder
    assert reminder.labels == ["Open prep", "Open meet.example"]
    assert "Ana Núñez" in await maya.press("Open prep", on=reminder)


async def test_soon_tells_time_and_place(rapport: World, maya: Student) -> None:
    await booked(maya, place="Room 4, second floor")
    await rapport.skip(hours=10)
    reminder = await one_reminder(maya, hours=12, minutes=1)
    assert reminder.content.startswith("Your meeting with Ana Núñez: Tue, Mar 3, 2:00 PM\n")
    assert stamp(TOMORROW) in reminder.text
    assert "Room 4, second floor" in reminder


@pytest.mark.parametrize(
    ("label", "then"), [("It happened", "You met Ana Núñez"), ("It did not happen", "Ana Núñez")]
)
async def test_check_back(rapport: World, maya: Student, label: str, then: str) -> None:
    interview = await booked(maya)
    await rapport.skip_to(TOMORROW + timedelta(minutes=10))
    reminder = await one_reminder(maya, minutes=30)
    assert reminder.content.startswith("Did you meet Ana Núñez? Booked for Tue, Mar 3, 2:00 PM\n")
    assert reminder.labels == ["It happened", "It moved", "It did not happen"]
    await rapport.restart()
    assert then in await maya.press(label, on=reminder)
    async with rapport.bot.db.read() as session:
        row = await session.get_one(Interview, interview)
    assert row.status == {"It happened": "met", "It did not happen": "missed"}[label]


async def test_it_moved_opens_the_form_for_a_new_time(rapport: World, maya: Student) -> None:
    await booked(maya)
    await rapport.skip_to(TOMORROW + timedelta(minutes=10))
    reminder = await one_reminder(maya, minutes=30)
    assert "New time" in (await maya.press("It moved", on=reminder)).fields


async def test_a_thank_you_quotes_nothing_and_its_form_begins_empty(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    evaluation = await add(
        maya.world.bot.db,
        Evaluation(interview_id=interview, owner_id=maya.id, status="done", position=12, created_at=now()),
    )
    await add(
        maya.world.bot.db,
        Answer(
            evaluation_id=evaluation, question=9, verdict="text", text="Storms decide a season.", answered_at=now()
        ),
    )
    reminder = await one_reminder(maya, hours=2, minutes=1)
    assert reminder.content.startswith("Thank-you note to Ana Núñez: due Tue, Mar 3, 3:00 PM\n")
    assert "Storms" not in reminder
    assert f"Due {stamp(START + 24 * HOUR, 'R')}" in reminder.text
    assert reminder.labels == ["Draft it", "Mark as sent", "Snooze"]
    form = await maya.press("Draft it", on=reminder)
    assert not form.fields["What did you learn or appreciate?"].get("value")
    await maya.fill({"What did you learn or appreciate?": "how storms decide a season"})
    later = await one_reminder(maya, hours=18)
    assert "Your note to Ana Núñez is ready to go" in later
    assert "Storms" not in later
    assert later.labels == ["Open the note", "Mark as sent", "Snooze"]
    assert "version 1" in await maya.press("Open the note", on=later)


async def test_a_note_with_a_blank_is_not_called_ready(maya: Student) -> None:
    await met(maya)
    await maya.slash("thanks draft", contact="Ana")
    await maya.fill({"What did you learn or appreciate?": "she was nice"})
    await one_reminder(maya, hours=2, minutes=1)
    reminder = await one_reminder(maya, hours=18)
    assert "ready to go" not in reminder
    assert "Your note to Ana Núñez is still to be sent" in reminder
    assert reminder.labels == ["Open the note", "Mark as sent", "Snooze"]


async def test_mark_as_sent_on_a_reminder_replaces_it_and_ends_the_rest(rapport: World, maya: Student) -> None:
    await met(maya)
    reminder = await one_reminder(maya, hours=2, minutes=1)
    await rapport.restart()
    done = await maya.press("Mark as sent", on=reminder)
    assert done.message_id == reminder.message_id
    assert "Thank-you to Ana Núñez: sent" in done
    count = len(maya.reminders())
    await rapport.skip(days=20)
    assert len(maya.reminders()) == count


@pytest.mark.parametrize(
    ("label", "later"),
    [
        ("1 h", START + 3 * HOUR),
        ("3 h", START + 5 * HOUR),
        ("Tomorrow morning", datetime(2026, 3, 3, 9, 0, tzinfo=DENVER)),
    ],
)
async def test_snooze_brings_the_same_reminder_back_once(
    rapport: World, maya: Student, label: str, later: datetime
) -> None:
    await met(maya)
    await rapport.skip_to(START + 2 * HOUR)
    reminder = maya.reminders()[-1]
    choice = await maya.press("Snooze", on=reminder)
    assert choice.message_id == reminder.message_id
    assert choice.labels == ["Draft it", "Mark as sent", "1 h", "3 h", "Tomorrow morning"]
    await rapport.restart()
    put_off = await maya.press(label, on=choice)
    assert put_off.message_id == reminder.message_id
    assert f"Snoozed until {stamp(later)}" in put_off.text
    assert put_off.labels == ["Draft it", "Mark as sent"]
    count = len(maya.reminders())
    await rapport.skip_to(later - timedelta(seconds=1))
    assert len(maya.reminders()) == count
    await rapport.skip(seconds=2)
    (again,) = maya.reminders()[count:]
    assert again.content == reminder.content
    assert again.labels == reminder.labels


async def test_a_snooze_past_the_deadline_says_so_kindly_and_comes_back_as_a_late_one(
    rapport: World, maya: Student
) -> None:
    await met(maya)
    await rapport.skip_to(START + 20 * HOUR)
    reminder = maya.reminders()[-1]
    assert "still to be sent" in reminder
    await rapport.skip(hours=2)
    await maya.press("Snooze", on=reminder)
    put_off = await maya.press("3 h")
    assert "late is better than never" in put_off
    count = len(maya.reminders())
    await rapport.skip(hours=3, minutes=1)
    (again,) = maya.reminders()[count:]
    assert "Late is better than never" in again
    assert "Due <t:" not in again


async def test_a_reminder_without_a_point_cannot_be_put_off(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    reminder = await one_reminder(maya, hours=2, minutes=1)
    choice = await maya.press("Snooze", on=reminder)
    await rapport.bot.services.thank_yous.sent(maya.id, interview)
    assert "moved on" in await maya.press("3 h", on=choice)
    count = len(maya.reminders())
    await rapport.skip(days=3)
    assert len(maya.reminders()) == count


async def test_a_request_without_an_answer(rapport: World, maya: Student) -> None:
    await asked(maya)
    reminder = await one_reminder(maya, minutes=2)
    assert "No word from Ana Núñez yet" in reminder
    assert f"Asked {stamp(START - timedelta(days=7), 'R')}" in reminder.text
    assert reminder.labels == ["Draft a nudge", "They answered", "Snooze", "Let it go"]
    choice = await maya.press("Snooze", on=reminder)
    assert choice.labels[3:] == ["1 h", "3 h", "Tomorrow morning"]


@pytest.mark.parametrize(
    "forged", [("ping.snooze", (999,)), ("ping.snoozed", (999, "1h")), ("ping.snoozed", (1, "forever"))]
)
async def test_forged_routes_change_nothing(
    rapport: World, maya: Student, forged: tuple[str, tuple[int, ...]]
) -> None:
    await met(maya)
    await rapport.skip(hours=2, minutes=1)
    tom = rapport.student("tom", "Tom Okafor")
    await rapport.bot.services.profiles.set_zone(tom.id, ZONE)
    for student in (maya, tom):
        card = Card("A card", rows=((Button("Forged", *forged),),))
        await send(await open_dm(rapport.bot, student.id), student.id, card)
        answer = await student.press("Forged")
        assert "Not found" in answer or "moved on" in answer
    async with rapport.bot.db.read() as session:
        assert len((await session.scalars(select(Reminder.id))).all()) == 3


async def test_another_students_reminder_is_not_found(rapport: World, maya: Student) -> None:
    await met(maya)
    await rapport.skip(hours=2, minutes=1)
    tom = rapport.student("tom", "Tom Okafor")
    await rapport.bot.services.profiles.set_zone(tom.id, ZONE)
    card = Card("A card", rows=((Button("Snooze", "ping.snooze", (1,)), Button("1 h", "ping.snoozed", (1, "1h"))),))
    await send(await open_dm(rapport.bot, tom.id), tom.id, card)
    for label in ("Snooze", "1 h"):
        assert "Not found" in await tom.press(label)
    assert await status(rapport, ReminderKind.THANK_YOU_FIRST) == [Status.SENT]


@pytest.mark.parametrize("name", HARD_NAMES)
async def test_hard_names_and_long_words_fit_every_reminder(rapport: World, maya: Student, name: str) -> None:
    interview = await booked(maya, name, place="https://meet.example/" + "_*" * 130)
    await asked(maya, name)
    await rapport.skip_to(TOMORROW + timedelta(minutes=40))
    evaluation = await add(
        maya.world.bot.db,
        Evaluation(interview_id=interview, owner_id=maya.id, status="done", position=12, created_at=now()),
    )
    await add(
        maya.world.bot.db,
        Answer(evaluation_id=evaluation, question=9, verdict="text", text="*_~" * 1300, answered_at=now()),
    )
    await maya.press("It happened")
    await rapport.skip(hours=3)
    reminders = [reminder for reminder in maya.reminders() if name[:50] in reminder]
    assert len(reminders) >= 4
    await maya.press("Snooze", on=reminders[-1])
    assert name[:50] in await maya.press("1 h")


async def test_several_at_once_are_one_message_whose_lines_stay(rapport: World, maya: Student) -> None:
    await met(maya)
    for number in range(6):
        await maya.slash("todo add", text=f"Step {number}", when="in 2 hours")
    before = len(maya.reminders())
    await rapport.skip_to(START + 2 * HOUR)
    (message,) = maya.reminders()[before:]
    assert message.content.splitlines() == [
        "1. Thank-you note to Ana Núñez: due Tue, Mar 3, 3:00 PM",
        *(f"{number + 2}. To-do: Step {number}, due Mon, Mar 2, 5:00 PM" for number in range(3)),
        "-# 3 more: press What's next to see where you are.",
    ]
    labels = ["Draft it: Ana Núñez", *(f"Done: Step {number}" for number in range(3)), "What's next"]
    assert message.labels == labels
    assert (await maya.press("Draft it: Ana Núñez", on=message)).fields
    card = await maya.press("Done: Step 0", on=message)
    assert card.message_id != message.message_id
    assert "~~Step 0~~" in card
    assert "~~Step 0~~" in await maya.press("Done: Step 0", on=message)
    (stays,) = [reminder for reminder in maya.reminders() if reminder.message_id == message.message_id]
    assert (stays.content, stays.labels) == (message.content, labels)
    # The button carries what the message is known by, a number of up to 64 bits.
    assert "What's next" in await maya.press("What's next", on=message)
