"""The base of every cog: a step of the journey with its commands and the handlers of its cards."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from discord.ext import commands

from bot.domain.text.input import readable
from bot.services import Services
from bot.services.contacts.lookup import ContactKey
from bot.services.slices.reading import Deadline
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.router import Router
from bot.ui.dispatch.suggestions import Choices, suggestion, suggestions
from bot.ui.kit.form import Fields

H = TypeVar("H", bound=Callable[..., Awaitable[None]])

_ACTION = "__rapport_action__"


def action(name: str) -> Callable[[H], H]:
    """Mark a method `(self, press, *arguments)` as the handler of the action `name`."""

    def mark(method: H) -> H:
        setattr(method, _ACTION, name)
        return method

    return mark


class StepCog(commands.Cog):
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
        fields: Fields = {key: readable(str(value)) for key, value in options.items() if value is not None}
        await self.router.run(name, Press(interaction, fields), args)

    @staticmethod
    def key(press: Press, number: int = 0) -> ContactKey:
        """The contact of the route, of the menu, or as typed as `contact`. The use case finds out who that is."""
        chosen = press.chosen()
        return number or (f"#{chosen}" if chosen else press.text("contact"))

    @suggestions
    async def complete_contact(self, interaction: Interaction, typed: str, deadline: Deadline) -> Choices:
        """The caller's own contacts for a `contact` option, best match first."""
        found = await self.services.contacts.suggest(interaction.user.id, typed, deadline)
        return [suggestion(contact.label, contact.token) for contact in found]
