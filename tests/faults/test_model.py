"""Students, a jumping clock and a dying bot in any order: the bot does what the model says. A small dose."""

from benchmarks.faults.model import run


def test_whatever_happens_the_rows_are_what_the_model_says() -> None:
    report = run(12, 2026)
    assert report.broken == ()
    # It was not a walk in the park.
    assert min(report.figures[name] for name in ("arrives", "killed_before", "killed_after", "jumps")) > 0
