"""The boundaries trial in small: some of its stops, and what cannot be decided; and a broken engine is caught."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
import time_machine

from bot.domain.reminders.reminder import Status
from bot.reminders.attempts import Attempts
from bot.services.reminders.claims import Claimed, Delivery
from bot.ui.reminders.sender import ReminderSender
from tests.faults.boundaries import trial as boundaries
from tests.faults.boundaries.students import START, Who, planted
from tests.faults.boundaries.trial import AWAY, POST, Stop, play, run

SEED = 20260302
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(scope="module")
def steps() -> Sequence[str]:
    with time_machine.travel(START, tick=False):
        planted()
    return play((), SEED).steps[0]


def test_no_reminder_is_lost_or_repeated_wherever_the_engine_is_stopped() -> None:
    report = run(12, SEED)
    assert report.broken == ()
    assert report.tried >= 12 + 2 * 4
    assert report.figures["boundaries"] > 100
    assert report.figures["stopped twice"] == 4
    assert report.figures["looks into a DM"] > 0, "nothing was in doubt: this proves nothing"
    assert report.figures["uncertain"] == sum(case.end.status is Status.UNCERTAIN for case in boundaries.UNREAD)


def test_the_same_story_takes_the_same_steps(steps: Sequence[str]) -> None:
    assert play((), SEED).steps[0] == steps
    assert {"before a commit", "after a commit", f"before {POST}", f"after {POST}"} <= set(steps)


@pytest.mark.parametrize("away", AWAY)
def test_a_message_whose_sender_died_is_not_sent_again(steps: Sequence[str], away: timedelta) -> None:
    story = play((Stop(steps.index(f"after {POST}"), away),), SEED)
    assert story.broken == ()
    assert (story.end.status, story.end.messages) == (Status.SENT, 1)


async def _found_nothing(_sender: ReminderSender, _user: int, _reminders: Sequence[Claimed]) -> Mapping[int, int]:
    return {}


async def _takes_no_time_to_look(attempts: Attempts, delivery: Delivery) -> None:
    if ready := await attempts._sort_out(delivery):
        await attempts._send(ready)


@pytest.mark.parametrize(
    ("place", "broken"),
    [((ReminderSender, "find"), _found_nothing), ((Attempts, "_settle"), _takes_no_time_to_look)],
)
def test_an_engine_that_does_not_look_into_the_dm_is_caught(
    steps: Sequence[str], monkeypatch: pytest.MonkeyPatch, place: tuple[type, str], broken: object
) -> None:
    monkeypatch.setattr(*place, broken)
    stop = Stop(steps.index(f"after {POST}"), HALF_AN_HOUR)
    told = play((stop,), SEED).broken
    todo = ("todo", planted().subjects[Who.SINGLE])
    assert f"SINGLE: {todo} was told 2 times by 1 reminders" in told


def test_an_engine_that_marks_before_it_sends_is_caught(
    steps: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found_all(_sender: ReminderSender, _user: int, reminders: Sequence[Claimed]) -> Mapping[int, int]:
        return {reminder.id: 1 for reminder in reminders}

    monkeypatch.setattr(ReminderSender, "find", found_all)
    told = play((Stop(steps.index(f"before {POST}"), HALF_AN_HOUR),), SEED).broken
    assert [line for line in told if line.startswith("SINGLE") and "no such message" in line]


def test_every_kind_of_student_is_there() -> None:
    with time_machine.travel(START, tick=False):
        assert set(planted().subjects) == set(Who)
