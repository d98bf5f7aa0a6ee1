"""What the coach notices about a request. It explains and never rewrites; it hears phrases and misses some."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.domain.requests.letter import LINKEDIN_NOTE, Draft
from bot.domain.requests.stated_times import first_clock, names_zone
from bot.domain.requests.status import RequestRoute
from bot.domain.text.asks_for_work import first_ask
from bot.domain.text.input import one_line
from bot.domain.text.wording import blank_left, says_thanks, word_count, words


class RequestFindingCode(StrEnum):
    """What the coach may notice in a draft."""

    ASKS_FOR_WORK = "asks_for_work"
    BLANKS_LEFT = "blanks_left"
    OTHER_NAME = "other_name"
    MUCH_TOO_LONG = "much_too_long"
    TOO_LONG = "too_long"
    NOTE_TOO_LONG = "note_too_long"
    NO_TIE = "no_tie"
    NO_QUESTION = "no_question"
    NO_LENGTH = "no_length"
    NO_ZONE = "no_zone"
    TO_WHOM = "to_whom"
    NOTHING_SPECIFIC = "nothing_specific"
    ABOUT_THEM = "about_them"
    VAGUE_SELF = "vague_self"
    PICK_YOUR_BRAIN = "pick_your_brain"
    MORE_I_THAN_YOU = "more_i_than_you"
    NO_FOLLOW_UP = "no_follow_up"
    NO_THANKS = "no_thanks"


WORDS = 100
"""Most words of a request that reads well, greeting and name included. (The handout sets no limit.)"""
TOO_MANY_WORDS = 125
"""Above this the coach is firm. (The handout sets no limit.)"""
MORE_WORDS: Mapping[RequestRoute, int] = {RequestRoute.CALL: 30, RequestRoute.INTRODUCTION: 30}
"""Words that a route may have besides: for who is calling, for the lines to the person in between."""


class Weight(IntEnum):
    """How much a finding matters."""

    NOTE = 1
    """It would read better."""
    WARN = 2
    """It may cost the answer."""
    STRONG = 3
    """It should not go out like this."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the coach knows about a request beside its words."""

    route: RequestRoute = RequestRoute.EMAIL
    contact_name: str = ""
    tie: str = ""
    """As typed in the form; so is `why`."""
    why: str = ""
    other_names: tuple[str, ...] = ()
    """The student's other contacts."""


@dataclass(frozen=True, slots=True)
class RequestFinding:
    """One remark. `detail` quotes the draft, or is the number of words or characters; empty for what is absent."""

    code: RequestFindingCode
    weight: Weight
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A draft as the checks read it: the body, and all of it on one line."""

    note: str
    body: str
    line: str
    words: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Found:
    """What a check found, and where in the line; something absent is found at the end."""

    detail: str = ""
    at: int = 1 << 20


_Check = Callable[[_Letter], _Found | None]


def review(draft: Draft, facts: Facts) -> tuple[RequestFinding, ...]:
    """The remarks on a draft as it stands now: the weightiest first, then in the order of the text."""
    line = one_line(f"{draft.subject}\n{draft.body}")
    letter = _Letter(draft.subject, draft.body, line, word_count(draft.body), facts)
    found = [
        (code, _WEIGHTS[code], place) for code, check in _CHECKS.items() if (place := check(letter)) is not None
    ]
    found.sort(key=lambda one: (-one[1], one[2].at))
    return tuple(RequestFinding(code, weight, place.detail) for code, weight, place in found)


def _absent(present: re.Pattern[str]) -> _Check:
    return lambda letter: None if present.search(letter.body) else _Found()


def _quoted(unwanted: re.Pattern[str]) -> _Check:
    return lambda letter: _at(unwanted.search(letter.line))


def _at(match: re.Match[str] | None) -> _Found | None:
    return _Found(match[0], match.start()) if match else None


def _blank(letter: _Letter) -> _Found | None:
    blank = blank_left(letter.line)
    return None if blank is None else _Found(blank, letter.line.index(blank))


def _no_zone(letter: _Letter) -> _Found | None:
    return None if names_zone(letter.line) else _at(first_clock(letter.line))


def _too_long(letter: _Letter) -> _Found | None:
    return _Found(str(letter.words), 0) if 0 < _excess(letter) <= TOO_MANY_WORDS - WORDS else None


def _much_too_long(letter: _Letter) -> _Found | None:
    return _Found(str(letter.words), 0) if _excess(letter) > TOO_MANY_WORDS - WORDS else None


def _excess(letter: _Letter) -> int:
    """Words beyond what reads well on the route."""
    return letter.words - WORDS - MORE_WORDS.get(letter.facts.route, 0)


def _note_too_long(letter: _Letter) -> _Found | None:
    linkedin = letter.facts.route == RequestRoute.LINKEDIN
    return _Found(str(len(letter.note)), 0) if linkedin and len(letter.note) > LINKEDIN_NOTE else None


def _no_tie(letter: _Letter) -> _Found | None:
    return None if _says(letter, letter.facts.tie) or _TIE.search(letter.line) else _Found()


def _nothing_specific(letter: _Letter) -> _Found | None:
    return None if _says(letter, letter.facts.why) or _SPECIFIC.search(letter.line) else _Found()


def _about_them(letter: _Letter) -> _Found | None:
    """Whether the student's reason still speaks of the contact, as it was noted down, and not to them."""
    spoken = _OF_THEM.match(one_line(letter.facts.why))
    at = letter.line.casefold().find(spoken[0].casefold()) if spoken else -1
    return None if spoken is None or at < 0 else _Found(spoken["them"], at)


