"""Commands: one read and one write, and a real one that does more, against a bare one that only answers."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from discord.ext import commands

from benchmarks.bots import STUDENTS, OneOfEach, bare_bot, our_bot
from benchmarks.discord_stub import command, fed, log_in
from benchmarks.seed_rows import connected
from benchmarks.sizes import Found, Run, quantile
from bot.app import Rapport

Ask = Callable[[int], Awaitable[float]]
"""Gives a student's command and returns the seconds until everything that it started has ended."""


class Asking:
    """Gives commands, each with a text of its own."""

    def __init__(self, ours: Rapport, bare: commands.Bot | None, file: Path) -> None:
        self._ours = ours
        self._bare = bare
        self._file = file
        self._texts = itertools.count()

    async def bare(self, student: int) -> float:
        """The bare command."""
        if self._bare is None:
            raise RuntimeError("there is no bare bot here")
        return await _timed(self._bare, command(student, "ping"))

    async def each(self, student: int) -> float:
        """One read and one write."""
        return await _timed(self._ours, command(student, "each", text=f"This is turn {next(self._texts)}."))

    async def note(self, student: int) -> float:
        """`/contact note`: reads the student's contacts, then in one unit of work five more reads and a write."""
        text = f"They like trains, {next(self._texts)}."
        return await _timed(self._ours, command(student, "contact", "note", contact=f"#{student}", text=text))

    def forget(self) -> None:
        """Take the notes away, for they must not grow. Raises AssertionError when none was written."""
        with closing(connected(self._file)) as connection:
            assert connection.execute("UPDATE contacts SET notes = '' WHERE notes != ''").rowcount > 0


async def _timed(client: commands.Bot, event: dict[str, object]) -> float:
    started = time.perf_counter()
    await fed(client, event)
    return time.perf_counter() - started


async def measure(run: Run) -> Found:
    """In turns, one after the other; then with 50 in flight."""
    file = run.folder / "handlers.sqlite3"
    ours, bare = await our_bot(file), bare_bot()
    await log_in(bare)
    await log_in(ours)
    await ours.add_cog(OneOfEach(ours.services, ours.router))
    asking = Asking(ours, bare, file)
    try:
        # Once each before it counts: everybody is met, every statement compiled.
        for ask in (asking.bare, asking.each, asking.note):
            await _at_once(ask, STUDENTS)
        asking.forget()
        return Found(*_merged(await _in_turns(run, asking), await _bursts(run, asking)))
    finally:
        await ours.close()
        await bare.close()


def _merged(*parts: tuple[dict[str, float], tuple[str, ...]]) -> tuple[dict[str, float], tuple[str, ...]]:
    figures = {key: figure for found, _ in parts for key, figure in found.items()}
    return figures, tuple(note for _, notes in parts for note in notes)


async def _in_turns(run: Run, asking: Asking) -> tuple[dict[str, float], tuple[str, ...]]:
    times: dict[str, list[float]] = {"bare": [], "each": [], "note": []}
    async with run.stalls.watched("commands in turns"):
        for turn in range(run.sizes.presses):
            student = 1 + turn % STUDENTS
            times["bare"].append(await asking.bare(student))
            times["each"].append(await asking.each(student))
            times["note"].append(await asking.note(student))
            if student == STUDENTS:
                asking.forget()
    told = {name: (1000 * quantile(found, 0.5), 1000 * quantile(found, 0.99)) for name, found in times.items()}
    bare, each, note = told["bare"], told["each"], told["note"]
    return {"handler_p50_ratio": each[0] / bare[0], "handler_p99_ratio": each[1] / bare[1]}, (
        f"a bare command: p50 {bare[0]:.2f} ms, p99 {bare[1]:.2f} ms",
        f"one read and one write: p50 {each[0]:.2f} ms, p99 {each[1]:.2f} ms",
        f"/contact note: p50 {note[0]:.2f} ms, p99 {note[1]:.2f} ms, {note[0] / bare[0]:.1f} times bare at p50",
    )


async def _bursts(run: Run, asking: Asking) -> tuple[dict[str, float], tuple[str, ...]]:
    async with run.stalls.watched("commands at once"):
        per_second, p99 = await _at_once(asking.each, run.sizes.burst)
    async with run.stalls.watched("/contact note at once"):
        notes_per_second, notes_p99 = await _at_once(asking.note, run.sizes.burst // 5)
    return {"handler_burst_per_s": per_second, "handler_burst_p99_ms": p99}, (
        f"/contact note with 50 in flight: {notes_per_second:.0f}/s, p99 {notes_p99:.0f} ms",
    )


async def _at_once(ask: Ask, count: int) -> tuple[float, float]:
    """`count` with 50 in flight, each of another student; how many in a second, and the p99 in milliseconds."""
    times: list[float] = []
    turns = iter(range(count))

    async def keep_asking(student: int) -> None:
        for _ in turns:
            times.append(await ask(student))  # noqa: PERF401 - nobody may take a second turn before the first ends

    started = time.perf_counter()
    await asyncio.gather(*(keep_asking(student) for student in range(1, STUDENTS + 1)))
    return count / (time.perf_counter() - started), 1000 * quantile(times, 0.99)
