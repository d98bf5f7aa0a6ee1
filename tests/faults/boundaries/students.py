"""The students of the boundaries trial: what falls due for them, what they do, and what goes wrong for them."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.reminder import Planned, ReminderKind, Snooze
from bot.domain.requests.status import RequestOutcome, RequestRoute, RequestStatus
from bot.services.base import ensure_user
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database, open_engine
from bot.storage.models import Contact, Interview, Reminder, Request, ThankYou, Todo, User
from bot.storage.schema.upgrade import upgrade
from tests.faults.boundaries.process import Cut, World
from tests.support.shortcuts import snooze

START = datetime(2026, 3, 2, 22, tzinfo=UTC)
"""A Monday afternoon in Denver, and 07:00 of the next day in Tokyo."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUIET_UNTIL = time(7, 3)
CLOSED_CODE = 50007
_TOO_MANY = 429
_WORDS = "Read the survey"


class Who(IntEnum):
    """The students, each by what is special about them."""

    SINGLE = 1001
    SEVERAL = 1002
    """Three things in one message, and two more soon after."""
    MANY = 1003
    """More than one message names."""
    SUPERSEDED = 1004
    EXPIRED = 1005
    HELD = 1006
    """It is night for one reminder, and not for another."""
    DONE = 1007
    """Does it just before the message appears."""
    THANKED = 1008
    """Marks the note as sent just after the message appeared."""
    SNOOZED = 1009
    ANSWERED = 1010
    MOVED = 1011
    CLOSED = 1012
    REFUSED = 1013
    """Discord has no time for their first message."""
    CUT_BEFORE = 1014
    CUT_AFTER = 1015


@dataclass(frozen=True)
class Planted:
    """A file in which all is planned."""

    file: bytes
    subjects: Mapping[Who, int]
    """What the first reminder of each is about."""
    reminders: Mapping[Who, int]
    """The first reminder of each."""


