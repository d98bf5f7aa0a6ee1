"""The gateway drops, resumes, and forgets the session, while reminders fall due and students press and type.

However often the bot connects anew, it stays one bot with one engine: every reminder comes once and on time, as it
goes over HTTP, and whatever students did meanwhile has the effect of doing it once.
"""

import asyncio
import gc
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from simcord.backend.models import Interaction
from sqlalchemy import func, select

from bot.domain.reminders.reminder import Status
from bot.storage.models import Reminder, Todo
from bot.ui.kit.custom_ids import decode
from tests.faults.doubles.bot_in_process import Armed, DueReminder, World, world
from tests.faults.doubles.discord.gateway import Gateway
from tests.faults.doubles.fast_loop import Loop, hurry
from tests.faults.report import Report

SPEED = 200.0
"""How much faster than in service waits go by."""
ON_TIME = 5.0
"""Seconds after its due time at which a reminder still counts as on time, on a machine with other things to do."""
OUTAGE = 40.0
"""Seconds for which the gateway lets nobody in, where it does not."""
BACK = 3000.0
"""Seconds within which the bot is back; discord.py's own waits between two tries grow to a quarter of an hour."""
DUE = (1, 10, 20, 30, 39, 40, 41, 45)
"""When reminders fall due, in seconds from the break on."""
NOTICED = 10.0
"""Seconds in which answers to what happened meanwhile are counted; Discord takes none after three."""
LOOK = 5.0
"""Seconds between two looks at what has happened."""
OURS = ("bot", "cogs")
SAYS_SO = {"bot.ui.connection.connect"}
"""That the gateway is gone."""
TYPED = "Thank Ana for the book"


async def _invalid(gateway: Gateway) -> None:
    gateway.invalidate(resumable=False)


async def _resumable(gateway: Gateway) -> None:
    gateway.invalidate(resumable=True)


async def _cut(gateway: Gateway) -> None:
    gateway.cut()


async def _reconnect(gateway: Gateway) -> None:
    gateway.reconnect()


async def _silence(gateway: Gateway) -> None:
    gateway.fall_silent()


def _close(code: int) -> Callable[[Gateway], Awaitable[None]]:
    return lambda gateway: gateway.drop(code)


@dataclass(frozen=True, slots=True)
class Break:
    """One way in which the bot's place at the gateway is lost."""

    name: str
    does: Callable[[Gateway], Awaitable[None]]
    outage: bool = False
    """The gateway lets nobody in for a while."""
    resumes: bool = True
    """The session goes on, and what happened meanwhile is told."""
    refused: bool = False
    """Discord refuses to resume."""


BREAKS = (
    Break("1006", _cut),
    Break("1006 and an outage", _cut, outage=True),
    Break("1000", _close(1000)),
    Break("1001", _close(1001)),
    Break("4000", _close(4000)),
    Break("4000, and RESUME is refused", _close(4000), resumes=False, refused=True),
    Break("4009", _close(4009)),
    Break("op 7", _reconnect),
    Break("op 7 and an outage", _reconnect, outage=True),
    Break("op 9, resumable", _resumable),
    Break("op 9, not resumable", _invalid, resumes=False),
    Break("op 9, not resumable, and an outage", _invalid, outage=True, resumes=False),
    Break("heartbeats are not acknowledged", _silence),
)


def run(size: int, seed: int) -> Report:
    """Break the connection in every way, `size` times."""
    found = Found()
    dice = random.Random(seed)  # noqa: S311 - nothing here is secret
    random.seed(seed)  # the waits of discord.py
    with tempfile.TemporaryDirectory() as folder:
        hurry(
            _all(Path(folder), [one for _ in range(size) for one in dice.sample(BREAKS, len(BREAKS))], found), SPEED
        )
    figures = dict(found.counted) | {"latest ping, s": round(found.latest, 1)}
    return Report("gateway", size * len(BREAKS), figures, tuple(f"seed {seed}: {line}" for line in found.broken))


@dataclass
class Found:
    """What came out of it."""

    broken: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    latest: float = 0.0


async def _all(folder: Path, breaks: list[Break], found: Found) -> None:
    async with world(folder) as here:
        # Something is always still to come, so that the clock is always set.
        await here.arm(DueReminder((await here.students("far away"))[0], here.seconds + 1e6))
        for number, one in enumerate(breaks):
            found.broken += [f"{one.name}: {line}" for line in await _survived(here, one, number, found)]
        found.broken += [f"Discord's stand-in knows no {gap}" for gap in here.discord.gaps]
        found.broken += [
            f"logged: {one.getMessage()}"
            for one in here.log
            if one.name.startswith(OURS) and one.name not in SAYS_SO and one.levelno > 20
        ]
        found.counted["sessions begun"] += here.discord.gateway.identified
        found.counted["sessions resumed"] += here.discord.gateway.resumed
        found.counted["messages"] += len(here.discord.mail.messages)


