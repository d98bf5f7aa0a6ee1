"""The SQL of some weeks with the bot: lived through the real use cases on a real file, and noted word by word."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from sqlalchemy import event, select
from sqlalchemy.engine import URL

from bot.clock import now
from bot.domain.evaluations.conversation import Back, Goto, Pause, Resume
from bot.domain.requests.form import RequestWords
from bot.domain.requests.status import RequestOutcome, RequestRoute
from bot.handbook import loader
from bot.reminders.engine import Engine
from bot.reminders.sender_protocol import DirectMessagesClosedError, TryLaterError
from bot.services import Services, build_services
from bot.services.contacts.views import ContactEntry
from bot.services.evaluations.views import MessagePlace, Opened
from bot.services.interviews.views import Booked, Met, Terms
from bot.services.reminders.claims import Claimed
from bot.services.thank_yous.views import NoteWords
from bot.storage.database import Database, open_engine
from bot.storage.models import User
from bot.storage.schema.upgrade import upgrade

START = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("America/Denver", "Europe/Lisbon", "Asia/Kolkata")
ANSWERS = ("yes", "no", "not sure", "yes", "the lab", "the hours", "because of storms " * 9) + ("listen first",) * 4


@dataclass(frozen=True, slots=True)
class Said:
    """One statement, with its values in it, and the connection that gave it to SQLite."""

    connection: int
    sql: str


Life = tuple[Said, ...]
"""Everything between one start of the bot and its end."""


def record() -> tuple[Life, ...]:
    """Live a student's weeks per life and hand back what SQLite was told. Nothing else is kept of it."""
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(START, tick=False) as clock:
        file = Path(folder) / "rapport.sqlite3"
        return tuple(asyncio.run(_live(file, student, clock)) for student in range(len(ZONES)))


async def _live(file: Path, student: int, clock: time_machine.Traveller) -> Life:
    said: list[Said] = []
    async with _running(file, said) as (services, engine):
        await _Student(1000 + student, ZONES[student], services, engine, clock).live()
    return tuple(said)


@asynccontextmanager
async def _running(file: Path, said: list[Said]) -> AsyncIterator[tuple[Services, Engine]]:
    """The bot without Discord: opened, migrated, and closed as `bot/app.py` does it."""
    db = Database(open_engine(URL.create("sqlite+aiosqlite", database=str(file))))
    connections = 0

    def listen(connection: Any, _record: object) -> None:
        nonlocal connections
        number = connections = connections + 1
        connection.run_async(lambda raw: raw.set_trace_callback(lambda sql: said.append(Said(number, sql))))

    # First of all, so that the settings of a connection are heard as well.
    event.listen(db.engine.sync_engine, "connect", listen, insert=True)
    await upgrade(db.engine)
    services = build_services(db, loader.load())
    engine = Engine(services.deliveries, _Notes(), sweep_seconds=3600, per_second=1000)
    try:
        yield services, engine
    finally:
        await engine.stop()
        await db.close()


class _Notes:
    """Stands where Discord is: takes most messages, fails at some, and once finds a student's DMs closed."""

    def __init__(self) -> None:
        self.count = 0

    async def send(self, _user_id: int, _reminders: Sequence[Claimed], *, late: bool) -> int | None:  # noqa: ARG002 - part of Sender
        self.count += 1
        if self.count % 3 == 0:
            raise TryLaterError(HOUR, unsure=True)
        if self.count == 7:
            raise DirectMessagesClosedError
        return 5000 + self.count

    async def find(self, _user_id: int, _reminders: Sequence[Claimed]) -> Mapping[int, int] | None:
        return {}


