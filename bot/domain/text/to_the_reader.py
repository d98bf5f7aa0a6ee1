"""Whether words are said to the one who reads them and fit into a sentence, and how a note to oneself is turned.

A letter is read by the person it is about. Where these rules cannot tell, they say no: a blank costs a moment, a
broken sentence or a remark about the reader costs the answer.
"""

import re
import unicodedata
from enum import StrEnum

from bot.domain.text.clauses import asks, names_a_thing, sentences
from bot.domain.text.input import one_line
from bot.domain.text.wording import blank_left, sentence


class ReaderMisfit(StrEnum):
    """Why words cannot go into a letter as they are."""

    NOTHING = "says_nothing"
    QUESTION = "is_question"
    ABOUT_THEM = "about_them"
    CHAT = "chat_words"
    MARKS = "odd_marks"
    NO_ENDING = "no_ending"
    """They do not end the sentence that the form begins."""


_SAID = re.compile(r"\w(?:.*\w)?", re.DOTALL)
"""From the first letter or digit to the last."""
_NOTHING = re.compile(
    r"(?:(?:i|im|i['’]m|i am|i have|i['’]ve|honestly|um+|well|maybe)\W+)*"
    r"(?:nothing|none|not|no|nope|nah|n/?a|nil|tbd|tba|todo|idk|dunno|unsure|no idea|no clue|unknown|whatever|"
    r"maybe|do not know|don['’]?t know|yet|so far|x+|same|dk|hmm+|test|see above|anything|everything|stuff|things)"
    r"(?:\W+(?:yet|so far|really|much|at all|sure|in particular|special|comes to mind|for now|for sure))*",
    re.IGNORECASE,
)


def is_nothing(text: str) -> bool:
    """Whether it is as good as blank: "nothing yet", "n/a", "idk", "-"."""
    said = _SAID.search(one_line(text))
    return said is None or _NOTHING.fullmatch(said[0]) is not None


_THEM = re.compile(r"\b(?:she|he|her|his|him|hers|herself|himself)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:they|them|their|theirs|themselves)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:people|children|women|men|staff|\w{2,}[^\Ws]s)\b", re.IGNORECASE)
_TITLES = {"Professor", "Doctor", "Miss", "Madam"}


def is_about(text: str, name: str = "") -> bool:
    """Whether it speaks of the reader as of somebody else: "her survey", or by `name`.

    "They" may also be the people named before it: "how students find their way".
    """
    if _THEM.search(text) or any(re.search(rf"\b{re.escape(part)}\b", text) for part in _names(name)):
        return True
    they = _THEY.search(text)
    return they is not None and _PLURAL.search(text[: they.start()]) is None


def _names(name: str) -> list[str]:
    """The parts of a name by which somebody would be called."""
    return [part for part in re.findall(r"\w{3,}", one_line(name)) if part not in _TITLES and part[0].isupper()]


_CHAT = re.compile(
    r"\b(?:lol|lmao|haha+|tbh|ngl|imo|omg|btw|kinda|sorta|gonna|wanna|gotta|thx|pls|plz|meh|ugh|yay|wow|bc|cuz|w/)"
    r"(?!\w)|[:;]-?[)(DP]",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"[\[\]{}<>|=*#@\\^~]|;|(?<!\d):|:(?!\d)|->|https?|www\.|\.{2,}|…|^[-–—•]|\d\)|(?<!\w)/|/(?!\w)"
)


_ABBREVIATION = 2
"""Words in capitals that may be a name: "AFS", "NOAA CORPS"."""


def misfit(text: str, name: str = "") -> ReaderMisfit | None:
    """What keeps any words of a student out of a letter to `name`, wherever they were to go."""
    line = one_line(text)
    if is_nothing(line):
        return ReaderMisfit.NOTHING
    if "?" in line or asks(line):
        return ReaderMisfit.QUESTION
    if is_about(line, name):
        return ReaderMisfit.ABOUT_THEM
    shouted = len(line.split()) > _ABBREVIATION and line.isupper()
    if shouted or _CHAT.search(line) or any(unicodedata.category(each) == "So" for each in line):
        return ReaderMisfit.CHAT
    return ReaderMisfit.MARKS if _MARKS.search(line) or blank_left(line) else None


_MENDED = {
    "i": "I",
    "im": "I'm",
    "ive": "I've",
    "i'm": "I'm",
    "i've": "I've",
    "i'll": "I'll",
    "i'd": "I'd",
    "i’m": "I’m",
    "i’ve": "I’ve",
    "i’ll": "I’ll",
    "i’d": "I’d",
    "english": "English",
    "phd": "PhD",
    "u": "you",
    "ur": "your",
    "dont": "don't",
    "didnt": "didn't",
}
_TO_MEND = re.compile(rf"(?<![\w.'’-])(?:{'|'.join(sorted(_MENDED, key=len, reverse=True))})(?![\w'’-]|\.\w)")


_SLIPS = (
    (re.compile(r"\byour(?= (?:so|such|an?|the|really|too|from|not|always|already)\b)"), "you're"),
    (re.compile(r"\bits(?= (?:like|an?|the|not|so|been|worth|hard|easy|possible|really|too)\b)"), "it's"),
)
"""Where only one reading makes sense."""


def mended(text: str) -> str:
    """The words on one line, with "I" and "you" as a letter has them; nothing else is changed."""
    line = _TO_MEND.sub(lambda match: _MENDED[match[0]], one_line(text))
    for slip, meant in _SLIPS:
        line = slip.sub(meant, line)
    return line


def mended_sentences(text: str) -> str:
    """The sentences, each with a capital first and an end mark last."""
    return " ".join(sentence(part) for part in sentences(mended(text)))


_THEIRS = re.compile(r"(?:his|her|their)\s+(?=\w)", re.IGNORECASE)
_YOURS = re.compile(r"(?:because )?(?:you|your)\b", re.IGNORECASE)


def turned_to_reader(note: str, name: str = "") -> str:
    """A note to oneself about somebody, as words to them: "Her survey of reefs" as "your survey of reefs".

    Empty where it is neither said to them already nor can be turned without doubt.
    """
    line = one_line(note).rstrip(" .,;:")
    if _YOURS.match(line):
        return "" if is_about(line, name) else line
    turned = _THEIRS.sub("your ", line, count=1)
    if not _THEIRS.match(line) or misfit(turned, name) is not None or len(sentences(turned)) > 1:
        return ""
    return turned if names_a_thing(turned) and not set("(),").intersection(turned) else ""
