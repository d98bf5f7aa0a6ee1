"""Reading a moment from what a person types."""

import os
import subprocess
import sys
import time as stopwatch
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.services.dates.typed_times import EXAMPLES, Tense, parse_when
from bot.ui.cards.error_sentences import sentence

DENVER = ZoneInfo("America/Denver")
NOW = datetime(2026, 11, 23, 23, 41, 20, tzinfo=DENVER).astimezone(UTC)  # a Monday
WHEN_CODES = {code for code in Code if code.name.startswith("WHEN_")}


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DENVER, fold=fold).astimezone(UTC)


def read(text: str, tense: Tense = "future", now: datetime = NOW, zone: ZoneInfo = DENVER) -> datetime:
    return parse_when(text, zone=zone, now=now, tense=tense)


def refusal(text: str, tense: Tense = "future", now: datetime = NOW, zone: ZoneInfo = DENVER) -> CoachError:
    with pytest.raises(CoachError) as caught:
        read(text, tense, now, zone)
    assert caught.value.params["text"] == text.strip()[:100]
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Words for days
        ("tomorrow 3pm", "2026-11-24T15:00"),
        ("Tomorrow at 3 PM", "2026-11-24T15:00"),
        ("3pm tomorrow", "2026-11-24T15:00"),
        ("tomorrow @ 3pm", "2026-11-24T15:00"),
        ("tmrw 9am", "2026-11-24T09:00"),
        ("tommorow 15:00", "2026-11-24T15:00"),
        ("noon tomorrow", "2026-11-24T12:00"),
        ("tomorrow at noon", "2026-11-24T12:00"),
        ("today 23:50", "2026-11-23T23:50"),
        ("tonight at 11:50", "2026-11-23T23:50"),
        ("midnight tonight", "2026-11-24T00:00"),
        ("day after tomorrow 9:00", "2026-11-25T09:00"),
        ("the day after tomorrow at 9:00", "2026-11-25T09:00"),
        ("in 3 days at 3pm", "2026-11-26T15:00"),
        ("in a week at 9am", "2026-11-30T09:00"),
        ("in two weeks, 10:00", "2026-12-07T10:00"),
        ("tomorrow morning at 9", "2026-11-24T09:00"),
        ("tomorrow at 3 in the afternoon", "2026-11-24T15:00"),
        ("friday evening 7:30", "2026-11-27T19:30"),
        # Weekdays: the coming one
        ("Mon 10:00", "2026-11-30T10:00"),
        ("monday 23:50", "2026-11-23T23:50"),
        ("monday at 10am", "2026-11-30T10:00"),
        ("weds 10:30", "2026-11-25T10:30"),
        ("on thursday at 14:00", "2026-11-26T14:00"),
        ("this friday 9am", "2026-11-27T09:00"),
        ("9am fri", "2026-11-27T09:00"),
        ("sat 10 a.m.", "2026-11-28T10:00"),
        ("next monday 10:00", "2026-11-30T10:00"),
        # Dates
        ("2026-12-01 14:30", "2026-12-01T14:30"),
        ("2026-12-01T14:30", "2026-12-01T14:30"),
        ("2026/12/01 2:30pm", "2026-12-01T14:30"),
        ("Dec 1 2:30pm", "2026-12-01T14:30"),
        ("Dec. 1st at 2:30 p.m.", "2026-12-01T14:30"),
        ("1 December 14:30", "2026-12-01T14:30"),
        ("1st of december at 14:30", "2026-12-01T14:30"),
        ("December 1, 2026 - 14:30", "2026-12-01T14:30"),
        ("Tue, Dec 1, 2026 at 10:00 AM", "2026-12-01T10:00"),
        ("jan 5 10am", "2027-01-05T10:00"),
        ("12/25 at noon", "2026-12-25T12:00"),
        ("25/12/26 12:00", "2026-12-25T12:00"),
        ("13/12 10:00", "2026-12-13T10:00"),
        ("3/3 9am", "2027-03-03T09:00"),
        ("1.12. 14:30", "2026-12-01T14:30"),
        ("1.12.2026 14:30", "2026-12-01T14:30"),
        ("Thu 3/4 10:00", "2027-03-04T10:00"),  # April 3 is no Thursday
        ("12/1/2026 4pm", "2026-12-01T16:00"),  # January 12 is over
        ("feb 29 10:00", "2028-02-29T10:00"),
        # Times alone: the coming one
        ("15:00", "2026-11-24T15:00"),
        ("at 15", "2026-11-24T15:00"),
        ("3pm", "2026-11-24T15:00"),
        ("10.30am", "2026-11-24T10:30"),
        ("23:50", "2026-11-23T23:50"),
        ("23:41", "2026-11-23T23:41"),
        ("tomorrow 03:30", "2026-11-24T03:30"),
        ("tomorrow 7:30", "2026-11-24T07:30"),
        ("３pm", "2026-11-24T15:00"),  # full-width, as some keyboards type it
        # Spans of time
        ("in 2 hours", "2026-11-24T01:41"),
        ("in 45 min", "2026-11-24T00:26"),
        ("in an hour", "2026-11-24T00:41"),
        ("in half an hour", "2026-11-24T00:11"),
        ("in an hour and a half", "2026-11-24T01:11"),
        ("in a couple of hours", "2026-11-24T01:41"),
        ("in 1h30m", "2026-11-24T01:11"),
        ("in 1.5 hours", "2026-11-24T01:11"),
        ("two hours from now", "2026-11-24T01:41"),
        ("now", "2026-11-23T23:41"),
        # A zone in the text
        ("tomorrow at 3pm PST", "2026-11-24T16:00"),
        ("tomorrow 3pm Eastern time", "2026-11-24T13:00"),
        ("3pm ET tomorrow", "2026-11-24T13:00"),
        ("tomorrow 3pm MST", "2026-11-24T15:00"),
        ("tomorrow 15:00 Europe/Berlin", "2026-11-24T07:00"),
        ("tomorrow 15:00 UTC", "2026-11-24T08:00"),
        ("tomorrow 15:00 UTC+2", "2026-11-24T06:00"),
        ("2026-12-01T14:30Z", "2026-12-01T07:30"),
        ("2026-12-01T14:30:00+01:00", "2026-12-01T06:30"),
        ("<t:1796142600>", "2026-12-01T09:30"),
        ("<t:1796142600:F>", "2026-12-01T09:30"),
        (" <t:1796142659:R> ", "2026-12-01T09:30"),
    ],
)
def test_what_is_coming(text: str, expected: str) -> None:
    assert read(text) == local(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday 4pm", "2026-11-22T16:00"),
        ("2 hours ago", "2026-11-23T21:41"),
        ("half an hour ago", "2026-11-23T23:11"),
        ("an hour and a half ago", "2026-11-23T22:11"),
        ("20 minutes ago", "2026-11-23T23:21"),
        ("now", "2026-11-23T23:41"),
        ("just now", "2026-11-23T23:41"),
        ("23:42", "2026-11-23T23:42"),  # clocks differ by a minute
        ("monday 10:00", "2026-11-23T10:00"),
        ("monday 23:50", "2026-11-16T23:50"),
        ("friday 3pm", "2026-11-20T15:00"),
        ("last friday 3pm", "2026-11-20T15:00"),
        ("last monday 3pm", "2026-11-16T15:00"),
        ("3pm", "2026-11-23T15:00"),
        ("23:50", "2026-11-22T23:50"),
        ("nov 20 3pm", "2026-11-20T15:00"),
        ("12/31 10:00", "2025-12-31T10:00"),
        ("today 9:00", "2026-11-23T09:00"),
        ("this morning at 9", "2026-11-23T09:00"),
        ("last night at 8", "2026-11-22T20:00"),
        ("3 days ago at 9am", "2026-11-20T09:00"),
        ("day before yesterday 9am", "2026-11-21T09:00"),
    ],
)
def test_what_is_over(text: str, expected: str) -> None:
    assert read(text, "past") == local(expected)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "later", "m", "soon", "asap", "whenever", "mon 15", "10", "3", "1 2 3", "next week",
        "eat at 3pm tomorrow", "tomorrow 25:00", "tomorrow 13pm", "tomorrow 10:75", "feb 30 10:00",
        "2026-13-01 10:00", "13/13 10:00", "tomorrow 3-4pm", "tomorrow 10:00-11:00", "tomorrow 3pm to 4pm",
        "3pm 4pm tomorrow", "monday tuesday 3pm", "tomorrow at 15:00 in the morning", "tomorrow 3pm Mars/Olympus",
        "tomorrow 3pm PST EST", "UTC+99", "tomorrow 3pm UTC+99", "2026-99-99T10:00Z", "in 99999999999 hours",
        "<t:>", "<t:99999999999999>", "<t:9999999999999>", "tomorrow 3pm" + " please" * 20,
    ],
)  # fmt: skip
def test_unreadable(text: str) -> None:
    assert refusal(text).code is Code.WHEN_UNREADABLE


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-11-24"),
        ("dec 1", "2026-12-01"),
        ("wednesday", "2026-11-25"),
        ("in 3 days", "2026-11-26"),
        ("2026-12-01", "2026-12-01"),
        ("tomorrow morning", "2026-11-24"),
    ],
)
def test_a_day_needs_a_time(text: str, day: str) -> None:
    refused = refusal(text)
    assert refused.code is Code.WHEN_NEEDS_TIME
    assert refused.params["understood"] == local(f"{day}T12:00")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("3/4 10:00", ("2027-03-04T10:00", "2027-04-03T10:00")),
        ("3/4/2027 10:00", ("2027-03-04T10:00", "2027-04-03T10:00")),
        ("tomorrow 3", ("2026-11-24T03:00", "2026-11-24T15:00")),
        ("at 3", ("2026-11-24T03:00", "2026-11-24T15:00")),
        ("monday at 10", ("2026-11-30T10:00", "2026-11-30T22:00")),
        ("3 o'clock tomorrow", ("2026-11-24T03:00", "2026-11-24T15:00")),
        ("tomorrow at 12", ("2026-11-24T00:00", "2026-11-24T12:00")),
        ("tomorrow 3:30", ("2026-11-24T03:30", "2026-11-24T15:30")),
        ("friday midnight", ("2026-11-27T00:00", "2026-11-28T00:00")),
        ("next friday 9am", ("2026-11-27T09:00", "2026-12-04T09:00")),
        ("Mon Dec 1 10:00", ("2026-11-30T10:00", "2026-12-01T10:00")),  # December 1 is a Tuesday
        ("tomorrow 3pm IST", ("2026-11-24T02:30", "2026-11-24T06:00", "2026-11-24T08:00")),
    ],
)
def test_more_than_one_reading(text: str, options: tuple[str, ...]) -> None:
    refused = refusal(text)
    assert refused.code is Code.WHEN_AMBIGUOUS
    assert refused.params["options"] == tuple(map(local, options))


