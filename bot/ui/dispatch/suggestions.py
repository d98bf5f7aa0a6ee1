"""What is offered while an option is being typed: in time for the next key, or not at all."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from discord import app_commands

from bot.domain.text.input import clip
from bot.services.slices.reading import Deadline
from bot.ui.dispatch.press import Interaction
from bot.ui.kit.card import bare

SECONDS = 0.05
"""After which suggestions are cut off."""
_TO_ANSWER = 0.3
"""The share of it that is kept for choosing among what was found and for drawing it."""
_MOST = 25
"""Discord's limit."""

_LONGEST = 100
"""Characters of one; Discord's limit."""

S = TypeVar("S")
Choices = list[app_commands.Choice[str]]
Offer = Callable[[S, Interaction, str, Deadline], Coroutine[Any, Any, Choices]]


def suggestion(label: str, value: str) -> app_commands.Choice[str]:
    """One of them. Discord refuses all for one that says nothing or too much."""
    return app_commands.Choice(name=clip(bare(label), _LONGEST) or value, value=value)


def suggestions(offer: Offer[S]) -> Callable[[S, Interaction, str], Coroutine[Any, Any, Choices]]:
    """Make a method `(self, interaction, typed, deadline)` what completes an option.

    It has until the deadline to find something and answers with what it has by then; what still goes on after that,
    as behind a busy database, is ended, and nothing is offered.
    """

    async def complete(self: S, interaction: Interaction, typed: str) -> Choices:
        try:
            async with asyncio.timeout(SECONDS):
                found = await offer(self, interaction, typed, Deadline(SECONDS * (1 - _TO_ANSWER)))
        except TimeoutError:
            return []
        return found[:_MOST]

    # discord.py reads from these that it is a method.
    given: Any = offer
    complete.__name__, complete.__qualname__, complete.__doc__ = given.__name__, given.__qualname__, given.__doc__
    return complete
