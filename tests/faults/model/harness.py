"""Where stories are played: a real bot on a real file, a Discord that notes, a clock to move, a comparison."""

import asyncio
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.domain.reminders.reminder import LATE_AFTER, Status, hold_until
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from bot.services import Services
from bot.services.base import ensure_user
from bot.storage.database import Database, open_engine
from bot.storage.models import Contact
from bot.storage.schema.upgrade import upgrade
from tests.faults.doubles.recording_discord import Discord, Fate, Message, Process
from tests.faults.model.expected_reminders import SEEN, Clock, Forecast, Row
from tests.faults.model.expected_students import Expected

T = TypeVar("T")

START = datetime(2026, 3, 2, 22, tzinfo=UTC)
ZONE = "America/Denver"
USERS = (1001, 1002)
CONTACTS = {1: 1001, 2: 1001, 3: 1002}
"""Each contact with the student whose it is."""
KILLED = frozenset({Fate.KILLED_BEFORE, Fate.KILLED_AFTER})


@cache
def blank() -> bytes:
    """The file of a bot that knows the students and their contacts and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "blank.sqlite3"
        asyncio.run(_fill(file))
        return file.read_bytes()


async def _fill(file: Path) -> None:
    db = Database(open_engine(make_url(f"sqlite+aiosqlite:///{file}")))
    await upgrade(db.engine)
    async with db.write() as session:
        for user in USERS:
            (await ensure_user(session, user)).zone = ZONE
        await session.flush()
        session.add_all(
            Contact(id=one, owner_id=of, name=f"C{one}", created_at=START) for one, of in CONTACTS.items()
        )
    await db.close()


class Stage:
    """One story: time passes, students act, messages meet their fate; `check` after every step."""

    def __init__(self, folder: Path, counted: Counter[str]) -> None:
        self.counted = counted
        self.discord = Discord()
        self.expected = Expected({user: Clock(ZoneInfo(ZONE), QuietHours()) for user in USERS})
        self.ids: dict[int, Row] = {}
        """What ought to be in each row, by its id."""
        self._file = folder / "story.sqlite3"
        self._file.write_bytes(blank())
        self._travel = time_machine.travel(START, tick=False)
        self._traveller = self._travel.start()
        self._loop = asyncio.new_event_loop()
        self._reader = sqlite3.connect(self._file, isolation_level=None)
        self._reader.row_factory = sqlite3.Row
        self._begin()

    def close(self) -> None:
        """End the story. Raises AssertionError when the file is damaged."""
        try:
            self._run(self._process.stop())
            assert self._reader.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        finally:
            self._reader.close()
            self._loop.close()
            self._travel.stop()

    def do(self, use_case: Callable[[Services], Awaitable[T]]) -> T:
        """A student does something."""
        self.counted["actions"] += 1
        return self._run(use_case(self._process.services))

    def pass_time(self, span: timedelta, fate: Fate = Fate.ARRIVES) -> None:
        """Let time pass; the first messages on the way meet their `fate`, what comes later arrives."""
        end = now() + span
        while (due := self.expected.reminders.next_at()) is not None and due <= end:
            self._traveller.move_to(max(due, now()))
            if self.look(fate):
                fate = Fate.ARRIVES
        self._traveller.move_to(end)
        self.look()

    def jump(self, span: timedelta) -> None:
        """Somebody sets the machine's clock, forward or back."""
        self.counted["jumps"] += 1
        self._traveller.move_to(now() + span)
        self.look()

    def restart(self, away: timedelta) -> None:
        """The bot is stopped, and started again later."""
        self.counted["restarts"] += 1
        self._run(self._process.stop())
        self._traveller.move_to(now() + away)
        self._look(Fate.ARRIVES, self._begin)

    def look(self, fate: Fate = Fate.ARRIVES) -> bool:
        """The engine looks for what is due; returns whether there was a message to meet its `fate`."""
        return self._look(fate, lambda: self._run(self._process.look()))

    def check(self) -> None:
        """The table says what the model says, no reminder was shown twice, and the engine knows when to wake up."""
        rows = {row["dedupe_key"]: row for row in self._reader.execute("SELECT * FROM reminders")}
        found = {key: _stored(row) for key, row in rows.items()}
        wanted = {key: _wanted(row) for key, row in self.expected.reminders.rows.items()}
        wrong = {
            key: (found.get(key), wanted.get(key)) for key in found | wanted if found.get(key) != wanted.get(key)
        }
        assert not wrong, f"in the table, and as it should be: {wrong}"
        self.ids = {row["id"]: self.expected.reminders.rows[key] for key, row in rows.items()}
        for row in rows.values():
            self._check_end(row)
        due, wakes_at = self.expected.reminders.next_at(), self._process.engine.wakes_at
        assert due is None or (wakes_at is not None and now() < wakes_at <= due), f"{due=} {wakes_at=}"

    def _check_end(self, row: sqlite3.Row) -> None:
        shown = self.discord.showing(row["id"])
        assert len(shown) <= self.ids[row["id"]].allowed, f"{row['dedupe_key']} was shown again: {shown}"
        match row["status"]:
            case Status.PENDING:
                pass
            case Status.SENT:
                assert row["message_id"] in {message.id for message in shown}
            case _:
                assert row["reason"], "an end needs a reason"

    def _look(self, fate: Fate, act: Callable[[], None]) -> bool:
        """Have the model and the bot do the same, and compare what was said."""
        reminders, before = self.expected.reminders, len(self.discord.messages)
        reminders.settle(self.discord.reading)
        forecasts = reminders.forecast()
        senders = {user: one for user, one in forecasts.items() if one.sent}
        killed = fate in KILLED and bool(senders)
        self.discord.fate = fate
        if killed:
            self._run(self._process.kill(len(senders)))
        else:
            act()
        self.discord.fate = Fate.ARRIVES
        for one in forecasts.values():
            reminders.carry_out(one, fate)
        self._know_ids()
        self._check_said(self.discord.messages[before:], senders if fate in SEEN else {})
        self.counted[fate] += len(senders)
        if killed:
            self._begin()
        return bool(senders)

    def _check_said(self, said: Sequence[Message], senders: dict[int, Forecast]) -> None:
        """`said` is what the model wants said: one message each, about the right reminders, in waking hours."""
        told = {
            message.user_id: ({self.ids[one].key for one in message.reminders}, message.late) for message in said
        }
        assert len(told) == len(said), "one message for each student"
        wanted = {user: ({row.key for row in one.sent}, one.late) for user, one in senders.items()}
        assert told == wanted, f"said {told}, should have said {wanted}"
        for user, one in senders.items():
            clock = self.expected.clocks[user]
            for row in one.sent:
                held = hold_until(now(), row.expires_at, clock.quiet, clock.zone)
                assert now() < row.expires_at
                meant = in_quiet(row.due_at, clock.quiet, clock.zone) and now() - row.due_at <= LATE_AFTER
                assert held is None or meant, f"{row.key} disturbs a quiet night"

    def _know_ids(self) -> None:
        for row in self._reader.execute("SELECT id, dedupe_key FROM reminders"):
            self.ids[row["id"]] = self.expected.reminders.rows[row["dedupe_key"]]

    def _begin(self) -> None:
        self._process = Process(self._file, self.discord)
        self._run(self._process.start())

    def _run(self, work: Awaitable[T]) -> T:
        return self._loop.run_until_complete(work)


def _stored(row: sqlite3.Row) -> tuple[object, ...]:
    pending = row["status"] == Status.PENDING
    moments = (row["due_at"], row["expires_at"], row["available_at"] if pending else None)
    read = (moment and datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments)
    return (row["user_id"], row["kind"], row["subject_id"], row["status"], *read)


def _wanted(row: Row) -> tuple[object, ...]:
    available_at = row.available_at if row.status is Status.PENDING else None
    return (row.user_id, row.kind, row.subject_id, row.status, row.due_at, row.expires_at, available_at)
