"""Reminders: what is planned around an interview, and when one waits, repeats, is late or gives way."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import checked_minutes, plan_reminders
from bot.domain.reminders.reminder import (
    Planned,
    ReminderKind,
    Snooze,
    backoff,
    hold_until,
    is_late,
    keep_newest,
    renumbered_key,
    snoozed_key,
    snoozed_until,
)
from bot.domain.times.quiet_hours import QuietHours, in_quiet

DENVER = ZoneInfo("America/Denver")
QUIET = QuietHours(time(22), time(8))
NOON_OFF = QuietHours(time(11), time(14))
LONG_NIGHT = QuietHours(time(17), time(9))
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, month: int = 2, zone: ZoneInfo = DENVER) -> datetime:
    """A local time in 2026 as UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


def reminders(starts_at: datetime, now: datetime, quiet: QuietHours = QUIET) -> dict[ReminderKind, datetime]:
    plan = plan_reminders(7, starts_at, minutes=20, sequence=0, zone=DENVER, quiet=quiet, now=now)
    assert len(plan) == len({reminder.kind for reminder in plan})
    return {reminder.kind: reminder.due_at for reminder in plan}


@pytest.mark.parametrize(
    ("starts_at", "now", "quiet", "prepare_soon_check_back"),
    [
        pytest.param(at(12, 15), at(9, 12), QUIET, (at(11, 18), at(12, 14), at(12, 15, 35)), id="days ahead"),
        pytest.param(at(12, 15), at(11, 18), QUIET, (at(11, 18), at(12, 14), at(12, 15, 35)), id="that evening"),
        pytest.param(at(12, 15), at(12, 9), QUIET, (at(12, 9, 15), at(12, 14), at(12, 15, 35)), id="same day"),
        pytest.param(at(12, 10), at(11, 23), QUIET, (at(12, 8), at(12, 9), at(12, 10, 35)), id="at night"),
        pytest.param(at(12, 15), at(12, 13), QUIET, (at(12, 13, 15), at(12, 14), at(12, 15, 35)), id="2 h ahead"),
        pytest.param(at(12, 15), at(12, 13, 1), QUIET, (None, at(12, 14), at(12, 15, 35)), id="less than 2 h"),
        pytest.param(at(12, 15), at(12, 14, 1), QUIET, (None, None, at(12, 15, 35)), id="less than 1 h"),
        pytest.param(at(12, 15), at(12, 16), QUIET, (None, None, None), id="over already"),
        pytest.param(at(12, 8, 30), at(9, 12), QUIET, (at(11, 18), at(12, 8), at(12, 9, 5)), id="early"),
        pytest.param(at(12, 7), at(9, 12), QUIET, (at(11, 18), at(12, 6), at(12, 8)), id="before the night ends"),
        pytest.param(at(12, 8, 30), at(12, 1), QUIET, (None, at(12, 8), at(12, 9, 5)), id="booked that night"),
        pytest.param(at(12, 21, 30), at(9, 12), QUIET, (at(11, 18), at(12, 20, 30), at(13, 8)), id="evening"),
        pytest.param(at(12, 15), at(9, 12), LONG_NIGHT, (at(12, 9), at(12, 14), at(12, 15, 35)), id="no 18:00"),
        pytest.param(at(12, 9), at(9, 12), LONG_NIGHT, (at(11, 16, 59), at(12, 8), at(12, 9, 35)), id="nor 8:00"),
        pytest.param(at(12, 12), at(9, 12), NOON_OFF, (at(11, 18), at(12, 11), at(12, 14)), id="quiet noon"),
        pytest.param(
            at(8, 15, month=3),
            at(1, 12, month=3),
            QUIET,
            (at(7, 18, month=3), at(8, 14, month=3), at(8, 15, 35, month=3)),
            id="the clocks go forward",
        ),
    ],
)
def test_the_reminders_of_an_interview(
    starts_at: datetime,
    now: datetime,
    quiet: QuietHours,
    prepare_soon_check_back: tuple[datetime | None, ...],
) -> None:
    expected = zip(
        (ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK), prepare_soon_check_back, strict=True
    )
    assert reminders(starts_at, now, quiet) == {kind: due for kind, due in expected if due is not None}


