"""The request for an interview: its routes, how it is composed, and what follows from an answer.

Handout, Making the Appointment. Its list of routes is lost; the four here are reconstructed. A request says, in
this order: the tie, who I am, why you, the ask, when, how I will follow up, thanks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.wording import fill, fragment, is_sentence, one_line, say, sentence

MINUTES = 20
"""What a first request asks for; 15 to 30 is usual."""
NUDGE_AFTER = timedelta(days=7)
"""Elapsed time without an answer after which one short reminder is fine."""
NUDGES = 1
"""Reminders before it is time for the next contact."""
LINKEDIN_NOTE = 200
"""Characters of a connection note without a paid account."""


class Route(StrEnum):
    """How the request reaches the contact."""

    EMAIL = "email"
    CALL = "call"
    INTRODUCTION = "introduction"
    LINKEDIN = "linkedin"


class RequestStatus(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SENT = "sent"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What came back, in the words of the command."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WRONG_PERSON = "wrong person"
    ANOTHER_TIME = "another time"
    NO_ANSWER = "no answer"


class FindingCode(StrEnum):
    """What the coach can notice in a request; the handbook has the advice for each."""

    MUCH_TOO_LONG = "much_too_long"
    TOO_LONG = "too_long"
    ASKS_FOR_WORK = "asks_for_work"
    BLANKS_LEFT = "blanks_left"
    NO_QUESTION = "no_question"
    NO_LENGTH = "no_length"
    NO_TIE = "no_tie"
    NO_ZONE = "no_zone"
    OTHER_NAME = "other_name"
    NOTHING_SPECIFIC = "nothing_specific"
    TO_WHOM = "to_whom"
    PICK_YOUR_BRAIN = "pick_your_brain"
    NO_THANKS = "no_thanks"
    NO_FOLLOW_UP = "no_follow_up"
    MORE_I_THAN_YOU = "more_i_than_you"


PHRASES: Mapping[str, frozenset[str]] = {
    "subject_with_school": frozenset({"school", "field"}),
    "subject": frozenset({"field"}),
    "subject_field": frozenset(),
    "greeting": frozenset({"name"}),
    "tie": frozenset({"text"}),
    "who": frozenset({"name", "school"}),
    "who_with_about": frozenset({"name", "school", "about"}),
    "who_about_only": frozenset({"name", "about"}),
    "who_plain": frozenset({"name"}),
    "why": frozenset({"text"}),
    "learn": frozenset({"text"}),
    "ask": frozenset({"minutes"}),
    "ask_with_windows": frozenset({"minutes", "windows"}),
    "zone": frozenset({"zone"}),
    "follow_up": frozenset(),
    "thanks": frozenset(),
    "sign_off": frozenset(),
    "name_missing": frozenset(),
    "call_opening": frozenset({"name", "student"}),
    "call_good_moment": frozenset(),
    "call_confirm": frozenset(),
    "introduction_opening": frozenset({"name"}),
    "introduction_ask": frozenset({"name", "minutes"}),
    "linkedin_note": frozenset({"name", "text"}),
    "linkedin_then": frozenset(),
}
"""Sentences of the handbook that `compose` fills, and what each may be filled with."""


@dataclass(frozen=True, slots=True)
class RequestParts:
    """What the form, the profile and the contact give. Everything but the contact's name may be empty."""

    contact_name: str
    tie: str = ""
    why: str = ""
    learn: str = ""
    windows: str = ""
    student_name: str = ""
    school: str = ""
    about: str = ""
    interests: str = ""
    zone_label: str = ""
    """The student's zone in words, such as "Mountain Time"."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed request. `subject` is empty on routes that have none."""

    subject: str
    body: str


def compose(route: Route, parts: RequestParts, phrases: Mapping[str, str]) -> Draft:
    """The draft, in the order of parts. The student's words stay as they are but for capital and full stop."""
    match route:
        case Route.EMAIL:
            return Draft(_subject(parts, phrases), _email(parts, phrases))
        case Route.CALL:
            return Draft("", _call(parts, phrases))
        case Route.INTRODUCTION:
            return Draft(_subject(parts, phrases), _introduction(parts, phrases))
        case Route.LINKEDIN:
            return Draft("", _linkedin(parts, phrases))


