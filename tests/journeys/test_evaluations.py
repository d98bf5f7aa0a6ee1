"""The evaluation as a student lives it: pressing, typing, pausing, restarting, and reading it again later."""

import json
from datetime import timedelta
from typing import Any

import pytest
import simcord.interactions
from simcord.backend import serializers
from sqlalchemy import select

from bot.clock import now
from bot.domain.evaluations.questions import ANSWER_LIMIT
from bot.domain.text.input import visible
from bot.storage.models import Answer, Contact, Evaluation, Interview, ThankYou, User
from bot.ui.kit.direct_messages import CLOSED
from tests.support.world import ZONE, Screen, Student, World

VERDICTS = ["Yes", "Partly", "No", "Not sure"]
NAVIGATION = ["Add a note", "Back", "Skip", "Pause"]
OPEN = {7, 9, 10, 11}
WILD = "😀" * 80
TRICKY = "**bold** @everyone `x` \u202eright to left # not a heading"


async def met(world: World, student: Student, name: str = "Ana Núñez", status: str = "met") -> int:
    """An interview of the student's that ended two hours ago; a booked one began then."""
    async with world.bot.db.write() as session:
        if await session.get(User, student.id) is None:
            session.add(User(discord_id=student.id, display_name="Maya", zone=ZONE, created_at=now()))
            await session.flush()
        contact = Contact(owner_id=student.id, name=name, created_at=now())
        session.add(contact)
        await session.flush()
        if status == "none":
            return contact.id
        begins = timedelta(days=1) if status == "coming" else -timedelta(hours=2, minutes=20)
        interview = Interview(
            contact_id=contact.id,
            starts_at=now() + begins,
            minutes=20,
            status="met" if status == "met" else "scheduled",
            created_at=now(),
        )
        session.add(interview)
        await session.flush()
        if status == "met":
            interview.ended_at = now() - timedelta(hours=2)
            session.add(ThankYou(interview_id=interview.id, due_at=now() + timedelta(hours=22)))
        return interview.id


async def evaluations(world: World) -> list[Evaluation]:
    async with world.bot.db.read() as session:
        return list(await session.scalars(select(Evaluation).order_by(Evaluation.id)))


async def evaluation(world: World) -> Evaluation:
    """The only one there is."""
    (only,) = await evaluations(world)
    return only


async def answers(world: World) -> dict[int, tuple[str | None, str]]:
    async with world.bot.db.read() as session:
        rows = await session.scalars(select(Answer).order_by(Answer.question))
        return {row.question: (row.verdict, row.text) for row in rows}


async def at(world: World, student: Student, question: int, name: str = "Ana Núñez") -> Screen:
    """A student who has answered everything before `question` with Yes, or a word where words are asked for."""
    await met(world, student, name)
    screen = await student.slash("evaluate", contact=name)
    for number in range(1, question):
        screen = await (student.say("a word") if number in OPEN else student.press("Yes"))
    return screen


def conversation(student: Student) -> list[str]:
    """The DM scrolled back: the first two lines of each message, the student's own as typed."""
    bot = student.world.bot.user
    assert bot is not None
    screens = {screen.message_id: screen for screen in student.reminders()}
    lines = []
    for message in student.dm():
        if message.author.id == bot.id:
            shown = screens[message.id].plain.replace("-# ", "").replace("**", "").replace("### ", "")
            lines.append(" | ".join(shown.splitlines()[:2]))
        else:
            lines.append(f"> {message.content}")
    return lines


def live(student: Student) -> list[Screen]:
    """Cards that can answer a question or resume one."""
    return [screen for screen in student.reminders() if {"Skip", "Resume"} & set(screen.labels)]


