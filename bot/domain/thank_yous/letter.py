"""The letter of a thank-you note, in three moves: what was learned, what was done about it, the promise of word.

Handout, Follow-Up. What the student typed ends the sentence that the form begins, or stands as a sentence of its
own, or leaves a blank that says what is missing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.text.input import one_line
from bot.domain.text.to_the_reader import is_nothing
from bot.domain.text.wording import fill, fragment, promises_word, sentence
from bot.domain.thank_yous.asking import with_question
from bot.domain.thank_yous.placing import NotePart, NotePlaced, place, put
from bot.domain.thank_yous.verbs import Verbs, deed_of_todo, listed

PART_LIMIT = 1_000
"""Characters of one answer in the form."""
BODY_LIMIT = 4_000
"""Characters of a note; what Discord takes in one field of a form."""


class NoteField(StrEnum):
    """What is asked, by the words in which it is asked."""

    LEARNED = "What did you learn or appreciate?"
    DONE = "What have you done about it?"
    NEXT_STEP = "What happens next?"
    MESSAGE = "Message"


_TEXT = frozenset({"text"})
PHRASES: Mapping[str, frozenset[str]] = {
    "greeting": frozenset({"contact"}),
    "thanks": frozenset(),
    **dict.fromkeys(("learned", "learned_more", "done", "done_more", "done_past"), _TEXT),
    **dict.fromkeys(("next_step", "next_wish", "next_doing"), _TEXT),
    **dict.fromkeys(("learned_missing", "done_missing", "next_missing"), frozenset()),
    "question": _TEXT,
    "promise": frozenset(),
    "closing": frozenset({"student"}),
}
"""The phrases that a note is made of, and the placeholders that each must have."""


@dataclass(frozen=True, slots=True)
class NoteWording:
    """What the handbook gives to a note."""

    phrases: Mapping[str, str]
    verbs: Verbs


@dataclass(frozen=True, slots=True)
class NoteParts:
    """What a note is made of, in the student's words, one thing a line; blank where there is nothing."""

    contact_name: str
    student_name: str
    learned: str = ""
    done: str = ""
    """What they have really done about a suggestion."""
    ticked: tuple[str, ...] = ()
    """To-dos that are done, and that the student lets them read of."""
    next_step: str = ""
    question: str = ""
    """The one that the note asks."""

    def typed(self, part: NotePart) -> str:
        """The answer for a part."""
        return {NotePart.LEARNED: self.learned, NotePart.DONE: self.done, NotePart.NEXT: self.next_step}[part]

    def placed(self, part: NotePart, verbs: Verbs) -> tuple[NotePlaced, ...]:
        """What becomes of each thing in an answer."""
        return place(part, self.typed(part), self.contact_name, verbs)


_BEGINS_WITH_THANKS = re.compile(
    r"thank|I (?:(?:really|so|truly|want to|would like to) )*(?:appreciate|thank)\b|"
    r"I(?: am|['’]m) (?:(?:so|very|really|truly) )*(?:grateful|thankful)",
    re.IGNORECASE,
)


def compose(parts: NoteParts, wording: NoteWording) -> str:
    """The letter in three moves: what was learned, what was done about it, the promise of word.

    Handout, Follow-Up. Nothing is said about actions unless `done` or `ticked` says it.
    """
    phrases = wording.phrases
    learned, done, onward = (
        put(part, parts.placed(part, wording.verbs), phrases)
        for part in (NotePart.LEARNED, NotePart.DONE, NotePart.NEXT)
    )
    opening = [learned] if _BEGINS_WITH_THANKS.match(learned) else [phrases["thanks"], learned]
    moves = [done, _ticked(parts, wording, more=bool(done)), onward]
    if not promises_word(onward):
        moves.append(phrases["promise"])
    paragraphs = [
        fill(phrases["greeting"], contact=one_line(parts.contact_name)),
        " ".join(filter(None, opening)),
        " ".join(filter(None, moves)),
        fill(phrases["closing"], student=one_line(parts.student_name)).strip(),
    ]
    return with_question("\n\n".join(paragraphs), parts.question, parts.student_name, phrases)


def _ticked(parts: NoteParts, wording: NoteWording, *, more: bool) -> str:
    said = told_todos(parts.ticked, parts.contact_name, wording.verbs)
    deeds = [deed for deed in said.values() if deed]
    return sentence(fill(wording.phrases["done_more" if more else "done"], text=listed(deeds))) if deeds else ""


def told_todos(todos: Sequence[str], name: str, verbs: Verbs) -> dict[str, str]:
    """Each of these to-dos, as it is told to `name`; empty where it cannot be."""
    return {todo: deed_of_todo(todo, name, verbs) or "" for todo in todos}


def without(text: str, ticked: Sequence[str]) -> str:
    """`text` without the to-dos that have just been ticked: what is done is no next step."""
    done = {fragment(todo).casefold() for todo in ticked}
    return "" if fragment(text).casefold() in done else text


def with_lines(text: str, *more: str) -> str:
    """An answer with further things in it, one a line; what is there already is not put there twice.

    They take the place of "nothing yet".
    """
    lines = [text] if text and not (more and is_nothing(text)) else []
    there = {fragment(line).casefold() for line in text.splitlines()}
    return "\n".join([*lines, *(line for line in dict.fromkeys(more) if fragment(line).casefold() not in there)])
