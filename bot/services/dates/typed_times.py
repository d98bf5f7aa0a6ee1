"""Reads a moment from what a person types, in their zone, or says exactly why it cannot.

A text is taken apart into a zone, a time of day and a day; anything left over makes it unreadable. A part may
have several readings ("3/4", "at 3"): the moments that fit the tense decide, and more than one is ambiguous.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Literal
from zoneinfo import ZoneInfo

from bot.domain.errors import CoachError, Code
from bot.domain.times.wall_clock import FURTHEST, MINUTE, read_clock, to_utc
from bot.domain.times.zones import find_zone, zones_called
from bot.services.dates.typed_days import Day, read_days, worded

Tense = Literal["future", "past"]

EXAMPLES: Mapping[Tense, tuple[str, ...]] = {
    "future": ("tomorrow 3pm", "Mon 10:00", "Dec 1 2:30pm", "in 2 hours"),
    "past": ("yesterday 4pm", "Mon 10:00", "2 hours ago"),
}
"""One text of each form, for the sentences that say no. Each has a single reading."""

_LONGEST = 100
_SLACK = 2 * MINUTE
_NOON = timedelta(hours=12)
_MIDNIGHTS = (timedelta(0), timedelta(hours=24))

_DISCORD = re.compile(r"<t:(-?[0-9]{1,13})(?::[a-z])?>")
_ISO_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9:]+(?:\.[0-9]+)?) ?(z|[+-][0-9]{2}:?[0-9]{2})")
_NUMBER = r"(?:[0-9]{1,4}(?:\.[0-9])?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_SPAN = rf"{_NUMBER} ?(?:hours?|hrs?|h|minutes?|mins?|m)"
_SPANS = rf"{_SPAN}(?:,? ?(?:and )?{_SPAN})*"
_ELAPSED = re.compile(rf"in {_SPANS}|{_SPANS} (?:ago|from now)")
_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("\u2019", "'"),
        (r"@", " at "),
        (r"(?<=[0-9-]{10})t(?=[0-9])", " "),  # 2026-12-01T14:30
        (r"([ap])\.m\b\.?", r"\1m"),
        (r"(?<=[a-z])\.", " "),  # "Dec. 1"
        (r"\b(?:tmrw|tmr|tmw|tom+or+ow)\b", "tomorrow"),
        (r"\ban? hour and a half\b", "90 minutes"),
        (r"\bhalf an hour\b", "30 minutes"),
        (r"\ba couple(?: of)?\b", "two"),
        (r"(?:\bat )?\b([0-9]{1,2}) ?o'?clock\b", r"at \1"),
        (r"\blast night\b", "yesterday night"),
        (r"\bthis (?=morning|afternoon|evening)|\bto(?=night\b)", "today "),
        (r"\s+", " "),
    )
)

_ZONE_WORD = re.compile(
    r"(?<![a-z/_])((?:utc|gmt) ?[+-] ?[0-9]{1,2}(?![0-9:])|[a-z]+(?:/[a-z_]+)*)(?: time\b)?(?![a-z/_])"
)
_OFFSET = re.compile(r"(?:utc|gmt) ?([+-]) ?([0-9]{1,2})")
_WIDEST_OFFSET = 12

_PART_OF_DAY = re.compile(r" ?\b(?:in the |at )?(morning|afternoon|evening|night)\b")
_TRAILING_HOUR = re.compile(r"(?<=(?:day|row|mon|tue|wed|thu|fri|sat|sun|ues|urs) )(?=(?:[1-9]|1[0-2])$)")
_CLOCK = re.compile(
    r"(?<![\w:./+-])(?:(?:at )?(?:(?P<named>noon|midday|midnight|[0-9]{1,2}(?:[:.][0-9]{2})? ?[ap]m)"
    r"|(?P<minutes>[0-9]{1,2}:[0-9]{2})(?::[0-9]{2})?)|at (?P<hour>[0-9]{1,2}))(?![\w:/+-])"
)
_UNSURE = re.compile(r"[1-6]:[0-9]{2}|[1-9]|1[0-2]")
"""Morning or afternoon? "10:00" is a 24-hour time, but "3:30" rarely means the night. "03:30" does."""
_CLOCK_FACE = re.compile(r"(?:[1-9]|1[0-2])(?::[0-9]{2})?")
"""Beside "tonight" or "in the afternoon" no time on a clock face is a 24-hour time."""


@dataclass(frozen=True)
class _Question:
    """What was typed, and by whom: the person's zone, the moment of asking and the tense that is needed."""

    text: str
    zone: ZoneInfo
    now: datetime
    tense: Tense

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def fits(self, moment: datetime) -> bool:
        if self.tense == "future":
            return moment >= self.now - _SLACK
        return moment <= self.now + _SLACK

    def refusal(self, code: Code, **params: object) -> CoachError:
        return CoachError(code, text=self.text, tense=self.tense, **params)


