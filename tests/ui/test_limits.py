"""How long Discord wants to be left alone. tests/faults/test_answers.py shows that it is."""

from datetime import timedelta

import pytest

from bot.ui.reminders.discord_limits import retry_after


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7.5", 7.5), ("65", 65), ("0", 1), ("-3", 1), ("nan", 1), ("inf", None), ("soon", None), ("", None)],
)
def test_what_is_said_is_read_and_never_nothing(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}) == (None if seconds is None else timedelta(seconds=seconds))


def test_nothing_may_be_said() -> None:
    assert retry_after({}) is None