def _subject(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    field = _head(parts.interests) or phrases["subject_field"]
    if parts.school:
        return fill(phrases["subject_with_school"], school=_head(parts.school), field=field)
    return fill(phrases["subject"], field=field)


def _head(text: str) -> str:
    """The first of several things in a list: "junior, Pomona" gives "junior"."""
    return fragment(text.split(",")[0])


def _email(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    middle = [
        _join(_tie(parts, phrases), _who(parts, phrases), _why(parts, phrases)),
        _join(_learn(parts, phrases), _ask(parts, phrases)),
        _join(phrases["follow_up"], phrases["thanks"]),
    ]
    opening = fill(phrases["greeting"], name=one_line(parts.contact_name))
    closing = f"{phrases['sign_off']}\n{_student(parts, phrases)}"
    return "\n\n".join(paragraph for paragraph in (opening, *middle, closing) if paragraph)


def _call(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    opening = fill(
        phrases["call_opening"], name=one_line(parts.contact_name), student=_student(parts, phrases)
    )
    steps = [
        opening,
        _join(_who(parts, phrases), _tie(parts, phrases)),
        phrases["call_good_moment"],
        _join(_why(parts, phrases), _learn(parts, phrases)),
        _ask(parts, phrases),
        _join(phrases["call_confirm"], phrases["thanks"]),
    ]
    return "\n\n".join(step for step in steps if step)


def _introduction(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    name = one_line(parts.contact_name)
    steps = [
        fill(phrases["introduction_opening"], name=name),
        _join(_tie(parts, phrases), _why(parts, phrases), _learn(parts, phrases)),
        fill(phrases["introduction_ask"], name=name, minutes=MINUTES),
        phrases["thanks"],
        f"{phrases['sign_off']}\n{_student(parts, phrases)}",
    ]
    return "\n\n".join(step for step in steps if step)


def _linkedin(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    reason = _tie(parts, phrases) or _why(parts, phrases)
    note = one_line(fill(phrases["linkedin_note"], name=one_line(parts.contact_name), text=reason))
    return f"{note}\n\n{phrases['linkedin_then']}\n\n{_email(parts, phrases)}"


def _tie(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return _own(parts.tie, phrases, "tie")


def _why(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return _own(parts.why, phrases, "why")


def _learn(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return say(parts.learn, phrases, "learn") if fragment(parts.learn) else ""


def _own(text: str, phrases: Mapping[str, str], key: str) -> str:
    """A student's words: alone when they are a sentence of several words, else in the handbook's phrase."""
    if not fragment(text):
        return ""
    return sentence(text) if is_sentence(text) or _names_who(text) else say(text, phrases, key)


_VERBS = frozenset({"suggested", "told", "gave", "said", "recommended", "introduced", "mentioned", "made", "met"})
_DETERMINERS = frozenset({"your", "my", "our", "professor", "prof.", "prof", "dr.", "dr", "mr.", "ms."})


def _names_who(text: str) -> bool:
    """Whether a text that does not begin with a pronoun still is a sentence: "Prof. Lind suggested you"."""
    words = one_line(text).casefold().split()
    return bool(_VERBS & set(words[1:])) or (words[0] in _DETERMINERS and text.rstrip().endswith("."))


def _who(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    name, school, about = _student(parts, phrases), fragment(parts.school), fragment(parts.about)
    if school and about and not is_sentence(parts.about):
        return fill(phrases["who_with_about"], name=name, school=school, about=about)
    first = fill(phrases["who"], name=name, school=school) if school else ""
    if about and is_sentence(parts.about):
        return _join(first or fill(phrases["who_plain"], name=name), sentence(parts.about))
    if first:
        return first
    return fill(phrases["who_about_only"], name=name, about=about) if about else fill(phrases["who_plain"], name=name)


def _ask(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    windows = fragment(parts.windows)
    if not windows:
        return fill(phrases["ask"], minutes=MINUTES)
    zone = f" {fill(phrases['zone'], zone=parts.zone_label)}" if parts.zone_label else ""
    return fill(phrases["ask_with_windows"], minutes=MINUTES, windows=windows + zone)


def _student(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return one_line(parts.student_name) or phrases["name_missing"]


def _join(*sentences: str) -> str:
    return " ".join(text for text in sentences if text)


def nudge_at(sent_at: datetime, nudges: int) -> datetime | None:
    """When an unanswered request may be followed by a reminder; None once there were enough."""
    return None if nudges >= NUDGES else sent_at + NUDGE_AFTER
