"""The thank-you note: its 24-hour clock, and the letter in three moves.

The handout says it twice (Follow-Up; Helpful Hints): send a thank-you note within 24 hours of the interview.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.reminders import Kind, Planned, planned
from bot.domain.times import QuietHours, in_quiet, next_morning, shift_out_of_quiet
from bot.domain.wording import fill, fragment, is_sentence, one_line, promises_word, say, sentence

DUE_AFTER = timedelta(hours=24)
LATE_FOR = timedelta(days=14)
"""So long after the deadline a late note is still a good idea."""
_FIRST_AFTER = timedelta(hours=2)
_SECOND_AFTER = timedelta(hours=20)
_NOT_BEFORE = timedelta(minutes=15)
"""After the end: whoever just said goodbye is still on the way out."""
_TIME_TO_WRITE = timedelta(minutes=30)

PART_LIMIT = 1_000
"""Characters of one answer in the form."""
BODY_LIMIT = 4_000
"""Characters of a note; what Discord takes in one field of a form."""


class Field(StrEnum):
    """What is asked, by the words in which it is asked."""

    LEARNED = "What did you learn or appreciate?"
    DONE = "What have you done about it?"
    NEXT_STEP = "What happens next?"
    MESSAGE = "Message"


PHRASES: Mapping[str, frozenset[str]] = {
    "greeting": frozenset({"contact"}),
    "thanks": frozenset(),
    "learned": frozenset({"text"}),
    "done": frozenset({"text"}),
    "done_listed": frozenset({"text"}),
    "next_step": frozenset({"text"}),
    "question": frozenset({"text"}),
    "promise": frozenset(),
    "closing": frozenset({"student"}),
}
"""The phrases that a note is made of, and the placeholders that each must have."""


class FindingCode(StrEnum):
    """What may be wrong with a note, in the order of importance."""

    BLANKS_LEFT = "blanks_left"
    CLAIMS_OPEN_TODO = "claims_open_todo"
    NOTHING_SPECIFIC = "nothing_specific"
    NO_THANKS = "no_thanks"
    NO_PROMISE = "no_promise"
    ASKS_FOR_WORK = "asks_for_work"
    MENTIONS_RESUME = "mentions_resume"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark; `detail` is the text it is about, or the number of words."""

    code: FindingCode
    detail: str = ""


def due_at(ended_at: datetime) -> datetime:
    """Exactly 24 hours of elapsed time after the meeting's end. Handout, Follow-Up and Helpful Hints."""
    return ended_at + DUE_AFTER


def plan_pings(
    interview_id: int,
    ended_at: datetime,
    *,
    zone: ZoneInfo,
    quiet: QuietHours,
    now: datetime,
    sequence: int = 0,
) -> tuple[Planned, ...]:
    """The pings until the note is sent, in the order they come; none before `now`.

    - first: 2 hours after the end; left out if it would wake the student
    - second: 20 hours after the end, moved out of the night to wherever time to write remains
    - late: 09:00 after the deadline, or after `now` when the meeting is told of later; for two weeks
    """
    deadline = due_at(ended_at)
    second = _second(ended_at, zone, quiet, now)
    first = _first(ended_at, second, zone, quiet, now)
    late = _late(deadline, zone, quiet, now)
    moments = [
        (Kind.THANK_YOU_FIRST, first, second),
        (Kind.THANK_YOU_SECOND, second, deadline),
        (Kind.THANK_YOU_LATE, late, deadline + LATE_FOR),
    ]
    return tuple(
        planned(kind, interview_id, due, expires, sequence)
        for kind, due, expires in moments
        if due is not None and expires is not None and due < expires
    )


def _second(ended_at: datetime, zone: ZoneInfo, quiet: QuietHours, now: datetime) -> datetime | None:
    wanted, deadline = ended_at + _SECOND_AFTER, due_at(ended_at)
    if wanted < now:
        return None
    earliest = max(now, ended_at + _NOT_BEFORE)
    for latest in (deadline - _TIME_TO_WRITE, deadline):
        due = shift_out_of_quiet(wanted, deadline=latest, earliest=earliest, quiet=quiet, zone=zone)
        if not in_quiet(due, quiet, zone):
            return due
    return wanted


