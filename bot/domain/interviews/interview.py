"""Interviews: how long they may last, and the reminders around one."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import Planned, ReminderKind, planned
from bot.domain.times.quiet_hours import QuietHours, in_quiet, shift_out_of_quiet
from bot.domain.times.wall_clock import day_before_at

DEFAULT_MINUTES = 20
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 240

_MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|mins|minutes?)?\.?", re.IGNORECASE)

SOON_BEFORE = timedelta(hours=1)
CHECK_BACK_AFTER = timedelta(minutes=15)
CHECK_BACK_FOR = timedelta(days=7)
AFTER_BOOKING = timedelta(minutes=15)
"""A late booking leaves the student alone for this long before it says "prepare"."""
TOO_CLOSE = timedelta(hours=2)
"""An interview booked this close gets no "prepare": "soon" is enough."""

ANOTHER_AFTER = timedelta(hours=24)
"""Nobody meets the same person for two interviews in one day."""
PLACE_LIMIT = 300
"""Characters of a place or link."""


class Mode(StrEnum):
    """How they meet; the words are the ones of the command."""

    VIDEO = "video"
    PHONE = "phone"
    IN_PERSON = "in person"


class InterviewStatus(StrEnum):
    """What has become of an interview."""

    SCHEDULED = "scheduled"
    MET = "met"
    CANCELLED = "cancelled"
    MISSED = "missed"
    """Somebody did not come."""


STANDING = frozenset({InterviewStatus.SCHEDULED, InterviewStatus.MET})
"""An interview that took place, or still may."""


def checked_minutes(minutes: int) -> int:
    """The length of an interview in minutes. Raises BAD_MINUTES outside 5..240. (The handout sets none.)"""
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise CoachError(Code.BAD_MINUTES, minutes=minutes, low=SHORTEST_MINUTES, high=LONGEST_MINUTES)
    return minutes


def read_minutes(typed: str) -> int | None:
    """“20”, “20 min” or nothing. Raises BAD_MINUTES for anything else."""
    if not typed:
        return None
    if match := _MINUTES.fullmatch(typed):
        return int(match[1])
    raise CoachError(Code.BAD_MINUTES, minutes=typed, low=SHORTEST_MINUTES, high=LONGEST_MINUTES)


def booked_end(starts_at: datetime, minutes: int) -> datetime:
    """When an interview is to end."""
    return starts_at + timedelta(minutes=minutes)


def overlap(start: datetime, minutes: int, other_start: datetime, other_minutes: int) -> bool:
    """Whether two interviews share time. One may begin when the other ends."""
    return start < booked_end(other_start, other_minutes) and other_start < booked_end(start, minutes)


def end_as_booked(starts_at: datetime, minutes: int, told_at: datetime) -> datetime:
    """When an interview ended, told only that it happened: as booked, or just now when that is earlier."""
    return min(booked_end(starts_at, minutes), told_at)


def same_interview(known_end: datetime, told_end: datetime) -> bool:
    """Whether an end told again corrects the known one; from a day later on it speaks of another interview."""
    return told_end - known_end <= ANOTHER_AFTER


def plan_reminders(
    interview_id: int,
    starts_at: datetime,
    *,
    minutes: int,
    sequence: int,
    zone: ZoneInfo,
    quiet: QuietHours,
    now: datetime,
) -> tuple[Planned, ...]:
    """The reminders of a booked interview in the order they come; none before `now`.

    - prepare: 18:00 on the day before, or soon after a later booking that leaves time for it
    - soon: an hour before the start, even at night if the night lasts until the start
    - check_back: 15 minutes after the end, waiting for the morning; for a week
    """
    ends_at = booked_end(starts_at, minutes)
    hour_before = starts_at - SOON_BEFORE
    soon = shift_out_of_quiet(hour_before, deadline=starts_at, earliest=hour_before, quiet=quiet, zone=zone)
    prepare = _prepare_at(starts_at, soon, zone, quiet, now)
    check_back = shift_out_of_quiet(
        ends_at + CHECK_BACK_AFTER, deadline=None, earliest=ends_at, quiet=quiet, zone=zone
    )
    moments = [
        (ReminderKind.PREPARE, prepare, starts_at),
        (ReminderKind.SOON, soon, starts_at),
        (ReminderKind.CHECK_BACK, check_back, ends_at + CHECK_BACK_FOR),
    ]
    return tuple(
        planned(kind, interview_id, due_at, expires_at, sequence)
        for kind, due_at, expires_at in moments
        if due_at is not None and now <= due_at < expires_at
    )


def _prepare_at(
    starts_at: datetime, soon: datetime, zone: ZoneInfo, quiet: QuietHours, now: datetime
) -> datetime | None:
    """When to say "prepare"; None when only "soon" makes sense."""
    evening_before = day_before_at(starts_at, zone)
    if evening_before < now and starts_at - now < TOO_CLOSE:
        return None
    wanted = evening_before if evening_before >= now else now + AFTER_BOOKING
    due_at = shift_out_of_quiet(wanted, deadline=soon, earliest=now, quiet=quiet, zone=zone)
    return due_at if due_at < soon and not in_quiet(due_at, quiet, zone) else None
