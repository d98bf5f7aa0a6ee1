"""What a locked phone shows of the bot: every message that nobody asked for at that moment, as Discord gets it."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.inactivity import absence
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.services.reminders.scheduling import arm
from bot.storage.models import Answer, Contact, Evaluation, Interview, Reminder, Request
from bot.ui.kit.card import Button, Card, Entry
from bot.ui.kit.direct_messages import open_dm, send
from tests.support.discord_limits import COMPONENTS_V2, SUPPRESS_EMBEDS, parts
from tests.support.discord_markdown import mischief
from tests.support.shortcuts import add, denver
from tests.support.world import ZONE, Student, World, world

NAME, PLACE, TODO = "Quilla Nimbus", "https://meet.example/harborroom", "Ask for the tidetable"
PRIVATE = {"Quilla", "Nimbus", "harborroom", "meet.example", "tidetable"}
"""What stands in reminders if the student likes."""
QUOTED = {"stormglass", "lanternfish", "copperleaf"}
"""Words of an evaluation, a note and a draft, which never do."""
WHEN = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [A-Z][a-z]{2} \d{1,2}|[A-Z][a-z]{2} \d{1,2}, 20\d\d")
STALE = re.compile(r"\b(today|tomorrow|tonight|soon|now|in \d+ (hour|minute|day))", re.IGNORECASE)
MESSAGES = re.compile(r"/channels/\d+/messages$")
HOUR = timedelta(hours=1)
SILENT = {ReminderKind.KEEP_IN_TOUCH}
"""Kinds of which no reminder speaks yet."""
HARD = [
    "🦊" * 80,
    "ليلى حسن",
    "**Ana** `code` ~~_",
    "@everyone <@1> @here",
    "*" * 80,
    "https://bank.example/" + "_" * 50,
]


@pytest.fixture
async def rapport(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The bot, which looks for what nobody announced once a day: the story takes years."""
    async with world(database, data_dir=tmp_path, sweep_seconds=86_400) as running:
        yield running


def unasked(rapport: World) -> list[Mapping[str, Any]]:
    """The requests that create a message which nobody asked for: what is asked for here is answered another way."""
    return [
        request.json
        for request in rapport.env.http_requests
        if request.method == "POST" and MESSAGES.search(request.path) and request.json is not None
    ]


def words(message: Mapping[str, Any]) -> str:
    """All that can be read of a message, the addresses of its buttons included."""
    buttons = [part for part in parts(message["components"]) if part["type"] == 2]
    return " ".join([message["content"], *(f"{one.get('label')} {one.get('url')}" for one in buttons)])


async def knows(maya: Student, name: str = NAME) -> int:
    await maya.world.bot.services.profiles.set_zone(maya.id, ZONE)
    return await add(maya.world.bot.db, Contact(owner_id=maya.id, name=name, created_at=now()))


async def live(rapport: World, maya: Student) -> None:
    """Years in which every kind of reminder goes out: alone, together, late, and again after it was put off."""
    await maya.slash("help")
    contact = await knows(maya)
    await ask(rapport, maya, await knows(maya, f"{NAME} the Elder"))
    await maya.slash("interview schedule", contact=f"#{contact}", when="tomorrow 14:00", place=PLACE)
    await maya.slash("todo add", text=TODO, contact=f"#{contact}", when="in 1 hour")
    await rapport.restart()
    await rapport.skip_to(denver(3, 14, 40))
    await maya.press("It happened")
    await evaluate(rapport, maya)
    await rapport.skip_to(denver(3, 16, 50))
    await maya.press("Snooze")
    await maya.press("1 h")
    await rapport.skip_to(denver(3, 18))
    await maya.slash("thanks draft", contact=f"#{contact}")
    await maya.fill({"What did you learn or appreciate?": "The lanternfish."})
    await rapport.skip_to(denver(6, 12))
    await together(rapport, maya)
    await rapport.restart(away=timedelta(hours=3))
    await rapport.skip(minutes=5)
    await maya.slash("todo add", text=TODO, when="in 1 hour")
    await rapport.restart(away=timedelta(hours=2))
    await rapport.skip(hours=1)
    gone = absence(now(), 24, ZoneInfo(ZONE))
    await rapport.restart(away=gone.first_at - timedelta(days=3) - now())
    await rapport.skip_to(gone.second_at + timedelta(days=1))


