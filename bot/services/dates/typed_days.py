"""Reads the day in what a person types about time, such as "next Friday", "3/4" or "1 December".

dateparser reads the words for days and durations, and only those that fit our patterns: left alone it reads
"later" and "m" as dates and gives a bare day the current time.
"""

import asyncio
import re
import warnings
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

Day = tuple[date, ...]
"""One reading of a day: its candidates, of which the first one that fits the tense is meant."""

_DAY = timedelta(days=1)
_A_SLIP = timedelta(days=30)
_A_LEAP_YEAR = 2028
_FILLERS = re.compile(r"\b(?:on|at|the|of)\b|,|(?<= )-(?= )")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _any_of(names: tuple[str, ...], *short: str) -> str:
    return "|".join((*names, *(name[:3] for name in names), *short))


_WEEKDAY = rf"(?P<weekday>{_any_of(_WEEKDAYS, 'tues', 'weds', 'thur', 'thurs')})"
_NAMED_WEEKDAY = re.compile(rf"(?:(?P<which>this|coming|next|last) )?{_WEEKDAY}")
_WEEKDAY_AND_DATE = (re.compile(rf"{_WEEKDAY} (?P<date>.+)"), re.compile(rf"(?P<date>.+) {_WEEKDAY}"))
_YEAR_FIRST = re.compile(r"([12][0-9]{3})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})(?:\2([12][0-9]{3}|[0-9]{2})|\.?)")
_MONTH = rf"(?:{_any_of(_MONTHS, 'sept')})"
_ORDINAL = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_MONTH_DAY = re.compile(rf"(?:{_MONTH} {_ORDINAL}|{_ORDINAL} {_MONTH})(?P<year> [12][0-9]{{3}})?")
_SOME_DAYS = r"(?:[0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten) (?:day|week|month)s?"
_RELATIVE = re.compile(
    r"today|tomorrow|yesterday|day after tomorrow|day before yesterday"
    rf"|in {_SOME_DAYS}|{_SOME_DAYS} (?:ago|from now)"
)


def read_days(phrase: str, today: date, tense: Literal["future", "past"]) -> list[Day]:
    """The readings of a phrase; none if it is no day. An empty phrase is the coming or the last day that fits."""
    words = " ".join(_FILLERS.sub(" ", f" {phrase} ").split())
    ahead = tense == "future"
    if not words:
        around = tuple(today + days * _DAY for days in range(-2, 3))
        return [around if ahead else around[::-1]]
    if match := _NAMED_WEEKDAY.fullmatch(words):
        return _weekdays(match["weekday"], match["which"], today, ahead=ahead)
    for pattern in _WEEKDAY_AND_DATE:
        if match := pattern.fullmatch(words):
            return _checked(match["weekday"], _dates(match["date"], today, ahead=ahead), today, ahead=ahead)
    return [(day,) for day in _dates(words, today, ahead=ahead)]


async def loaded() -> None:
    """Have dateparser loaded before anybody types a date: in a thread, as nobody else could go on for 0.2 s."""
    if not _load.cache_info().currsize:
        await asyncio.to_thread(_load)


@cache
def _load() -> None:
    worded("in 1 day", datetime(2000, 1, 1))  # noqa: DTZ001 - as dateparser counts, and nobody looks at it


def worded(phrase: str, base: datetime) -> datetime | None:
    """What dateparser makes of English words about time, counted from the naive `base`."""
    import dateparser  # noqa: PLC0415  # slow to import, and a bot with nobody here needs no memory for it

    settings = {
        "RELATIVE_BASE": base,
        "TIMEZONE": "UTC",  # else it asks the machine for its zone
        "RETURN_AS_TIMEZONE_AWARE": False,
        "PARSERS": ["relative-time", "absolute-time"],
        "REQUIRE_PARTS": ["day"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its deprecations are no news to the person who typed the text
        found: datetime | None = dateparser.parse(phrase, languages=["en"], settings=settings)
    return found


def _weekdays(name: str, which: str | None, today: date, *, ahead: bool) -> list[Day]:
    """The coming such day, or the last one.

    "Next Friday" is the coming one to some people and a week later to others, until the coming Sunday lies
    between; then both mean the same.
    """
    since = (today.weekday() - _weekday_number(name)) % 7
    coming, last = today + (7 - since) * _DAY, today - (since or 7) * _DAY
    if which == "last":
        return [(last,)]
    if which == "next":
        sunday = today + (6 - today.weekday() or 7) * _DAY
        return [(coming,)] if coming > sunday else [(coming,), (coming + 7 * _DAY,)]
    other = coming if ahead else last
    return [(other,) if since else (today, other)]


def _checked(name: str, dates: list[date], today: date, *, ahead: bool) -> list[Day]:
    """A date with a weekday beside it: the weekday picks among readings, or contradicts and is one itself."""
    agreeing: list[Day] = [(day,) for day in dates if day.weekday() == _weekday_number(name)]
    if agreeing or not dates:
        return agreeing
    return [*((day,) for day in dates), *_weekdays(name, None, today, ahead=ahead)]


def _weekday_number(name: str) -> int:
    return next(number for number, weekday in enumerate(_WEEKDAYS) if weekday.startswith(name[:3]))


def _dates(words: str, today: date, *, ahead: bool) -> list[date]:
    """The dates that a phrase without a weekday can mean; none if it is no date."""
    if match := _YEAR_FIRST.fullmatch(words):
        return _real(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(words):
        return _either_order(match, today, ahead=ahead)
    match = _MONTH_DAY.fullmatch(words)
    if match is None and not _RELATIVE.fullmatch(words):
        return []
    yearless = match is not None and match["year"] is None
    found = worded(f"{words} {_A_LEAP_YEAR}" if yearless else words, datetime.combine(today, time(12)))
    if found is None:
        return []
    return _near(found.month, found.day, today, ahead=ahead) if yearless else [found.date()]


def _either_order(match: re.Match[str], today: date, *, ahead: bool) -> list[date]:
    """ "3/4" is March 4 to some and April 3 to others; "3.4." is written day first everywhere."""
    one, other, year = int(match[1]), int(match[3]), match[4]
    orders = {(other, one)} if match[2] == "." else {(one, other), (other, one)}
    if year is None:
        return [day for order in orders for day in _near(*order, today, ahead=ahead)]
    full_year = int(year if len(year) > len("26") else f"20{year}")
    return [day for order in orders for day in _real(full_year, *order)]


def _near(month: int, day: int, today: date, *, ahead: bool) -> list[date]:
    """A date without a year: the coming one. One that has only just gone by is a slip, not next year's."""
    years = range(today.year - 9, today.year + 9)  # a February 29 can be eight years away
    dates = [found for year in years for found in _real(year, month, day)]
    if ahead:
        return [near for near in dates if near >= today - _A_SLIP][:1]
    return [near for near in dates if near <= today + _A_SLIP][-1:]


def _real(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:  # there is no February 30
        return []
