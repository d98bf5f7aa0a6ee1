"""A script has to wait, with a polite line, and costs nobody anything. A person notices no limits."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.quotas import Quota
from bot.settings import Settings
from bot.ui.dispatch import rate_limit
from tests.support.raw_interactions import Shown, Wire, as_owner, things
from tests.support.row_snapshots import rows
from tests.support.shortcuts import denver
from tests.support.world import ZONE, Screen, Student, World, sqlite_url, world

pytestmark = pytest.mark.again  # goes the same ways once more

AT_ONCE, HEARD = 20, 10
LIMITS: dict[str, Any] = {
    "actions_at_once": AT_ONCE,
    "actions_per_minute": 60,
    "messages_at_once": HEARD,
    "messages_per_minute": 30,
}
SLOW_DOWN = "That was a lot at once"
LONG = "Words that nobody would like to type again, and then some more of them. " * 5


@pytest.fixture
async def rapport(tmp_path: Path) -> AsyncIterator[World]:
    """The bot with limits that a test reaches soon: other tests lift them, as all they do happens at once."""
    async with world(sqlite_url(tmp_path), data_dir=tmp_path, **LIMITS) as running:
        yield running


@contextmanager
def statements(rapport: World) -> Iterator[list[str]]:
    """Everything that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = rapport.bot.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def hurry(student: Student, times: int = AT_ONCE) -> None:
    """Use up what may be done at once."""
    for _ in range(times):
        assert SLOW_DOWN not in await student.slash("help")


def told(screens: list[Screen]) -> list[Screen]:
    return [screen for screen in screens if SLOW_DOWN in screen]


# Commands, presses and forms


async def test_a_script_of_two_hundred_commands_a_minute_is_asked_to_wait_and_is_served_again_afterwards(
    rapport: World, maya: Student
) -> None:
    tom, answers = rapport.student("tom", "Tom"), []
    for number in range(200):
        answers.append(await maya.slash("next"))
        await rapport.skip(seconds=0.3)
        if number % 20 == 0:
            assert SLOW_DOWN not in await tom.slash("next")
    refused = told(answers)
    assert 200 - len(refused) <= AT_ONCE + LIMITS["actions_per_minute"]
    assert 200 - len(refused) >= LIMITS["actions_per_minute"]
    assert all(screen.ephemeral and not screen.labels for screen in refused)
    await rapport.skip(seconds=20)
    assert SLOW_DOWN not in await maya.slash("next")


async def test_what_is_refused_asks_the_database_nothing_and_says_when_it_goes_on(
    rapport: World, maya: Student
) -> None:
    await hurry(maya)
    with statements(rapport) as asked:
        screen = await maya.slash("contact list")
        assert asked == []
        await rapport.skip(seconds=20)
        await maya.slash("contact list")
        assert asked
    assert "Give me 20 seconds, then do this again; it has changed nothing yet." in screen
    assert "One moment" in screen


async def test_nobody_else_has_to_wait(rapport: World, maya: Student) -> None:
    await hurry(maya)
    assert SLOW_DOWN in await maya.slash("next")
    assert SLOW_DOWN not in await rapport.student("tom", "Tom").slash("next")


async def test_the_same_student_is_counted_once_here_and_there(rapport: World) -> None:
    member = rapport.member()
    await hurry(Student(rapport, member.actor.user))
    refused = await member.slash("next")
    assert SLOW_DOWN in refused
    assert refused.ephemeral


async def test_a_form_that_comes_too_fast_is_handed_back(rapport: World, maya: Student) -> None:
    await maya.slash("contact add")
    await hurry(maya, AT_ONCE - 1)
    before = rows(rapport)
    screen = await maya.fill({"Name": "Ana", "Why them?": LONG[:300]})
    assert SLOW_DOWN in screen
    assert "What you typed" in screen
    assert "Ana" in screen
    assert LONG[:290] in screen
    assert rows(rapport) == before
    await rapport.skip(seconds=20)
    await maya.slash("contact add")
    assert "Ana" in await maya.fill({"Name": "Ana", "Why them?": LONG[:300]})


