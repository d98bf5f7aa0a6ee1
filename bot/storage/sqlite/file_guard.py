"""Sees to it that the bot works on the database file at its path, and goes on when a broken one is put right.

SQLite holds on to the file it opened. When that is replaced or deleted, a program goes on reading and writing the
one that is gone, and what it saves is lost. So each unit of work compares what is at the path with what was opened.

A file that was replaced, deleted, emptied or damaged puts the storage out of order: every connection is closed, as
the old write-ahead log must not get into a new file; units of work are refused with StorageUnavailableError;
and each of them looks whether the file has changed, and takes it back in use once it is whole.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from bot.storage.errors import REMEDIES, StorageProblem, StorageUnavailableError, problem_of
from bot.storage.sqlite.integrity import examine
from bot.storage.sqlite.wal import empty_the_log

log = logging.getLogger(__name__)

_ONCE_MORE = 60
"""Seconds after which a file that cannot be used is read once more, though nothing about it seems to change."""


class Guard:
    """Stands at the door of every unit of work on one SQLite file."""

    def __init__(self, engine: AsyncEngine, file: Path, take_up: Callable[[], Awaitable[None]]) -> None:
        """`take_up`: does with another file what a start does with one, and raises what that raises."""
        self._engine = engine
        self._file = file
        self._take_up = take_up
        self._opened: tuple[int, ...] | None = None
        """Device and number of the file that was opened: another one at the same path has others."""
        self._in_hand = 0
        """Units of work that are under way."""
        self._trouble: StorageProblem | None = None
        """Why the storage is out of order; None while it is in use."""
        self._closed = False
        """Whether no connection leads to the file that is out of order."""
        self._refused: object = None
        """What was last examined in vain."""
        self._busy_at = -1.0
        """When a unit of work last gave up waiting for another program, in the loop's time."""
        self._mending = asyncio.Lock()
        self.generation = 0
        """How often a file was taken back in use."""
        self._said: StorageProblem | None = None
        """What the operator was told last, until a write succeeds again."""

    @asynccontextmanager
    async def work(self, queued_at: float | None = None) -> AsyncIterator[None]:
        """Around one unit of work. Raises StorageUnavailableError when the file is not to be used.

        `queued_at`: when a writer began to wait for its turn, in the loop's time; None for what only reads.
        """
        if queued_at is not None and queued_at < self._busy_at:
            # The one before waited in vain, for as long as a student may be kept waiting: so have those behind it.
            raise StorageUnavailableError(StorageProblem.BUSY)
        await self._enter()
        self._in_hand += 1
        try:
            yield
            # What was committed to a file that went away meanwhile is not saved.
            self._compare()
        except (DBAPIError, StorageUnavailableError) as error:
            self._note(error)
            raise
        else:
            if queued_at is not None:
                self._well()
        finally:
            self._in_hand -= 1
            if self._trouble is not None:
                async with self._mending:
                    await self._let_go()

    async def _enter(self) -> None:
        if self._trouble is None:
            try:
                self._compare()
            except StorageUnavailableError as error:
                self._note(error)
        if self._trouble is not None:
            async with self._mending:
                await self._take_back()

    def _compare(self) -> None:
        """Raise StorageUnavailableError unless the file at the path is the opened one, with something in it."""
        try:
            found = os.stat(self._file)  # noqa: PTH116 - twice in every unit of work, and a Path is slower
        except OSError:
            if self._opened is None:
                return
            raise StorageUnavailableError(StorageProblem.MISSING) from None
        if self._opened is None:
            self._opened = found.st_dev, found.st_ino
        elif self._opened != (found.st_dev, found.st_ino):
            raise StorageUnavailableError(StorageProblem.REPLACED)
        elif not found.st_size:
            raise StorageUnavailableError(StorageProblem.EMPTY)

    def _note(self, error: DBAPIError | StorageUnavailableError) -> None:
        """Tell the operator; what does not pass by itself puts the storage out of order."""
        if (trouble := problem_of(error)) is None:
            return
        if trouble is StorageProblem.BUSY:
            self._busy_at = asyncio.get_running_loop().time()
        if trouble is not StorageProblem.REPLACED:  # that may turn out to be a good backup
            self._say(trouble)
        if trouble.lasting and self._trouble is None:
            self._trouble, self._closed, self._refused = trouble, False, None

    def _say(self, trouble: StorageProblem) -> None:
        if trouble is not self._said:
            log.error("%s The bot goes on by itself afterwards. The file: %s", REMEDIES[trouble], self._file)
            self._said = trouble

    def _well(self) -> None:
        if self._said is not None:
            log.warning("the storage works again")
            self._said = None

    async def _take_back(self) -> None:
        """Use the file again if it was put right. Raises StorageUnavailableError."""
        if self._trouble is None:
            return
        await self._let_go()
        found = self._look()
        minute = int(asyncio.get_running_loop().time() / _ONCE_MORE)
        if self._closed and self._refused != (found, minute):
            trouble = await asyncio.to_thread(examine, self._file)
            if trouble is None and found is not None and (trouble := await self._use(found)) is None:
                return
            if trouble is not None and trouble.lasting:
                self._trouble, self._refused = trouble, (found, minute)
                self._say(trouble)
        raise StorageUnavailableError(self._trouble)

    def _look(self) -> tuple[int, ...] | None:
        """What changes when somebody puts a file at the path, or writes into it."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    async def _use(self, found: tuple[int, ...]) -> StorageProblem | None:
        """Open what was `found` whole. It may be a backup of an earlier version: it is migrated as at a start.

        What is encrypted with other keys is let go of again; returns that.
        """
        try:
            await self._take_up()
        except StorageUnavailableError as error:
            await self._engine.dispose()
            return error.trouble
        except DBAPIError as error:
            await self._engine.dispose()
            self._note(error)
            raise
        log.warning("the database was %s; the file that is in its place now is whole and in use", self._trouble)
        self._opened = found[:2]
        self._trouble = self._said = None
        self.generation += 1
        return None

    async def _let_go(self) -> None:
        """Once nobody works on the file that is out of order: empty its write-ahead log and close it.

        The connections lead to the file that was opened, wherever it is now. So it gets its last commits, and no
        log is left that SQLite would take to belong to a file that is put in its place.
        """
        if self._closed or self._in_hand:
            return
        emptied = await self._empty_the_log()
        if not emptied and self._trouble in {StorageProblem.REPLACED, StorageProblem.MISSING}:
            self._say(StorageProblem.REPLACED)
            return
        await self._engine.dispose()
        self._closed = True

    async def _empty_the_log(self) -> bool:
        """False when the log may still hold something, as when another program is reading it."""
        pool = self._engine.pool
        if not isinstance(pool, QueuePool) or not pool.checkedin():
            return True  # whoever closed the last connection emptied it
        return await empty_the_log(self._engine)
