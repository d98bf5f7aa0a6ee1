"""Interviews against each other: the same time, and the same interview told twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.interviews.interview import end_as_booked, overlap, same_interview

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
minutes = st.integers(5, 240)
offsets = st.integers(-600, 600).map(lambda count: timedelta(minutes=count))


@given(minutes, offsets, minutes)
def test_interviews_overlap_when_a_minute_belongs_to_both(length: int, offset: timedelta, other: int) -> None:
    start = int(offset.total_seconds()) // 60
    shared = set(range(length)) & set(range(start, start + other))
    assert overlap(NOON, length, NOON + offset, other) == bool(shared)
    assert overlap(NOON + offset, other, NOON, length) == bool(shared)


@given(minutes, offsets)
def test_an_interview_ends_as_booked_but_never_after_it_was_told(length: int, offset: timedelta) -> None:
    end = end_as_booked(NOON, length, NOON + offset)
    assert end <= NOON + offset
    assert end == NOON + timedelta(minutes=length) or end == NOON + offset


@pytest.mark.parametrize(
    ("later", "same"), [(-72.0, True), (-1, True), (0, True), (23.9, True), (24, True), (24.1, False), (200, False)]
)
def test_an_end_told_again_within_a_day_is_the_same_interview(later: float, same: bool) -> None:
    assert same_interview(NOON, NOON + timedelta(hours=later)) == same