def test_a_reading_that_does_not_fit_the_tense_is_no_option() -> None:
    morning = local("2026-11-23T10:00")
    assert read("today at 3", now=morning) == local("2026-11-23T15:00")
    assert read("today at 9", "past", now=morning) == local("2026-11-23T09:00")
    assert read("3/4/2026 10:00", "past", now=local("2026-03-20T10:00")) == local("2026-03-04T10:00")


def test_next_weekday_is_clear_once_the_week_is_over() -> None:
    saturday, sunday = local("2026-11-28T12:00"), local("2026-11-29T12:00")
    assert read("next friday 9am", now=saturday) == local("2026-12-04T09:00")
    assert refusal("next friday 9am", now=sunday).code is Code.WHEN_AMBIGUOUS


@pytest.mark.parametrize(
    ("text", "tense", "code", "understood"),
    [
        ("today at 17:30", "future", Code.WHEN_PAST, "2026-11-23T17:30"),
        ("yesterday 4pm", "future", Code.WHEN_PAST, "2026-11-22T16:00"),
        ("2 hours ago", "future", Code.WHEN_PAST, "2026-11-23T21:41"),
        ("last friday 9am", "future", Code.WHEN_PAST, "2026-11-20T09:00"),
        ("tonight at 8", "future", Code.WHEN_PAST, "2026-11-23T20:00"),
        ("nov 20 10:00", "future", Code.WHEN_PAST, "2026-11-20T10:00"),  # a slip, not next year
        ("2020-01-01 10:00", "future", Code.WHEN_PAST, "2020-01-01T10:00"),
        ("tomorrow 3pm", "past", Code.WHEN_FUTURE, "2026-11-24T15:00"),
        ("in 2 hours", "past", Code.WHEN_FUTURE, "2026-11-24T01:41"),
        ("dec 1 3pm", "past", Code.WHEN_FUTURE, "2026-12-01T15:00"),
        ("today 23:50", "past", Code.WHEN_FUTURE, "2026-11-23T23:50"),
        ("2028-12-01 10:00", "future", Code.WHEN_TOO_FAR, "2028-12-01T10:00"),
        ("2020-01-01 10:00", "past", Code.WHEN_TOO_FAR, "2020-01-01T10:00"),
    ],
)
def test_the_wrong_side_of_now_and_too_far(text: str, tense: Tense, code: Code, understood: str) -> None:
    refused = refusal(text, tense)
    assert refused.code is code
    assert refused.params["understood"] == local(understood)


