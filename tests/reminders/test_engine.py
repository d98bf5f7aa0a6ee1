"""The engine on a real database, with a sender that only notes down: claim, send, mark, and what goes wrong."""

import asyncio
from datetime import time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.reminders.engine import Engine
from bot.reminders.sender_protocol import DirectMessagesClosedError, TakenBackError, TryLaterError
from bot.services.base import ensure_user
from bot.services.reminders.claims import LEASE, Deliveries, DeliveryOutcome
from bot.services.reminders.scheduling import arm, cancel
from bot.storage.database import Database
from bot.storage.models import Reminder, User
from tests.reminders.engine_kit import HOUR, Notes, look, plan, status

WORDS = "Ana Núñez"


async def test_only_what_is_due_goes_out_and_only_once(db: Database, engine: Engine, notes: Notes) -> None:
    due, later = await plan(db, now(), now() + HOUR)
    await look(engine)
    await look(engine)
    assert notes.sent == [(1, [due], False)]
    assert await status(db, due) == ("sent", "")
    assert await status(db, later) == ("pending", "")


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


async def test_from_its_last_moment_on_it_is_too_late(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [in_time] = await plan(db, now(), lives=HOUR)
    traveller.shift(HOUR - timedelta(microseconds=1))
    await look(engine)
    [too_late] = await plan(db, now(), lives=HOUR)
    traveller.shift(HOUR)
    await look(engine)
    assert [ids for _, ids, _ in notes.sent] == [[in_time]]
    assert await status(db, too_late) == ("stale", "too late to be useful")


async def test_of_several_about_one_note_only_the_newest_goes_out(
    db: Database, engine: Engine, notes: Notes
) -> None:
    async with db.write() as session:
        await ensure_user(session, 1)
        first = Planned(ReminderKind.THANK_YOU_FIRST, 7, now() - 2 * HOUR, now() + HOUR, "a")
        second = Planned(ReminderKind.THANK_YOU_SECOND, 7, now() - HOUR, now() + HOUR, "b")
        await arm(session, 1, [first, second])
    await look(engine)
    assert [len(ids) for _, ids, _ in notes.sent] == [1]
    async with db.read() as session:
        rows = {row.kind: (row.status, row.reason) for row in await session.scalars(select(Reminder))}
    assert rows == {"thank_you_first": ("stale", "a newer one says it"), "thank_you_second": ("sent", "")}


async def test_closed_dms_are_kept_as_undeliverable_and_remembered(
    db: Database, engine: Engine, notes: Notes
) -> None:
    [reminder] = await plan(db, now())
    notes.trouble[1] = [DirectMessagesClosedError()]
    await look(engine)
    assert await status(db, reminder) == ("undeliverable", "direct messages are closed")
    async with db.read() as session:
        assert (await session.get_one(User, 1)).dm_closed_at == now()
    await plan(db, now())
    await look(engine)
    async with db.read() as session:
        assert (await session.get_one(User, 1)).dm_closed_at is None


async def test_a_refusal_is_tried_again_after_a_growing_wait(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
    notes.trouble[1] = [TryLaterError(), TryLaterError(timedelta(seconds=90))]
    await look(engine)
    assert await status(db, reminder) == ("pending", "Discord could not take it")
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
    assert [ids for _, ids, _ in notes.sent] == [[reminder]]


async def test_one_student_in_trouble_does_not_hold_up_the_others(
    db: Database, engine: Engine, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    for user in (1, 2, 3):
        await plan(db, now(), user=user)
    notes.trouble[1] = [RuntimeError(WORDS)]
    await look(engine)
    assert sorted(user for user, _, _ in notes.sent) == [2, 3]
    [said] = caplog.messages
    assert said.startswith("a reminder failed; it is tried again\nRuntimeError")
    assert WORDS not in said


async def test_what_was_claimed_by_a_worker_that_died_is_claimed_again_after_its_lease(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
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
    assert [ids for _, ids, _ in notes.sent] == [[reminder]]


async def test_a_reminder_that_was_cancelled_meanwhile_stays_cancelled(db: Database) -> None:
    [reminder] = await plan(db, now())
    deliveries = Deliveries(db)
    [delivery] = await deliveries.claim()
    async with db.write() as session:
        await cancel(session, [ReminderKind.NUDGE], [0], "answered")
    await deliveries.record([DeliveryOutcome(delivery.reminders[0], Status.SENT, "", 1)])
    assert await status(db, reminder) == ("cancelled", "answered")


async def test_overdue_reminders_wait_for_the_end_of_quiet_hours(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now(), lives=48 * HOUR)
    async with db.write() as session:
        user = await session.get_one(User, 1)
        user.quiet_from, user.quiet_to = time(22), time(8)
    traveller.shift(8 * HOUR)  # 23:00 in Denver
    await look(engine)
    assert await status(db, reminder) == ("pending", "quiet hours")
    traveller.shift(9 * HOUR)  # 08:00
    await look(engine)
    assert notes.sent == [(1, [reminder], True)]


async def test_quiet_hours_are_those_of_the_student_and_not_of_this_machine(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now(), lives=48 * HOUR)
    async with db.write() as session:
        user = await session.get_one(User, 1)
        user.zone, user.quiet_from, user.quiet_to = "Asia/Tokyo", time(22), time(8)
    traveller.shift(8 * HOUR)  # 23:00 in Denver, where the machine is, and afternoon where the student is
    await look(engine)
    assert notes.sent == [(1, [reminder], True)]


async def test_a_message_of_which_something_was_taken_back_is_made_anew_at_once(
    db: Database, engine: Engine, notes: Notes
) -> None:
    [reminder] = await plan(db, now())
    notes.trouble[1] = [TakenBackError()]
    engine.start()
    await engine.finished()
    assert notes.sent == [(1, [reminder], False)]
    assert await status(db, reminder) == ("sent", "")


async def test_nothing_left_to_say_is_marked_and_not_sent(db: Database, engine: Engine, notes: Notes) -> None:
    [reminder] = await plan(db, now())
    notes.nothing_to_say = {1}
    await look(engine)
    assert await status(db, reminder) == ("stale", "nothing left to say")


async def test_planning_twice_moves_a_reminder_and_never_doubles_it(db: Database) -> None:
    async with db.write() as session:
        await ensure_user(session, 1)
        for due in (now(), now() + HOUR):
            await arm(session, 1, [Planned(ReminderKind.NUDGE, 5, due, due + HOUR, "same")])
    async with db.read() as session:
        [row] = await session.scalars(select(Reminder))
        assert row.due_at == row.available_at == now() + HOUR


async def test_a_thousand_at_once_all_go_out_once(db: Database, notes: Notes) -> None:
    engine = Engine(Deliveries(db), notes, sweep_seconds=3600, per_second=1_000_000)
    async with db.write() as session:
        for user in range(1, 101):
            await ensure_user(session, user)
            due = now()
            await arm(
                session, user, [Planned(ReminderKind.NUDGE, n, due, due + HOUR, f"{user}:{n}") for n in range(10)]
            )
    await asyncio.gather(look(engine), look(engine))
    ids = [i for _, group, _ in notes.sent for i in group]
    assert len(ids) == len(set(ids)) == 1000
