"""Two bots on one PostgreSQL, everything due at once for thousands of students, and kill -9 to one of them midway.

The other goes on, and takes over what the dead one held once its leases end. Discord forgets nonces within a second
here, so that a message that went out twice is a message that is seen twice.
"""

import asyncio
import random
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import URL

from bot.domain.reminders.reminder import Status
from bot.storage.database import Database, open_engine
from bot.storage.models import Reminder
from tests.faults.doubles import bot_process
from tests.faults.doubles.discord.messages import CREATE
from tests.faults.doubles.discord.server import Pace, StandIn
from tests.faults.kill.verdict import Found, judge, look
from tests.faults.report import Report
from tests.support import postgres

EACH = 4
"""Reminders that a student has at most, with others' between them: two workers come upon the same student often."""
MOMENT = 1.0
"""Seconds for which Discord remembers a nonce."""
WAITS = {
    "bot.services.reminders.claims:LEASE": 8.0,
    "bot.reminders.attempts:ONE_ATTEMPT": 4.0,
    "bot.domain.reminders.reminder:_FIRST_RETRY": 1.0,
}
"""Waits of the bot that are shorter than in service, in seconds."""
FEWEST = 0.2
"""The part of the messages until the kill that each worker must have sent at least: else they did not share."""
READY = 60.0
LONGEST = 120.0
"""Seconds for the workers to start; and for a thousand reminders to come to their ends."""
LOOK = 0.2
"""Seconds between two looks whether they have."""

_STUDENTS = """INSERT INTO users
    (discord_id, display_name, zone, quiet_from, quiet_to, school, about, interests, created_at)
    SELECT unnest(CAST(:students AS bigint[])), 'Maya', 'America/Denver', '00:00', '00:00', '', '', '', now()"""
_TODOS = """INSERT INTO todos (owner_id, text, due_at, created_at)
    SELECT student, 'Send the article', now() - random() * interval '1 second', now()
    FROM unnest(CAST(:students AS bigint[])) WITH ORDINALITY AS one (student, place),
         generate_series(0, place % :each) LIMIT :size"""
_REMINDERS = """INSERT INTO reminders
    (user_id, kind, subject_id, due_at, available_at, expires_at, status, reason, attempts, dedupe_key)
    SELECT owner_id, 'todo_due', id, due_at, due_at, due_at + :lives, 'pending', '', 0, 'todo_due:' || id
    FROM todos"""


def run(size: int, seed: int) -> Report:
    """Have `size` reminders fall due, and kill one of two workers in the middle."""
    with postgres.serve() as server, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(server, size, seed, Path(folder)))


async def _run(server: postgres.Server, size: int, seed: int, folder: Path) -> Report:
    dice = random.Random(f"{seed}:workers")  # noqa: S311 - nothing here is secret
    discord = StandIn(nonce_seconds=MOMENT, pace=_pace(dice))
    async with discord.serve(), _trial(server, discord, folder) as trial:
        await trial.go(size, dice)
        broken, figures = await trial.verdict()
    return Report("workers", size, figures, tuple(f"seed {seed}: {line}" for line in broken))


def _pace(dice: random.Random) -> Pace:
    """A message takes its time, so that the kill meets some on every part of their way."""
    return lambda request: (dice.uniform(0, 0.05), dice.uniform(0.01, 0.1)) if request.fits(*CREATE) else (0.0, 0.0)


@asynccontextmanager
async def _trial(server: postgres.Server, discord: StandIn, folder: Path) -> AsyncIterator["Trial"]:
    url = await server.fresh()
    trial = Trial(url, discord, folder)
    try:
        yield trial
    finally:
        await trial.close()


