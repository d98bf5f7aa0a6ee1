"""Wall-clock rules: clock changes, mornings, evenings, a time of day as typed. Moments are aware UTC datetimes."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.errors import CoachError, Code

MINUTE = timedelta(minutes=1)
FURTHEST = timedelta(days=731)
"""How far from now the bot plans, and looks back."""
_DAY = timedelta(days=1)
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(?:([ap])\.?m\.?)?")
_NAMED_CLOCKS = {"noon": time(12), "midday": time(12), "midnight": time(0)}


def parse_clock(text: str) -> time:
    """Read "22:00", "7:30", "10pm" or "noon". A bare "10" is refused: it could be morning or evening.

    Raises BAD_QUIET_HOURS.
    """
    clock = read_clock(text)
    if clock is None:
        raise CoachError(Code.BAD_QUIET_HOURS, text=text.strip()[:40])
    return clock


def read_clock(text: str) -> time | None:
    """The time of day that `text` names without doubt, or None."""
    plain = " ".join(text.casefold().split())
    match = _CLOCK.fullmatch(plain)
    if match is None:
        return _NAMED_CLOCKS.get(plain)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half is None and match[2] is None:
        return None
    if half is not None:
        if not 1 <= hour <= 12:  # noqa: PLR2004  # the hours on a clock face
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004  # hours and minutes


def to_utc(wall: datetime, zone: ZoneInfo, text: str) -> datetime:
    """The moment at which clocks in `zone` show the naive `wall`; `text` is what the person typed.

    Raises WHEN_SKIPPED or WHEN_TWICE when a clock change leaves no such moment, or two. Their options are
    the two moments by the old and the new offset, earlier first; of a skipped time, one on either side.
    """
    first, second = _both_folds(wall, zone)
    if first == second:
        return first
    code = Code.WHEN_TWICE if first < second else Code.WHEN_SKIPPED
    raise CoachError(code, text=text, options=(min(first, second), max(first, second)))


def next_morning(after: datetime, zone: ZoneInfo, at: time = time(9)) -> datetime:
    """The first time that clocks in `zone` show `at`, strictly after the moment `after`.

    A day that the zone skipped altogether has no morning, rather than one at midnight.
    """
    today = after.astimezone(zone).date()
    days = [today + days * _DAY for days in range(4)]
    mornings = ((day, instant(day, at, zone)) for day in days)
    return next(morning for day, morning in mornings if morning > after and morning.astimezone(zone).date() == day)


def day_before_at(moment: datetime, zone: ZoneInfo, at: time = time(18)) -> datetime:
    """The time `at` on the local day before the one that holds `moment`."""
    return instant(moment.astimezone(zone).date() - _DAY, at, zone)


def clock_words(wall: datetime) -> str:
    """What a clock on the wall shows: "3:20 PM"."""
    return f"{wall.hour % 12 or 12}:{wall:%M} {'AM' if wall.hour < 12 else 'PM'}"  # noqa: PLR2004  # noon


def day_words(moment: datetime, zone: tzinfo) -> str:
    """The day by the calendar of `zone`, in words that do not go stale: "Tue, Mar 3"."""
    there = moment.astimezone(zone)
    return f"{there:%a, %b} {there.day}"


def in_full(moment: datetime) -> str:
    """A moment in a text that leaves Discord, by its own clock: "Tuesday, March 3, 2026, 15:00"."""
    return f"{moment:%A, %B} {moment.day}, {moment:%Y, %H:%M}"


def moment_words(moment: datetime, zone: tzinfo) -> str:
    """The moment by the clocks of `zone`, in words that do not go stale: "Tue, Mar 3, 3:20 PM"."""
    return f"{day_words(moment, zone)}, {clock_words(moment.astimezone(zone))}"


def months_after(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same wall time so many calendar months later, or earlier when negative.

    The last day of a month that is too short to have the same day.
    """
    wall = moment.astimezone(zone)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    day = min(wall.day, monthrange(year, month + 1)[1])
    return instant(date(year, month + 1, day), wall.time(), zone)


def _both_folds(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The wall time by the offset before a clock change and by the one after; equal on any other day."""
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return before, after


def instant(day: date, at: time, zone: ZoneInfo, *, late: bool = False) -> datetime:
    """A wall time without refusals: skipped becomes the first instant after the gap, repeated the first
    of the two (the second, if `late`)."""
    first, second = _both_folds(datetime.combine(day, at), zone)
    if first > second:
        return _clock_change(second, first, zone)
    return second if late else first


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the offset of `zone` changes, by halving."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta.resolution:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
