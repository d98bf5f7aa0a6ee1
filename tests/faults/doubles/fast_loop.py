"""An event loop on which waiting costs a fraction of its time, and every clock agrees with it.

Retries, leases and limits last as long as in service; only nobody sits through them. Work takes as long as it
takes: while the loop is busy, or waits for the threads of the database, time passes as it does elsewhere.
"""

import asyncio
import math
import selectors
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from unittest import mock

import aiosqlite
import time_machine

T = TypeVar("T")

BEGIN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class _Clock:
    """Time as the trial sees it: the wall clock is moved along with the clock of the loop."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self.passed = 0.0
        """Seconds since the trial began."""
        self.at_work = 0
        """How many things threads are doing for the loop."""

    def advance(self, seconds: float) -> None:
        self.passed += seconds
        self._traveller.move_to(BEGIN.timestamp() + self.passed)


class _Selector(selectors.DefaultSelector):
    """Waits `speed` times shorter than it is asked to."""

    def __init__(self, clock: _Clock, speed: float) -> None:
        super().__init__()
        self._clock = clock
        self._speed = speed
        self._worked_since = time.perf_counter()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait, and move the clocks by what was waited for, and by the work since the last time."""
        before = time.perf_counter()
        speed = 1.0 if self._clock.at_work else self._speed
        asked = math.inf if timeout is None else max(timeout, 0.0) / speed
        events = super().select(None if timeout is None else asked)
        after = time.perf_counter()
        # A machine that comes back late from a wait was at work, if not for this trial.
        waited = min(after - before, asked)
        self._clock.advance(after - self._worked_since - waited + waited * speed)
        self._worked_since = after
        return events


class Loop(asyncio.SelectorEventLoop):
    """A loop in a hurry."""

    def __init__(self, clock: _Clock, speed: float) -> None:
        self._clock = clock
        super().__init__(_Selector(clock, speed))

    def time(self) -> float:
        """Seconds since the trial began."""
        return self._clock.passed

    def timers(self, function: str) -> int:
        """How many calls of `function`, named as in its `__qualname__`, wait for their time."""
        waiting: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # only debuggers ask
        return sum(function in repr(handle) for handle in waiting if not handle.cancelled())


@contextmanager
def _noticed(clock: _Clock) -> Iterator[None]:
    """Whatever aiosqlite hands to its threads is work."""
    hand_over: Callable[..., Awaitable[Any]] = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *args: Any, **options: Any) -> Any:
        clock.at_work += 1
        try:
            return await hand_over(self, *args, **options)
        finally:
            clock.at_work -= 1

    with mock.patch.object(aiosqlite.Connection, "_execute", counted):
        yield


def hurry(main: Coroutine[Any, Any, T], speed: float) -> T:
    """Run `main` with waits that are `speed` times shorter, from a Monday afternoon on."""
    with time_machine.travel(BEGIN, tick=False) as traveller:
        clock = _Clock(traveller)
        with _noticed(clock), asyncio.Runner(loop_factory=lambda: Loop(clock, speed)) as runner:
            return runner.run(main)
