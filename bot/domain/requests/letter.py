"""How the letter of a request is composed, for each of its four routes.

Handout, Making the Appointment. A request says, in this order: the tie, who I am, why you, the ask, when, how I
will follow up, thanks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.requests.frames import FormPart, Frame, Part, Placed, TieFrame
from bot.domain.requests.placing import place_learn, place_tie, place_why, place_windows
from bot.domain.requests.stated_times import add_zone, begins_with_day, names_zone
from bot.domain.requests.status import RequestRoute
from bot.domain.requests.who_i_am import place_about, place_who
from bot.domain.text.input import one_line
from bot.domain.text.wording import fill, fragment

MINUTES = 20
"""Length of the interview that a first request asks for; 15 to 30 is usual. (The handout sets none.)"""


LINKEDIN_NOTE = 200
"""Most characters of a connection note without a paid account; LinkedIn's own limit."""


SUBJECT = 70
"""Most characters of a composed subject: about what a mail program shows of it."""


_TEXT = frozenset({"text"})


PHRASES: Mapping[str, frozenset[str]] = {
    "subject_referred": frozenset({"name", "topic"}),
    "subject_referred_plain": frozenset({"name"}),
    "subject": frozenset({"topic"}),
    "subject_work_at": frozenset({"organization"}),
    "subject_work": frozenset(),
    "greeting": frozenset({"name"}),
    "contact_missing": frozenset(),
    "student_missing": frozenset(),
    **dict.fromkeys((*TieFrame, *Frame), _TEXT),
    **{f"blank_{part}": frozenset() for part in Part if part is not Part.ABOUT},
    "who_plain": frozenset(),
    "who_and": frozenset({"who", "about"}),
    "ask": frozenset({"minutes"}),
    "ask_any_time": frozenset({"minutes"}),
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
    tie_frame: TieFrame = TieFrame.LOOKING
    """The sentence that the form began for it."""
    referrer: str = ""
    """Who named the contact."""
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


@dataclass(frozen=True, slots=True)
class _Letter:
    """The parts as they stand in a letter, and what names both people."""

    parts: RequestParts
    placed: Mapping[Part, Placed]
    phrases: Mapping[str, str]

    def say(self, part: Part) -> str:
        """The part's sentences, or the blank that waits in their place; empty for what is left out."""
        placed = self.placed[part]
        if placed.text or (placed.misfit is None and part is not Part.TIE):
            return placed.text
        return "" if part is Part.ABOUT else self.phrases[f"blank_{part}"]

    @property
    def contact(self) -> str:
        """Whom it is to, or the blank for the name."""
        return one_line(self.parts.contact_name) or self.phrases["contact_missing"]

    def fill(self, key: str, **values: object) -> str:
        """A phrase with both names in it."""
        student = one_line(self.parts.student_name) or self.phrases["student_missing"]
        return fill(self.phrases[key], **{"name": self.contact, "student": student, **values})


def place(parts: RequestParts, phrases: Mapping[str, str]) -> Mapping[Part, Placed]:
    """What becomes of each part: the sentences for the letter, or why its words wait."""
    return {
        Part.TIE: place_tie(parts.tie, parts.tie_frame, phrases),
        Part.WHO: place_who(parts.school, phrases),
        Part.ABOUT: place_about(parts.about, phrases),
        Part.WHY: place_why(parts.why, phrases, parts.contact_name),
        Part.LEARN: place_learn(parts.learn, phrases, parts.contact_name),
        Part.WINDOWS: place_windows(parts.windows, phrases),
    }


def compose(route: RequestRoute, parts: RequestParts, phrases: Mapping[str, str]) -> Draft:
    """The draft for a route, its parts in the order of the handbook; those that may be left out are, when empty.

    What cannot be placed for sure is a blank in square brackets (`bot/domain/requests/placing.py`).
    """
    letter = _Letter(parts, place(parts, phrases), phrases)
    match route:
        case RequestRoute.EMAIL:
            return Draft(_subject(letter), _email(letter))
        case RequestRoute.CALL:
            return Draft("", _call(letter))
        case RequestRoute.INTRODUCTION:
            return Draft(_subject(letter), _introduction(letter))
        case RequestRoute.LINKEDIN:
            return Draft(_linkedin_note(letter), _email(letter))


def said_for(part: FormPart, parts: RequestParts, body: str, phrases: Mapping[str, str]) -> str:
    """A letter that was edited by hand, with what is said now for `part` in the place of its blank."""
    letter = _Letter(parts, place(parts, phrases), phrases)
    placed = letter.placed[Part(part)]
    said = _windows(letter, placed) if part is FormPart.WINDOWS and placed.text else letter.say(Part(part))
    return body.replace(phrases[f"blank_{part}"], said, 1)


def _email(letter: _Letter) -> str:
    return _paragraphs(
        letter.fill("greeting"),
        _line(letter.say(Part.TIE), _who(letter), letter.say(Part.WHY)),
        _line(letter.say(Part.LEARN), _ask(letter), letter.fill("follow_up")),
        letter.fill("closing"),
    )


def _call(letter: _Letter) -> str:
    """What to say on the phone."""
    return _paragraphs(
        letter.fill("call_opening"),
        _line(letter.say(Part.TIE), _who(letter), letter.fill("call_moment")),
        _line(letter.say(Part.WHY), letter.say(Part.LEARN)),
        _line(_ask(letter), letter.fill("call_closing")),
    )


def _introduction(letter: _Letter) -> str:
    """A few lines to somebody who knows both, and the email for them to pass on."""
    about = (letter.parts.contact_title, letter.parts.contact_organization)
    person = ", ".join([letter.contact, *filter(None, map(fragment, about))])
    return _paragraphs(letter.fill("introduction_opening", person=person), _email(letter))


def _linkedin_note(letter: _Letter) -> str:
    """With the tie, or else why them, or neither, as fits into 200 characters. It asks for no interview yet."""
    reasons = (letter.placed[part].text for part in (Part.TIE, Part.WHY))
    notes = (letter.fill("linkedin_note", text=reason) for reason in reasons if reason)
    return next((note for note in notes if len(note) <= LINKEDIN_NOTE), letter.fill("linkedin_note_short"))


def _subject(letter: _Letter) -> str:
    """Who sent the student or who asks, and about what: the fullest form that a mail program shows whole."""
    question, place_of_work = _topic(letter.placed[Part.LEARN]), fragment(letter.parts.contact_organization)
    referrer = one_line(letter.parts.referrer)
    subjects = []
    if referrer and letter.placed[Part.TIE].misfit is None and referrer in letter.say(Part.TIE):
        if question:
            subjects.append(letter.fill("subject_referred", name=referrer, topic=question))
        subjects.append(letter.fill("subject_referred_plain", name=referrer))
    if question:
        subjects.append(letter.fill("subject", topic=question))
    if place_of_work:
        subjects.append(letter.fill("subject_work_at", organization=place_of_work))
    return next((subject for subject in subjects if len(subject) <= SUBJECT), letter.fill("subject_work"))


def _topic(learn: Placed) -> str:
    """What is to be learned, as it follows "a question about"; empty when the words do not fit there."""
    if learn.frame is Frame.LEARN_ABOUT:
        return learn.words
    if learn.frame is Frame.LEARN:
        return learn.words.removeprefix("more ").removeprefix("about ")
    return ""


def _who(letter: _Letter) -> str:
    """In one clause where the words allow it."""
    who, about = letter.say(Part.WHO) or letter.fill("who_plain"), letter.say(Part.ABOUT)
    if letter.placed[Part.WHO].misfit is not None or not about.startswith("I "):
        return _line(who, about)
    return letter.fill("who_and", who=fragment(who), about=about)


def _ask(letter: _Letter) -> str:
    placed = letter.placed[Part.WINDOWS]
    if not placed.text:
        if placed.misfit is None:
            return letter.fill("ask_any_time", minutes=MINUTES)
        return _line(letter.fill("ask", minutes=MINUTES), letter.say(Part.WINDOWS))
    return _line(letter.fill("ask", minutes=MINUTES), _windows(letter, placed))


def _windows(letter: _Letter, placed: Placed) -> str:
    """When the student is free, with whose clock it is unless they say it."""
    zone = one_line(letter.parts.zone_label)
    if placed.frame is None:
        return add_zone(placed.text, zone) if zone else placed.text
    windows = placed.words
    if zone and not names_zone(windows):
        windows = letter.fill("windows_in_zone", windows=windows, zone=zone)
    return letter.fill("windows_on" if begins_with_day(windows) else "windows", text=windows)


def _line(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _paragraphs(*lines: str) -> str:
    return "\n\n".join(filter(None, lines))
