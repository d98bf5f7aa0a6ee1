"""Deletion for inactivity: when a student who stays away is warned, and when their data is deleted.

All moments are aware UTC datetimes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.reminders.reminder import Planned, ReminderKind, planned
from bot.domain.times.quiet_hours import QuietHours, shift_out_of_quiet
from bot.domain.times.wall_clock import months_after, next_morning

WARNINGS = (ReminderKind.INACTIVE_FIRST, ReminderKind.INACTIVE_SECOND)
FIRST_BEFORE = timedelta(days=30)
"""How long before the deletion the first warning comes."""
NOTICE = timedelta(days=7)
"""The least time between the two warnings, and from the second one to the deletion, however late they came."""
_NOTED = timedelta(days=1)
"""A visit is stored at most once a day, so the last visit may be up to a day later than the one that is stored."""
_USEFUL = timedelta(days=14)
"""A warning that could not be sent for so long expires, and is planned anew."""
_ANY_CALENDAR = timedelta(days=5)
"""How far time zones and the lengths of months can move a date, at most."""
_NOBODYS = ZoneInfo("UTC")
"""The zone in which days are counted for a student who never chose one."""


@dataclass(frozen=True, slots=True)
class Absence:
    """The three dates that follow from a last visit, if the student stays away and both warnings go out in time."""

    first_at: datetime
    second_at: datetime
    delete_at: datetime


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that is over: it was sent, or Discord refused it for good."""

    kind: ReminderKind
    at: datetime


@dataclass(frozen=True, slots=True)
class InactivityStep:
    """The next thing to do about a student who stays away."""

    warning: ReminderKind | None
    """Which warning to send; None when the data is to be deleted."""
    at: datetime
    """The earliest moment for it."""


def absence(last_seen: datetime, months: int, zone: ZoneInfo | None) -> Absence:
    """The dates for a student whose last stored visit was at `last_seen` and who may stay away for `months` (>= 1).

    Months are calendar months in the student's zone. Nobody is warned before half of the time is over.
    """
    clock = zone or _NOBODYS
    # Any moment up to a day after `last_seen` may have been the last visit, so the latest deletion that follows
    # from any of them counts. Months differ in length: the latest visit may not give it. A month after January 29
    # and a month after January 30 are both February 28. So the end of the first day is tried as well.
    end_of_day = datetime.combine(last_seen.astimezone(clock), time.max, clock)
    delete_at = max(months_after(visit, months, clock) for visit in (last_seen + _NOTED, end_of_day))
    half = last_seen + (delete_at - last_seen) / 2
    return Absence(max(half, delete_at - FIRST_BEFORE), delete_at - NOTICE, delete_at)


def seen_before(until: datetime, months: int) -> datetime:
    """A bound for queries: whoever was last here at it, or later, has nothing coming up to `until`, in any zone."""
    return months_after(until, -months, _NOBODYS) + FIRST_BEFORE + _ANY_CALENDAR


def next_step(gone: Absence, warned: Iterable[Warned], since: datetime) -> InactivityStep:
    """The next thing to do, given the warnings that are over.

    A first warning that came before `gone.first_at` does not count: it was sent while a shorter time was set. A
    second one counts only if it was sent after `since`, when the bot last began to work: while the bot was off, a
    student could not have asked it to keep their data.
    """
    warned = tuple(warned)
    if (first := _last(warned, ReminderKind.INACTIVE_FIRST, gone.first_at)) is None:
        return InactivityStep(ReminderKind.INACTIVE_FIRST, gone.first_at)
    if (second := _last(warned, ReminderKind.INACTIVE_SECOND, max(gone.second_at, since))) is None:
        return InactivityStep(ReminderKind.INACTIVE_SECOND, max(gone.second_at, first + NOTICE))
    return InactivityStep(None, max(gone.delete_at, second + NOTICE))


def _last(warned: Iterable[Warned], kind: ReminderKind, earliest: datetime) -> datetime | None:
    return max((one.at for one in warned if one.kind is kind and one.at >= earliest), default=None)


def announced(gone: Absence, warning: ReminderKind, present: datetime) -> datetime | None:
    """The date that a warning names when it is sent at `present`: nothing is deleted before that date.

    None when there is nothing to warn of, because the student has come back or `months` was raised.
    """
    is_first = warning is ReminderKind.INACTIVE_FIRST
    if present < (gone.first_at if is_first else gone.second_at):
        return None
    return max(gone.delete_at, present + (2 * NOTICE if is_first else NOTICE))


def plan_warning(
    warning: ReminderKind,
    user_id: int,
    at: datetime,
    *,
    last_seen: datetime,
    zone: ZoneInfo | None,
    quiet: QuietHours,
    now: datetime,
) -> Planned:
    """The row of a warning that is due at `at`, or, when that has passed, at the time of day of the last visit.

    It is moved out of the student's quiet hours. Its text is made when it is sent: see `announced`.
    """
    clock = zone or _NOBODYS
    due = at if at > now else next_morning(now, clock, last_seen.astimezone(clock).time())
    if zone is not None:
        due = shift_out_of_quiet(due, deadline=None, earliest=due, quiet=quiet, zone=zone)
    return planned(warning, user_id, due, due + _USEFUL, int(due.timestamp()))
