"""Which of the student's own words a note may be made of, if they say so. Nothing is chosen for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.evaluations.questions import GivenAnswer, Verdict
from bot.domain.text.clauses import sentences
from bot.domain.text.damage import is_damaged
from bot.domain.text.to_the_reader import is_nothing
from bot.domain.text.wording import fragment

_SERVING = (5, 7, 9, 3, 4, 8, 1)
"""Ideas that the contact gave, then what else they may have told of. The other answers are about the student."""
_GOOD_NEWS = {Verdict.YES, Verdict.PARTLY, Verdict.TEXT}
SHOWN = 100
"""Characters that the line of a tick shows. What it does not show is not agreed to and never goes into a note."""


@dataclass(frozen=True, slots=True)
class Shareable:
    """An answer of the evaluation that the student may let them read, by the number of its question."""

    number: int
    words: str


def shareable(answers: Mapping[int, GivenAnswer]) -> tuple[Shareable, ...]:
    """The answers that may serve, the likeliest first, each as it would be read.

    Words beside a "No" and a "Not sure" stay between the student and the bot.
    """
    found = ((number, answers.get(number)) for number in _SERVING)
    return tuple(Shareable(number, words) for number, answer in found if (words := _words(answer)))


def not_yet_in(text: str, offered: Sequence[Shareable]) -> tuple[Shareable, ...]:
    """Those whose words do not stand in a text already, each once."""
    there = {fragment(line).casefold() for line in text.splitlines()}
    once = {one.words.casefold(): one for one in reversed(offered)}
    return tuple(one for one in offered if once[one.words.casefold()] is one and one.words.casefold() not in there)


def chosen(offered: Sequence[Shareable], numbers: Sequence[int]) -> tuple[str, ...]:
    """The words of those that were ticked."""
    return tuple(one.words for one in offered if one.number in numbers)


def _words(answer: GivenAnswer | None) -> str:
    """The answer, or its first sentence, if a tick can show that whole; else nothing."""
    if answer is None or answer.verdict not in _GOOD_NEWS or is_damaged(answer.text) or is_nothing(answer.text):
        return ""
    whole = fragment(answer.text)
    words = whole if len(whole) <= SHOWN else fragment(next(iter(sentences(whole)), ""))
    return words if len(words) <= SHOWN else ""
