"""Buttons and selects that work after any restart: the two dynamic items through which every press comes in."""

import re
from typing import Any, Protocol, Self

import discord


class Follower(Protocol):
    """What can follow a route: `bot.ui.router.Router`, which the client carries as `router`."""

    async def follow(
        self, interaction: discord.Interaction[Any], custom_id: str, fields: dict[str, str | list[str]]
    ) -> None:
        """Find the handler of the route and run it."""


def _router(interaction: discord.Interaction[Any]) -> Follower:
    router: Follower = interaction.client.router
    return router


class RouteButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=re.compile(r"b\d.*", re.DOTALL)):
    """A button whose custom_id is a route."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message for one press."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError("a button's route came from something else")
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Follow the route."""
        await _router(interaction).follow(interaction, self.custom_id, {})


class RouteSelect(discord.ui.DynamicItem[discord.ui.Select[Any]], template=re.compile(r"s\d.*", re.DOTALL)):
    """A select whose custom_id is a route; what was chosen arrives as the field `values`."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Rebuild the select of a message for one choice."""
        if not isinstance(item, discord.ui.Select):
            raise TypeError("a select's route came from something else")
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Follow the route with what was chosen."""
        await _router(interaction).follow(interaction, self.custom_id, {"values": list(self.item.values)})