class TestClockChanges:
    @pytest.mark.parametrize("text", ["2027-03-14 2:30am", "Mar 14 2:30 am", "14 march 2027 02:30"])
    def test_a_skipped_time(self, text: str) -> None:
        refused = refusal(text)
        assert refused.code is Code.WHEN_SKIPPED
        assert refused.params["options"] == (local("2027-03-14T01:30"), local("2027-03-14T03:30"))

    def test_a_time_alone_is_not_put_off_by_a_day_because_tonight_skips_it(self) -> None:
        assert refusal("2:30am", now=local("2027-03-13T23:00")).code is Code.WHEN_SKIPPED

    def test_the_other_half_of_the_day_is_meant_when_one_is_skipped(self) -> None:
        assert read("march 14 at 2") == local("2027-03-14T14:00")

    def test_a_repeated_time(self) -> None:
        refused = refusal("2027-11-07 1:30am")
        assert refused.code is Code.WHEN_TWICE
        assert refused.params["options"] == (local("2027-11-07T01:30"), local("2027-11-07T01:30", fold=1))

    def test_a_repeated_time_is_clear_once_the_first_is_over(self) -> None:
        between = local("2026-11-01T01:45")
        assert read("1:30am", now=between) == local("2026-11-01T01:30", fold=1)
        assert read("1:30am", "past", now=between) == local("2026-11-01T01:30")

    def test_hours_are_elapsed_time(self) -> None:
        assert read("in 2 hours", now=local("2027-03-14T01:30")) == local("2027-03-14T04:30")
        assert read("2 hours ago", "past", now=local("2026-11-01T03:00")) == local("2026-11-01T01:00", fold=1)

    def test_appointments_are_wall_time(self) -> None:
        assert read("tomorrow 9am", now=local("2027-03-13T09:00")) == local("2027-03-14T09:00")