def test_the_reminders_of_an_interview_expire_and_can_be_told_from_those_of_its_next_move() -> None:
    plan = plan_reminders(7, at(12, 15), minutes=20, sequence=3, zone=DENVER, quiet=QUIET, now=at(9, 12))
    assert [reminder.dedupe_key for reminder in plan] == ["prepare:7:3", "soon:7:3", "check_back:7:3"]
    assert [reminder.expires_at for reminder in plan] == [at(12, 15), at(12, 15), at(19, 15, 20)]
    assert {reminder.subject_id for reminder in plan} == {7}


ZONES = ("America/Denver", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
clocks = st.times(timezones=st.none()).map(lambda clock: clock.replace(second=0, microsecond=0))
quiets = st.builds(QuietHours, clocks, clocks).filter(lambda quiet: quiet.start != quiet.end)


@given(moments, st.integers(5, 240), zones, quiets, st.integers(0, 72 * 60))
def test_whatever_the_interview(
    starts_at: datetime, minutes: int, zone: ZoneInfo, quiet: QuietHours, ahead: int
) -> None:
    now = starts_at - timedelta(minutes=ahead)
    plan = plan_reminders(7, starts_at, minutes=minutes, sequence=0, zone=zone, quiet=quiet, now=now)
    assert [reminder.due_at for reminder in plan] == sorted({reminder.due_at for reminder in plan})
    assert [reminder.kind for reminder in plan] == sorted(
        {reminder.kind for reminder in plan}, key=list(ReminderKind).index
    )
    assert all(now <= reminder.due_at < reminder.expires_at for reminder in plan)
    for reminder in plan:
        if in_quiet(reminder.due_at, quiet, zone):
            assert reminder.kind == ReminderKind.SOON
            assert in_quiet(starts_at - timedelta(minutes=1), quiet, zone)


@pytest.mark.parametrize("minutes", [5, 20, 240])
def test_a_usual_length(minutes: int) -> None:
    assert checked_minutes(minutes) == minutes


@pytest.mark.parametrize("minutes", [-20, 0, 4, 241])
def test_an_impossible_length(minutes: int) -> None:
    with pytest.raises(CoachError) as caught:
        checked_minutes(minutes)
    assert caught.value.code == Code.BAD_MINUTES
    assert caught.value.params == {"minutes": minutes, "low": 5, "high": 240}


@pytest.mark.parametrize(
    ("choice", "back"),
    [
        (Snooze("1h"), at(8, 1, 30, month=3)),
        (Snooze("3h"), at(8, 4, 30, month=3)),
        (Snooze("morning"), at(8, 9, month=3)),
    ],
)
def test_snoozing_counts_elapsed_hours_and_local_mornings(choice: Snooze, back: datetime) -> None:
    before_the_clocks_go_forward = at(8, 0, 30, month=3)
    assert snoozed_until(choice, before_the_clocks_go_forward, DENVER) == back


def test_a_reminder_that_is_put_off_again_keeps_its_one_key() -> None:
    key = snoozed_key("nudge:7:0", 41)
    assert key == "nudge:7:0+snooze41"
    assert snoozed_key(key, 42) == "nudge:7:0+snooze42"


@pytest.mark.parametrize(
    ("key", "renumbered"),
    [
        ("nudge:7:0", "nudge:70:0"),
        ("nudge:7:12", "nudge:70:12"),
        ("nudge:7:0+snooze41", "nudge:70:0+snooze410"),
        ("nudge:7:0+snooze5", "nudge:70:0+snooze5"),
        ("nudge:007:01", "nudge:70:1"),
    ],
)
def test_a_key_follows_the_new_numbers_of_what_it_names(key: str, renumbered: str) -> None:
    assert renumbered_key(key, "nudge", (7, 70), {41: 410}) == renumbered


@pytest.mark.parametrize(
    "key",
    [
        "", "nudge:7", "nudge:8:0", "soon:7:0", "nudge:7:0+snooze", "nudge:7:0 ", "NUDGE:7:0",
        f"nudge:7:{'1' * 20}",
    ],
)  # fmt: skip
def test_a_key_of_anything_else_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no key of a reminder of this nudge"):
        renumbered_key(key, "nudge", (7, 70), {})


@pytest.mark.parametrize(
    ("now", "expires_at", "held"),
    [
        (at(12, 21, 59), at(20, 12), None),
        (at(12, 22), at(20, 12), at(13, 8)),
        (at(13, 7, 59), at(20, 12), at(13, 8)),
        (at(13, 8), at(20, 12), None),
        (at(13, 3), at(13, 8), None),
        (at(13, 3), at(13, 8, 1), at(13, 8)),
    ],
)
def test_a_reminder_waits_for_the_morning_if_it_still_matters_then(
    now: datetime, expires_at: datetime, held: datetime | None
) -> None:
    assert hold_until(now, expires_at, QUIET, DENVER) == held


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (9, 3600), (10**6, 3600)]
)
def test_the_wait_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert backoff(attempts, 1.0) == timedelta(seconds=seconds)
    assert backoff(attempts, 0.0) == timedelta(seconds=seconds / 2)


