"""Joining a student's own words with the handbook's phrases, so that the letter reads as one."""

import re
from collections.abc import Mapping

from bot.domain.text.input import one_line

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SPEAKS_FOR_ITSELF = re.compile(r"(?:i|i['’]\w+|we|you|it|she|he|they|there|thank|thanks)\b", re.IGNORECASE)
_BLANK = re.compile(r"\[[^\]\n]{0,60}\]|\{[^}\n]{0,60}\}|_{3,}|\b(?:TODO|TBD|XX+)\b")
_THANKS = re.compile(r"\bthank|\bgrateful|\bgratitude|\bappreciat", re.IGNORECASE)
_PROMISE = re.compile(
    r"\blet you know|\bkeep you (?:posted|updated|informed)|\bupdate you|\b(?:be|stay|keep) in touch|"
    r"\btell you how|\breport back|\bhear from me|\bwrite (?:to )?(?:you|again|after|once|when)\b|\bshare how",
    re.IGNORECASE,
)
_ENDS = ".!?…"
_CLOSERS = "\"'”’)»"


def fill(template: str, /, **values: object) -> str:
    """Put `values` in place of `{name}`. Braces inside a value stay what they are. Raises KeyError."""
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), template)


def placeholders(template: str) -> frozenset[str]:
    """The names that `fill` would look for."""
    return frozenset(_PLACEHOLDER.findall(template))


def sentence(text: str) -> str:
    """The words as a sentence: a capital first, a full stop last unless there is an end already."""
    line = one_line(text)
    if not line:
        return ""
    line = line[0].upper() + line[1:]
    return line if line.rstrip(_CLOSERS)[-1:] in set(_ENDS) else f"{line.rstrip(' ,;:')}."


def fragment(text: str) -> str:
    """The words without the full stop or comma at their end, to go inside a sentence."""
    return one_line(text).rstrip(" .,;:")


def is_sentence(text: str) -> bool:
    """Whether the words stand alone because they name who does something: "I applied", "You were right"."""
    return _SPEAKS_FOR_ITSELF.match(text.strip()) is not None


def say(text: str, phrases: Mapping[str, str], key: str) -> str:
    """A student's words as a sentence: as they are if they stand alone, else in the phrase `key` at `{text}`."""
    if is_sentence(text):
        return sentence(text)
    return sentence(fill(phrases[key], text=fragment(text)))


def blank_left(text: str) -> str | None:
    """The first place that still waits for words: "[name]", "{role}", "TODO", "XX", "___"."""
    match = _BLANK.search(text)
    return match[0] if match else None


def words(text: str) -> list[str]:
    """The words of a text without capitals and marks, for comparing."""
    return re.findall(r"[^\W_]+", text.casefold())


def says_thanks(text: str) -> bool:
    """Whether it thanks, in whatever form: "thank you", "with gratitude", "I appreciate"."""
    return _THANKS.search(text) is not None


def promises_word(text: str) -> bool:
    """Whether it says that they will hear how it goes. Handout, Follow-Up."""
    return _PROMISE.search(text) is not None


def word_count(text: str) -> int:
    """Words as a person counts them: whatever stands between spaces and has a letter or digit in it."""
    return sum(any(character.isalnum() for character in word) for word in text.split())
