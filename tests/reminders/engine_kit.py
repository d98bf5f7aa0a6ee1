"""What the tests of the engine share: a sender that only notes down; how to plan, look, and ask what came of it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.reminders.engine import Engine
from bot.services.base import ensure_user
from bot.services.reminders.claims import Claimed
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from bot.storage.models import Reminder

HOUR = timedelta(hours=1)


class Notes:
    """Stands where Discord is: notes what it was asked to send, and fails when told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, list[int], bool]] = []
        self.arrived = asyncio.Event()
        self.trouble: dict[int, list[Exception]] = {}
        self.nothing_to_say: set[int] = set()
        self.in_the_dm: dict[int, int] | Exception | None = {}
        """What reading a DM back gives."""

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        if self.trouble.get(user_id):
            raise self.trouble[user_id].pop(0)
        if user_id in self.nothing_to_say:
            return None
        self.sent.append((user_id, [reminder.id for reminder in reminders], late))
        self.arrived.set()
        return 1000 + len(self.sent)

    async def find(self, *_asked: object) -> Mapping[int, int] | None:
        if isinstance(self.in_the_dm, Exception):
            raise self.in_the_dm
        return self.in_the_dm


async def plan(
    db: Database,
    *dues: datetime,
    user: int = 1,
    kind: ReminderKind = ReminderKind.NUDGE,
    lives: timedelta = 24 * HOUR,
) -> list[int]:
    """Plan a reminder at each of `dues`, each about a subject of its own; returns the rows' ids."""
    async with db.write() as session:
        made = await ensure_user(session, user)
        made.zone = "America/Denver"
        known = len(list(await session.scalars(select(Reminder))))
        reminders = [
            Planned(kind, known + n, due, due + lives, f"{kind}:{user}:{known + n}") for n, due in enumerate(dues)
        ]
        await arm(session, user, reminders)
    async with db.read() as session:
        keys = [reminder.dedupe_key for reminder in reminders]
        rows = await session.scalars(select(Reminder).where(Reminder.dedupe_key.in_(keys)).order_by(Reminder.id))
        return [row.id for row in rows]


async def look(engine: Engine) -> None:
    """Poke the engine and let it finish."""
    engine.poke()
    await engine.finished()


async def status(db: Database, reminder_id: int) -> tuple[str, str]:
    async with db.read() as session:
        row = await session.get_one(Reminder, reminder_id)
        return row.status, row.reason
