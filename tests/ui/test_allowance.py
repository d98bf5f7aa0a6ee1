"""What one student may do at once: what is let through, how long a pause is, and what is remembered."""

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.dispatch.rate_limit import PAUSE, Allowance, RatePause
from tests.support.world import START

MINUTE = 60.0
RATES = st.integers(6, 600)
WAITS = st.lists(st.floats(0, 30), max_size=200)
"""Seconds between one thing that a student does and the next."""


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def wait(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def allowance(per_minute: int) -> tuple[Allowance, Time]:
    time = Time()
    return Allowance(at_once(per_minute), per_minute, time), time


def at_once(per_minute: int) -> int:
    """As much as there is again after a pause."""
    return max(1, per_minute // 3)


def admitted(per_minute: int, waits: Iterable[float]) -> list[float]:
    """The seconds from the start at which something was let through."""
    bucket, time = allowance(per_minute)
    through = []
    for wait in waits:
        time.wait(wait)
        if bucket.take(1) is None:
            through.append((time.moment - START).total_seconds())
    return through


@given(RATES, WAITS)
def test_in_any_stretch_of_time_only_what_is_there_and_what_refills_is_let_through(
    per_minute: int, waits: list[float]
) -> None:
    through = admitted(per_minute, waits)
    for first, begin in enumerate(through):
        for last, end in enumerate(through[first:], start=first):
            refilled = (end - begin + 1e-3) * per_minute / MINUTE
            assert last - first + 1 <= at_once(per_minute) + refilled + 1


@given(RATES, st.integers(1, 300))
def test_whoever_is_no_faster_than_the_limit_never_notices_it(per_minute: int, times: int) -> None:
    even = MINUTE / per_minute
    assert len(admitted(per_minute, [even] * times)) == times


@given(RATES)
def test_so_many_go_at_once_and_the_next_begins_a_pause(per_minute: int) -> None:
    bucket, time = allowance(per_minute)
    assert [bucket.take(1) for _ in range(at_once(per_minute))] == [None] * at_once(per_minute)
    first = bucket.take(1)
    assert first is not None
    assert first.begins
    assert 0 < first.seconds <= PAUSE
    time.wait(first.seconds)
    assert [bucket.take(1) for _ in range(at_once(per_minute))] == [None] * at_once(per_minute)


@given(RATES, st.lists(st.floats(0, 2), min_size=1, max_size=100))
def test_a_pause_begins_once_and_ends_when_it_said_however_often_somebody_tries(
    per_minute: int, waits: list[float]
) -> None:
    bucket, time = allowance(per_minute)
    while (pause := bucket.take(1)) is None:
        pass
    ends = time.moment + timedelta(seconds=pause.seconds)
    for wait in waits:
        time.wait(wait)
        again = bucket.take(1)
        if again is None:
            break
        assert not again.begins
        assert time.moment + timedelta(seconds=again.seconds) <= ends + timedelta(seconds=1)
    time.moment = max(time.moment, ends)
    assert bucket.take(1) is None


@given(RATES, st.lists(st.tuples(st.integers(1, 3), st.floats(0, 2)), max_size=200))
def test_nobody_notices_what_another_does(per_minute: int, acts: list[tuple[int, float]]) -> None:
    shared, time = allowance(per_minute)
    alone = {user: Allowance(at_once(per_minute), per_minute, time) for user in (1, 2, 3)}
    for user, wait in acts:
        time.wait(wait)
        assert shared.take(user) == alone[user].take(user)


@given(RATES, st.lists(st.floats(-7200, 7200), min_size=1, max_size=30))
def test_a_clock_that_jumps_makes_no_pause_longer(per_minute: int, jumps: list[float]) -> None:
    bucket, time = allowance(per_minute)
    for jump in jumps:
        time.wait(jump)
        while (pause := bucket.take(1)) is None:
            pass
        assert 0 < pause.seconds <= PAUSE
    time.wait(PAUSE)
    assert bucket.take(1) is None


@given(RATES, st.integers(1, 5000))
def test_forgetting_changes_nothing(per_minute: int, others: int) -> None:
    busy, time = allowance(per_minute)
    alone = Allowance(at_once(per_minute), per_minute, time)
    for other in range(others):
        if other % 50 == 0:
            assert busy.take(-1) == alone.take(-1)
        busy.take(other)
        time.wait(0.02)


@pytest.mark.parametrize("per_minute", [30, 60, 300])
def test_of_fifty_thousand_students_only_those_of_the_last_seconds_are_remembered(per_minute: int) -> None:
    bucket, time = allowance(per_minute)
    for student in range(50_000):
        bucket.take(student)
        time.wait(0.01)
    gap = MINUTE / per_minute
    assert len(bucket) <= max(1_000, 2 * gap / 0.01 + 1)


def test_even_fifty_thousand_at_once_fit_into_a_few_megabytes_and_are_forgotten_again() -> None:
    bucket, time = allowance(60)
    for student in range(50_000):
        while bucket.take(student) is None:
            pass
    assert len(bucket) == 50_000
    size = sys.getsizeof(bucket._full_at) + sys.getsizeof(bucket._paused)
    assert size + 50_000 * sys.getsizeof(int(time.moment.timestamp() * 1e6)) < 8_000_000
    time.wait(PAUSE)
    # It looks who can be forgotten once as many as before have come.
    for student in range(50_000, 150_001):
        bucket.take(student)
        time.wait(0.01)
    assert len(bucket) < 1_000
    assert len(bucket._paused) == 0


def test_a_pause_says_how_long_it_still_is() -> None:
    bucket, time = allowance(60)
    said = [bucket.take(1) for _ in range(22)][-2:]
    assert said == [RatePause(20, begins=True), RatePause(20, begins=False)]
    time.wait(7.5)
    assert bucket.take(1) == RatePause(13, begins=False)
    time.wait(12.5)
    assert [bucket.take(1) for _ in range(21)] == [None] * 20 + [RatePause(20, begins=True)]


@given(RATES, st.integers(1, 1000))
def test_after_a_pause_there_is_what_has_refilled(per_minute: int, many: int) -> None:
    time = Time()
    bucket = Allowance(many, per_minute, time)
    assert [bucket.take(1) for _ in range(many)] == [None] * many
    assert bucket.take(1) == RatePause(PAUSE, begins=True)
    time.wait(PAUSE)
    refilled = min(many, PAUSE * per_minute // 60)
    assert [bucket.take(1) for _ in range(refilled)] == [None] * refilled
    assert len([None for _ in range(5) if bucket.take(1) is None]) <= 1
