"""How what a student typed, a sentence or a few words, becomes a sentence of a request."""

import re
from collections.abc import Mapping

from bot.domain.text.input import one_line
from bot.domain.text.wording import fill, is_sentence, sentence

_END_MARKS = " .,;:?!…"


def _opening(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})(?=\s)", re.IGNORECASE)


_OPENINGS: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "tie": (
        ("tie_through", _opening("through|via|from|by way of|thanks to")),
        ("tie_place", _opening("on|in|at|during")),
    ),
    "who": (
        ("who_article", _opening("an?|the")),
        (
            "who_year",
            re.compile(r"(?:freshman|first[- ]year|sophomore|junior|senior|rising|student)\b", re.IGNORECASE),
        ),
    ),
    "about": (
        (
            "about_being",
            _opening("interested|curious|passionate|excited|fascinated|keen|majoring|studying|working|an?"),
        ),
        (
            "about_doing",
            _opening("love|like|enjoy|want|hope|study|work|play|spent|worked|studied|grew|volunteered"),
        ),
    ),
    "why": (
        ("why_because", _opening("because|since")),
        ("why_thing", _opening("your|the|an?|his|her|their|how|this|that")),
    ),
    "learn": (
        (
            "learn_question",
            _opening("(?:how|what|why|which|where|when|who) (?:do|does|did|is|are|was|were|can|should|would)"),
        ),
        ("learn_how", _opening("how|what|why|which|where|when|who|whether|if|about|more")),
        ("learn_to", _opening("learn|understand|know|hear|find|see|ask|get|be|become|decide|choose")),
        ("learn_wish", _opening("to")),
    ),
}
"""By part: the phrases for a text that begins with certain words. The phrase for any other has the part's name."""

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    rf"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH}|{_MONTH} \d",
    re.IGNORECASE,
)
_VERBS = """
    am are asked came caught changed convinced gave had has have helped impressed inspired introduced is knew know
    knows made makes mentioned met recommended referred said sent share showed spoke suggested swam taught told was
    were
"""
"""What people and their work do when they lead a student to somebody."""
_VERB = frozenset(_VERBS.split())
_NEW_CLAUSES = "he how i it she that they we what when where which who you"
_NEW_CLAUSE = frozenset(_NEW_CLAUSES.split())
_TELL = {"tie", "why"}
"""The parts in which students write short sentences that begin with a name."""


def clause(text: str) -> str:
    """The words on one line without the marks at their end, to go inside a sentence. Blank: nothing to say."""
    return one_line(text).rstrip(_END_MARKS)


def stands_alone(text: str, part: str) -> bool:
    """Whether a text is a sentence as it is: "We met in May", "Prof. Lind suggested you", "How did you begin?"."""
    return is_sentence(text) or text.rstrip().endswith("?") or (part in _TELL and _has_verb(text))


def weave(text: str, phrases: Mapping[str, str], part: str) -> str:
    """A sentence that says `text`, by itself or in the phrase for `part`; empty for a blank text."""
    words = clause(text)
    if not words:
        return ""
    if stands_alone(text, part):
        return sentence(text)
    key = _phrase_for(words, part)
    return sentence(fill(phrases[key], text=words if key == part else lowered(words)))


def topic(text: str) -> str:
    """What is to be learned, as it follows "a question about"; empty when the words do not fit there."""
    words = clause(text)
    match _phrase_for(words, "learn"):
        case _ if stands_alone(text, "learn"):
            return ""
        case "learn":
            return words
        case "learn_how":
            return re.sub(r"^(?:more )?about ", "", lowered(words))
        case _:
            return ""


def says_year(school: str) -> bool:
    """Whether a line about the school begins with the year: "junior at Pomona"."""
    return _phrase_for(clause(school), "who") != "who"


def begins_with_day(windows: str) -> bool:
    """Whether times begin with a weekday or a date, so that "on" goes before them."""
    return _DAY.match(windows) is not None


def lowered(words: str) -> str:
    """The words without the capital of a sentence's first word, unless it is more than a capital: "NOAA's work"."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _phrase_for(words: str, part: str) -> str:
    return next((key for key, opening in _OPENINGS[part] if opening.match(words)), part)


def _has_verb(text: str) -> bool:
    """Whether a verb comes before any clause inside: in "the film you made" none does."""
    for word in re.findall(r"\w+", text.casefold())[1:]:
        if word in _NEW_CLAUSE:
            return False
        if word in _VERB:
            return True
    return False
