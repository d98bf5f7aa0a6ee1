"""The real bot hears Discord's time over the network, before it looks for reminders."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from bot.clock import now
from bot.reminders.clock_check import ClockCheck
from tests.faults.doubles.bot_in_process import world


async def test_the_answer_to_the_login_tells_it_before_the_engine_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[timedelta] = []
    note = ClockCheck.heard

    def noted(clock_check: ClockCheck, theirs: object, took: timedelta = timedelta(0)) -> None:
        heard.append(took)
        note(clock_check, theirs, took)  # type: ignore[arg-type]

    monkeypatch.setattr(ClockCheck, "heard", noted)
    async with world(tmp_path) as here:
        assert heard, "the answer to the login came first"
        assert here.bot.clock_check.steady()
        # The machine's clock is set a year ahead: the stand-in goes on by the right one.
        with time_machine.travel(now() + timedelta(days=365)):
            assert not here.bot.clock_check.steady()
        before = len(heard)
        await here.bot.clock_check.settled()
        assert len(heard) > before, "it asks when it has to know"
        assert asyncio.get_running_loop().is_running()
