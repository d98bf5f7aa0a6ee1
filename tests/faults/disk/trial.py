"""The disk is full, the database is held by another program, its file is replaced, deleted, or turned into garbage.

Students go on giving the bot to-dos, and reminders fall due before, in the middle and afterwards. While it lasts,
each of them is refused and nothing of it is kept; the log says once what to do. When it is put right, the same
bot goes on without being started anew: what it had acknowledged is there, and every reminder comes, exactly once.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from bot.clock import now
from bot.services.reminders.claims import LEASE, Claimed
from bot.storage.errors import REMEDIES, StorageProblem, problem_of
from bot.storage.schema.startup import make_ready
from tests.faults.disk.failures import (
    FILE,
    PASSING,
    SMALL_DISK,
    WRITES,
    Way,
    back_up,
    lasting,
    set_back,
    small_disk,
)
from tests.faults.disk.verdict import Trial, held_up, judge, on_trial
from tests.faults.doubles.recording_discord import Discord, Process
from tests.faults.report import Report

STUDENTS = (1001, 1002, 1003, 1004)
HOUR = timedelta(hours=1)
A_MINUTE = "another program writes for a minute"
SWEEPS = 3
"""So often the engine looks while it lasts."""
_BEAT = 0.02


class Bot(Process):
    """The use cases and the engine on a file, and students who use them."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial.folder / FILE, trial.discord)
        self._trial = trial
        self._numbers = count(1)

    async def settle(self) -> None:
        """Everybody tells where they live."""
        for student in STUDENTS:
            await self.services.profiles.set_zone(student, "Europe/London")
            await self.services.profiles.set_quiet(student, "00:00", "06:00")

    async def promise(self, after: timedelta, trouble: StorageProblem | None = None) -> None:
        """Everybody gives a to-do that is due `after` a while; while there is `trouble`, it must be refused."""
        due = now() + after
        await asyncio.gather(
            *(self._promise(student, f"to-do {next(self._numbers)}", due, trouble) for student in STUDENTS)
        )

    async def _promise(self, student: int, text: str, due: datetime, trouble: StorageProblem | None) -> None:
        trial, started = self._trial, time.perf_counter()
        try:
            await self.services.todos.add(student, text, due=due)
        except Exception as error:  # noqa: BLE001 - the trial judges whatever it is
            self._refused(text, error, trouble)
            trial.slowest = max(trial.slowest, time.perf_counter() - started)
        else:
            trial.expect(trouble is None, f"{text} was acknowledged")
            trial.promised[text] = student

    def _refused(self, text: str, error: Exception, trouble: StorageProblem | None) -> None:
        found = problem_of(error)
        self._trial.expect(trouble is not None and found is trouble, f"{text}: {found or type(error).__name__}")
        self._trial.refused.append(text)

    async def sweeps(self, times: int = 1) -> None:
        """What the engine does every half minute."""
        for _ in range(times):
            self.engine.sweep()
            await self.engine.finished()


async def endure(trial: Trial, way: Way, trouble: StorageProblem, seconds: float = 0) -> None:
    """It goes wrong in one `way`, for at least so many `seconds`."""
    async with _running(trial) as bot:
        await bot.promise(HOUR)
        await bot.promise(3 * HOUR)
        back_up(trial.folder)
        trial.clock.shift(HOUR)
        await bot.sweeps()
        with way(trial.folder):
            trial.clock.shift(2 * HOUR)
            before = len(trial.discord.messages)
            until = asyncio.get_running_loop().time() + seconds
            await bot.promise(HOUR, trouble)
            await bot.sweeps(SWEEPS)
            while asyncio.get_running_loop().time() < until:
                await asyncio.sleep(1)
                await bot.sweeps()
            trial.expect(len(trial.discord.messages) == before, "something was sent that could not be noted down")
            trial.expect(_told(trial, trouble) == 1, f"the log says {_told(trial, trouble)} times what to do")
        await _afterwards(trial, bot)


async def while_sending(trial: Trial, way: Way) -> None:
    """It goes wrong between the sending of the messages and noting that they are sent, and lasts for a while."""
    async with _running(trial) as bot:
        await bot.promise(HOUR)
        await bot.promise(2 * HOUR)
        trial.clock.shift(HOUR)
        with _when_sent(trial.discord, way(trial.folder)):
            await bot.sweeps(SWEEPS)
            sent = len(trial.discord.messages)
            trial.expect(sent == len(STUDENTS), f"{sent} messages went out")
            trial.clock.shift(HOUR)
            await bot.sweeps(SWEEPS)
            trial.expect(len(trial.discord.messages) == sent, "something was sent that could not be noted down")
        await _afterwards(trial, bot)


