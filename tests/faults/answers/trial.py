"""Discord refuses, limits, breaks off and keeps silent: to one student's reminder, or to the whole bot.

Every case runs against the real bot with all its waits as in service, on a loop that hurries through them. The
troubles of single students go on at the same time, in one bot, among students who have none.
"""

import asyncio
import itertools
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.reminders.reminder import Status
from bot.storage.models import Reminder
from tests.faults.answers.cases import CASES, LASTS, LIMITS, Case, Limit, Place, Trouble
from tests.faults.doubles.bot_in_process import Armed, DueReminder, World, world
from tests.faults.doubles.discord.faults import Fault, Request, server_error
from tests.faults.doubles.discord.messages import Created
from tests.faults.doubles.fast_loop import hurry
from tests.faults.report import Report

SPEED = 200.0
"""How much faster than in service waits go by."""
ON_TIME = 5.0
"""Seconds after its due time at which a reminder still counts as on time, on a machine with other things to do."""
BETWEEN = 0.9
"""Seconds that two attempts at the same are apart at least; discord.py's own begin with one."""
BACKOFF = (15.0, 30.0)
"""Seconds between which the first wait of the engine's own is picked. Each look for the message and each repetition
of it doubles the next."""
FLIGHT = 0.5
"""Seconds for which a request may have been on its way when a limit was told."""
COME_BACK = 90.0
"""Seconds after a limit within which everybody has their reminder."""
OTHERS = 12
"""Students without trouble, while the others have theirs."""


def run(size: int, seed: int) -> Report:
    """Go through all cases `size` times."""
    random.seed(seed)  # the jitter of the retries
    found = Found()
    for _ in range(size):
        with tempfile.TemporaryDirectory() as folder:
            hurry(_all(Path(folder), found), SPEED)
    figures = dict(found.counted) | {"latest ping without trouble, s": round(found.latest, 1)}
    broken = tuple(f"seed {seed}: {line}" for line in found.broken)
    return Report("answers", size * (len(CASES) + len(LIMITS)), figures, broken)


@dataclass
class Found:
    """What came out of it."""

    broken: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    latest: float = 0.0

    def on_time(self, name: str, reminder: "Armed", message: Created | None) -> None:
        """A student without trouble has their reminder on time."""
        if message is None:
            self.broken.append(f"{name}: a student without trouble has no ping")
            return
        self.latest = max(self.latest, message.at - reminder.due)
        if message.at - reminder.due > ON_TIME:
            self.broken.append(f"{name}: a student without trouble waited {message.at - reminder.due:.1f} s")


async def _all(folder: Path, found: Found) -> None:
    async with world(folder) as here:
        await troubles(here, CASES, found)
        for number, limit in enumerate(LIMITS):
            await limited(here, limit, number, found)
        found.broken += [f"Discord's stand-in knows no {gap}" for gap in here.discord.gaps]
        found.counted["messages"] += len(here.discord.mail.messages)
        found.counted["repeats with the same nonce"] += sum(one.repeated for one in here.discord.mail.log)
        found.counted["requests"] += len(here.discord.requests)


class Knocks:
    """A trouble in force, and the requests that met it."""

    def __init__(self, here: World, user: int, trouble: Trouble) -> None:
        self.trouble = trouble
        self.at: list[float] = []
        self._plans = here.discord.plans
        picks = trouble.place.of(here.discord, user)

        def noted(request: Request) -> bool:
            if picked := picks(request):
                self.at.append(request.at)
            return picked

        self._plan = (
            self._plans.every(noted, trouble.fault)
            if trouble.times is None
            else self._plans.next(noted, *[trouble.fault] * trouble.times)
        )

    def over(self) -> None:
        """Nothing goes wrong any more."""
        self._plans.drop(self._plan)


async def troubles(here: World, cases: Sequence[Case], found: Found) -> None:
    """All troubles at once, and students without any, for whom reminders fall due all the time."""
    patients = await here.students(*(f"patient{number}" for number in range(len(cases))))
    others = await here.students(*(f"student{number}" for number in range(OTHERS)))
    known = [user for case, user in zip(cases, patients, strict=True) if case.known] + others[::2]
    await here.settled(await here.arm(*(DueReminder(user, here.seconds) for user in known)))
    begin = here.seconds + 5
    ill = await here.arm(
        *(DueReminder(user, begin, case.lives) for case, user in zip(cases, patients, strict=True))
    )
    healthy = await here.arm(*(DueReminder(user, begin + 5 * n) for n, user in enumerate(others, 1)))
    due = [(case, one, _begin(here, case, one.user)) for case, one in zip(cases, ill, strict=True)]
    await asyncio.sleep(LASTS)
    arrived = {one: here.seen(one) for one in healthy}
    for trouble in itertools.chain.from_iterable(knocks for _, _, knocks in due):
        trouble.over()
    rows = await here.settled(ill + healthy)
    for one in healthy:
        found.on_time("troubles", one, next(iter(arrived[one]), None))
    for case, one, knocks in due:
        found.counted[f"ended {rows[one.reminder].status}"] += 1
        found.counted["requests that went wrong"] += sum(len(trouble.at) for trouble in knocks)
        found.broken += [f"{case.name}: {line}" for line in _judge(here, case, one, knocks, rows[one.reminder])]
    found.broken += _spread(due)


