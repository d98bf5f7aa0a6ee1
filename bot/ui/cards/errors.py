"""The card for whatever went wrong: a rule that said no, or a fault of ours. Drawing it logs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import CoachError, Code
from bot.domain.text.input import seen
from bot.storage.errors import StorageProblem
from bot.ui.cards.error_sentences import sentence
from bot.ui.cards.shared import ADD_CONTACT, CONTACTS, NEXT, primary
from bot.ui.kit.card import Block, Button, Card, CardState, Letter, Row, Style, Text
from bot.ui.kit.form import Fields

WORTH = 41
"""Characters from which on a command or a DM is worth handing back: the student still has it on the screen."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is ours to mend."""

    reference: str
    """Under which the log has it."""
    problem: StorageProblem | None = None
    """What the storage has, if it is that."""


def card_for(error: CoachError | Fault, typed: Fields, *, worth: int = WORTH) -> Card:
    """The card for whatever went wrong, with what the student `typed` handed back from `worth` characters on."""
    handed_back = _typed(typed, worth)
    return _refusal(error, handed_back) if isinstance(error, CoachError) else _failure(error, handed_back)


def _refusal(error: CoachError, handed_back: Sequence[Block]) -> Card:
    """The card for a rule that said no."""
    return Card(
        title=_TITLES.get(error.code, "Not yet"),
        blocks=[Text(sentence(error)), *handed_back],
        rows=_ways_on(error.code),
        hint="Nothing was changed." if error.code in _ABOUT_TIME else "",
        state=CardState.WAITING,
    )


def _failure(fault: Fault, handed_back: Sequence[Block]) -> Card:
    """The calm card for a fault of ours."""
    return Card(
        title="That did not work",
        blocks=[Text(_apology(fault.problem)), *handed_back],
        rows=((primary(NEXT),),),
        hint=f"If it happens again, give your career center this reference: {fault.reference}",
        state=CardState.DUE,
    )


def _apology(problem: StorageProblem | None) -> str:
    # Only a refusal of the storage says that nothing was kept: other faults may come after it, while answering.
    if problem is None:
        return "Something went wrong on my side. Please look whether it was saved before you try again."
    if not problem.keeps_nothing:
        return "My storage has trouble right now. Please look whether it was saved before you try again."
    if problem.lasting:
        return "My storage is out of order right now, so nothing was saved. Please try again later."
    if problem is StorageProblem.AWAY:
        return "I cannot reach my storage right now, so nothing was saved. Please try again in a minute."
    return "My storage is busy or full right now, so nothing was saved. Please try again in a minute."


def _typed(fields: Fields, worth: int) -> list[Text | Letter]:
    """What the student wrote, handed back so that it is not lost."""
    texts = [seen(value) for value in fields.values() if isinstance(value, str)]
    texts = [text for text in texts if len(text) >= worth]
    if not texts:
        return []
    return [Text("**What you typed**, so that nothing is lost:"), Letter("\n\n".join(texts), "what-you-typed.txt")]


_TITLES = {
    Code.NOT_FOUND: "Not found",
    Code.NO_SUCH_CONTACT: "No such contact",
    Code.AMBIGUOUS_CONTACT: "Which one?",
    Code.MOVED_ON: "Already done",
    Code.UNKNOWN_ZONE: "No such time zone",
    Code.WHEN_AMBIGUOUS: "Which one?",
    Code.WHEN_UNREADABLE: "When is that?",
    Code.WHEN_NEEDS_TIME: "At what time?",
    Code.WHEN_TWICE: "Which one?",
    Code.WHEN_SKIPPED: "That time does not exist",
    Code.WHEN_TOO_FAR: "That is far away",
    Code.WHEN_PAST: "That time is over",
    Code.WHEN_FUTURE: "That time is still to come",
    Code.TOO_FAST: "One moment",
    Code.NO_ROOM: "No room for more",
    Code.FILE_TOO_LARGE: "Too large",
    Code.NO_EXPORT: "Not an export",
    Code.EXPORT_CHANGED: "Not as it was",
    Code.EXPORT_OF_ANOTHER: "Not yours",
    Code.SOMETHING_KEPT: "There is something here already",
}


_ABOUT_TIME = {code for code in Code if code.startswith("when_")}
"""Refusals that say what was understood, and not that it had no effect."""


def _ways_on(code: Code) -> tuple[Row, ...]:
    if code is Code.NO_SUCH_CONTACT:
        return ((primary(ADD_CONTACT), CONTACTS),)
    if code is Code.UNKNOWN_ZONE:
        return ((Button("Search a city", "profile.zone.search", style=Style.PRIMARY),),)
    if code is Code.AMBIGUOUS_CONTACT:
        return ((primary(CONTACTS),),)
    if code is Code.NO_ROOM:
        return ((primary(CONTACTS),),)
    # Who is about to restart, or asks for a pause, takes no press.
    return () if code in {Code.RESTARTING, Code.TOO_FAST} else ((primary(NEXT),),)
