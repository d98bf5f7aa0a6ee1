"""What was typed before a question was on the screen is not taken for its answer: the student is asked."""

import asyncio

import pytest
from sqlalchemy import select

from bot.storage.models import Answer
from bot.ui.kit.custom_ids import ComponentKind, Route, decode, encode
from tests.journeys.test_evaluations import Finger
from tests.support.world import Screen, Student, World

ASKED = "Is that your answer?"
YES, NO = "Yes, that is my answer", "No"


@pytest.fixture
async def maya(rapport: World) -> Student:
    """At the first question about Ana."""
    student = rapport.student()
    await student.slash("profile timezone", zone="America/Denver")
    await student.slash("contact add")
    await student.fill({"Name": "Ana"})
    await student.slash("interview happened", contact="Ana")
    await student.slash("evaluate", contact="Ana")
    return student


async def answers(world: World) -> dict[int, tuple[str | None, str]]:
    async with world.bot.db.read() as session:
        rows = await session.scalars(select(Answer).order_by(Answer.question))
        return {row.question: (row.verdict, row.text) for row in rows}


def doubts(student: Student) -> list[Screen]:
    """The cards that still ask."""
    return [screen for screen in student.reminders() if ASKED in screen]


async def test_what_was_typed_before_the_question_was_shown_is_asked_about(rapport: World, maya: Student) -> None:
    screen = await maya.say_quickly("yes", "it was great")
    assert await answers(rapport) == {1: ("yes", "")}
    assert ASKED in screen
    assert "it was great" in screen
    assert "Question 2 of 11" in screen
    assert screen.labels == [YES, NO]


async def test_yes_stores_the_words_and_the_next_question_comes(rapport: World, maya: Student) -> None:
    await maya.say_quickly("yes", "no, never")
    await rapport.restart()
    screen = await maya.press(YES)
    assert await answers(rapport) == {1: ("yes", ""), 2: ("no", "never")}
    assert "question 3 of 11" in screen
    assert not doubts(maya)
    folded = [one for one in maya.reminders() if "Question 2 of 11" in one]
    assert len(folded) == 1
    assert "Skip" not in folded[0].labels
    assert "question 4 of 11" in await maya.say("yes"), "the redrawn card is the question that is up"


async def test_no_leaves_it(rapport: World, maya: Student) -> None:
    await maya.say_quickly("yes", "sorry, my phone")
    await rapport.restart()
    screen = await maya.press(NO)
    assert "Then I leave it" in screen
    assert "Nothing was stored" in screen
    assert await answers(rapport) == {1: ("yes", "")}
    assert "question 2 of 11" in await maya.press("Show the question")


@pytest.mark.parametrize("label", [YES, NO])
async def test_a_double_press_does_it_once(rapport: World, maya: Student, label: str) -> None:
    await maya.say_quickly("yes", "no, never")
    await Finger(maya, label).land(times=2)
    assert set(await answers(rapport)) == ({1, 2} if label == YES else {1})
    questions = [one for one in maya.reminders() if "Skip" in one.labels]
    assert len(questions) == 1


async def test_yes_and_no_at_once_keep_the_question_on_the_screen(rapport: World, maya: Student) -> None:
    await maya.say_quickly("yes", "no, never")
    yes, no = Finger(maya, YES), Finger(maya, NO)
    async with rapport.bot.router.turn(maya.id):
        yes.start()
        no.start()
    await rapport.env.settle()
    assert set(await answers(rapport)) == {1, 2}
    assert "question 3 of 11" in maya.newest(lambda s: "Skip" in s.labels)


async def test_once_the_question_has_moved_on_the_words_come_back(rapport: World, maya: Student) -> None:
    await maya.say_quickly("yes", "something quite different")
    await maya.say("partly")
    screen = await maya.press(YES)
    assert "something quite different" in screen
    assert "moved on" in screen
    assert await answers(rapport) == {1: ("yes", ""), 2: ("partly", "")}


async def test_of_three_at_once_each_is_asked_about(rapport: World, maya: Student) -> None:
    await maya.say_quickly("yes", "first thought", "second thought")
    assert await answers(rapport) == {1: ("yes", "")}
    assert ["first thought" in one for one in doubts(maya)] == [True, False]
    assert ["second thought" in one for one in doubts(maya)] == [False, True]


async def test_a_message_that_was_deleted_meanwhile_stores_nothing(rapport: World, maya: Student) -> None:
    maya.send("yes")
    [message] = maya.send("it was great")
    await rapport.env.settle()
    rapport.env.backend.delete_message(message.channel_id, message.id)
    screen = await maya.press(YES)
    assert "I cannot read that message" in screen
    assert await answers(rapport) == {1: ("yes", "")}


async def test_only_a_message_of_ones_own_can_be_said_yes_to(rapport: World, maya: Student) -> None:
    await maya.say_quickly("yes", "it was great")
    screen = doubts(maya)[-1]
    route = decode(screen.buttons[0]["custom_id"])
    assert route is not None
    bots = maya.reminders()[0].message_id
    forged = encode(ComponentKind.BUTTON, Route(route.action, maya.id, (*route.args[:2], str(bots))))
    await Finger(maya, YES, forged).land()
    assert await answers(rapport) == {1: ("yes", "")}


async def test_a_card_that_was_redrawn_is_as_new_as_its_question(rapport: World, maya: Student) -> None:
    await maya.say("yes")
    back, clock = Finger(maya, "Back"), rapport.env.backend.clock
    async with rapport.bot.router.turn(maya.id):
        back.start()
        clock.advance(1)
        maya.send("no, never")
        clock.advance(1)
    await rapport.env.settle()
    assert len(doubts(maya)) == 1, "the second question was on the screen when it was typed"
    assert await answers(rapport) == {1: ("yes", "")}


async def test_messages_that_arrive_in_another_order_are_heard_as_they_were_typed(
    rapport: World, maya: Student
) -> None:
    backend = rapport.env.backend
    emit, held = backend.emit, []
    backend.emit = lambda *event, **more: held.append((event, more))  # type: ignore[method-assign]
    maya.send("yes")
    maya.send("partly")
    backend.emit = emit  # type: ignore[method-assign]
    router = rapport.bot.router
    async with router.turn(maya.id):
        for event, more in reversed(held):
            emit(*event, **more)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(router._heard[maya.id]) == 2, "both wait for the student's turn"
    await rapport.env.settle()
    assert await answers(rapport) == {1: ("yes", "")}
    assert ["partly" in one for one in doubts(maya)] == [True]
