"""Messages that are not answers to an interaction: DMs, and edits of them."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import discord

from bot.domain.text.input import readable
from bot.ui.kit.card import Card, Notice
from bot.ui.kit.in_time import UnansweredError, or_later
from bot.ui.kit.render import NO_MENTIONS, build, build_notice

T = TypeVar("T")

log = logging.getLogger(__name__)

DM = discord.DMChannel | discord.PartialMessageable

CLOSED = frozenset({50007, 50278})
"""Discord: the student takes no DMs; the student shares no server with the bot."""
_LOST = {10003, 50001}
"""Discord: unknown channel; no access to it. Of a DM both mean that another one has taken its place."""


async def send(channel: discord.abc.Messageable, owner: int, card: Card) -> discord.Message:
    """Send `card` to `channel`, as an answer.

    Raises discord.Forbidden with a code of `CLOSED` when DMs are closed, and UnansweredError when Discord does not
    take it in time.
    """
    return await or_later(channel.send(**build(card, owner).sent()))


async def notify(channel: discord.abc.Messageable, owner: int, notice: Notice, *, nonce: int) -> discord.Message:
    """Send `notice` like `send` a card; Discord drops a repeat of the same `nonce` for a few minutes."""
    return await channel.send(**build_notice(notice, owner), nonce=nonce)


async def in_dm(
    client: discord.Client,
    user_id: int,
    act: Callable[[DM], Awaitable[T]],
    *,
    opening: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> T:
    """Do something in the student's DM; if the one that is remembered is lost, once more in the one that is there.

    `opening` surrounds each question which DM it is, when nothing has been done yet.
    """
    with opening():
        channel: DM = await open_dm(client, user_id)
    try:
        return await act(channel)
    except discord.HTTPException as error:
        if error.code not in _LOST:
            raise
        with opening():
            data = await client.http.start_private_message(user_id)
            channel = dm(client, int(data["id"]))
        return await act(channel)


async def send_dm(client: discord.Client, user_id: int, card: Card) -> discord.Message:
    """Send `card` to the student's DM. Raises like `send`."""
    built = build(card, user_id)
    return await or_later(in_dm(client, user_id, lambda channel: channel.send(**built.sent())))


async def say(channel: discord.abc.Messageable, line: str, files: Sequence[discord.File] = ()) -> None:
    """Send a plain line to `channel`, where a card could not be drawn."""
    await channel.send(line, files=files, allowed_mentions=NO_MENTIONS)


async def open_dm(client: discord.Client, user_id: int) -> discord.DMChannel:
    """The student's DM channel, asked of Discord when it is not known."""
    user = client.get_user(user_id)
    if user is not None and user.dm_channel is not None:
        return user.dm_channel
    return await client.create_dm(discord.Object(user_id))


def dm(client: discord.Client, channel_id: int) -> DM:
    """A DM channel that is known by its id, without asking Discord."""
    return client.get_partial_messageable(channel_id, type=discord.ChannelType.private)


def custom_ids(message: discord.Message) -> Iterator[str]:
    """The custom_ids of everything that can be pressed on `message`, from top to bottom."""
    for component in message.components:
        yield from _custom_ids(component)


def _custom_ids(component: object) -> Iterator[str]:
    if isinstance(custom_id := getattr(component, "custom_id", None), str):
        yield custom_id
    for part in getattr(component, "children", ()):
        yield from _custom_ids(part)
    if (accessory := getattr(component, "accessory", None)) is not None:
        yield from _custom_ids(accessory)


async def said(channel: DM, message_id: int, author: int) -> str | None:
    """What stands in a message that `author` typed; None when it is gone, not theirs, or not told in time."""
    try:
        message = await or_later(channel.fetch_message(message_id))
    except (discord.NotFound, UnansweredError):
        return None
    return readable(message.content) if message.author.id == author else None


async def redraw(channel: DM, message_id: int, owner: int, card: Card) -> None:
    """Draw an earlier message anew. A message that is gone is left alone."""
    with contextlib.suppress(discord.NotFound):
        message = channel.get_partial_message(message_id)
        await or_later(message.edit(**build(card, owner).redrawn()))


async def remove(channel: DM, message_id: int) -> None:
    """Take back an earlier message, if it is still there."""
    with contextlib.suppress(discord.NotFound):
        await or_later(channel.get_partial_message(message_id).delete())


async def tidy(change: Awaitable[object]) -> None:
    """Change what is behind the student. What fails there is a blemish and must not stop what comes next."""
    try:
        await change
    except discord.HTTPException as error:
        log.warning("could not tidy the conversation: Discord says %s", error.code)
    except UnansweredError:
        log.warning("could not tidy the conversation: Discord did not answer in time")
