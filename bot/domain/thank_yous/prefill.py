"""What a note can start from, so that the form is never blank: the evaluation, and the to-dos of that interview."""

from collections.abc import Mapping, Sequence

from bot.domain.evaluations.questions import GivenAnswer, Verdict
from bot.domain.text.damage import is_damaged
from bot.domain.text.input import clip
from bot.domain.text.wording import fragment
from bot.domain.thank_yous.letter import PART_LIMIT, done_from_todos

_TELLING = (7, 9, 5, 3, 4, 8, 1)
"""Questions about what the contact gave, the most telling first. What the others hold is about the student."""
_GOOD_NEWS = {Verdict.YES, Verdict.PARTLY, Verdict.TEXT}
_LENGTH = 300
"""Characters of a first answer: a note names one thing, it does not retell the interview."""


def worth_naming(answers: Mapping[int, GivenAnswer]) -> tuple[str, ...]:
    """What the student wrote that a thank-you note can name, the most telling first, on one line each.

    Words beside a "No" and a "Not sure" stay between the student and the bot.
    """
    found = (answers.get(number) for number in _TELLING)
    return tuple(
        words
        for answer in found
        if answer is not None
        and answer.verdict in _GOOD_NEWS
        and not is_damaged(answer.text)
        and (words := fragment(answer.text))
    )


def learned(answers: Mapping[int, GivenAnswer]) -> str:
    """A first answer to "What did you learn or appreciate?"; empty when the evaluation says nothing."""
    words = worth_naming(answers)
    return clip(words[0], _LENGTH) if words else ""


def done(todos: Sequence[str]) -> str:
    """A first answer to "What have you done about it?": of what is done, as many whole to-dos as the form takes."""
    count = len(todos)
    while len(told := done_from_todos(todos[:count])) > PART_LIMIT:
        count -= 1
    return told


def next_step(open_todos: Sequence[str]) -> str:
    """A first answer to "What happens next?": the first thing that is still to be done."""
    return clip(fragment(open_todos[0]), _LENGTH) if open_todos else ""


def without(text: str, ticked: Sequence[str]) -> str:
    """`text` without the to-dos that have just been ticked: what is done is no next step."""
    done = {clip(fragment(todo), _LENGTH).casefold() for todo in ticked}
    return "" if fragment(text).casefold() in done else text
