"""The one kit of the journeys: a world with a clock, and students who slash, press, fill, choose and say.

A test reads as a story: the student acts, then looks at the screen. Everything below the screen is real: the
bot, discord.py, the database file; only Discord itself is simulated, and so is time.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import discord
import simcord
import time_machine
from simcord.results import ResponseMessage

from bot.app import Rapport, create_bot
from bot.reminders import engine
from bot.reminders.pace import SendPace
from bot.settings import Settings
from tests.support.discord_limits import check_all, parts

ZONE = "America/Denver"
START = datetime(2026, 3, 2, 15, 0, tzinfo=ZoneInfo(ZONE))
"""A Monday afternoon, a week before the clocks change there."""

SQLITE_FILE = "rapport.sqlite3"
"""As the program calls its own."""

TIRELESS = {"actions_at_once": 60_000, "messages_at_once": 60_000}
"""Time stands still while a student of a test acts, so that all of it happens at once."""


@dataclass
class Screen:
    """What a student sees of one answer."""

    components: list[dict[str, Any]]
    ephemeral: bool
    files: list[discord.Attachment]
    modal: dict[str, Any] | None = None
    message_id: int | None = None
    content: str = ""
    """The words of an ordinary message; a card has none."""

    @property
    def text(self) -> str:
        """All text, as written for Discord."""
        cards = [part["content"] for part in parts(self.components) if part.get("type") == 10]
        return "\n".join([self.content, *cards] if self.content else cards)

    @property
    def plain(self) -> str:
        """The text without the backslashes that keep markdown from happening."""
        return re.sub(r"\\([^\w\s]|_)", r"\1", self.text).translate(dict.fromkeys((0x200B, 0x2068, 0x2069)))

    @property
    def labels(self) -> list[str]:
        """The buttons, in order."""
        return [part["label"] for part in parts(self.components) if part.get("type") == 2]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons as sent to Discord."""
        return [part for part in parts(self.components) if part.get("type") == 2]

    @property
    def selects(self) -> list[dict[str, Any]]:
        """The menus as sent to Discord."""
        return [part for part in parts(self.components) if part.get("type") == 3]

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The inputs of an open form, by label."""
        found = {}
        for part in parts((self.modal or {}).get("components", [])):
            if part.get("type") == 18:
                found[part["label"]] = {"description": part.get("description", ""), **part["component"]}
        return found

    @property
    def described(self) -> dict[str, str]:
        """What an open form says under each of its labels."""
        labels = [part for part in parts((self.modal or {}).get("components", [])) if part.get("type") == 18]
        return {part["label"]: part.get("description") or "" for part in labels}

    def __contains__(self, text: str) -> bool:
        return text in self.plain


class Student:
    """Somebody with Discord open, in the bot's DM or in a channel of a server."""

    def __init__(self, world: "World", actor: Any, channel: Any = None) -> None:
        self.world = world
        self.actor = actor
        self.channel = channel
        self.seen: list[Any] = []
        """Every answer so far, newest last, as simcord gave it."""

    @property
    def id(self) -> int:
        return int(self.actor.id)

    @property
    def screen(self) -> Screen:
        """The newest answer as it looks now."""
        return self._screen(self.seen[-1])

    async def slash(self, name: str, **options: Any) -> Screen:
        """Use a slash command, here."""
        where = (self.channel,) if self.channel is not None else ()
        return self._note(await self.actor.slash(*where, name, **options))

    async def suggestions(self, name: str, option: str, typed: str, **filled: Any) -> list[str]:
        """What Discord offers while an option is being typed."""
        where = (self.channel,) if self.channel is not None else ()
        return [choice["name"] for choice in await self.actor.autocomplete(*where, name, option, typed, **filled)]

    async def press(self, label: str, *, on: Screen | None = None, nth: int = 0) -> Screen:
        """Press a button by its label, on the newest message that has it, or on an earlier one."""
        message, button = self._find(label, on, nth)
        return self._note(await self.actor.click(message, custom_id=button["custom_id"]))

    async def choose(self, option: str, *, on: Screen | None = None) -> Screen:
        """Choose in a menu, by what an option says or by its value."""
        screen = on or self.newest(lambda s: bool(s.selects))
        menu = screen.selects[0]
        value = next(o["value"] for o in menu["options"] if option in {o["label"], o["value"]})
        message = self._message(screen)
        return self._note(await self.actor.select(message, [value], custom_id=menu["custom_id"]))

    async def fill(self, answers: dict[str, Any]) -> Screen:
        """Fill in the open form by its labels and send it. What is not named stays as it was offered."""
        shown = next(result for result in reversed(self.seen) if getattr(result, "modal", None))
        values: dict[str, Any] = {}
        fields = self._screen(shown).fields
        assert set(answers) <= set(fields), f"the form asks {list(fields)}"
        for label, field in fields.items():
            value = answers.get(label, _offered(field))
            if value is not None:
                values[field["custom_id"]] = value
        return self._note(await self.actor.submit_modal(shown, values))

    async def say(self, text: str = "", **extra: Any) -> Screen:
        """Type a DM to the bot; returns the bot's newest message."""
        before = {message.id for message in self.dm()}
        await self.actor.send_dm(text, **extra)
        new = [m for m in self.dm() if m.id not in before and m.author.id == self.world.bot_id]
        self.seen += new
        return self._screen(new[-1]) if new else Screen([], False, [])

    def send(self, *texts: str) -> list[Any]:
        """Type DMs right after each other: the bot has seen none of them when the last one is on its way."""
        backend = self.world.env.backend
        channel = backend.get_dm_channel(self.id)
        return [backend.create_message(channel.id, self.id, text) for text in texts]

    async def say_quickly(self, *texts: str) -> Screen:
        """The same, and let the bot answer; returns its newest message."""
        self.send(*texts)
        await self.world.env.settle()
        return self.reminders()[-1]

    def dm(self) -> list[discord.Message]:
        """The DM with the bot, oldest first."""
        channel = self.world.env.backend.get_dm_channel(self.id)
        return list(simcord.ChannelHandle(self.world.env, None, channel).history())

    def reminders(self) -> list[Screen]:
        """The bot's messages in the DM, oldest first."""
        return [self._screen(message) for message in self._from_bot()]

    def newest(self, wanted: Callable[[Screen], bool]) -> Screen:
        """The newest visible answer or DM that is `wanted`."""
        for screen in self._screens():
            if wanted(screen):
                return screen
        raise AssertionError("nothing on the screen fits:\n" + "\n---\n".join(s.plain for s in self._screens()))

    def _screens(self) -> Iterator[Screen]:
        """Everything there is to see, newest first."""
        shown = {number: result for result in self.seen if (number := _number(result))}
        shown |= {message.id: message for message in self._from_bot()}
        for number in sorted(shown, reverse=True):
            screen = self._screen(shown[number])
            if screen.message_id:
                yield screen

    def _from_bot(self) -> list[Any]:
        backend = self.world.env.backend
        found = backend.messages.get(backend.get_dm_channel(self.id).id, {}).values()
        return [ResponseMessage(self.world.env, one) for one in found if one.author_id == self.world.bot_id]

    def _find(self, label: str, on: Screen | None, nth: int) -> tuple[Any, dict[str, Any]]:
        screen = on or self.newest(lambda s: label in s.labels)
        buttons = [b for b in screen.buttons if b["label"] == label]
        assert buttons, f"no button {label!r}, only {screen.labels}"
        return self._message(screen), buttons[nth]

    def _message(self, screen: Screen) -> Any:
        for result in reversed(self.seen):
            for message in _messages(result):
                if message.id == screen.message_id:
                    return message
        return next(m for m in self.dm() if m.id == screen.message_id)

    def _note(self, result: Any) -> Screen:
        self.seen.append(result)
        return self._screen(result)

    def _screen(self, result: Any) -> Screen:
        if getattr(result, "modal", None):
            return Screen([], False, [], modal=result.modal)
        messages = _messages(result)
        if not messages:
            # An edit of the pressed message has no message of its own: look at what was pressed.
            source = getattr(getattr(result, "_interaction", None), "source_message_id", None)
            if source is None:
                return Screen([], False, [])
            pressed = self.world.env.backend.messages.get(result._interaction.channel_id, {}).get(source)
            if pressed is None:
                return Screen([], False, [])
            messages = [ResponseMessage(self.world.env, pressed)]
        last = messages[-1]
        raw = self.world.env.backend.messages.get(_channel(last), {}).get(last.id)
        if raw is None:
            # The bot has taken it back meanwhile.
            return Screen([], False, [])
        return Screen(
            list(raw.components),
            bool(raw.flags & 64),
            list(last.attachments),
            message_id=last.id,
            content=raw.content or "",
        )


