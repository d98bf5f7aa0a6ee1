"""Many students of all zones and habits, amid everything that Rapport reminds of, with one bot for all of them."""

import random
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

from bot.clock import now
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.domain.times.quiet_hours import QuietHours
from bot.services import Services
from bot.services.interviews.views import Terms
from bot.storage.models import Contact
from bot.storage.schema.upgrade import upgrade
from tests.faults.doubles.recording_discord import Discord, Message, Process

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 2, 27, 12, tzinfo=UTC)
"""Ten days later clocks go forward in America, three weeks after that in Europe."""
ZONES = (
    "America/Denver",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
_WAKES = 100
"""For each student there is something due far less often than this, whatever happens."""
_NIGHTS = (
    QuietHours(),
    QuietHours(time(0), time(6, 30)),
    QuietHours(time(20), time(11)),
    QuietHours(time(9), time(17)),
)


@dataclass(slots=True)
class Student:
    """Somebody with three contacts."""

    id: int
    zone: ZoneInfo
    quiet: QuietHours

    def contact(self, place: int) -> int:
        """The number of one of the three."""
        return self.id * 10 + place


@dataclass(frozen=True, slots=True)
class Row:
    """A reminder as it stands in its table."""

    id: int
    user_id: int
    kind: ReminderKind
    subject_id: int
    due_at: datetime
    available_at: datetime
    expires_at: datetime
    status: Status
    reason: str


Act = tuple[datetime, Callable[[Services], Awaitable[object]]]


class Town:
    """The students, the bot, and the clock that both go by."""

    def __init__(self, folder: Path, students: int, seed: int, traveller: time_machine.Traveller) -> None:
        self.discord = Discord()
        self.random = random.Random(seed)  # noqa: S311 - a trial to be played again, not a secret
        choose = self.random.choice
        self.students = {
            1001 + number: Student(1001 + number, ZoneInfo(choose(ZONES)), choose(_NIGHTS))
            for number in range(students)
        }
        self._file = folder / "town.sqlite3"
        self._traveller = traveller
        self._process = Process(self._file, self.discord)

    async def settle(self) -> None:
        """Everybody tells where they live and when they sleep, and whom they know."""
        await upgrade(self._process.db.engine)
        for one in self.students.values():
            await self.tell(one)
            async with self._process.db.write() as session:
                session.add_all(
                    Contact(id=one.contact(place), owner_id=one.id, name=f"C{place}", created_at=now())
                    for place in range(3)
                )
        await self._process.start()

    async def tell(self, one: Student) -> None:
        """The bot is told of a student's zone and quiet hours."""
        profiles = self._process.services.profiles
        await profiles.set_zone(one.id, one.zone.key)
        await profiles.set_quiet(one.id, f"{one.quiet.start:%H:%M}", f"{one.quiet.end:%H:%M}")

    async def live(self, until: datetime) -> None:
        """Time passes, and the bot wakes up whenever something is due. Raises RuntimeError if that has no end."""
        wakes = 0
        while (due := self._next()) is not None and due <= until:
            wakes += 1
            if wakes > _WAKES * len(self.students):
                raise RuntimeError("the same pings are due again and again")
            self.set_clock(max(due, now()))
            await self._process.look()
        self.set_clock(max(until, now()))

    async def act(self, acts: list[Act]) -> None:
        """The students do all that, each at its moment."""
        for moment, do in sorted(acts, key=lambda act: act[0]):
            await self.live(moment)
            await do(self._process.services)
            await self._process.look()

    async def look(self) -> None:
        """The bot looks for what is due."""
        await self._process.look()

    async def stop(self) -> None:
        """The bot is switched off."""
        await self._process.stop()

    async def start(self) -> None:
        """And on again: it looks at once for what fell due meanwhile."""
        self._process = Process(self._file, self.discord)
        await self._process.start()

    def set_clock(self, moment: datetime) -> None:
        """The clock on the wall of the machine."""
        self._traveller.move_to(moment)

    def rows(self) -> dict[int, Row]:
        """All reminders, by id."""
        with self._read() as reader:
            return {row["id"]: _row(row) for row in reader.execute("SELECT * FROM reminders")}

    def sound(self) -> bool:
        """Whether the file passes SQLite's own test."""
        with self._read() as reader:
            return bool(reader.execute("PRAGMA integrity_check").fetchone()[0] == "ok")

    def said(self, since: int) -> list[Message]:
        """The messages after the first `since`."""
        return self.discord.messages[since:]

    def lives(self, around: datetime, span: timedelta) -> list[Act]:
        """What everybody does before `around`, so that something is due for them in the `span` after it."""
        return [act for one in self.students.values() for act in self._life(one, around, span)]

    def _life(self, one: Student, around: datetime, span: timedelta) -> Iterator[Act]:
        asked = around - 7 * DAY + self._within(-DAY, min(span * 1.2, 6 * DAY))
        yield asked, lambda to: to.requests.sent_to(one.id, one.contact(0))
        booked = around - self._within(HOUR, 3 * DAY)
        starts = max(around + self._within(-DAY, span * 1.3), booked + 10 * MINUTE)
        yield booked, lambda to: to.interviews.schedule(one.id, one.contact(1), Terms(starts))
        met = around - self._within(MINUTE, 26 * HOUR)
        yield met, lambda to: to.interviews.met(one.id, one.contact(2))
        for number in range(2):
            due = around + self._within(-span / 4, span * 1.3)
            yield around - self._within(MINUTE, DAY), _promise(one.id, f"to-do {number}", due)

    def _within(self, low: timedelta, high: timedelta) -> timedelta:
        return timedelta(seconds=self.random.randint(int(low.total_seconds()), int(high.total_seconds())))

    def _next(self) -> datetime | None:
        with self._read() as reader:
            query = "SELECT min(available_at) AS moment FROM reminders WHERE status = 'pending'"
            moment = reader.execute(query).fetchone()["moment"]
        return None if moment is None else _moment(moment)

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        reader = sqlite3.connect(self._file)
        reader.row_factory = sqlite3.Row
        try:
            yield reader
        finally:
            reader.close()


def _promise(owner_id: int, text: str, due: datetime) -> Callable[[Services], Awaitable[object]]:
    return lambda to: to.todos.add(owner_id, text, due=due)


def _row(row: sqlite3.Row) -> Row:
    return Row(
        row["id"],
        row["user_id"],
        ReminderKind(row["kind"]),
        row["subject_id"],
        _moment(row["due_at"]),
        _moment(row["available_at"]),
        _moment(row["expires_at"]),
        Status(row["status"]),
        row["reason"],
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
