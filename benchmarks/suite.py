"""All measurements, one after the other, on this machine."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from benchmarks import claims, handlers, job_store, lateness, others, start_up, wake_ups, workers
from benchmarks.loop_stalls import Stalls
from benchmarks.sizes import Found, Run, Sizes
from bot.app import settle_process

_Measure = Callable[[Run], Coroutine[Any, Any, Found]]
_IN_A_LOOP: tuple[_Measure, ...] = (
    handlers.measure,
    others.measure,
    claims.measure,
    lateness.spread,
    lateness.same_second,
    job_store.measure,
)


def measure(folder: Path, sizes: Sizes, tell: Callable[[str], None]) -> dict[str, float]:
    """Every figure by its key. Files go into `folder`; what the figures are made of goes to `tell`."""
    run = Run(folder, sizes, Stalls())
    figures: dict[str, float] = {}

    def keep(found: Found) -> None:
        figures.update(found.figures)
        for note in found.notes:
            tell(note)

    settle_process()  # as `python -m bot run` does
    for one in _IN_A_LOOP:
        keep(asyncio.run(one(run)))
    many_rows = folder / "many.sqlite3"
    asyncio.run(wake_ups.prepare(many_rows, sizes.many))
    keep(asyncio.run(wake_ups.measure(run, many_rows)))
    keep(start_up.measure(run, many_rows))
    keep(asyncio.run(workers.measure(run)))
    phase, seconds = run.stalls.worst()
    tell(f"longest stall of the loop: {1000 * seconds:.1f} ms in {phase!r}")
    return figures | {"loop_stall_ms": 1000 * seconds}