async def replaced(trial: Trial) -> None:
    """A backup is moved over the file of a healthy bot: it goes on with that, and forgets the old one."""
    async with _running(trial) as bot:
        await bot.promise(HOUR)
        back_up(trial.folder)
        kept = dict(trial.promised)
        await bot.promise(2 * HOUR)
        with set_back(trial.folder):
            # The operator chose to do without the rest.
            trial.refused += sorted(trial.promised.keys() - kept.keys())
            trial.promised = kept
            await _afterwards(trial, bot)


async def _afterwards(trial: Trial, bot: Bot) -> None:
    """It was put right: the same bot goes on, and in the end everything that was promised has come."""
    await bot.sweeps()
    await bot.promise(HOUR)
    for wait in (LEASE, HOUR, 4 * HOUR):
        trial.clock.shift(wait + timedelta(seconds=1))
        await bot.sweeps(2)


@asynccontextmanager
async def _running(trial: Trial) -> AsyncIterator[Bot]:
    bot = Bot(trial)
    await make_ready(bot.db.engine)
    await bot.settle()
    await bot.start()
    pulse = asyncio.create_task(_pulse(trial))
    try:
        yield bot
    finally:
        pulse.cancel()
        await bot.stop()
    judge(trial)


async def _pulse(trial: Trial) -> None:
    """Notice when the loop stands still, and with it every other student."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(_BEAT)
        trial.stall = max(trial.stall, time.perf_counter() - before - _BEAT)


@contextmanager
def _when_sent(discord: Discord, way: AbstractContextManager[None]) -> Iterator[None]:
    """Enter `way` when the first message has arrived."""
    take = discord.take
    entered = False

    async def arrives(user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int:
        nonlocal entered
        number = await take(user_id, reminders, late=late)
        if not entered:
            entered = True
            way.__enter__()
        return number

    discord.take = arrives  # type: ignore[method-assign]
    try:
        yield
    finally:
        discord.take = take  # type: ignore[method-assign]
        if entered:
            way.__exit__(None, None, None)


def _told(trial: Trial, trouble: StorageProblem) -> int:
    return sum(record.getMessage().startswith(REMEDIES[trouble]) for record in trial.log)


def trials(*, moves: bool) -> dict[str, Callable[[Trial], Coroutine[None, None, None]]]:
    """What is tried, by name; `moves`: how a backup is put back."""
    ways = PASSING | SMALL_DISK | lasting(moves=moves)
    found = {name: partial(endure, way=way, trouble=trouble) for name, (way, trouble) in ways.items()}
    sending = {f"{name}, while sending": partial(while_sending, way=ways[name][0]) for name in PASSING | SMALL_DISK}
    minute = {A_MINUTE: partial(endure, way=PASSING[WRITES][0], trouble=StorageProblem.BUSY, seconds=60)}
    return {**found, **sending, **minute, "a backup is moved over the file": replaced}


def attempt(name: str, seed: int) -> Trial | None:
    """Try one of them; None where the user may not mount the disk that it needs."""
    moves = random.Random(f"{seed} {name}").choice((True, False))  # noqa: S311 - a trial to be played again
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if name.startswith(tuple(SMALL_DISK)) and not stack.enter_context(small_disk(Path(folder))):
            return None
        trial = stack.enter_context(on_trial(Path(folder)))
        try:
            asyncio.run(trials(moves=moves)[name](trial))
        except Exception as error:  # noqa: BLE001 - the trial judges whatever it is
            trial.broken.append(f"{type(error).__name__}: {error}")
        return trial


def run(size: int, seed: int) -> Report:
    """Everything, `size` times."""
    names = [(name, seed + turn) for turn in range(size) for name in trials(moves=True)]
    tried = [(f"{name}, seed {chance}", attempt(name, chance)) for name, chance in names]
    done = {name: trial for name, trial in tried if trial is not None}
    figures = {
        "refused": sum(len(trial.refused) for trial in done.values()),
        "messages": sum(len(trial.discord.messages) for trial in done.values()),
        "slowest refusal, s": max(trial.slowest for trial in done.values()),
        "longest stall of the loop, s": max(trial.stall for trial in done.values()),
        "left out for want of a small disk": len(tried) - len(done),
    }
    broken = tuple(f"{name}: {line}" for name, trial in done.items() for line in (*trial.broken, *held_up(trial)))
    return Report("disk", len(done), figures, broken)