async def test_a_long_text_in_a_command_is_handed_back(rapport: World, maya: Student) -> None:
    await hurry(maya)
    screen = await maya.slash("todo add", text=LONG[:190])
    assert SLOW_DOWN in screen
    assert LONG[:190].strip() in screen


async def test_forged_presses_are_counted_too(rapport: World, maya: Student) -> None:
    shown = await on_the_list(rapport, maya)
    routes = (as_owner(shown.custom_id, "1"), "b1:no.such:1", "b1:", shown.custom_id[:-1])
    answers = await Wire(maya).press(*[forged(shown, route) for route in routes] * 15)
    refused = [answer for answer in answers if SLOW_DOWN in answer.text]
    assert len(refused) == 60 - (AT_ONCE - 2)
    assert all(answer.acknowledged for answer in answers)


async def on_the_list(rapport: World, maya: Student) -> Shown:
    """The first button of a list with something on it."""
    await maya.slash("todo add", text="Read the report")
    card = await maya.slash("todo list")
    assert card.message_id is not None
    return next(things(rapport.env.backend.messages[maya._message(card).channel_id][card.message_id]))


def forged(shown: Shown, custom_id: str) -> Shown:
    """The same button with another route on it."""
    components = json.loads(json.dumps(shown.message.components).replace(f'"{shown.custom_id}"', f'"{custom_id}"'))
    return replace(shown, message=replace(shown.message, components=components), custom_id=custom_id)


async def test_a_double_press_is_no_hurry(rapport: World, maya: Student) -> None:
    shown = await on_the_list(rapport, maya)
    answers = await Wire(maya).press(*[shown] * 10)
    assert not any(SLOW_DOWN in answer.text for answer in answers)
    assert all(answer.acknowledged for answer in answers)


async def test_an_evaluation_at_the_speed_of_a_fast_human_is_never_stopped(rapport: World, maya: Student) -> None:
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    await maya.slash("interview happened", contact="Ana")
    await maya.slash("evaluate", contact="Ana")
    for number in range(1, 12):
        await rapport.skip(seconds=20 / 11)
        if "Yes" in maya.reminders()[-1].labels:
            answer = await maya.press("Yes")
        else:
            await maya.press("Write an answer")
            answer = await maya.fill({"Your answer": f"Answer {number}"})
        assert SLOW_DOWN not in answer
    assert "done" in repr(rows(rapport)["evaluations"])
    assert not told(maya.reminders())


# Suggestions


async def test_typing_fast_is_no_hurry_and_a_script_is_suggested_nothing(rapport: World, maya: Student) -> None:
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    many = AT_ONCE * rate_limit._KEYSTROKES
    for _ in range(many):
        assert await maya.suggestions("contact show", "contact", "A") == ["Ana"]
    with statements(rapport) as asked:
        assert await maya.suggestions("contact show", "contact", "A") == []
        assert asked == []
    # What was typed counts for itself: the command still goes through.
    assert "Ana" in await maya.slash("contact show", contact="Ana")
    await rapport.skip(seconds=20)
    assert await maya.suggestions("contact show", "contact", "A") == ["Ana"]


# Direct messages


async def test_of_a_hundred_messages_at_once_a_few_are_answered_and_one_line_says_why(
    rapport: World, maya: Student
) -> None:
    for _ in range(100):
        await maya.say("hi")
    answers = maya.reminders()
    assert len(answers) == HEARD + 1
    assert len(told(answers)) == 1
    with statements(rapport) as asked:
        await maya.say("hi")
        assert asked == []
    await rapport.skip(seconds=20)
    assert SLOW_DOWN not in await maya.say("hi")


async def test_a_flood_that_never_ends_gets_one_line_in_a_pause(rapport: World, maya: Student) -> None:
    for _ in range(120):
        await maya.say("hi")
        await rapport.skip(seconds=1)
    assert len(told(maya.reminders())) <= 120 / 20
    assert len(maya.reminders()) <= LIMITS["messages_per_minute"] * 2 + AT_ONCE


