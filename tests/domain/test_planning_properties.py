"""When reminders come, for any student anywhere: every zone's clock changes, and quiet hours of every shape."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain import todos
from bot.domain.interviews import interview as interviews
from bot.domain.reminders.reminder import Planned, ReminderKind, Snooze, hold_until, snoozed_until
from bot.domain.requests import nudges
from bot.domain.thank_yous import deadline as thank_yous
from bot.domain.times.quiet_hours import QuietHours, in_quiet, quiet_end_after, shift_out_of_quiet
from tests.domain.strategies import (
    DAY,
    HOUR,
    MINUTE,
    ZONES,
    Night,
    any_waking_minute,
    clock_is_quiet,
    disturbed,
    nights,
)

NINE = time(9)
NEW_YORK = ZoneInfo("America/New_York")
NOTE = (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE)
often = settings(max_examples=4 * settings().max_examples)
"""For the rules with the most corners."""
ahead = st.integers(0, 3 * 1440).map(lambda minutes: minutes * MINUTE)


def check_all(plan: Iterable[Planned], now: datetime) -> dict[ReminderKind, Planned]:
    """What holds for every plan: one of a kind, none of the past, each before it is pointless; by kind."""
    reminders = tuple(plan)
    assert (
        len({reminder.kind for reminder in reminders})
        == len({reminder.dedupe_key for reminder in reminders})
        == len(reminders)
    )
    for reminder in reminders:
        assert now <= reminder.due_at < reminder.expires_at
    assert [reminder.due_at for reminder in reminders] == sorted({reminder.due_at for reminder in reminders})
    return {reminder.kind: reminder for reminder in reminders}


# The end comes twice, and the start is skipped.
@example(Night(datetime(2026, 11, 1, 6, 10, tzinfo=UTC), NEW_YORK, QuietHours(time(22), time(1, 30))), 0)
@example(Night(datetime(2026, 3, 8, 7, 10, tzinfo=UTC), NEW_YORK, QuietHours(time(2, 30), time(8))), 0)
@often
@given(nights, st.integers(-400, 400))
def test_what_a_clock_in_quiet_hours_shows_is_always_quiet(night: Night, minutes: int) -> None:
    moment, zone = night.moment + minutes * MINUTE, night.zone
    if clock_is_quiet(moment, night):
        assert in_quiet(moment, night.quiet, zone)
    elif in_quiet(moment, night.quiet, zone):
        # Quiet beyond what the clock says: only because it changes before these hours are over.
        around = {(moment + hours * HOUR).astimezone(zone).utcoffset() for hours in range(-48, 49)}
        assert len(around) > 1


@pytest.mark.parametrize("clock", [time(0), NINE, time(23, 59)])
@given(night=nights)
def test_quiet_hours_that_end_where_they_begin_are_none(clock: time, night: Night) -> None:
    none = QuietHours(clock, clock)
    assert not in_quiet(night.moment, none, night.zone)
    assert hold_until(night.moment, night.moment + DAY, none, night.zone) is None
    moved = shift_out_of_quiet(night.moment, deadline=None, earliest=night.moment, quiet=none, zone=night.zone)
    assert moved == night.moment


@often
@given(nights, st.integers(5, 240), ahead)
def test_the_reminders_of_any_interview(night: Night, minutes: int, booked: timedelta) -> None:
    starts, now = night.moment, night.moment - booked
    ends = starts + minutes * MINUTE
    plan = interviews.plan_reminders(
        7, starts, minutes=minutes, sequence=0, zone=night.zone, quiet=night.quiet, now=now
    )
    found = check_all(plan, now)
    assert list(found) == [
        kind for kind in (ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK) if kind in found
    ]
    if (soon := found.get(ReminderKind.SOON)) is not None:
        assert starts - HOUR <= soon.due_at < soon.expires_at == starts
        if disturbed(soon.due_at, night):
            assert soon.due_at == starts - HOUR
            assert not any_waking_minute(starts - HOUR, starts, night)
    elif now <= starts - HOUR:
        raise AssertionError("nobody goes to a meeting without a word an hour before")
    if (prepare := found.get(ReminderKind.PREPARE)) is not None:
        assert not disturbed(prepare.due_at, night)
        assert prepare.due_at < starts == prepare.expires_at
        assert soon is not None
    back = found[ReminderKind.CHECK_BACK]
    assert not disturbed(back.due_at, night)
    assert ends + 15 * MINUTE <= back.due_at < back.expires_at == ends + 7 * DAY


@given(nights, st.integers(5, 240), st.integers(3 * 1440, 60 * 1440))
def test_prepare_comes_at_six_the_evening_before_unless_that_is_quiet(
    night: Night, minutes: int, booked: int
) -> None:
    starts, now = night.moment, night.moment - booked * MINUTE
    plan = interviews.plan_reminders(
        7, starts, minutes=minutes, sequence=0, zone=night.zone, quiet=night.quiet, now=now
    )
    local = starts.astimezone(night.zone)
    six = datetime.combine(local.date() - DAY, time(18), night.zone).astimezone(UTC)
    assume(six.astimezone(night.zone).date() < local.date())  # the day before exists
    due = {reminder.kind: reminder.due_at for reminder in plan}.get(ReminderKind.PREPARE)
    if not disturbed(six, night):
        assert due == six
    else:
        end = quiet_end_after(six, night.quiet, night.zone)
        assert due is None or due == end or due < six


@often
@given(nights, st.integers(0, 15 * 1440))
def test_the_reminders_of_any_note(night: Night, told: int) -> None:
    ended, now = night.moment, night.moment + told * MINUTE
    deadline = thank_yous.due_at(ended)
    plan = thank_yous.plan_reminders(7, ended, zone=night.zone, quiet=night.quiet, now=now)
    found = check_all(plan, now)
    assert list(found) == [kind for kind in NOTE if kind in found]
    for one, following in pairwise(plan):
        assert one.expires_at <= following.due_at
    earliest = max(now, ended + 15 * MINUTE)
    for kind in (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND):
        assert kind not in found or earliest <= found[kind].due_at < deadline
    if (first := found.get(ReminderKind.THANK_YOU_FIRST)) is not None:
        assert not disturbed(first.due_at, night)
    wanted = ended + 20 * HOUR
    if now > wanted:  # told in the very night that it waits for the end of, or too late
        waits = disturbed(wanted, night) and not any_waking_minute(wanted, now, night)
        assert waits or ReminderKind.THANK_YOU_SECOND not in found
    else:
        assert ReminderKind.THANK_YOU_SECOND in found
    if (second := found.get(ReminderKind.THANK_YOU_SECOND)) is not None:
        assert second.expires_at == deadline
        assert not disturbed(second.due_at, night) or not any_waking_minute(earliest, deadline, night)


@given(nights)
def test_a_note_is_due_after_a_day_on_the_stopwatch_whatever_the_clocks_do(night: Night) -> None:
    deadline = thank_yous.due_at(night.moment)
    assert (deadline - night.moment).total_seconds() == 24 * 3600
    assert deadline.timestamp() - night.moment.timestamp() == 24 * 3600


@given(nights, st.integers(0, 14 * 60), st.integers(0, 3 * 60))
def test_quiet_hours_over_the_deadline_move_the_last_reminder_before_them(
    night: Night, since: int, beyond: int
) -> None:
    """They begin `since` minutes before the reminder would come and end `beyond` minutes after the deadline."""
    ended, zone = night.moment, night.zone
    wanted, deadline = ended + 20 * HOUR, ended + 24 * HOUR
    begin, end = (
        moment.astimezone(zone).time() for moment in (wanted - since * MINUTE, deadline + beyond * MINUTE)
    )
    quiet = QuietHours(begin.replace(second=0, fold=0), end.replace(second=0, fold=0))
    assume(in_quiet(wanted, quiet, zone) and quiet_end_after(wanted, quiet, zone) >= deadline)
    night = night._replace(quiet=quiet)
    assume(any_waking_minute(ended + 15 * MINUTE, wanted, night))
    plan = thank_yous.plan_reminders(7, ended, zone=zone, quiet=quiet, now=ended)
    second = next(reminder.due_at for reminder in plan if reminder.kind == ReminderKind.THANK_YOU_SECOND)
    assert second < wanted
    assert not disturbed(second, night)
    # The last moment there is: a minute later the quiet hours have begun.
    assert in_quiet(second + MINUTE, quiet, zone)


# They end 25 minutes before the deadline: there was time the evening before.
@example(Night(datetime(2026, 5, 4, 16, tzinfo=UTC), NEW_YORK, QuietHours(time(22), time(11, 35))), 0)
@often
@given(nights, st.integers(0, 20 * 60))
def test_the_last_reminder_leaves_time_to_write_whenever_it_can(night: Night, told: int) -> None:
    ended, now = night.moment, night.moment + told * MINUTE
    deadline, earliest = ended + 24 * HOUR, max(now, ended + 15 * MINUTE)
    plan = thank_yous.plan_reminders(7, ended, zone=night.zone, quiet=night.quiet, now=now)
    second = next(reminder.due_at for reminder in plan if reminder.kind == ReminderKind.THANK_YOU_SECOND)
    if second >= deadline - 30 * MINUTE:
        assert not any_waking_minute(earliest, deadline - 30 * MINUTE, night)


@given(nights, st.integers(0, 13 * 1440))
def test_late_is_better_than_never_at_nine_by_local_clocks(night: Night, told: int) -> None:
    ended, now = night.moment, night.moment + told * MINUTE
    plan = thank_yous.plan_reminders(7, ended, zone=night.zone, quiet=night.quiet, now=now)
    late, since = (
        {reminder.kind: reminder for reminder in plan}[ReminderKind.THANK_YOU_LATE],
        max(ended + 24 * HOUR, now),
    )
    minutes = (since.replace(second=0) + minute * MINUTE for minute in range(1, 50 * 60))
    nine = next(moment for moment in minutes if moment.astimezone(night.zone).time() == NINE)
    assert not disturbed(late.due_at, night)
    if in_quiet(nine, night.quiet, night.zone):
        assert late.due_at == quiet_end_after(nine, night.quiet, night.zone)
    else:
        assert late.due_at == nine
    assert late.expires_at == ended + 15 * DAY


@given(nights, st.integers(0, 1), st.integers(0, 6 * 1440))
def test_a_nudge_of_any_request(night: Night, sent: int, told: int) -> None:
    asked, now = night.moment, night.moment + told * MINUTE
    plan = nudges.plan_nudge(7, asked, nudges=sent, zone=night.zone, quiet=night.quiet, now=now)
    found = check_all(plan, now)
    if ReminderKind.NUDGE in found:
        reminder = found[ReminderKind.NUDGE]
        assert not disturbed(reminder.due_at, night)
        assert asked + 7 * DAY <= reminder.due_at < asked + 9 * DAY
        assert not any_waking_minute(asked + 7 * DAY, reminder.due_at, night)
    assert sent or found


# That night nothing is left of the quarter of an hour without quiet.
@example(
    Night(datetime(2026, 11, 1, 5, 20, tzinfo=UTC), NEW_YORK, QuietHours(time(1, 30), time(1, 15))), 0 * MINUTE
)
@given(nights, ahead | ahead.map(lambda delta: -delta))
def test_a_to_do_of_any_date(night: Night, until: timedelta) -> None:
    now, due = night.moment, night.moment + until
    reminder = todos.plan_reminder(7, due, zone=night.zone, quiet=night.quiet, now=now)
    check_all([reminder], now)
    assert not disturbed(reminder.due_at, night)
    assert not any_waking_minute(max(due, now), reminder.due_at, night)
    assert reminder.expires_at == reminder.due_at + 14 * DAY


@given(nights, st.integers(-60, 60 * 48))
def test_what_waits_waits_to_the_end_of_the_night_and_never_past_its_use(night: Night, useful: int) -> None:
    now, expires = night.moment, night.moment + useful * MINUTE
    until = hold_until(now, expires, night.quiet, night.zone)
    if until is None:
        assert not in_quiet(now, night.quiet, night.zone) or not any_waking_minute(now, expires, night)
    else:
        assert now < until < expires
        assert not disturbed(until, night)
        assert not any_waking_minute(now, until, night)
        assert hold_until(until, expires, night.quiet, night.zone) is None


@given(nights, st.sampled_from(Snooze))
def test_a_snooze_is_over_after_elapsed_hours_or_at_nine_later_than_that(night: Night, choice: Snooze) -> None:
    back = snoozed_until(choice, night.moment, night.zone)
    if choice is Snooze.MORNING:
        assert 3 * HOUR < back - night.moment <= 52 * HOUR  # of a skipped day there is no morning
        assert back.astimezone(night.zone).time() == NINE
    else:
        assert back - night.moment == {Snooze.ONE_HOUR: HOUR, Snooze.THREE_HOURS: 3 * HOUR}[choice]


@given(nights, st.integers(0, 20 * 60), st.sampled_from(ZONES).map(ZoneInfo))
def test_planning_anew_elsewhere_keeps_every_key(night: Night, told: int, elsewhere: ZoneInfo) -> None:
    """Whoever moves to another zone gets the same reminders at other moments, not more of them."""
    ended, now = night.moment, night.moment + told * MINUTE
    here, there = (
        {
            reminder.kind: reminder
            for reminder in thank_yous.plan_reminders(7, ended, zone=zone, quiet=night.quiet, now=now)
        }
        for zone in (night.zone, elsewhere)
    )
    for kind in here.keys() & there.keys():
        assert here[kind].dedupe_key == there[kind].dedupe_key
    assert ReminderKind.THANK_YOU_LATE in here.keys() & there.keys()
