"""What the coach notices about a thank-you note. It explains and never rewrites."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.domain.text.asks_for_work import first_ask
from bot.domain.text.input import one_line
from bot.domain.text.wording import blank_left, fragment, promises_word, says_thanks, word_count, words
from bot.domain.thank_yous.letter import NoteParts


class NoteFindingCode(StrEnum):
    """What may be wrong with a note, in the order of importance."""

    BLANKS_LEFT = "blanks_left"
    CLAIMS_OPEN_TODO = "claims_open_todo"
    NOTHING_SPECIFIC = "nothing_specific"
    NO_THANKS = "no_thanks"
    NO_PROMISE = "no_promise"
    ASKS_FOR_WORK = "asks_for_work"
    MENTIONS_RESUME = "mentions_resume"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """One remark; `detail` is the text it is about, or the number of words."""

    code: NoteFindingCode
    detail: str = ""


WORD_LIMIT = 150


def review(body: str, parts: NoteParts, open_todos: Sequence[str]) -> tuple[NoteFinding, ...]:
    """The remarks on a note as it stands now, the most important first. `open_todos` are not ticked."""
    checks: dict[NoteFindingCode, Callable[[], str | None]] = {
        NoteFindingCode.BLANKS_LEFT: lambda: blank_left(body),
        NoteFindingCode.CLAIMS_OPEN_TODO: lambda: _claimed(body, parts.done, open_todos),
        NoteFindingCode.NOTHING_SPECIFIC: lambda: None if _names_something(body, parts) else "",
        NoteFindingCode.NO_THANKS: lambda: None if says_thanks(body) else "",
        NoteFindingCode.NO_PROMISE: lambda: None if promises_word(body) else "",
        NoteFindingCode.ASKS_FOR_WORK: lambda: _asks_for_work(body),
        NoteFindingCode.MENTIONS_RESUME: lambda: None if _AS_ASKED.search(body) else _found(_RESUME, body),
        NoteFindingCode.TOO_LONG: lambda: str(count) if (count := word_count(body)) > WORD_LIMIT else None,
    }
    details = {code: check() for code, check in checks.items()}
    return tuple(NoteFinding(code, detail) for code, detail in details.items() if detail is not None)


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
    conversation could dear did do everything experience experiences field following for from gave generosity get
    getting goes great had has have hear helpful her him his how i if ideas in information informative insight
    insights interesting interview into is it its job just keep know last learn learned let like liked lot lots
    many me meet meeting moment more most much my name next nice not of on one our out really regards share shared
    sharing sincerely so some something stays step stuff suggestion talk talking than thank thanks that the their
    them there they thing things this time to today touch useful valuable very was we well were what when which
    who will wish with work would yesterday you your
"""
"""What says nothing about this one interview; the handbook's own phrases are made of it."""
_COMMON = frozenset(_COMMON_WORDS.split())
_SPECIFIC_ENOUGH = 2
"""So many uncommon words name something: "grant writing", "reef surveys"."""


def _names_something(body: str, parts: NoteParts) -> bool:
    """Whether the note says something that only fits this interview. Names, plans and deeds do not count."""
    elsewhere = " ".join(
        [parts.contact_name, parts.student_name, parts.done, parts.next_step, *parts.open_questions]
    )
    return len(set(words(body)) - _COMMON - set(words(elsewhere))) >= _SPECIFIC_ENOUGH


_DEED = re.compile(
    r"\bI(?:['’]ve| have)? (?:already |just |also |then )*"
    r"(?!learned|enjoyed|liked|loved|appreciated|realized|realised|noticed|wanted|hoped|planned|needed)"
    r"(?:\w+ed|wrote|sent|read|met|spoke|took|made|got|went|found|set|gave|told|began)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+|;")


def _claimed(body: str, done: str, open_todos: Sequence[str]) -> str | None:
    """The first open to-do that the note presents as done."""
    claims = [part for part in _SENTENCE_END.split(body) if _DEED.search(part)]
    letter = one_line(body).lower()
    deeds = [fragment(part).lower() for part in _SENTENCE_END.split(done)]
    claims += [deed for deed in deeds if deed and deed in letter]
    # Words are compared letter by letter, each with each: far more than a note of 150 words has are left out.
    told = [_telling(claim) for claim in claims[:_MOST_CLAIMS]]
    return next((todo for todo in open_todos[:_MOST_TODOS] if _named(_telling(todo), told)), None)


_SAME_WORD = 0.66
"""How alike two forms of a word are at least: apply, applied."""
_MOST_CLAIMS, _MOST_TODOS, _MOST_WORDS = 8, 25, 12
_LONGEST_WORD = 30


def _named(wanted: Sequence[str], told: Sequence[Sequence[str]]) -> bool:
    """Whether a claim shares at least half of the telling words of a to-do, in whatever form: joined, join."""
    everything = list(dict.fromkeys(word for claim in told for word in claim))
    alike = [set(get_close_matches(word, everything, n=len(everything) or 1, cutoff=_SAME_WORD)) for word in wanted]
    enough = max(min(2, len(wanted)), (len(wanted) + 1) // 2)
    return bool(wanted) and any(sum(not forms.isdisjoint(claim) for forms in alike) >= enough for claim in told)


def _telling(text: str) -> list[str]:
    """The first words that are not common."""
    telling = (word[:_LONGEST_WORD] for word in words(text) if word not in _COMMON)
    return list(dict.fromkeys(telling))[:_MOST_WORDS]
