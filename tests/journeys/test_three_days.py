"""A student's three days: from a first contact to a thank-you note on time, with two restarts on the way."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.world import Student, World

pytestmark = pytest.mark.both

DENVER = ZoneInfo("America/Denver")

ANSWERS = (
    "Yes",
    "not yet, she has a master's and I cannot dive",
    "Partly",
    "Yes",
    "yes, reef start-ups",
    "not sure",
    "Storms decide everything, and people stay calm about it",
    "Yes",
    "They want surveys to run every year, with less money",
    "I could count urchins and keep the records",
    "Two summers of field work, and patience",
)


def local(world: World) -> datetime:
    return world.env.now().astimezone(DENVER)


async def test_three_days_of_a_student(rapport: World, maya: Student) -> None:
    # Monday, 15:00. The first words, the first contact, the first draft.
    assert "Hello, Maya" in await maya.say("hi")
    await maya.press("Add a contact")
    saved = await maya.fill(
        {
            "Name": "Ana Núñez",
            "Role and organization": "Marine biologist, Gulf Reef Survey",
            "Where did you find them?": ["Alumni"],
            "How to reach them": "ana@example.org",
            "Why them?": "Your 2024 survey of the Flower Garden Banks made me curious",
        }
    )
    assert "Ana Núñez" in saved
    await maya.press("Draft a request")
    draft = await maya.fill(
        {
            "How are you connected?": "Professor Lind of Biology 204 suggested that I write to you",
            "What do you want to learn?": "how a field season is planned",
            "When could you meet?": "Tue 10 March 2-4 pm or Thu 12 March 9-11 am",
        }
    )
    assert "Request to Ana Núñez" in draft
    assert "Professor Lind of Biology 204 suggested that I write to you." in draft
    assert "20 minutes" in draft

    # The first thing that needs to know her clock asks for it, and then goes on by itself.
    asked = await maya.press("Mark as sent")
    assert "time zone" in asked
    await maya.choose("America/Denver")
    assert "Ana Núñez" in maya.screen
    listed = await maya.slash("request list")
    assert "waiting for an answer" in listed

    # She answers the same evening: Tuesday at four.
    booked = await maya.slash("interview schedule", contact="Ana", when="tomorrow 4pm", mode="video")
    assert [file.filename for file in booked.files if file.filename.endswith(".ics")]
    before = len(maya.reminders())

    # 18:00 the day before: prepare. One hour before: soon. Fifteen minutes after the end: did it happen?
    await rapport.skip_to(datetime(2026, 3, 2, 18, 1, tzinfo=DENVER))
    prepare = maya.reminders()[before]
    assert "Open prep" in prepare.labels
    assert "20 minutes" in await maya.press("Open prep", on=prepare)
    await rapport.skip_to(datetime(2026, 3, 3, 15, 1, tzinfo=DENVER))
    await rapport.skip_to(datetime(2026, 3, 3, 16, 36, tzinfo=DENVER))
    check_back = maya.reminders()[-1]
    assert check_back.labels[:3] == ["It happened", "It moved", "It did not happen"]

    # A restart between the interview and the first thank-you reminder changes nothing.
    happened = await maya.press("It happened", on=check_back)
    assert "Ana Núñez" in happened
    await rapport.restart()
    await maya.press("Evaluate")
    await evaluate(rapport, maya)

    # +2 h after the end at 16:20.
    await rapport.skip_to(datetime(2026, 3, 3, 18, 21, tzinfo=DENVER))
    first = maya.reminders()[-1]
    assert first.labels == ["Draft it", "Mark as sent", "Snooze"]
    await maya.press("Draft it", on=first)
    learned = maya._screen(maya.seen[-1]).fields["What did you learn or appreciate?"]
    assert not learned.get("value"), "what was written in the evaluation is the student's own"
    note = await maya.fill(
        {
            "What did you learn or appreciate?": "how storms decide a field season",
            "What happens next?": "I will look for a diving course",
        }
    )
    assert "how storms decide a field season" in note
    assert "I have" not in note.plain.split("how storms")[1].split("diving")[0], (
        "it claims nothing that was not done"
    )

    # The second one comes at +20 h, the next day, because the note is still here and not there.
    await rapport.skip_to(datetime(2026, 3, 4, 12, 21, tzinfo=DENVER))
    second = maya.reminders()[-1]
    assert "Mark as sent" in second.labels
    done = await maya.press("Mark as sent", on=second)
    assert "sent" in done.plain.lower()
    count = len(maya.reminders())

    # Nothing more comes, and nothing is left to thank for.
    await rapport.skip_to(datetime(2026, 3, 6, 12, 0, tzinfo=DENVER))
    assert len(maya.reminders()) == count
    assert "Thank" not in (await maya.slash("next")).plain.split("·")[0]


async def evaluate(rapport: World, maya: Student) -> None:
    """The eleven questions, some pressed and some typed, with a restart in the middle of question 7."""
    for number, answer in enumerate(ANSWERS, start=1):
        question = maya.reminders()[-1]
        assert f"question {number} of 11" in question.plain.lower()
        if number == 7:
            await rapport.restart(away=timedelta(minutes=5))
        if answer in question.labels:
            await maya.press(answer, on=question)
        else:
            await maya.say(answer)
    cards = [screen.plain for screen in maya.reminders()]
    assert sum(" of 11 · " in card for card in cards) == len(ANSWERS), "one quiet line for each question"
    summary = maya.reminders()[-1]
    assert "10 of 11 answered" in summary
    assert summary.labels[0] == "Draft the thank-you"
