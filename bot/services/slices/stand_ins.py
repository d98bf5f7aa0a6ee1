"""A stand-in: a row of `users` under the negative of a student's id, while something of theirs takes many steps.

It says that the steps are not all done. Rows that hang on it are on their way to the student: nobody who looks
finds them there, until all of them become the student's at once. So a stop in between leaves what was there before;
the next start removes the rows, plans the student's reminders anew and lets the stand-in go.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.storage.database import Database
from bot.storage.models import User
from bot.storage.sql.upsert import insert

AT_WORK = timedelta(minutes=10)
"""Another process may still be at work on what is younger."""


def for_student(owner_id: int) -> int:
    """The id of the stand-in. Discord's own are never negative."""
    return -owner_id


async def put(session: AsyncSession, owner_id: int) -> None:
    """Have one stand in for the student, in the caller's transaction; one that is there already will do."""
    row = {"discord_id": for_student(owner_id), "display_name": "", "created_at": now(), "last_seen_at": now()}
    await session.execute(insert(session, User).values(row).on_conflict_do_nothing())


async def begin(session: AsyncSession, owner_id: int) -> datetime:
    """Have a new one stand in for the student, in the caller's transaction; returns what `check` knows it by."""
    # To a random microsecond: two may begin in one moment, as another process may serve the same student.
    known_by = now().replace(microsecond=secrets.randbelow(1_000_000))
    row = {
        "discord_id": for_student(owner_id),
        "display_name": "",
        "created_at": known_by,
        "last_seen_at": known_by,
    }
    await session.execute(insert(session, User).values(row))
    return known_by


async def check(session: AsyncSession, owner_id: int, known_by: datetime) -> None:
    """Raise MOVED_ON when this one was sent away meanwhile, or another has taken its place."""
    mine = select(User.discord_id).where(User.discord_id == for_student(owner_id), User.created_at == known_by)
    if await session.scalar(mine) is None:
        raise CoachError(Code.MOVED_ON)


async def take_away(session: AsyncSession, owner_id: int) -> None:
    """All steps are done, in the caller's transaction. Rows that still hang on the stand-in go with it."""
    gone = delete(User).where(User.discord_id == for_student(owner_id))
    await session.execute(gone.execution_options(synchronize_session=False))


async def left_behind(db: Database) -> list[int]:
    """The students for whom somebody stands in since a stop."""
    query = select(User.discord_id).where(User.discord_id < 0)
    if db.is_shared:
        query = query.where(User.created_at < now() - AT_WORK)
    async with db.read(patient=True) as session:
        return [-number for number in await session.scalars(query)]
