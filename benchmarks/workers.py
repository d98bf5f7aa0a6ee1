"""Two processes that share what is due on one PostgreSQL, against one that has it all to itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import worker
from benchmarks.sizes import Found, Run
from benchmarks.worker import MANY
from bot.clock import now
from bot.storage.database import open_engine
from tests.support import postgres

DISCORD = 0.1
"""Seconds from a message to Discord's answer: at the quick end of what is seen, which asks most of the database."""
LOOK = 0.1
"""Seconds between two looks whether all is done."""
LONGEST = 300
"""Seconds after which something is wrong rather than slow."""
TURNS = (1, 2, 2, 1)
"""How many workers there are, in turns: a machine that gets slower meanwhile is slower for both."""
BRIEFLY = (1, 2)

_STUDENTS = """INSERT INTO users
    (discord_id, display_name, zone, quiet_from, quiet_to, school, about, interests, created_at)
    SELECT i, 'Student', 'America/Denver', '00:00', '00:00', '', '', '', :due FROM generate_series(1, :count) i"""
_REMINDERS = """INSERT INTO reminders
    (user_id, kind, subject_id, due_at, available_at, expires_at, status, reason, attempts, dedupe_key)
    SELECT i, 'nudge', i, :due, :due, :expires, 'pending', '', 0, 'due:' || i FROM generate_series(1, :count) i"""
_LEFT = text("SELECT count(*) FROM reminders WHERE status = 'pending'")
_BY_WORKER = text("SELECT count(*), max(sent_at) FROM reminders WHERE status = 'sent' GROUP BY message_id / :many")


async def measure(run: Run) -> Found:
    """Rows in a second, at Discord's distance; and, told only, with nobody to wait for."""
    count = run.sizes.shared
    async with _server() as server:
        figure, told = await _compared(server, TURNS, count, DISCORD)
        _, told_at_once = await _compared(server, BRIEFLY, count, 0.0)
    way = f"Discord {1000 * DISCORD:.0f} ms away"
    return Found(
        {"pg_two_workers": figure}, (f"rows/s on PostgreSQL, {way}: {told}", f"with no way at all: {told_at_once}")
    )


@asynccontextmanager
async def _server() -> AsyncIterator[postgres.Server]:
    """A server as it comes: it keeps what it acknowledged."""
    serving = postgres.serve(hurry=False)
    server = await asyncio.to_thread(serving.__enter__)
    try:
        yield server
    finally:
        await asyncio.to_thread(serving.__exit__, None, None, None)


async def _compared(server: postgres.Server, turns: Sequence[int], count: int, latency: float) -> tuple[float, str]:
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for workers in turns:
        seconds[workers].append(await _once(server, workers, count, latency))
    alone, two = (count * len(spent) / sum(spent) for spent in seconds.values())
    return two / alone, f"{alone:.0f} by one worker, {two:.0f} by two ({two / alone:.2f} times)"


async def _once(server: postgres.Server, workers: int, count: int, latency: float) -> float:
    """The seconds from the start of so many workers until all is sent and recorded."""
    database = await server.fresh()
    engine = open_engine(database)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.drop, database)
        stack.push_async_callback(engine.dispose)
        await _fill(engine, count)
        url = database.render_as_string(hide_password=False)
        started = await asyncio.gather(*(worker.start(url, number, latency) for number in range(workers)))
        for one in started:
            stack.push_async_callback(worker.end, one)
        begun = now()
        for one in started:
            worker.begin(one)
        return (await _done(engine, count, workers) - begun).total_seconds()


async def _fill(engine: AsyncEngine, count: int) -> None:
    due = now() - timedelta(minutes=1)
    async with engine.begin() as connection:
        await connection.execute(text(_STUDENTS), {"due": due, "count": count})
        await connection.execute(text(_REMINDERS), {"due": due, "expires": due + timedelta(days=1), "count": count})
        # A server does that by itself within a minute.
        await connection.execute(text("ANALYZE"))


async def _done(engine: AsyncEngine, count: int, workers: int) -> datetime:
    """When the last was recorded."""
    async with asyncio.timeout(LONGEST):
        while True:
            async with engine.connect() as connection:
                if not await connection.scalar(_LEFT):
                    break
            await asyncio.sleep(LOOK)
    async with engine.connect() as connection:
        shares: list[tuple[int, datetime]] = [
            (number, last) for number, last in await connection.execute(_BY_WORKER, {"many": MANY})
        ]
    assert sum(number for number, _ in shares) == count, shares
    assert len(shares) == workers, f"somebody had nothing to do: {shares}"
    return max(last for _, last in shares)