def test_an_abbreviation_is_first_of_all_what_the_person_calls_their_own_zone() -> None:
    assert read("tomorrow 3pm IST", zone=ZoneInfo("Asia/Kolkata")) == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    assert read("tomorrow 3pm CST", zone=ZoneInfo("Asia/Shanghai")) == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    arizona_in_summer = datetime(2027, 7, 1, 19, 0, tzinfo=UTC)
    assert read("3pm MST", now=arizona_in_summer, zone=ZoneInfo("America/Phoenix")).hour == 22


@pytest.mark.parametrize(
    "now", [NOW, local("2028-02-29T12:00"), local("2027-03-14T00:30"), local("2026-12-01T00:30")]
)
@pytest.mark.parametrize("tense", ["future", "past"])
def test_the_examples_work(tense: Tense, now: datetime) -> None:
    for text in EXAMPLES[tense]:
        assert read(text, tense, now)


@pytest.mark.parametrize("tense", ["future", "past"])
def test_a_refusal_shows_examples_that_would_be_taken(tense: Tense) -> None:
    other: Tense = "past" if tense == "future" else "future"
    for text in ("blah", "12 Nov", "in 3 days" if tense == "past" else "yesterday noon"):
        said = sentence(refusal(text, tense))
        assert f"`{EXAMPLES[tense][0]}`" in said
        assert f"`{EXAMPLES[other][0]}`" not in said


