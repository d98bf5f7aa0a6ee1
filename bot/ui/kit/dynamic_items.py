"""Buttons and selects that work after any restart: the dynamic item through which every press comes in."""

import re
from typing import Any, Protocol, Self

import discord

from bot.domain.text.input import all_readable
from bot.ui.kit.custom_ids import ComponentKind

Fields = dict[str, str | list[str]]


class Follower(Protocol):
    """What can follow a route: `bot.ui.dispatch.router.Router`, which the client carries as `router`."""

    async def follow(
        self, interaction: discord.Interaction[Any], kind: ComponentKind, custom_id: str, fields: Fields
    ) -> None:
        """Find the handler of the route and run it."""


# Whatever else a message of the bot's may carry, as one of another version: every press gets an answer.
class Routed(discord.ui.DynamicItem[discord.ui.Item[Any]], template=re.compile(r".*", re.DOTALL)):
    """A button or select whose custom_id is a route; what was chosen arrives as the field `values`."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Rebuild what a message carries for one press."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Follow the route, with what was chosen."""
        follower: Follower = interaction.client.router
        if isinstance(self.item, discord.ui.Select):
            fields: Fields = {"values": all_readable(self.item.values)}
            await follower.follow(interaction, ComponentKind.SELECT, self.custom_id, fields)
        else:
            await follower.follow(interaction, ComponentKind.BUTTON, self.custom_id, {})
