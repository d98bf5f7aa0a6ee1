"""The 24 hours of a thank-you note, and the reminders until it is sent.

The handout says it twice (Follow-Up; Helpful Hints): send a thank-you note within 24 hours of the interview.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.reminders.reminder import Planned, ReminderKind, planned
from bot.domain.times.quiet_hours import QuietHours, in_quiet, shift_out_of_quiet
from bot.domain.times.wall_clock import next_morning

DUE_AFTER = timedelta(hours=24)


LATE_FOR = timedelta(days=14)
"""So long after the deadline a late note is still a good idea."""


_FIRST_AFTER = timedelta(hours=2)


_SECOND_AFTER = timedelta(hours=20)


_NOT_BEFORE = timedelta(minutes=15)
"""After the end: whoever just said goodbye is still on the way out."""


_TIME_TO_WRITE = timedelta(minutes=30)


def due_at(ended_at: datetime) -> datetime:
    """Exactly 24 hours of elapsed time after the interview's end. Handout, Follow-Up and Helpful Hints."""
    return ended_at + DUE_AFTER


def starts_anew(before: datetime, ended_at: datetime, now: datetime) -> bool:
    """Whether an end that is corrected from `before` to `ended_at` has its reminders come once more.

    Not for a few minutes, and not once that deadline is over too: then they have said it.
    """
    return ended_at - before >= _FIRST_AFTER and now < due_at(ended_at)


def plan_reminders(
    interview_id: int,
    ended_at: datetime,
    *,
    zone: ZoneInfo,
    quiet: QuietHours,
    now: datetime,
    sequence: int = 0,
) -> tuple[Planned, ...]:
    """The reminders until the note is sent, in the order they come; none before `now`.

    - first: 2 hours after the end; left out if it would wake the student
    - second: 20 hours after the end, moved out of the night to wherever time to write remains
    - late: 09:00 after the deadline, or after `now` when the interview is told of later; for two weeks
    """
    deadline = due_at(ended_at)
    second = _second(ended_at, zone, quiet, now)
    first = _first(ended_at, second, zone, quiet, now)
    late = _late(deadline, zone, quiet, now)
    moments = [
        (ReminderKind.THANK_YOU_FIRST, first, second),
        (ReminderKind.THANK_YOU_SECOND, second, deadline),
        (ReminderKind.THANK_YOU_LATE, late, deadline + LATE_FOR),
    ]
    return tuple(
        planned(kind, interview_id, due, expires, sequence)
        for kind, due, expires in moments
        if due is not None and expires is not None and due < expires
    )


def _second(ended_at: datetime, zone: ZoneInfo, quiet: QuietHours, now: datetime) -> datetime | None:
    wanted, deadline = ended_at + _SECOND_AFTER, due_at(ended_at)
    earliest = max(now, ended_at + _NOT_BEFORE)
    for latest in (deadline - _TIME_TO_WRITE, deadline):
        due = shift_out_of_quiet(wanted, deadline=latest, earliest=earliest, quiet=quiet, zone=zone)
        if not in_quiet(due, quiet, zone):
            break
    else:
        due = wanted
    # Told in the very night that it waits for the end of, it still does.
    return due if due >= now else None


def _first(
    ended_at: datetime, second: datetime | None, zone: ZoneInfo, quiet: QuietHours, now: datetime
) -> datetime | None:
    wanted = ended_at + _FIRST_AFTER
    earliest = max(now, ended_at + _NOT_BEFORE)
    due = shift_out_of_quiet(wanted, deadline=second, earliest=earliest, quiet=quiet, zone=zone)
    return None if due < now or in_quiet(due, quiet, zone) else due


def _late(deadline: datetime, zone: ZoneInfo, quiet: QuietHours, now: datetime) -> datetime:
    morning = next_morning(max(deadline, now), zone)
    return shift_out_of_quiet(morning, deadline=None, earliest=morning, quiet=quiet, zone=zone)
