"""The engine as a process that can be stopped at any step towards its database or Discord, and what outlives it."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any

import aiohttp
import discord
import time_machine
from discord.http import HTTPClient, Route
from simcord.backend import Backend
from simcord.backend.models import Message, User
from simcord.http.client import FakeHTTPClient
from sqlalchemy import event
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.reminders.engine import Engine
from bot.services import Services, build_services
from bot.storage.database import Database, open_engine
from bot.ui.reminders.discord_limits import DiscordLimits
from bot.ui.reminders.sender import ReminderSender
from tests.faults.doubles.recording_discord import handbook
from tests.faults.power import one_thread

NONCE_MEMORY = timedelta(minutes=5)
"""How long Discord remembers a nonce."""
_MESSAGES = "/channels/{channel_id}/messages"
_LOOKS = 1000
"""More looks than any story needs: beyond them the engine goes round in circles."""
_TURNS = 100
"""Of the loop, in which everything that a stopped process had in hand comes to nothing."""


class StoppedError(BaseException):
    """The process is gone. Not an Exception: none of its doors may catch this and go on."""


class Steps:
    """Counts the steps of one process towards what outlives it, and stops it at one of them."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.taken: list[str] = []
        self.gone = asyncio.Event()
        self._stop_at = stop_at

    def take(self, name: str) -> None:
        """The process has come to a boundary. Raises StoppedError when it gets no further."""
        self.check()
        self.taken.append(name)
        if len(self.taken) - 1 == self._stop_at:
            self.gone.set()
        self.check()

    def check(self) -> None:
        """Raises StoppedError in a process that is gone: whatever it still tries has no effect."""
        if self.gone.is_set():
            raise StoppedError


class Cut(Enum):
    """When a connection breaks."""

    BEFORE = auto()
    """Discord never hears of the message."""
    AFTER = auto()
    """Discord has the message, and its answer is lost."""


Act = Callable[[Services], Awaitable[object]]


@dataclass
class World:
    """Discord and the time: what goes on when a process is gone."""

    traveller: time_machine.Traveller
    backend: Backend = field(default_factory=Backend)
    cuts: dict[int, Cut] = field(default_factory=dict)
    """By student, what happens to the connection of their first message."""
    acts: dict[int, tuple[Cut, Act]] = field(default_factory=dict)
    """By student, what they do just before or after Discord takes their first message."""
    nonces: dict[tuple[int, str], tuple[Any, datetime]] = field(default_factory=dict)
    """By channel and nonce, the message that was answered with, and when it was sent."""
    read_back: int = 0
    """How often somebody looked into a DM."""
    unread: set[int] = field(default_factory=set)
    """Students whose DM cannot be read back for good."""

    def __post_init__(self) -> None:
        self.travel(now())

    def travel(self, moment: datetime) -> None:
        """Let time pass until `moment`, for everybody."""
        self.traveller.move_to(moment)
        self.backend.clock.advance((moment - self.backend.clock.now()).total_seconds())

    def arrives(self, user_id: int) -> None:
        """A student comes to Discord."""
        self.backend.users[user_id] = User(id=user_id, name=f"student{user_id}")

    def refuse(self, user_id: int, method: str, status: int, code: int = 0, times: int | None = None) -> None:
        """Answer requests about the messages of a student's DM with an error, the first `times` or all of them."""
        path = f"/channels/{self.backend.get_dm_channel(user_id).id}/messages"
        fault = {"method": method, "path": path, "status": status, "code": code, "message": "no", "times": times}
        self.backend.faults.append(fault)

    def dm(self, user_id: int) -> list[Message]:
        """What the bot wrote to a student, oldest first."""
        said = self.backend.messages.get(self.backend.get_dm_channel(user_id).id, {}).values()
        return [message for message in said if message.author_id == self.backend.bot_user.id]

    def say(self, user_id: int, text: str) -> None:
        """A student types something into the DM."""
        self.backend.create_message(self.backend.get_dm_channel(user_id).id, user_id, text)

    def owner(self, channel_id: int) -> int:
        """Whose DM it is."""
        return self.backend.get_channel(channel_id).recipient_ids[0]


