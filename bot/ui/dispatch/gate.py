"""Rate limits for every command, press, form and DM, before anything else is done with it."""

import logging
from collections.abc import Mapping
from typing import NamedTuple

import discord

from bot.domain.errors import CoachError, Code
from bot.domain.text.input import readable
from bot.ui.dispatch import errors
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.rate_limit import Allowance
from bot.ui.kit.form import Fields

log = logging.getLogger(__name__)


class Rate(NamedTuple):
    """What one student may do."""

    at_once: int
    per_minute: int
    """From then on."""


ACTIONS, MESSAGES = Rate(600, 60), Rate(200, 30)
"""Where nothing else is set."""
_KEYSTROKES = 5
"""Suggestions that are asked for while one command is being typed; they are counted apart."""


class Gate:
    """The rate limits of all students. What is refused here reaches neither a handler nor the database."""

    def __init__(self, actions: Rate = ACTIONS, messages: Rate = MESSAGES) -> None:
        self._actions = Allowance(*actions)
        self._typing = Allowance(_KEYSTROKES * actions.at_once, _KEYSTROKES * actions.per_minute)
        self._messages = Allowance(*messages)

    async def admits(self, interaction: Interaction, fields: Mapping[str, str | list[str]] | None = None) -> bool:
        """Whether a command, press or form is within the limit. If not, it is answered with what was typed.

        Every refusal is answered, or Discord would show "The application did not respond". Only the student sees
        it.
        """
        if interaction.type is discord.InteractionType.autocomplete:
            return await self._suggests(interaction)
        pause = self._actions.take(interaction.user.id)
        if pause is None:
            return True
        typed = dict(fields) if fields is not None else _options(interaction)
        await errors.report(Press(interaction, typed, hushed=True), _too_fast(pause.seconds))
        return False

    async def hears(self, message: discord.Message) -> bool:
        """Whether a DM is within the limit. If not, only the first refusal of a pause is answered."""
        pause = self._messages.take(message.author.id)
        if pause is not None and pause.begins:
            await errors.tell(message, _too_fast(pause.seconds))
        return pause is None

    async def _suggests(self, interaction: Interaction) -> bool:
        if self._typing.take(interaction.user.id) is None:
            return True
        try:
            await interaction.response.autocomplete([])
        except discord.HTTPException as error:
            log.info("could not suggest nothing: Discord says %s", error.code)
        return False


def _too_fast(seconds: int) -> CoachError:
    return CoachError(Code.TOO_FAST, seconds=seconds)


def _options(interaction: Interaction) -> Fields:
    """What was typed into a command."""
    return {name: readable(value) for name, value in interaction.namespace if isinstance(value, str)}
