"""A thousand at once: the engine against one APScheduler job each in its SQLAlchemy store."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine, create_engine, event

from benchmarks.null_sender import Taker, engine_on
from benchmarks.seed_rows import PRAGMAS, add_students, opened, statuses
from benchmarks.sizes import Found, Run
from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.services.reminders.scheduling import arm


@dataclass(slots=True)
class _Pace:
    """Reminders in a second."""

    count: int = 0
    planning: float = 0.0
    """Seconds in which all were planned, each in a transaction of its own."""
    delivering: float = 0.0
    """Seconds from the first look until all were handed over and marked."""

    def add(self, count: int, started: float, between: float, ended: float) -> None:
        """Count one more round by its moments."""
        self.count += count
        self.planning += between - started
        self.delivering += ended - between

    @property
    def planned(self) -> float:
        return self.count / self.planning

    @property
    def delivered(self) -> float:
        return self.count / self.delivering

    @property
    def both(self) -> float:
        return self.count / (self.planning + self.delivering)


class _Progress:
    """How far the jobs are. Of the module, because a stored job can only name a function of one."""

    def __init__(self) -> None:
        self.left = 0
        self.complete = asyncio.Event()


_progress = _Progress()


async def execute(_number: int) -> None:
    """What one job does: as little as the engine's sender."""
    _progress.left -= 1
    if not _progress.left:
        _progress.complete.set()


async def measure(run: Run) -> Found:
    """Plan, wait until all is due, and see how long it takes until all is handed over and marked; in turns."""
    ours, jobs, stock = _Pace(), _Pace(), _Pace()
    for turn in range(run.sizes.job_rounds):
        await _by_us(run, run.folder / f"rows{turn}.sqlite3", ours)
        await _by_jobs(_like_ours(run.folder / f"jobs{turn}.sqlite3"), run.sizes.jobs, jobs)
        await _by_jobs(create_engine(f"sqlite:///{run.folder}/stock{turn}.sqlite3"), run.sizes.jobs, stock)
    told = (
        ("delivered", ours.delivered, jobs.delivered, stock.delivered),
        ("planned", ours.planned, jobs.planned, stock.planned),
        ("planned and delivered", ours.both, jobs.both, stock.both),
    )
    # The key is against the store as somebody gets it who follows APScheduler's own guide.
    return Found({"vs_job_store": ours.delivered / stock.delivered}, tuple(_note(*line) for line in told))


def _note(did: str, ours: float, jobs: float, stock: float) -> str:
    return (
        f"{did}: {ours:.0f}/s; by jobs with the same pragmas {jobs:.0f}/s, in a store as it comes {stock:.0f}/s "
        f"({ours / jobs:.3g} and {ours / stock:.3g} times)"
    )


async def _by_us(run: Run, file: Path, pace: _Pace) -> None:
    count = run.sizes.jobs
    db = await opened(file)
    add_students(file, count)
    due = now() - timedelta(milliseconds=1)
    async with engine_on(db, Taker()) as engine, run.stalls.watched("all at once"):
        started = time.perf_counter()
        for number in range(1, count + 1):
            async with db.write() as session:
                reminder = Planned(ReminderKind.NUDGE, number, due, due + timedelta(days=1), f"nudge:{number}")
                await arm(session, number, [reminder])
        between = time.perf_counter()
        engine.poke()
        await engine.finished()
        pace.add(count, started, between, time.perf_counter())
    await db.close()
    assert statuses(file) == {"sent": count}, statuses(file)


async def _by_jobs(engine: Engine, count: int, pace: _Pace) -> None:
    store = SQLAlchemyJobStore(engine=engine)
    scheduler = AsyncIOScheduler(
        timezone=UTC, jobstores={"default": store}, job_defaults={"misfire_grace_time": None, "coalesce": False}
    )
    _progress.left = count
    _progress.complete.clear()
    scheduler.start(paused=True)
    due = datetime.now(UTC)
    started = time.perf_counter()
    for number in range(count):
        scheduler.add_job(execute, "date", run_date=due, args=[number])
    between = time.perf_counter()
    scheduler.resume()
    await _progress.complete.wait()
    pace.add(count, started, between, time.perf_counter())
    assert not store.get_all_jobs()
    scheduler.shutdown(wait=False)
    engine.dispose()


def _like_ours(file: Path) -> Engine:
    """An engine with the settings of ours, so that both pay the same for a commit."""
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