@dataclass
class _Student:
    id: int
    zone: str
    services: Services
    engine: Engine
    clock: time_machine.Traveller
    contacts: list[int] = field(default_factory=list)

    async def live(self) -> None:
        """Every step of the journey, with the reminders between them."""
        await self._introduce()
        await self._find()
        await self._ask()
        interview = await self._meet()
        await self._evaluate(interview)
        await self._thank(interview)
        await self._keep_word()

    async def _wait(self, time: timedelta) -> None:
        """Let time pass and the reminders of it go out."""
        end = now() + time
        while now() < end:
            self.clock.shift(min(6 * HOUR, end - now()))
            self.engine.poke()
            await self.engine.finished()

    async def _introduce(self) -> None:
        await self.services.bot_state.set("commands", f"digest {self.id}")
        await self.services.profiles.meet(self.id, "Maya Torres")
        await self.services.profiles.set_zone(self.id, self.zone)
        await self.services.profiles.edit(
            self.id, name="Maya Torres", school="State College", about="I count birds", interests="field biology"
        )
        await self.services.profiles.set_quiet(self.id, "22:00", "07:00")

    async def _find(self) -> None:
        for name in ("Ana Núñez", "Ben Cole", "Cleo Marsh", "Dan O'Hara"):
            why = f"{name} leads the survey. " * 12
            entry = ContactEntry(name, "Biologist, Survey", "", f"{name[:3].lower()}@survey.example", why)
            self.contacts.append((await self.services.contacts.add(self.id, entry)).person.id)
        for contact in self.contacts:
            await self.services.contacts.note(self.id, contact, "Spoke at the fair about long field seasons. " * 40)

    async def _ask(self) -> None:
        words = RequestWords("Professor Lind", "your survey", "how a season is planned", "Tue 2-4 pm")
        outcomes = (
            RequestOutcome.ACCEPTED,
            RequestOutcome.DECLINED,
            RequestOutcome.NO_ANSWER,
            RequestOutcome.ANOTHER_TIME,
        )
        for contact, outcome in zip(self.contacts, outcomes, strict=True):
            request = await self.services.requests.compose(self.id, contact, RequestRoute.EMAIL, words)
            await self.services.requests.sent(self.id, request.id)
            await self._wait(HOUR)
            await self.services.requests.answer(self.id, request.id, outcome)

    async def _meet(self) -> int:
        terms = Terms(now() + 2 * DAY, minutes=30, place="Café Norte")
        booked = await self.services.interviews.schedule(self.id, self.contacts[0], terms)
        assert isinstance(booked, Booked)
        interview = booked.interview.id
        await self.services.interviews.move(self.id, interview, Terms(now() + 3 * DAY))
        other = await self.services.interviews.schedule(self.id, self.contacts[1], Terms(now() + DAY))
        assert isinstance(other, Booked)
        await self.services.interviews.cancel(self.id, other.interview.id)
        await self._wait(3 * DAY + HOUR)
        met = await self.services.interviews.happened(self.id, interview)
        assert isinstance(met, Met)
        return met.interview.id

    async def _evaluate(self, interview: int) -> None:
        opening = await self.services.evaluations.start(self.id, interview)
        assert isinstance(opening, Opened)
        evaluation = opening.evaluation.id
        for number, answer in enumerate(ANSWERS):
            await self.services.evaluations.shown(self.id, evaluation, MessagePlace(1, 100 + number))
            await self.services.evaluations.say(self.id, answer)
            if number == 4:
                for given in (Pause(), Resume(), Back(), Goto(6)):
                    await self.services.evaluations.take(self.id, evaluation, given)

    async def _thank(self, interview: int) -> None:
        await self._wait(3 * HOUR)
        words = NoteWords("how storms decide a season", "joined the chapter", "write to Dr. Lind")
        await self.services.thank_yous.compose(self.id, interview, words)
        await self.services.thank_yous.edit(self.id, interview, "Thank you for the hour, and for the maps. " * 20)
        await self._wait(20 * HOUR)
        await self.services.thank_yous.sent(self.id, interview)

    async def _keep_word(self) -> None:
        async with self.services.todos.db.read() as slow:
            # Somebody reads all the while: a checkpoint cannot pass what they see, and the log goes on growing.
            await slow.scalars(select(User))
            for number in range(6):
                text = f"Read report {number} of the survey"
                await self.services.todos.add(self.id, text, self.contacts[0], now() + (number + 1) * 9 * HOUR)
        for todo in (await self.services.todos.listing(self.id))[:3]:
            await self.services.todos.done(self.id, todo.id)
        await self._wait(2 * DAY)
        await self.services.contacts.delete(self.id, self.contacts[-1])
