"""How much of everything is measured: in full, in short, and just enough to see that it runs."""

from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.loop_stalls import Stalls


@dataclass(frozen=True, slots=True)
class Sizes:
    """How often each thing is done."""

    presses: int
    """Commands of each kind, one after the other."""
    burst: int
    """Commands with 50 in flight."""
    batches: int
    """Batches of 50 reminders that are claimed and marked."""
    wake_ups: int
    """Wake-ups with many rows, and as many with few."""
    many: int
    few: int
    """Reminders that wait for a day far away."""
    late_seconds: float
    """How long reminders fall due evenly."""
    same_second: int
    """Reminders that are due at once and sent at Discord's pace."""
    jobs: int
    """Reminders, and jobs, that are due at once and sent as fast as it goes."""
    job_rounds: int
    """How often, in turns."""
    shared: int
    """Reminders that are due at once, for one worker process or for two."""
    starts: int
    full_share: float
    """How much of what one student may keep is there of one who is at every limit."""
    full_rounds: int
    """How often that student does everything that takes long."""
    idle_seconds: float
    """How long the bot has nothing to do before its memory is read."""


FULL = Sizes(
    presses=2_000,
    burst=5_000,
    batches=200,
    wake_ups=300,
    many=1_000_000,
    few=1_000,
    late_seconds=20,
    same_second=1_000,
    jobs=1_000,
    job_rounds=3,
    shared=10_000,
    full_share=1,
    full_rounds=3,
    starts=5,
    idle_seconds=3,
)
QUICK = replace(
    FULL,
    presses=200,
    burst=500,
    batches=40,
    wake_ups=60,
    late_seconds=3,
    jobs=300,
    job_rounds=1,
    shared=3_000,
    full_rounds=1,
    starts=3,
    idle_seconds=1,
)
TINY = Sizes(
    presses=3,
    burst=50,
    batches=2,
    wake_ups=3,
    many=500,
    few=50,
    late_seconds=0.2,
    same_second=5,
    jobs=20,
    job_rounds=1,
    shared=400,
    full_share=0.004,
    full_rounds=1,
    starts=1,
    idle_seconds=0,
)


@dataclass(frozen=True, slots=True)
class Run:
    """What a measurement works with."""

    folder: Path
    """Where its files go; somebody else removes it."""
    sizes: Sizes
    stalls: Stalls
    """Watches the event loop while something is measured."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a measurement found."""

    figures: dict[str, float]
    """By the keys of the table."""
    notes: tuple[str, ...] = ()
    """What the figures are made of, for who reads along."""


def quantile(values: list[float], share: float) -> float:
    """The smallest of `values` that `share` (0..1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
