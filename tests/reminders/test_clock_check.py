"""Nothing that cannot be taken back is done by a clock that is wrong, or has just jumped."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine

from bot.clock import now
from bot.domain.reminders.reminder import LATE_AFTER
from bot.reminders import engine as engines
from bot.reminders.clock_check import CALM, RESIGNED, TOLERANCE, ClockCheck
from bot.reminders.engine import Engine
from bot.reminders.housekeeping import Housekeeping
from bot.services.reminders.claims import LEASE, Deliveries
from bot.services.reminders.inactivity import Inactivity
from bot.storage.database import Database
from tests.reminders.engine_kit import HOUR, Notes, look, plan, status

YEAR, MINUTE, SECOND = timedelta(days=365), timedelta(minutes=1), timedelta(seconds=1)


class Times:
    """This machine's clock, Discord's, and the time that passes for both."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self.passed = 0.0
        self.ahead = timedelta(0)
        self.asked = 0
        self.online = True
        self.clock_check = ClockCheck(self._ask, lambda: self.passed)

    async def _ask(self) -> None:
        self.asked += 1
        if self.online:
            self.speak()

    def speak(self) -> None:
        """Discord answers some request."""
        self.clock_check.heard((now() - self.ahead).replace(microsecond=0), SECOND)

    def jump(self, by: timedelta) -> None:
        """Somebody sets this machine's clock."""
        self._traveller.shift(by)
        self.ahead += by

    def go_by(self, time: timedelta) -> None:
        self._traveller.shift(time)
        self.passed += time.total_seconds()


@pytest.fixture
def times(traveller: time_machine.Traveller) -> Times:
    return Times(traveller)


@pytest.fixture
async def engine(db: Database, notes: Notes, times: Times) -> AsyncIterator[Engine]:
    running = Engine(Deliveries(db), notes, sweep_seconds=3600, per_second=50, clock_check=times.clock_check)
    yield running
    await running.stop()


async def test_a_clock_that_agrees_is_believed_at_once(times: Times) -> None:
    times.speak()
    assert times.clock_check.steady()
    for _ in range(100):
        times.go_by(HOUR)
        assert await times.clock_check.settled()
    assert times.asked == 0