class _Wire(FakeHTTPClient):
    """The way from one process to Discord, with a boundary before and after each request."""

    def __init__(self, world: World, services: Services) -> None:
        super().__init__(world.backend, asyncio.get_running_loop())
        self.steps: Steps | None = None
        """None while the process logs in."""
        self._world = world
        self._services = services

    async def request(self, route: Route, *, files: Any = None, form: Any = None, **given: Any) -> Any:
        """As discord.py asks."""
        if self.steps is None:
            return await super().request(route, files=files, form=form, **given)
        what = self._named(route)
        self.steps.take(f"before {what}")
        await asyncio.sleep(0)
        self.steps.check()
        try:
            return await self._arrive(route, files=files, form=form, **given)
        finally:
            self.steps.take(f"after {what}")

    def _named(self, route: Route) -> str:
        whose = "" if route.channel_id is None else f" of {self._world.owner(int(route.channel_id))}"
        return f"{route.method} {route.path}{whose}"

    async def _arrive(self, route: Route, **given: Any) -> Any:
        if route.path != _MESSAGES:
            return await super().request(route, **given)
        if route.method == "GET":
            self._world.read_back += 1
            return await super().request(route, **given)
        channel = int(route.channel_id or 0)
        user = self._world.owner(channel)
        cut = self._world.cuts.pop(user, None)
        if cut is Cut.BEFORE:
            raise aiohttp.ServerDisconnectedError
        await self._act(user, Cut.BEFORE)
        answer = await self._create(channel, route, **given)
        await self._act(user, Cut.AFTER)
        if cut is Cut.AFTER:
            raise aiohttp.ServerDisconnectedError
        return answer

    async def _create(self, channel: int, route: Route, **given: Any) -> Any:
        """Discord drops the repeat of a nonce that it remembers, and answers with the message that is there."""
        body = given["json"]
        assert body["enforce_nonce"], "a ping without a nonce"
        key = (channel, str(body["nonce"]))
        answer, at = self._world.nonces.get(key, (None, now()))
        if answer is None or now() - at > NONCE_MEMORY:
            answer = await super().request(route, **given)
            self._world.nonces[key] = (answer, now())
        return answer

    async def _act(self, user: int, when: Cut) -> None:
        if user in self._world.acts and self._world.acts[user][0] is when:
            _, act = self._world.acts.pop(user)
            await act(self._services)


class Process:
    """The engine with its database and its connection to Discord."""

    def __init__(self, file: Path, world: World, steps: Steps) -> None:
        self.steps = steps
        self.db = Database(open_engine(make_url(f"sqlite+aiosqlite:///{file}")))
        self.services = build_services(self.db, handbook())
        self._world = world
        self._client = discord.Client(intents=discord.Intents.none(), max_messages=None)
        sender = ReminderSender(self._client, self.services, DiscordLimits())
        self._engine = Engine(self.services.deliveries, sender, sweep_seconds=3600, per_second=math.inf)
        self.db.on_armed = self._engine.arm
        self._watch_commits()

    async def live(self) -> bool:
        """Send whatever falls due, however long it takes; returns False when the process was stopped over it."""
        wire = _Wire(self._world, self.services)
        _install(self._client, wire)
        await self._client.login("token")
        wire.steps = self.steps
        self._engine.start()
        for _ in range(_LOOKS):
            if not await self._settled():
                return False
            due = await self.services.deliveries.earliest()
            if due is None:
                return True
            self._world.travel(max(due, now()))
            self._engine.poke()
        raise AssertionError("the engine goes round in circles")

    async def end(self) -> None:
        """Take away what is left of the process; without having been stopped, it ends in order."""
        if self.steps.gone.is_set():
            for _ in range(_TURNS):
                # Whatever it tries raises StoppedError by now. What still hangs after that waits for nothing.
                await asyncio.sleep(0)
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._engine.stop()
        await self._client.close()
        await self.db.close()

    async def _settled(self) -> bool:
        """Wait until the engine has nothing in hand; False when the process is gone."""
        ends = {asyncio.ensure_future(self._engine.finished()), asyncio.ensure_future(self.steps.gone.wait())}
        async with asyncio.timeout(20):
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        return not self.steps.gone.is_set()

    def _watch_commits(self) -> None:
        """A boundary before and after every commit, and no statement reaches the file once the process is gone."""
        engine = self.db.engine.sync_engine
        one_thread.use(engine)
        commit = engine.dialect.do_commit

        def watched(connection: Any) -> None:
            self.steps.take("before a commit")
            commit(connection)
            self.steps.take("after a commit")

        engine.dialect.do_commit = watched  # type: ignore[method-assign, assignment]
        event.listen(engine, "before_cursor_execute", lambda *_: self.steps.check())


def _install(client: discord.Client, http: HTTPClient) -> None:
    client.http = http
    client._connection.http = http


def quiet_about_stops(loop: asyncio.AbstractEventLoop) -> None:
    """Tasks of a stopped process end with an exception that nobody fetches: that is how it should be."""

    def handle(its_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), StoppedError):
            with contextlib.suppress(Exception):
                its_loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
