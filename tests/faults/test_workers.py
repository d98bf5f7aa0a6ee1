"""The trial of two workers in small: one is killed in the middle, and everybody gets one message with all."""

from tests.faults.workers import run


def test_two_workers_share_what_is_due_and_one_takes_over_from_the_other() -> None:
    report = run(400, seed=20)
    assert report.broken == ()
    assert report.figures["sent"] == 400
    assert report.figures["messages"] == report.figures["students"]
