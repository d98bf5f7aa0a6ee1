"""What the coach notices about a thank-you note. It explains and never rewrites."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from math import ceil

from bot.domain.text.asks_for_work import first_ask
from bot.domain.text.input import one_line
from bot.domain.text.to_the_reader import ReaderMisfit
from bot.domain.text.wording import blank_left, promises_word, says_thanks, word_count, words
from bot.domain.thank_yous.letter import NoteParts, NoteWording, told_todos
from bot.domain.thank_yous.placing import NotePart


class NoteFindingCode(StrEnum):
    """What may be wrong with a note, in the order of importance."""

    SAYS_NOTHING = "says_nothing"
    IS_QUESTION = "is_question"
    ABOUT_THEM = "about_them"
    CHAT_WORDS = "chat_words"
    ODD_MARKS = "odd_marks"
    LEARNED_UNPLACED = "learned_unplaced"
    DONE_UNPLACED = "done_unplaced"
    NEXT_UNPLACED = "next_unplaced"
    TODO_LEFT_OUT = "todo_left_out"
    BLANKS_LEFT = "blanks_left"
    CLAIMS_OPEN_TODO = "claims_open_todo"
    NOTHING_SPECIFIC = "nothing_specific"
    NO_THANKS = "no_thanks"
    NO_PROMISE = "no_promise"
    ASKS_FOR_WORK = "asks_for_work"
    MENTIONS_RESUME = "mentions_resume"
    TOO_LONG = "too_long"


_UNPLACED = {
    NotePart.LEARNED: NoteFindingCode.LEARNED_UNPLACED,
    NotePart.DONE: NoteFindingCode.DONE_UNPLACED,
    NotePart.NEXT: NoteFindingCode.NEXT_UNPLACED,
}
_REASONS: Mapping[ReaderMisfit, NoteFindingCode] = {
    reason: NoteFindingCode(reason.value) for reason in ReaderMisfit if reason is not ReaderMisfit.NO_ENDING
}
MISFITS = frozenset({*_REASONS.values(), *_UNPLACED.values()})
"""What says that words of the form found no place."""


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """One remark; `detail` is the text it is about, or the number of words."""

    code: NoteFindingCode
    detail: str = ""


WORD_LIMIT = 150


def review(body: str, parts: NoteParts, open_todos: Sequence[str], wording: NoteWording) -> tuple[NoteFinding, ...]:
    """The remarks on a note as it stands now, the most important first. `open_todos` are not ticked."""
    left = {part: wording.phrases[f"{part}_missing"] for part in NotePart}
    misfits = {part: _misfits(part, parts, wording) if blank in body else () for part, blank in left.items()}
    explained = [blank for part, blank in left.items() if misfits[part]]
    checks: dict[NoteFindingCode, Callable[[], str | None]] = {
        NoteFindingCode.BLANKS_LEFT: lambda: blank_left(_without(body, explained)),
        NoteFindingCode.CLAIMS_OPEN_TODO: lambda: _claimed(body, parts, open_todos, wording),
        NoteFindingCode.NOTHING_SPECIFIC: lambda: (
            None if misfits[NotePart.LEARNED] or _names_something(body, parts, wording) else ""
        ),
        NoteFindingCode.NO_THANKS: lambda: None if says_thanks(body) else "",
        NoteFindingCode.NO_PROMISE: lambda: None if promises_word(body) else "",
        NoteFindingCode.ASKS_FOR_WORK: lambda: _asks_for_work(body),
        NoteFindingCode.MENTIONS_RESUME: lambda: None if _AS_ASKED.search(body) else _found(_RESUME, body),
        NoteFindingCode.TOO_LONG: lambda: str(count) if (count := word_count(body)) > WORD_LIMIT else None,
    }
    details = {code: check() for code, check in checks.items()}
    remarks = (NoteFinding(code, detail) for code, detail in details.items() if detail is not None)
    return (*(found for part in NotePart for found in misfits[part]), *_left_out(body, parts, wording), *remarks)


def _misfits(part: NotePart, parts: NoteParts, wording: NoteWording) -> tuple[NoteFinding, ...]:
    """What was typed and found no place, for as long as the blank in its place is there."""
    return tuple(
        NoteFinding(_REASONS.get(one.misfit, _UNPLACED[part]), one_line(one.typed))
        for one in parts.placed(part, wording.verbs)
        if one.misfit is not None
    )


def _without(body: str, blanks: Sequence[str]) -> str:
    for blank in blanks:
        body = body.replace(blank, "")
    return body


def _left_out(body: str, parts: NoteParts, wording: NoteWording) -> tuple[NoteFinding, ...]:
    """The to-dos that were ticked and could not be told, unless the note names them in the student's words."""
    told = [_telling(part) for part in _SENTENCE_END.split(body)[:_MOST_SENTENCES]]
    said = told_todos(parts.ticked[:_MOST_TODOS], parts.contact_name, wording.verbs)
    left = (todo for todo, deed in said.items() if not deed and not _named(_telling(todo), told, 1))
    return tuple(NoteFinding(NoteFindingCode.TODO_LEFT_OUT, todo) for todo in left)