def _first(
    ended_at: datetime, second: datetime | None, zone: ZoneInfo, quiet: QuietHours, now: datetime
) -> datetime | None:
    wanted = ended_at + _FIRST_AFTER
    if wanted < now:
        return None
    earliest = max(now, ended_at + _NOT_BEFORE)
    due = shift_out_of_quiet(wanted, deadline=second, earliest=earliest, quiet=quiet, zone=zone)
    return None if in_quiet(due, quiet, zone) else due


def _late(deadline: datetime, zone: ZoneInfo, quiet: QuietHours, now: datetime) -> datetime:
    morning = next_morning(max(deadline, now), zone)
    return shift_out_of_quiet(morning, deadline=None, earliest=morning, quiet=quiet, zone=zone)


@dataclass(frozen=True, slots=True)
class NoteParts:
    """What a note is made of, in the student's words: sentences or fragments, blank where there is nothing."""

    contact_name: str
    student_name: str
    learned: str = ""
    done: str = ""
    """What they have really done about a suggestion."""
    ticked: tuple[str, ...] = ()
    """To-dos that they have just ticked as really done."""
    next_step: str = ""
    open_questions: tuple[str, ...] = ()


def compose(parts: NoteParts, phrases: Mapping[str, str]) -> str:
    """The letter in three moves: what was learned, what was done about it, the promise of word.

    Handout, Follow-Up. Nothing is said about actions unless `done` or `ticked` says it.
    """
    moves = [
        say(parts.learned, phrases, "learned") if _given(parts.learned) else "",
        _deeds(parts, phrases),
        say(parts.next_step, phrases, "next_step") if _given(parts.next_step) else "",
        _question(parts.open_questions, phrases),
    ]
    learned, *onward = moves
    if not (is_sentence(parts.next_step) and promises_word(parts.next_step)):
        onward.append(phrases["promise"])
    paragraphs = [
        fill(phrases["greeting"], contact=one_line(parts.contact_name)),
        " ".join(filter(None, [phrases["thanks"], learned])),
        " ".join(filter(None, onward)),
        fill(phrases["closing"], student=one_line(parts.student_name)).strip(),
    ]
    return "\n\n".join(paragraphs)


def done_from_todos(texts: Sequence[str]) -> str:
    """Ticked to-dos as a first answer to "What have you done about it?"."""
    return "; ".join(fragment(text) for text in texts if one_line(text))


_SAID = re.compile(r"\w(?:.*\w)?", re.DOTALL)
"""From the first letter or digit to the last."""
_NOTHING = re.compile(r"(?:nothing|none|not|no|n/?a|nope)?(?:(?:^| )(?:yet|so far|really|much))*", re.IGNORECASE)
_PLAN = re.compile(r"(?:will|(?:plan|want|hope|intend|going|planning|hoping|about) to)\b", re.IGNORECASE)
_DEED = re.compile(
    r"(?!need\b)(?:(?:already|also|just) )?(?:\w{2,}ed|wrote|sent|read|met|spoke|found|began|took|made|got|went|"
    r"bought|built|did|gave|had|heard|saw|set|told|chose|kept|left|put|ran|won|taught|thought|rewrote|redid)\b",
    re.IGNORECASE,
)
"""Words that can follow "I": a deed in the past tense."""


def _given(text: str) -> bool:
    """Whether there is anything in a field; "nothing yet" is as good as blank."""
    said = _SAID.search(one_line(text))
    return said is not None and _NOTHING.fullmatch(said[0]) is None


def _deeds(parts: NoteParts, phrases: Mapping[str, str]) -> str:
    """What was done, then what was ticked."""
    told = [_done(parts.done, phrases)] if _given(parts.done) else []
    listed = done_from_todos(parts.ticked)
    return " ".join([*told, *([say(listed, phrases, "done_listed")] if listed else [])])


def _done(text: str, phrases: Mapping[str, str]) -> str:
    """What was done. A plan typed into this field stays a plan."""
    deed = fragment(text)
    if is_sentence(deed):
        return sentence(text)
    if plan := _PLAN.match(deed):
        return say(deed[plan.end() :], phrases, "next_step")
    if _DEED.match(deed):
        return say(deed[0].lower() + deed[1:], phrases, "done")
    return say(deed, phrases, "done_listed")


def _question(questions: Sequence[str], phrases: Mapping[str, str]) -> str:
    asked = " ".join(sentence(question) for question in questions if one_line(question))
    return fill(phrases["question"], text=asked) if asked else ""
