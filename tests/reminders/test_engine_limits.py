"""An engine at its limits: what a stop lets through, how much is under way at once, what a fault leaves behind."""

import asyncio
from collections.abc import Sequence

import pytest
import time_machine

from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.reminders.engine import AT_ONCE, Engine
from bot.services.base import ensure_user
from bot.services.reminders.claims import LEASE, Claimed, Deliveries
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from tests.reminders.engine_kit import HOUR, Notes, look, plan, status

WORDS = "Ana Núñez"


class Slow(Notes):
    """Discord takes its time for a message, until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        self.asked.set()
        await self.may_go_on.wait()
        return await super().send(user_id, reminders, late=late)


async def test_a_stop_lets_a_message_arrive_and_sets_off_no_other(db: Database) -> None:
    slow = Slow()
    engine = Engine(Deliveries(db), slow, sweep_seconds=3600, per_second=50)
    [on_its_way] = await plan(db, now())
    engine.start()
    await slow.asked.wait()
    stopping = asyncio.create_task(engine.stop(within=60))
    await asyncio.sleep(0)
    [next_one] = await plan(db, now(), user=2)
    engine.poke()
    slow.may_go_on.set()
    await stopping
    await engine.finished()
    assert slow.sent == [(1, [on_its_way], False)]
    assert await status(db, on_its_way) == ("sent", "")
    assert await status(db, next_one) == ("pending", "")


async def test_a_stop_waits_no_longer_than_it_may_and_leaves_the_rest_to_be_looked_up(
    db: Database, traveller: time_machine.Traveller
) -> None:
    slow = Slow()
    engine = Engine(Deliveries(db), slow, sweep_seconds=3600, per_second=50)
    [reminder] = await plan(db, now())
    engine.start()
    await slow.asked.wait()
    await engine.stop(within=0)
    assert slow.sent == []
    assert await status(db, reminder) == ("pending", "")
    traveller.shift(LEASE)
    [again] = await Deliveries(db).claim()
    assert [one.interrupted for one in again.reminders] == [True]


class Counting(Slow):
    """Lets messages go on once as many are on their way as may be."""

    def __init__(self) -> None:
        super().__init__()
        self.on_their_way = self.most = 0

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        self.on_their_way += 1
        self.most = max(self.most, self.on_their_way)
        if self.on_their_way == AT_ONCE:
            self.may_go_on.set()
        try:
            return await super().send(user_id, reminders, late=late)
        finally:
            self.on_their_way -= 1


async def test_only_so_many_are_on_their_way_at_once_and_the_others_follow(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    counting, students = Counting(), AT_ONCE + 10
    engine = Engine(Deliveries(db), counting, sweep_seconds=3600, per_second=1_000_000)
    async with db.write() as session:
        for user in range(1, students + 1):
            await ensure_user(session, user)
            await arm(session, user, [Planned(ReminderKind.NUDGE, 1, now(), now() + HOUR, f"{user}")])
    await look(engine)
    assert counting.most == AT_ONCE
    assert sorted(user for user, _, _ in counting.sent) == list(range(1, students + 1))
    assert caplog.messages == []


async def test_a_poke_during_a_look_is_no_second_one(engine: Engine) -> None:
    engine.poke()
    looking = engine._task
    engine.poke()
    assert engine._task is looking
    await engine.finished()


async def test_what_cannot_be_written_is_logged_without_its_words_and_looked_up_later(
    db: Database,
    engine: Engine,
    notes: Notes,
    traveller: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails(_outcomes: object) -> None:
        raise RuntimeError(WORDS)

    caplog.set_level("INFO", "bot.reminders")
    [reminder] = await plan(db, now())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine._deliveries, "record", fails)
        await look(engine)
    [said] = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert "the lease of 1 reminders is left to end" in caplog.messages
    assert said.startswith("could not write what became of 1 reminders\nRuntimeError")
    assert WORDS not in said
    assert await status(db, reminder) == ("pending", "")
    notes.in_the_dm = {reminder: 77}
    traveller.shift(LEASE)
    await look(engine)
    assert await status(db, reminder) == ("sent", "found in the DM")
    assert len(notes.sent) == 1


async def test_what_became_of_a_message_is_written_at_once(
    db: Database, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept, sleep = list[float](), asyncio.sleep

    async def noting(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noting)
    [reminder] = await plan(db, now())
    await look(engine)
    assert await status(db, reminder) == ("sent", "")
    assert slept == [0]
