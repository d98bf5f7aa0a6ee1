"""Every reminder names its reminders to whoever reads it back: on each kind of card, in each of its states."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import now
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.reminder import ReminderKind
from bot.handbook import loader
from bot.services.due_reminders import (
    About,
    AboutInterview,
    DueTodo,
    Leaving,
    NoteDue,
    Reader,
    ReminderView,
    Waiting,
)
from bot.services.interviews.views import InterviewView
from bot.services.todos.views import TodoView
from bot.ui.cards.reminders import cards
from bot.ui.kit.card import Card, Notice
from bot.ui.kit.custom_ids import ComponentKind as Carrier
from bot.ui.kit.custom_ids import Route, encode
from bot.ui.kit.render import build, build_notice
from tests.support.discord_limits import components_of, parts

HANDBOOK = loader.load()
OWNER, REMINDER = 1001, 4711
HOUR = timedelta(hours=1)
MARK = {("reminder", REMINDER)}
SILENT = {ReminderKind.KEEP_IN_TOUCH}
"""Kinds of which no reminder speaks yet."""

pytestmark = pytest.mark.usefixtures("traveller")


def interview(status: InterviewStatus = InterviewStatus.SCHEDULED, note_version: int = 0) -> InterviewView:
    return InterviewView(
        id=31,
        contact_id=32,
        contact_name="Ana Reyes",
        starts_at=now(),
        minutes=30,
        mode=None,
        place="",
        status=status,
        ended_at=now() if status is InterviewStatus.MET else None,
        sequence=0,
        created_at=now(),
        begun=False,
        over=False,
        evaluation_id=None,
        evaluation_status="",
        note_due_at=now() + HOUR,
        note_version=note_version,
        note_sent_at=None,
    )


def view(kind: ReminderKind, reminder: int = REMINDER) -> ReminderView:
    """A reminder of `kind` as it is when it is sent. No other number in it is the reminder's."""
    return ReminderView(reminder, kind, now(), subject(kind), Reader(ZoneInfo("America/Denver"), named=True))


def subject(kind: ReminderKind) -> About:
    match kind:
        case ReminderKind.PREPARE | ReminderKind.SOON | ReminderKind.CHECK_BACK:
            return AboutInterview(interview())
        case ReminderKind.NUDGE:
            return Waiting(33, "Ana Reyes", now())
        case ReminderKind.TODO_DUE:
            return DueTodo(TodoView(34, "Read it", "Ana Reyes", now(), None))
        case ReminderKind.INACTIVE_FIRST | ReminderKind.INACTIVE_SECOND:
            return Leaving(now() - 700 * 24 * HOUR, now() + 14 * 24 * HOUR)
        case _:
            return NoteDue(interview(InterviewStatus.MET), now() + HOUR)


def custom_ids(said: Card | Notice) -> list[str]:
    built = build_notice(said, OWNER)["view"] if isinstance(said, Notice) else build(said, OWNER).view
    return [part["custom_id"] for part in parts(components_of(built)) if "custom_id" in part]


KINDS = [kind for kind in ReminderKind if kind not in SILENT]


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_reminder_names_its_reminder(kind: ReminderKind, late: bool) -> None:
    assert cards.marks(custom_ids(cards.reminder(view(kind), HANDBOOK, late=late))) == MARK


@pytest.mark.parametrize("kind", KINDS)
def test_a_reminder_that_is_being_put_off_still_names_it(kind: ReminderKind) -> None:
    assert cards.marks(custom_ids(cards.snooze(view(kind), HANDBOOK))) == MARK
    assert cards.marks(custom_ids(cards.snoozed(view(kind), HANDBOOK, now() + 2 * HOUR))) == MARK


def test_a_reminder_about_a_note_that_is_written_names_it_too() -> None:
    one = view(ReminderKind.THANK_YOU_SECOND)
    written = replace(one, about=NoteDue(interview(InterviewStatus.MET, note_version=1), now() + HOUR))
    assert cards.marks(custom_ids(cards.reminder(written, HANDBOOK))) == MARK


def test_what_is_ready_to_go_is_opened_and_not_drafted_again() -> None:
    one = view(ReminderKind.THANK_YOU_SECOND)
    written = NoteDue(interview(InterviewStatus.MET, note_version=1), now() + HOUR)
    shown = cards.reminder(replace(one, about=written), HANDBOOK)
    assert "ready to go" in shown.line
    assert [button.label for button in shown.rows[0]] == ["Open the note", "Mark as sent", "Snooze"]
    with_blank = replace(written, interview=replace(written.interview, note_blank=True))
    assert "ready to go" not in cards.reminder(replace(one, about=with_blank), HANDBOOK).line


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("kinds", [KINDS, KINDS[:2], [ReminderKind.TODO_DUE] * 12], ids=["every", "two", "many"])
def test_several_are_known_by_their_nonce_alone(kinds: Sequence[ReminderKind], late: bool) -> None:
    views = [view(kind, REMINDER + n) for n, kind in enumerate(kinds)]
    card = cards.several(views, HANDBOOK, REMINDER, late=late)
    # A button of one of many would name that one only, and it may be one that is not shown.
    assert cards.marks(custom_ids(card)) == {("nonce", REMINDER)}


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "anything",
        "b0:ping.snooze:rt:4711",
        *(
            encode(Carrier.BUTTON, Route(action, OWNER, args))
            for action, args in [
                ("home.next", ()),
                ("todo.done", ("34",)),
                ("interview.prep", ("31",)),
                ("todo.show", ("34", "4711")),
                ("evaluation.back", ("4711",)),
            ]
        ),
    ],
)
def test_no_other_card_passes_for_a_reminder(custom_id: str) -> None:
    assert cards.marks([custom_id]) == set()
