"""One of several processes that send what is due in one database: the real engine, and nobody behind it.

`python -m benchmarks.worker URL NUMBER LATENCY`: says `ready`, begins at the first line that it is given, and ends
with its input.
"""

import asyncio
import itertools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks.null_sender import NO_PACE
from bot.reminders.engine import Engine
from bot.services.reminders.claims import Claimed, Deliveries
from bot.storage.database import Database, open_engine

READY = "ready"
MANY = 1_000_000
"""More messages than one worker sends: the ids of each worker's are of its own million."""
ROOT = Path(__file__).parents[1]


class Distant:
    """Stands where Discord is: takes every message, and says so after a while."""

    def __init__(self, number: int, latency: float) -> None:
        self._ids = itertools.count(number * MANY)
        self._latency = latency

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:  # noqa: ARG002 - the engine's protocol
        """As long as the way there and back."""
        await asyncio.sleep(self._latency)
        return next(self._ids)

    async def find(self, user_id: int, reminders: Sequence[Claimed]) -> Mapping[int, int] | None:  # noqa: ARG002 - the engine's protocol
        """Nothing ever went out before."""
        return {}


async def start(database: str, number: int, latency: float) -> asyncio.subprocess.Process:
    """Start a worker; returns when it has said that it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.worker", database, str(number), str(latency)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).decode().strip() == READY
    return process


def begin(process: asyncio.subprocess.Process) -> None:
    """Let a worker begin."""
    assert process.stdin is not None
    process.stdin.write(b"begin\n")


async def end(process: asyncio.subprocess.Process) -> None:
    """Let a worker stop in order."""
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


async def _work(database: str, number: int, latency: float) -> None:
    db = Database(open_engine(make_url(database)))
    deliveries = Deliveries(db)
    await deliveries.earliest()
    # Nothing but the pace is taken away: it is Discord's, for all workers together.
    engine = Engine(deliveries, Distant(number, latency), sweep_seconds=0.5, per_second=NO_PACE)
    print(READY, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    engine.start()
    await asyncio.to_thread(sys.stdin.read)
    await engine.stop()
    await db.close()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
