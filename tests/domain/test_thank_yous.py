"""The thank-you note: its clock, the letter, and what the coach notices."""

from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.domain.text.wording import blank_left, placeholders
from bot.domain.thank_yous import review as thank_you_review
from bot.domain.thank_yous.deadline import due_at, plan_reminders
from bot.domain.thank_yous.letter import PHRASES, NoteParts, compose, with_lines, without
from bot.domain.thank_yous.review import NoteFindingCode, review
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from tests.support.note_wording import TEXT, WORDING

DENVER = ZoneInfo("America/Denver")
QUIET = QuietHours(time(22), time(8))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FIRST, SECOND, LATE = ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE

SPOKEN = WORDING.phrases


def at(day: int, hour: int, minute: int = 0, month: int = 2) -> datetime:
    """A local time in 2026 as UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=DENVER).astimezone(UTC)


def plan(ended_at: datetime, now: datetime | None = None, quiet: QuietHours = QUIET) -> dict[ReminderKind, Planned]:
    reminders = plan_reminders(7, ended_at, zone=DENVER, quiet=quiet, now=now or ended_at)
    assert len(reminders) == len({reminder.kind for reminder in reminders})
    return {reminder.kind: reminder for reminder in reminders}


def test_a_note_is_due_after_24_hours_on_the_stopwatch() -> None:
    assert due_at(at(7, 15, month=3)) == at(8, 16, month=3)


@pytest.mark.parametrize(
    ("ended_at", "now", "quiet", "first_second_late"),
    [
        pytest.param(at(12, 15), None, QUIET, (at(12, 17), at(13, 11), at(14, 9)), id="afternoon"),
        pytest.param(at(12, 11), None, QUIET, (at(12, 13), at(13, 8), at(14, 9)), id="second waits for the day"),
        pytest.param(at(12, 8, 20), None, QUIET, (at(12, 10, 20), at(12, 21, 59), at(13, 9)), id="or comes before"),
        pytest.param(at(12, 21), None, QUIET, (at(13, 8), at(13, 17), at(14, 9)), id="evening"),
        pytest.param(at(12, 3), None, QUIET, (at(12, 8), at(12, 21, 59), at(13, 9)), id="night"),
        pytest.param(at(12, 15), at(12, 17), QUIET, (at(12, 17), at(13, 11), at(14, 9)), id="told 2 h later"),
        pytest.param(at(12, 15), at(12, 18), QUIET, (None, at(13, 11), at(14, 9)), id="told 3 h later"),
        pytest.param(at(12, 15), at(13, 11), QUIET, (None, at(13, 11), at(14, 9)), id="told 20 h later"),
        pytest.param(at(12, 15), at(13, 12), QUIET, (None, None, at(14, 9)), id="told 21 h later"),
        pytest.param(at(12, 11), at(13, 7, 30), QUIET, (None, at(13, 8), at(14, 9)), id="told before that day"),
        pytest.param(at(12, 21), at(12, 23, 30), QUIET, (at(13, 8), at(13, 17), at(14, 9)), id="that night"),
        pytest.param(at(12, 11), at(13, 8, 30), QUIET, (None, None, at(14, 9)), id="told on that day"),
        pytest.param(at(12, 15), at(15, 12), QUIET, (None, None, at(16, 9)), id="told days later"),
        pytest.param(at(12, 15), at(27, 8), QUIET, (None, None, at(27, 9)), id="told two weeks later"),
        pytest.param(at(12, 15), at(27, 10), QUIET, (None, None, None), id="told too late"),
        pytest.param(at(12, 7), at(12, 23), QUIET, (None, at(13, 3), at(13, 9)), id="no waking hour is left"),
        pytest.param(
            at(12, 15), None, QuietHours(time(20), time(11, 30)), (at(12, 17), at(13, 11, 30), at(14, 11, 30)),
            id="late riser",
        ),
        pytest.param(
            at(12, 12), None, QuietHours(time(12), time(11, 40)), (None, at(13, 11, 40), at(14, 11, 40)),
            id="awake for minutes",
        ),
    ],
)  # fmt: skip
def test_the_reminders_of_a_note(
    ended_at: datetime, now: datetime | None, quiet: QuietHours, first_second_late: tuple[datetime | None, ...]
) -> None:
    expected = zip((FIRST, SECOND, LATE), first_second_late, strict=True)
    planned = {kind: reminder.due_at for kind, reminder in plan(ended_at, now, quiet).items()}
    assert planned == {kind: due for kind, due in expected if due is not None}


def test_a_reminder_expires_when_the_next_says_it_better() -> None:
    reminders = plan(at(12, 15))
    assert reminders[FIRST].expires_at == reminders[SECOND].due_at
    assert reminders[SECOND].expires_at == at(13, 15)
    assert reminders[LATE].expires_at == at(27, 15)
    assert reminders[LATE].dedupe_key == "thank_you_late:7:0"


ZONES = ("America/Denver", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland")
CHANGES = [datetime(2026, *day, 12, tzinfo=UTC) for day in ((3, 8), (3, 29), (4, 4), (9, 26), (10, 25), (11, 1))]
moments = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is added
    st.builds(lambda day, minutes: day + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-3000, 3000)),
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
quiets = st.builds(QuietHours, clocks, clocks).filter(lambda quiet: quiet.start != quiet.end)


@given(moments, st.sampled_from(ZONES).map(ZoneInfo), quiets, st.integers(0, 15 * 24 * 60))
def test_whatever_the_interview(ended_at: datetime, zone: ZoneInfo, quiet: QuietHours, told_after: int) -> None:
    now, deadline = ended_at + told_after * MINUTE, due_at(ended_at)
    reminders = plan_reminders(7, ended_at, zone=zone, quiet=quiet, now=now)
    kinds = [reminder.kind for reminder in reminders]
    assert kinds == sorted(set(kinds), key=(FIRST, SECOND, LATE).index)
    for one, following in pairwise(reminders):
        assert one.due_at < following.due_at
        assert one.expires_at <= following.due_at
    for reminder in reminders:
        assert max(now, ended_at + 15 * MINUTE) <= reminder.due_at < reminder.expires_at
        assert reminder.kind == LATE or reminder.due_at < deadline < reminder.due_at + 24 * HOUR
        if in_quiet(reminder.due_at, quiet, zone):
            assert reminder.kind == SECOND
            assert not any_waking_minute(max(now, ended_at + 15 * MINUTE), deadline, quiet, zone)
    assert told_after > 20 * 60 or SECOND in kinds
    assert told_after > 12 * 24 * 60 or LATE in kinds


def any_waking_minute(start: datetime, end: datetime, quiet: QuietHours, zone: ZoneInfo) -> bool:
    minutes = int((end - start) / MINUTE)
    return any(not in_quiet(start + step * MINUTE, quiet, zone) for step in range(0, minutes, 5))


def note(**parts: Any) -> str:
    return compose(NoteParts("Ana Núñez", "Maya Torres", **parts), WORDING)


def test_the_handbook_has_every_phrase_and_every_finding() -> None:
    assert {key: placeholders(text) for key, text in SPOKEN.items()} == PHRASES
    assert TEXT["findings"].keys() == set(NoteFindingCode)
    for finding in TEXT["findings"].values():
        assert placeholders(finding["title"] + finding["text"]) <= {"detail"}


def test_what_is_left_open_is_seen_as_a_blank() -> None:
    for part in ("learned", "done", "next"):
        assert blank_left(SPOKEN[f"{part}_missing"]) == SPOKEN[f"{part}_missing"]


def test_a_whole_note() -> None:
    parts = NoteParts(
        contact_name="Ana Núñez",
        student_name="Maya Torres",
        learned="how storms decide a field season",
        done="applied for the local chapter",
        ticked=("Write to Sam",),
        next_step="take a dive course in May.",
        question="Where could I look up fair salary ranges for this field?",
    )
    assert compose(parts, WORDING) == (
        "Dear Ana Núñez,\n\n"
        "Thank you for your time and for sharing your experience with me. "
        "What stays with me is how storms decide a field season.\n\n"
        "Since we talked, I have applied for the local chapter. I have also written to Sam. "
        "I will take a dive course in May. I will be in touch and let you know how it goes. "
        "If you have a moment, there is one more thing I would like to ask. "
        "Where could I look up fair salary ranges for this field?\n\n"
        "Thank you again,\nMaya Torres"
    )


@pytest.mark.parametrize(
    ("next_step", "promised"),
    [
        ("I will tell you how the course goes", 0),
        ("i'll keep you posted.", 0),
        ("write to you after my exam in May", 0),
        ("write after the exam in May", 0),
        ("I start a dive course in May", 1),
        ("write to Dr. Lind", 1),
        ("", 1),
    ],
)
def test_word_is_promised_once(next_step: str, promised: int) -> None:
    assert note(next_step=next_step).count("I will be in touch and let you know how it goes.") == promised


def test_thanks_are_said_once_above_the_closing() -> None:
    body = note(learned="thank you for the story about the storm")
    assert body.split("\n\n")[1] == "Thank you for the story about the storm."


@pytest.mark.parametrize(
    "nothing", ["", "  ", "nothing", "Nothing yet.", "not yet", "none so far", "N/A", "-", "No"]
)
def test_with_nothing_done_the_note_claims_nothing(nothing: str) -> None:
    assert note(learned=GOOD, done=nothing, next_step=nothing) == note(learned=GOOD)
    assert "\n\nI will be in touch" in note(learned=GOOD, done=nothing)


def test_a_field_takes_up_what_was_ticked_once() -> None:
    assert (
        with_lines("your reef story", "Your reef story.", "how grants work") == "your reef story\nhow grants work"
    )
    assert with_lines("", "how grants work") == "how grants work"
    assert with_lines("idk", "how grants work") == "how grants work"
    assert with_lines("idk") == "idk"


def test_what_is_done_is_no_next_step() -> None:
    assert without("Read the report", ["read the Report."]) == ""
    assert without("Read the report and write", ["Read the report"]) == "Read the report and write"


GOOD = "how storms decide a field season"


def codes(body: str, open_todos: tuple[str, ...] = (), **parts: Any) -> dict[NoteFindingCode, str]:
    found = review(body, NoteParts("Ana Núñez", "Maya Torres", **parts), open_todos, WORDING)
    return {finding.code: finding.detail for finding in found}


def test_a_good_note_has_no_findings() -> None:
    parts = {"learned": GOOD, "done": "joined the local chapter", "next_step": "take a dive course"}
    assert codes(note(**parts), ("Email Priya Raman",), **parts) == {}


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        (("Ana Núñez", "[name]"), NoteFindingCode.BLANKS_LEFT, "[name]"),
        (("storms", "XX"), NoteFindingCode.BLANKS_LEFT, "XX"),
        (("Thank you", "Greetings"), NoteFindingCode.NO_THANKS, ""),
        (("let you know how it goes", "go diving"), None, ""),
        (("I will be in touch and let you know how it goes", "I go diving"), NoteFindingCode.NO_PROMISE, ""),
        (("how it goes", "how it goes. My résumé is attached"), NoteFindingCode.MENTIONS_RESUME, "résumé"),
        (("how it goes", "how it goes. As you asked, my resume is attached"), None, ""),
        (("how it goes", "how it goes. I hope to resume our talk"), None, ""),
        (("how it goes", "how it goes. Is there any job"), NoteFindingCode.ASKS_FOR_WORK, "any job"),
        (("how it goes", "how it goes. Are you hiring"), NoteFindingCode.ASKS_FOR_WORK, "Are you hiring"),
        (("storms decide", "a job like yours and its hiring decide"), None, ""),
    ],
)  # fmt: skip
def test_one_change_and_what_the_coach_says(
    change: tuple[str, str], code: NoteFindingCode | None, detail: str
) -> None:
    body = note(learned=GOOD).replace(*change)
    assert body != note(learned=GOOD)
    assert codes(body, learned=GOOD) == ({} if code is None else {code: detail})


@pytest.mark.parametrize(
    "learned",
    ["", "a lot of information", "I learned so much and liked everything.", "your great advice about my career"],
)
def test_a_note_that_fits_anybody_is_not_specific(learned: str) -> None:
    parts: dict[str, Any] = {
        "learned": learned,
        "done": "joined the local chapter",
        "next_step": "take a dive course",
    }
    assert codes(note(**parts), **parts) == {NoteFindingCode.NOTHING_SPECIFIC: ""}


def test_naming_something_while_editing_is_enough() -> None:
    lot = "a lot of information"
    assert codes(note(learned=lot).replace(lot, GOOD), learned=lot) == {}


@pytest.mark.parametrize(
    ("done", "todo", "claimed"),
    [
        ("joined the local chapter of AFS", "Join the local chapter", True),
        ("I wrote to Priya Raman. I applied for membership", "Apply for membership", True),
        ("Joined AFS; emailed Priya", "Email Priya", True),
        ("emailed Priya Raman", "Email Tom Okafor", False),
        ("joined the local chapter", "Update my resume", False),
        ("will email Priya Raman", "Email Priya Raman", False),
        ("", "Email Priya Raman", False),
        ("reviewed the tapes", "Paper", False),
    ],
)
def test_an_open_todo_is_not_to_be_told_as_done(done: str, todo: str, claimed: bool) -> None:
    found = codes(note(learned=GOOD, done=done), (todo, "Something else entirely"), learned=GOOD, done=done)
    assert found == ({NoteFindingCode.CLAIMS_OPEN_TODO: todo} if claimed else {})


@pytest.mark.parametrize(
    ("line", "claimed"),
    [
        ("I have already emailed Priya Raman.", True),
        ("I will email Priya Raman.", False),
        ("I enjoyed hearing how you emailed Priya Raman.", False),
    ],
)
def test_a_claim_that_came_in_while_editing_is_noticed(line: str, claimed: bool) -> None:
    body = note(learned=GOOD).replace("I will be", f"{line} I will be")
    assert (NoteFindingCode.CLAIMS_OPEN_TODO in codes(body, ("Email Priya Raman",), learned=GOOD)) is claimed


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_words_make_a_letter_that_can_be_reviewed(learned: str, done: str, next_step: str, todo: str) -> None:
    parts = NoteParts("Ana", "Maya", learned=learned, done=done, ticked=(todo,), next_step=next_step)
    body = compose(parts, WORDING)
    assert body.startswith("Dear Ana,\n\nThank")
    assert body.endswith("Thank you again,\nMaya")
    assert review(body, parts, [todo], WORDING) is not None


def test_far_more_than_a_note_has_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are compared letter by letter, each with each: of the longest note with the longest list too."""
    compared = 0

    def counting(word: str, possibilities: list[str], n: int, cutoff: float) -> list[str]:
        nonlocal compared
        compared += len(possibilities)
        return get_close_matches(word, possibilities, n, cutoff)

    monkeypatch.setattr(thank_you_review, "get_close_matches", counting)
    deeds = " ".join(f"I read xa{number}b yc{number}d ze{number}f." for number in range(200))
    todos = [" ".join(f"g{number}{other}" for other in range(30)) for number in range(5000)]
    thank_you_review.review(deeds, NoteParts("Ana", "Maya", ticked=tuple(todos)), todos, WORDING)
    assert 0 < compared <= 90_000
