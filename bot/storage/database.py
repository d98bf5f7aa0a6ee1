"""The database: how it is opened, and the two kinds of unit of work, `read` and `write`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.storage.columns.types import give_keys, written_by
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.files import file_of
from bot.storage.privacy.erased_notes import keep_notes, leave_no_pieces
from bot.storage.privacy.erasure import erase_again
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.schema.revision import bring_up_to_date
from bot.storage.sqlite.connection import open_sqlite
from bot.storage.sqlite.file_guard import Guard
from bot.storage.sqlite.wal import empty_the_log

if TYPE_CHECKING:
    from bot.storage.postgres.connection import ServerConnection

_SCRUB_PATIENCE = 20
"""Milliseconds for which others may wait while somebody reads what is in the log that is to be emptied."""

_AT_ONCE_BYTES = 2 << 20
"""Of a file that is put together anew right after an erasure, in about 0.05 s; a larger one at the next start."""

_LEVELS = {"isolation_level": "REPEATABLE READ"}, {"isolation_level": "READ COMMITTED"}
"""Of PostgreSQL, for what reads and what writes, whatever the server would take by itself."""

_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(one) FROM unnest(CAST(:students AS bigint[])) AS one")
"""Waits for each turn in the order of the list, and keeps them until the transaction ends."""

TAKEN_BACK = "taken back"
"""Key in `session.info`: set when this unit of work took reminders back, or moved them."""

ARMED = "armed"
"""Key in `session.info`: the earliest due moment of the reminders that this unit of work planned."""


class NoFolderError(Exception):
    """The folder for a SQLite file is not there and cannot be made; the OSError that it comes from says why."""


def open_engine(url: URL, keys: Sequence[str] = ()) -> AsyncEngine:
    """An engine with the safety settings of its kind. Makes the folder of a SQLite file; reads nothing yet.

    `keys`: what students write is encrypted with the first of them (`bot/storage/columns/seal.py`). Its errors do
    not quote what was read or written. Raises NoFolderError, and StorageUnavailableError without the driver
    for PostgreSQL.
    """
    engine = _open(url)
    give_keys(engine.dialect, keys)
    return engine


def _open(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return _open_server(url)
    if url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoFolderError from error
    return open_sqlite(url)


def _open_server(url: URL) -> AsyncEngine:
    try:
        from bot.storage.postgres.connection import open_server  # noqa: PLC0415 - its driver comes with the postgres extra
    except ModuleNotFoundError as error:
        raise StorageUnavailableError(StorageProblem.AWAY) from error
    return open_server(url)


async def _nobody_waits(_students: Collection[int]) -> None:
    """For a process without a reminder engine: it has nothing in hand that could still go out."""


def _linked(engine: AsyncEngine) -> "ServerConnection":
    from bot.storage.postgres.connection import ServerConnection  # noqa: PLC0415 - its driver comes with the postgres extra

    return ServerConnection(engine)


class Database:
    """Opens units of work, `read` and `write`, on one SQLAlchemy engine.

    Two units that write for the same student run one after the other, also when they are in different processes, so
    what a unit has read is still true when it writes. On SQLite all writers wait for one another: those of this
    process for a lock here, in the order they came. On PostgreSQL a writer takes an advisory lock under the
    student's id, and writers for other students go on at the same time.
    """

    def __init__(self, engine: AsyncEngine, data_dir: Path | None = None) -> None:
        """`data_dir`: the folder of `erased.txt` for a database on a server; a SQLite file has it beside it."""
        self.engine = engine
        self.on_armed: Callable[[datetime], None] = lambda _due: None
        """Told the earliest due moment after a commit that planned reminders; set by `bot/app.py`."""
        self.on_taken_back: Callable[[Collection[int]], Awaitable[None]] = _nobody_waits
        """Awaited after a commit that took reminders of these students back; set by `bot/app.py`."""
        is_sqlite = engine.dialect.name == "sqlite"
        # A reader on PostgreSQL sees one snapshot. A writer, which may have waited for its turn, has to see what
        # was committed meanwhile. SQLite's own level is stricter than both.
        snapshot, newest = ({}, {}) if is_sqlite else _LEVELS
        reader, writer = engine.execution_options(**snapshot), engine.execution_options(writes=True, **newest)
        self._reader = async_sessionmaker(reader, expire_on_commit=False, autoflush=False)
        self._writer = async_sessionmaker(writer, expire_on_commit=False)
        self._turn = asyncio.Lock() if is_sqlite else None
        file = file_of(engine.url)
        self.erased = Tombstones.of(engine.url, data_dir or Path("data"))
        """Whose data was erased: kept outside of the database, so that a restored backup does not bring it back."""
        self._guard = None if file is None else Guard(engine, file, self._take_up)
        self._link = None if is_sqlite else _linked(engine)
        self.untidy = False
        """Whether the write-ahead log may hold what is kept no more; see `tidy`."""
        self.on_untidy: Callable[[], None] = lambda: None
        """Told of that after each commit; set by `bot/app.py`."""

    async def _take_up(self) -> None:
        """Do what a start does with a file that replaced another: it may be a backup, older than some erasures."""
        await bring_up_to_date(self.engine)
        await erase_again(self.engine, self.erased)

    @asynccontextmanager
    async def read(self, student: int | None = None, *, patient: bool = False) -> AsyncIterator[AsyncSession]:
        """A session that sees one snapshot of the database. Nothing that is done in it is kept.

        `student`: the id of the one student whose texts can be decrypted in it. `patient`: no student is waiting
        for the result, so it may take longer. Raises StorageUnavailableError.
        """
        async with self._guarded(patient=patient), self._reader() as session:
            with written_by(student):
                yield session

    @asynccontextmanager
    async def write(self, *students: int) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends and rolls back when it raises.

        `students`: the ids of those whose rows it changes; it holds their turns until it ends. With exactly one,
        texts can be decrypted and encrypted in it. A unit that changes rows of students without holding their turns
        must not wait for any lock: that is what rules out deadlocks. Raises StorageUnavailableError.
        """
        queued_at = asyncio.get_running_loop().time()
        # What is done for one student, that student waits for; the bot does by itself what is for many or nobody.
        patient = len(students) != 1
        async with (
            self._turn or nullcontext(),
            self._guarded(queued_at, patient=patient),
            self._writer() as session,
        ):
            # Around the commit too, which writes what is not written yet.
            with written_by(students[0] if len(set(students)) == 1 else None):
                async with session.begin():
                    if students and self._turn is None:
                        # Sorted, so that no two units wait for each other's turns.
                        await session.execute(_TAKE_TURNS, {"students": sorted(set(students))})
                    yield session
        self._may_be_untidy()
        if (due := session.info.get(ARMED)) is not None:
            self.on_armed(due)
        if session.info.get(TAKEN_BACK):
            await self.on_taken_back(students)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may use it at the same time, as with PostgreSQL, but not with SQLite."""
        return self._link is not None

    @property
    def generation(self) -> int:
        """A number that changes when the file was replaced, for example by a backup, while the bot was running."""
        return 0 if self._guard is None else self._guard.generation

    def _guarded(
        self, queued_at: float | None = None, *, patient: bool = False
    ) -> AbstractAsyncContextManager[None]:
        if self._link is not None:
            return self._link.work(patient=patient)
        return nullcontext() if self._guard is None else self._guard.work(queued_at)

    async def scrub(self) -> None:
        """Empty SQLite's write-ahead log, which still holds what was deleted or overwritten.

        While another program reads the file, for example for a backup, the log cannot be emptied; then a later
        `tidy` does it. PostgreSQL needs none of this.
        """
        if self._guard is not None:
            self.untidy = False
            if not await self._scrubbed():  # and what is written meanwhile makes it untidy as well
                self._may_be_untidy()

    async def know_erased(self) -> None:
        """Copy the newest lines of `erased.txt` into the database, so that a lost or cut file is noticed.

        On SQLite it also rewrites a small file, so that no pieces of what was deleted stay between the rows. This
        comes after the line was written, not with the erasure, which may be stopped before it. If it fails, the
        next start does it.
        """
        with suppress(StorageUnavailableError, DBAPIError, OSError):
            async with self._guarded(patient=True):
                await keep_notes(self.engine, self.erased)
            await self._leave_no_pieces()
        self._may_be_untidy()

    def _may_be_untidy(self) -> None:
        if self._guard is not None and not self.untidy:
            self.untidy = True
            self.on_untidy()

    async def _leave_no_pieces(self) -> None:
        """Rewrite the file if that takes a moment only; a large one is rewritten by the next start."""
        file = file_of(self.engine.url)
        if file is None or self._turn is None or (await asyncio.to_thread(file.stat)).st_size > _AT_ONCE_BYTES:
            return
        async with self._turn, self._guarded(patient=True):
            await leave_no_pieces(self.engine, _SCRUB_PATIENCE)

    async def tidy(self) -> None:
        """Empty the log, if any unit of work has written since the last time."""
        if self.untidy:
            await self.scrub()

    async def _scrubbed(self) -> bool:
        try:
            async with self._guarded():
                return await empty_the_log(self.engine, _SCRUB_PATIENCE)
        except StorageUnavailableError:
            return False

    async def close(self) -> None:
        """Close every connection. The last program to do so leaves no write-ahead log."""
        await self.engine.dispose()
