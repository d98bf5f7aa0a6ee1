"""Claiming and marking in batches, against plain sqlite3 that does the same to the same rows."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from benchmarks.seed_rows import PRAGMAS, add_due, add_students, connected, opened, stored
from benchmarks.sizes import Found, Run
from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.services.reminders.claims import LEASE, Deliveries, DeliveryOutcome

BATCH = 50

_CLAIM = """UPDATE reminders SET claimed_until = ?, available_at = ?, attempts = attempts + 1 WHERE id IN (
    SELECT id FROM reminders WHERE status = 'pending' AND available_at <= ? ORDER BY available_at LIMIT ?
) RETURNING id, user_id, kind, subject_id, due_at, expires_at, attempts"""
_MARK = """UPDATE reminders SET status = 'sent', reason = '', sent_at = ?, message_id = ?, claimed_until = NULL
    WHERE id = ? AND status = 'pending'"""


async def measure(run: Run) -> Found:
    """Batch by batch in turns, on two files with the same rows."""
    count = run.sizes.batches * BATCH
    for name in ("ours", "plain"):
        await _filled(run.folder / f"claims_{name}.sqlite3", count)
    db = await opened(run.folder / "claims_ours.sqlite3")
    deliveries, ours, plain = Deliveries(db), 0.0, 0.0
    with closing(connected(run.folder / "claims_plain.sqlite3", *PRAGMAS)) as connection:
        async with run.stalls.watched("claim and mark"):
            for _ in range(run.sizes.batches):
                ours += await _by_us(deliveries)
                plain += _by_hand(connection)
    await db.close()
    return Found(
        {"claim_mark_vs_raw": plain / ours},
        (f"claim and mark: {count / ours:.0f} rows/s, plain sqlite3 {count / plain:.0f} rows/s",),
    )


async def _filled(file: Path, count: int) -> None:
    await (await opened(file)).close()
    add_students(file, count)
    start = now() - timedelta(minutes=5)
    add_due(file, [start + timedelta(microseconds=n) for n in range(count)])


async def _by_us(deliveries: Deliveries) -> float:
    """One batch as the engine takes it, and records it when Discord is quick; returns the seconds."""
    started = time.perf_counter()
    claimed = await deliveries.claim(BATCH)
    taken = [reminder for delivery in claimed for reminder in delivery.reminders]
    await deliveries.record([DeliveryOutcome(one, Status.SENT, message_id=one.user_id) for one in taken])
    seconds = time.perf_counter() - started
    assert len(claimed) == BATCH
    return seconds


def _by_hand(connection: sqlite3.Connection) -> float:
    """One batch in as few steps as it can be done; returns the seconds."""
    started = time.perf_counter()
    moment, until = stored(now()), stored(now() + LEASE)
    connection.execute("BEGIN IMMEDIATE")
    claimed = connection.execute(_CLAIM, (until, until, moment, BATCH)).fetchall()
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_MARK, [(stored(now()), row[1], row[0]) for row in claimed])
    connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    assert len(claimed) == BATCH
    return seconds
