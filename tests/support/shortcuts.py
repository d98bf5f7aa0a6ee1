"""What many tests say alike: wall times, timestamps as cards show them, a row put straight into its table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, Table, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import Snooze
from bot.services import Services
from bot.services.base import own, zone_of
from bot.services.reminders.scheduling import put_off
from bot.storage.columns.types import written_by
from bot.storage.database import Database, open_engine
from bot.storage.models import Reminder, User
from bot.storage.privacy.ownership import USERS, belongs_to
from bot.storage.schema.revision import bring_up_to_date
from tests.support.world import ZONE

DENVER = ZoneInfo(ZONE)


def denver(day: int, hour: int, minute: int = 0) -> datetime:
    """A wall time of March 2026 in Denver. It is Monday the 2nd, 15:00."""
    return datetime(2026, 3, day, hour, minute, tzinfo=DENVER)


def stamp(moment: datetime, style: str = "F") -> str:
    """A moment in the reader's own words; with style R, how far away it is."""
    return f"<t:{int(moment.timestamp())}:{style}>"


async def add(db: Database, row: Any) -> int:
    """Put a row straight into its table; returns its number."""
    async with db.write() as session:
        session.add(row)
        await session.flush()
        return int(getattr(row, "id", 0))


async def zone(services: Services, student: int) -> ZoneInfo:
    """What the student told. Raises ZONE_NEEDED."""
    async with services.profiles.db.read(student) as session:
        return zone_of(await session.get(User, student))


async def snooze(services: Services, student: int, reminder_id: int, choice: Snooze) -> datetime:
    """Put a reminder off, whatever it has to say; returns until when. Raises NOT_FOUND, MOVED_ON."""
    async with services.profiles.db.write(student) as session:
        return await put_off(session, await own(session, Reminder, student, reminder_id), choice)


async def everybodys(connection: AsyncConnection, table: Table) -> list[Row[*tuple[Any, ...]]]:
    """Every row of a table, in order, each read as its own student's."""
    found: list[Row[*tuple[Any, ...]]] = []
    for student in (await connection.scalars(select(USERS.c.discord_id))).all():
        with written_by(student):
            found += (await connection.execute(select(table).where(belongs_to(table, student)))).all()
    return sorted(found, key=lambda row: row[: len(table.primary_key)])


def refusal(code: Code) -> Any:
    """Expect a rule to say no with `code`."""
    return pytest.raises(CoachError, check=lambda error: error.code is code)


@asynccontextmanager
async def opened(database: str, *keys: str) -> AsyncIterator[AsyncEngine]:
    """The database at its newest tables, with these keys. Raises StorageUnavailableError."""
    engine = open_engine(make_url(database), keys)
    try:
        await bring_up_to_date(engine)
        yield engine
    finally:
        await engine.dispose()
