"""How the letter of a request is composed, for each of its four routes.

Handout, Making the Appointment. A request says, in this order: the tie, who I am, why you, the ask, when, how I
will follow up, thanks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.requests.sentences import begins_with_day, clause, says_year, topic, weave
from bot.domain.requests.stated_times import names_zone
from bot.domain.requests.status import RequestRoute
from bot.domain.text.input import one_line
from bot.domain.text.wording import fill, is_sentence, sentence

MINUTES = 20
"""Length of the interview that a first request asks for; 15 to 30 is usual. (The handout sets none.)"""


LINKEDIN_NOTE = 200
"""Most characters of a connection note without a paid account; LinkedIn's own limit."""


SUBJECT = 70
"""Most characters of a composed subject: about what a mail program shows of it."""


_TEXT = frozenset({"text"})


PHRASES: Mapping[str, frozenset[str]] = {
    "subject_year": frozenset({"school", "topic"}),
    "subject_school": frozenset({"school", "topic"}),
    "subject": frozenset({"topic"}),
    "subject_work_at": frozenset({"organization"}),
    "subject_work": frozenset(),
    "greeting": frozenset({"name"}),
    "contact_missing": frozenset(),
    "student_missing": frozenset(),
    **dict.fromkeys(("tie", "tie_through", "tie_place"), _TEXT),
    **dict.fromkeys(("who", "who_article", "who_year"), _TEXT),
    "who_plain": frozenset(),
    "who_and": frozenset({"who", "about"}),
    **dict.fromkeys(("about", "about_being", "about_doing"), _TEXT),
    **dict.fromkeys(("why", "why_because", "why_thing"), _TEXT),
    **dict.fromkeys(("learn", "learn_question", "learn_how", "learn_to", "learn_wish"), _TEXT),
    "ask": frozenset({"minutes"}),
    "ask_any_time": frozenset({"minutes"}),
    "ask_when": frozenset({"minutes", "windows"}),
    "ask_on": frozenset({"minutes", "windows"}),
    "or_whenever": _TEXT,
    "windows_in_zone": frozenset({"windows", "zone"}),
    "follow_up": frozenset(),
    "closing": frozenset({"student"}),
    "call_opening": frozenset({"name", "student"}),
    "call_moment": frozenset(),
    "call_closing": frozenset(),
    "introduction_opening": frozenset({"person"}),
    "linkedin_note": frozenset({"name", "text"}),
    "linkedin_note_short": frozenset({"name"}),
}
"""The phrases that a request is made of, and the placeholders that each must have."""


@dataclass(frozen=True, slots=True)
class RequestParts:
    """What the form, the profile and the contact give, each a sentence or a fragment. Any of them may be blank."""

    contact_name: str = ""
    contact_title: str = ""
    contact_organization: str = ""
    tie: str = ""
    """How are you connected?"""
    why: str = ""
    """Why this person?"""
    learn: str = ""
    """What do you want to learn?"""
    windows: str = ""
    """When could you meet?"""
    student_name: str = ""
    school: str = ""
    """School, year, major, in whatever order."""
    about: str = ""
    """The student in one line."""
    zone_label: str = ""
    """Whose clock the windows are in, such as "Mountain Time" or "Berlin time"."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A request, ready to be copied.

    `subject` is what the contact sees first: an email's subject or LinkedIn's connection note; a call has none.
    On LinkedIn `body` is the ask that follows once they have accepted.
    """

    subject: str
    body: str


def compose(route: RequestRoute, parts: RequestParts, phrases: Mapping[str, str]) -> Draft:
    """The draft for a route, its parts in the order of the handbook, blank ones left out.

    The student's words stay as typed, but for a first capital, the end mark and where their lines break.
    """
    match route:
        case RequestRoute.EMAIL:
            return Draft(_subject(parts, phrases), _email(parts, phrases))
        case RequestRoute.CALL:
            return Draft("", _call(parts, phrases))
        case RequestRoute.INTRODUCTION:
            return Draft(_subject(parts, phrases), _introduction(parts, phrases))
        case RequestRoute.LINKEDIN:
            return Draft(_linkedin_note(parts, phrases), _email(parts, phrases))


