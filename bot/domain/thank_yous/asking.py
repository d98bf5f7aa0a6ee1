"""The one question that a note may ask, and where it goes in the note as it stands, edited by hand or not."""

import re
from collections.abc import Mapping, Sequence

from bot.domain.text.input import one_line
from bot.domain.text.wording import fill, sentence

_LAST_PARAGRAPH = re.compile(r"(?:.*\n[^\S\n]*\n)?(.*)", re.DOTALL)
_CLOSES = re.compile(
    r"(?:thank you(?: again| so much)?|thanks(?: again)?|(?:many|with) thanks|gratefully|best(?: wishes| regards)?|"
    r"(?:kind|warm)(?:est)? (?:regards|wishes)|regards|(?:yours )?sincerely|cheers|warmly|yours(?: truly)?|"
    r"all the best|take care)\W*",
    re.IGNORECASE,
)
_GREETS = re.compile(r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b.{0,80}\Z", re.IGNORECASE)


def asked_in(body: str, questions: Sequence[str]) -> str:
    """The first of these questions that stands in the note; empty without one."""
    return next((question for question in questions if one_line(question) in one_line(body)), "")


def with_question(
    body: str, question: str, student: str, phrases: Mapping[str, str], questions: Sequence[str] = ()
) -> str:
    """The note with a question at the end of what comes before the closing; one that is there is not put in twice.

    Another of the handbook's `questions` gives way to it: a note that only thanks is fine, one that asks a lot is
    not.
    """
    if not one_line(question) or asked_in(body, [question]):
        return body
    if (other := asked_in(body, questions)) and other in body:
        return body.replace(other, question, 1)
    asked = fill(phrases["question"], text=sentence(question))
    text = _before_closing(body, student)
    last = _LAST_PARAGRAPH.fullmatch(text)
    apart = last is None or not last[1].strip() or _GREETS.match(last[1].strip())
    between = "\n\n" if apart and text else " " if text else ""
    closing = body.rstrip()[len(text) :]
    after = closing if text or not closing else f"\n\n{closing}"
    return f"{text}{between}{asked}{after}"


def _before_closing(body: str, student: str) -> str:
    """The note up to the line that says "Thank you again" or the like, or that is only the student's name."""
    lines = body.rstrip().split("\n")
    for back in range(1, min(_LAST, len(lines)) + 1):
        if _CLOSES.fullmatch(lines[-back].strip()):
            return "\n".join(lines[:-back]).rstrip()
    named = one_line(lines[-1]) == one_line(student) != ""
    return "\n".join(lines[:-1] if named else lines).rstrip()


_LAST = 5
"""Lines from the end in which a closing begins: the word, a blank one, the name, what stands below it."""
