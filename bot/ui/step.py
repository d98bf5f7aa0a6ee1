"""The base of every cog: a step of the journey with its commands and the handlers of its cards."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from discord import app_commands
from discord.ext import commands

from bot.services import Services
from bot.ui.form import Fields
from bot.ui.press import Interaction, Press
from bot.ui.router import Router

H = TypeVar("H", bound=Callable[..., Awaitable[None]])

_ACTION = "__rapport_action__"


def action(name: str) -> Callable[[H], H]:
    """Mark a method `(self, press, *arguments)` as the handler of the action `name`."""

    def mark(method: H) -> H:
        setattr(method, _ACTION, name)
        return method

    return mark


class Step(commands.Cog):
    """Commands and actions of one step. Parses, calls one service, draws; holds no rule and no SQL."""

    def __init__(self, services: Services, router: Router) -> None:
        self.services = services
        self.router = router

    async def cog_load(self) -> None:
        """Register the handlers of this step's actions."""
        for _, method in inspect.getmembers(self, inspect.ismethod):
            if (name := getattr(method, _ACTION, None)) is not None:
                self.router.add(name, method)

    async def act(self, interaction: Interaction, name: str, *args: str, **options: Any) -> None:
        """Let a command do what the action `name` does, with its options as the fields."""
        fields: Fields = {key: str(value) for key, value in options.items() if value is not None}
        await self.router.run(name, Press(interaction, fields), args)

    async def complete_contact(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The caller's own contacts for a `contact` option, best match first."""
        found = await self.services.contacts.suggest(interaction.user.id, typed)
        return [app_commands.Choice(name=contact.label[:100], value=contact.token) for contact in found]