class Finger:
    """A press that is on its way to the bot, whatever becomes of the card meanwhile."""

    def __init__(self, student: Student, label: str, forged: str = "") -> None:
        self._env = student.world.env
        self._student = student
        screen = student.newest(lambda s: label in s.labels)
        real = next(button["custom_id"] for button in screen.buttons if button["label"] == label)
        self._custom_id = forged or real
        backend = self._env.backend
        assert screen.message_id is not None
        self._message = backend.get_message(backend.get_dm_channel(student.id).id, screen.message_id)
        shown = json.dumps(serializers.message_payload(backend, self._message))
        self._shown = json.loads(shown.replace(f'"{real}"', f'"{self._custom_id}"'))

    async def land(self, times: int = 1) -> None:
        """The presses reach the bot at once."""
        self.start(times)
        await self._env.settle()

    def start(self, times: int = 1) -> None:
        """The presses are on their way to the bot."""
        payloads = [self._payload() for _ in range(times)]
        for payload in payloads:
            self._env.backend.emit("INTERACTION_CREATE", payload)

    def _payload(self) -> dict[str, Any]:
        record, payload = simcord.interactions.base_payload(
            self._env.backend,
            type=3,
            channel_id=self._message.channel_id,
            guild_id=None,
            user_id=self._student.id,
            data={"custom_id": self._custom_id, "component_type": 2},
        )
        record.source_message_id = self._message.id
        return payload | {"message": self._shown}


# The conversation


async def test_eleven_questions_by_button(rapport: World, maya: Student) -> None:
    await met(rapport, maya)
    screen = await maya.slash("evaluate", contact="Ana")
    assert "Eleven short questions" in screen
    pressed = ["Yes", "No", "Partly", "Not sure", "Yes", "No", None, "Yes", None, "Not sure", "Skip"]
    for number, label in enumerate(pressed, start=1):
        assert f"Ana Núñez · question {number} of 11 · {'▰' * (number - 1)}{'▱' * (12 - number)}" in screen
        if number in OPEN:
            assert screen.labels == ["Write an answer", "Not sure", *NAVIGATION[1:]]
        else:
            assert screen.labels == [*VERDICTS, *NAVIGATION]
        if label is None:
            assert (await maya.press("Write an answer")).modal
            screen = await maya.fill({"Your answer": f"words {number}"})
        else:
            screen = await maya.press(label)
    assert "Ana Núñez: 8 of 11 answered" in screen
    assert screen.labels == ["Draft the thank-you", "Ask these next time", "Add to-dos", "Change an answer"]
    assert conversation(maya)[1:5] == [
        "Question 2 of 11 · Would I be qualified for this job? | No",
        "Question 3 of 11 · Do I understand what this job entails? | Partly",
        "Question 4 of 11 · Would I enjoy working in this capacity? | Not sure",
        "Question 5 of 11 · Did I get additional ideas or alternatives? | Yes",
    ]
    assert conversation(maya)[6].endswith("| words 7")
    assert [line.split(" of ")[0] for line in conversation(maya)[:11]] == [f"Question {n}" for n in range(1, 12)]
    assert len(maya.reminders()) == 12
    assert [s.labels for s in maya.reminders()[:11]] == [[]] * 11
    assert (await evaluation(rapport)).status == "done"


async def test_eleven_questions_by_typing(rapport: World, maya: Student) -> None:
    await met(rapport, maya)
    await maya.slash("evaluate", contact="Ana")
    typed = [
        "yes",
        "No, the license",
        "kind of",
        "idk",
        "museums",
        "skip",
        "slow",
        "yep",
        "a ship",
        "skip",
        "Spanish",
    ]
    for number, text in enumerate(typed, start=1):
        assert f"question {number} of 11" in maya.reminders()[-1]
        screen = await maya.say(text)
    assert "Ana Núñez: 8 of 11 answered" in screen
    assert await answers(rapport) == {
        1: ("yes", ""),
        2: ("no", "the license"),
        3: ("partly", ""),
        4: ("unsure", ""),
        5: ("text", "museums"),
        6: ("skipped", ""),
        7: ("text", "slow"),
        8: ("yes", ""),
        9: ("text", "a ship"),
        10: ("skipped", ""),
        11: ("text", "Spanish"),
    }
    scrolled = conversation(maya)
    assert scrolled[:6] == [
        "Question 1 of 11 · Does this person use the skills I want to use? | Yes",
        "> yes",
        "Question 2 of 11 · Would I be qualified for this job? | No",
        "> No, the license",
        "Question 3 of 11 · Do I understand what this job entails? | Partly",
        "> kind of",
    ]
    assert scrolled[1::2] == [f"> {text}" for text in typed]
    assert len(scrolled) == 23


