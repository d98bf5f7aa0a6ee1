"""Does anybody wait for a student who is at every limit, while that student does what takes long?

The others each keep one person and write notes on them, one command after the other: a unit of work that reads and
one that reads and writes. The longest of their commands during a deed is what that deed makes others wait.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from benchmarks.bots import STUDENTS, our_bot
from benchmarks.discord_stub import command, fed, log_in
from benchmarks.full_account import Counts, fill, largest, reminders_only
from benchmarks.handlers import Asking
from benchmarks.sizes import Found, Run
from bot.app import Rapport
from bot.services.contacts.views import ContactEntry
from bot.ui.cards import mydata as cards

FULL = 4_000_000
"""The student at every limit."""
_HOSTILE = "\ufdfa" * 60
"""A name that grows eighteenfold once it is written out."""
_SLASHES: Mapping[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "/contact list": (("contact", "list", {}),),
    "/interview list": (("interview", "list", {}),),
    "/request list": (("request", "list", {}),),
    "/todo list": (("todo", "list", {}),),
    "/next": (("next", "", {}),),
    "/evaluate": (("evaluate", "", {"contact": "#1000000"}),),
    "/contact show": (("contact", "show", {"contact": "#1000000"}),),
    "/profile timezone": (("profile", "timezone", {"zone": "Europe/Lisbon"}),),
    "/profile quiet": (("profile", "quiet", {"from": "21:00", "until": "09:00"}),),
}
Deed = Callable[[], Awaitable[object]]


class _Full:
    """What the student at every limit does."""

    def __init__(self, ours: Rapport, counts: Counts) -> None:
        self._ours = ours
        self._mydata = ours.services.mydata
        self._counts = counts

    def deeds(self) -> Mapping[str, Deed]:
        """By name, in their order. The last one leaves nothing."""
        return {
            **{name: self._slashes(name) for name in _SLASHES},
            "a hostile contact": self._contact,
            "/mydata export": self._export,
            "/mydata delete": self._delete,
            "/mydata import of the largest file": self._import(largest),
            "deleting that again": self._delete,
            "/mydata import of 20,000 pings": self._import(reminders_only),
            "and again": self._delete,
        }

    def _slashes(self, name: str) -> Deed:
        async def give() -> None:
            for top, sub, options in _SLASHES[name]:
                await fed(self._ours, command(FULL, top, sub, **options))

        return give

    async def _contact(self) -> None:
        with contextlib.suppress(Exception):  # there is no room for one more; that may be said first
            await self._ours.services.contacts.add(FULL, ContactEntry(_HOSTILE))

    async def _export(self) -> None:
        await self._mydata.hand_over(FULL, cards.MOST_BYTES, cards.MOST_FILES)

    async def _delete(self) -> None:
        await self._mydata.erase(FULL, "DELETE")

    def _import(self, made: Callable[[int, Counts], bytes]) -> Deed:
        content = made(FULL, self._counts)

        async def import_data() -> None:
            await self._mydata.import_data(FULL, content)

        return import_data


async def measure(run: Run) -> Found:
    """Each deed, with the others at work; of several rounds the best, as this machine has others too."""
    file, counts = run.folder / "others.sqlite3", Counts(run.sizes.full_share)
    ours = await our_bot(file)
    await log_in(ours)
    asking = Asking(ours, None, file)
    found: dict[str, float] = {}
    took: dict[str, float] = {}
    try:
        for student in range(1, STUDENTS + 1):
            await asking.note(student)
        for _ in range(run.sizes.full_rounds):
            fill(file, FULL, counts)
            for name, deed in {"nothing": _nothing, **_Full(ours, counts).deeds()}.items():
                async with run.stalls.watched(f"others: {name}"), _others(asking) as waits:
                    begun = time.perf_counter()
                    await deed()
                    took[name] = time.perf_counter() - begun
                asking.forget()
                found[name] = min(found.get(name, max(waits)), max(waits))
    finally:
        await ours.close()
    worst = max(found, key=lambda name: found[name])
    notes = [
        f"beside {name} of {1000 * took[name]:.0f} ms: others wait {1000 * found[name]:.1f} ms at most, "
        f"the loop {1000 * run.stalls.longest[f'others: {name}']:.1f} ms"
        for name in found
    ]
    return Found({"others_wait_ms": 1000 * found[worst]}, (*notes, f"others wait longest beside {worst!r}"))


async def _nothing() -> None:
    await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def _others(asking: Asking) -> AsyncIterator[list[float]]:
    """Two others give one command after the other while the block runs; at least one each."""
    waits: list[float] = []
    done = asyncio.Event()

    async def keep_asking(student: int) -> None:
        while True:
            waits.append(await asking.note(student))
            if done.is_set():
                return
            await asyncio.sleep(0.001)

    async with asyncio.TaskGroup() as group:
        for student in (1, 2):
            group.create_task(keep_asking(student))
        await asyncio.sleep(0)
        yield waits
        done.set()
