"""From a route to its handler: checks the owner, takes turns per student, and sends every error to one door."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import lru_cache
from heapq import heappop, heappush
from typing import Any, Protocol
from weakref import WeakValueDictionary

import discord

from bot.domain.errors import CoachError, Code
from bot.domain.text.input import readable, seen, whole_number
from bot.ui.dispatch import errors
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.rate_limit import Gate
from bot.ui.kit.custom_ids import ComponentKind, decode
from bot.ui.kit.form import Fields, read

log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[None]]
DirectMessageHandler = Callable[[discord.Message], Awaitable[bool]]


_NOWHERE = ""
"""No action's name."""


class ZoneAsker(Protocol):
    """Asks for the time zone and remembers what was to be done; the profile's cog is one."""

    async def ask_zone(self, press: Press, action: str, args: Sequence[str]) -> None:
        """Park the action and show the zone picker."""


class Router:
    """Knows the handler of every action. Cogs register theirs; cards only name actions."""

    def __init__(self, gate: Gate | None = None) -> None:
        self.gate = gate or Gate()
        """What everything passes first; the command tree sends commands through it, the router all else."""
        self.handlers: dict[str, Handler] = {}
        self.direct_messages: list[DirectMessageHandler] = []
        """Asked in order who takes a DM; the first that answers True has it."""
        self.zone_asker: ZoneAsker | None = None
        self.meet: Callable[[int, str, datetime], Awaitable[bool]] | None = None
        """Told the id of who acts, before the first thing they do on a day; their name, if that makes them known;
        and when it was, by Discord's clock. Answers whether they are known."""
        self._met: set[int] = set()
        """Who was met on `_day`."""
        self._day: date | None = None
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._heard: dict[int, list[tuple[int, discord.Message]]] = {}
        """DMs that wait for their student's turn: a heap for each, by id, which is the order they were typed in."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._in_hand = 0
        self._closing = False

    def add(self, action: str, handler: Handler) -> None:
        """Register `handler(press, *arguments)`; its annotations (int or str) type the route's arguments."""
        if action in self.handlers:
            raise ValueError(f"two handlers for {action!r}")
        self.handlers[action] = handler

    async def follow(self, interaction: Interaction, kind: ComponentKind, custom_id: str, fields: Fields) -> None:
        """Run the handler that `custom_id` leads to. Forged, foreign and outdated routes change nothing."""
        if not await self.gate.admits(interaction, fields):
            return
        press = Press(interaction, fields)
        route = decode(custom_id) if custom_id.startswith(kind) else None
        if route is None:
            # A card of another version, perhaps. Who presses on it is here all the same.
            await self.run(_NOWHERE, press)
        elif route.owner != interaction.user.id:
            await errors.report(press, CoachError(Code.NOT_FOUND))
        else:
            await self.run(route.action, press, route.args)

    async def submitted(self, interaction: discord.Interaction[Any]) -> None:
        """Take a submitted form. Registered as a listener, so it needs no modal in memory."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        await self.follow(interaction, ComponentKind.FORM, str(data["custom_id"]), read(data["components"]))

    async def run(self, action: str, press: Press, args: Sequence[str] = ()) -> None:
        """Run one handler in the student's turn; an error becomes a card, never an exception."""
        if self._closing:
            await errors.report(press, CoachError(Code.RESTARTING))
            return
        async with self.turn(press.user_id):
            await self.go_on(action, press, args)

    async def go_on(self, action: str, press: Press, args: Sequence[str] = ()) -> None:
        """Like `run`, for a handler that leads on to another: the turn is the student's already."""
        try:
            # A press on what is left of somebody who had everything erased makes nobody known again.
            is_command = press.interaction.type is discord.InteractionType.application_command
            await self._meet(press.interaction.user, press.interaction.created_at, newcomers=is_command)
            handler = self.handlers.get(action, _moved_on)
            await handler(press, *typed_arguments(handler, args))
        except CoachError as error:
            if error.code is Code.ZONE_NEEDED and self.zone_asker is not None:
                await self._ask_zone(press, action, args)
            else:
                await errors.report(press, error)
        except Exception as error:  # noqa: BLE001 - this is the door
            await errors.report(press, error)

    def forget(self, user_id: int) -> None:
        """Meet the student anew when they come back: nothing is known of them any more."""
        self._met.discard(user_id)

    async def _meet(self, user: discord.User | discord.Member, at: datetime, *, newcomers: bool = True) -> None:
        if (today := at.date()) != self._day:
            self._day = today
            self._met.clear()
        if self.meet is None or user.id in self._met:
            return
        if await self.meet(user.id, _called(user) if newcomers else "", at):
            self._met.add(user.id)

    async def _ask_zone(self, press: Press, action: str, args: Sequence[str]) -> None:
        try:
            if self.zone_asker is not None:
                await self.zone_asker.ask_zone(press, action, args)
        except Exception as error:  # noqa: BLE001 - this is the door
            await errors.report(press, error)

    async def message(self, message: discord.Message) -> None:
        """Take a DM. The first registered handler that wants it has it."""
        if message.author.bot or message.guild is not None or message.is_system():
            return
        if not await self.gate.hears(message):
            return
        message.content = readable(message.content)
        if self._closing:
            await errors.tell(message, CoachError(Code.RESTARTING))
            return
        waiting = self._heard.setdefault(message.author.id, [])
        heappush(waiting, (message.id, message))
        async with self.turn(message.author.id):
            first = heappop(waiting)[1]
            if not waiting:
                self._heard.pop(message.author.id, None)
            await self._hand_on(first)

    async def _hand_on(self, message: discord.Message) -> None:
        """Find who takes a DM, in the student's turn."""
        try:
            await self._meet(message.author, message.created_at)
            for handler in self.direct_messages:
                if await handler(message):
                    return
        except Exception as error:  # noqa: BLE001 - this is the door
            await errors.tell(message, error)

    @asynccontextmanager
    async def turn(self, user_id: int) -> AsyncIterator[None]:
        """One thing at a time for one student: a double press meets what the first one left.

        It counts as work in hand, so that a shutdown waits for it.
        """
        lock = self._turns.setdefault(user_id, asyncio.Lock())
        self._in_hand += 1
        self._idle.clear()
        try:
            async with lock:
                yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

    async def drain(self, seconds: float) -> None:
        """Take nothing new, and wait until nothing is in hand, at most `seconds`."""
        self._closing = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("stopped with %d interactions unfinished", self._in_hand)


