"""When a student who stays away is warned, and when what is kept of them is deleted. All moments are aware UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.reminders.reminder import Planned, ReminderKind, planned
from bot.domain.times.wall_clock import QuietHours, months_after, next_morning, shift_out_of_quiet

WARNINGS = (ReminderKind.INACTIVE_FIRST, ReminderKind.INACTIVE_SECOND)
FIRST_BEFORE = timedelta(days=30)
"""How long before the deletion the first warning comes."""
NOTICE = timedelta(days=7)
"""The least time from the first warning to the second, and from the second to the deletion, whatever came late."""
_NOTED = timedelta(days=1)
"""A visit is noted once a day: the last one may have been so much later than the one that is known."""
_USEFUL = timedelta(days=14)
"""A warning that could not go out for so long is planned anew."""
_ANY_CALENDAR = timedelta(days=5)
"""By so much, zones and the lengths of months may move a date."""
_NOBODYS = ZoneInfo("UTC")
"""Counts days where a student never told a zone. What they read is a date by their own clock all the same."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What follows from a last visit if the student stays away, and nothing else comes late."""

    first_at: datetime
    second_at: datetime
    delete_at: datetime


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that is decided: it went out, or will never arrive."""

    kind: ReminderKind
    at: datetime


@dataclass(frozen=True, slots=True)
class InactivityStep:
    """What comes next."""

    warning: ReminderKind | None
    """None: the deletion."""
    at: datetime
    """Not before then."""


def absence(last_seen: datetime, months: int, zone: ZoneInfo | None) -> Absence:
    """What follows from a last visit that was noted at `last_seen`, if a student may stay away for `months` (>= 1).

    Calendar months in their zone. Nobody is warned before half of the time is over.
    """
    clock = zone or _NOBODYS
    # Months differ in length: a month after January 29 and 30 may be the same day, so the later visit is not always
    # the one that counts longer. The end of the first day counts too.
    end_of_day = datetime.combine(last_seen.astimezone(clock), time.max, clock)
    delete_at = max(months_after(visit, months, clock) for visit in (last_seen + _NOTED, end_of_day))
    half = last_seen + (delete_at - last_seen) / 2
    return Absence(max(half, delete_at - FIRST_BEFORE), delete_at - NOTICE, delete_at)


def seen_before(until: datetime, months: int) -> datetime:
    """Whoever was last here at this moment or later need not be looked at `until` then, in any zone."""
    return months_after(until, -months, _NOBODYS) + FIRST_BEFORE + _ANY_CALENDAR


def next_step(gone: Absence, warned: Iterable[Warned], since: datetime) -> InactivityStep:
    """What comes next, after the warnings that are decided.

    A first warning counts if it was not too early, as before a longer time was granted. The second has to fall in
    the time `since` which the bot has been at work: while it was away, nobody could tell it to keep anything.
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
    """The date that a warning gives when it goes out at `present`: nothing is deleted before.

    None when it has nothing to say, as the student is back or has got more time.
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
    """The warning that comes at `at`, or once that has passed at the time of day of the last visit.

    In waking hours by the student's clock. What it says is drawn when it is sent: see `announced`.
    """
    clock = zone or _NOBODYS
    due = at if at > now else next_morning(now, clock, last_seen.astimezone(clock).time())
    if zone is not None:
        due = shift_out_of_quiet(due, deadline=None, earliest=due, quiet=quiet, zone=zone)
    return planned(warning, user_id, due, due + _USEFUL, int(due.timestamp()))
