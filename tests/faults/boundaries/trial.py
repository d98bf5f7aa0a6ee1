"""The engine is stopped before and after each of its commits and requests, one after the other; another takes over.

The steps of a whole story are numbered in a run without faults. Then the story is played again for each of them, up
to that step, and a new process goes on: after 10 seconds, when the lease ends, after half an hour, when Discord has
long forgotten the nonce, and after a day. Some of the second processes are stopped as well. Everything is real but
Discord itself, which is simcord's, with a memory for nonces: the file, the cards, what is read back in the DMs.
"""

import asyncio
import logging
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import time_machine

from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.services.reminders.claims import LEASE
from tests.faults.boundaries.process import Process, Steps, World, quiet_about_stops
from tests.faults.boundaries.students import CLOSED_CODE, START, Who, gather, planted
from tests.faults.boundaries.verdict import judge
from tests.faults.kill.verdict import Found, look
from tests.faults.report import Report

AWAY = (timedelta(seconds=10), LEASE, timedelta(minutes=30), timedelta(days=1))
"""How long after a stop the next process starts."""
_AGAIN = 1
"""At so many of the steps of the second process it is stopped too, for each stop of the first at full size."""
POST = f"POST /channels/{{channel_id}}/messages of {Who.SINGLE:d}"
"""The request that sends the one reminder of Who.SINGLE."""
_MISSING_ACCESS = 50001
_CHATTER = 1000
"""Messages that are more than anybody looks through."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a process is stopped, and when the next one starts."""

    step: int
    away: timedelta


@dataclass(frozen=True, slots=True)
class End:
    """What became of the one reminder of Who.SINGLE."""

    status: Status
    messages: int
    on_next: bool
    """Whether `/next` tells that it may not have arrived."""


@dataclass(frozen=True, slots=True)
class Story:
    """What came of it."""

    steps: tuple[tuple[str, ...], ...]
    """What each of the processes did."""
    broken: tuple[str, ...]
    counted: Counter[str]
    end: End


Event = Callable[[World], None]
"""What happens between two processes."""


def run(size: int, seed: int) -> Report:
    """Stop at `size` of the steps, and at a third of them twice; 0 is all steps and all waits.

    `seed` decides how long retries wait, and where it is stopped again.
    """
    logging.disable(logging.ERROR)
    try:
        return _run(size, random.Random(seed), seed)  # noqa: S311 - no secret, the same stories again
    finally:
        logging.disable(logging.NOTSET)