def _email(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return _paragraphs(
        fill(phrases["greeting"], name=_contact(parts, phrases)),
        _line(weave(parts.tie, phrases, "tie"), _who(parts, phrases), weave(parts.why, phrases, "why")),
        _line(weave(parts.learn, phrases, "learn"), _ask(parts, phrases), phrases["follow_up"]),
        fill(phrases["closing"], student=_student(parts, phrases)),
    )


def _call(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    """What to say on the phone."""
    return _paragraphs(
        fill(phrases["call_opening"], name=_contact(parts, phrases), student=_student(parts, phrases)),
        _line(weave(parts.tie, phrases, "tie"), _who(parts, phrases), phrases["call_moment"]),
        _line(weave(parts.why, phrases, "why"), weave(parts.learn, phrases, "learn")),
        _line(_ask(parts, phrases), phrases["call_closing"]),
    )


def _introduction(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    """A few lines to somebody who knows both, and the email for them to pass on."""
    about = (parts.contact_title, parts.contact_organization)
    person = ", ".join([_contact(parts, phrases), *filter(None, map(clause, about))])
    return _paragraphs(fill(phrases["introduction_opening"], person=person), _email(parts, phrases))


def _linkedin_note(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    """With the tie, or else why them, or neither, as fits into 200 characters. It asks for no interview yet."""
    name = _contact(parts, phrases)
    reasons = (weave(parts.tie, phrases, "tie"), weave(parts.why, phrases, "why"))
    notes = (fill(phrases["linkedin_note"], name=name, text=reason) for reason in reasons if reason)
    short = fill(phrases["linkedin_note_short"], name=name)
    return next((note for note in notes if len(note) <= LINKEDIN_NOTE), short)


def _subject(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    """Who asks, and about what: the fullest form that a mail program shows whole."""
    question, place = topic(parts.learn), clause(parts.contact_organization)
    school = clause(parts.school.split(",")[0])
    subjects = []
    if question and school and not is_sentence(school):
        key = "subject_year" if says_year(school) else "subject_school"
        text = fill(phrases[key], school=school, topic=question)
        subjects.append(text[0].upper() + text[1:])
    if question:
        subjects.append(fill(phrases["subject"], topic=question))
    if place:
        subjects.append(fill(phrases["subject_work_at"], organization=place))
    return next((subject for subject in subjects if len(subject) <= SUBJECT), phrases["subject_work"])


def _who(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    """In one clause where the words allow it."""
    who = weave(parts.school, phrases, "who") or phrases["who_plain"]
    about = weave(parts.about, phrases, "about")
    if not about.startswith("I "):
        return _line(who, about)
    return fill(phrases["who_and"], who=clause(who), about=about)


def _ask(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    windows = _windows(parts, phrases)
    if not windows:
        return fill(phrases["ask_any_time"], minutes=MINUTES)
    if is_sentence(windows):
        return _line(fill(phrases["ask"], minutes=MINUTES), sentence(fill(phrases["or_whenever"], text=windows)))
    return fill(phrases["ask_on" if begins_with_day(windows) else "ask_when"], minutes=MINUTES, windows=windows)


def _windows(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    """When the student is free, one window a line or all in one, with whose clock it is unless they say it."""
    windows = ", ".join(filter(None, map(clause, parts.windows.splitlines())))
    zone = one_line(parts.zone_label)
    if not windows or not zone or names_zone(windows):
        return windows
    return fill(phrases["windows_in_zone"], windows=windows, zone=zone)


def _contact(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return one_line(parts.contact_name) or phrases["contact_missing"]


def _student(parts: RequestParts, phrases: Mapping[str, str]) -> str:
    return one_line(parts.student_name) or phrases["student_missing"]


def _line(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _paragraphs(*lines: str) -> str:
    return "\n\n".join(filter(None, lines))
