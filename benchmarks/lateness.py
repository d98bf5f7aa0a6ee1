"""How late a reminder is handed over: evenly spread ones, and a thousand in the same second."""

import asyncio
from datetime import datetime, timedelta

from benchmarks.null_sender import NO_PACE, Taker, engine_on
from benchmarks.seed_rows import add_due, add_students, opened, statuses
from benchmarks.sizes import Found, Run, quantile
from bot.clock import now

DISCORD = 50
"""Messages that Discord takes in a second."""
AHEAD = timedelta(seconds=1)
"""How long before the first one everything is in place."""
_LONGEST = 120
"""Seconds after which something is wrong rather than late."""


async def spread(run: Run) -> Found:
    """Reminders 20 ms apart, each for another student, in real time."""
    count = max(2, round(run.sizes.late_seconds * DISCORD))
    late = [1000 * (sent - due).total_seconds() for due, sent in await _sent(run, "spread", count, 1 / DISCORD)]
    return Found(
        {"lateness_p50_ms": quantile(late, 0.5), "lateness_p99_ms": quantile(late, 0.99)},
        (f"lateness of {count} at 50/s: longest {max(late):.1f} ms",),
    )


async def same_second(run: Run) -> Found:
    """Reminders that are all due at one moment, at Discord's pace."""
    taken = await _sent(run, "same_second", run.sizes.same_second, 0, pace=DISCORD)
    seconds = max((sent - due).total_seconds() for due, sent in taken)
    return Found({"burst_1000_s": seconds}, (f"{len(taken)} in the same second: the last after {seconds:.2f} s",))


async def _sent(
    run: Run, name: str, count: int, gap: float, *, pace: float = NO_PACE
) -> list[tuple[datetime, datetime]]:
    file = run.folder / f"{name}.sqlite3"
    db = await opened(file)
    add_students(file, count)
    taker = Taker(count)
    async with engine_on(db, taker, per_second=pace) as engine:
        first = now() + AHEAD
        add_due(file, [first + n * timedelta(seconds=gap) for n in range(count)])
        engine.start()
        await engine.finished()
        async with run.stalls.watched(f"lateness: {name.replace('_', ' ')}"):
            async with asyncio.timeout(_LONGEST):
                await taker.complete.wait()
            await engine.finished()
    await db.close()
    assert statuses(file) == {"sent": count}, statuses(file)
    return taker.taken
