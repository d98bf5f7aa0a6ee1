"""What a handler works with: who acted, what they filled in, and the one way to answer in any state."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import discord

from bot.domain.errors import CoachError, Code
from bot.domain.text.input import seen, whole_number
from bot.ui.cards.reminders.cards import speaks_of_several
from bot.ui.kit.card import Card
from bot.ui.kit.direct_messages import DM, custom_ids, dm, open_dm
from bot.ui.kit.form import Fields, Form, build_modal
from bot.ui.kit.in_time import in_time
from bot.ui.kit.render import NO_MENTIONS, build

Interaction = discord.Interaction[Any]

W = TypeVar("W", bound=StrEnum)
T = TypeVar("T")

_PATIENCE = 1.5
"""Seconds after which Discord is told that the answer takes longer than its three."""

_UNKNOWN_MESSAGE = 10008
_ANSWERED = 40060
"""Discord: the interaction has been acknowledged already, though its answer never came back."""
_THINKING = discord.InteractionResponseType.deferred_channel_message


@dataclass(frozen=True, slots=True)
class Press:
    """A command, a press, a choice or a submitted form: to a handler they are the same."""

    interaction: Interaction
    fields: Fields = field(default_factory=dict)
    first: Card | None = None
    """What happened on the way: it takes the place of the pressed card, and the answer follows below it."""
    hushed: bool = False
    """Answer for this student's eyes alone in the DM too, where it is gone once they look away."""

    @property
    def user_id(self) -> int:
        """Discord id of who acted."""
        return self.interaction.user.id

    def text(self, key: str) -> str:
        """A filled-in field without outer white space; empty when it is missing, or nothing in it can be seen."""
        value = self.fields.get(key, "")
        return seen(value if isinstance(value, str) else "\n".join(value))

    def values(self, key: str = "values") -> list[str]:
        """What was chosen in a select or ticked."""
        value = self.fields.get(key, [])
        return value if isinstance(value, list) else [value]

    def chosen(self, key: str = "values") -> str:
        """The one thing that was chosen; empty when nothing was, as behind a forged route."""
        return next(iter(self.values(key)), "")

    def numbers(self, key: str) -> list[int]:
        """The numbers that were chosen or ticked, such as those of rows; anything else is left out."""
        return [number for value in self.values(key) if (number := whole_number(value)) is not None]

    def chosen_row(self) -> int:
        """The number of the row that was chosen in a select. Raises NOT_FOUND for anything else."""
        if (number := whole_number(self.chosen())) is None:
            raise CoachError(Code.NOT_FOUND)
        return number

    def attachments(self, *keys: str) -> list[discord.Attachment]:
        """Those of these files that were given with a command.

        Raises MOVED_ON without the first, as behind a forged route.
        """
        first, *more = (getattr(self.interaction.namespace, key) for key in keys)
        if not isinstance(first, discord.Attachment):
            raise CoachError(Code.MOVED_ON)
        return [first, *(file for file in more if isinstance(file, discord.Attachment))]

    async def show(self, card: Card, *, replace: bool = False, below: bool = False) -> discord.Message | None:
        """Answer with `card`; with `replace`, put it in the place of the card that was pressed.

        With `below`, it comes after an answer that was given already.

        Private in a server, an ordinary message in the bot's DM. Right before and after an answer or a deferral,
        and after the message that was pressed is gone. What speaks of other things as well stays as it is.
        Returns the message where Discord tells it. Raises UnansweredError when Discord does not take it in time.
        """
        async with in_time(sum(len(file.content) for file in card.files)):
            return await self._show(card, replace=replace, below=below)

    async def _show(self, card: Card, *, replace: bool, below: bool) -> discord.Message | None:
        if self.first is not None:
            await self._show_first()
            replace = False
        response = self.interaction.response
        original = self._replaceable() if replace else None
        if original is not None and not response.is_done() and (redrawn := await self._replaced(card)):
            return redrawn
        built = build(card, self.user_id)
        if (original is not None and response.is_done()) or (response.type is _THINKING and not below):
            return await self.interaction.edit_original_response(**built.redrawn())
        if response.is_done():
            return await self.interaction.followup.send(**built.sent(), ephemeral=self.private, wait=True)
        callback = await response.send_message(**built.sent(), ephemeral=self.private)
        return callback.resource if isinstance(callback.resource, discord.Message) else None

    async def say(self, line: str, files: Sequence[discord.File] = ()) -> None:
        """Answer with a plain line, where a card could not be shown: for the student's eyes, in any state."""
        try:
            if not self.interaction.response.is_done():
                await self.interaction.response.send_message(
                    line, files=files, ephemeral=True, allowed_mentions=NO_MENTIONS
                )
                return
        except discord.HTTPException as error:
            if error.code != _ANSWERED:
                raise
        await self.interaction.followup.send(line, files=files, ephemeral=True, allowed_mentions=NO_MENTIONS)

    def _replaceable(self) -> discord.Message | None:
        """What was pressed, if it speaks of nothing else: the other lines of several reminders must stay."""
        pressed = self.interaction.message
        return None if pressed is None or speaks_of_several(custom_ids(pressed)) else pressed

    async def _replaced(self, card: Card) -> discord.Message | None:
        """Put `card` in the place of the one that was pressed; None when that has been taken back meanwhile."""
        built = build(card, self.user_id)
        try:
            callback = await self.interaction.response.edit_message(**built.redrawn())
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            return None
        resource = None if callback is None else callback.resource
        return resource if isinstance(resource, discord.Message) else self.interaction.message

    async def _show_first(self) -> None:
        if self.first is not None and not self.interaction.response.is_done():
            await Press(self.interaction).show(self.first, replace=True)

    async def ask(self, form: Form) -> None:
        """Open `form`. Only possible as the first answer, and not to a submitted form (Discord's rule)."""
        async with in_time():
            await self.interaction.response.send_modal(build_modal(form, self.user_id))
        if self.first is not None:
            await Press(self.interaction).show(self.first)

    async def defer(self) -> None:
        """Tell Discord that the answer takes longer than its three seconds."""
        await self._show_first()
        if not self.interaction.response.is_done():
            async with in_time():
                await self.interaction.response.defer(ephemeral=self.private, thinking=True)

    async def dm(self) -> DM:
        """The student's own DM: the one that was pressed in, or else asked of Discord if it is not known.

        Never one that a row names: who writes to the database could have it be another student's, and a card that
        is drawn there is read there.
        """
        channel = self.interaction.channel_id
        if self.private or channel is None:
            return await open_dm(self.interaction.client, self.user_id)
        return dm(self.interaction.client, channel)

    async def patiently(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives. Where that takes long, Discord is told first that the answer comes later."""
        task = asyncio.create_task(work, name="patiently")
        try:
            if not (await asyncio.wait([task], timeout=_PATIENCE))[0]:
                await self.defer()
        finally:
            # Where Discord does not take even that, what was begun is not left half done.
            await asyncio.gather(task, return_exceptions=True)
        return await task

    @property
    def from_form(self) -> bool:
        """Whether this is a form that was sent: what is not kept of it is gone from the student's screen."""
        return self.interaction.type is discord.InteractionType.modal_submit

    @property
    def private(self) -> bool:
        """Whether others could read along: everywhere but in what Discord says is the bot's own DM."""
        where = self.interaction.context
        surely_dm = where.dm_channel and not where.guild and not where.private_channel
        return self.hushed or self.interaction.guild_id is not None or not surely_dm


def one_of(words: type[W], text: str) -> W:
    """The word that a route or a command carries. Raises MOVED_ON for one that no card and no choice has."""
    if text not in set(words):
        raise CoachError(Code.MOVED_ON)
    return words(text)
