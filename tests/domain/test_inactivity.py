"""When somebody who stays away is warned, and when what is kept of them goes: never early, never without notice."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.reminders.inactivity import (
    FIRST_BEFORE,
    NOTICE,
    WARNINGS,
    Absence,
    Warned,
    absence,
    announced,
    next_step,
    plan_warning,
    seen_before,
)
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from bot.domain.times.wall_clock import months_after

DENVER, LISBON = ZoneInfo("America/Denver"), ZoneInfo("Europe/Lisbon")
FIRST, SECOND = WARNINGS
DAY = timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

zones = st.sampled_from(["America/Denver", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
spans = st.integers(1, 60)
delays = st.timedeltas(timedelta(0), 90 * DAY)


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        ("2026-03-02 15:00", 24, "2028-03-02 15:00"),
        ("2024-02-29 15:00", 24, "2026-02-28 15:00"),
        ("2024-02-29 15:00", 48, "2028-02-29 15:00"),
        ("2026-01-31 15:00", 1, "2026-02-28 15:00"),
        ("2026-12-31 23:59", 2, "2027-02-28 23:59"),
        ("2028-03-02 15:00", -24, "2026-03-02 15:00"),
        ("2026-01-15 10:00", -1, "2025-12-15 10:00"),
        # By the clock on the wall, whatever was changed about it on the way.
        ("2026-02-08 02:30", 1, "2026-03-08 03:00"),
        ("2026-10-01 01:30", 1, "2026-11-01 01:30"),
    ],
)
def test_months_are_counted_on_the_calendar(moment: str, months: int, later: str) -> None:
    start = datetime.fromisoformat(moment).replace(tzinfo=DENVER).astimezone(UTC)
    end = months_after(start, months, DENVER)
    assert end.astimezone(DENVER).replace(tzinfo=None) == datetime.fromisoformat(later)


def test_the_moments_of_two_years() -> None:
    gone = absence(datetime(2026, 3, 2, 15, tzinfo=DENVER), 24, DENVER)
    assert gone.delete_at == datetime(2028, 3, 3, 15, tzinfo=DENVER), "a day later: visits are noted once a day"
    assert gone.second_at == datetime(2028, 2, 25, 15, tzinfo=DENVER)
    assert gone.first_at == datetime(2028, 2, 2, 15, tzinfo=DENVER)


def test_who_may_be_away_for_a_month_is_not_warned_on_the_next_day() -> None:
    gone = absence(datetime(2026, 3, 2, 15, tzinfo=DENVER), 1, DENVER)
    assert gone.first_at.date() == datetime(2026, 3, 18, tzinfo=DENVER).date()


@example(datetime(2024, 1, 28, 11, tzinfo=UTC), 1, "Pacific/Apia")  # January 29 at midnight: February ends first
@example(datetime(2025, 2, 27, 11, tzinfo=UTC), 1, "Pacific/Apia")  # February 28, and visits until March 1
@given(moments, spans, zones)
def test_nothing_is_planned_early(seen: datetime, months: int, zone: str) -> None:
    gone = absence(seen, months, ZoneInfo(zone))
    # The visit may have been at the end of the day on which it was noted.
    really = seen + DAY - timedelta.resolution
    assert gone.delete_at >= months_after(really, months, ZoneInfo(zone))
    # A day for the visit, three for a February in between, and an hour for the clocks.
    assert gone.delete_at <= months_after(seen, months, ZoneInfo(zone)) + 4 * DAY + timedelta(hours=1)
    assert seen < gone.first_at <= gone.second_at - NOTICE < gone.second_at == gone.delete_at - NOTICE
    assert gone.first_at >= gone.delete_at - FIRST_BEFORE


@given(moments, spans, zones, delays)
def test_nobody_is_left_out_who_has_to_be_looked_at(
    seen: datetime, months: int, zone: str, after: timedelta
) -> None:
    until = absence(seen, months, ZoneInfo(zone)).first_at + after
    assert seen < seen_before(until, months)
    assert absence(seen_before(until, months), months, None).first_at > until


def lived(gone: Absence, start: datetime, waits: list[timedelta]) -> list[tuple[ReminderKind | None, datetime]]:
    """What happens from `start` on, when each step is taken so late."""
    taken: list[tuple[ReminderKind | None, datetime]] = []
    present = start
    for wait in waits:
        step = next_step(gone, [Warned(kind, at) for kind, at in taken if kind], since=LONG_AGO)
        present = max(present, step.at) + wait
        taken.append((step.warning, present))
    return taken


@given(moments, spans, zones, st.timedeltas(-90 * DAY, 900 * DAY), st.lists(delays, min_size=3, max_size=3))
def test_whatever_comes_late_every_date_that_was_given_is_kept(
    seen: datetime, months: int, zone: str, start: timedelta, waits: list[timedelta]
) -> None:
    gone = absence(seen, months, ZoneInfo(zone))
    (first, first_at), (second, second_at), (third, deleted_at) = lived(gone, gone.first_at + start, waits)
    assert (first, second, third) == (FIRST, SECOND, None)
    assert second_at - first_at >= NOTICE
    assert deleted_at - second_at >= NOTICE
    assert deleted_at >= gone.delete_at
    told = [announced(gone, FIRST, first_at), announced(gone, SECOND, second_at)]
    assert all(date is not None and date <= deleted_at for date in told)
    assert told[0] == max(gone.delete_at, first_at + 2 * NOTICE)
    assert told[1] == max(gone.delete_at, second_at + NOTICE) == deleted_at - waits[2]


@given(moments, spans, zones)
def test_without_delays_the_first_date_is_the_last(seen: datetime, months: int, zone: str) -> None:
    gone = absence(seen, months, ZoneInfo(zone))
    steps = lived(gone, seen, [timedelta(0)] * 3)
    assert steps == [(FIRST, gone.first_at), (SECOND, gone.second_at), (None, gone.delete_at)]
    assert announced(gone, FIRST, gone.first_at) == announced(gone, SECOND, gone.second_at) == gone.delete_at


def test_after_a_stop_of_the_bot_the_second_warning_comes_again() -> None:
    gone = absence(datetime(2026, 3, 2, 15, tzinfo=DENVER), 24, DENVER)
    warned = [Warned(FIRST, gone.first_at), Warned(SECOND, gone.second_at)]
    back = gone.delete_at + 90 * DAY
    assert next_step(gone, warned, since=gone.first_at).warning is None
    again = next_step(gone, warned, since=back)
    assert again.warning is SECOND
    deletion = next_step(gone, [*warned, Warned(SECOND, back + DAY)], since=back)
    assert (deletion.warning, deletion.at) == (None, back + DAY + NOTICE)


def test_a_warning_counts_for_one_absence_only() -> None:
    seen = datetime(2026, 3, 2, 15, tzinfo=DENVER)
    short, long = absence(seen, 12, DENVER), absence(seen, 36, DENVER)
    warned = [Warned(FIRST, short.first_at), Warned(SECOND, short.second_at)]
    assert next_step(long, warned, since=LONG_AGO).warning is FIRST, "more time was granted since"
    later = absence(short.second_at, 12, DENVER)
    assert next_step(later, warned, since=LONG_AGO).warning is FIRST, "they were here since"


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_warning_of_somebody_who_is_back_has_nothing_to_say(warning: ReminderKind) -> None:
    seen = datetime(2026, 3, 2, 15, tzinfo=DENVER)
    due = absence(seen, 24, DENVER)
    assert announced(due, warning, due.second_at) is not None
    assert announced(absence(due.first_at, 24, DENVER), warning, due.second_at) is None


quiet_hours = st.builds(QuietHours, st.times(), st.times())


@given(moments, moments, st.timedeltas(-3 * DAY, 300 * DAY), zones, quiet_hours)
def test_a_warning_is_planned_into_waking_hours(
    seen: datetime, present: datetime, ahead: timedelta, zone: str, quiet: QuietHours
) -> None:
    at = present + ahead
    reminder = plan_warning(FIRST, 1, at, last_seen=seen, zone=ZoneInfo(zone), quiet=quiet, now=present)
    assert reminder.due_at >= max(at, present)
    assert reminder.due_at <= max(at, present) + 3 * DAY
    assert not in_quiet(reminder.due_at, quiet, ZoneInfo(zone)) or quiet.start == quiet.end
    assert reminder.expires_at > reminder.due_at
    assert reminder.subject_id == 1


def test_what_is_late_comes_at_the_time_of_day_of_the_last_visit() -> None:
    seen, present = datetime(2026, 3, 2, 15, 20, tzinfo=DENVER), datetime(2028, 6, 1, 3, 0, tzinfo=DENVER)
    for zone in (DENVER, None):
        reminder = plan_warning(SECOND, 1, seen, last_seen=seen, zone=zone, quiet=QuietHours(), now=present)
        hour = 15 if zone else 16  # Nobody has told when the clocks change there.
        assert reminder.due_at == datetime.combine(present.date(), time(hour, 20), DENVER)


def test_every_warning_that_is_planned_is_a_reminder_of_its_own() -> None:
    seen = datetime(2026, 3, 2, 15, tzinfo=DENVER)

    def key(kind: ReminderKind, user: int, present: datetime) -> str:
        return plan_warning(
            kind, user, seen, last_seen=seen, zone=LISBON, quiet=QuietHours(), now=present
        ).dedupe_key

    one = key(FIRST, 1, seen)
    assert one == key(FIRST, 1, seen + timedelta(seconds=1)), "two who plan at once plan the same"
    assert len({one, key(SECOND, 1, seen), key(FIRST, 2, seen), key(FIRST, 1, seen + DAY)}) == 4
