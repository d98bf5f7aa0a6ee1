"""The engine on a real database, with a sender that only notes down: claim, send, mark, and what goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from bot.clock import now
from bot.domain.reminders import Kind, Planned, Status
from bot.reminders.engine import Engine
from bot.reminders.sender import DirectMessagesClosedError, TryLaterError
from bot.services.base import ensure_user
from bot.services.deliveries import LEASE, Claimed, Deliveries, Outcome
from bot.services.reminders import arm, cancel
from bot.storage.engine import Database, open_engine
from bot.storage.models import Reminder, User

HOUR = timedelta(hours=1)


class Notes:
    """Stands where Discord is: notes what it was asked to send, and fails when told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, list[int], bool]] = []
        self.arrived = asyncio.Event()
        self.trouble: dict[int, list[Exception]] = {}
        self.nothing_to_say: set[int] = set()
        self.in_the_dm: dict[int, int] | Exception | None = {}
        """What reading a DM back gives."""

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        if self.trouble.get(user_id):
            raise self.trouble[user_id].pop(0)
        if user_id in self.nothing_to_say:
            return None
        self.sent.append((user_id, [reminder.id for reminder in reminders], late))
        self.arrived.set()
        return 1000 + len(self.sent)

    async def find(self, *_asked: object) -> Mapping[int, int] | None:
        if isinstance(self.in_the_dm, Exception):
            raise self.in_the_dm
        return self.in_the_dm


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
async def engine(db: Database, notes: Notes) -> AsyncIterator[Engine]:
    running = Engine(Deliveries(db), notes, sweep_seconds=3600, per_second=50)
    db.on_armed = running.arm
    yield running
    await running.stop()


async def plan(
    db: Database, *dues: datetime, user: int = 1, kind: Kind = Kind.NUDGE, lives: timedelta = 24 * HOUR
) -> list[int]:
    """Plan a ping at each of `dues`, each about a subject of its own; returns the rows' ids."""
    async with db.write() as session:
        made = await ensure_user(session, user)
        made.zone = "America/Denver"
        known = len(list(await session.scalars(select(Reminder))))
        pings = [
            Planned(kind, known + n, due, due + lives, f"{kind}:{user}:{known + n}") for n, due in enumerate(dues)
        ]
        await arm(session, user, pings)
    async with db.read() as session:
        keys = [ping.dedupe_key for ping in pings]
        rows = await session.scalars(select(Reminder).where(Reminder.dedupe_key.in_(keys)).order_by(Reminder.id))
        return [row.id for row in rows]


async def look(engine: Engine) -> None:
    """Poke the engine and let it finish."""
    engine.poke()
    await engine.finished()


async def status(db: Database, reminder_id: int) -> tuple[str, str]:
    async with db.read() as session:
        row = await session.get_one(Reminder, reminder_id)
        return row.status, row.reason


async def test_only_what_is_due_goes_out_and_only_once(db: Database, engine: Engine, notes: Notes) -> None:
    due, later = await plan(db, now(), now() + HOUR)
    await look(engine)
    await look(engine)
    assert notes.sent == [(1, [due], False)]
    assert await status(db, due) == ("sent", "")
    assert await status(db, later) == ("pending", "")


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