@pytest.mark.parametrize("ahead", [YEAR, -YEAR, 11 * MINUTE, -11 * MINUTE])
async def test_a_wrong_clock_is_waited_for_until_a_minute_after_it_was_put_right(
    times: Times, ahead: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    times.jump(ahead)
    times.speak()
    assert not await times.clock_check.settled()
    assert "differs from Discord's by" in caplog.text
    times.go_by(2 * HOUR)
    assert not await times.clock_check.settled()
    times.jump(-ahead)
    assert not await times.clock_check.settled()
    assert "jumped by" in caplog.text
    times.go_by(CALM - SECOND)
    assert not await times.clock_check.settled()
    times.go_by(SECOND)
    assert await times.clock_check.settled()


@pytest.mark.parametrize("ahead", [MINUTE, -9 * MINUTE])
async def test_a_clock_that_stays_a_little_wrong_is_lived_with(times: Times, ahead: timedelta) -> None:
    times.jump(ahead)
    times.speak()
    times.go_by(RESIGNED - SECOND)
    assert not await times.clock_check.settled()
    times.go_by(SECOND)
    assert await times.clock_check.settled()


def test_what_is_just_tolerable_is_tolerated(times: Times) -> None:
    times.clock_check.heard(now() + HOUR)
    times.clock_check.heard(now() + TOLERANCE)
    times.go_by(CALM)
    assert times.clock_check.steady()
    times.clock_check.heard(now() + LATE_AFTER)
    assert not times.clock_check.steady()
    times.go_by(RESIGNED)
    assert times.clock_check.steady()


async def test_after_a_jump_nothing_is_believed_before_discord_says_a_word(times: Times) -> None:
    times.speak()
    times.online = False
    times.jump(8 * HOUR)  # as of a machine that slept: its time did not pass
    times.go_by(10 * HOUR)
    assert not await times.clock_check.settled()
    times.online = True
    times.ahead = timedelta(0)
    times.go_by(MINUTE)
    assert await times.clock_check.settled()


async def test_it_does_not_ask_all_the_time(times: Times) -> None:
    times.jump(YEAR)
    times.speak()
    for _ in range(61):
        await times.clock_check.settled()
        times.go_by(SECOND)
    assert times.asked == 5, "at once, and then every 15 seconds"


def test_a_slow_answer_says_no_more_than_it_can(times: Times) -> None:
    theirs = now()
    times.go_by(2 * MINUTE)
    times.clock_check.heard(theirs, 2 * MINUTE)
    assert times.clock_check.steady()


def test_an_id_tells_of_a_clock_that_is_behind_and_of_no_other(times: Times) -> None:
    times.clock_check.seen(now() - YEAR)
    assert times.clock_check.steady()
    times.clock_check.seen(now() + HOUR)
    assert not times.clock_check.steady()


async def test_a_clock_a_year_ahead_at_the_start_costs_no_reminder(
    db: Database, engine: Engine, notes: Notes, times: Times
) -> None:
    overdue, soon = await plan(db, now() - MINUTE, now() + 2 * HOUR)
    times.jump(YEAR)
    times.speak()
    await look(engine)
    times.jump(-YEAR)
    await look(engine)
    assert [await status(db, one) for one in (overdue, soon)] == [("pending", "")] * 2
    assert notes.sent == []
    times.go_by(MINUTE)
    await look(engine)
    assert notes.sent == [(1, [overdue], False)]
    times.go_by(2 * HOUR)
    await look(engine)
    assert notes.sent[1:] == [(1, [soon], False)]


async def test_a_clock_that_jumps_between_the_claim_and_the_message_costs_no_reminder(
    db: Database, engine: Engine, notes: Notes, times: Times
) -> None:
    times.speak()
    [reminder] = await plan(db, now())
    claim = engine._deliveries.claim

    async def claimed(limit: int = 50) -> list[object]:
        deliveries = await claim(limit)
        times.jump(YEAR)
        return list(deliveries)

    engine._deliveries.claim = claimed  # type: ignore[method-assign, assignment]
    await look(engine)
    assert await status(db, reminder) == ("pending", "the clock jumped")
    engine._deliveries.claim = claim  # type: ignore[method-assign]
    times.jump(-YEAR)
    await look(engine)
    times.go_by(MINUTE)
    await look(engine)
    assert notes.sent == [(1, [reminder], False)]


async def test_a_clock_that_jumps_while_a_dm_is_read_back_makes_nothing_be_said_again(
    db: Database, engine: Engine, notes: Notes, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    times.speak()
    [reminder] = await plan(db, now())
    await Deliveries(db).claim()  # by a worker that died
    times.go_by(LEASE)
    find = notes.find

    async def reads(*asked: object) -> None:
        """The DM is closed to the bot, which would be the end of it."""
        times.jump(YEAR)

    monkeypatch.setattr(notes, "find", reads)
    await look(engine)
    assert await status(db, reminder) == ("pending", "the clock jumped")
    monkeypatch.setattr(notes, "find", find)
    notes.in_the_dm = {reminder: 77}
    times.jump(-YEAR)
    await look(engine)
    times.go_by(MINUTE)
    await look(engine)
    assert await status(db, reminder) == ("sent", "found in the DM")
    assert notes.sent == []


def test_the_log_says_once_by_how_much_the_clock_is_wrong_and_once_that_it_is_right(
    times: Times, caplog: pytest.LogCaptureFixture
) -> None:
    def told(theirs: timedelta) -> list[str]:
        caplog.clear()
        for _ in range(2):
            times.clock_check.heard(now() + theirs)
        return caplog.messages

    wrong = "this machine's clock differs from Discord's by {}; reminders wait. Put it right"
    assert told(timedelta(0)) == []
    assert told(HOUR) == [wrong.format("-1:00:00")]
    assert told(-HOUR - SECOND) == [wrong.format("+1:00:00")]
    assert told(timedelta(0)) == ["this machine's clock agrees with Discord's again"]
    times.jump(-2 * HOUR)
    assert told(2 * HOUR) == [
        "this machine's clock jumped by -2:00:00; reminders wait until it is sure again",
        wrong.format("-2:00:00"),
    ]


async def test_an_engine_that_was_unsure_looks_again_by_itself(
    db: Database, engine: Engine, notes: Notes, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_UNSURE", 0.001)
    [reminder] = await plan(db, now())
    times.online = False
    times.jump(YEAR)
    times.speak()
    await look(engine)
    times.jump(-YEAR)
    times.online = True
    times.go_by(MINUTE)
    times.speak()
    times.go_by(MINUTE)
    async with asyncio.timeout(60):
        await notes.arrived.wait()
    assert notes.sent == [(1, [reminder], False)]


async def test_nobody_is_erased_by_a_clock_that_is_wrong(db: Database, times: Times) -> None:
    looked = []

    class Looks(Inactivity):
        async def begin(self) -> None:
            looked.append(now())

    housekeeping = Housekeeping(Looks(db, None, 24), times.clock_check)  # type: ignore[arg-type]
    times.jump(YEAR)
    times.speak()
    await housekeeping._ask()
    assert looked == []
    times.jump(-YEAR)
    await times.clock_check.settled()
    times.go_by(MINUTE)
    await housekeeping._ask()
    assert len(looked) == 1
    await housekeeping.stop()