class Trial:
    """Two workers, their database and their Discord."""

    def __init__(self, url: URL, discord: StandIn, folder: Path) -> None:
        self._url = url
        self._discord = discord
        self._log = folder / "workers.log"
        self._db = Database(open_engine(url), folder)
        self._workers: dict[str, asyncio.subprocess.Process] = {}
        self._students: list[int] = []
        self._planned: set[str] = set()
        self._shares: Counter[str] = Counter()
        self._broken: list[str] = []

    async def go(self, size: int, dice: random.Random) -> None:
        """From the start of both to the end of every reminder."""
        self._students = [self._discord.students.add(f"student{n}") for n in range(_students(size))]
        url = self._url.render_as_string(hide_password=False)
        for name in ("first", "second"):
            self._workers[name] = await bot_process.start(
                url, self._discord.address, self._log, WAITS, token=f"a.{name}.token"
            )
        await asyncio.wait_for(self._both_ready(), READY)
        await self._fall_due(size)
        await asyncio.wait_for(self._kill(dice), LONGEST * (1 + size / 1000))
        await asyncio.wait_for(self._settled(), LONGEST * (1 + size / 1000))
        survivor = self._workers["second"]
        survivor.terminate()
        if await survivor.wait():
            self._broken.append(f"the second worker stopped with {survivor.returncode}")

    async def _both_ready(self) -> None:
        while self._discord.gateway.identified < len(self._workers):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(LOOK)

    async def _fall_due(self, size: int) -> None:
        """Everything at once."""
        async with self._db.engine.begin() as connection:
            await connection.execute(text(_STUDENTS), {"students": self._students})
            await connection.execute(text(_TODOS), {"students": self._students, "each": EACH, "size": size})
            await connection.execute(text(_REMINDERS), {"lives": timedelta(hours=1)})
        async with self._db.read(patient=True) as session:
            self._planned = set(await session.scalars(select(Reminder.dedupe_key)))
        assert len(self._planned) == size, "a trial of another size than asked for"

    async def _kill(self, dice: random.Random) -> None:
        """In the middle of everything, with its messages on their way."""
        await self._discord.mail.reached(round(len(self._students) * dice.uniform(0.3, 0.6)))
        await asyncio.sleep(dice.uniform(0, 0.08))
        victim = self._workers["first"]
        victim.kill()
        if await victim.wait() != -signal.SIGKILL:
            self._broken.append(f"the first worker ended by itself with {victim.returncode}")
        self._shares = Counter(created.by for created in self._discord.mail.log)

    async def _settled(self) -> None:
        pending = select(func.count()).select_from(Reminder).where(Reminder.status == Status.PENDING.value)
        while True:
            async with self._db.read(patient=True) as session:
                if not await session.scalar(pending):
                    return
            await asyncio.sleep(LOOK)

    async def verdict(self) -> tuple[list[str], dict[str, int]]:
        """Which promises were broken, and what was counted."""
        found, mail = await look(self._db), self._discord.mail
        self._broken += [f"Discord's stand-in knows no {gap}" for gap in self._discord.gaps]
        self._broken += [*judge(found, mail, self._planned), *self._not_one_message(), *self._not_shared(found)]
        ends = Counter(row.status for row in found.reminders)
        return self._broken, dict(ends) | {
            "students": len(self._students),
            "messages": len(mail.messages),
            "by the first until its end": self._shares["a.first.token"],
            "by the second until then": self._shares["a.second.token"],
            "interrupted": sum(row.attempts > 1 for row in found.reminders),
            "found in the DM": sum(row.reason == "found in the DM" for row in found.reminders),
            "repeats with the same nonce": sum(created.repeated for created in mail.log),
            "errors in the log": self._log.read_text(encoding="utf-8").count("ERROR"),
        }

    def _not_one_message(self) -> Iterator[str]:
        """All of a student's reminders were due: one message, by whichever worker."""
        messages = Counter(created.user_id for created in self._discord.mail.messages)
        for student in self._students:
            if messages[student] != 1:
                yield f"student {student}: {messages[student]} messages"

    def _not_shared(self, found: Found) -> Iterator[str]:
        """What would make this trial prove nothing."""
        if min(self._shares["a.first.token"], self._shares["a.second.token"]) < FEWEST * self._shares.total():
            yield f"one of the workers had next to nothing to do: {dict(self._shares)}"
        if not any(row.attempts > 1 for row in found.reminders):
            yield "the kill met no reminder on its way"

    async def close(self) -> None:
        """Leave nobody behind."""
        for worker in self._workers.values():
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        await self._db.close()


def _students(size: int) -> int:
    """So many that they have `size` reminders, one to four each in turns."""
    return -(-size * 2 // (EACH + 1))
