"""Several engines on one PostgreSQL: they share what is due, a student at a time, and none waits for another."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.services.reminders.claims import _DUE, LEASE, Deliveries, DeliveryOutcome
from bot.storage.database import Database, open_engine
from tests.reminders.engine_kit import HOUR, plan

pytestmark = pytest.mark.postgresql(reason="a SQLite file is one process's")


@pytest.fixture
async def other(database: str, tmp_path: Path) -> AsyncIterator[Database]:
    """The database as another process has opened it."""
    opened = Database(open_engine(make_url(database)), tmp_path)
    yield opened
    await opened.close()


async def test_what_is_due_for_one_student_is_never_divided(db: Database, other: Database) -> None:
    for user in range(1, 21):
        await plan(db, *(now() - n * HOUR for n in range(5)), user=user)
    workers = {name: Deliveries(one) for name, one in (("a", db), ("b", other))}
    holders: defaultdict[int, set[str]] = defaultdict(set)
    sizes: set[int] = set()

    async def take(name: str, times: int = 200) -> None:
        for _ in range(times):
            for delivery in await workers[name].claim(3):
                holders[delivery.user_id].add(name)
                sizes.add(len(delivery.reminders))

    # Each has some for certain, however the machine shares itself out among them.
    await take("a", 1)
    await take("b", 1)
    await asyncio.gather(take("a"), take("b"), take("a"), take("b"))
    assert len(holders) == 20
    assert sizes == {5}, "one student's reminders went to several workers, or in several messages"
    assert set.union(*holders.values()) == {"a", "b"}


async def test_a_claim_passes_by_whoever_another_worker_is_just_claiming(db: Database, other: Database) -> None:
    await plan(db, now() - 2 * HOUR, user=1)
    [free] = await plan(db, now() - HOUR, user=2)
    async with other.engine.begin() as busy:
        await busy.execute(_DUE, {"present": now(), "many": 1})
        # One that waited would be refused: nobody gives way here.
        deliveries = await Deliveries(db).claim()
        assert [one.id for delivery in deliveries for one in delivery.reminders] == [free]


async def test_a_student_who_is_another_workers_is_left_alone_with_all_their_reminders(
    db: Database, other: Database
) -> None:
    """Were the reminder locked before its student, that worker would miss it in the message that it makes."""
    [reminder] = await plan(db, now() - HOUR, user=1)
    async with other.engine.begin() as holder:
        await holder.execute(text("SELECT 1 FROM users FOR NO KEY UPDATE"))
        async with db.engine.begin() as second:
            assert not (await second.execute(_DUE, {"present": now(), "many": 9})).all()
            locked = text("SELECT id FROM reminders FOR UPDATE NOWAIT")
            assert (await holder.execute(locked)).scalars().all() == [reminder]


async def test_a_student_who_acts_makes_no_claim_wait(db: Database, other: Database) -> None:
    await plan(db, now() - HOUR, user=1)
    [reminder] = await plan(db, now() - HOUR, user=2)
    async with other.write(1) as session:
        await session.execute(text("UPDATE reminders SET status = 'cancelled' WHERE user_id = 1"))
        # One that waited would be refused: nobody gives way here.
        deliveries = await Deliveries(db).claim()
        assert [one.id for delivery in deliveries for one in delivery.reminders] == [reminder]


async def test_whose_lease_has_passed_to_another_worker_records_nothing(
    db: Database, other: Database, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now() - HOUR)
    [lost] = await Deliveries(db).claim()
    traveller.shift(LEASE)
    [held] = await Deliveries(other).claim()
    await Deliveries(db).record([DeliveryOutcome(lost.reminders[0], Status.STALE, "too late to be useful")])
    assert await _rows(db) == [(reminder, "pending", None)]
    await Deliveries(other).record([DeliveryOutcome(held.reminders[0], Status.SENT, message_id=7)])
    assert await _rows(db) == [(reminder, "sent", 7)]


async def test_a_claim_reads_a_prefix_of_the_index_of_what_waits(db: Database) -> None:
    await plan(db, *(now() - n * HOUR for n in range(50)), lives=200 * HOUR)
    async with db.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO reminders (user_id, kind, subject_id, due_at, available_at, expires_at, status,"
                " reason, attempts, dedupe_key) SELECT 1, 'nudge', i, now(), now(), now(),"
                " CASE WHEN i % 10 = 0 THEN 'pending' ELSE 'sent' END, '', 0, 'many:' || i"
                " FROM generate_series(1, 20000) i"
            )
        )
        await connection.execute(text("ANALYZE"))
    steps = await _plan_of(db.engine)
    assert any("Index Scan using ix_reminders_pending" in step for step in steps), steps
    assert not [step for step in steps if "Sort" in step or "Seq Scan on reminders" in step], steps


async def _plan_of(engine: AsyncEngine) -> list[str]:
    """How PostgreSQL goes about a claim."""
    compiled = str(_DUE.compile(dialect=engine.dialect)).replace("$1", "now()").replace("$2", "50")
    async with engine.connect() as connection:
        return list((await connection.exec_driver_sql(f"EXPLAIN {compiled}")).scalars())


async def _rows(db: Database) -> list[tuple[int, str, int | None]]:
    async with db.read() as session:
        found = await session.execute(text("SELECT id, status, message_id FROM reminders ORDER BY id"))
        return [(row[0], row[1], row[2]) for row in found]


async def test_a_student_who_acts_and_an_engine_that_records_do_not_wait_for_each_other(
    db: Database, other: Database
) -> None:
    """The student comes from the second reminder to the first, the engine from the first to the second."""
    first, second = await plan(db, now() - HOUR, now() - HOUR)
    [delivery] = await Deliveries(db).claim()
    cancelled = text("UPDATE reminders SET status = 'cancelled' WHERE id = :id")
    async with other.write(1) as session:
        await session.execute(cancelled, {"id": second})
        sent = [DeliveryOutcome(one, Status.SENT, message_id=7) for one in delivery.reminders]
        recording = asyncio.create_task(Deliveries(db).record(sent))
        await _somebody_waits(other)
        await session.execute(cancelled, {"id": first})
    await recording
    assert await _rows(db) == [(first, "cancelled", None), (second, "cancelled", None)]


async def _somebody_waits(db: Database) -> None:
    async with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while not await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            pass