def _channel(message: Any) -> int:
    return int(getattr(message, "channel_id", None) or message.channel.id)


def _number(result: Any) -> int | None:
    """The message that an answer is in; an edit of a card is in the one that was pressed."""
    messages = _messages(result)
    if messages:
        return int(messages[-1].id)
    return result._interaction.source_message_id if hasattr(result, "_interaction") else None


def _messages(result: Any) -> list[Any]:
    if isinstance(result, discord.Message | ResponseMessage):
        return [result]
    found = [result.response] if getattr(result, "response", None) else []
    return found + list(getattr(result, "followups", []))


def _offered(field: dict[str, Any]) -> Any:
    """What a form already holds where the student types nothing."""
    if field["type"] == 4:
        return field.get("value") or None
    chosen = [o["value"] for o in field.get("options", []) if o.get("default")]
    return chosen or None


class World:
    """The bot, Discord and the clock."""

    def __init__(self, env: simcord.Env, settings: Settings) -> None:
        self.env = env
        self.settings = settings

    @property
    def bot(self) -> Rapport:
        assert isinstance(self.env.bot, Rapport)
        return self.env.bot

    def student(self, name: str = "maya", shown_as: str = "Maya Torres") -> Student:
        """Somebody who talks to the bot in its DM."""
        return Student(self, self.env.create_user(name, global_name=shown_as))

    def member(self, name: str = "maya", shown_as: str = "Maya Torres") -> Student:
        """Somebody who uses the bot in a channel of the career center's server."""
        guild = self.env._guilds[0] if self.env._guilds else self.env.create_guild()
        channel = guild.channels.get("career") or guild.create_text_channel("career")
        return Student(self, guild.add_member(self.env.create_user(name, global_name=shown_as)), channel)

    async def skip(self, **delta: float) -> None:
        """Let time pass: `skip(hours=20)`. Everything that falls due on the way happens at its moment."""
        await self.skip_to(self.env.now() + timedelta(**delta))

    @property
    def bot_id(self) -> int:
        """Discord's number of the bot."""
        assert self.bot.user is not None
        return self.bot.user.id

    async def skip_to(self, moment: datetime) -> None:
        """Let time pass until `moment`."""
        await self.env.advance_time((moment - self.env.now()).total_seconds())
        if tidying := [task for task in asyncio.all_tasks() if task.get_name() == "housekeeping"]:
            await asyncio.wait(tidying)

    async def restart(self, *, away: timedelta = timedelta(0)) -> None:
        """Stop the bot, let it be `away`, and start a new one on the same database."""
        await self.bot.close()
        if away:
            self.env.backend.clock.advance(away.total_seconds())
        await self.env.restart_bot(create_bot(self.settings))


