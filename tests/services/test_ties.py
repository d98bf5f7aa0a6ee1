"""Ties to the rows of others that no entry point makes, but a changed file or a number used again could."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.mydata import CONFIRMATION
from bot.domain.reminders import Status
from bot.services import Services
from bot.services.contact_views import Entry
from bot.services.interview_views import Terms
from bot.services.mydata_files import UnreadableExportError
from bot.storage.engine import Database
from bot.storage.models import Reminder
from tests.kit import ZONE
from tests.lived import MARK
from tests.rehearsal import everything, settle_in

TOM, NEWCOMER = 7002, 7003


async def test_what_is_left_of_the_deleted_meets_no_later_row(services: Services, db: Database) -> None:
    """SQLite gives the number of the newest row again once that is gone, to whoever comes next."""
    for student in (TOM, NEWCOMER):
        await services.profiles.set_zone(student, ZONE)
    gone = (await services.contacts.add(TOM, Entry("Uma Field"))).person.id
    await services.interviews.schedule(TOM, gone, Terms(now() + timedelta(days=3)))
    await services.contacts.delete(TOM, gone)
    new = (await services.contacts.add(NEWCOMER, Entry("Ivo Hill"))).person.id
    booked = await services.interviews.schedule(NEWCOMER, new, Terms(now() + timedelta(days=2)))
    async with db.read() as session:
        pings = (await session.scalars(select(Reminder).where(Reminder.status == Status.PENDING.value))).all()
        left = (await session.scalars(select(Reminder).where(Reminder.user_id == TOM))).all()
    assert {(ping.user_id, ping.subject_id) for ping in pings} == {(NEWCOMER, booked.interview.id)}
    assert len(pings) == len(left) == 3
    for ping in left:
        assert await services.pings.one(TOM, ping.id) is None


FORGED: dict[str, Callable[[Any, dict[str, int]], None]] = {
    "a meeting of another's": lambda tables, hers: tables["evaluations"][0].update(interview_id=hers["interviews"]),
    "a contact of another's": lambda tables, hers: tables["contacts"][0].update(referred_by_id=hers["contacts"]),
    "a to-do for another's contact": lambda tables, hers: tables["todos"][0].update(contact_id=hers["contacts"]),
    "an answer for another": lambda tables, hers: tables["answers"][0].update(evaluation_id=hers["evaluations"]),
    "a contact for another": lambda tables, hers: tables["contacts"][0].update(owner_id=hers["users"]),
    "a ping about another's": lambda tables, hers: tables["reminders"][0].update(subject_id=hers["interviews"]),
    "a key that another's ping will need": lambda tables, hers: tables["reminders"][0].update(
        dedupe_key=f"prepare:{hers['interviews']}:9"
    ),
}
"""What somebody could change in the file of their own data, to reach into the data of another."""


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_an_export_that_was_changed_to_name_the_rows_of_another_brings_nothing(
    services: Services, db: Database, forge: Callable[[Any, dict[str, int]], None]
) -> None:
    for student in (TOM, NEWCOMER):
        await settle_in(services, student, MARK)
    hers, document = await export(services, NEWCOMER), await export(services, TOM)
    await services.mydata.erase(TOM, CONFIRMATION)
    async with db.read() as session:
        before = await everything(session)
    forge(
        document["tables"],
        {name: int(next(iter(rows[0].values()))) for name, rows in hers["tables"].items() if rows},
    )
    with pytest.raises(UnreadableExportError):
        await services.mydata.restore(TOM, json.dumps(document).encode())
    async with db.read() as session:
        assert await everything(session) == before


async def test_nobody_brings_back_the_export_of_another(services: Services) -> None:
    await settle_in(services, TOM, MARK)
    (whole, *_) = await services.mydata.export(TOM)
    with pytest.raises(UnreadableExportError):
        await services.mydata.restore(NEWCOMER, whole.content)
    await services.mydata.erase(TOM, CONFIRMATION)
    await services.mydata.restore(TOM, whole.content)


async def export(services: Services, student: int) -> Any:
    """The file of everything, as the student gets it."""
    return json.loads((await services.mydata.export(student))[0].content)