def _begin(here: World, case: Case, user: int) -> list[Knocks]:
    if case.forgotten:
        here.discord.students.forget_channel(user)
    return [Knocks(here, user, trouble) for trouble in case.troubles]


def _judge(here: World, case: Case, one: Armed, knocks: list[Knocks], row: Reminder) -> Iterator[str]:
    """What was not as it should be with one student's trouble."""
    seen = here.seen(one)
    if row.status != case.ends:
        yield f"ended as {row.status} ({row.reason})"
    if len(seen) != case.messages:
        yield f"{len(seen)} messages"
    if row.status == Status.SENT and row.message_id not in {message.message_id for message in seen}:
        yield "sent, and its row knows another message"
    for trouble in knocks:
        if case.knocks is not None and len(trouble.at) != case.knocks:
            yield f"knocked {len(trouble.at)} times"
        yield from _too_early(here, one, trouble)


def _too_early(here: World, one: Armed, trouble: Knocks) -> Iterator[str]:
    """Requests that came before their time."""
    picks = trouble.trouble.place.of(here.discord, one.user)
    mine = [request.at for request in here.discord.requests if request.at > one.due - 1 and picks(request)]
    if not trouble.at:
        yield f"nobody met {trouble.trouble}"
    wait = max(BETWEEN, _retry_after(trouble.trouble.fault))
    for met in trouble.at:
        after = next((at for at in mine if at > met), None)
        if after is not None and after - met < wait and not _by_aiohttp(trouble.trouble, after - met):
            yield f"{trouble.trouble.place.name} again after {after - met:.2f} s instead of {wait:g} s"


def _by_aiohttp(trouble: Trouble, wait: float) -> bool:
    """It repeats a GET at once, and once only, when a connection that had been open before breaks off."""
    return trouble.fault.lost and trouble.place is Place.READ and wait < FLIGHT


def _retry_after(fault: Fault) -> float:
    return float(fault.headers.get("Retry-After", 0))


def _spread(due: list[tuple[Case, Armed, list[Knocks]]]) -> Iterator[str]:
    """Where discord.py does not try again by itself, one sees the engine's waits: longer each time, never alike."""
    waits = []
    for case, _, knocks in due:
        trouble = knocks[0].trouble if knocks else None
        if trouble is not None and trouble.times is None and trouble.fault.status == 503:
            gaps = [later - earlier for earlier, later in itertools.pairwise(knocks[0].at)]
            waits += gaps[:1]
            for number, gap in enumerate(gaps):
                shortest, longest = BACKOFF[0] * 2**number, BACKOFF[1] * 4**number
                if not shortest <= gap <= longest + ON_TIME:
                    yield f"{case.name}: wait {number + 1} of the engine took {gap:.1f} s"
    if len(waits) < 5 or max(waits) - min(waits) < 0.5:
        yield f"first waits of the engine are too much alike: {waits}"


async def limited(here: World, limit: Limit, number: int, found: Found) -> None:
    """A limit that is meant for the whole bot, and students for whom reminders fall due while it lasts."""
    names = (f"{kind}{number}" for kind in ("first", "doubtful", "known", "late", "new"))
    first, doubtful, known, late, new = await here.students(*names)
    await here.settled(await here.arm(*(DueReminder(user, here.seconds) for user in (doubtful, known, late))))
    # Somebody's message was lost on the way: her DM would be read while the limit lasts.
    here.discord.plans.next(Place.SEND.of(here.discord, doubtful), server_error(503))
    reminders = await here.arm(DueReminder(doubtful, here.seconds + 1))
    await asyncio.sleep(6)
    told: list[float] = []

    def noted(request: Request) -> bool:
        if picked := any(place.met_by(request) for place in limit.places):
            told.append(request.at)
        return picked

    here.discord.plans.next(noted, *[limit.fault] * limit.times)
    waits = ((first, 1), (known, 4), (late, 6), (new, 8))
    reminders += await here.arm(*(DueReminder(user, here.seconds + wait) for user, wait in waits))
    rows = await here.settled(reminders)
    found.broken += [f"{limit.name}: {line}" for line in _respected(here, limit, told, reminders, rows)]
    if Place.SEND not in limit.places:
        for one in (reminders[2], reminders[3]):
            found.on_time(limit.name, one, next(iter(here.seen(one)), None))
    found.counted["limits"] += 1


def _respected(
    here: World, limit: Limit, told: list[float], reminders: list[Armed], rows: dict[int, Reminder]
) -> Iterator[str]:
    """What was not as it should be with a limit."""
    if not told:
        yield "nobody met it"
        return
    for begun in told[: limit.times]:
        over = begun + limit.seconds
        for request in here.discord.requests:
            if begun + FLIGHT < request.at < over and any(place.met_by(request) for place in limit.places):
                yield f"{request.method} {request.path} {over - request.at:.1f} s before it was over"
    for one in reminders:
        seen = here.seen(one)
        if rows[one.reminder].status != Status.SENT or len(seen) != 1:
            yield f"ended as {rows[one.reminder].status} with {len(seen)} messages"
        elif seen[0].at > max(over, one.due) + COME_BACK:
            yield f"a ping came {seen[0].at - over:.1f} s after it was over"
