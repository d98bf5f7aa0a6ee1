"""What an import reads: each value by the rule of its column, each row as a whole; and the word that erases."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.domain import mydata
from bot.domain.errors import CoachError, Code
from bot.domain.mydata import HOLDS_TOGETHER, MOST, RULES, check_confirmation, check_size, maybe, name, number, text

REFUSED = (ValueError, CoachError)


@pytest.mark.parametrize(
    "typed", ["DELETE", "delete", " Delete. ", '"DELETE"', "“delete”", "`delete`!", "*DELETE*"]
)
def test_the_word_in_any_case_and_however_quoted_confirms(typed: str) -> None:
    check_confirmation(typed)


@pytest.mark.parametrize("typed", ["", "yes", "delet", "DELETE it", "don't delete", "X"])
def test_any_other_word_erases_nothing(typed: str) -> None:
    with pytest.raises(CoachError) as caught:
        check_confirmation(typed)
    assert caught.value.code is Code.NOT_CONFIRMED
    assert caught.value.params == {"word": "DELETE", "text": typed}


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    check_size(1000, 1000)
    with pytest.raises(CoachError) as caught:
        check_size(1001, 1000)
    assert caught.value.code is Code.FILE_TOO_LARGE
    assert caught.value.params == {"limit": 1000}


@pytest.mark.parametrize(
    ("rule", "value", "kept"),
    [
        (text(3), "Ana", "Ana"),
        (text(3), "", ""),
        (text(3), "\u200b", ""),
        (text(3, least=1), "A", "A"),
        (name(3), "Ana", "Ana"),
        (number(1, 3), 1, 1),
        (number(1, 3), 3, 3),
        (number(0), MOST, MOST),
        (maybe(number(1, 3)), None, None),
        (maybe(number(1, 3)), 2, 2),
        (mydata.yes_or_no, True, True),
        (mydata.yes_or_no, False, False),
        (mydata.moment, "2026-03-02T15:00:00-07:00", datetime(2026, 3, 2, 22, tzinfo=UTC)),
        (mydata.moment, "2000-01-01T00:00:00+00:00", datetime(2000, 1, 1, tzinfo=UTC)),
        (mydata.moment, "2100-01-01T00:00:00+00:00", datetime(2100, 1, 1, tzinfo=UTC)),
        (mydata.moment, "2026-03-02T15:00:00.123456+00:00", datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC)),
        (mydata.clock, "22:30:00", time(22, 30)),
        (mydata.clock, "22:30:00.000001", time(22, 30, 0, 1)),
        (mydata.zone, "America/Denver", "America/Denver"),
        (mydata.web_address, "https://x.example/a", "https://x.example/a"),
        (mydata.web_address, "www.x.example/?u=http://a.example", "https://www.x.example/?u=http://a.example"),
        (mydata.web_address, "HTTP://x.example", "HTTP://x.example"),
        (RULES["contacts"]["source"], "", ""),
        (RULES["requests"]["status"], "draft", "draft"),
        (RULES["requests"]["outcome"], None, None),
        (RULES["evaluations"]["position"], 1, 1),
        (RULES["answers"]["question"], 11, 11),
        (RULES["interviews"]["minutes"], 5, 5),
        (RULES["interviews"]["minutes"], 240, 240),
    ],
)
def test_a_value_is_kept_as_its_column_has_it(rule: mydata.Rule, value: Any, kept: Any) -> None:
    assert rule(value) == kept
    assert type(rule(value)) is type(kept)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (text(3), "Anna"),
        (text(3), "A\0"),
        (text(3), "\ud800"),
        (text(3), 7),
        (text(3), None),
        (text(3, least=1), ""),
        (text(3, least=1), " \u200b"),
        (text(3, least=2), "A"),
        (name(9), "Ana "),
        (name(9), "A\nna"),
        (name(9), ""),
        (name(3), "Anna"),
        (number(1, 3), 0),
        (number(1, 3), 4),
        (number(1, 3), True),
        (number(1, 3), 2.0),
        (number(1, 3), "2"),
        (number(0), MOST + 1),
        (maybe(number(1, 3)), 4),
        (mydata.yes_or_no, 1),
        (mydata.yes_or_no, 0),
        (mydata.yes_or_no, "true"),
        (mydata.yes_or_no, None),
        (mydata.moment, "2026-03-02T15:00:00"),
        (mydata.moment, "1999-12-31T23:59:59+00:00"),
        (mydata.moment, "2100-01-01T00:00:01+00:00"),
        (mydata.moment, "yesterday"),
        (mydata.moment, f"2026-03-02T15:00:00+00:00{' ' * 20}"),
        (mydata.clock, "22:30:00+00:00"),
        (mydata.clock, "half past ten"),
        (mydata.zone, "america/denver"),
        (mydata.zone, "Denver"),
        (mydata.zone, "Nowhere"),
        (mydata.web_address, "ftp://x.example"),
        (mydata.web_address, "https://x.example and more"),
        (mydata.web_address, "see https://x.example"),
        (mydata.web_address, "https://" + "x" * 301),
        (RULES["contacts"]["source"], "a dream"),
        (RULES["requests"]["status"], ""),
        (RULES["evaluations"]["position"], 0),
        (RULES["answers"]["question"], 12),
        (RULES["interviews"]["minutes"], 4),
        (RULES["interviews"]["minutes"], 241),
        (RULES["todos"]["text"], ""),
    ],
)
def test_what_no_form_lets_through_is_refused(rule: mydata.Rule, value: Any) -> None:
    with pytest.raises(REFUSED):
        rule(value)


SENT, ANSWERED = "2026-03-01", "2026-03-02"


@pytest.mark.parametrize(
    ("table", "row", "holds"),
    [
        ("requests", {"status": "draft", "sent_at": None, "answered_at": None, "outcome": None}, True),
        ("requests", {"status": "draft", "sent_at": SENT, "answered_at": None, "outcome": None}, False),
        ("requests", {"status": "draft", "sent_at": None, "answered_at": None, "outcome": "accepted"}, False),
        ("requests", {"status": "sent", "sent_at": SENT, "answered_at": None, "outcome": None}, True),
        ("requests", {"status": "sent", "sent_at": None, "answered_at": None, "outcome": None}, False),
        ("requests", {"status": "sent", "sent_at": SENT, "answered_at": ANSWERED, "outcome": "accepted"}, False),
        ("requests", {"status": "answered", "sent_at": SENT, "answered_at": ANSWERED, "outcome": "accepted"}, True),
        ("requests", {"status": "answered", "sent_at": SENT, "answered_at": ANSWERED, "outcome": None}, False),
        (
            "requests",
            {"status": "answered", "sent_at": None, "answered_at": ANSWERED, "outcome": "declined"},
            False,
        ),
        ("requests", {"status": "answered", "sent_at": SENT, "answered_at": None, "outcome": "declined"}, False),
        ("interviews", {"status": "met", "ended_at": SENT}, True),
        ("interviews", {"status": "met", "ended_at": None}, False),
        ("interviews", {"status": "scheduled", "ended_at": None}, True),
        ("interviews", {"status": "cancelled", "ended_at": SENT}, False),
        ("evaluations", {"status": "open", "position": 11}, True),
        ("evaluations", {"status": "done", "position": 12}, True),
        ("evaluations", {"status": "open", "position": 12}, False),
        ("evaluations", {"status": "done", "position": 3}, False),
    ],
)
def test_a_row_is_taken_only_when_its_columns_fit_each_other(table: str, row: dict[str, Any], holds: bool) -> None:
    assert HOLDS_TOGETHER[table](row) is holds