_LOOK_AGAIN = 0.002
"""Seconds."""


async def _at_once(_pace: SendPace) -> None:
    """The pace goes by the clock of the event loop, which the simulation moves to and fro: it would be sat out."""


@asynccontextmanager
async def world(database_url: str, start: datetime = START, **settings: Any) -> AsyncIterator[World]:
    """A world whose bot keeps its data in `database_url`, from `start` on."""
    usual: dict[str, Any] = {"discord_token": "token", "sweep_seconds": 3600, "sends_per_second": 50}
    chosen = Settings(_env_file=None, database_url=database_url, **usual | TIRELESS | settings)
    # The engine tidies half a minute after a commit. Whoever waits for the bot to settle would wait for that timer.
    tidies = nullcontext() if "sweep_seconds" in settings else mock.patch.object(engine, "_TIDY_WITHIN", 3600)
    with (
        time_machine.travel(start, tick=False) as traveller,
        mock.patch.object(SendPace, "wait", _at_once),
        tidies,
    ):
        bot = create_bot(chosen)
        env = simcord.Env(bot, settle_timeout=float(os.environ.get("SETTLE_SECONDS", "20")))
        # How long it sleeps before it looks again whether the bot is at rest; at its own 0.05, half of the time.
        env._settle_internal = partial(env._settle_internal, idle=_LOOK_AGAIN)  # type: ignore[method-assign]
        clock, advance = env.backend.clock, env.backend.clock.advance

        def advance_everything(seconds: float) -> None:
            advance(seconds)
            traveller.move_to(clock.now())

        clock.advance = advance_everything  # type: ignore[method-assign]  # simcord asks this one for each step
        clock.advance((start - clock.now()).total_seconds())
        await env.start()
        try:
            yield World(env, chosen)
        finally:
            await env.bot.close()
            await env.shutdown()
        check_all(env.http_requests)
        env._raise_errors_since(env._errors_acknowledged)


def sqlite_url(folder: Path) -> str:
    """The SQLite file in `folder`, which need not be there yet."""
    return f"sqlite+aiosqlite:///{folder / SQLITE_FILE}"
