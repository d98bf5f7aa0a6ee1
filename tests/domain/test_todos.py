"""To-dos as typed, and the reminder of a date."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from bot.domain.todos import AT_ONCE, TEXT_LIMIT, WORTH_FOR, plan_reminder, read_lines

DENVER = ZoneInfo("America/Denver")
QUIET = QuietHours(time(22), time(8))
NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("Read", ("Read",)),
        ("  Read   the\treport ", ("Read the report",)),
        ("- Read\n* Write\n• Call\n– Ask", ("Read", "Write", "Call", "Ask")),
        ("1. Go\n2) See\n[ ] Do\n[x] Be", ("Go", "See", "Do", "Be")),
        ("Read\n\n \nread\nREAD", ("Read",)),
        ("3.5 hours of reading", ("3.5 hours of reading",)),
        ("-5 degrees", ("-5 degrees",)),
    ],
)
def test_lines_as_people_type_them(typed: str, lines: tuple[str, ...]) -> None:
    assert read_lines(typed) == lines


@pytest.mark.parametrize("typed", ["", " \n\t", "-", "- \n* \n1."])
def test_nothing_is_not_a_to_do(typed: str) -> None:
    with pytest.raises(CoachError) as refusal:
        read_lines(typed)
    assert refusal.value.code is Code.BLANK
    assert refusal.value.params == {"field": "To-do"}


def test_a_list_that_is_too_long_is_refused_with_what_it_has_and_what_fits() -> None:
    read_lines("\n".join(map(str, range(AT_ONCE))))
    with pytest.raises(CoachError) as refusal:
        read_lines("\n".join(map(str, range(AT_ONCE + 1))))
    assert refusal.value.code is Code.TOO_MANY
    assert refusal.value.params == {"field": "To-dos", "limit": AT_ONCE, "count": AT_ONCE + 1}


def test_a_to_do_that_is_too_long_is_refused_by_name() -> None:
    assert read_lines("x" * TEXT_LIMIT) == ("x" * TEXT_LIMIT,)
    with pytest.raises(CoachError) as refusal:
        read_lines("x" * (TEXT_LIMIT + 1))
    assert refusal.value.params == {"field": "To-do", "limit": TEXT_LIMIT, "length": TEXT_LIMIT + 1}


@given(st.text(max_size=600))
def test_whatever_is_typed_is_kept_within_limits_or_refused(typed: str) -> None:
    try:
        lines = read_lines(typed)
    except CoachError:
        return
    assert 1 <= len(lines) <= AT_ONCE
    assert all(1 <= len(line) <= TEXT_LIMIT and line == " ".join(line.split()) for line in lines)
    assert len({line.casefold() for line in lines}) == len(lines)


@given(st.integers(min_value=-60, max_value=60 * 24 * 400))
def test_a_reminder_never_comes_at_night_nor_before_its_moment(minutes: int) -> None:
    due = NOW + timedelta(minutes=minutes)
    reminder = plan_reminder(7, due, zone=DENVER, quiet=QUIET, now=NOW)
    assert (reminder.kind, reminder.subject_id) == (ReminderKind.TODO_DUE, 7)
    assert not in_quiet(reminder.due_at, QUIET, DENVER)
    assert max(due, NOW) <= reminder.due_at <= max(due, NOW) + timedelta(hours=11)
    assert reminder.expires_at == reminder.due_at + WORTH_FOR


def test_another_date_is_another_reminder() -> None:
    first, second = (
        plan_reminder(7, NOW + timedelta(hours=hours), zone=DENVER, quiet=QUIET, now=NOW) for hours in (1, 2)
    )
    assert first.dedupe_key != second.dedupe_key
