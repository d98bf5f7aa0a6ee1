"""A student acts while a reminder is in the bot's hands: what was taken back does not go out after the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import ReminderKind, Snooze, Status
from bot.domain.requests.form import RequestWords
from bot.domain.requests.status import RequestRoute
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.interviews.views import Terms
from bot.services.reminders.planning import THANKS
from bot.storage.models import Reminder
from bot.ui.kit import direct_messages as direct
from bot.ui.reminders import sender as reminder_sender
from tests.support.shortcuts import snooze
from tests.support.world import ZONE, Student, World

pytestmark = pytest.mark.both

Act = Callable[[], Awaitable[object]]


class Story:
    """A student with one reminder to come, and everything that takes it back."""

    def __init__(self, services: Services, student: int) -> None:
        self.services, self.student = services, student

    async def contact(self) -> int:
        await self.services.profiles.set_zone(self.student, ZONE)
        return (await self.services.contacts.add(self.student, ContactEntry("Ana Núñez"))).person.id

    async def note_is_due(self) -> tuple[timedelta, dict[str, Act]]:
        contact = await self.contact()
        met: Any = await self.services.interviews.met(self.student, contact)
        note = met.interview.id
        return timedelta(hours=2), {
            "mark as sent": lambda: self.services.thank_yous.sent(self.student, note),
            "delete the contact": lambda: self.services.contacts.delete(self.student, contact),
            "snooze": self.snooze,
            "keep names out": lambda: self.services.profiles.set_names_in_pings(self.student, shown=False),
        }

    async def interview_is_near(self) -> tuple[timedelta, dict[str, Act]]:
        interviews, contact = self.services.interviews, await self.contact()
        booked: Any = await interviews.schedule(self.student, contact, Terms(now() + timedelta(hours=3)))
        number = booked.interview.id
        later = now() + timedelta(days=3)
        return timedelta(hours=2), {
            "cancel the meeting": lambda: interviews.cancel(self.student, number),
            "move the meeting": lambda: interviews.move(self.student, number, Terms(later)),
        }

    async def todo_is_due(self) -> tuple[timedelta, dict[str, Act]]:
        await self.services.profiles.set_zone(self.student, ZONE)
        added: Any = await self.services.todos.add(self.student, "Write", due=now() + timedelta(hours=2))
        return timedelta(hours=2), {"done": lambda: self.services.todos.done(self.student, added.todos[0].id)}

    async def request_is_old(self) -> tuple[timedelta, dict[str, Act]]:
        requests, contact = self.services.requests, await self.contact()
        sent = await requests.sent(
            self.student, (await requests.compose(self.student, contact, RequestRoute.EMAIL, RequestWords())).id
        )
        return timedelta(days=8), {"let it go": lambda: requests.let_go(self.student, sent.id)}

    async def snooze(self) -> None:
        async with self.services.mydata.db.read() as session:
            query = select(Reminder.id).where(Reminder.kind.in_([kind.value for kind in THANKS]))
            first = await session.scalar(query.order_by(Reminder.due_at))
        assert first is not None
        await snooze(self.services, self.student, first, Snooze.THREE_HOURS)


ACTS = [
    ("note_is_due", "mark as sent"),
    ("note_is_due", "delete the contact"),
    ("note_is_due", "snooze"),
    ("interview_is_near", "cancel the meeting"),
    ("interview_is_near", "move the meeting"),
    ("todo_is_due", "done"),
    ("request_is_old", "let it go"),
]


def told(student: Student) -> int:
    return len(student.reminders())


def before(where: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch, act: Act) -> list[bool]:
    """Have `act` done once, right after the DM is open or right before the request; returns whether it was."""
    real = getattr(where, name)
    done: list[bool] = []

    async def acting_once(*args: Any, **kwargs: Any) -> Any:
        result = await real(*args, **kwargs) if where is direct else None
        if not done:
            done.append(True)
            await act()
        return result if where is direct else await real(*args, **kwargs)

    monkeypatch.setattr(where, name, acting_once)
    return done


@pytest.mark.parametrize(("planned", "what"), ACTS)
async def test_what_was_taken_back_while_the_dm_was_opened_is_not_sent(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch, planned: str, what: str
) -> None:
    delay, acts = await getattr(Story(rapport.bot.services, maya.id), planned)()
    seen = told(maya)
    acted = before(direct, "open_dm", monkeypatch, acts[what])
    await rapport.env.advance_time((delay + timedelta(minutes=1)).total_seconds())
    assert acted
    assert told(maya) == seen


@pytest.mark.parametrize(("planned", "what"), ACTS)
async def test_whoever_takes_back_what_is_on_its_way_is_answered_after_it_arrived(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch, planned: str, what: str
) -> None:
    monkeypatch.setattr("bot.services.reminders.under_way.ARRIVES_WITHIN", 600)
    await answered_after_it_arrived(rapport, maya, monkeypatch, (planned, what))


async def answered_after_it_arrived(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch, which: tuple[str, str]
) -> None:
    planned, what = which
    delay, acts = await getattr(Story(rapport.bot.services, maya.id), planned)()
    seen = told(maya)
    acting: list[asyncio.Future[object]] = []

    async def act() -> None:
        acting.append(asyncio.ensure_future(acts.get(what, lambda: erase(rapport, maya))()))
        for _ in range(100):
            async with rapport.bot.db.read() as session:
                await session.execute(select(1))
        # It would long be through, were it not for the request.
        assert not acting[0].done()

    before(reminder_sender, "notify", monkeypatch, act)
    await rapport.env.advance_time((delay + timedelta(minutes=1)).total_seconds())
    assert acting[0].done()
    assert acting[0].exception() is None
    assert told(maya) == seen + 1


# Erasures


async def erase(rapport: World, student: Student) -> Any:
    return await rapport.bot.services.mydata.erase(student.id, "DELETE")


async def test_an_erasure_waits_for_what_is_on_its_way(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.mydata.service.ARRIVES_WITHIN", 600)
    await answered_after_it_arrived(rapport, maya, monkeypatch, ("todo_is_due", "erase"))
    seen = told(maya)
    await rapport.skip(days=3)
    assert told(maya) == seen


async def test_an_erasure_that_does_not_wait_any_longer_leaves_nothing_to_send(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot has it in hand and is still opening the DM; nothing goes out afterwards."""
    monkeypatch.setattr("bot.services.mydata.service.ARRIVES_WITHIN", 0)
    delay, _ = await Story(rapport.bot.services, maya.id).todo_is_due()
    seen = told(maya)
    acted = before(direct, "open_dm", monkeypatch, lambda: erase(rapport, maya))
    await rapport.env.advance_time((delay + timedelta(minutes=1)).total_seconds())
    assert acted
    assert told(maya) == seen


