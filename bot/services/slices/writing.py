"""Much of one student's is done in slices, each a short transaction, so that nobody else waits for all of it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from time import perf_counter, thread_time

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.storage.beside import beside_the_loop
from bot.storage.database import Database
from bot.storage.errors import StorageUnavailableError
from bot.storage.models import User
from bot.storage.privacy.erasure import delete_some

FIRST = 100
"""Rows of a first slice: for nearly everybody, all there are."""
LEAST, MOST = 40, 500
"""Fewer rows would not take less: a slice has its own cost."""
AT_ONCE = 500
"""Rows that are erased in the first transaction. Where that is all, it is all or nothing."""
_SECONDS = 0.006
"""What a slice should take. Others wait for one and for its commit, and the loop stands still for part of it."""


class SlicePace:
    """How many rows the next slice has: what they cost differs a thousandfold, and so do machines."""

    def __init__(self, clock: Callable[[], float] = thread_time, *, least: int | None = None) -> None:
        """`clock`: in seconds. The loop's own work by default: smaller slices make no busy machine quicker."""
        self.rows = FIRST
        self._clock = clock
        self._least = LEAST if least is None else least

    @contextmanager
    def slice(self) -> Iterator[int]:
        """Around the work on so many rows; what it took sets the size of the next one."""
        begun = self._clock()
        yield self.rows
        fitting = int(self.rows * _SECONDS / max(self._clock() - begun, _SECONDS / 2))
        self.rows = min(max(fitting, self._least), MOST)


async def erase_the_rest(db: Database, user_id: int, *, done: bool = False, but_the_student: bool = False) -> None:
    """Delete everything of a student that is still there, or of the one who stands in for them.

    `done`: a first slice left nothing; whoever is there now is new. With `but_the_student`, their own row stays.
    May be cut off at any moment, and begun again.
    """
    pace = SlicePace(perf_counter, least=FIRST)
    while not done:
        async with db.write(abs(user_id)) as session:
            connection = await session.connection()
            with pace.slice() as rows, beside_the_loop():
                done = await connection.run_sync(delete_some, user_id, rows, but_the_student=but_the_student)


async def take_back_the_note(db: Database, user_id: int, created_at: datetime) -> None:
    """After an erasure that was noted failed: whoever goes on, the next start must not erase what they do then.

    It may have come about nevertheless, where only the answer to the last commit was lost.
    """
    with suppress(StorageUnavailableError, DBAPIError):
        async with db.read(user_id) as session:
            if await session.scalar(select(User.discord_id).where(User.discord_id == user_id)) is None:
                return
    await asyncio.to_thread(db.erased.withdraw, user_id, created_at)
