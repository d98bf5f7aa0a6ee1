"""A reminder that has gone out comes once more where what it is about got another moment, or it was put off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.inbox import Inbox
from tests.support.shortcuts import denver, stamp
from tests.support.world import ZONE, Student, World


@pytest.fixture
async def ready(maya: Student) -> Student:
    """She has told her zone and a contact."""
    await maya.world.bot.services.profiles.set_zone(maya.id, ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana Núñez"})
    return maya


async def test_a_request_that_went_out_later_is_reminded_of_when_its_card_says(
    rapport: World, ready: Student
) -> None:
    await ready.slash("request sent", contact="Ana")
    inbox = Inbox(ready)
    await rapport.skip_to(denver(9, 16))
    assert inbox.lines() == ["No word from Ana Núñez yet: asked Mon, Mar 2"]
    card = await ready.slash("request sent", contact="Ana", when="yesterday 10:00")
    assert f"by {stamp(denver(15, 10), 'D')}, one short reminder is fine. I will tell you then." in card.text
    inbox.new()
    await rapport.skip_to(denver(15, 9))
    assert inbox.lines() == []
    await rapport.skip_to(denver(15, 11))
    assert inbox.lines() == ["No word from Ana Núñez yet: asked Sun, Mar 8"]
    await rapport.skip(days=30)
    assert inbox.lines() == []


FIRST, SECOND, LATE = (
    "Thank-you note to Ana Núñez: due Wed, Mar 4, 12:00 PM",
    "Your note to Ana Núñez is still to be sent: due Wed, Mar 4, 12:00 PM",
    "A note to Ana Núñez is still welcome: was due Wed, Mar 4, 12:00 PM",
)


@pytest.mark.parametrize(
    ("told", "corrected", "come"),
    [
        # Both have gone out for an interview that was not this one: the 24 hours are others.
        (12, "today 12:00", [FIRST, SECOND, LATE]),
        # Only some minutes: what has gone out has said it.
        (9, "yesterday 15:10", ["still to be sent: due Tue, Mar 3, 3:10 PM", "was due Tue, Mar 3, 3:10 PM"]),
    ],
)
async def test_an_end_that_is_corrected_has_its_24_hours_accompanied(
    rapport: World, ready: Student, told: int, corrected: str, come: Sequence[str]
) -> None:
    await ready.slash("interview happened", contact="Ana")
    await rapport.skip_to(denver(3, told))
    inbox = Inbox(ready)
    await ready.slash("interview happened", contact="Ana", when=corrected)
    inbox.new()
    await rapport.skip(days=30)
    lines = inbox.lines()
    assert len(lines) == len(come)
    assert all(line.endswith(end) for line, end in zip(lines, come, strict=True))


GET_READY, MEETING = (
    "Get ready for Ana Núñez: Tue, Mar 3, 2:00 PM",
    "Your meeting with Ana Núñez: Tue, Mar 3, 2:00 PM",
)
ASKED = "Did you meet Ana Núñez? Booked for Tue, Mar 3, 2:00 PM"


@pytest.mark.parametrize("detail", [{"place": "https://meet.example/ana"}, {"minutes": 60}, {"mode": "phone"}])
async def test_another_place_length_or_way_of_a_meeting_repeats_no_reminder(
    rapport: World, ready: Student, detail: dict[str, Any]
) -> None:
    await ready.slash("interview schedule", contact="Ana", when="tomorrow 14:00")
    inbox = Inbox(ready)
    await rapport.skip_to(denver(2, 18, 30))
    assert inbox.lines() == [GET_READY]
    await ready.slash("interview schedule", contact="Ana", when="tomorrow 14:00", **detail)
    await ready.slash("profile quiet", **{"from": "21:00", "until": "7:00"})
    await ready.slash("interview schedule", contact="Ana", when="tomorrow 14:00", place="Room 5")
    inbox.new()
    await rapport.skip_to(denver(3, 22))
    assert inbox.lines() == [MEETING, ASKED]


async def test_tomorrow_morning_is_not_this_morning(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Write", when="tomorrow 7:00")
    await rapport.skip_to(denver(3, 8, 5))
    await ready.press("Snooze")
    assert f"Snoozed until {stamp(denver(4, 9))}" in (await ready.press("Tomorrow morning")).text


async def test_in_the_night_tomorrow_morning_is_the_next_one(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Write", when="today 21:30")
    await rapport.skip_to(denver(3, 2))
    await ready.press("Snooze")
    assert f"Snoozed until {stamp(denver(3, 9))}" in (await ready.press("Tomorrow morning")).text


async def test_a_reminder_that_was_put_off_and_came_back_can_be_put_off_on_its_old_message(
    rapport: World, ready: Student
) -> None:
    """As where the answer to the first press was lost on its way, so that the buttons are still there."""
    await ready.slash("interview happened", contact="Ana")
    await rapport.skip_to(denver(2, 17, 1))
    first = ready.reminders()[-1]
    choice = await ready.press("Snooze", on=first)
    messages = rapport.env.backend.messages[rapport.env.backend.get_dm_channel(ready.id).id]
    assert first.message_id is not None
    for hours in (1, 1, 3):
        messages[first.message_id].components = choice.components
        said = await ready.press(f"{hours} h", on=choice)
        assert "Snoozed until" in said
        inbox = Inbox(ready)
        await rapport.skip(hours=hours, minutes=1)
        assert inbox.lines() == ["Thank-you note to Ana Núñez: due Tue, Mar 3, 3:00 PM"]


@pytest.mark.parametrize("corrected", ["yesterday 15:10", "today 10:00"])
async def test_what_was_put_off_comes_back_though_the_end_is_corrected(
    rapport: World, ready: Student, corrected: str
) -> None:
    await ready.slash("interview happened", contact="Ana")
    await rapport.skip_to(denver(3, 11, 5))
    await ready.press("Snooze")
    assert f"Snoozed until {stamp(denver(3, 14, 5))}" in (await ready.press("3 h")).text
    await ready.slash("interview happened", contact="Ana", when=corrected)
    await rapport.skip_to(denver(3, 14))
    inbox = Inbox(ready)
    await rapport.skip_to(denver(3, 14, 10))
    assert len(inbox.lines()) == 1


@pytest.mark.parametrize(
    ("ended", "awake", "corrected"),
    [
        ("today 11:00", denver(3, 7, 30), "yesterday 11:10"),  # the second
        ("today 21:00", denver(2, 23, 30), "today 21:10"),  # the first
    ],
)
async def test_what_waits_for_the_morning_comes_though_the_end_is_corrected(
    rapport: World, ready: Student, ended: str, awake: datetime, corrected: str
) -> None:
    await rapport.skip_to(denver(2, 21, 30))
    await ready.slash("interview happened", contact="Ana", when=ended)
    await rapport.skip_to(awake)
    await ready.slash("interview happened", contact="Ana", when=corrected)
    inbox = Inbox(ready)
    await rapport.skip_to(denver(3, 9))
    assert len(inbox.lines()) == 1


@pytest.mark.parametrize(
    ("corrected", "come"),
    [
        # A week is over all the same, and nothing else would remind them.
        ("2026-03-02 10:00", [denver(10, 9)]),
        # The week begins anew, and the card says when that is over.
        ("2026-03-09 10:00", [denver(16, 10)]),
    ],
)
async def test_what_was_put_off_comes_back_though_the_request_went_out_earlier(
    rapport: World, ready: Student, corrected: str, come: Sequence[datetime]
) -> None:
    await ready.slash("request sent", contact="Ana")
    await rapport.skip_to(denver(9, 16))
    await ready.press("Snooze")
    assert f"Snoozed until {stamp(denver(10, 9))}" in (await ready.press("Tomorrow morning")).text
    await ready.slash("request sent", contact="Ana", when=corrected)
    before = len(ready.dm())
    await rapport.skip(days=30)
    assert [message.created_at for message in ready.dm()[before:]] == come


AT_ONCE = denver(2, 22, 11)


@pytest.mark.parametrize(
    ("command", "options", "comes"),
    [
        ("profile quiet", {"from": "23:00", "until": "7:00"}, AT_ONCE),
        ("profile quiet", {"from": "22:00", "until": "10:00"}, denver(3, 10)),
        ("profile timezone", {"zone": "Asia/Tokyo"}, AT_ONCE),
        ("profile timezone", {"zone": "America/New_York"}, denver(3, 6)),
    ],
)
async def test_what_a_stop_brought_into_the_night_waits_for_the_end_that_the_night_has_now(
    rapport: World, ready: Student, command: str, options: dict[str, Any], comes: datetime
) -> None:
    await ready.slash("todo add", text="Write", when="today 21:55")
    await rapport.skip_to(denver(2, 21, 54))
    await rapport.restart(away=timedelta(minutes=12))
    await rapport.skip_to(AT_ONCE - timedelta(minutes=1))
    inbox = Inbox(ready)
    await ready.slash(command, **options)
    if comes > AT_ONCE:
        await rapport.skip_to(comes - timedelta(minutes=1))
        assert todos(inbox) == []
    await rapport.skip_to(comes)
    assert len(todos(inbox)) == 1
    await rapport.skip(days=2)
    assert todos(inbox) == []


async def test_quiet_hours_that_change_from_day_to_day_leave_no_reminder_in_the_night(
    rapport: World, ready: Student
) -> None:
    await ready.slash("profile quiet", **{"from": "22:00", "until": "21:59"})
    await ready.slash("todo add", text="Write", when="today 22:30")
    await rapport.skip_to(denver(3, 21, 30))
    await ready.slash("profile quiet", **{"from": "10:00", "until": "9:00"})
    await rapport.skip_to(denver(4, 8))
    await ready.slash("profile quiet", **{"from": "22:00", "until": "12:00"})
    inbox = Inbox(ready)
    await rapport.skip_to(denver(4, 11, 59))
    assert todos(inbox) == []
    await rapport.skip_to(denver(4, 12))
    assert len(todos(inbox)) == 1


def todos(inbox: Inbox) -> list[str]:
    return [line for line in inbox.lines() if line.startswith("To-do: Write, due")]