def test_late_is_more_than_ten_minutes() -> None:
    assert not is_late(at(12, 9), at(12, 9, 10))
    assert is_late(at(12, 9), at(12, 9, 10) + timedelta(seconds=1))


def reminder(kind: ReminderKind, subject_id: int, hour: int) -> Planned:
    return Planned(kind, subject_id, at(12, hour), at(13, hour), f"{kind}:{subject_id}:0")


def test_only_the_newest_reminder_about_a_thing_is_kept() -> None:
    first, second = reminder(ReminderKind.THANK_YOU_FIRST, 1, 9), reminder(ReminderKind.THANK_YOU_SECOND, 1, 12)
    other = reminder(ReminderKind.THANK_YOU_FIRST, 2, 10)
    prepare, soon, check_back = (
        reminder(ReminderKind.PREPARE, 3, 8),
        reminder(ReminderKind.SOON, 3, 11),
        reminder(ReminderKind.CHECK_BACK, 3, 12),
    )
    nudge, todo = reminder(ReminderKind.NUDGE, 1, 7), reminder(ReminderKind.TODO_DUE, 1, 7)
    sorted_out = keep_newest([second, other, soon, first, prepare, check_back, todo, nudge])
    assert sorted_out.keep == (nudge, todo, other, soon, check_back, second)
    assert sorted_out.superseded == (prepare, first)


def test_of_two_reminders_for_the_same_moment_the_later_kind_is_kept() -> None:
    first, late = reminder(ReminderKind.THANK_YOU_FIRST, 1, 9), reminder(ReminderKind.THANK_YOU_LATE, 1, 9)
    assert keep_newest([late, first]).keep == (late,)


@given(
    st.lists(st.builds(reminder, st.sampled_from(ReminderKind), st.integers(1, 3), st.integers(0, 23)), max_size=20)
)
def test_no_reminder_is_lost_or_doubled(overdue: list[Planned]) -> None:
    sorted_out = keep_newest(overdue)
    assert sorted(map(id, sorted_out.keep + sorted_out.superseded)) == sorted(map(id, overdue))
    assert [one.due_at for one in sorted_out.keep] == sorted(one.due_at for one in sorted_out.keep)
    assert bool(sorted_out.keep) == bool(overdue)
    assert keep_newest(sorted_out.keep) == type(sorted_out)(sorted_out.keep, ())