_RESUME = re.compile(r"\b(?<!to )(?:r[eé]sum[eé]|CV|curriculum vitae)\b", re.IGNORECASE)
_AS_ASKED = re.compile(r"\b(?:as|since|because) (?:you|we) (?:asked|requested|agreed|suggested)", re.IGNORECASE)


def _found(pattern: re.Pattern[str], body: str) -> str | None:
    match = pattern.search(body)
    return match[0] if match else None


def _asks_for_work(body: str) -> str | None:
    """The words that do. A resume may have been asked for; it has a finding of its own."""
    ask = first_ask(_RESUME.sub("it", one_line(body)))
    return ask[0] if ask else None


_COMMON_WORDS = """
    a about acted advice again all already also am an and any are as ask at be been best but by can career
    conversation could dear did do done everything experience experiences field following for from gave
    generosity get getting goes great had has have hear helpful her him his how i ideas if in information
    informative insight insights interesting interview into is it its job just keep know last learn learned let
    like liked lot lots many me meet meeting moment more most much my name next nice not of on one our out
    really regards remember share shared sharing since sincerely so some something stays step stuff suggestion
    talk talked talking than thank thanks that the their them there they thing things this time to today touch
    useful valuable very was we well were what when which who will wish with work would yesterday you your
"""
"""What says nothing about this one interview; the handbook's own phrases are made of it."""
_COMMON = frozenset(_COMMON_WORDS.split())
_SPECIFIC_ENOUGH = 2
"""So many uncommon words name something: "grant writing", "reef surveys"."""


def _names_something(body: str, parts: NoteParts, wording: NoteWording) -> bool:
    """Whether the note says something that only fits this interview. Names, plans and deeds do not count."""
    deeds = told_todos(parts.ticked[:_MOST_TODOS], parts.contact_name, wording.verbs).values()
    elsewhere = " ".join(
        [parts.contact_name, parts.student_name, parts.done, *deeds, parts.next_step, parts.question]
    )
    return len(set(words(body)) - _COMMON - set(words(elsewhere))) >= _SPECIFIC_ENOUGH


_DEED = re.compile(
    r"\bI(?:['’]ve| have)? (?:already |just |also |then )*"
    r"(?!learned|enjoyed|liked|loved|appreciated|realized|realised|noticed|wanted|hoped|planned|needed)"
    r"(?:\w+ed|wrote|sent|read|met|spoke|took|made|got|went|found|set|gave|told|began)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+|;")


_DONE = {"done", "done_past"}
"""The phrases that tell of a deed; a plan typed into the same field is none."""


def _claimed(body: str, parts: NoteParts, open_todos: Sequence[str], wording: NoteWording) -> str | None:
    """The first open to-do that the note presents as done."""
    claims = [part for part in _SENTENCE_END.split(body) if _DEED.search(part)]
    letter = one_line(body).lower()
    deeds = [one.words.lower() for one in parts.placed(NotePart.DONE, wording.verbs) if one.phrase in _DONE]
    claims += [deed for deed in deeds if deed in letter]
    # Words are compared letter by letter, each with each: far more than a note of 150 words has are left out.
    told = [_telling(claim) for claim in claims[:_MOST_CLAIMS]]
    return next((todo for todo in open_todos[:_MOST_TODOS] if _named(_telling(todo), told)), None)


_SAME_WORD = 0.66
"""How alike two forms of a word are at least: apply, applied."""
_MOST_CLAIMS, _MOST_SENTENCES, _MOST_TODOS, _MOST_WORDS = 8, 16, 25, 12
_LONGEST_WORD = 30


def _named(wanted: Sequence[str], told: Sequence[Sequence[str]], part: float = 0.5) -> bool:
    """Whether a claim shares at least that part of the telling words of a to-do, in whatever form: joined, join."""
    everything = list(dict.fromkeys(word for claim in told for word in claim))
    alike = [set(get_close_matches(word, everything, n=len(everything) or 1, cutoff=_SAME_WORD)) for word in wanted]
    enough = max(min(2, len(wanted)), ceil(len(wanted) * part))
    return bool(wanted) and any(sum(not forms.isdisjoint(claim) for forms in alike) >= enough for claim in told)


def _telling(text: str) -> list[str]:
    """The first words that are not common."""
    telling = (word[:_LONGEST_WORD] for word in words(text) if word not in _COMMON)
    return list(dict.fromkeys(telling))[:_MOST_WORDS]
