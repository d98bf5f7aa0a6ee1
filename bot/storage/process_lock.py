"""Sees to it that one bot is at work on a SQLite file, and one on each shard of what shares a PostgreSQL.

Two of them would both hear a student's message. Beside a SQLite file stands a lock of the operating system, which
ends with the process, however that ends. On PostgreSQL a row says which shards a process has, with a lease that it
renews: a lock of the server's would outlive a machine without power by hours, and would be lost with a connection.
"""

import asyncio
import contextlib
import json
import logging
import os
import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.storage.columns.types import seal_of
from bot.storage.database import Database
from bot.storage.errors import StorageUnavailableError
from bot.storage.files import file_of, missing_or_empty
from bot.storage.models import Fact
from bot.storage.schema.revision import current, is_known

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
"""How long a process that is killed keeps its shards; a start right after it waits no longer than that."""
RENEW = LEASE / 4
_LOOK_AGAIN = 0.5
"""Seconds between two looks whether the shards are free."""
_KEY = "at work "
_ONE_AT_A_TIME = text("LOCK TABLE facts IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that is at work, as its row tells."""

    host: str
    pid: int
    since: datetime
    until: datetime
    """The end of its lease. On a SQLite file its lock tells, and this says nothing."""
    count: int
    ids: frozenset[int]
    """The shards that it has, of `count`."""
    key: str = ""
    """What the key is known by that it writes with; empty for one that does not say."""

    def meets(self, other: "Worker") -> bool:
        """Whether Discord may hand both the same message. Shards of another division are never known to differ."""
        return self.count != other.count or not self.ids.isdisjoint(other.ids)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC"


class AtWorkError(Exception):
    """Another process is at work on the same; `who` is it, if that can be told."""

    def __init__(self, who: Worker | None) -> None:
        super().__init__("another process is at work")
        self.who = who


class Alone:
    """The right of this process to be at work. `lost` is set when another one has it meanwhile."""

    def __init__(self, db: Database, since: datetime, count: int = 1, ids: Sequence[int] = ()) -> None:
        """`since`: when this process began. `count`, `ids`: the shards that it has; all when none is named."""
        self._db = db
        self._file = file_of(db.engine.url)
        seal = seal_of(db.engine.dialect)
        self._me = Worker(
            platform.node(), os.getpid(), since, since, count, frozenset(ids or range(count)), seal.name
        )
        self._key = _KEY + secrets.token_hex(8)
        self._lock: BaseFileLock | None = None
        self._inode: tuple[int, int] | None = None
        self._signed_in = False
        self._heart: asyncio.Task[None] | None = None
        self.lost = asyncio.Event()

    async def lock(self) -> None:
        """Lock a SQLite file, before anything is done to it; waits a little for one that is just being left.

        Raises AtWorkError.
        """
        if self._file is not None and not await asyncio.to_thread(self._locked, LEASE.total_seconds()):
            raise AtWorkError(await self._somebody())

    async def sign_in(self) -> None:
        """Note that this process is at work, once the tables are there.

        On PostgreSQL that takes the shards: it waits for the lease of a process that was killed, and no longer than
        a lease is where one ends later than it may, as after the server's clock was ahead. Raises AtWorkError as
        soon as the other one turns out to be alive.
        """
        seen: dict[str, tuple[datetime, float]] = {}
        loop = asyncio.get_running_loop()
        while found := await self._take(_silent(seen, loop.time())):
            for key, other in found.items():
                if seen.setdefault(key, (other.until, loop.time()))[0] != other.until:
                    raise AtWorkError(other)
            await asyncio.sleep(_LOOK_AGAIN)
        self._signed_in = True

    def watch(self) -> None:
        """From now on, keep the right and notice when it is lost."""
        self._heart = asyncio.create_task(self._beat(), name="at work")

    async def release(self) -> None:
        """Let another process have it. Calling it twice is fine."""
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.gather(self._heart, return_exceptions=True)
        if self._signed_in:
            self._signed_in = False
            with contextlib.suppress(StorageUnavailableError, DBAPIError):  # the lease ends by itself
                async with self._db.write() as session:
                    await session.execute(delete(Fact).where(Fact.key == self._key))
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def _take(self, silent: Mapping[str, datetime]) -> dict[str, Worker]:
        """Write the row, unless others have these shards: returns them, by key.

        `silent`: the end of the lease of each that did not renew it in time, whatever that end is.
        """
        async with self._db.write() as session:
            present = self._me.since
            if self._file is None:
                await session.execute(_ONE_AT_A_TIME)
                present = await _moment(session)
            others = await _workers(session)
            # Whoever had a file before has lost its lock, or this process would not have it.
            over = [
                key
                for key, other in others.items()
                if self._file is not None or other.until <= present or silent.get(key) == other.until
            ]
            met = {key: one for key, one in others.items() if key not in over and one.meets(self._me)}
            if not met:
                await session.execute(delete(Fact).where(Fact.key.in_(over)))
                session.add(Fact(key=self._key, value=_written(self._me, present + LEASE)))
        return met

    async def _beat(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(RENEW.total_seconds())
            if not await self._still():
                self.lost.set()

    async def _still(self) -> bool:
        """Whether this process has it still. A database that is away takes it from nobody."""
        try:
            if self._file is not None:
                return await asyncio.to_thread(self._file_is_locked)
            async with self._db.write() as session:
                value = _written(self._me, await _moment(session) + LEASE)
                mine = update(Fact).where(Fact.key == self._key).values(value=value).returning(Fact.key)
                return (await session.scalar(mine)) is not None
        except (StorageUnavailableError, DBAPIError, OSError):
            return True

    async def _somebody(self) -> Worker | None:
        """Who has the file locked, as far as it says."""
        try:
            async with self._db.read() as session:
                return next(iter((await _workers(session)).values()), None)
        except (StorageUnavailableError, DBAPIError):
            return None

    def _locked(self, seconds: float) -> bool:
        """Take the lock within `seconds`. For a thread."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only who is at work needs it

        path = lock_of(self._file) if self._file is not None else Path()
        lock = FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            return False
        except (NotImplementedError, OSError) as error:  # SQLite says it itself where the folder is the reason
            if isinstance(error, PermissionError | IsADirectoryError) and os.path.lexists(path):
                raise  # whoever has it may be at work
            log.warning("no lock can be made beside the database: see to it that no second bot uses the same file")
            return True
        self._lock, self._inode = lock, _inode(path)
        return True

    def _file_is_locked(self) -> bool:
        """Whether the lock is still the one that others meet; somebody may have tidied the folder up."""
        if self._lock is None or self._file is None or _inode(lock_of(self._file)) == self._inode:
            return True
        return self._locked(0)


def _silent(seen: Mapping[str, tuple[datetime, float]], present: float) -> dict[str, datetime]:
    """Of those that were `seen`, each with the moment of that, who has said nothing for as long as a lease."""
    return {key: until for key, (until, since) in seen.items() if present - since >= LEASE.total_seconds()}


def lock_of(file: Path) -> Path:
    """The lock of a SQLite file, the same for every path that leads to it."""
    whole = Path(os.path.realpath(file))  # a link that goes in circles is for SQLite to refuse
    return whole.with_name(f"{whole.name}.lock")


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


async def writes_with_another_key(engine: AsyncEngine) -> Worker | None:
    """One that is at work on the database and writes with another first key than `engine`; None if nobody does.

    It could not read what is written anew under that key, and would go on under its own.
    """
    file = file_of(engine.url)
    if file is not None and missing_or_empty(file) is not None:
        return None
    revision = await current(engine)
    if revision is None or not is_known(revision):
        return None
    async with AsyncSession(engine) as session:
        present = None if file is not None else await _moment(session)
        # A lease that ends later than one can is of a clock that was ahead, and not of one that renews it.
        others = [
            one
            for one in (await _workers(session)).values()
            if present is None or present < one.until <= present + LEASE
        ]
    mine = seal_of(engine.dialect).name
    other = next((one for one in others if one.key not in {"", mine}), None)
    return other if other is None or file is None or await asyncio.to_thread(_is_locked, file) else None


def _is_locked(file: Path) -> bool:
    """Whether somebody has the lock of a SQLite file. For a thread."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - as above

    if not os.path.lexists(path := lock_of(file)):
        return False
    try:
        with FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False).acquire(timeout=0):
            return False
    except (Timeout, NotImplementedError, OSError):  # where there are no locks, the row alone tells
        return True


async def _moment(session: AsyncSession) -> datetime:
    """The present by the clock that all processes share, which is the server's."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


async def _workers(session: AsyncSession) -> dict[str, Worker]:
    """Who has said that they are at work, by key."""
    rows = await session.execute(select(Fact.key, Fact.value).where(Fact.key.startswith(_KEY)))
    return {key: _read(value) for key, value in rows}


def _written(worker: Worker, until: datetime) -> str:
    return json.dumps(
        {
            "host": worker.host,
            "pid": worker.pid,
            "since": worker.since.isoformat(),
            "until": until.isoformat(),
            "count": worker.count,
            "ids": sorted(worker.ids),
            "key": worker.key,
        }
    )


def _read(value: str) -> Worker:
    said = json.loads(value)
    moments = {name: datetime.fromisoformat(said[name]) for name in ("since", "until")}
    ids, key = frozenset(said["ids"]), said.get("key", "")
    return Worker(said["host"], said["pid"], count=said["count"], ids=ids, key=key, **moments)
