"""The one door for whatever goes wrong: a sentence for the student, a reference and an outline for the operator."""

import logging
import secrets
from collections.abc import Sequence
from functools import partial

import discord
from discord import app_commands

from bot.domain.errors import CoachError, Code
from bot.domain.text.input import seen
from bot.logs import outline
from bot.storage.errors import StorageProblem, problem_of
from bot.ui.cards.sentences import sentence
from bot.ui.cards.shared import ADD_CONTACT, CONTACTS, NEXT, primary
from bot.ui.dispatch.last_line import say_last
from bot.ui.dispatch.press import Press
from bot.ui.kit.card import Block, Button, Card, CardState, Letter, Row, Style, Text
from bot.ui.kit.direct_messages import CLOSED, say, send
from bot.ui.kit.form import Fields
from bot.ui.kit.in_time import UnansweredError

log = logging.getLogger(__name__)

_WORTH = 41
"""Characters from which on a command or a DM is worth handing back: the student still has it on the screen."""
_GONE = CLOSED | {10008, 10015, 10062}
"""Discord: unknown message, unknown webhook, unknown interaction, closed DMs. There is nobody left to answer."""


async def report(press: Press, error: BaseException) -> None:
    """Tell the student what happened, with what they typed handed back; log what is ours to mend."""
    cause = _unwrap(error)
    if _is_gone(cause):
        return
    if isinstance(cause, UnansweredError):
        log.warning("could not answer: Discord did not take it in time")
        return
    try:
        await press.show(card_for(cause, press.fields, worth=1 if press.from_form else _WORTH))
    except UnansweredError:
        log.warning("could not tell the student about an error: Discord did not take it in time")
    except Exception as second:  # noqa: BLE001 - behind this door is only the last line
        if not _is_gone(second):
            await say_last(press.say, second, press.fields)


async def tell(message: discord.Message, error: BaseException) -> None:
    """Like `report`, for a DM."""
    if isinstance(error, UnansweredError):
        log.warning("could not answer a DM: Discord did not take it in time")
        return
    try:
        await send(message.channel, message.author.id, card_for(error, {"text": message.content}))
    except UnansweredError:
        log.warning("could not answer a DM: Discord did not take it in time")
    except Exception as second:  # noqa: BLE001 - behind this door is only the last line
        if not _is_gone(second):
            await say_last(partial(say, message.channel), second, {})


def _is_gone(error: BaseException) -> bool:
    """Whether there is nobody left to answer, as the log then says."""
    if not isinstance(error, discord.HTTPException) or error.code not in _GONE:
        return False
    log.info("could not answer: Discord says %s", error.code)
    return True


def _unwrap(error: BaseException) -> BaseException:
    """The error that a command or a transformer of discord.py wrapped."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    return error


def card_for(error: BaseException, typed: Fields, *, worth: int = _WORTH) -> Card:
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


def _failure(error: BaseException, handed_back: Sequence[Block]) -> Card:
    """The calm card for a fault of ours. Logs an outline of it under the reference that the card shows."""
    reference, trouble = secrets.token_hex(4), problem_of(error)
    if trouble is None:
        log.error("a fault, reference %s\n%s", reference, outline(error))
    else:
        # The storage itself says what to do about it, once for all who meet it.
        log.error("a fault, reference %s: the storage is %s", reference, trouble)
    return Card(
        title="That did not work",
        blocks=[Text(_apology(trouble)), *handed_back],
        rows=((primary(NEXT),),),
        hint=f"If it happens again, give your career center this reference: {reference}",
        state=CardState.DUE,
    )


def _apology(trouble: StorageProblem | None) -> str:
    # Only a refusal of the storage says that nothing was kept: other faults may come after it, while answering.
    if trouble is None:
        return "Something went wrong on my side. Please look whether it was saved before you try again."
    if not trouble.keeps_nothing:
        return "My storage has trouble right now. Please look whether it was saved before you try again."
    if trouble.lasting:
        return "My storage is out of order right now, so nothing was saved. Please try again later."
    if trouble is StorageProblem.AWAY:
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