@cache
def planted() -> Planted:
    """The file that every story starts from, made once. The clock must stand at START."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "planted.sqlite3"
        first = asyncio.run(_plant(file))
        return Planted(
            file.read_bytes(),
            {who: row.subject_id for who, row in first.items()},
            {who: row.id for who, row in first.items()},
        )


def gather(world: World) -> None:
    """Bring the students to Discord, with what is to happen to them."""
    for who in Who:
        world.arrives(who)
    subjects, reminders = planted().subjects, planted().reminders
    world.refuse(Who.CLOSED, "POST", 403, CLOSED_CODE)
    world.refuse(Who.REFUSED, "POST", _TOO_MANY, times=1)
    world.cuts |= {Who.CUT_BEFORE: Cut.BEFORE, Who.CUT_AFTER: Cut.AFTER}
    world.acts |= {
        Who.DONE: (Cut.BEFORE, lambda bot: bot.todos.done(Who.DONE, subjects[Who.DONE])),
        Who.THANKED: (Cut.AFTER, lambda bot: bot.thank_yous.sent(Who.THANKED, subjects[Who.THANKED])),
        Who.SNOOZED: (
            Cut.AFTER,
            lambda bot: snooze(bot, Who.SNOOZED, reminders[Who.SNOOZED], Snooze.ONE_HOUR),
        ),
        Who.ANSWERED: (
            Cut.BEFORE,
            lambda bot: bot.requests.answer(Who.ANSWERED, subjects[Who.ANSWERED], RequestOutcome.ACCEPTED),
        ),
        Who.MOVED: (Cut.AFTER, lambda bot: bot.todos.add(Who.MOVED, _WORDS, due=START + 2 * HOUR)),
    }


async def _plant(file: Path) -> dict[Who, Reminder]:
    db = Database(open_engine(make_url(f"sqlite+aiosqlite:///{file}")))
    await upgrade(db.engine)
    async with db.write() as session:
        await _Planner(session).plan()
    async with db.read() as session:
        rows = await session.scalars(select(Reminder).order_by(Reminder.id.desc()))
        first = {Who(row.user_id): row for row in rows}
    await db.close()
    return first


class _Planner:
    """Writes reminders as the use cases do, together with what they are about."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._contacts: dict[Who, Contact] = {}

    async def plan(self) -> None:
        """Everything, for everybody."""
        for who in Who:
            await self._meet(who)
        await self._todo(Who.SINGLE, START, lives=30 * HOUR)
        for who in (Who.DONE, Who.SNOOZED, Who.MOVED, Who.CLOSED, Who.REFUSED, Who.CUT_AFTER):
            await self._todo(who, START)
        await self._plan_several()
        await self._note(Who.THANKED, START - HOUR, ReminderKind.THANK_YOU_FIRST)
        await self._request(Who.ANSWERED)
        for kind, due in ((ReminderKind.THANK_YOU_FIRST, START - HOUR), (ReminderKind.THANK_YOU_SECOND, START)):
            await self._note(Who.SUPERSEDED, due, kind)
        await self._todo(Who.EXPIRED, START - DAY, lives=DAY - HOUR)
        await self._todo(Who.EXPIRED, START)
        (await self._session.get_one(User, Who.HELD)).zone = "Asia/Tokyo"
        (await self._session.get_one(User, Who.HELD)).quiet_to = QUIET_UNTIL
        await self._todo(Who.HELD, START - 3 * HOUR)
        await self._todo(Who.HELD, START)
        for due in (START, START + 20 * timedelta(seconds=1)):
            await self._todo(Who.CUT_BEFORE, due)

    async def _plan_several(self) -> None:
        await self._todo(Who.SEVERAL, START)
        await self._request(Who.SEVERAL)
        await self._note(Who.SEVERAL, START, ReminderKind.THANK_YOU_FIRST)
        for due in (START + MINUTE, START + 20 * MINUTE):
            await self._todo(Who.SEVERAL, due)
        for _ in range(7):
            await self._todo(Who.MANY, START)

    async def _meet(self, who: Who) -> None:
        student = await ensure_user(self._session, who, "Maya Torres")
        # The same moment twice: no hours are quiet.
        student.zone, student.quiet_to = "America/Denver", student.quiet_from
        self._contacts[who] = Contact(owner_id=who, name="Ana Reyes", created_at=START)
        self._session.add(self._contacts[who])
        await self._session.flush()

    async def _todo(self, who: Who, due: datetime, lives: timedelta = 14 * DAY) -> None:
        todo = Todo(owner_id=who, text=_WORDS, due_at=due, created_at=START)
        self._session.add(todo)
        await self._session.flush()
        await self._arm(who, ReminderKind.TODO_DUE, todo.id, due, lives)

    async def _request(self, who: Who) -> None:
        request = Request(
            contact_id=self._contacts[who].id,
            route=RequestRoute.EMAIL.value,
            status=RequestStatus.SENT.value,
            sent_at=START - 7 * DAY,
            created_at=START - 8 * DAY,
        )
        self._session.add(request)
        await self._session.flush()
        await self._arm(who, ReminderKind.NUDGE, request.id, START, 14 * DAY)

    async def _note(self, who: Who, due: datetime, kind: ReminderKind) -> None:
        interview = await self._session.scalar(
            select(Interview).where(Interview.contact_id == self._contacts[who].id)
        ) or await self._met(who)
        await self._arm(who, kind, interview.id, due, 18 * HOUR)

    async def _met(self, who: Who) -> Interview:
        interview = Interview(
            contact_id=self._contacts[who].id,
            starts_at=START - 3 * HOUR,
            minutes=30,
            status=InterviewStatus.MET.value,
            ended_at=START - 2 * HOUR,
            created_at=START - DAY,
        )
        self._session.add(interview)
        await self._session.flush()
        self._session.add(ThankYou(interview_id=interview.id, due_at=START + 22 * HOUR))
        return interview

    async def _arm(self, who: Who, kind: ReminderKind, subject: int, due: datetime, lives: timedelta) -> None:
        await arm(self._session, who, [Planned(kind, subject, due, due + lives, f"{kind}:{subject}:0")])
