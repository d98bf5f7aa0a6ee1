"""The nudge: when its reminder comes, and what it says; and what the form of a request starts from."""

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import Source
from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.requests.form import TIES, checked_message, offered_tie
from bot.domain.requests.letter import PHRASES as REQUEST_PHRASES
from bot.domain.requests.letter import RequestParts, compose
from bot.domain.requests.nudges import NUDGE_FOR, PHRASES, compose_nudge, plan_nudge
from bot.domain.requests.stated_times import add_zone
from bot.domain.requests.status import NUDGES, RequestRoute
from bot.domain.text.wording import placeholders, word_count
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from bot.domain.times.zones import zone_in_words

DENVER = ZoneInfo("America/Denver")
QUIET = QuietHours(time(22), time(8))
WEEK = timedelta(days=7)
SENT = datetime(2026, 2, 2, 15, tzinfo=DENVER).astimezone(UTC)

TEXT = tomllib.loads((Path(__file__).parents[2] / "bot/handbook/text/requests.toml").read_text(encoding="utf-8"))
SPOKEN = {key: phrase["text"] for key, phrase in TEXT["nudge"].items()}
OFFERED = {key: phrase["text"] for key, phrase in TEXT["ties"].items()}


def test_the_handbook_has_every_phrase() -> None:
    assert {key: placeholders(text) for key, text in SPOKEN.items()} == PHRASES
    assert {key: placeholders(text) for key, text in OFFERED.items()} == TIES


def test_a_week_later_one_reminder() -> None:
    (reminder,) = plan_nudge(7, SENT, nudges=0, zone=DENVER, quiet=QUIET, now=SENT)
    assert (reminder.kind, reminder.subject_id, reminder.due_at) == (ReminderKind.NUDGE, 7, SENT + WEEK)
    assert reminder.expires_at == reminder.due_at + NUDGE_FOR
    assert reminder.dedupe_key == "nudge:7:0"


@pytest.mark.parametrize("nudges", [NUDGES, NUDGES + 1])
def test_enough_is_enough(nudges: int) -> None:
    assert plan_nudge(7, SENT, nudges=nudges, zone=DENVER, quiet=QUIET, now=SENT) == ()


def test_told_of_a_week_late_there_is_nothing_to_plan() -> None:
    assert plan_nudge(7, SENT, nudges=0, zone=DENVER, quiet=QUIET, now=SENT + WEEK) == ()


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is added
    st.sampled_from(["America/Denver", "Asia/Kolkata", "Australia/Lord_Howe"]).map(ZoneInfo),
    st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda hours: hours[0] != hours[1]),
)
def test_a_nudge_disturbs_nobodys_night(sent_at: datetime, zone: ZoneInfo, hours: tuple[int, int]) -> None:
    quiet = QuietHours(time(hours[0]), time(hours[1]))
    (reminder,) = plan_nudge(7, sent_at, nudges=0, zone=zone, quiet=quiet, now=sent_at)
    assert not in_quiet(reminder.due_at, quiet, zone)
    assert sent_at + WEEK <= reminder.due_at < sent_at + WEEK + timedelta(hours=25)


def test_a_nudge_is_shorter_than_the_shortest_full_request() -> None:
    parts = RequestParts("Ana Núñez", tie="We met in May", why="your survey", student_name="Maya Torres")
    spoken = {key: phrase["text"] for key, phrase in TEXT["phrases"].items()}
    assert spoken.keys() == REQUEST_PHRASES.keys()
    request = compose(RequestRoute.EMAIL, parts, spoken)
    nudge = compose_nudge("Ana Núñez", "Maya Torres", request.subject, SPOKEN)
    assert word_count(nudge.body) < word_count(request.body)
    assert nudge.body.startswith("Dear Ana Núñez,")
    assert nudge.body.endswith("Thank you,\nMaya Torres")
    assert "?" in nudge.body
    assert "20 minutes" in nudge.body


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Reef surveys", "Re: Reef surveys"),
        ("RE: Reefs", "RE: Reefs"),
        (" ", "A short follow-up"),
        ("{x}", "Re: {x}"),
    ],
)
def test_the_subject_stands_beside_the_requests(subject: str, expected: str) -> None:
    assert compose_nudge("Ana", "Maya", subject, SPOKEN).subject == expected


def test_a_missing_name_is_left_to_fill_in() -> None:
    assert compose_nudge("Ana", " ", "", SPOKEN).body.endswith("[your name]")


@pytest.mark.parametrize("source", [*Source, "", "somewhere"])
def test_where_somebody_was_found_offers_a_tie(source: str) -> None:
    offered = offered_tie(source, "", OFFERED)
    assert bool(offered) is (source == Source.ALUMNI)
    assert offered_tie(source, "Tom\nOkafor", OFFERED) == "Tom Okafor"


@pytest.mark.parametrize(
    ("subject", "body", "code"),
    [("", "\n ", Code.BLANK), ("x" * 301, "Dear Ana", Code.TOO_LONG), ("", "x" * 4001, Code.TOO_LONG)],
)
def test_a_message_has_limits(subject: str, body: str, code: Code) -> None:
    with pytest.raises(CoachError, check=lambda error: error.code is code):
        checked_message(subject, body)


def test_a_message_loses_only_white_space_around_it() -> None:
    assert checked_message(" A\nquestion ", "\n Dear Ana,\n\n  Hello ") == ("A question", "Dear Ana,\n\n  Hello")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Tue 2-4 pm or Thu 9-11 am, or later?", "on Tue 2-4 pm or Thu 9-11 am (Berlin time), or later?"),
        ("at 14:00.", "at 14:00 (Berlin time)."),
        ("any afternoon", "any afternoon"),
        ("2 pm MT", "2 pm MT"),
        ("2 pm (Mountain Time)", "2 pm (Mountain Time)"),
        ("", ""),
    ],
)
def test_the_zone_goes_behind_the_last_time_of_day(text: str, expected: str) -> None:
    assert add_zone(text, "Berlin time") == expected


@given(st.text(max_size=300))
def test_a_zone_is_added_once(text: str) -> None:
    assert add_zone(add_zone(text, "Berlin time"), "Berlin time") == add_zone(text, "Berlin time")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Denver", "Mountain Time"),
        ("America/New_York", "Eastern Time"),
        ("America/Phoenix", "Phoenix time"),
        ("America/Regina", "Regina time"),
        ("Pacific/Honolulu", "Hawaii Time"),
        ("Europe/Berlin", "Berlin time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
    ],
)
@pytest.mark.parametrize("month", [1, 7])
def test_a_zone_in_a_letter(zone: str, words: str, month: int) -> None:
    assert zone_in_words(zone, datetime(2026, month, 1, tzinfo=UTC)) == words