async def test_the_summary_says_what_speaks_for_and_against(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 2)
    for text in (
        "No: master's, scuba",
        "not really",
        "yes",
        "reef start-ups",
        "idk",
        "hopeful",
        "partly, far away",
    ):
        await maya.say(text)
    for _ in range(3):
        screen = await maya.press("Skip")
    assert "Most of the questions have an answer" in screen
    lines = screen.text.replace("\\", "").splitlines()
    assert "**Speaks for it** skills I want to use · work I would enjoy · new ideas: reef start-ups · " in "".join(
        line for line in lines if "Speaks for it" in line
    )
    assert "an organization I would enjoy (partly, far away)" in screen
    assert "**Speaks against** not qualified yet (master's, scuba)" in lines
    assert "- my impression of the field: hopeful" in lines
    assert (
        "**Still open** what the job entails (no) · salary ranges · its goals and problems · how I can help · "
        "what I can offer" in lines
    )
    due = (await rapport.bot.services.evaluations.get(maya.id, (await evaluation(rapport)).id)).note_due
    assert due is not None
    assert f"Thank-you note due <t:{int(due.timestamp())}:R>" in screen


@pytest.mark.parametrize(
    ("answered", "line"), [(0, "Nothing is answered yet"), (5, "5 of 11 have an answer so far")]
)
async def test_less_than_six_answers_are_said_kindly(
    rapport: World, maya: Student, answered: int, line: str
) -> None:
    await at(rapport, maya, answered + 1)
    while not maya.reminders()[-1].plain.startswith("### Ana Núñez:"):
        await maya.press("Skip")
    assert line in maya.reminders()[-1]


async def test_a_note_stays_with_its_question_and_can_be_edited(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 3)
    await maya.press("Add a note")
    screen = await maya.fill({"Your note": "feild weeks yes"})
    assert "question 3 of 11" in screen
    assert "Your note · feild weeks yes" in screen.plain.replace("**", "")
    form = await maya.press("Add a note")
    assert form.fields["Your note"]["value"] == "feild weeks yes"
    await maya.fill({"Your note": "field weeks yes"})
    await maya.press("Partly")
    assert conversation(maya)[2:4] == [
        "Question 3 of 11 · Do I understand what this job entails? | Partly · field weeks yes",
        "Ana Núñez · question 4 of 11 · ▰▰▰▱▱▱▱▱▱▱▱ | Would I enjoy working in this capacity?",
    ]


