"""When those who stay away are looked at: soon after a start, once a day, some at a time; and what stops it."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from bot.clock import now
from bot.handbook import loader
from bot.reminders.clock_check import ClockCheck
from bot.reminders.housekeeping import BATCH, Housekeeping
from bot.services.reminders.inactivity import Inactivity, Looked
from bot.storage.database import Database
from bot.storage.models import User

SOON, HOUR, DAY = 60.0, 3600.0, 86400.0
AWAY = 2 * BATCH + 20
WORDS = "Ana Núñez"


class Looks(Inactivity):
    """Notes how many students were looked at in one go."""

    def __init__(self, db: Database, months: int = 24) -> None:
        super().__init__(db, loader.load(), months)
        self.sizes: list[int] = []
        self.meanwhile: Callable[[], object] = lambda: None

    async def look(self, students: Collection[int], since: datetime) -> Looked:
        self.sizes.append(len(students))
        self.meanwhile()
        return await super().look(students, since)


@pytest.fixture
def looks(db: Database) -> Looks:
    return Looks(db)


@pytest.fixture
async def beats(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """In how many seconds each next beat was to come; none comes by itself."""
    loop, noted = asyncio.get_running_loop(), list[float]()
    call_later = loop.call_later

    def noting(delay: float, callback: Callable[..., object], *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        if isinstance(getattr(callback, "__self__", None), Housekeeping):
            noted.append(delay)
            return call_later(DAY, lambda: None)
        return call_later(delay, callback, *args, **kwargs)

    monkeypatch.setattr(loop, "call_later", noting)
    return noted


@pytest.fixture
async def away(db: Database, traveller: time_machine.Traveller) -> None:
    """More students than fit into one go, who were last here so long ago that they are to be warned."""
    async with db.write() as session:
        for number in range(1, AWAY + 1):
            session.add(User(discord_id=number, created_at=now(), last_seen_at=now(), zone="UTC"))
    traveller.shift(timedelta(days=800))


async def beat(housekeeping: Housekeeping) -> None:
    """The clock strikes, and what it has done is done."""
    housekeeping._beat()
    assert housekeeping._task is not None
    await housekeeping._task


async def test_it_begins_soon_after_a_start_and_not_at_all_when_nobody_is_ever_away(
    db: Database, beats: list[float]
) -> None:
    for months, begun in ((24, [SOON]), (0, [])):
        beats.clear()
        housekeeping = Housekeeping(Looks(db, months))
        housekeeping.start()
        assert beats == begun
        await housekeeping.stop()


async def test_a_look_is_made_once_a_day_and_whoever_comes_second_asks_again_in_an_hour(
    db: Database, beats: list[float]
) -> None:
    await beat(Housekeeping(Looks(db)))
    await beat(Housekeeping(Looks(db)))
    assert beats == [DAY, HOUR]


@pytest.mark.usefixtures("away", "beats")
async def test_all_who_are_away_are_looked_at_some_at_a_time(
    looks: Looks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.reminders")
    await beat(Housekeeping(looks))
    assert looks.sizes == [BATCH, BATCH, AWAY - 2 * BATCH]
    assert caplog.messages == [f"of {AWAY} who are away, warned {AWAY}, deleted 0"]


@pytest.mark.usefixtures("beats")
async def test_a_look_that_finds_nobody_says_nothing(looks: Looks, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "bot.reminders")
    await beat(Housekeeping(looks))
    assert looks.sizes == []
    assert caplog.messages == []


@pytest.mark.usefixtures("away")
async def test_while_the_clock_cannot_be_believed_nobody_is_looked_at(
    looks: Looks, beats: list[float], traveller: time_machine.Traveller
) -> None:
    passed = 0.0
    clock_check = ClockCheck(elapsed=lambda: passed)
    clock_check.heard(now() + timedelta(days=365))
    housekeeping = Housekeeping(looks, clock_check)
    await beat(housekeeping)
    assert (looks.sizes, beats) == ([], [SOON])
    clock_check.heard(now())
    passed += SOON
    traveller.shift(SOON)
    looks.meanwhile = lambda: traveller.shift(timedelta(hours=1))  # the clock jumps during the first of three goes
    await beat(housekeeping)
    assert (looks.sizes, beats) == ([BATCH], [SOON, DAY])


@pytest.mark.usefixtures("away")
async def test_a_stop_lets_those_be_done_who_are_being_looked_at_and_begins_with_no_others(
    looks: Looks, beats: list[float]
) -> None:
    entered = asyncio.Event()
    looks.meanwhile = entered.set
    housekeeping = Housekeeping(looks)
    housekeeping._beat()
    await entered.wait()
    await housekeeping.stop(within=60)
    assert looks.sizes == [BATCH]
    assert beats == [], "no beat follows a stop"
    assert housekeeping._task is not None
    assert not housekeeping._task.cancelled()


async def test_a_stop_waits_no_longer_than_it_may(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    entered = asyncio.Event()

    async def for_ever() -> None:
        entered.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(looks, "begin", for_ever)
    housekeeping = Housekeeping(looks)
    housekeeping._beat()
    await entered.wait()
    await housekeeping.stop(within=0)
    assert housekeeping._task is not None
    assert housekeeping._task.cancelled()


async def test_a_look_that_fails_is_logged_without_its_words_and_made_again(
    looks: Looks, beats: list[float], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        raise RuntimeError(WORDS)

    monkeypatch.setattr(looks, "begin", fails)
    await beat(Housekeeping(looks))
    assert beats == [HOUR]
    [said] = caplog.messages
    assert said.startswith("could not look after those who are away\n")
    assert "RuntimeError" in said
    assert WORDS not in said