async def ask(rapport: World, maya: Student, contact: int) -> None:
    """A request that went out a week ago, with its reminder due in two hours."""
    at = now() - timedelta(days=7)
    row = Request(
        contact_id=contact,
        route="email",
        status="sent",
        created_at=at,
        sent_at=at,
        body="A copperleaf.",
    )
    request = await add(rapport.bot.db, row)
    async with rapport.bot.db.write() as session:
        due = now() + 2 * HOUR
        await arm(
            session, maya.id, [Planned(ReminderKind.NUDGE, request, due, due + 100 * HOUR, f"nudge:{request}:0")]
        )


async def evaluate(rapport: World, maya: Student) -> None:
    """The evaluation of the interview is done, with one telling answer."""
    async with rapport.bot.db.read() as session:
        interview = (await session.scalars(select(Interview.id))).one()
    evaluation = Evaluation(interview_id=interview, owner_id=maya.id, status="done", position=12, created_at=now())
    number = await add(rapport.bot.db, evaluation)
    said = Answer(evaluation_id=number, question=9, verdict="text", text="A stormglass.", answered_at=now())
    await add(rapport.bot.db, said)


async def together(rapport: World, maya: Student) -> None:
    """Six at once on time, and then two that are due while the bot will be away."""
    for number in range(6):
        await maya.slash("todo add", text=f"{TODO} {number}", when="in 1 hour")
    await rapport.skip(hours=2)
    for number in range(2):
        await maya.slash("todo add", text=f"{TODO}, again {number}", when="in 1 hour")


@pytest.mark.parametrize("named", [True, False])
async def test_every_message_that_nobody_asked_for_can_be_read_on_a_locked_phone(
    rapport: World, maya: Student, named: bool
) -> None:
    await maya.slash("help")
    await rapport.bot.services.profiles.set_names_in_pings(maya.id, shown=named)
    await live(rapport, maya)
    messages = unasked(rapport)
    async with rapport.bot.db.read() as session:
        told = set(await session.scalars(select(Reminder.kind).where(Reminder.status == Status.SENT.value)))
    assert told == set(ReminderKind) - SILENT, "this test does not look at every kind"
    everything = " ".join(map(words, messages))
    for mark in ("This comes late", "Some reminders come late", "2 more: press", "ready to go", "still welcome"):
        assert mark in everything, f"this test does not look at everything that the engine says: {everything}"
    for message in messages:
        line = message["content"].split("\n")[0]
        assert not message["flags"] & COMPONENTS_V2, "Discord shows an empty notification"
        assert message["flags"] & SUPPRESS_EMBEDS
        assert message["allowed_mentions"] == {"parse": []}
        assert 1 <= len(line) <= 120
        assert len(message["content"]) <= 2000
        assert WHEN.search(line), line
        assert not STALE.search(line), line
        assert not [word for word in QUOTED if word in words(message).casefold()]
        assert named or not [word for word in PRIVATE if word in words(message)]
    assert not named or all(word in everything for word in PRIVATE)


async def test_a_line_of_several_has_a_button_that_names_whom(rapport: World, maya: Student) -> None:
    for name in ("Ana Núñez", "Jun Park", "Omar Haddad"):
        await maya.slash("interview happened", contact=f"#{await knows(maya, name)}")
    await rapport.skip(hours=2, minutes=1)
    message = maya.reminders()[-1]
    assert message.labels == ["Draft it: Ana Núñez", "Draft it: Jun Park", "Draft it: Omar Haddad", "What's next"]
    assert len(message.components) == 1


async def test_without_names_the_buttons_go_by_the_number_of_their_line(rapport: World, maya: Student) -> None:
    await knows(maya)
    await maya.slash("profile show")
    await maya.press("Hide names in reminders")
    for text in ("Write to Jun", "Read the report"):
        await maya.slash("todo add", text=text, when="in 2 hours")
    await rapport.skip(hours=2, minutes=1)
    message = maya.reminders()[-1]
    assert message.content.splitlines() == [f"{number}. To-do: due Mon, Mar 2, 5:00 PM" for number in (1, 2)]
    assert message.labels == ["Done: 1", "Done: 2", "What's next"]
    assert "Read the report" in await maya.press("Done: 2", on=message)


