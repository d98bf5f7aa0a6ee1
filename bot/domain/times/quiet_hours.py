"""Quiet hours: when a student wants no reminder, and how a moment is moved out of them.

All moments are aware UTC datetimes.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.errors import CoachError, Code
from bot.domain.times.wall_clock import MINUTE, instant, parse_clock

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """The wall-clock span, start included and end not, in which no reminder comes. It may cross midnight.

    A span that ends where it begins is empty: nothing is quiet.
    """

    start: time = time(22)
    end: time = time(8)


def quiet_hours(from_text: str, until_text: str) -> QuietHours:
    """Read both ends as a person types them.

    Raises BAD_QUIET_HOURS when one is no time of day, or when they are the same.
    """
    start, end = parse_clock(from_text), parse_clock(until_text)
    if start == end:
        raise CoachError(Code.BAD_QUIET_HOURS, text=f"{from_text.strip()[:20]}-{until_text.strip()[:20]}")
    return QuietHours(start, end)


def in_quiet(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> bool:
    """Whether `moment` lies in quiet hours. Around a clock change the longer reading of the span counts."""
    return _span_at(moment, quiet, zone) is not None


def quiet_end_after(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """The first end of quiet hours after `moment`. Raises ValueError when nothing ever is quiet."""
    return min(end for _, end in _spans(moment, quiet, zone) if end > moment)


def shift_out_of_quiet(
    due: datetime, *, deadline: datetime | None, earliest: datetime, quiet: QuietHours, zone: ZoneInfo
) -> datetime:
    """Move a reminder out of quiet hours: to their end, or to just before them when a deadline would pass.

    Never at or after `deadline`, never before `earliest`. Where no such moment exists, `due` stays: a
    deadline outranks a quiet night.
    """
    span = _span_at(due, quiet, zone)
    if span is None:
        return due
    start, end = span
    if deadline is None or end < deadline:
        return end
    before = max(earliest, start - MINUTE)
    return before if before < start else due


def _spans(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
    """The quiet spans of the days around `moment`, in order."""
    return _spans_around(moment.astimezone(zone).date(), quiet, zone)


@lru_cache(maxsize=512)
def _spans_around(today: date, quiet: QuietHours, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
    """Found out once for many reminders of one day: nothing else in planning takes as long.

    A repeated start counts the first time and a repeated end the last, so that a clock change never makes
    a quiet night shorter. Spans that come to touch are one.
    """
    if quiet.start == quiet.end:
        return ()
    nights = timedelta(0) if quiet.start < quiet.end else _DAY
    spans: list[tuple[datetime, datetime]] = []
    for day in (today + days * _DAY for days in range(-3, 4)):
        start = instant(day, quiet.start, zone)
        end = instant(day + nights, quiet.end, zone, late=True)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif start < end:
            spans.append((start, end))
    return tuple(spans)


def _span_at(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    return next((span for span in _spans(moment, quiet, zone) if span[0] <= moment < span[1]), None)
