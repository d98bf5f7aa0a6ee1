"""However many reminders fall due for one student, they are few messages: at most one in a gap."""

import asyncio
from datetime import datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import now
from bot.reminders.engine import Engine
from bot.reminders.pace import SendPace, Spacing
from bot.reminders.sender_protocol import TryLaterError
from bot.services.reminders.claims import LEASE, MOST, Deliveries
from bot.storage.database import Database
from tests.reminders.engine_kit import HOUR, Notes, look, plan, status
from tests.support.world import START

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def engine(db: Database, notes: Notes) -> Engine:
    """An engine that leaves a minute between two messages to one student."""
    return Engine(Deliveries(db), notes, sweep_seconds=3600, per_second=1_000_000, gap_seconds=60)


async def test_a_hundred_reminders_in_twenty_minutes_are_a_message_a_minute_and_none_is_lost(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    reminders = await plan(db, *(now() + n * 12 * SECOND for n in range(100)))
    for _ in range(110):
        await look(engine)
        traveller.shift(12)
    assert [number for _, ids, _ in notes.sent for number in ids] == reminders
    assert len(notes.sent) == 21
    assert not any(late for *_, late in notes.sent)


async def test_the_first_goes_at_its_moment_and_what_comes_right_after_waits_together(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    first, second, third, other = [
        *(await plan(db, now(), now() + 10 * SECOND, now() + 50 * SECOND)),
        *(await plan(db, now() + 10 * SECOND, user=2)),
    ]
    await look(engine)
    assert notes.sent == [(1, [first], False)]
    traveller.shift(10)
    await look(engine)
    assert notes.sent[1:] == [(2, [other], False)]
    assert await status(db, second) == ("pending", "right after another message")
    traveller.shift(49)
    await look(engine)
    assert len(notes.sent) == 2
    traveller.shift(1)
    await look(engine)
    assert notes.sent[2:] == [(1, [second, third], False)]


async def test_what_would_expire_meanwhile_goes_out_at_once_and_takes_along_what_is_due(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [first] = await plan(db, now())
    await look(engine)
    traveller.shift(10)
    [brief] = await plan(db, now(), lives=40 * SECOND)
    [long] = await plan(db, now())
    await look(engine)
    assert [ids for _, ids, _ in notes.sent] == [[first], [brief, long]]


async def test_a_message_that_did_not_arrive_makes_nobody_wait(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
    notes.trouble[1] = [TryLaterError(5 * SECOND)]
    await look(engine)
    assert notes.sent == []
    traveller.shift(5)
    await look(engine)
    assert notes.sent == [(1, [reminder], False)]


async def test_a_clock_that_is_set_back_silences_nobody(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    [first] = await plan(db, now())
    await look(engine)
    traveller.shift(-5 * HOUR)
    [second] = await plan(db, now())
    await look(engine)
    assert [ids for _, ids, _ in notes.sent] == [[first], [second]]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), max_size=200))
def test_two_messages_to_one_student_are_never_closer_than_the_gap(acts: list[tuple[int, int]]) -> None:
    spacing, present = Spacing(MINUTE), START
    said: dict[int, list[datetime]] = {}
    for user, wait in acts:
        present += wait * SECOND
        if (until := spacing.wait_until(user, present)) is None:
            if said.get(user):
                assert present - said[user][-1] >= MINUTE
            said.setdefault(user, []).append(present)
            spacing.note(user, present)
        else:
            assert present < until == said[user][-1] + MINUTE


async def test_all_messages_go_out_evenly_and_without_a_wait_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = 100.0, list[float]()

    async def sleeps(seconds: float) -> None:
        nonlocal clock
        slept.append(seconds)
        clock += seconds

    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock)
    monkeypatch.setattr(asyncio, "sleep", sleeps)
    pace = SendPace(4)
    for _ in range(3):
        await pace.wait()
    assert slept == [0.25, 0.25]
    clock += 10
    await pace.wait()
    assert slept == [0.25, 0.25]


def test_only_those_of_the_last_gap_are_remembered() -> None:
    spacing = Spacing(MINUTE)
    for student in range(50_000):
        spacing.note(student, START + student * timedelta(milliseconds=100))
    assert len(spacing._last) <= 1_200


async def test_thousands_that_fall_due_at_once_are_looked_at_a_few_hundred_at_a_time(
    db: Database, engine: Engine, notes: Notes, traveller: time_machine.Traveller
) -> None:
    """All of one student's in one go would hold up everybody else; and still it is one message at a time."""
    reminders = await plan(db, *([now()] * (2 * MOST + 10)), lives=HOUR)
    (other,) = await plan(db, now(), user=2)
    await look(engine)
    assert sorted((user, len(ids)) for user, ids, _ in notes.sent) == [(1, MOST), (2, 1)]
    assert (await status(db, other))[0] == "sent"
    for _ in range(6):
        traveller.shift(LEASE)
        await look(engine)
    mine = [ids for user, ids, _ in notes.sent if user == 1]
    assert [len(ids) for ids in mine] == [MOST, MOST, 10]
    assert sorted(number for ids in mine for number in ids) == reminders


async def test_students_of_whom_much_is_due_have_one_message_each(
    db: Database, engine: Engine, notes: Notes
) -> None:
    """More altogether than are looked at at once: that divides the students, and nobody's reminders."""
    planned = {
        student: await plan(db, *(now() - n * MINUTE - student * SECOND for n in range(15)), user=student)
        for student in range(1, 41)
    }
    await look(engine)
    assert sorted((student, sorted(ids)) for student, ids, _ in notes.sent) == sorted(
        (student, sorted(ids)) for student, ids in planned.items()
    )
