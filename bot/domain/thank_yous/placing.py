"""Where a student's words go in a note: they end a sentence of the form, stand by themselves, or go nowhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.text.clauses import completes_is, sentences, stands
from bot.domain.text.input import one_line
from bot.domain.text.to_the_reader import ReaderMisfit, is_nothing, mended, mended_sentences, misfit
from bot.domain.text.wording import fill, fragment, sentence
from bot.domain.thank_yous.verbs import Verbs, deed, listed, plan


class NotePart(StrEnum):
    """The three moves of a note."""

    LEARNED = "learned"
    DONE = "done"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class NotePlaced:
    """One thing of an answer: the phrase that it ends, if any, and its words; or why it does not fit."""

    typed: str
    phrase: str = ""
    words: str = ""
    misfit: ReaderMisfit | None = None


def place(part: NotePart, text: str, name: str, verbs: Verbs) -> tuple[NotePlaced, ...]:
    """What becomes of an answer, thing by thing. Empty for a blank one and where "nothing yet" is an answer.

    An answer of several lines is one text where only its lines together make sense.
    """
    if part is not NotePart.LEARNED and is_nothing(text):
        return ()
    things = _things(part, text)
    found = tuple(_place(part, thing, name, verbs) for thing in things)
    if len(things) > 1 and any(one.misfit for one in found) and ";" not in text:
        whole = _place(part, one_line(text), name, verbs)
        return found if whole.misfit else (whole,)
    return found


def put(part: NotePart, placed: Sequence[NotePlaced], phrases: Mapping[str, str]) -> str:
    """The sentences of a part; at its end one blank for whatever did not fit."""
    told: list[str] = []
    for phrase, group in _grouped(placed):
        if not phrase:
            told += [mended_sentences(words) for words in group]
            continue
        key = f"{part}_more" if phrase == part and told else phrase
        told.append(sentence(fill(phrases[key], text=_and(group) if part is NotePart.LEARNED else listed(group))))
    blank = [phrases[f"{part}_missing"]] if any(one.misfit for one in placed) else []
    return " ".join([*told, *blank])


def _grouped(placed: Sequence[NotePlaced]) -> list[tuple[str, list[str]]]:
    """What fits, with what ends the same sentence together; the first thing learned has a sentence of its own."""
    groups: list[tuple[str, list[str]]] = []
    for one in placed:
        if one.misfit:
            continue
        alone = not one.phrase or (one.phrase == NotePart.LEARNED and len(groups) < _FIRST_TWO)
        if groups and groups[-1][0] == one.phrase and not alone:
            groups[-1][1].append(one.words)
        else:
            groups.append((one.phrase, [one.words]))
    return groups


_FIRST_TWO = 2


def _and(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)}, and {last}" if most else last


_SEPARATE = re.compile(r"[\n;]+")
_BULLET = re.compile(r"^\s*(?:[-–—•*]|\d+[.)])\s+")


def _things(part: NotePart, text: str) -> list[str]:
    """The lines of an answer; deeds may stand behind each other with semicolons."""
    parts = _SEPARATE.split(text) if part is NotePart.DONE else text.splitlines()
    return [thing for line in parts if (thing := one_line(_BULLET.sub("", line)))]


def _place(part: NotePart, text: str, name: str, verbs: Verbs) -> NotePlaced:
    words = fragment(text)
    if (why := misfit(words, name)) is not None:
        return NotePlaced(text, misfit=why)
    # What goes on after a full stop is more than the end of a sentence.
    if len(sentences(words)) == 1 and (found := _ENDINGS[part](words, verbs)):
        phrase, ending = found
        return NotePlaced(text, phrase, ending)
    if stands(words):
        return NotePlaced(text, words=words)
    return NotePlaced(text, misfit=ReaderMisfit.NO_ENDING)


def _learned(words: str, _verbs: Verbs) -> tuple[str, str] | None:
    return ("learned", _lowered(mended(words))) if completes_is(words) else None


def _done(words: str, verbs: Verbs) -> tuple[str, str] | None:
    """What was done. A plan typed into this field stays a plan."""
    if found := deed(words, verbs):
        return {"have": "done", "past": "done_past"}[found[0]], found[1]
    return _next(words, verbs) if _PLANNED.match(words) else None


_PLANNED = re.compile(r"(?:will|plan|want|hope|intend|would like|planning|hoping|going) +\w", re.IGNORECASE)


def _next(words: str, verbs: Verbs) -> tuple[str, str] | None:
    if found := plan(words, verbs):
        return {"will": "next_step", "wish": "next_wish", "doing": "next_doing"}[found[0]], found[1]
    return None


_ENDINGS: Mapping[NotePart, Callable[[str, Verbs], tuple[str, str] | None]] = {
    NotePart.LEARNED: _learned,
    NotePart.DONE: _done,
    NotePart.NEXT: _next,
}


def _lowered(words: str) -> str:
    """Without the capital of a sentence: what ends one begins with "your", "how", "the" and the like."""
    return words[0].lower() + words[1:]