VOCABULARY = """
    tomorrow today yesterday monday next last this friday at on in 3 10 12 15:00 3:30 3pm 10am noon midnight dec 1
    31 2026 3/4 3.4. 2026-12-01 2027-03-14 2:30am hours minutes days week ago from now a morning night pst ist utc+2
    z <t:1796142600> - , :
"""
PHRASES = st.lists(st.sampled_from(VOCABULARY.split()), max_size=6).map(" ".join)


@settings(deadline=None)  # the first call loads dateparser
@given(
    text=st.text() | PHRASES | st.text("0123456789 :/.-apmtz+<>", max_size=20),
    tense=st.sampled_from(["future", "past"]),
    now=st.datetimes(
        NOW.replace(year=2000, tzinfo=None), NOW.replace(year=2100, tzinfo=None), timezones=st.just(UTC)
    ),
)
@example(text="x" * 6000, tense="future", now=NOW)
@example(text="in " + "1h" * 48, tense="future", now=NOW)
@example(text="at " * 33, tense="future", now=NOW)
@example(text="9999-12-31T23:59-12:00", tense="future", now=NOW)
@example(text="0001-01-01T00:00+14:00", tense="past", now=NOW)
@example(text="\u0660\u0661/\u0662 3pm", tense="future", now=NOW)
def test_any_text_gives_a_moment_on_the_right_side_or_a_refusal(text: str, tense: Tense, now: datetime) -> None:
    try:
        moment = read(text, tense, now)
    except CoachError as error:
        assert error.code in WHEN_CODES  # noqa: PT017  # either way is right
        return
    assert moment.utcoffset() == timedelta(0)
    assert (moment.second, moment.microsecond) == (0, 0)
    ahead = moment - now if tense == "future" else now - moment
    assert timedelta(minutes=-3) <= ahead <= timedelta(days=732)


def test_the_zone_of_the_machine_does_not_matter() -> None:
    program = (
        "from datetime import datetime, UTC; from zoneinfo import ZoneInfo;"
        "from bot.services.dates.typed_times import parse_when;"
        f"now = datetime.fromisoformat('{NOW.isoformat()}');"
        "print([parse_when(text, zone=ZoneInfo('America/Denver'), now=now).isoformat()"
        " for text in ('tomorrow 3pm', 'in 2 hours', 'Dec 1 2:30pm')])"
    )
    answers = {
        subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-c", program],
            env=os.environ | {"TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles")
    }
    assert answers == {
        f"{[local(f'2026-{rest}').isoformat() for rest in ('11-24T15:00', '11-24T01:41', '12-01T14:30')]}\n"
    }


def test_reading_is_quick_once_loaded() -> None:
    read("tomorrow 3pm")
    begin = stopwatch.process_time()
    for text in ("Dec 1 2:30pm", "in 45 minutes", "day after tomorrow 9:00", "12/25 noon") * 5:
        read(text)
    assert (stopwatch.process_time() - begin) / 20 < 0.02