def parse_when(text: str, *, zone: ZoneInfo, now: datetime, tense: Tense = "future") -> datetime:
    """The moment that `text` names for a person in `zone`: aware UTC, whole minutes.

    A day without a year is the coming one, and so are weekdays and bare times (the last one, if `tense` is
    "past"). A zone in the text outranks `zone`. "10:00" is a 24-hour time; "at 3", "3:30" and "3/4" have two
    readings. Raises the WHEN_ codes.
    """
    question = _Question(text.strip()[:_LONGEST], zone, now.astimezone(UTC), tense)
    if len(text.strip()) > _LONGEST:
        raise question.refusal(Code.WHEN_UNREADABLE)
    plain = _plain(text)
    moment = _instant(plain, question.now) or _calendar(plain, question)
    moment = moment.replace(second=0, microsecond=0)
    if not question.fits(moment):
        code = Code.WHEN_PAST if tense == "future" else Code.WHEN_FUTURE
        raise question.refusal(code, understood=moment)
    if abs(moment - question.now) > FURTHEST:
        raise question.refusal(Code.WHEN_TOO_FAR, understood=moment)
    return moment


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    for pattern, replacement in _REWRITES:
        plain = pattern.sub(replacement, plain)
    return plain.strip()


def _instant(plain: str, now: datetime) -> datetime | None:
    """A text that names its moment without a calendar: Discord's own, ISO with an offset, "in 2 hours"."""
    if plain in {"now", "right now", "just now"}:
        return now
    if _ELAPSED.fullmatch(plain):
        # Hours are elapsed time, so they are counted in UTC, where no clock ever changes.
        found = worded(plain, now.replace(tzinfo=None))
        return found and found.replace(tzinfo=UTC)
    try:
        if match := _DISCORD.fullmatch(plain):
            return datetime.fromtimestamp(int(match[1]), UTC)
        if match := _ISO_MOMENT.fullmatch(plain):
            return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3].upper()}").astimezone(UTC)
    except (ValueError, OverflowError, OSError):  # numbers that are no date
        return None
    return None


def _calendar(plain: str, question: _Question) -> datetime:
    """The one moment at a day and a time of day, or the refusal that says why there is not one."""
    rest, zones = _take_zone(plain, question)
    rest, clocks = _take_clock(rest)
    days = read_days(rest, question.today, question.tense)
    if not days or not (clocks or rest.strip()):
        raise question.refusal(Code.WHEN_UNREADABLE)
    if not clocks:
        noon = datetime.combine(days[0][0], time(12), tzinfo=question.zone).astimezone(UTC)
        raise question.refusal(Code.WHEN_NEEDS_TIME, understood=noon)
    return _only(list(product(days, clocks, zones)), question)


