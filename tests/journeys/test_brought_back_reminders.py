"""Whoever takes their data along and brings it back gets the same reminders at the same moments, and none twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import ReminderKind, Snooze
from bot.services.reminders.scheduling import cancel
from bot.storage.models import Contact, Reminder
from tests.support.shortcuts import add, snooze
from tests.support.world import ZONE, Student, sqlite_url, world

Does = Callable[[Student], Awaitable[None]]


async def nothing(_student: Student) -> None:
    """The first reminder is still to come."""


async def first_sent(student: Student) -> None:
    """The first reminder about the note has gone out."""
    await student.world.skip(hours=3)
    assert student.reminders()


async def snoozed(student: Student) -> None:
    """It has, and was put off."""
    await first_sent(student)
    async with student.world.bot.db.read() as session:
        reminder = await session.scalar(select(Reminder.id).where(Reminder.status == "sent"))
        assert reminder is not None
    await snooze(student.world.bot.services, student.id, reminder, Snooze.THREE_HOURS)


async def cancelled(student: Student) -> None:
    """Those to come were cancelled, though the note is not sent."""
    await first_sent(student)
    async with student.world.bot.db.write(student.id) as session:
        subjects = list(await session.scalars(select(Reminder.subject_id)))
        await cancel(session, (ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE), subjects, "taken back")


@pytest.mark.parametrize("before", [nothing, first_sent, snoozed, cancelled])
async def test_bringing_data_back_changes_no_reminder(
    tmp_path_factory: pytest.TempPathFactory, before: Does
) -> None:
    heard = []
    for moves in (False, True):
        async with world(sqlite_url(tmp_path_factory.mktemp("moves"))) as rapport:
            maya, mydata = rapport.student(), rapport.bot.services.mydata
            await rapport.bot.services.profiles.set_zone(maya.id, ZONE)
            contact = await add(rapport.bot.db, Contact(owner_id=maya.id, name="Ana", created_at=now()))
            await rapport.bot.services.interviews.met(maya.id, contact, now() - timedelta(hours=1))
            await before(maya)
            if moves:
                files = await mydata.export(maya.id)
                await mydata.erase(maya.id, "DELETE")
                await mydata.import_data(maya.id, files[0].content)
            await rapport.skip(days=8)
            await rapport.bot.services.profiles.set_zone(maya.id, "Europe/Lisbon")
            await rapport.skip(days=2)
            heard.append([(message.created_at, len(message.components)) for message in maya.dm()])
    assert heard[0] == heard[1]
    assert heard[0] or before is cancelled


async def test_an_export_from_before_a_reminder_went_out_does_not_send_it_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with world(sqlite_url(tmp_path_factory.mktemp("old"))) as rapport:
        maya, mydata = rapport.student(), rapport.bot.services.mydata
        await rapport.bot.services.profiles.set_zone(maya.id, ZONE)
        contact = await add(rapport.bot.db, Contact(owner_id=maya.id, name="Ana", created_at=now()))
        await rapport.bot.services.interviews.met(maya.id, contact, now() - timedelta(hours=1))
        files = await mydata.export(maya.id)
        await rapport.skip(days=4)
        heard = len(maya.reminders())
        assert heard == 3
        await mydata.erase(maya.id, "DELETE")
        await mydata.import_data(maya.id, files[0].content)
        await rapport.skip(days=4)
        assert len(maya.reminders()) == heard
