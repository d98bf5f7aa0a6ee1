"""The base of every cog: a step of the journey with its commands and the handlers of its cards."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from discord.ext import commands

from bot.clock import now
from bot.domain.text.input import readable
from bot.services import Services
from bot.services.contacts.matching import ContactRef
from bot.services.dates.moments import Tense, parse_when
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

    async def contact_of(self, press: Press) -> ContactRef:
        """The contact that is named as `contact`. Raises what `contact_names.resolve` raises."""
        return await self.services.contacts.resolve(press.user_id, press.text("contact"))

    async def moment_of(self, press: Press, tense: Tense = "future") -> datetime:
        """The moment typed as `when`, in the student's own zone. Raises ZONE_NEEDED and the WHEN_ codes."""
        zone = await self.services.profiles.zone(press.user_id)
        return parse_when(press.text("when"), zone=zone, now=now(), tense=tense)

    async def moment_if_told(self, press: Press, tense: Tense = "future") -> datetime | None:
        """Like `moment_of`; None when nothing was typed."""
        return await self.moment_of(press, tense) if press.text("when") else None

    @suggestions
    async def complete_contact(self, interaction: Interaction, typed: str, deadline: Deadline) -> Choices:
        """The caller's own contacts for a `contact` option, best match first."""
        found = await self.services.contacts.suggest(interaction.user.id, typed, deadline)
        return [suggestion(contact.label, contact.token) for contact in found]
