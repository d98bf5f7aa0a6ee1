"""The cost of one wake-up, from the poke until nothing is in hand, with many rows waiting and with few."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.null_sender import Taker, engine_on
from benchmarks.seed_rows import add_due, add_far, add_students, opened
from benchmarks.sizes import Found, Run, quantile
from bot.clock import now
from bot.reminders.engine import Engine

STUDENTS = 1_000


async def prepare(file: Path, count: int) -> None:
    """A file with `count` reminders that are far away."""
    await (await opened(file)).close()
    add_students(file, STUDENTS)
    add_far(file, count, STUDENTS)


async def measure(run: Run, many_rows: Path) -> Found:
    """In turns on `many_rows` and on a file with few."""
    few_rows = run.folder / "few.sqlite3"
    await prepare(few_rows, run.sizes.few)
    many_db, few_db = await opened(many_rows), await opened(few_rows)
    many: list[float] = []
    few: list[float] = []
    async with engine_on(many_db, Taker()) as with_many, engine_on(few_db, Taker()) as with_few:
        with_many.start()
        with_few.start()
        async with run.stalls.watched("wake-ups"):
            for _ in range(run.sizes.wake_ups):
                few.append(await _one(with_few, few_rows))
                many.append(await _one(with_many, many_rows))
    await many_db.close()
    await few_db.close()
    p50 = quantile(many, 0.5), quantile(few, 0.5)
    note = f"a wake-up: {1000 * p50[0]:.2f} ms with {run.sizes.many:,} rows, {1000 * p50[1]:.2f} ms with few"
    return Found({"wakeup_1m_vs_1k": p50[0] / p50[1]}, (note,))


async def _one(engine: Engine, file: Path) -> float:
    await engine.finished()
    # Not in the loop, whose stalls are watched.
    await asyncio.to_thread(add_due, file, [now() - timedelta(milliseconds=1)])
    started = time.perf_counter()
    engine.poke()
    await engine.finished()
    return time.perf_counter() - started
