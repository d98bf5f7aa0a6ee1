"""The letter of a thank-you note, in three moves: what was learned, what was done about it, the promise of word.

Handout, Follow-Up.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.text.input import one_line
from bot.domain.text.wording import fill, fragment, is_sentence, promises_word, say, sentence

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