async def test_messages_and_commands_are_counted_apart(rapport: World, maya: Student) -> None:
    for _ in range(12):
        await maya.say("hi")
    assert told(maya.reminders())
    assert SLOW_DOWN not in await maya.slash("next")


async def test_an_answer_that_comes_too_fast_is_handed_back_and_can_be_given_again(
    rapport: World, maya: Student
) -> None:
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    await maya.slash("interview happened", contact="Ana")
    await maya.slash("evaluate", contact="Ana")
    for _ in range(HEARD):
        await maya.say("back")
    before = rows(rapport)
    screen = await maya.say(LONG[:300])
    assert SLOW_DOWN in screen
    assert LONG[:290] in screen
    assert rows(rapport) == before
    await rapport.skip(seconds=20)
    assert SLOW_DOWN not in await maya.say(LONG[:300])
    assert rows(rapport) != before


async def test_files_in_a_message_are_neither_opened_nor_kept(rapport: World, maya: Student) -> None:
    url = "https://cdn.example/secret-plan.pdf"
    file = {"id": "1", "filename": "secret-plan.pdf", "size": 9, "url": url, "proxy_url": url}
    assert "I did not open that, and I keep nothing of it" in await maya.say(attachments=[file])
    assert "not sure what that belongs to" in await maya.say("look at this", attachments=[file])
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    await maya.slash("interview happened", contact="Ana")
    await maya.slash("evaluate", contact="Ana")
    assert "Still at question 1" in await maya.say(attachments=[file])
    await maya.say("yes", attachments=[file])
    assert "secret-plan" not in repr(rows(rapport))
    assert not any("secret-plan" in request.path for request in rapport.env.http_requests)


# What is kept, and what the bot sends


async def test_the_settings_say_how_much_is_kept_and_a_refused_form_is_not_lost(tmp_path: Path) -> None:
    async with world(sqlite_url(tmp_path), max_contacts=1, max_entries=1) as rapport:
        maya = rapport.student()
        await maya.slash("profile timezone", zone=ZONE)
        for name in ("Ana", "Ben"):
            await maya.slash("contact add")
            screen = await maya.fill({"Name": name, "Why them?": LONG[:300]})
        assert "I keep at most 1 contacts for one person" in screen
        assert "What you typed" in screen
        assert LONG[:290] in screen
        assert screen.labels == ["My contacts"]
        await maya.slash("todo add", text="One")
        assert "I keep at most 1 to-dos" in await maya.slash("todo add", text="Two")
        await maya.slash("interview happened", contact="Ana")
        assert "I keep at most 1 meetings" in await maya.slash("interview schedule", contact="Ana", when="Fri 3pm")
        await maya.slash("request sent", contact="Ana")
        await maya.slash("request answer", contact="Ana", outcome="declined")
        assert "I keep at most 1 requests" in await maya.slash("request sent", contact="Ana")


async def test_the_settings_say_how_far_reminders_are_apart(tmp_path: Path) -> None:
    async with world(sqlite_url(tmp_path), ping_gap_seconds=300) as rapport:
        maya = rapport.student()
        await maya.slash("profile timezone", zone=ZONE)
        for minute in range(1, 15):
            await maya.slash("todo add", text=f"To-do {minute}", when=f"3:{minute:02}pm")
        before = len(maya.reminders())
        await rapport.skip_to(denver(2, 15, 15))
        reminders = maya.reminders()[before:]
        assert len(reminders) == 3
        # The first alone, then five at a time: four by name, the others by number.
        assert [reminder.text.count("To-do ") for reminder in reminders] == [1, 4, 4]
        assert all("1 more: press What's next" in reminder for reminder in reminders[1:])


def test_what_services_take_for_granted_is_what_the_settings_say() -> None:
    settings = Settings(_env_file=None)
    assert Quota(settings.max_contacts, settings.max_entries) == Quota()
    assert (settings.actions_at_once, settings.actions_per_minute) == rate_limit.ACTIONS
    assert (settings.messages_at_once, settings.messages_per_minute) == rate_limit.MESSAGES