async def test_back_shows_the_answer_and_keeps_the_later_ones(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await maya.press("Back")
    assert len(live(maya)) == 1
    screen = await maya.press("Back")
    assert "question 2 of 11" in screen
    assert "Your answer so far · Yes" in screen.plain.replace("**", "")
    await maya.press("No")
    assert "question 3 of 11" in maya.reminders()[-1]
    screen = await maya.press("Skip")
    assert "question 4 of 11" in screen
    assert await answers(rapport) == {1: ("yes", ""), 2: ("no", ""), 3: ("yes", "")}
    assert len(live(maya)) == 1


async def test_back_rests_at_the_first_question(rapport: World, maya: Student) -> None:
    screen = await at(rapport, maya, 1)
    assert [b["label"] for b in screen.buttons if b.get("disabled")] == ["Back"]
    screen = await maya.say("back")
    assert "question 1 of 11" in screen
    assert len(live(maya)) == 1
    assert await answers(rapport) == {}


async def test_typed_back_and_pause_leave_one_live_card(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    assert "question 3 of 11" in await maya.say("back")
    assert len(live(maya)) == 1
    screen = await maya.say("pause")
    assert "Paused at question 3 of 11" in screen
    assert live(maya) == [screen]
    screen = await maya.press("Resume")
    assert "Welcome back" in screen
    assert "question 3 of 11" in screen
    assert live(maya) == [screen]


async def test_pause_and_resume(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    screen = await maya.press("Pause")
    assert "Paused at question 4 of 11" in screen
    assert screen.labels[0] == "Resume"
    await maya.say("yes")
    assert 4 not in await answers(rapport)
    screen = await maya.press("Resume")
    assert "question 4 of 11" in screen
    assert "Welcome back" in screen
    assert live(maya) == [screen]
    await maya.press("Yes")
    assert (await answers(rapport))[4] == ("yes", "")


async def test_a_paused_evaluation_goes_on_with_the_command(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await maya.press("Pause")
    screen = await maya.slash("evaluate", contact="Ana")
    assert "question 4 of 11" in screen
    assert live(maya) == [screen]


async def test_asking_again_moves_the_question_down(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    screen = await maya.slash("evaluate", contact="Ana")
    assert "question 4 of 11" in screen
    assert live(maya) == [screen]
    await maya.say("no")
    assert (await answers(rapport))[4] == ("no", "")


# What goes wrong in real life


async def test_a_restart_in_the_middle_of_question_seven(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 7)
    await maya.press("Write an answer")
    await rapport.restart()
    screen = await maya.fill({"Your answer": "slower than I thought"})
    assert "question 8 of 11" in screen
    await rapport.restart()
    await maya.press("Yes")
    await rapport.restart()
    screen = await maya.say("keep the reef alive")
    assert "question 10 of 11" in screen
    stored = await answers(rapport)
    assert stored[7] == ("text", "slower than I thought")
    assert (stored[8], stored[9]) == (("yes", ""), ("text", "keep the reef alive"))
    assert [line.split(" of ")[0] for line in conversation(maya)[6:8]] == ["Question 7", "Question 8"]
    assert len(live(maya)) == 1


@pytest.mark.parametrize("by", ["press", "type"])
async def test_a_week_later_it_goes_on(rapport: World, maya: Student, by: str) -> None:
    await at(rapport, maya, 5)
    await rapport.restart(away=timedelta(days=7))
    screen = await (maya.press("No") if by == "press" else maya.say("nope"))
    assert "question 6 of 11" in screen
    assert (await answers(rapport))[5] == ("no", "")


async def test_a_double_press_has_the_effect_of_one(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await Finger(maya, "Yes").land(times=2)
    assert await answers(rapport) == dict.fromkeys(range(1, 5), ("yes", ""))
    assert conversation(maya)[3:] == [
        "Question 4 of 11 · Would I enjoy working in this capacity? | Yes",
        "Ana Núñez · question 5 of 11 · ▰▰▰▰▱▱▱▱▱▱▱ | Did I get additional ideas or alternatives?",
    ]


async def test_two_different_presses_at_once_count_as_the_first(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    yes, no = Finger(maya, "Yes"), Finger(maya, "No")
    await yes.land()
    await no.land()
    assert await answers(rapport) == dict.fromkeys(range(1, 5), ("yes", ""))
    assert "question 5 of 11" in maya.reminders()[-1]
    assert len(live(maya)) == 1
    assert len(maya.reminders()) == 5


@pytest.mark.parametrize("label", VERDICTS + NAVIGATION)
async def test_a_press_on_an_old_card_shows_the_current_question(rapport: World, maya: Student, label: str) -> None:
    await at(rapport, maya, 4)
    late = Finger(maya, label)
    await maya.press("Yes")
    before = await answers(rapport)
    await late.land()
    assert await answers(rapport) == before
    assert "question 5 of 11" in maya.reminders()[-1]
    assert len(maya.reminders()) == 5
    assert len(live(maya)) == 1
    await maya.say("yes")
    assert (await answers(rapport))[5] == ("yes", "")


async def test_a_double_press_at_the_end_gives_one_summary(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    late = Finger(maya, "Skip")
    await late.land(times=2)
    assert len(maya.reminders()) == 12
    await late.land()
    assert len(maya.reminders()) == 12
    assert "Ana Núñez: 10 of 11 answered" in maya.reminders()[-1]


async def test_a_double_press_on_pause(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await Finger(maya, "Pause").land(times=2)
    assert "Paused at question 4 of 11" in maya.reminders()[-1]
    assert len(maya.reminders()) == 4
    await Finger(maya, "Resume").land(times=2)
    assert "question 4 of 11" in maya.reminders()[-1]
    assert len(live(maya)) == 1


async def test_an_old_press_after_back_shows_the_question_that_is_up(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    late = Finger(maya, "Yes")
    await maya.press("Back")
    await late.land()
    assert 4 not in await answers(rapport)
    assert "question 3 of 11" in maya.reminders()[-1]
    assert len(live(maya)) == 1


async def test_a_form_for_a_question_that_is_over_gives_the_words_back(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 7)
    await maya.press("Write an answer")
    form = maya.seen[-1]
    await maya.say("typed instead")
    maya.seen.append(form)
    await maya.fill({"Your answer": "a long answer that took me some time to write"})
    assert (await answers(rapport))[7] == ("text", "typed instead")
    assert maya.newest(lambda s: "a long answer that took me some time" in s)
    assert "question 8 of 11" in maya.reminders()[-1]
    assert len(live(maya)) == 1


async def test_a_picture_without_words_asks_for_words(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    screen = await maya.say("", attachments=_picture(rapport, maya))
    assert "Still at question 4 of 11" in screen
    assert "I can only read text" in screen
    assert 4 not in await answers(rapport)
    await maya.say("yes")
    assert (await answers(rapport))[4] == ("yes", "")


async def test_a_picture_without_an_evaluation_is_not_ours(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await maya.press("Pause")
    await maya.say("", attachments=_picture(rapport, maya))
    assert not any("I can only read text" in screen for screen in maya.reminders())


def _picture(world: World, student: Student) -> Any:
    channel = world.env.backend.get_dm_channel(student.id)
    return world.env.backend.store_attachments(channel.id, [("card.png", b"picture")])


async def test_the_longest_answers(rapport: World, maya: Student) -> None:
    await met(rapport, maya, WILD)
    await maya.slash("evaluate", contact=f"#{(await _contact(rapport)).id}")
    for number in range(1, 12):
        if number in OPEN:
            await maya.press("Write an answer")
            await maya.fill({"Your answer": "*" * ANSWER_LIMIT})
        else:
            await maya.press("Add a note")
            await maya.fill({"Your note": "*" * ANSWER_LIMIT})
            await maya.press("Yes")
    screen = maya.reminders()[-1]
    assert "11 of 11 answered" in screen
    assert len(screen.text) <= 3800
    assert [file.filename for file in screen.files] == ["evaluation.txt"]
    assert (await screen.files[0].read()).decode().count("*" * ANSWER_LIMIT) == 11
    await maya.press("Change an answer")
    screen = await maya.choose("3")
    assert "question 3 of 11" in screen
    assert (await maya.press("Add a note")).fields["Your note"]["value"] == "*" * ANSWER_LIMIT


async def _contact(world: World) -> Contact:
    async with world.bot.db.read() as session:
        return (await session.scalars(select(Contact))).one()


async def test_tricky_words_are_shown_as_they_are(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 7)
    await maya.press("Write an answer")
    await maya.fill({"Your answer": TRICKY})
    assert visible(TRICKY) in maya.reminders()[-2].plain
    assert "@everyone" not in maya.reminders()[-2].text
    assert (await answers(rapport))[7] == ("text", TRICKY)


async def test_words_that_are_too_long_with_their_note_come_back(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await maya.press("Add a note")
    await maya.fill({"Your note": "n" * 3000})
    screen = await maya.say("w" * 1500)
    assert "4501 characters long; 4000 fit" in screen
    assert "w" * 1500 in screen
    assert (await answers(rapport))[4] == (None, "n" * 3000)
    assert await maya.press("Partly")
    assert (await answers(rapport))[4] == ("partly", "n" * 3000)


async def test_a_blank_note_changes_nothing(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await maya.press("Add a note")
    screen = await maya.fill({"Your note": "   "})
    assert "is empty" in screen
    assert 4 not in await answers(rapport)


async def test_a_question_that_was_never_sent_is_sent_first(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    # The bot died after it kept the answer and before the next question was out.
    row = await evaluation(rapport)
    async with rapport.bot.db.write() as session:
        kept = await session.get_one(Evaluation, row.id)
        kept.message_id = kept.channel_id = None
    screen = await maya.say("no")
    assert "question 4 of 11" in maya.reminders()[-2]
    assert "Is that your answer?" in screen
    assert 4 not in await answers(rapport)
    await maya.say("no")
    assert (await answers(rapport))[4] == ("no", "")


async def test_a_fold_that_fails_does_not_stop_the_conversation(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    rapport.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001)
    screen = await maya.say("yes")
    assert "question 5 of 11" in screen
    assert (await answers(rapport))[4] == ("yes", "")


async def test_somebody_else_changes_nothing(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    leo = rapport.student("leo", "Leo")
    custom_id = next(b["custom_id"] for b in maya.reminders()[-1].buttons if b["label"] == "Yes")
    await met(rapport, leo, "Ada Byron")
    await leo.slash("evaluate", contact="Ada")
    hers = custom_id.split(":")
    his = next(b["custom_id"] for b in leo.reminders()[0].buttons if b["label"] == "Yes").split(":")
    for forged in (custom_id, ":".join([*his[:3], *hers[3:]])):
        await Finger(leo, "Yes", forged).land()
        assert "Not found" in leo.reminders()[-1]
    assert 4 not in await answers(rapport)
    assert {row.owner_id: row.position for row in await evaluations(rapport)} == {maya.id: 4, leo.id: 1}


# Two evaluations


async def test_one_at_a_time_and_the_student_chooses(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    await met(rapport, maya, "Tom Okafor")
    busy = await maya.slash("evaluate", contact="Tom")
    assert "You are at question 4 of 11 about Ana Núñez" in busy
    assert busy.labels == ["Go on with Ana Núñez", "Pause it and start Tom Okafor"]
    screen = await maya.press("Go on with Ana Núñez")
    assert "Ana Núñez · question 4 of 11" in screen
    screen = await maya.press("Pause it and start Tom Okafor", on=busy)
    assert "Tom Okafor · question 1 of 11" in screen
    assert maya.newest(lambda s: "Paused at question 4 of 11" in s)
    await maya.say("no")
    await maya.press("Pause it and start Tom Okafor", on=busy)
    assert "Tom Okafor · question 2 of 11" in maya.reminders()[-1]

    again = await maya.press("Resume")
    assert "You are at question 2 of 11 about Tom Okafor" in again
    screen = await maya.press("Pause it and start Ana Núñez")
    assert "Ana Núñez · question 4 of 11" in screen
    assert [(row.status, row.position) for row in await evaluations(rapport)] == [("open", 4), ("paused", 2)]


async def test_an_old_press_never_opens_a_second_evaluation(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 4)
    late = Finger(maya, "Yes")
    await met(rapport, maya, "Tom Okafor")
    await maya.slash("evaluate", contact="Tom")
    await maya.press("Pause it and start Tom Okafor")
    await late.land()
    assert "You are at question 1 of 11 about Tom Okafor" in maya.reminders()[-1]
    assert 4 not in await answers(rapport)


async def test_a_form_that_comes_while_another_evaluation_is_open_gives_the_words_back(
    rapport: World, maya: Student
) -> None:
    await at(rapport, maya, 7)
    form = await maya.press("Write an answer")
    sent = maya.seen[-1]
    assert form.modal
    await met(rapport, maya, "Tom Okafor")
    await maya.slash("evaluate", contact="Tom")
    await maya.press("Pause it and start Tom Okafor")
    maya.seen.append(sent)
    screen = await maya.fill({"Your answer": "words that took me a while"})
    assert "about Tom Okafor" in screen
    assert maya.newest(lambda s: "words that took me a while" in s)
    assert 7 not in await answers(rapport)


async def test_an_answer_is_not_changed_while_another_evaluation_is_open(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    await maya.press("Skip")
    await maya.press("Change an answer")
    await met(rapport, maya, "Tom Okafor")
    await maya.slash("evaluate", contact="Tom")
    screen = await maya.choose("2")
    assert "You are at question 1 of 11 about Tom Okafor" in screen
    assert [row.status for row in await evaluations(rapport)] == ["done", "open"]


# After the last question


async def test_ask_these_next_time(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    await maya.press("Not sure")
    screen = await maya.press("Ask these next time")
    assert "what would be most useful in your work?" in screen
    assert "They will be at the top of your next prep" in screen
    assert "Ana Núñez: 10 of 11 answered" in await maya.press("Back to the summary")


async def test_more_gaps_than_one_interview_holds(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 1)
    for _ in range(11):
        await maya.press("Skip")
    screen = await maya.press("Ask these next time")
    assert screen.plain.count("\n- ") == 11
    assert "The first 5 of them will be at the top of your next prep" in screen


async def test_change_an_answer(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    await maya.press("Skip")
    await maya.press("Change an answer")
    screen = await maya.choose("2")
    assert "question 2 of 11" in screen
    assert "Your answer so far · Yes" in screen.plain.replace("**", "")
    screen = await maya.press("No")
    assert "Speaks against** not qualified yet" in screen.plain
    assert (await answers(rapport))[2] == ("no", "")
    assert conversation(maya)[-2] == "Question 2 of 11 · Would I be qualified for this job? | No"
    assert (await evaluation(rapport)).status == "done"
    await rapport.restart()
    screen = await maya.slash("evaluate", contact="Ana")
    assert "Ana Núñez: 10 of 11 answered" in screen


async def test_change_then_leave_it_as_it_was(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    await maya.say("patience")
    await maya.press("Change an answer")
    await maya.choose("9")
    screen = await maya.press("Skip")
    assert "11 of 11 answered" in screen
    assert "Ask these next time" not in screen.labels


async def test_the_summary_in_the_middle_of_a_change_leads_back_to_it(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    await maya.press("Skip")
    aside = await maya.press("Ask these next time")
    await maya.press("Change an answer")
    await maya.choose("3")
    screen = await maya.press("Back to the summary", on=aside)
    assert screen.labels == ["Go on"]
    screen = await maya.press("Go on")
    assert "question 3 of 11" in screen
    assert live(maya) == [screen]
    again = await maya.press("Change an answer", on=maya.newest(lambda s: "Change an answer" in s.labels))
    screen = await maya.choose("5", on=again)
    assert "question 5 of 11" in screen
    assert live(maya) == [screen]
    assert [line.split(" ·")[0] for line in conversation(maya)].count("Question 3 of 11") == 1


async def test_a_thank_you_that_is_sent_is_not_asked_for(rapport: World, maya: Student) -> None:
    await at(rapport, maya, 11)
    async with rapport.bot.db.write() as session:
        (await session.scalars(select(ThankYou))).one().sent_at = now()
    screen = await maya.press("Skip")
    assert "Your thank-you note is sent" in screen
    assert "Draft the thank-you" not in screen.labels


# In a server, and before the interview


async def test_from_a_server_the_question_goes_to_the_dm(rapport: World) -> None:
    maya = rapport.member()
    await met(rapport, maya)
    answer = await maya.slash("evaluate", contact="Ana")
    assert answer.ephemeral
    assert "I sent you the first question in our DM" in answer
    assert answer.labels == ["Open our DM"]
    question = maya.reminders()[-1]
    assert answer.buttons[0]["url"].endswith(f"/{question.message_id}")
    assert "question 1 of 11" in question
    await _say(rapport, maya, "yes")
    answer = await maya.slash("evaluate", contact="Ana")
    assert "I sent you question 2 in our DM" in answer
    assert len(live(maya)) == 1


async def _say(world: World, member: Student, text: str) -> None:
    backend = world.env.backend
    backend.create_message(backend.get_dm_channel(member.id).id, member.id, text)
    await world.env.settle()


@pytest.mark.parametrize("code", sorted(CLOSED))
async def test_closed_dms_say_how_to_open_them(rapport: World, code: int) -> None:
    maya = rapport.member()
    await met(rapport, maya)
    rapport.env.inject_error("POST", "/channels/*/messages", status=403, code=code)
    answer = await maya.slash("evaluate", contact="Ana")
    assert answer.ephemeral
    assert "I cannot write to you yet" in answer
    assert "Direct Messages" in answer
    assert maya.reminders() == []
    answer = await maya.press("Try again")
    assert answer.ephemeral
    assert "I sent you the first question in our DM" in answer
    assert "question 1 of 11" in maya.reminders()[-1]


async def test_a_finished_evaluation_is_shown_where_it_is_asked_for(rapport: World) -> None:
    maya = rapport.member()
    await met(rapport, maya)
    await maya.slash("evaluate", contact="Ana")
    for _ in range(11):
        await _say(rapport, maya, "skip")
    answer = await maya.slash("evaluate", contact="Ana")
    assert answer.ephemeral
    assert "Ana Núñez: 0 of 11 answered" in answer
    await maya.press("Change an answer", on=answer)
    answer = await maya.choose("4")
    assert answer.ephemeral
    assert "I sent you question 4 in our DM" in answer
    await _say(rapport, maya, "yes")
    assert "Ana Núñez: 1 of 11 answered" in maya.reminders()[-1]


async def test_an_interview_that_nobody_confirmed_is_asked_about(rapport: World, maya: Student) -> None:
    await met(rapport, maya, status="begun")
    screen = await maya.slash("evaluate", contact="Ana")
    assert "Did your meeting with Ana Núñez happen?" in screen
    assert screen.labels == ["It happened", "It moved", "It did not happen"]


async def test_an_interview_to_come_is_not_evaluated(rapport: World, maya: Student) -> None:
    await met(rapport, maya, status="coming")
    screen = await maya.slash("evaluate", contact="Ana")
    assert "Your meeting with Ana Núñez is still to come" in screen
    assert screen.labels == ["Open prep"]


async def test_an_interview_that_was_never_booked(rapport: World, maya: Student) -> None:
    await met(rapport, maya, status="none")
    screen = await maya.slash("evaluate", contact="Ana")
    assert "No meeting with Ana Núñez yet" in screen
    screen = await maya.press("We have met")
    assert "Ana Núñez · question 1 of 11" in screen
    async with rapport.bot.db.read() as session:
        note = (await session.scalars(select(ThankYou))).one()
    assert timedelta(hours=23, minutes=59) <= note.due_at - now() <= timedelta(hours=24)


async def test_the_command_offers_the_students_own_contacts(rapport: World, maya: Student) -> None:
    await met(rapport, maya)
    await met(rapport, rapport.student("leo", "Leo"), "Anatol")
    assert await maya.suggestions("evaluate", "contact", "ana") == ["Ana Núñez"]


@pytest.mark.parametrize("verdict", ["maybe", "text", "skipped"])
async def test_a_verdict_that_no_button_has(rapport: World, maya: Student, verdict: str) -> None:
    screen = await at(rapport, maya, 4)
    real = next(b["custom_id"] for b in screen.buttons if b["label"] == "Yes")
    await Finger(maya, "Yes", real.replace(":yes", f":{verdict}")).land()
    assert 4 not in await answers(rapport)
    assert len(live(maya)) == 1


async def test_an_unknown_contact(rapport: World, maya: Student) -> None:
    await met(rapport, maya)
    screen = await maya.slash("evaluate", contact="Zebediah")
    assert "You have no contact called" in screen
    assert await evaluations(rapport) == []