async def _survived(here: World, one: Break, number: int, found: Found) -> list[str]:
    """What was not as it should be when the connection broke in this way."""
    names = (f"student{number}-{place}" for place in range(len(DUE)))
    maya, *others = await here.students(f"maya{number}", *names)
    (shown,) = await here.arm(DueReminder(maya, here.seconds))
    await here.settled([shown])
    gateway = here.discord.gateway
    sessions = gateway.identified + gateway.resumed
    reminders = await here.arm(
        *(DueReminder(user, here.seconds + wait) for user, wait in zip(others, DUE, strict=True))
    )
    gateway.accepts, gateway.resumable = not one.outage, not one.refused
    away = here.seconds
    await one.does(gateway)
    acts = _act(here, shown)
    if one.outage:
        await asyncio.sleep(OUTAGE)
        found.counted["pings during an outage"] += sum(bool(here.seen(reminder)) for reminder in reminders)
        gateway.accepts = True
    await _back(here, sessions)
    found.counted["seconds away"] += int(here.seconds - away)
    gateway.resumable = True
    rows = await here.settled(reminders)
    return [
        *_rung(here, reminders, rows, found),
        *[line async for line in _done(here, one, shown, acts, found)],
        *_one_of_each(here),
    ]


async def _back(here: World, sessions: int) -> None:
    gateway = here.discord.gateway
    async with asyncio.timeout(BACK):
        while gateway.identified + gateway.resumed == sessions:  # noqa: ASYNC110 - the stand-in counts, it does not tell
            await asyncio.sleep(LOOK)
        await gateway.ready()


def _act(here: World, shown: Armed) -> list[Interaction]:
    """A student presses "Done" again and again, as nothing happens, and uses a command."""
    (message,) = here.seen(shown)
    done = next(one for one in message.custom_ids if (way := decode(one)) is not None and way.action == "todo.done")
    students = here.discord.students
    presses = [students.press(shown.user, message.message_id, done) for _ in range(3)]
    return [*presses, students.slash(shown.user, "todo add", text=TYPED)]


def _rung(here: World, reminders: list[Armed], rows: dict[int, Reminder], found: Found) -> Iterator[str]:
    """Each reminder came once and on time, whatever became of the gateway."""
    for reminder in reminders:
        seen = here.seen(reminder)
        if len(seen) != 1 or rows[reminder.reminder].status != Status.SENT:
            yield f"a ping ended as {rows[reminder.reminder].status} with {len(seen)} messages"
            continue
        found.latest = max(found.latest, seen[0].at - reminder.due)
        if seen[0].at > reminder.due + ON_TIME:
            yield f"a ping came {seen[0].at - reminder.due:.1f} s late"


async def _done(here: World, one: Break, shown: Armed, acts: list[Interaction], found: Found) -> AsyncIterator[str]:
    """What the student did meanwhile had the effect of one, if Discord told of it; and so has doing it again."""
    found.counted["presses and commands told late"] += len(acts) * one.resumes
    found.counted["answered"] += await _answered(acts, NOTICED)
    if (effects := await _effects(here, shown)) != (one.resumes, one.resumes):
        yield f"done and typed meanwhile: {effects}"
    again = [here.discord.students.slash(shown.user, "todo list")] if one.resumes else _act(here, shown)
    if await _answered(again, BACK) != len(again):
        yield "does not answer any more"
    if (effects := await _effects(here, shown)) != (1, 1):
        yield f"done and typed in the end: {effects}"


async def _answered(acts: list[Interaction], within: float) -> int:
    for _ in range(int(within / LOOK)):
        if all(act.responded for act in acts):
            break
        await asyncio.sleep(LOOK)
    return sum(act.responded for act in acts)


async def _effects(here: World, shown: Armed) -> tuple[int, int]:
    """How many to-dos of the student are done, and how many they typed."""
    mine = select(func.count()).select_from(Todo).where(Todo.owner_id == shown.user)
    async with here.bot.db.read() as session:
        done = await session.scalar(mine.where(Todo.done_at.is_not(None)))
        typed = [*await session.scalars(select(Todo.text).where(Todo.owner_id == shown.user))].count(TYPED)
    return done or 0, typed


def _one_of_each(here: World) -> Iterator[str]:
    """There is one of everything that there must not be two of."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    clocks = [one for one in gc.get_objects() if isinstance(one, AsyncIOScheduler) and one.running]
    synced = [one for one in here.discord.requests if one.fits("PUT", "/applications/*/commands")]
    counts = {
        "schedulers": len(clocks),
        "wake jobs": sum(len(clock.get_jobs()) for clock in clocks),
        "heartbeats of the engine": loop.timers("Engine._beat"),
        "starts": len(here.starts),
        "syncs of the commands": len(synced),
    }
    yield from (f"{count} {name}" for name, count in counts.items() if count != 1)
    dispatchers = [task for task in asyncio.all_tasks() if task.get_name() == "reminders"]
    if len(dispatchers) > 1:
        yield f"{len(dispatchers)} dispatchers"
