"""What the engine asks the database goes through an index, however many rows there are."""

import json
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.handbook import loader
from bot.services import build_services
from bot.services.base import ensure_user
from bot.services.reminders.claims import Deliveries, DeliveryOutcome
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from bot.storage.models import User

HOUR = timedelta(hours=1)


@pytest.fixture
async def asked(db: Database) -> list[tuple[str, Any]]:
    """Every statement from here on, with its values."""
    async with db.write() as session:
        for user in (1, 2):
            await ensure_user(session, user)
            reminders = [
                Planned(ReminderKind.NUDGE, n, now() + n * HOUR, now() + 90 * HOUR, f"{user}:{n}") for n in range(3)
            ]
            await arm(session, user, reminders)
    found: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        statement, values, many = given[2], given[3], given[5]
        found.append((statement, values[0] if many else values))

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    return found


async def plans(db: Database, asked: list[tuple[str, Any]]) -> dict[str, list[str]]:
    """How the database goes about each statement on reminders, in its own words."""
    explain = {"sqlite": _explain_sqlite, "postgresql": _explain_postgresql}[db.engine.dialect.name]
    async with db.engine.connect() as connection:
        return {
            statement: await explain(connection, statement, values)
            for statement, values in list(asked)
            if "reminders" in statement
        }


async def _explain_sqlite(connection: AsyncConnection, statement: str, values: Any) -> list[str]:
    rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row.detail for row in rows]


async def _explain_postgresql(connection: AsyncConnection, statement: str, values: Any) -> list[str]:
    """With so few rows it would read them all; so reading and sorting them is made to look expensive."""
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    await connection.exec_driver_sql("SET LOCAL enable_sort = off")
    found = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON, COSTS OFF) {statement}", values)
    plan = found.scalar_one()
    return list(_steps((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    """Each node of a plan: what it does, to what, by which condition."""
    yield " ".join(
        str(plan[key]) for key in ("Node Type", "Index Name", "Relation Name", "Index Cond") if key in plan
    )
    for inner in plan.get("Plans", ()):
        yield from _steps(inner)


async def claim_and_record(deliveries: Deliveries) -> None:
    """As many as were asked for, which is when it looks for more for the same students."""
    claimed = [reminder for delivery in await deliveries.claim(2) for reminder in delivery.reminders]
    assert len(claimed) == 2
    await deliveries.record([DeliveryOutcome(one, Status.SENT, message_id=1) for one in claimed])


async def look(deliveries: Deliveries) -> None:
    assert await deliveries.earliest() is not None


@pytest.mark.parametrize(("ask", "statements"), [(claim_and_record, 4), (look, 1)])
async def test_nothing_reads_all_reminders(
    db: Database,
    asked: list[tuple[str, Any]],
    ask: Callable[[Deliveries], Coroutine[Any, Any, None]],
    statements: int,
) -> None:
    await ask(Deliveries(db))
    found = await plans(db, asked)
    assert len(found) == statements
    for statement, steps in found.items():
        assert not [step for step in steps if step in {"SCAN reminders", "Seq Scan reminders"}], (statement, steps)


@pytest.mark.sqlite(reason="in its own words")
async def test_what_is_due_is_a_prefix_of_the_index_of_what_waits(
    db: Database, asked: list[tuple[str, Any]]
) -> None:
    deliveries = Deliveries(db)
    await look(deliveries)
    await claim_and_record(deliveries)
    found = list((await plans(db, asked)).values())
    earliest, due, more = found[0], found[1], found[2]
    assert earliest == ["SCAN reminders USING INDEX ix_reminders_pending"], "it stops at the first"
    assert due[0] == "SEARCH reminders USING INDEX ix_reminders_pending (available_at<?)"
    assert "SEARCH reminders USING INDEX ix_reminders_user_id (user_id=?)" in more
    assert not [step for step in due if "TEMP B-TREE" in step], "it would sort everything that is due"


@pytest.mark.postgresql(reason="in its own words")
async def test_postgresql_too_reads_a_prefix_of_that_index(db: Database, asked: list[tuple[str, Any]]) -> None:
    deliveries = Deliveries(db)
    await look(deliveries)
    await claim_and_record(deliveries)
    earliest, due, *_ = (await plans(db, asked)).values()
    assert earliest == ["Limit", "Index Only Scan ix_reminders_pending reminders"], "it stops at the first"
    assert due[:2] == ["Limit", "LockRows"], "it locks what it takes and no more"
    assert [step for step in due if step.startswith("Index Scan ix_reminders_pending reminders (available_at <= ")]
    assert "Sort" not in due, "it would sort everything that is due"


async def test_looking_for_who_stays_away_reads_nobody_who_is_here(db: Database) -> None:
    inactivity = build_services(db, loader.load(), inactive_months=24).inactivity
    async with db.write() as session:
        for user in range(1, 200):
            await ensure_user(session, user)
        await session.execute(update(User).where(User.discord_id == 7).values(last_seen_at=now() - 800 * 24 * HOUR))
    asked: list[tuple[str, Any]] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    assert await inactivity.absent() == [7]
    (((statement, values)),) = [one for one in asked if "users" in one[0]]
    if db.engine.dialect.name == "sqlite":
        async with db.engine.connect() as connection:
            plan = [
                row.detail for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
        assert plan == ["SEARCH users USING INDEX ix_users_last_seen_at (last_seen_at<?)"]

    # However many of them there are, they are looked at in as many statements.
    assert await inactivity.begin() is not None
    asked.clear()
    await inactivity.look([7], now())
    few = len(asked)
    asked.clear()
    await inactivity.look(range(1, 200), now())
    assert len(asked) <= few
