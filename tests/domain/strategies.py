"""Any student's nights: zones whose clocks change in every way, quiet hours of every shape, moments around both."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.times.quiet_hours import QuietHours, in_quiet

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86400))
ZONES = (
    "Africa/Cairo",  # its clocks change at midnight
    "Africa/Casablanca",  # they change around Ramadan, and summer is the standard time
    "America/Denver",
    "America/Sao_Paulo",  # at midnight, until 2019
    "America/St_Johns",
    "Antarctica/Troll",  # by two hours
    "Asia/Kathmandu",  # never, and a quarter of an hour beside all others
    "Asia/Tehran",  # at midnight, until 2022
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Dublin",  # winter time counts as the exception
    "Europe/London",
    "Pacific/Apia",  # it skipped December 30, 2011
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The moments at which the clocks of a zone change, from 2010 to 2028, to the second."""
    zone = ZoneInfo(name)
    days = [datetime(2010, 1, 1, tzinfo=UTC) + DAY * count for count in range(18 * 366)]
    return tuple(
        _change(early, late, zone)
        for early, late in pairwise(days)
        if early.astimezone(zone).utcoffset() != late.astimezone(zone).utcoffset()
    )


def _change(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    seconds = int((late - early) / SECOND)
    before = early.astimezone(zone).utcoffset()
    same, other = 0, seconds
    while other - same > 1:
        middle = (same + other) // 2
        if (early + middle * SECOND).astimezone(zone).utcoffset() == before:
            same = middle
        else:
            other = middle
    return early + other * SECOND


class Night(NamedTuple):
    """A student's clock: a moment of interest, where they live, and when they want to be left alone."""

    moment: datetime
    zone: ZoneInfo
    quiet: QuietHours


@st.composite
def _nights(draw: st.DrawFn) -> Night:
    """Most of them around a change of the clocks: there the rules are hard."""
    name = draw(st.sampled_from(ZONES))
    anywhere = st.datetimes(datetime(2010, 1, 2), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
    moments = [anywhere.map(lambda moment: moment.replace(microsecond=0))]
    if changes(name):
        moments += 2 * [
            st.builds(_near, st.sampled_from(changes(name)), MINUTES, st.sampled_from([0, 0, -1, 1, 30]))
        ]
    moment, zone = draw(st.one_of(moments)), ZoneInfo(name)
    return Night(moment, zone, draw(_quiets(moment.astimezone(zone).time())))


def _near(change: datetime, minutes: int, seconds: int) -> datetime:
    return change + minutes * MINUTE + seconds * SECOND


MINUTES = st.integers(-150, 150) | st.integers(-48 * 60, 48 * 60)
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 59]) | st.integers(0, 59))


LENGTHS = st.integers(1, 1439) | st.integers(1, 90) | st.integers(1350, 1439)
AROUND = st.just(0) | st.integers(-120, 120)


def _quiets(around: time) -> st.SearchStrategy[QuietHours]:
    """None at all, all day but for minutes, across midnight or not; many begin or end about `around`."""
    here = around.replace(second=0, microsecond=0, fold=0)
    return st.one_of(
        st.builds(QuietHours, CLOCKS, CLOCKS),
        CLOCKS.map(lambda clock: QuietHours(clock, clock)),
        st.builds(
            lambda length, ahead: QuietHours(_later(here, ahead), _later(here, ahead + length)), LENGTHS, AROUND
        ),
        st.builds(
            lambda length, ahead: QuietHours(_later(here, ahead - length), _later(here, ahead)), LENGTHS, AROUND
        ),
    )


def _later(clock: time, minutes: int) -> time:
    whole = (clock.hour * 60 + clock.minute + minutes) % 1440
    return time(whole // 60, whole % 60)


nights = _nights()


def clock_is_quiet(moment: datetime, night: Night) -> bool:
    """What the clock on the wall says, read without any of the rules."""
    clock, (start, end) = moment.astimezone(night.zone).time(), (night.quiet.start, night.quiet.end)
    return start <= clock < end if start <= end else clock >= start or clock < end


def disturbed(moment: datetime, night: Night) -> bool:
    return clock_is_quiet(moment, night) or in_quiet(moment, night.quiet, night.zone)


def any_waking_minute(start: datetime, end: datetime, night: Night) -> bool:
    """Whether there is a moment in [start, end) that disturbs nobody; quiet hours begin and end with a minute."""
    moment = start
    while moment < end:
        if not disturbed(moment, night):
            return True
        moment = moment.replace(second=0) + MINUTE
    return False
