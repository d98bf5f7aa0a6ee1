"""What becomes of attempts without a known end: looked up in the DM first, never silently sent a second time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

import pytest
import time_machine

from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind, Status
from bot.reminders.attempts import ONE_ATTEMPT, Attempts
from bot.reminders.engine import Engine
from bot.reminders.outcome_writer import OutcomeWriter
from bot.reminders.pace import SendPace
from bot.reminders.sender_protocol import TryLaterError
from bot.services.reminders.claims import LEASE, Claimed, Deliveries, DeliveryOutcome
from bot.services.reminders.scheduling import arm, cancel
from bot.storage.database import Database
from bot.storage.models import Reminder, User
from tests.reminders.engine_kit import HOUR, look, plan

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Message:
    """One message in the student's DM."""

    id: int
    nonce: int
    reminders: tuple[int, ...]


class Dm:
    """One student's DM: keeps what was sent, and shows it to whoever may look."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.sending: list[Exception] = []
        """What goes wrong with the next messages."""
        self.reading: list[Exception | None] = []
        """What goes wrong with the next looks; None: the DM cannot be read."""
        self.looked_for: list[set[int]] = []

    async def send(self, _user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int:  # noqa: ARG002
        if self.sending:
            raise self.sending.pop(0)
        return self.arrives(reminders)

    def arrives(self, reminders: Sequence[Claimed]) -> int:
        ids = tuple(reminder.id for reminder in reminders)
        self.messages.append(Message(1000 + len(self.messages), reminders[0].nonce, ids))
        return self.messages[-1].id

    async def find(self, _user_id: int, reminders: Sequence[Claimed]) -> Mapping[int, int] | None:
        """As in Discord a message of several is known by its nonce alone."""
        self.looked_for.append({reminder.id for reminder in reminders})
        if self.reading:
            problem = self.reading.pop(0)
            if problem is None:
                return None
            raise problem
        known = {message.nonce: message.id for message in self.messages}
        return {reminder.id: known[reminder.nonce] for reminder in reminders if reminder.nonce in known}

    @property
    def told(self) -> list[tuple[int, ...]]:
        """By message, the reminders that it spoke of."""
        return [message.reminders for message in self.messages]


@pytest.fixture
def dm() -> Dm:
    return Dm()


@pytest.fixture
def sender(dm: Dm) -> Dm:
    return dm


async def claim(db: Database) -> list[Claimed]:
    """Claim what is due for one student, as a worker that is about to die does."""
    [delivery] = await Deliveries(db).claim()
    return list(delivery.reminders)


async def row(db: Database, reminder_id: int) -> Reminder:
    async with db.read() as session:
        return await session.get_one(Reminder, reminder_id)


async def ends(db: Database, *reminder_ids: int) -> list[tuple[str, str, int | None]]:
    rows = [await row(db, number) for number in reminder_ids]
    return [(one.status, one.reason, one.message_id) for one in rows]


async def test_what_is_found_in_the_dm_is_sent_with_that_message(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
    message = dm.arrives(await claim(db))
    traveller.shift(LEASE)
    await look(engine)
    assert dm.told == [(reminder,)]
    assert await ends(db, reminder) == [("sent", "found in the DM", message)]
    assert (await row(db, reminder)).sent_at == now()


async def test_what_is_not_there_goes_out_once_together_with_what_else_is_due(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    lost, next_one = await plan(db, now(), now() + LEASE)
    await claim(db)
    traveller.shift(LEASE)
    await look(engine)
    await look(engine)
    assert dm.looked_for == [{lost}]
    assert dm.told == [(lost, next_one)]
    assert await ends(db, lost, next_one) == [("sent", "", 1000), ("sent", "", 1000)]


async def test_what_nobody_can_ever_tell_is_uncertain_and_never_sent_again(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    reminder, other = await plan(db, now(), now() + LEASE)
    await claim(db)
    dm.reading = [None]
    traveller.shift(LEASE)
    await look(engine)
    traveller.shift(23 * HOUR)
    await look(engine)
    assert dm.told == [(other,)]
    assert await ends(db, reminder) == [("uncertain", "its DM cannot be read", None)]


async def test_a_dm_that_cannot_be_read_now_is_looked_at_again_later(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
    message = dm.arrives(await claim(db))
    dm.reading = [TryLaterError(HOUR), TimeoutError()]
    traveller.shift(LEASE)
    await look(engine)
    assert await ends(db, reminder) == [("pending", "its DM could not be read", None)]
    traveller.shift(HOUR - SECOND)
    await look(engine)
    assert len(dm.looked_for) == 1, "Discord wanted to be left alone for longer"
    for _ in range(2):
        traveller.shift(HOUR)
        await look(engine)
    assert len(dm.looked_for) == 3
    assert dm.told == [(reminder,)]
    assert await ends(db, reminder) == [("sent", "found in the DM", message)]


async def test_a_dm_that_cannot_be_read_in_time_leaves_it_uncertain(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now(), lives=HOUR)
    await claim(db)
    dm.reading = [TryLaterError(HOUR / 2), TryLaterError(HOUR / 2)]
    traveller.shift(LEASE)
    await look(engine)
    assert (await row(db, reminder)).status == Status.PENDING
    traveller.shift(HOUR / 2)
    await look(engine)
    traveller.shift(HOUR)
    await look(engine)
    assert dm.told == []
    assert await ends(db, reminder) == [("uncertain", "its DM could not be read in time", None)]


async def test_a_dm_that_does_not_answer_is_looked_at_again_after_a_growing_wait(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
    await claim(db)
    traveller.shift(LEASE)
    for wait in (60, 120, 240):
        dm.reading = [TimeoutError()]
        await look(engine)
        again = (await row(db, reminder)).available_at
        assert now() + wait / 2 * SECOND <= again <= now() + wait * SECOND
        traveller.move_to(again)
    assert len(dm.looked_for) == 3


@pytest.mark.parametrize("unsure", [True, False])
async def test_only_a_failure_that_may_have_been_none_is_looked_up(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller, unsure: bool
) -> None:
    [reminder] = await plan(db, now())
    dm.sending = [TryLaterError(HOUR, unsure=unsure)]
    await look(engine)
    traveller.shift(HOUR)
    await look(engine)
    assert dm.looked_for == ([{reminder}] if unsure else [])
    assert dm.told == [(reminder,)]


async def test_what_expired_while_in_doubt_is_found_all_the_same(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    arrived, lost = await plan(db, now(), now() + LEASE, lives=HOUR)
    dm.arrives(await claim(db))
    traveller.shift(LEASE)
    await claim(db)
    traveller.shift(24 * HOUR)
    await look(engine)
    assert dm.told == [(arrived,)]
    assert await ends(db, arrived, lost) == [
        ("sent", "found in the DM", 1000),
        ("stale", "could not be sent in time", None),
    ]


async def test_a_new_reminder_never_passes_for_said_in_an_earlier_message(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    first, second, new = await plan(db, now(), now(), now() + LEASE)
    dm.arrives(await claim(db))
    traveller.shift(LEASE)
    assert {one.id: one.interrupted for one in await claim(db)} == {first: True, second: True, new: False}
    # That worker dies as well, before it has looked. Of the new one there is no message.
    traveller.shift(LEASE)
    await look(engine)
    assert dm.told == [(first, second), (new,)]
    assert [message for _, _, message in await ends(db, first, second, new)] == [1000, 1000, 1001]


async def test_a_group_that_falls_apart_is_not_taken_for_the_one_that_its_first_went_out_with(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    first, second, third = await plan(db, now(), now(), now() + LEASE + 2 * HOUR)
    together = await claim(db)
    # That worker dies before it sends; looking back fails for a while, longer for the second than for the first.
    deliveries = Deliveries(db)
    traveller.shift(LEASE)
    doubtful = {one.id: one for one in await claim(db)}
    await deliveries.record(
        [
            DeliveryOutcome(doubtful[first], Status.PENDING, again_at=now() + HOUR, unsure=True),
            DeliveryOutcome(doubtful[second], Status.PENDING, again_at=now() + 3 * HOUR, unsure=True),
        ]
    )
    traveller.shift(2 * HOUR)
    await look(engine)
    assert dm.told == [(first, third)]
    assert dm.messages[0].nonce != together[0].nonce
    traveller.shift(HOUR)
    await look(engine)
    assert dm.told == [(first, third), (second,)]


async def test_a_message_is_not_known_by_a_reminder_that_it_does_not_speak_of(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller
) -> None:
    held, urgent = await plan(db, now(), now() + 8 * HOUR, lives=48 * HOUR)
    async with db.write() as session:
        student = await session.get_one(User, 1)
        student.quiet_from, student.quiet_to = time(22), time(8)
    traveller.shift(8 * HOUR)  # 23:00 in Denver
    await look(engine)
    assert dm.told == [(urgent,)]
    traveller.shift(9 * HOUR)  # 08:00
    await look(engine)
    assert dm.told == [(urgent,), (held,)]
    assert len({message.nonce for message in dm.messages}) == 2


@pytest.mark.parametrize("left", [ONE_ATTEMPT, ONE_ATTEMPT - SECOND, -SECOND])
async def test_a_worker_that_was_paused_does_not_send_on_a_lease_that_ends_first(
    db: Database, engine: Engine, dm: Dm, traveller: time_machine.Traveller, left: timedelta
) -> None:
    sends = left >= ONE_ATTEMPT
    [reminder] = await plan(db, now())
    deliveries = Deliveries(db)
    [delivery] = await deliveries.claim()
    traveller.shift(LEASE - left)
    asked_back: list[object] = []
    await Attempts(dm, OutcomeWriter(deliveries), SendPace(math.inf), asked_back.append).make(delivery)
    assert dm.told == ([(reminder,)] if sends else [])
    assert asked_back == ([] if sends else [now()])
    await look(engine)
    assert dm.told == [(reminder,)]
    assert dm.looked_for == [], "it was given back, so nobody needs to look"


async def test_a_worker_whose_claim_was_taken_over_cannot_record(
    db: Database, traveller: time_machine.Traveller
) -> None:
    [reminder] = await plan(db, now())
    deliveries = Deliveries(db)
    [slow] = await claim(db)
    traveller.shift(LEASE)
    [quick] = await claim(db)
    for late in (Status.SENT, Status.STALE, Status.UNCERTAIN, Status.PENDING):
        await deliveries.record([DeliveryOutcome(slow, late, "too slow", 1, again_at=now())])
        assert await ends(db, reminder) == [("pending", "", None)]
        assert await deliveries.claim() == [], "the other worker's claim stands"
    await deliveries.record([DeliveryOutcome(quick, Status.SENT, "", 2)])
    await deliveries.record([DeliveryOutcome(slow, Status.PENDING, "too slow", again_at=now())])
    assert await ends(db, reminder) == [("sent", "", 2)]


async def test_nothing_is_recorded_over_a_reminder_that_was_taken_back_or_planned_anew(db: Database) -> None:
    cancelled, moved = await plan(db, now(), now())
    deliveries = Deliveries(db)
    claimed = await claim(db)
    tomorrow = now() + 24 * HOUR
    async with db.write() as session:
        await cancel(session, [ReminderKind.NUDGE], [0], "answered")
        await arm(
            session, 1, [Planned(ReminderKind.NUDGE, 1, tomorrow, tomorrow + HOUR, f"{ReminderKind.NUDGE}:1:1")]
        )
    await deliveries.record([DeliveryOutcome(one, Status.SENT, "", 1) for one in claimed])
    assert await ends(db, cancelled, moved) == [("cancelled", "answered", None), ("pending", "", None)]
    assert await deliveries.earliest() == tomorrow