async def test_an_erasure_says_when_a_reminder_may_still_arrive(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed, or another one that is slow, holds it; and it is said only then."""
    monkeypatch.setattr("bot.services.mydata.service.ARRIVES_WITHIN", 0)
    # The bot's own engine would claim it as soon as the clock jumps: another process is to have it.
    await rapport.bot.engine.stop()
    for held in (True, False):
        await Story(rapport.bot.services, maya.id).todo_is_due()
        if held:
            rapport.env.backend.clock.advance(3 * 3600)
            assert await rapport.bot.services.deliveries.claim()
        await maya.slash("mydata delete")
        screen = await maya.fill({"Type DELETE to confirm": "DELETE"})
        assert ("may still arrive" in screen) is held
        assert ("No reminder will come" in screen) is not held


async def test_what_is_left_of_a_message_goes_out_without_what_was_taken_back(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    todos = rapport.bot.services.todos
    await rapport.bot.services.profiles.set_zone(maya.id, ZONE)
    due = now() + timedelta(hours=2)
    first: Any = await todos.add(maya.id, "Write to Ana", due=due)
    await todos.add(maya.id, "Read the report", due=due)
    seen = told(maya)
    before(direct, "open_dm", monkeypatch, lambda: todos.done(maya.id, first.todos[0].id))
    await rapport.skip(hours=2, minutes=5)
    (reminder,) = maya.reminders()[seen:]
    assert "Read the report" in reminder
    assert "Write to Ana" not in reminder
    async with rapport.bot.db.read() as session:
        rows = await session.scalars(select(Reminder).where(Reminder.kind == ReminderKind.TODO_DUE.value))
        assert sorted(row.status for row in rows) == [Status.CANCELLED, Status.SENT]


# What others may read on a locked phone


async def test_names_that_were_switched_off_meanwhile_do_not_go_out(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message was drawn with them, and the DM was still being opened when the student said so."""
    delay, acts = await Story(rapport.bot.services, maya.id).note_is_due()
    seen = told(maya)
    acted = before(direct, "open_dm", monkeypatch, acts["keep names out"])
    await rapport.env.advance_time((delay + timedelta(minutes=5)).total_seconds())
    assert acted
    (reminder,) = maya.reminders()[seen:]
    assert "your contact" in reminder
    assert "Ana" not in reminder


async def test_whoever_switches_names_off_is_answered_after_the_last_one_arrived(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.reminders.under_way.ARRIVES_WITHIN", 600)
    await answered_after_it_arrived(rapport, maya, monkeypatch, ("note_is_due", "keep names out"))