async def test_a_ping_that_was_taken_back_hands_its_place_on_the_clock_to_the_next(
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
    [ping] = await plan(neighbour, now())
    await neighbour.close()
    assert notes.sent == []
    await sweep(engine)
    assert notes.sent == [(1, [ping], False)]


async def test_a_sweep_over_rows_that_nobody_touched_asks_nothing(
    db: Database, engine: Engine, notes: Notes
) -> None:
    engine.start()
    await plan(db, now(), now() + HOUR)
    await look(engine)
    await sweep(engine)
    asked: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(3):
        await sweep(engine)
    assert asked == []
    assert engine.wakes_at == now() + HOUR


async def test_a_sweep_notices_that_the_clock_has_jumped(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine.start()
    [ping] = await plan(db, now() + HOUR)
    await look(engine)
    traveller.shift(HOUR)
    await sweep(engine)
    assert notes.sent == [(1, [ping], False)]


async def test_a_clock_that_is_set_back_by_hours_silences_no_sweep(
    db: Database, notes: Notes, traveller: time_machine.Traveller
) -> None:
    engine = Engine(Deliveries(db), notes, sweep_seconds=0.01, per_second=50)
    engine.start()
    await engine.finished()
    traveller.shift(-3 * HOUR)
    neighbour = Database(open_engine(db.engine.url))
    [ping] = await plan(neighbour, now())
    await neighbour.close()
    async with asyncio.timeout(10):
        await notes.arrived.wait()
    await engine.stop()
    assert notes.sent == [(1, [ping], False)]


async def test_a_sweep_looks_again_after_a_look_that_failed(db: Database, engine: Engine, notes: Notes) -> None:
    await plan(db, now())
    async with db.engine.execution_options(writes=True).begin():
        # Somebody else holds the file, for longer than a writer waits.
        engine.start()
        await engine.finished()
    assert notes.sent == []
    await sweep(engine)
    assert len(notes.sent) == 1


async def test_what_fell_due_together_is_one_message(db: Database, engine: Engine, notes: Notes) -> None:
    ids = await plan(db, now() - 3 * HOUR, now() - 2 * HOUR, now() - HOUR)
    await look(engine)
    assert notes.sent == [(1, ids, True)]


async def test_a_batch_takes_along_what_else_is_due_for_the_same_student(db: Database, notes: Notes) -> None:
    engine = Engine(Deliveries(db), notes, sweep_seconds=3600, per_second=50)
    for user in range(1, 61):
        await plan(db, now() - 2 * HOUR, now() - HOUR, user=user)
    await look(engine)
    assert sorted(user for user, _, _ in notes.sent) == list(range(1, 61))
    assert all(len(ids) == 2 for _, ids, _ in notes.sent)


async def test_what_is_too_late_to_be_useful_is_marked_with_the_reason(
    db: Database, engine: Engine, notes: Notes
) -> None:
    [old] = await plan(db, now() - 3 * HOUR, lives=HOUR)
    await look(engine)
    assert notes.sent == []
    assert await status(db, old) == ("stale", "too late to be useful")


async def test_of_several_about_one_note_only_the_newest_goes_out(
    db: Database, engine: Engine, notes: Notes
) -> None:
    async with db.write() as session:
        await ensure_user(session, 1)
        first = Planned(Kind.THANK_YOU_FIRST, 7, now() - 2 * HOUR, now() + HOUR, "a")
        second = Planned(Kind.THANK_YOU_SECOND, 7, now() - HOUR, now() + HOUR, "b")
        await arm(session, 1, [first, second])
    await look(engine)
    assert [len(ids) for _, ids, _ in notes.sent] == [1]
    async with db.read() as session:
        rows = {row.kind: (row.status, row.reason) for row in await session.scalars(select(Reminder))}
    assert rows == {"thank_you_first": ("stale", "a newer one says it"), "thank_you_second": ("sent", "")}


async def test_closed_dms_are_kept_as_undeliverable_and_remembered(
    db: Database, engine: Engine, notes: Notes
) -> None:
    [ping] = await plan(db, now())
    notes.trouble[1] = [DirectMessagesClosedError()]
    await look(engine)
    assert (await status(db, ping))[0] == "undeliverable"
    async with db.read() as session:
        assert (await session.get_one(User, 1)).dm_closed_at == now()
    await plan(db, now())
    await look(engine)
    async with db.read() as session:
        assert (await session.get_one(User, 1)).dm_closed_at is None


async def test_a_refusal_is_tried_again_after_a_growing_wait(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [ping] = await plan(db, now())
    notes.trouble[1] = [TryLaterError(), TryLaterError(timedelta(seconds=90))]
    await look(engine)
    assert await status(db, ping) == ("pending", "Discord could not take it")
    await look(engine)
    assert notes.trouble[1], "it was not tried again before its time"
    traveller.shift(timedelta(seconds=31))
    await look(engine)
    assert not notes.trouble[1]
    traveller.shift(timedelta(seconds=89))
    await look(engine)
    assert notes.sent == []
    traveller.shift(timedelta(seconds=2))
    await look(engine)
    assert [ids for _, ids, _ in notes.sent] == [[ping]]


async def test_one_student_in_trouble_does_not_hold_up_the_others(
    db: Database, engine: Engine, notes: Notes
) -> None:
    for user in (1, 2, 3):
        await plan(db, now(), user=user)
    notes.trouble[1] = [RuntimeError("unforeseen")]
    await look(engine)
    assert sorted(user for user, _, _ in notes.sent) == [2, 3]


async def test_what_was_claimed_by_a_worker_that_died_is_claimed_again_after_its_lease(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [ping] = await plan(db, now())
    [claimed] = await Deliveries(db).claim()
    assert not claimed.reminders[0].interrupted
    await look(engine)
    assert notes.sent == []
    traveller.shift(LEASE + timedelta(seconds=1))
    [again] = await Deliveries(db).claim()
    assert again.reminders[0].interrupted
    assert again.reminders[0].attempts == 2
    assert again.reminders[0].nonce == claimed.reminders[0].nonce
    traveller.shift(LEASE + timedelta(seconds=1))
    await look(engine)
    assert [ids for _, ids, _ in notes.sent] == [[ping]]


async def test_a_ping_that_was_cancelled_meanwhile_stays_cancelled(db: Database) -> None:
    [ping] = await plan(db, now())
    deliveries = Deliveries(db)
    [delivery] = await deliveries.claim()
    async with db.write() as session:
        await cancel(session, [Kind.NUDGE], [0], "answered")
    await deliveries.record([Outcome(delivery.reminders[0], Status.SENT, "", 1)])
    assert await status(db, ping) == ("cancelled", "answered")


async def test_overdue_pings_wait_for_the_end_of_quiet_hours(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [ping] = await plan(db, now(), lives=48 * HOUR)
    async with db.write() as session:
        user = await session.get_one(User, 1)
        user.quiet_from, user.quiet_to = time(22), time(8)
    traveller.shift(8 * HOUR)  # 23:00 in Denver
    await look(engine)
    assert await status(db, ping) == ("pending", "quiet hours")
    traveller.shift(9 * HOUR)  # 08:00
    await look(engine)
    assert notes.sent == [(1, [ping], True)]


async def test_nothing_left_to_say_is_marked_and_not_sent(db: Database, engine: Engine, notes: Notes) -> None:
    [ping] = await plan(db, now())
    notes.nothing_to_say = {1}
    await look(engine)
    assert await status(db, ping) == ("stale", "nothing left to say")


async def test_planning_twice_moves_a_ping_and_never_doubles_it(db: Database) -> None:
    async with db.write() as session:
        await ensure_user(session, 1)
        for due in (now(), now() + HOUR):
            await arm(session, 1, [Planned(Kind.NUDGE, 5, due, due + HOUR, "same")])
    async with db.read() as session:
        [row] = await session.scalars(select(Reminder))
        assert row.due_at == row.available_at == now() + HOUR


async def test_a_thousand_at_once_all_go_out_once(db: Database, notes: Notes) -> None:
    engine = Engine(Deliveries(db), notes, sweep_seconds=3600, per_second=1_000_000)
    async with db.write() as session:
        for user in range(1, 101):
            await ensure_user(session, user)
            due = now()
            await arm(session, user, [Planned(Kind.NUDGE, n, due, due + HOUR, f"{user}:{n}") for n in range(10)])
    await asyncio.gather(look(engine), look(engine))
    ids = [i for _, group, _ in notes.sent for i in group]
    assert len(ids) == len(set(ids)) == 1000
