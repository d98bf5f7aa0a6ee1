"""The calendar file, read back by a calendar library as a calendar would."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.interviews.interview import InterviewStatus, Mode
from bot.services.interviews.views import InterviewView
from bot.ui.cards.interviews.calendar_file import calendar_file

STAMP = datetime(2026, 3, 2, 22, 0, 0, 123456, tzinfo=UTC)
START = datetime(2026, 3, 12, 20, 0, tzinfo=UTC)


def interview(
    name: str = "Ana Núñez",
    place: str = "",
    *,
    minutes: int = 20,
    mode: Mode | None = None,
    status: InterviewStatus = InterviewStatus.SCHEDULED,
    sequence: int = 0,
    starts_at: datetime = START,
    created_at: datetime = STAMP,
) -> InterviewView:
    return InterviewView(
        id=7,
        contact_id=3,
        contact_name=name,
        starts_at=starts_at,
        minutes=minutes,
        mode=mode,
        place=place,
        status=status,
        ended_at=None,
        sequence=sequence,
        created_at=created_at,
        begun=False,
        over=False,
        evaluation_id=None,
        evaluation_status="",
        note_due_at=None,
        note_version=0,
        note_sent_at=None,
    )


def event(view: InterviewView) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(calendar_file(view, STAMP).content)
    assert isinstance(calendar, icalendar.Calendar)
    assert calendar["version"] == "2.0"
    assert calendar["method"] == "PUBLISH"
    (found,) = calendar.walk("VEVENT")
    assert isinstance(found, icalendar.Event)
    return found


def test_the_interview_can_be_imported() -> None:
    found = event(interview(place="https://zoom.example/j/1?pwd=a,b;c", mode=Mode.VIDEO, minutes=45))
    assert found.decoded("dtstart") == START
    assert found.decoded("dtend") == START + timedelta(minutes=45)
    assert found.decoded("dtstamp") == STAMP.replace(microsecond=0)
    assert found["summary"] == "Informational interview with Ana Núñez"
    assert found["location"] == "https://zoom.example/j/1?pwd=a,b;c"
    assert "45 minutes, by video" in str(found["description"])
    assert found["status"] == "CONFIRMED"
    assert {alarm.decoded("trigger") for alarm in found.walk("VALARM")} == {-timedelta(hours=1), -timedelta(days=1)}


def test_the_bytes_keep_to_the_standard() -> None:
    content = calendar_file(interview("Ana " * 40, "place, " * 40), STAMP).content
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"DTSTART:20260312T200000Z" in content


def test_a_moved_interview_is_the_same_entry_only_newer() -> None:
    first, moved = event(interview()), event(interview(sequence=1, starts_at=START + timedelta(days=1)))
    assert first["uid"] == moved["uid"]
    assert (first["sequence"], moved["sequence"]) == (0, 1)
    assert moved.decoded("dtstart") == START + timedelta(days=1)


def test_another_bots_interview_with_the_same_number_is_another_entry() -> None:
    assert event(interview())["uid"] != event(interview(created_at=STAMP + timedelta(seconds=1)))["uid"]


def test_a_cancelled_interview_says_so_and_rings_no_more() -> None:
    found = event(interview(status=InterviewStatus.CANCELLED, sequence=2))
    assert found["status"] == "CANCELLED"
    assert found["sequence"] == 2
    assert not found.walk("VALARM")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Ana\r\nEND:VEVENT\nBEGIN:VEVENT", "Ana END:VEVENT BEGIN:VEVENT"),
        ("Ana; Núñez, \\n PhD", "Ana; Núñez, \\n PhD"),
        ("Ana\x00\x07\x7f Núñez", "Ana Núñez"),
        ("🦊" * 80, "🦊" * 80),
        ("ليلى حسن", "ليلى حسن"),
        ('"@everyone" **Ana**', '"@everyone" **Ana**'),
    ],
)
def test_whatever_was_typed_stays_text(typed: str, read: str) -> None:
    found = event(interview(typed, typed))
    assert found["summary"] == f"Informational interview with {read}"
    assert found["location"] == read


@given(st.text(max_size=300))
def test_no_name_or_place_breaks_the_file(text: str) -> None:
    view = interview(text, text)
    found = event(view)
    assert found.decoded("dtstart") == START
    assert len(found.walk("VALARM")) == 2