def _only(readings: list[tuple[Day, timedelta, ZoneInfo]], question: _Question) -> datetime:
    """The single moment that fits; if none does, the one that comes closest to fitting."""
    moments: set[datetime] = set()
    skipped: CoachError | None = None
    for reading in readings:
        try:
            moments.update(_moments(*reading, question))
        except CoachError as refusal:
            skipped = refusal
    fitting = sorted(moment for moment in moments if question.fits(moment))
    if len(fitting) > 1:
        code = Code.WHEN_TWICE if len(readings) == 1 else Code.WHEN_AMBIGUOUS
        raise question.refusal(code, options=tuple(fitting))
    if fitting:
        return fitting[0]
    if skipped is not None:
        raise skipped
    return max(moments) if question.tense == "future" else min(moments)


def _moments(day: Day, clock: timedelta, zone: ZoneInfo, question: _Question) -> tuple[datetime, ...]:
    """The moments on the first candidate day that fit, else those on the last candidate.

    Two of them where the clocks repeat that hour. Raises WHEN_SKIPPED where they skip it.
    """
    found: tuple[datetime, ...] = ()
    for candidate in day:
        wall = datetime.combine(candidate, time()) + clock
        try:
            found = (to_utc(wall, zone, question.text),)
        except CoachError as refusal:
            found = refusal.params["options"]
            if refusal.code is Code.WHEN_SKIPPED and any(map(question.fits, found)):
                raise
        if fitting := tuple(moment for moment in found if question.fits(moment)):
            return fitting
    return found


def _take_zone(plain: str, question: _Question) -> tuple[str, tuple[ZoneInfo, ...]]:
    """Split off the zone that the text names; without one, the person's own."""
    for match in _ZONE_WORD.finditer(plain):
        if zones := _zones(match[1], question):
            return f"{plain[: match.start()]} {plain[match.end() :]}", zones
    return plain, (question.zone,)


def _zones(word: str, question: _Question) -> tuple[ZoneInfo, ...]:
    """What a word means as a zone: the person's own if they call it that ("IST" in India), else every meaning."""
    if offset := _OFFSET.fullmatch(word):
        sign, hours = "-" if offset[1] == "+" else "+", int(offset[2])  # Etc/GMT-2 is two hours ahead
        return (ZoneInfo(f"Etc/GMT{sign}{hours}"),) if hours <= _WIDEST_OFFSET else ()
    if "/" in word:
        try:
            return (find_zone(word),)
        except CoachError:
            return ()
    seasons = (datetime(question.now.year, month, 1, tzinfo=question.zone) for month in (1, 7))
    if word.upper() in {season.tzname() for season in seasons}:
        return (question.zone,)
    return tuple(ZoneInfo(name) for name in zones_called(word))


def _take_clock(plain: str) -> tuple[str, tuple[timedelta, ...]]:
    """Split off the time of day, as hours since the day began; two where "3" could be morning or afternoon."""
    part = _PART_OF_DAY.search(plain)
    rest = " ".join(_PART_OF_DAY.sub(" ", plain, count=1).split())
    rest = _TRAILING_HOUR.sub("at ", rest)
    match = _CLOCK.search(rest)
    if match is None:
        return rest, ()
    clocks = _clocks(match, _CLOCK_FACE if part else _UNSURE)
    if part:
        clocks = tuple(clock for clock in clocks if (clock < _NOON) == (part[1] == "morning"))
    # A time that is none ("25:00", "15:00 in the morning") stays in the text and makes it unreadable.
    return (f"{rest[: match.start()]} {rest[match.end() :]}", clocks) if clocks else (plain, ())


def _clocks(match: re.Match[str], unsure: re.Pattern[str]) -> tuple[timedelta, ...]:
    """The readings of a written time of day: two if it is `unsure`, none if there is no such time."""
    written = match["named"] or match["minutes"] or match["hour"]
    if written == "midnight":
        return _MIDNIGHTS
    clock = read_clock(f"{written}:00" if match["hour"] else written)
    if clock is None:
        return ()
    since_midnight = timedelta(hours=clock.hour, minutes=clock.minute)
    if unsure.fullmatch(written):
        return since_midnight % _NOON, since_midnight % _NOON + _NOON
    return (since_midnight,)
