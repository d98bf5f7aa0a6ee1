"""A Discord that only notes what it was asked to send, and processes of the bot that can be killed in mid-air."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from functools import cache
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.handbook import loader
from bot.handbook.models import Handbook
from bot.reminders.engine import Engine
from bot.reminders.sender_protocol import DirectMessagesClosedError, TryLaterError
from bot.services import Services, build_services
from bot.services.due_reminders import ReminderService
from bot.services.reminders.claims import Claimed
from bot.storage.database import Database, open_engine

_LOOKS = 20
"""So many turns of the loop without any work in the database mean that only the hanging ones are left."""


@cache
def handbook() -> Handbook:
    """The coaching text, read once."""
    return loader.load()


@dataclass(frozen=True, slots=True)
class Message:
    """One message that a student sees."""

    id: int
    user_id: int
    nonce: int
    reminders: tuple[int, ...]
    at: datetime
    late: bool


class Fate(StrEnum):
    """What happens to the messages of one look."""

    ARRIVES = auto()
    REFUSED = auto()
    """Discord has no time for them."""
    LOST = auto()
    """They arrive, and the answers are lost on the way."""
    CLOSED = auto()
    """The students take no DMs."""
    KILLED_BEFORE = auto()
    """The bot is killed before they are sent."""
    KILLED_AFTER = auto()
    """They arrive, and the bot is killed before it marks them."""


class Reading(Enum):
    """Whether what is in a DM can be read back."""

    WORKS = auto()
    LATER = auto()
    NEVER = auto()


LATER = timedelta(minutes=5)
"""How long Discord wants to be left alone when it has no time."""


class Discord:
    """Keeps every message, as Discord would, whatever happens to the bot."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fate = Fate.ARRIVES
        self.reading = Reading.WORKS
        self.hanging = 0
        """Sendings that wait to be killed."""

    async def take(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int:
        """Show a message, as its fate is; returns its id."""
        match self.fate:
            case Fate.REFUSED:
                raise TryLaterError(LATER)
            case Fate.CLOSED:
                raise DirectMessagesClosedError
            case Fate.KILLED_BEFORE:
                await self._hang()
        ids = tuple(reminder.id for reminder in reminders)
        message = Message(1000 + len(self.messages), user_id, reminders[0].nonce, ids, now(), late)
        self.messages.append(message)
        match self.fate:
            case Fate.LOST:
                raise TryLaterError(LATER, unsure=True)
            case Fate.KILLED_AFTER:
                await self._hang()
        return message.id

    def showing(self, reminder_id: int) -> list[Message]:
        """The messages that a reminder is in."""
        return [message for message in self.messages if reminder_id in message.reminders]

    async def _hang(self) -> None:
        self.hanging += 1
        await asyncio.Event().wait()


class NotingSender:
    """Stands where `ReminderSender` is: leaves out what has nothing left to say, like it, and notes the rest."""

    def __init__(self, discord: Discord, reminders: ReminderService) -> None:
        self._discord = discord
        self._reminders = reminders

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        """See `bot.reminders.sender_protocol.Sender`."""
        if not await self._reminders.describe(user_id, reminders):
            return None
        return await self._discord.take(user_id, reminders, late=late)

    async def find(self, user_id: int, reminders: Sequence[Claimed]) -> Mapping[int, int] | None:  # noqa: ARG002 - ids are enough here
        """See `bot.reminders.sender_protocol.Sender`."""
        match self._discord.reading:
            case Reading.LATER:
                raise TryLaterError(LATER)
            case Reading.NEVER:
                return None
        shown = ((reminder.id, self._discord.showing(reminder.id)) for reminder in reminders)
        return {number: messages[-1].id for number, messages in shown if messages}


class _Mortal(Database):
    """A database that a killed process can no longer reach."""

    dead = False
    busy = 0

    @asynccontextmanager
    async def read(self, student: int | None = None, *, patient: bool = False) -> AsyncIterator[AsyncSession]:
        async with self._counted(), super().read(student, patient=patient) as session:
            yield session

    @asynccontextmanager
    async def write(self, *students: int) -> AsyncIterator[AsyncSession]:
        async with self._counted(), super().write(*students) as session:
            yield session

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        if self.dead:
            raise asyncio.CancelledError
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1


class Process:
    """The bot without Discord: use cases and the engine on one database file, in the running loop."""

    def __init__(self, file: Path, discord: Discord) -> None:
        self._discord = discord
        self.db = _Mortal(open_engine(make_url(f"sqlite+aiosqlite:///{file}")))
        self.services: Services = build_services(self.db, handbook())
        sender = NotingSender(discord, self.services.reminders)
        self.engine = Engine(self.services.deliveries, sender, sweep_seconds=3600, per_second=1_000_000)
        self.db.on_armed = self.engine.arm

    async def start(self) -> None:
        """Start, and look for what fell due meanwhile."""
        self.engine.start()
        await self.engine.finished()

    async def look(self) -> None:
        """What a wake-up or a sweep does."""
        self.engine.poke()
        await self.engine.finished()

    async def stop(self) -> None:
        """Stop in order."""
        await self.engine.stop()
        await self.db.close()

    async def kill(self, messages: int) -> None:
        """Have the engine send what is due, and kill everything once so many `messages` hang in mid-sending."""
        self.engine.poke()
        quiet = 0
        async with asyncio.timeout(10):
            while self._discord.hanging < messages or quiet < _LOOKS:
                await asyncio.sleep(0)
                quiet = 0 if self.db.busy else quiet + 1
        self.db.dead, self._discord.hanging = True, 0
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.db.close()
