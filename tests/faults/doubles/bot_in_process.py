"""The real bot in the process of the trial: its own HTTP client and gateway, over loopback to the stand-in."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import Rapport, create_bot
from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.services.base import ensure_user
from bot.services.reminders.scheduling import arm
from bot.settings import Settings
from bot.storage.models import Reminder, Todo
from tests.faults.doubles.discord.address import pointed_at
from tests.faults.doubles.discord.messages import Created
from tests.faults.doubles.discord.server import StandIn

TOKEN = "a.stand-in.token"
ZONE = "America/Denver"
NONCES = 40.0
"""Seconds for which Discord remembers a nonce: enough for what discord.py repeats, too few to lean on otherwise."""
LOOK = 10.0
"""Seconds between two looks at what has come to its end."""
THE_END = 1200.0
"""Seconds within which everything must have come to its end."""


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder to have."""

    user: int
    due: float
    """By `World.seconds`."""
    lives: float = 3600.0
    """Seconds until it is of no use."""


@dataclass(frozen=True, slots=True)
class Armed:
    """A reminder that was planned."""

    user: int
    reminder: int
    due: float
    since: int
    """How many messages there were before."""


@dataclass
class World:
    """A bot at work, and its Discord."""

    discord: StandIn
    bot: Rapport
    log: list[logging.LogRecord]
    """What the bot and its libraries had to say."""
    starts: list[float] = field(default_factory=list)
    """When the bot was set up."""
    _keys: Iterator[int] = field(default_factory=lambda: iter(range(1 << 30)))

    async def students(self, *names: str) -> list[int]:
        """People who told the bot their zone and have no quiet hours; returns their ids."""
        users = [self.discord.students.add(name) for name in names]
        async with self.bot.db.write() as session:
            for user, name in zip(users, names, strict=True):
                row = await ensure_user(session, user, name)
                row.zone, row.quiet_to = ZONE, row.quiet_from
        return users

    async def arm(self, *reminders: DueReminder) -> list[Armed]:
        """Have reminders of to-dos fall due."""
        since = len(self.discord.mail.messages)
        keys = [f"trial:{next(self._keys)}" for _ in reminders]
        async with self.bot.db.write() as session:
            for reminder, key in zip(reminders, keys, strict=True):
                await self._plan(session, reminder, key)
            query = select(Reminder.dedupe_key, Reminder.id).where(Reminder.dedupe_key.in_(keys))
            ids = {row.dedupe_key: row.id for row in await session.execute(query)}
        return [
            Armed(reminder.user, ids[key], reminder.due, since)
            for reminder, key in zip(reminders, keys, strict=True)
        ]

    async def _plan(self, session: AsyncSession, reminder: DueReminder, key: str) -> None:
        due = now() + timedelta(seconds=reminder.due - self.seconds)
        todo = Todo(owner_id=reminder.user, text="Send the article", due_at=due, created_at=now())
        session.add(todo)
        await session.flush()
        expires = due + timedelta(seconds=reminder.lives)
        await arm(session, reminder.user, [Planned(ReminderKind.TODO_DUE, todo.id, due, expires, key)])

    def seen(self, one: Armed) -> list[Created]:
        """What its student saw since it was planned."""
        return [message for message in self.discord.mail.messages[one.since :] if message.user_id == one.user]

    async def settled(self, reminders: Iterable[Armed]) -> dict[int, Reminder]:
        """Wait until each has come to its end, and return the rows by id."""
        ids = [one.reminder for one in reminders]
        for _ in range(int(THE_END / LOOK)):
            rows = await self.rows(ids)
            if all(row.status != Status.PENDING for row in rows.values()):
                break
            await asyncio.sleep(LOOK)
        return rows

    async def rows(self, ids: Iterable[int]) -> dict[int, Reminder]:
        """The reminders as they stand now."""
        async with self.bot.db.read() as session:
            found = await session.scalars(select(Reminder).where(Reminder.id.in_(ids)))
            return {row.id: row for row in found}

    @property
    def seconds(self) -> float:
        """The clock that everything in the stand-in is noted by."""
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def world(folder: Path, heartbeat_seconds: float = 0.1) -> AsyncIterator[World]:
    """Start the bot on a fresh file in `folder`, and stop it in order.

    Heartbeats come from a thread of discord.py's that no loop can hurry, so their interval is in real seconds.
    """
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{folder / 'rapport.sqlite3'}",
        # What is tried here is how soon each reminder goes out, and students act faster than people.
        ping_gap_seconds=0,
        actions_per_minute=60_000,
        messages_per_minute=60_000,
    )
    async with StandIn(nonce_seconds=NONCES, heartbeat_seconds=heartbeat_seconds).serve() as discord:
        with pointed_at(discord.address), _heard() as log:
            bot = create_bot(settings)
            # The machine's own clock is in no hurry: next to it, that of the trial seems to jump.
            bot.clock_check._elapsed = asyncio.get_running_loop().time
            here = World(discord, bot, log)
            _note_starts(here)
            running = asyncio.create_task(bot.start(TOKEN), name="discord")
            try:
                await discord.gateway.ready()
                yield here
            finally:
                await bot.close()
                with contextlib.suppress(asyncio.CancelledError):
                    await running


def _note_starts(here: World) -> None:
    set_up = here.bot.setup_hook

    async def noted() -> None:
        here.starts.append(here.seconds)
        await set_up()

    here.bot.setup_hook = noted  # type: ignore[method-assign]


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _heard() -> Iterator[list[logging.LogRecord]]:
    """Keep what is logged instead of showing it."""
    ear = _Ear()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers, root.level = [ear], logging.INFO
    try:
        yield ear.records
    finally:
        root.handlers, root.level = before
