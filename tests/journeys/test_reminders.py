"""Reminders over days of virtual time: each once, at its moment, through moves, downtime and a failing Discord."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.storage.models import Contact, Reminder, User
from bot.ui.kit.direct_messages import open_dm
from tests.support.inbox import Inbox
from tests.support.shortcuts import denver
from tests.support.world import ZONE, Student, World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SEND = "/channels/*/messages"


async def settle(student: Student) -> Student:
    """The student has a zone, a contact, and an open DM."""
    bot = student.world.bot
    await bot.services.profiles.set_zone(student.id, ZONE)
    async with bot.db.write() as session:
        session.add(Contact(owner_id=student.id, name="Ana Núñez", created_at=now()))
    await student.slash("help")
    return student


@pytest.fixture
async def ready(maya: Student) -> Student:
    return await settle(maya)


async def told(student: Student) -> list[tuple[str, datetime]]:
    """The reminders that went out, with the moment of each."""
    async with student.world.bot.db.read() as session:
        query = select(Reminder).where(Reminder.user_id == student.id, Reminder.status == Status.SENT.value)
        return [(row.kind, row.sent_at or now()) for row in await session.scalars(query.order_by(Reminder.sent_at))]


async def left(student: Student, status: Status = Status.PENDING) -> list[tuple[str, str]]:
    """The reminders with a status, and why they have it."""
    async with student.world.bot.db.read() as session:
        query = select(Reminder).where(Reminder.user_id == student.id, Reminder.status == status.value)
        return [(row.kind, row.reason) for row in await session.scalars(query.order_by(Reminder.due_at))]


async def test_an_interview_is_accompanied_from_the_day_before_to_the_note(rapport: World, ready: Student) -> None:
    await ready.slash("interview schedule", contact="Ana", when="Wed 14:00")
    inbox = Inbox(ready)
    await rapport.skip_to(denver(4, 14, 40))
    assert inbox.lines() == [
        "Get ready for Ana Núñez: Wed, Mar 4, 2:00 PM",
        "Your meeting with Ana Núñez: Wed, Mar 4, 2:00 PM",
        "Did you meet Ana Núñez? Booked for Wed, Mar 4, 2:00 PM",
    ]
    await ready.press("It happened")
    await rapport.skip_to(denver(9, 12))
    assert inbox.lines() == [
        "Thank-you note to Ana Núñez: due Thu, Mar 5, 2:20 PM",
        "Your note to Ana Núñez is still to be sent: due Thu, Mar 5, 2:20 PM",
        "A note to Ana Núñez is still welcome: was due Thu, Mar 5, 2:20 PM",
    ]
    assert await told(ready) == [
        (ReminderKind.PREPARE, denver(3, 18)),
        (ReminderKind.SOON, denver(4, 13)),
        (ReminderKind.CHECK_BACK, denver(4, 14, 35)),
        (ReminderKind.THANK_YOU_FIRST, denver(4, 16, 20)),
        (ReminderKind.THANK_YOU_SECOND, denver(5, 10, 20)),
        (ReminderKind.THANK_YOU_LATE, denver(6, 9)),
    ]
    assert await left(ready) == []


async def test_quiet_hours_are_kept(rapport: World, ready: Student) -> None:
    await ready.slash("interview schedule", contact="Ana", when="tomorrow 20:00", minutes=60)
    inbox = Inbox(ready)
    await rapport.skip_to(denver(3, 21, 20))
    await ready.press("It happened")
    await rapport.skip_to(denver(8, 12))
    assert len(inbox.new()) == 6
    assert await told(ready) == [
        (ReminderKind.PREPARE, denver(2, 18)),
        (ReminderKind.SOON, denver(3, 19)),
        (ReminderKind.CHECK_BACK, denver(3, 21, 15)),
        (ReminderKind.THANK_YOU_FIRST, denver(4, 8)),
        (ReminderKind.THANK_YOU_SECOND, denver(4, 17)),
        (ReminderKind.THANK_YOU_LATE, denver(5, 9)),
    ]


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_mark_as_sent_ends_everything_that_was_still_to_come(
    rapport: World, ready: Student, after: int
) -> None:
    await ready.slash("interview happened", contact="Ana")
    inbox = Inbox(ready)
    await rapport.skip_to([denver(2, 16), denver(2, 18), denver(3, 12)][after])
    assert len(inbox.new()) == after
    if after:
        await ready.press("Mark as sent")
    else:
        await ready.slash("thanks sent", contact="Ana")
    inbox.new()
    await rapport.skip(days=20)
    assert inbox.new() == []
    assert await left(ready) == []
    assert len(await left(ready, Status.CANCELLED)) == 3 - after


async def test_a_moved_interview_takes_its_reminders_along(rapport: World, ready: Student) -> None:
    await ready.slash("interview schedule", contact="Ana", when="Wed 14:00")
    await rapport.skip_to(denver(3, 20))
    inbox = Inbox(ready)
    await ready.slash("interview move", contact="Ana", when="Fri 10:00")
    inbox.new()
    await rapport.skip_to(denver(5, 12))
    assert inbox.new() == []
    await rapport.skip_to(denver(6, 12))
    assert inbox.lines() == [
        "Get ready for Ana Núñez: Fri, Mar 6, 10:00 AM",
        "Your meeting with Ana Núñez: Fri, Mar 6, 10:00 AM",
        "Did you meet Ana Núñez? Booked for Fri, Mar 6, 10:00 AM",
    ]
    assert await told(ready) == [
        (ReminderKind.PREPARE, denver(3, 18)),
        (ReminderKind.PREPARE, denver(5, 18)),
        (ReminderKind.SOON, denver(6, 9)),
        (ReminderKind.CHECK_BACK, denver(6, 10, 35)),
    ]


async def test_what_was_missed_in_a_day_comes_as_one_honest_message(rapport: World, ready: Student) -> None:
    await ready.slash("interview schedule", contact="Ana", when="tomorrow 14:00")
    await ready.slash("todo add", text="Read the report", when="tomorrow 13:00")
    inbox = Inbox(ready)
    await rapport.restart(away=timedelta(days=1))
    await rapport.skip(minutes=5)
    (message,) = inbox.new()
    assert "Some reminders come late" in message
    assert "Read the report" in message
    assert "Did you meet Ana Núñez?" in message
    assert message.labels == ["Done: Read the report", "It happened: Ana Núñez", "What's next"]
    assert await left(ready, Status.STALE) == [
        (ReminderKind.PREPARE, "too late to be useful"),
        (ReminderKind.SOON, "too late to be useful"),
    ]
    assert "You met Ana Núñez" in await ready.press("It happened: Ana Núñez", on=message)
    await rapport.skip(hours=1)
    assert inbox.new()[1:] == []


async def test_a_month_away_leaves_one_message_about_what_still_matters(rapport: World, ready: Student) -> None:
    await ready.slash("interview happened", contact="Ana")
    for text, when in (("An old one", "in 2 hours"), ("First", "Mar 30 12:00"), ("Second", "Mar 31 12:00")):
        await ready.slash("todo add", text=text, when=when)
    inbox = Inbox(ready)
    await rapport.restart(away=timedelta(days=30))
    await rapport.skip(hours=2)
    (message,) = inbox.new()
    assert "Some reminders come late" in message
    assert "First" in message
    assert "Second" in message
    assert "An old one" not in message
    assert {reason for _, reason in await left(ready, Status.STALE)} == {"too late to be useful"}
    assert len(await left(ready, Status.STALE)) == 4
    assert await left(ready) == []


async def test_a_single_late_one_is_itself_and_says_that_it_is_late(rapport: World, ready: Student) -> None:
    await ready.slash("interview happened", contact="Ana")
    inbox = Inbox(ready)
    await rapport.restart(away=timedelta(hours=4))
    await rapport.skip(minutes=5)
    (reminder,) = inbox.new()
    assert f"This comes late: it was due <t:{int(denver(2, 17).timestamp())}:R>." in reminder.text
    assert "Thank-you note to Ana Núñez" in reminder
    assert reminder.labels == ["Draft it", "Mark as sent", "Snooze"]


async def test_what_was_missed_waits_until_the_night_is_over(rapport: World, ready: Student) -> None:
    await ready.slash("interview happened", contact="Ana")
    inbox = Inbox(ready)
    await rapport.restart(away=timedelta(hours=11))
    await rapport.skip_to(denver(3, 7, 59))
    assert inbox.new() == []
    await rapport.skip(minutes=2)
    assert len(inbox.new()) == 1


async def test_closed_direct_messages_are_kept_and_shown_on_next(rapport: World, ready: Student) -> None:
    await ready.slash("interview happened", contact="Ana")
    inbox = Inbox(ready)
    rapport.env.inject_error("POST", SEND, status=403, code=50007)
    await rapport.skip(hours=2, minutes=1)
    assert inbox.new() == []
    assert await left(ready, Status.UNDELIVERABLE) == [(ReminderKind.THANK_YOU_FIRST, "direct messages are closed")]
    async with rapport.bot.db.read() as session:
        assert (await session.get_one(User, ready.id)).dm_closed_at is not None
    assert "I could not reach you" in await ready.slash("next")
    inbox.new()
    await rapport.skip(hours=2)
    assert inbox.new() == []


async def test_a_dm_that_cannot_even_be_opened_counts_as_closed(rapport: World) -> None:
    member = await settle(rapport.member())
    rapport.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await member.slash("interview happened", contact="Ana")
    await rapport.skip(hours=2, minutes=1)
    assert [kind for kind, _ in await left(member, Status.UNDELIVERABLE)] == [ReminderKind.THANK_YOU_FIRST]


@pytest.mark.parametrize(
    ("status", "code", "times"),
    [
        pytest.param(500, 0, 1, id="a stumble that the library rides out"),
        pytest.param(503, 0, 1, id="unavailable once"),
        pytest.param(503, 0, 4, id="unavailable for a while"),
        pytest.param(429, 0, 2, id="too fast"),
        pytest.param(404, 10003, 1, id="the channel is gone"),
        pytest.param(403, 50001, 1, id="another channel has taken its place"),
        pytest.param(400, 50035, 1, id="refused for a reason of ours"),
    ],
)
async def test_a_failing_discord_gets_the_message_later_and_once(
    rapport: World, ready: Student, status: int, code: int, times: int
) -> None:
    await ready.slash("interview happened", contact="Ana")
    inbox = Inbox(ready)
    await rapport.skip(hours=1, minutes=59)
    rapport.env.inject_error("POST", SEND, status=status, code=code, times=times)
    await rapport.skip(hours=2)
    assert inbox.lines() == ["Thank-you note to Ana Núñez: due Tue, Mar 3, 3:00 PM"]
    ((kind, at),) = await told(ready)
    assert kind == ReminderKind.THANK_YOU_FIRST
    assert denver(2, 17) <= at <= denver(2, 18, 1)
    await rapport.skip(hours=3)
    assert inbox.new() == []
    assert [row for row in await left(ready) if row[0] == ReminderKind.THANK_YOU_FIRST] == []


async def test_one_students_closed_door_does_not_hold_up_another(rapport: World, ready: Student) -> None:
    tom = await settle(rapport.student("tom", "Tom Okafor"))
    for student in (ready, tom):
        await student.slash("interview happened", contact="Ana")
    boxes: Sequence[Inbox] = [Inbox(ready), Inbox(tom)]
    closed = await open_dm(rapport.bot, tom.id)
    rapport.env.inject_error("POST", f"/channels/{closed.id}/messages", status=403, code=50007, times=None)
    await rapport.skip(hours=2, minutes=1)
    assert [len(box.new()) for box in boxes] == [1, 0]
    assert await told(ready) == [(ReminderKind.THANK_YOU_FIRST, denver(2, 17))]
    assert [kind for kind, _ in await left(tom, Status.UNDELIVERABLE)] == [ReminderKind.THANK_YOU_FIRST]


async def test_a_restart_between_the_interview_and_the_reminder_changes_nothing(
    rapport: World, ready: Student
) -> None:
    await ready.slash("interview happened", contact="Ana")
    inbox = Inbox(ready)
    for _ in range(3):
        await rapport.skip(minutes=35)
        await rapport.restart()
    await rapport.skip(hours=1)
    assert inbox.lines() == ["Thank-you note to Ana Núñez: due Tue, Mar 3, 3:00 PM"]
    assert await told(ready) == [(ReminderKind.THANK_YOU_FIRST, denver(2, 17))]