async def test_the_choice_is_a_button_of_the_profile_and_pressed_twice_it_counts_once(
    rapport: World, maya: Student
) -> None:
    await knows(maya)
    cards = [await maya.slash("profile show") for _ in range(2)]
    for card in cards:
        assert "show names, to-dos and places" in card
    for card in cards:
        hidden = await maya.press("Hide names in reminders", on=card)
        assert "show no names, to-dos or places" in hidden
        assert hidden.message_id == card.message_id
    await rapport.restart()
    assert "show names, to-dos and places" in await maya.press("Show names in reminders")


@pytest.mark.parametrize("text", HARD)
async def test_what_was_typed_stays_text_and_leaves_room_for_the_moment(
    rapport: World, maya: Student, text: str
) -> None:
    contact = await knows(maya, text)
    await maya.slash("interview schedule", contact=f"#{contact}", when="tomorrow 14:00", place=text)
    await maya.slash("todo add", text=text, contact=f"#{contact}", when="in 1 hour")
    await rapport.skip_to(denver(3, 13, 30))
    messages = unasked(rapport)
    assert len(messages) == 3
    for message in messages:
        line = message["content"].split("\n")[0]
        assert WHEN.search(line), "the moment was cut"
        assert mischief(message["content"]) == []


async def test_a_press_on_an_ordinary_message_takes_its_words_away(rapport: World, maya: Student) -> None:
    await maya.slash("interview happened", contact=f"#{await knows(maya)}")
    await rapport.skip(hours=2, minutes=1)
    reminder = maya.reminders()[-1]
    assert NAME in reminder.content
    for label in ("Snooze", "3 h", "Mark as sent"):
        reminder = await maya.press(label, on=reminder)
        assert reminder.content == ""
        assert reminder.message_id == maya.reminders()[-1].message_id
        edit = next(one.json or {} for one in reversed(rapport.env.http_requests) if "callback" in one.path)
        assert (edit["data"]["content"], edit["data"]["embeds"]) == (None, [])
        assert edit["data"]["flags"] & COMPONENTS_V2


async def test_reminders_that_came_as_cards_work_on(rapport: World, maya: Student) -> None:
    """Those of earlier versions stay in the DMs."""
    await maya.slash("interview happened", contact=f"#{await knows(maya)}")
    await rapport.skip(hours=2, minutes=1)
    async with rapport.bot.db.read() as session:
        interview = (await session.scalars(select(Interview.id))).one()
        reminder = (
            await session.scalars(select(Reminder.id).where(Reminder.kind == ReminderKind.THANK_YOU_FIRST))
        ).one()
    buttons = (
        Button("Mark as sent", "thanks.sent", (interview, reminder)),
        Button("Snooze", "ping.snooze", (reminder,)),
    )
    await maya.slash("todo add", text="Read the report")
    lines = [
        Entry("**A thank-you note**", Button("Draft it", "thanks.draft", (interview,))),
        Entry("**A to-do is due**", Button("Open", "todo.show", (1,))),
    ]
    following = Button("What's next", "home.next", (7,))
    channel = await open_dm(rapport.bot, maya.id)
    one = await send(channel, maya.id, Card("A thank-you note", rows=(buttons,)))
    several = await send(channel, maya.id, Card("2 reminders at once", lines, ((following,),)))
    shown = {screen.message_id: screen for screen in maya.reminders()}
    assert (await maya.press("Draft it", on=shown[several.id])).fields
    assert "Read the report" in await maya.press("Open", on=shown[several.id])
    assert "What's next" in await maya.press("What's next", on=shown[several.id])
    later = await maya.press("Snooze", on=shown[one.id])
    assert later.message_id == one.id
    assert later.labels[2:] == ["1 h", "3 h", "Tomorrow morning"]
    assert "Snoozed until" in await maya.press("1 h", on=later)
    assert "Thank-you to Quilla Nimbus: sent" in await maya.press("Mark as sent", on=later)
