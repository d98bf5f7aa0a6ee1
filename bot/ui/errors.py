"""The one door for whatever goes wrong: a sentence for the student, a reference and an outline for the operator."""

import logging
import secrets
from collections.abc import Mapping

import discord
from discord import app_commands

from bot.domain.errors import CoachError, Code
from bot.logs import outline
from bot.storage.engine import is_full_or_locked
from bot.ui.card import Button, Card, Letter, Row, State, Style, Text
from bot.ui.form import Fields
from bot.ui.press import Press
from bot.ui.sentences import sentence

log = logging.getLogger(__name__)

_GONE = {10008, 10015, 10062}
"""Discord: unknown message, unknown webhook, unknown interaction. There is nobody left to answer."""


async def report(press: Press, error: BaseException) -> None:
    """Tell the student what happened, with what they typed handed back; log what is ours to mend."""
    cause = unwrap(error)
    if isinstance(cause, discord.HTTPException) and cause.code in _GONE:
        log.info("could not answer: Discord says %s", cause.code)
        return
    card = refusal(cause, press.fields) if isinstance(cause, CoachError) else failure(cause, press.fields)
    try:
        await press.show(card)
    except discord.HTTPException as second:
        log.warning("could not tell the student about an error: Discord says %s", second.code)


def unwrap(error: BaseException) -> BaseException:
    """The error that a command or a transformer of discord.py wrapped."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    return error


def refusal(error: CoachError, typed: Fields) -> Card:
    """The card for a rule that said no."""
    return Card(
        title=_TITLES.get(error.code, "Not yet"),
        blocks=[Text(sentence(error)), *_typed(typed)],
        rows=_ways_on(error.code),
        state=State.WAITING,
    )


def failure(error: BaseException, typed: Mapping[str, str | list[str]] | None = None) -> Card:
    """The calm card for a fault of ours. Logs an outline of it under the reference that the card shows."""
    reference = secrets.token_hex(4)
    log.error("a fault, reference %s\n%s", reference, outline(error))
    line = (
        "My storage is busy or full right now, so nothing was saved. Please try again in a minute."
        if is_full_or_locked(error)
        else "Something went wrong on my side, and nothing was saved. Please try again."
    )
    return Card(
        title="That did not work",
        blocks=[Text(line), *_typed(dict(typed or {}))],
        hint=f"If it happens again, give your career center this reference: {reference}",
        state=State.DUE,
    )


def _typed(fields: Fields) -> list[Text | Letter]:
    """What the student wrote, handed back so that it is not lost."""
    texts = [value.strip() for value in fields.values() if isinstance(value, str) and len(value.strip()) > _WORTH]
    if not texts:
        return []
    return [Text("**What you typed**, so that nothing is lost:"), Letter("\n\n".join(texts), "what-you-typed.txt")]


_WORTH = 40
"""Characters from which on a text is worth handing back; shorter ones are options of a command."""

_TITLES = {
    Code.NOT_FOUND: "Not found",
    Code.NO_SUCH_CONTACT: "No such contact",
    Code.AMBIGUOUS_CONTACT: "Which one?",
    Code.MOVED_ON: "Already done",
    Code.UNKNOWN_ZONE: "No such time zone",
    Code.WHEN_AMBIGUOUS: "Which one?",
    Code.WHEN_PAST: "That time is over",
    Code.WHEN_FUTURE: "That time is still to come",
}


def _ways_on(code: Code) -> tuple[Row, ...]:
    if code is Code.NO_SUCH_CONTACT:
        return (
            (Button("Add a contact", "contact.new", style=Style.PRIMARY), Button("My contacts", "contact.list")),
        )
    if code is Code.UNKNOWN_ZONE:
        return ((Button("Search a city", "profile.zone.search", style=Style.PRIMARY),),)
    if code in {Code.NOT_FOUND, Code.MOVED_ON}:
        return ((Button("What's next", "home.next", style=Style.PRIMARY),),)
    return ()