def _run(size: int, rng: random.Random, seed: int) -> Report:
    with time_machine.travel(START, tick=False):
        planted()
    trial = _Trial(seed, play((), seed).steps[0])
    singles = [Stop(step, away) for step, away in product(range(len(trial.steps)), AWAY)]
    if size:
        singles = rng.sample(singles, min(size, len(singles)))
    doubles: list[tuple[Stop, ...]] = []
    for stop in singles:
        again = range(trial.tell(stop))
        doubles += [(stop, Stop(step, rng.choice(AWAY))) for step in rng.sample(again, min(_AGAIN, len(again)))]
    for stops in doubles if not size else rng.sample(doubles, min(size // 3, len(doubles))):
        trial.tell(*stops)
    for case in UNREAD:
        trial.leave_undecided(case)
    counted = trial.counted
    return Report(
        "boundaries",
        tried=counted.pop("stops"),
        figures={"boundaries": len(trial.steps), "stopped twice": counted.pop("stopped twice"), **counted},
        broken=tuple(trial.broken),
    )


class _Trial:
    """Plays stories and keeps what they show."""

    def __init__(self, seed: int, steps: Sequence[str]) -> None:
        self.steps = steps
        """Of a story without a stop."""
        self.counted: Counter[str] = Counter({"stops": 0, "stopped twice": 0})
        self.broken: list[str] = []
        self._seed = seed

    def tell(self, *stops: Stop) -> int:
        """Play the story with `stops`; returns how many steps its last process took."""
        story = play(stops, self._seed)
        self._keep(stops, story)
        return len(story.steps[-1])

    def leave_undecided(self, case: "Unread") -> None:
        """Stop it at the message of Who.SINGLE, and let nobody read their DM after that."""
        stop = Stop(self.steps.index(f"{case.when} {POST}"), LEASE)
        story = play((stop,), self._seed, case.happens)
        self._keep((stop,), story)
        if story.end != case.end:
            self.broken.append(f"{case.name}: {story.end}, and it should be {case.end}")

    def _keep(self, stops: Sequence[Stop], story: Story) -> None:
        self.counted.update(story.counted)
        self.counted["stops"] += len(story.steps) - 1
        self.counted["stopped twice"] += len(story.steps) > 2
        where = "; ".join(
            f"{stop.step} {steps[-1]}, away {stop.away}" for stop, steps in zip(stops, story.steps, strict=False)
        )
        if story.steps[0] != tuple(self.steps[: len(story.steps[0])]):
            self.broken.append(f"{where}: the story went another way, so that its steps have other numbers")
        self.broken += [f"{where}: {line}" for line in story.broken]


def _forbid(world: World) -> None:
    world.unread.add(Who.SINGLE)
    world.refuse(Who.SINGLE, "GET", 403, _MISSING_ACCESS)


def _close(world: World) -> None:
    world.unread.add(Who.SINGLE)
    world.refuse(Who.SINGLE, "GET", 403, CLOSED_CODE)


def _fail(world: World) -> None:
    world.unread.add(Who.SINGLE)
    world.refuse(Who.SINGLE, "GET", 500)


def _fail_for_a_while(world: World) -> None:
    world.refuse(Who.SINGLE, "GET", 500, times=3)


def _evaluation(world: World) -> None:
    world.unread.add(Who.SINGLE)
    for _ in range(_CHATTER):
        world.say(Who.SINGLE, "And another thing.")


@dataclass(frozen=True, slots=True)
class Unread:
    """A DM that cannot be read back, after a stop just before or after its message was sent."""

    name: str
    when: str
    happens: Event
    end: End


UNREAD = (
    Unread("forbidden for ever", "after", _forbid, End(Status.UNCERTAIN, 1, on_next=True)),
    Unread("forbidden for ever, and never sent", "before", _forbid, End(Status.UNCERTAIN, 0, on_next=True)),
    Unread("closed", "after", _close, End(Status.UNCERTAIN, 1, on_next=True)),
    Unread("failing for ever", "after", _fail, End(Status.UNCERTAIN, 1, on_next=True)),
    Unread("too long", "after", _evaluation, End(Status.UNCERTAIN, 1, on_next=True)),
    Unread("failing for a while", "after", _fail_for_a_while, End(Status.SENT, 1, on_next=False)),
    Unread("failing for a while, and never sent", "before", _fail_for_a_while, End(Status.SENT, 1, on_next=False)),
)


def play(stops: Sequence[Stop], seed: int, meanwhile: Event = lambda _: None) -> Story:
    """The story with these stops, on a file of its own. `meanwhile` happens after each of them."""
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(START, tick=False) as traveller:
        file = Path(folder) / "story.sqlite3"
        file.write_bytes(planted().file)
        random.seed(seed)
        world = World(traveller)
        gather(world)
        return asyncio.run(_live(stops, file, world, meanwhile))


async def _live(stops: Sequence[Stop], file: Path, world: World, meanwhile: Event) -> Story:
    quiet_about_stops(asyncio.get_running_loop())
    steps: list[Steps] = []
    for stop in (*stops, None):
        started = now()
        steps.append(Steps(None if stop is None else stop.step))
        process = Process(file, world, steps[-1])
        through = await process.live()
        if through or stop is None:
            break
        await process.end()
        world.travel(now() + stop.away)
        meanwhile(world)
    found = await look(process.db)
    broken = tuple(judge(world, found, file, started))
    end = await _end(process, found, world)
    await process.end()
    return Story(tuple(tuple(one.taken) for one in steps), broken, _count(found, world), end)


async def _end(process: Process, found: Found, world: World) -> End:
    [row] = [row for row in found.reminders if row.user_id == Who.SINGLE]
    told = await process.services.home.next(Who.SINGLE)
    return End(Status(row.status), len(world.dm(Who.SINGLE)), on_next=row.id in told.missed)


def _count(found: Found, world: World) -> Counter[str]:
    return Counter(
        {
            "reminders": len(found.reminders),
            "messages": sum(len(world.dm(who)) for who in Who),
            "looks into a DM": world.read_back,
            "uncertain": sum(row.status == Status.UNCERTAIN for row in found.reminders),
        }
    )
