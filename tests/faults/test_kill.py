"""The kill trial in small: the bot dies a few times with messages on their way, and each reminder still arrives."""

from tests.faults.kill.trial import run


def test_no_reminder_is_lost_or_repeated_when_the_process_is_killed() -> None:
    report = run(4, seed=20)
    assert report.broken == ()
    assert report.figures["interrupted"], "no kill met a reminder on its way: this proves nothing"
    assert report.figures["answered"], "no student was answered: this proves nothing"
