"""Draws a student's due reminders, sends them as one DM, and finds them there again."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import aiohttp
import discord

from bot.clock import now
from bot.domain.reminders.reminder import is_late
from bot.reminders.sender_protocol import DirectMessagesClosedError, TakenBackError, TryLaterError
from bot.services import Services
from bot.services.due_reminders import ReminderView
from bot.services.reminders.claims import Claimed
from bot.ui.cards.reminders import cards
from bot.ui.kit.card import Notice
from bot.ui.kit.direct_messages import CLOSED, DM, custom_ids, in_dm, notify
from bot.ui.reminders.discord_limits import DiscordLimits, retry_after

T = TypeVar("T")

log = logging.getLogger(__name__)

_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_CLOCKS_APART = timedelta(days=1)
"""A message about a reminder is no older than its due time, but the machine's clock may have jumped since."""
_LOOK_THROUGH = 1000
"""Messages of a DM that are looked through at most: ten requests."""
_REFUSED_FOR = timedelta(hours=1)
"""How long a message waits that Discord refused for a reason of ours: until then nobody will have mended it."""


class ReminderSender:
    """Draws a student's due reminders, sends them as one DM, and reads them back."""

    def __init__(self, client: discord.Client, services: Services, limits: DiscordLimits) -> None:
        self._client = client
        self._services = services
        self._limits = limits

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        """Send one message about what still matters; returns its id, or None when nothing does.

        Raises DirectMessagesClosedError, TryLaterError or TakenBackError.
        """
        views = await self._services.reminders.describe(user_id, reminders)
        if not views:
            return None
        notice = self._drawn(views, reminders[0].nonce, late=late)
        with self._limits.heeded(), _explained():
            named = views[0].reader.named
            return await self._in_dm(user_id, lambda channel: self._say(channel, reminders, notice, named=named))

    async def _say(self, channel: DM, reminders: Sequence[Claimed], notice: Notice, *, named: bool) -> int:
        """The request itself. Until the DM was open, the student may have acted. Raises TakenBackError."""
        async with self._services.under_way.going_out(reminders, named=named) as is_ours:
            if not is_ours:
                raise TakenBackError
            message = await notify(channel, reminders[0].user_id, notice, nonce=reminders[0].nonce)
            return message.id

    def _drawn(self, views: Sequence[ReminderView], nonce: int, *, late: bool) -> Notice:
        present = now()
        late = late and any(is_late(view.due_at, present) for view in views)
        if len(views) == 1:
            return cards.reminder(views[0], self._services.handbook, late=late)
        return cards.several(views, self._services.handbook, nonce, late=late)

    async def find(self, user_id: int, reminders: Sequence[Claimed]) -> Mapping[int, int] | None:
        """The messages of earlier attempts at `reminders`, by reminder id; None when the DM cannot be read.

        Raises TryLaterError.
        """
        since = min(reminder.due_at for reminder in reminders) - _CLOCKS_APART
        try:
            with self._limits.heeded(), _explained():
                marks = await self._in_dm(user_id, lambda channel: self._read(channel, since))
        except DirectMessagesClosedError:
            return None
        if marks is None:
            return None
        said = [(one, marks.get(("reminder", one.id)) or marks.get(("nonce", one.nonce))) for one in reminders]
        return {one.id: message_id for one, message_id in said if message_id is not None}

    async def _read(self, channel: DM, since: datetime) -> dict[cards.Mark, int] | None:
        """What the bot's messages from `since` on are marked with; None when there are too many to look through."""
        marks: dict[cards.Mark, int] = {}
        seen = 0
        async for message in channel.history(limit=_LOOK_THROUGH, after=since, oldest_first=False):
            seen += 1
            if self._client.user is not None and message.author.id == self._client.user.id:
                marks |= dict.fromkeys(cards.marks(custom_ids(message)), message.id)
        return marks if seen < _LOOK_THROUGH else None

    async def _in_dm(self, user_id: int, act: Callable[[DM], Awaitable[T]]) -> T:
        """Do something in the student's DM. While it is being opened, no message is on its way yet."""
        return await in_dm(self._client, user_id, act, opening=lambda: _explained(unsure=False))


@contextmanager
def _explained(*, unsure: bool = True) -> Iterator[None]:
    """What Discord and the network say, in the words of the engine.

    `unsure`: what is asked for may be done without an answer that tells so.
    """
    try:
        yield
    except discord.RateLimited as error:
        raise TryLaterError(timedelta(seconds=error.retry_after)) from error
    except discord.HTTPException as error:
        raise _meaning(error, unsure=unsure) from error
    except aiohttp.ClientConnectorError as error:
        raise TryLaterError from error
    except (aiohttp.ClientError, OSError, TimeoutError, json.JSONDecodeError) as error:
        # It broke off half-way: the request may have arrived, and only the answer be lost.
        raise TryLaterError(unsure=unsure) from error


def _meaning(error: discord.HTTPException, *, unsure: bool) -> DirectMessagesClosedError | TryLaterError:
    if error.code in CLOSED:
        return DirectMessagesClosedError()
    if error.status == _TOO_MANY_REQUESTS:
        return TryLaterError(retry_after(error.response.headers))
    if error.status >= _SERVER_ERRORS:
        return TryLaterError(unsure=unsure)
    log.error("Discord refused a reminder: status %s, code %s", error.status, error.code)
    return TryLaterError(_REFUSED_FOR)
