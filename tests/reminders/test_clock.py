"""When the engine looks: at the next due moment, and at a sweep for what nobody announced."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event

from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.reminders.engine import Engine
from bot.services.reminders.claims import Deliveries, Delivery
from bot.storage.database import Database, open_engine
from bot.storage.models import Reminder
from tests.reminders.engine_kit import HOUR, Notes, look, plan

WORDS = "Ana Núñez"


async def test_the_clock_wakes_at_the_earliest_due_moment(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine.start()
    await engine.finished()
    await plan(db, now() + 2 * HOUR)
    assert engine.wakes_at == now() + 2 * HOUR
    await plan(db, now() + HOUR)
    assert engine.wakes_at == now() + HOUR
    await plan(db, now() + 3 * HOUR)
    assert engine.wakes_at == now() + HOUR
    traveller.shift(HOUR)
    await look(engine)
    assert len(notes.sent) == 1
    assert engine.wakes_at == now() + HOUR


async def test_a_wake_that_comes_hours_late_still_comes(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine.start()
    await engine.finished()
    [reminder] = await plan(db, now() + HOUR)
    traveller.shift(4 * HOUR)  # the machine slept
    engine._scheduler.wakeup()
    async with asyncio.timeout(60):
        await notes.arrived.wait()
    assert notes.sent == [(1, [reminder], True)]


async def test_a_reminder_that_was_taken_back_hands_its_place_on_the_clock_to_the_next(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine.start()
    await engine.finished()
    first, second = await plan(db, now() + HOUR, now() + 2 * HOUR)
    async with db.write() as session:
        (await session.get_one(Reminder, first)).status = Status.CANCELLED.value
    traveller.shift(HOUR)
    await look(engine)
    assert engine.wakes_at == now() + HOUR
    traveller.shift(HOUR)
    await look(engine)
    assert [ids for _, ids, _ in notes.sent] == [[second]]


async def sweep(engine: Engine) -> None:
    engine.sweep()
    await engine.finished()


async def test_a_sweep_looks_when_anybody_has_written_a_row(db: Database, engine: Engine, notes: Notes) -> None:
    engine.start()
    await engine.finished()
    neighbour = Database(open_engine(db.engine.url))
    [reminder] = await plan(neighbour, now())
    await neighbour.close()
    assert notes.sent == []
    await sweep(engine)
    assert notes.sent == [(1, [reminder], False)]


async def test_a_sweep_with_nothing_due_asks_one_thing(db: Database, engine: Engine, notes: Notes) -> None:
    engine.start()
    await plan(db, now(), now() + HOUR)
    await look(engine)
    await sweep(engine)
    asked: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    await sweep(engine)
    (question,) = asked
    assert question.split()[0] == "SELECT"
    assert engine.wakes_at == now() + HOUR


async def test_a_sweep_notices_that_the_clock_has_jumped(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine.start()
    [reminder] = await plan(db, now() + HOUR)
    await look(engine)
    traveller.shift(HOUR)
    await sweep(engine)
    assert notes.sent == [(1, [reminder], False)]


@pytest.mark.sqlite(reason="PostgreSQL has no file in which anything is left")
async def test_each_beat_has_the_database_forget_what_it_keeps_no_more(db: Database, engine: Engine) -> None:
    engine.start()
    await plan(db, now() + HOUR)
    assert db.untidy
    engine._beat()
    await engine.stop()
    assert not db.untidy


async def test_a_clock_that_is_set_back_by_hours_silences_no_sweep(
    db: Database, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine = Engine(Deliveries(db), notes, sweep_seconds=0.01, per_second=50)
    engine.start()
    await engine.finished()
    traveller.shift(-3 * HOUR)
    neighbour = Database(open_engine(db.engine.url))
    [reminder] = await plan(neighbour, now())
    await neighbour.close()
    async with asyncio.timeout(10):
        await notes.arrived.wait()
    await engine.stop()
    assert notes.sent == [(1, [reminder], False)]


@pytest.mark.sqlite(reason="there, one writer holds up all others")
async def test_a_sweep_looks_again_after_a_look_that_failed(
    db: Database, engine: Engine, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    await plan(db, now())
    async with db.engine.execution_options(writes=True).begin():
        # Somebody else holds the file, for longer than a writer waits.
        engine.start()
        await engine.finished()
    assert notes.sent == []
    assert "stumbled" not in caplog.text, "the storage says it itself"
    await sweep(engine)
    assert len(notes.sent) == 1


async def test_what_another_worker_is_just_claiming_is_left_alone_for_a_moment(
    db: Database, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    async def theirs(limit: int) -> list[Delivery]:
        assert not asked, "asked again at once"
        asked.append(limit)
        return []

    await plan(db, now())
    monkeypatch.setattr(engine._deliveries, "claim", theirs)
    engine.start()
    await engine.finished()
    assert len(asked) == 1
    assert engine.wakes_at == now() + timedelta(seconds=1)


async def test_a_fault_of_ours_is_logged_without_its_words_and_a_sweep_looks_again(
    db: Database, engine: Engine, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(_limit: int) -> list[Delivery]:
        raise RuntimeError(WORDS)

    [reminder] = await plan(db, now())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine._deliveries, "claim", fails)
        await look(engine)
    [said] = caplog.messages
    assert said.startswith("the reminder engine stumbled; it looks again at the next sweep\nRuntimeError")
    assert WORDS not in said
    await sweep(engine)
    assert notes.sent == [(1, [reminder], False)]