def _more_i_than_you(letter: _Letter) -> _Found | None:
    if letter.facts.route is RequestRoute.CALL:
        return None  # who calls says who it is, and listens
    mine, yours = len(_MINE.findall(letter.body)), len(_YOURS.findall(letter.body))
    return _Found() if mine >= _MANY and mine > 2 * yours else None


def _other_name(letter: _Letter) -> _Found | None:
    """A whole name anywhere, or any part of one in the greeting. The person who sent the student may be named."""
    facts = letter.facts
    own = {*words(facts.contact_name), *words(facts.tie), *words(facts.why), *_TITLES}
    text = f" {' '.join(words(letter.line))} "
    greeting = _GREETING.match(letter.body)
    greeted = set(words(greeting[1])) if greeting else set()
    for name in facts.other_names:
        parts = words(name)
        foreign = [part for part in parts if len(part) >= _SHORTEST_NAME and part not in own]
        if foreign and (f" {' '.join(parts)} " in text or greeted.intersection(foreign)):
            return _Found(one_line(name))
    return None


def _says(letter: _Letter, typed: str) -> bool:
    """Whether at least half of the telling words that the student typed in the form are still in the letter."""
    telling = {word for word in words(typed) if len(word) >= _SHORTEST_TELLING}
    return bool(telling) and 2 * len(telling.intersection(words(letter.line))) >= len(telling)


