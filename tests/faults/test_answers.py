"""Whatever Discord answers, every reminder ends as it should, and nobody waits behind somebody else's trouble."""

from tests.faults.answers.cases import CASES, LIMITS
from tests.faults.answers.trial import run


def test_every_answer_of_discord_is_survived() -> None:
    report = run(1, 2026)
    assert report.broken == ()
    assert report.tried == len(CASES) + len(LIMITS)
    # There was trouble, and it lasted.
    assert report.figures["requests that went wrong"] > 2 * len(CASES)
    assert report.figures["limits"] == len(LIMITS)
