"""The bot is away, the clock is set, students move: nobody is told twice, too late or at night. A small dose."""

import pytest

from tests.faults.downtime.trial import TRIALS, play

STUDENTS = {"away for a day": 40}
"""More is overdue for them than the engine takes in one go."""


@pytest.mark.parametrize("name", TRIALS)
def test_a_town_full_of_students(name: str) -> None:
    found, counted = play(name, STUDENTS.get(name, 8), 2026)
    assert found == []
    assert counted, "nothing happened"