_MANY = 6
"""So many times "I" are enough to look at them."""
_SHORTEST_NAME = 3
"""Letters; shorter parts of names are words of their own, such as "An" and "Li"."""
_TITLES = ("doctor", "prof", "professor", "mrs", "miss")
_SHORTEST_TELLING = 4
"""Letters; shorter words are mostly the glue of a sentence."""
_GREETING = re.compile(
    r"\s*(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b([^\n,!:]{0,120})", re.IGNORECASE
)
_QUESTION = re.compile(r"[?？؟]")
_NUMBER = r"(?:\d{1,3}|five|ten|fifteen|twenty|twenty-five|thirty|forty|forty-five|sixty)"
_LENGTH = re.compile(
    rf"\b{_NUMBER}[\s-]{{0,2}}min(?:ute)?s?\b|\bhalf[\s-](?:an?[\s-])?hour\b|\bquarter of an hour\b"
    r"|\b(?:an|one) hour\b",
    re.IGNORECASE,
)
_TIE = re.compile(
    r"\b(?:suggested|recommended|referred|introduced|mentioned|pointed me|told me|gave me your|sent me"
    r"|alum(?:n[aius]|nae|)|we (?:both|met|spoke|share)|met you|fellow|classmates?|mutual|in common|our connection"
    r"|(?:found|heard|saw|read|watched|know) (?:about |of )?you|come to you|your name (?:came|through|from)"
    r"|your (?:talk|lecture|class|workshop|panel|guest)"
    r"|my (?:professor|advisor|adviser|teacher|coach|aunt|uncle|mother|father|mom|dad|sister|brother|cousin|friend"
    r"|roommate|neighbou?r|boss|supervisor))\b",
    re.IGNORECASE,
)
_ANYONES = (
    "advice|answer|attention|background|career|colleagues?|company|consideration|convenience|day|department|email|"
    "experiences?|expertise|field|guidance|help|industry|insights?|job|kindness|knowledge|life|lab|message|name|"
    "office|organi[sz]ation|own|path|perspective|position|profession|profile|reply|response|role|schedule|story|"
    "suggestions?|support|team|thoughts|time|wisdom|work|workplace"
)
_SPECIFIC = re.compile(
    rf"\byour (?!(?:{_ANYONES})\b)\w|\byour (?:work|team|path|experience|lab) (?:on|with|from)\b"
    r"|\byou (?:wrote|built|made|founded|started|led|moved|spoke|gave|studied|taught|published|said|won|designed)\b"
    r"|\b(?:19|20)\d\d\b|[“\"][^“”\"]{3,80}[”\"]",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    r"(?:(?:because|since)(?: of)? )?(?P<them>(?:her|his|their|she|he|they)\b(?: [\w'’-]{1,30}){1,3})",
    re.IGNORECASE,
)
_TO_WHOM = re.compile(
    r"\bto whom(?:ever|soever)? (?:it|this) may concern|\bdear (?:sir|madam|ma['’]am|hiring manager|recruiter)s?\b",
    re.IGNORECASE,
)
_BRAIN = re.compile(r"\bpick(?:ing)? (?:your|ur) brains?\b", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"\bfollow(?:ing)?[\s-]up|\bcheck(?:ing)? (?:back|in)\b|\bbe in touch|\bget back to you|\breach out again"
    r"|\b(?:I will|I['’]ll|may I|I plan to) (?:\w+ ){0,2}(?:call|phone|ring|write|email|confirm|try)\b",
    re.IGNORECASE,
)
_VAGUE_SELF = re.compile(r"\bI(?: am|['’]m) a (?:college |university )?student(?= *[.,;!\n])", re.IGNORECASE)
_MINE = re.compile(r"\b(?:I|me|my|mine|myself)\b", re.IGNORECASE)
_YOURS = re.compile(r"\byou(?:r|rs|rself)?\b", re.IGNORECASE)

_CHECKS: Mapping[RequestFindingCode, _Check] = {
    RequestFindingCode.ASKS_FOR_WORK: lambda letter: _at(first_ask(letter.line)),
    RequestFindingCode.BLANKS_LEFT: _blank,
    RequestFindingCode.OTHER_NAME: _other_name,
    RequestFindingCode.MUCH_TOO_LONG: _much_too_long,
    RequestFindingCode.TOO_LONG: _too_long,
    RequestFindingCode.NOTE_TOO_LONG: _note_too_long,
    RequestFindingCode.NO_TIE: _no_tie,
    RequestFindingCode.NO_QUESTION: _absent(_QUESTION),
    RequestFindingCode.NO_LENGTH: _absent(_LENGTH),
    RequestFindingCode.NO_ZONE: _no_zone,
    RequestFindingCode.TO_WHOM: _quoted(_TO_WHOM),
    RequestFindingCode.NOTHING_SPECIFIC: _nothing_specific,
    RequestFindingCode.ABOUT_THEM: _about_them,
    RequestFindingCode.VAGUE_SELF: _quoted(_VAGUE_SELF),
    RequestFindingCode.PICK_YOUR_BRAIN: _quoted(_BRAIN),
    RequestFindingCode.MORE_I_THAN_YOU: _more_i_than_you,
    RequestFindingCode.NO_FOLLOW_UP: _absent(_FOLLOW_UP),
    RequestFindingCode.NO_THANKS: lambda letter: None if says_thanks(letter.body) else _Found(),
}
_WEIGHTS: Mapping[RequestFindingCode, Weight] = {
    **dict.fromkeys(RequestFindingCode, Weight.WARN),
    RequestFindingCode.ASKS_FOR_WORK: Weight.STRONG,
    RequestFindingCode.BLANKS_LEFT: Weight.STRONG,
    RequestFindingCode.OTHER_NAME: Weight.STRONG,
    RequestFindingCode.MUCH_TOO_LONG: Weight.STRONG,
    RequestFindingCode.NOTHING_SPECIFIC: Weight.NOTE,
    RequestFindingCode.VAGUE_SELF: Weight.NOTE,
    RequestFindingCode.PICK_YOUR_BRAIN: Weight.NOTE,
    RequestFindingCode.MORE_I_THAN_YOU: Weight.NOTE,
    RequestFindingCode.NO_FOLLOW_UP: Weight.NOTE,
    RequestFindingCode.NO_THANKS: Weight.NOTE,
}