def _called(user: discord.User | discord.Member) -> str:
    """The name that Discord shows of somebody, or the one of their account where nothing of that can be seen."""
    return next(filter(None, (seen(readable(name)) for name in (user.global_name or "", user.name))), "")


async def _moved_on(_press: Press) -> None:
    raise CoachError(Code.MOVED_ON)


def typed_arguments(handler: Handler, args: Sequence[str]) -> list[int | str]:
    """The route's arguments as the handler declares them. Raises MOVED_ON when they do not fit."""
    required, parameters = _parameters(getattr(handler, "__func__", handler), inspect.ismethod(handler))
    if not required <= len(args) <= len(parameters):
        raise CoachError(Code.MOVED_ON)
    return [_one(parameter, arg) for parameter, arg in zip(parameters, args, strict=False)]


@lru_cache(maxsize=512)
def _parameters(function: Handler, is_method: bool) -> tuple[int, Sequence[inspect.Parameter]]:
    """How many arguments a handler needs, and all that it takes, from the one behind the press on.

    Read once: it takes as long as drawing a small card.
    """
    parameters = list(inspect.signature(function).parameters.values())[1 + is_method :]
    return sum(parameter.default is inspect.Parameter.empty for parameter in parameters), parameters


def _one(parameter: inspect.Parameter, arg: str) -> int | str:
    if parameter.annotation is not int:
        return arg
    if (number := whole_number(arg)) is None:
        raise CoachError(Code.MOVED_ON)
    return number
