"""kill -9 at random moments, while reminders fall due, students press buttons and some DMs cannot be read back.

Half of the kills strike while Discord remembers nonces for minutes, as it does; for the other half it forgets them
within a second, so that only reading the DM back can tell what an interrupted attempt has sent.
"""

import asyncio
import contextlib
import random
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.storage.database import Database, open_engine
from bot.storage.models import Reminder
from bot.storage.schema.upgrade import upgrade
from tests.faults.doubles import bot_process
from tests.faults.doubles.discord.faults import Which, server_error
from tests.faults.doubles.discord.messages import CREATE
from tests.faults.doubles.discord.server import Pace, StandIn
from tests.faults.kill.students import Crowd
from tests.faults.kill.verdict import damage, judge, look
from tests.faults.report import Report

STUDENTS, CLOSED = 60, 3
"""How many there are, and how many of them take no DMs."""
MINUTES, MOMENT = 300.0, 1.0
"""Seconds for which Discord remembers a nonce: as it does, and so few that nonces are of no use."""
LEASE = 4.0
WAITS = {
    "bot.services.reminders.claims:LEASE": LEASE,
    "bot.reminders.attempts:ONE_ATTEMPT": 2.5,
    "bot.domain.reminders.reminder:_FIRST_RETRY": 1.0,
}
"""Waits of the bot that are shorter than in service, in seconds: an attempt still fits well into its lease."""
READ = ("GET", "/channels/*/messages")
UNREADABLE = 0.2
"""How many of the requests that read a DM fail."""
PAUSE = 0.1
"""Seconds between two things that students do."""
LIFE = 4.0
"""Seconds that a bot lives at most; it needs about two of them to start."""
SETTLED = 60.0
"""Seconds within which all that is due at the end must have gone out: many leases."""

LOOK = 0.2
"""Seconds between two looks whether it has."""


