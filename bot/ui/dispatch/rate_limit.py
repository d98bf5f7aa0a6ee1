"""Rate limits for every command, press, form and DM, before anything else is done with it.

Each student has a token bucket, which stays closed for a pause once it is empty.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import discord

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.text.input import readable
from bot.ui.dispatch import errors
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.kit.form import Fields

PAUSE = 20
"""Seconds that a student waits once the bucket is empty."""
_SECOND = 1_000_000
"""Moments are counted in whole microseconds, so that no rounding adds up."""
_FEW = 1_000
"""Entries that may be kept before anybody looks which of them can go."""


@dataclass(frozen=True, slots=True)
class RatePause:
    """A student's bucket is empty, and what they do is refused for a while."""

    seconds: int
    """Until they may go on."""
    begins: bool
    """Whether this is the first refusal of this pause. The student is told of the first only."""


class Allowance:
    """A token bucket per student: it holds `at_once` tokens and refills with `per_minute`. Each action takes one.

    A bucket that is empty stays closed for `PAUSE`, however often the student tries. Otherwise a script that goes
    on trying would get one answer for each token that refills. discord.py's own cooldowns count in fixed windows,
    which lets twice as much through around their edge, and they look through all users at each use.

    A bucket is kept as the moment at which it will be full, and is forgotten once that has passed.
    """

    def __init__(self, at_once: int, per_minute: int, clock: Callable[[], datetime] = now) -> None:
        self._gap = 60 * _SECOND // per_minute
        self._whole = at_once * self._gap
        self._clock = clock
        self._full_at: dict[int, int] = {}
        """When each student's bucket will be full. A student who is not in here has a full one."""
        self._paused: dict[int, int] = {}
        """Until when the bucket of a student is closed."""
        self._many = _FEW

    def take(self, user_id: int) -> RatePause | None:
        """Take one token. Returns None when there was one, else the pause."""
        present = int(self._clock().timestamp() * _SECOND)
        # A clock that was set back must not make the pause longer.
        full_at = min(max(self._full_at.get(user_id, 0), present), present + self._whole)
        until = min(self._paused.get(user_id, 0), present + PAUSE * _SECOND)
        begins = until <= present
        if not begins or full_at + self._gap > present + self._whole:
            until = present + PAUSE * _SECOND if begins else until
            self._full_at[user_id], self._paused[user_id] = full_at, until
            return RatePause(-((present - until) // _SECOND), begins)
        self._full_at[user_id] = full_at + self._gap
        self._paused.pop(user_id, None)
        if len(self._full_at) > self._many:
            self._forget(present)
        return None

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._full_at)

    def _forget(self, present: int) -> None:
        """Forget the buckets that are full; next time only when twice as many are kept."""
        self._full_at = {user: full_at for user, full_at in self._full_at.items() if full_at > present}
        self._paused = {user: until for user, until in self._paused.items() if until > present}
        self._many = max(_FEW, 2 * len(self._full_at))


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
