"""Draws a student's due pings and sends them as one DM."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import aiohttp
import discord

from bot.clock import now
from bot.domain.reminders import is_late
from bot.reminders.engine import DirectMessagesClosedError, TryLaterError
from bot.services import Services
from bot.services.deliveries import Claimed
from bot.services.pings import PingView
from bot.ui.card import Card
from bot.ui.cards import pings as cards
from bot.ui.direct import CLOSED, open_dm, send

log = logging.getLogger(__name__)

_CLOSED = {CLOSED, 50278}
"""Discord: the student takes no DMs; the student shares no server with the bot."""
_UNKNOWN_CHANNEL = 10003
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_REFUSED_FOR = timedelta(hours=1)
"""How long a message waits that Discord refused for a reason of ours: until then nobody will have mended it."""


class PingSender:
    """Draws a student's due pings and sends them as one DM. See `bot.reminders.engine.Sender`."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._services = services

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        """Send one message about what still matters; returns its id, or None when nothing does.

        Raises DirectMessagesClosedError or TryLaterError.
        """
        views = await self._services.pings.describe(user_id, reminders)
        if not views:
            return None
        card = self._card(views, late=late)
        # The smallest id is the same in every attempt, so that Discord drops a repeat.
        nonce = min(reminder.id for reminder in reminders)
        with _explained():
            return await self._deliver(user_id, card, nonce)

    def _card(self, views: Sequence[PingView], *, late: bool) -> Card:
        present = now()
        late = late and any(is_late(view.due_at, present) for view in views)
        if len(views) == 1:
            return cards.ping(views[0], self._services.handbook, late=late)
        return cards.several(views, self._services.handbook, late=late)

    async def _deliver(self, user_id: int, card: Card, nonce: int) -> int:
        channel = await open_dm(self._client, user_id)
        try:
            message = await send(channel, user_id, card, nonce=nonce)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_CHANNEL:
                raise
            # The channel that is remembered is gone. Discord is asked for the one that is there now.
            data = await self._client.http.start_private_message(user_id)
            reopened = self._client.get_partial_messageable(int(data["id"]), type=discord.ChannelType.private)
            message = await send(reopened, user_id, card, nonce=nonce)
        return message.id


@contextmanager
def _explained() -> Iterator[None]:
    """What Discord and the network say, in the words of the engine."""
    try:
        yield
    except discord.RateLimited as error:
        raise TryLaterError(timedelta(seconds=error.retry_after)) from error
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise TryLaterError from error


def _meaning(error: discord.HTTPException) -> DirectMessagesClosedError | TryLaterError:
    if error.code in _CLOSED:
        return DirectMessagesClosedError()
    if error.status == _TOO_MANY_REQUESTS:
        return TryLaterError(_retry_after(error))
    if error.status >= _SERVER_ERRORS:
        return TryLaterError()
    log.error("Discord refused a reminder: status %s, code %s", error.status, error.code)
    return TryLaterError(_REFUSED_FOR)


def _retry_after(error: discord.HTTPException) -> timedelta | None:
    """What Discord asks for, if it can be read."""
    try:
        return timedelta(seconds=float(error.response.headers["Retry-After"]))
    except (KeyError, ValueError, OverflowError):
        return None