def run(size: int, seed: int) -> Report:
    """Kill the bot `size` times."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(size, seed, Path(folder)))


async def _run(size: int, seed: int, folder: Path) -> Report:
    async with _trial(folder, seed) as trial:
        for number in range(size):
            trial.discord.mail.nonce_seconds = MINUTES if 2 * number < size else MOMENT
            await trial.live_and_die(at_a_message=number % 2 == 0)
        await trial.settle()
        broken, figures = await trial.verdict()
    return Report("kill", size, figures, tuple(f"seed {seed}: {line}" for line in broken))


@asynccontextmanager
async def _trial(folder: Path, seed: int) -> AsyncIterator["Trial"]:
    file = folder / "rapport.sqlite3"
    db = Database(open_engine(make_url(f"sqlite+aiosqlite:///{file}")))
    await upgrade(db.engine)
    async with StandIn(pace=_pace(_dice(seed, "network"))).serve() as discord:
        discord.plans.every(_unreadable(_dice(seed, "readings")), server_error(503))
        crowd = Crowd(discord, db, _dice(seed, "students"))
        await crowd.gather(STUDENTS, CLOSED)
        trial = Trial(discord, db, file, crowd, _dice(seed, "kills"))
        try:
            yield trial
        finally:
            await trial.close()
            await db.close()


def _dice(seed: int, name: str) -> random.Random:
    """Chance that the seed repeats; one for each part of the trial, as nobody can repeat how they take turns."""
    return random.Random(f"{seed}:{name}")  # noqa: S311 - nothing here is secret


def _pace(dice: random.Random) -> Pace:
    """A message takes its time, so that kills meet every part of its way."""
    return lambda request: (
        (dice.uniform(0, 0.03), dice.uniform(0.005, 0.05)) if request.fits(*CREATE) else (0.0, 0.0)
    )


def _unreadable(dice: random.Random) -> Which:
    """Picks some of the requests that read a DM."""
    return lambda request: request.fits(*READ) and dice.random() < UNREADABLE


class Trial:
    """A bot that is started and killed, in a world that goes on."""

    def __init__(self, discord: StandIn, db: Database, file: Path, crowd: Crowd, dice: random.Random) -> None:
        self.discord = discord
        self._db = db
        self._file = file
        self._log = file.with_suffix(".log")
        self._crowd = crowd
        self._dice = dice
        self._bot: asyncio.subprocess.Process | None = None
        self._life = asyncio.create_task(self._go_on(), name="students")
        self._broken: list[str] = []

    async def _go_on(self) -> None:
        """What happens whether the bot is there or not."""
        while True:
            await self._crowd.plan()
            self._crowd.act()
            await asyncio.sleep(PAUSE)

    async def _start(self) -> asyncio.subprocess.Process:
        url = f"sqlite+aiosqlite:///{self._file}"
        self._bot = await bot_process.start(url, self.discord.address, self._log, WAITS)
        return self._bot

    async def live_and_die(self, *, at_a_message: bool) -> None:
        """Start the bot and kill it: around the moment of a message, or at any, its start included."""
        bot = await self._start()
        if at_a_message:
            number = len(self.discord.mail.log) + self._dice.randint(1, 30)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.discord.mail.reached(number), 4 * LIFE)
            await asyncio.sleep(self._dice.uniform(0, 0.08))
        else:
            await asyncio.sleep(self._dice.uniform(0, LIFE))
        if bot.returncode is None:
            bot.kill()
        if await bot.wait() != -signal.SIGKILL:
            self._broken.append(f"the bot ended by itself with {bot.returncode}")

    async def settle(self) -> None:
        """A last bot sends what is left, what was snoozed included, and is stopped in order."""
        await self._rest()
        bot = await self._start()
        await asyncio.wait_for(self.discord.gateway.ready(), SETTLED)
        for _ in range(int(SETTLED / LOOK)):
            if not await self._pending():
                break
            await self._bring_forward()
            await asyncio.sleep(LOOK)
        bot.terminate()
        if await bot.wait():
            self._broken.append(f"the bot stopped with {bot.returncode}")

    async def _rest(self) -> None:
        """No student does anything any more."""
        if self._life.done():
            self._life.result()  # it goes on for ever, unless it failed
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)

    async def _bring_forward(self) -> None:
        """Have what was snoozed or put off fall due now; who holds a row keeps it until the lease ends."""
        put_off = Reminder.status == Status.PENDING.value, Reminder.available_at > now() + timedelta(seconds=LEASE)
        async with self._db.write() as session:
            await session.execute(update(Reminder).where(*put_off).values(available_at=now()))

    async def _pending(self) -> int:
        query = select(func.count()).select_from(Reminder).where(Reminder.status == Status.PENDING.value)
        async with self._db.read() as session:
            return await session.scalar(query) or 0

    async def verdict(self) -> tuple[list[str], dict[str, int]]:
        """Which promises were broken, and what was counted."""
        found = await look(self._db)
        self._broken += [f"Discord's stand-in knows no {gap}" for gap in self.discord.gaps]
        self._broken += [*judge(found, self.discord.mail, self._crowd.planned), *damage(self._file)]
        ends = Counter(row.status for row in found.reminders)
        return self._broken, {status.value: ends[status] for status in Status} | {
            "reminders": len(found.reminders),
            "messages": len(self.discord.mail.messages),
            "interrupted": sum(row.attempts > 1 for row in found.reminders),
            "found in the DM": sum(row.reason == "found in the DM" for row in found.reminders),
            "DMs read": sum(request.fits(*READ) for request in self.discord.requests),
            "repeats with the same nonce": sum(created.repeated for created in self.discord.mail.log),
            "presses and commands": len(self._crowd.acts),
            "answered": sum(act.responded for act in self._crowd.acts),
            "errors in the log": self._log.read_text(encoding="utf-8").count("ERROR"),
        }

    async def close(self) -> None:
        """Leave nobody behind."""
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)
        if self._bot is not None and self._bot.returncode is None:
            self._bot.kill()
            await self._bot.wait()
