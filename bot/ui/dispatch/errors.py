"""The one door for whatever goes wrong: a sentence for the student, a reference and an outline for the operator."""

import logging
import secrets
from functools import partial

import discord
from discord import app_commands

from bot.domain.errors import CoachError
from bot.logs import outline
from bot.storage.errors import problem_of
from bot.ui.cards.errors import WORTH, Fault, card_for
from bot.ui.dispatch.last_line import say_last
from bot.ui.dispatch.press import Press
from bot.ui.kit.direct_messages import CLOSED, say, send
from bot.ui.kit.in_time import UnansweredError

log = logging.getLogger(__name__)

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
        await press.show(card_for(_noted(cause), press.fields, worth=1 if press.from_form else WORTH))
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
        await send(message.channel, message.author.id, card_for(_noted(error), {"text": message.content}))
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


def _noted(error: BaseException) -> CoachError | Fault:
    """What a card says about it. A fault of ours is logged in outline, under the reference that the card shows."""
    if isinstance(error, CoachError):
        return error
    fault = Fault(secrets.token_hex(4), problem_of(error))
    if fault.problem is None:
        log.error("a fault, reference %s\n%s", fault.reference, outline(error))
    else:
        # The storage itself says what to do about it, once for all who meet it.
        log.error("a fault, reference %s: the storage is %s", fault.reference, fault.problem)
    return fault
