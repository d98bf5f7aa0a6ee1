"""What takes long for one student is done in slices: others go on in between, and a stop leaves all or nothing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.full_account import Counts, reminders_only
from bot.clock import now
from bot.domain.errors import Code
from bot.domain.quotas import Quota
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services.contacts.views import ContactEntry
from bot.services.mydata import import_writer as mydata_arrival
from bot.services.slices import stand_ins
from bot.services.slices import writing as pace
from bot.storage.database import Database
from bot.storage.models import Contact, Interview, Reminder, Request, User
from bot.storage.privacy.erasure import erase_again
from tests.support.exports import TOM, Lived, Tables, every_row, forget, meant
from tests.support.shortcuts import add, refusal
from tests.support.world import ZONE

MAYA = 1001
Does = Callable[[Services], Awaitable[object]]


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows at a time, whatever they cost."""
    for name, rows in {"FIRST": 7, "LEAST": 7, "MOST": 7, "AT_ONCE": 7}.items():
        monkeypatch.setattr(pace, name, rows)
    monkeypatch.setattr("bot.services.mydata.service.AT_ONCE", 7)
    # The clock stands still, and there is no other process that could be at work.
    monkeypatch.setattr(stand_ins, "AT_WORK", -timedelta(seconds=1))


async def kept(services: Services, owner_id: int) -> Tables:
    """What an export says."""
    return dict(json.loads((await services.mydata.export(owner_id))[0].content)["tables"])


def count(tables: Tables) -> int:
    """Rows, but for reminders: those are planned afterwards."""
    return sum(len(rows) for name, rows in tables.items() if name != "reminders")


async def booked(db: Database, count: int) -> None:
    """MAYA has so many interviews, requests that are out and people."""
    for number in range(count):
        contact = await add(db, Contact(owner_id=MAYA, name=f"Uma {number}", created_at=now()))
        terms = {"status": "scheduled", "minutes": 20, "created_at": now()}
        await add(db, Interview(contact_id=contact, starts_at=now() + timedelta(days=3, hours=number), **terms))
        out = {"route": "email", "status": "sent", "sent_at": now(), "created_at": now()}
        await add(db, Request(contact_id=contact, **out))


async def planned(db: Database) -> list[tuple[Any, ...]]:
    """When what is to come."""
    columns = Reminder.user_id, Reminder.kind, Reminder.subject_id, Reminder.due_at, Reminder.status
    async with db.read() as session:
        rows = await session.execute(select(*columns).where(Reminder.status == "pending").order_by(*columns[:4]))
        return [tuple(row) for row in rows]


# What a file may make large


async def test_reminders_to_come_are_planned_and_not_taken_from_a_file(services: Services, db: Database) -> None:
    assert (await services.mydata.import_data(MAYA, reminders_only(MAYA, Counts(1)))).interviews == 1
    assert [(kind, status) for _, kind, _, _, status in await planned(db)] == [
        ("check_back", "pending"),
        ("prepare", "pending"),
        ("soon", "pending"),
    ]
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Reminder)) == 3


@pytest.mark.parametrize("table", ["evaluations", "thank_yous", "answers"])
async def test_no_kind_of_row_may_be_more_than_there_is_room_for(db: Database, life: Lived, table: str) -> None:
    """Which kind a file has too many of is said before a single row is kept."""
    tables = life.tables
    entries = max(len(tables[name]) for name in ("requests", "interviews", "todos"))
    tables[table] = [dict(tables[table][0]) for _ in range(entries * 11 + 1)]
    content = json.dumps({"format": "rapport-student-data", "version": 1, "tables": tables}).encode()
    full = build_services(db, loader.load(), Quota(len(tables["contacts"]), entries))
    with refusal(Code.NO_ROOM):
        await full.mydata.import_data(life.id, content)
    assert not any((await every_row(db)).values())


# Others go on, and whoever looks sees all or nothing


@pytest.mark.usefixtures("_small")
async def test_others_are_served_between_slices_and_nobody_sees_half_an_import(
    services: Services, db: Database, life: Lived
) -> None:
    seen: list[int] = []
    served = 0

    async def others() -> None:
        nonlocal served
        while not done.is_set():
            await services.profiles.edit(TOM, name="Tom", school="", about="", interests="")
            served += 1

    async def look() -> None:
        while not done.is_set():
            seen.append(count(await kept(services, life.id)))
            await asyncio.sleep(0)

    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(others())
        group.create_task(look())
        await services.mydata.import_data(life.id, life.content)
        done.set()
    rows = count(life.tables)
    assert set(seen) <= {0, rows}
    # Each slice lets whoever waits have their turn.
    assert served >= (1 if db.is_shared else rows // 7)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("what", ["planning", "erasing"])
async def test_others_are_served_while_much_is_planned_or_erased(
    services: Services, db: Database, what: str
) -> None:
    await services.profiles.set_zone(MAYA, ZONE)
    await booked(db, 30)
    done = asyncio.Event()
    served = 0

    async def others() -> None:
        nonlocal served
        while not done.is_set():
            await services.profiles.edit(TOM, name="Tom", school="", about="", interests="")
            served += 1

    async with asyncio.TaskGroup() as group:
        group.create_task(others())
        await (
            services.profiles.set_zone(MAYA, "UTC") if what == "planning" else services.mydata.erase(MAYA, "DELETE")
        )
        done.set()
    # PostgreSQL has no one turn for all; how often they come to it there is its own business.
    assert served >= (1 if db.is_shared else 60 // 7)


# A stop in between


class Stop(BaseException):
    """The process ends."""


class Stops:
    """Ends everything at the commit with this number: neither it nor anything after it happens."""

    def __init__(self, db: Database, number: int) -> None:
        self._engine, self._left, self.stopped = db.engine.sync_engine, number, False

    def __enter__(self) -> "Stops":
        event.listen(self._engine, "commit", self._commit)
        event.listen(self._engine, "begin", self._begin)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "commit", self._commit)
        event.remove(self._engine, "begin", self._begin)

    def _commit(self, connection: Any) -> None:
        if not connection.get_execution_options().get("writes"):
            return
        self._left -= 1
        if self._left < 0:
            self.stopped = True
            raise Stop

    def _begin(self, _connection: Any) -> None:
        if self.stopped:
            raise Stop


async def stopped_at(db: Database, services: Services, does: Does, number: int) -> bool:
    """Whether it was stopped there; then the next start is made."""
    with Stops(db, number) as stops, contextlib.suppress(Stop):
        await does(services)
    if stops.stopped:
        await erase_again(db.engine, db.erased)
        await services.mydata.finish()
    async with db.read() as session:
        assert not (await session.scalars(select(User).where(User.discord_id < 0))).all()
    return stops.stopped


@pytest.mark.usefixtures("_small")
async def test_an_import_that_is_stopped_anywhere_leaves_nothing_or_all(
    services: Services, db: Database, life: Lived
) -> None:
    await services.profiles.meet(TOM, "tom")
    before = await every_row(db)
    await services.mydata.import_data(life.id, life.content)
    whole = meant(await kept(services, life.id))
    await forget(db, life.id)
    stops, ends = 0, []
    while await stopped_at(db, services, lambda s: s.mydata.import_data(life.id, life.content), stops):
        ends.append(meant(await kept(services, life.id)) if await is_known(db, life.id) else None)
        await forget(db, life.id)
        assert await every_row(db) == before
        stops += 1
    assert stops > sum(map(len, life.tables.values())) // 7
    # Up to the one commit that makes it theirs nothing is there, and from then on everything is.
    nothing = ends.count(None)
    assert 0 < nothing < len(ends)
    assert ends == [None] * nothing + [whole] * (len(ends) - nothing)


async def is_known(db: Database, student: int) -> bool:
    async with db.read() as session:
        return await session.get(User, student) is not None


@pytest.mark.usefixtures("_small")
async def test_planning_anew_that_is_stopped_anywhere_is_gone_through_with(
    services: Services, db: Database
) -> None:
    await services.profiles.set_zone(MAYA, ZONE)
    await booked(db, 20)
    await services.profiles.set_zone(MAYA, "UTC")
    wanted = await planned(db)
    await services.profiles.set_zone(MAYA, ZONE)
    denver = await planned(db)
    assert wanted != denver
    stops = 0
    while await stopped_at(db, services, lambda s: s.profiles.set_zone(MAYA, "UTC"), stops):
        # The very first commit is the zone itself.
        assert await planned(db) == (wanted if stops else denver)
        await services.profiles.set_zone(MAYA, ZONE)
        stops += 1
    assert stops > 40 // 7
    assert await planned(db) == wanted


@pytest.mark.usefixtures("_small")
async def test_an_erasure_that_is_stopped_anywhere_is_carried_out_at_the_next_start(
    services: Services, db: Database
) -> None:
    before = await every_row(db)
    for stops in range(8):
        await services.profiles.set_zone(MAYA, ZONE)
        await booked(db, 5)
        await services.profiles.set_zone(MAYA, "UTC")
        assert await stopped_at(db, services, lambda s: s.mydata.erase(MAYA, "DELETE"), stops) or stops
        if stops:
            assert await every_row(db) == before
        else:
            await services.mydata.erase(MAYA, "DELETE")


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("committed", [False, True])
async def test_an_erasure_that_fails_anywhere_takes_nothing_that_is_kept_after_the_answer(
    services: Services,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    traveller: time_machine.Traveller,
    committed: bool,
) -> None:
    """Unlike after a stop, she is told so and goes on. `committed`: only the answer of the database was lost."""
    write, units = db.write, 0

    @contextlib.asynccontextmanager
    async def failing(*students: int) -> AsyncIterator[AsyncSession]:
        nonlocal units
        units += 1
        async with write(*students) as session:
            yield session
            if units == fails and not committed:
                raise DBAPIError("commit", None, OSError())
        if units == fails:
            raise DBAPIError("commit", None, OSError())

    for fails in (1, 2, 3):
        await services.profiles.set_zone(MAYA, ZONE)
        await booked(db, 5)
        units = 0
        monkeypatch.setattr(db, "write", failing)
        with pytest.raises(DBAPIError):
            await services.mydata.erase(MAYA, "DELETE")
        monkeypatch.setattr(db, "write", write)
        traveller.shift(1)
        await services.contacts.add(MAYA, ContactEntry(name="Ana Ruiz"))
        await erase_again(db.engine, db.erased)
        assert "Ana Ruiz" in str(await kept(services, MAYA)), fails
        async with db.read(MAYA) as session:
            came = (await session.get_one(User, MAYA)).created_at
        await services.mydata.erase(MAYA, "DELETE")
        assert db.erased.among([(MAYA, came)]) == [MAYA]


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("known", [True, False])
async def test_what_is_erased_while_an_import_is_on_its_way_does_not_come_back_with_it(
    db: Database, services: Services, life: Lived, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Where two processes serve a student, neither knows of the other's."""
    if known:
        await services.profiles.edit(life.id, name="Maya", school="", about="", interests="")
    name_referrers = mydata_arrival._Arrival._name_referrers

    async def meanwhile(arrival: Any) -> None:
        await name_referrers(arrival)
        await services.mydata.erase(life.id, "DELETE")

    monkeypatch.setattr(mydata_arrival._Arrival, "_name_referrers", meanwhile)
    with refusal(Code.MOVED_ON):
        await services.mydata.import_data(life.id, life.content)
    assert not any((await every_row(db)).values())


@pytest.mark.usefixtures("_small")
async def test_an_import_that_is_repeated_after_a_stop_brings_each_row_once(
    services: Services, db: Database, life: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a start leaves alone for ten minutes what another process may be at work on."""
    monkeypatch.setattr(stand_ins, "AT_WORK", timedelta(minutes=10))
    with Stops(db, 9) as stops, contextlib.suppress(Stop):
        await services.mydata.import_data(life.id, life.content)
    assert stops.stopped
    await services.mydata.import_data(life.id, life.content)
    assert count(await kept(services, life.id)) == count(life.tables)


@pytest.mark.usefixtures("_small")
async def test_of_two_imports_at_once_one_arrives_and_each_row_once(
    services: Services, db: Database, life: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two processes serve a student, neither knows of the other's."""
    name_referrers = mydata_arrival._Arrival._name_referrers

    async def meanwhile(arrival: Any) -> None:
        await name_referrers(arrival)
        monkeypatch.setattr(mydata_arrival._Arrival, "_name_referrers", name_referrers)
        await mydata_arrival.import_data(db, life.id, arrival._export, arrival._reminders)

    monkeypatch.setattr(mydata_arrival._Arrival, "_name_referrers", meanwhile)
    with refusal(Code.MOVED_ON):
        await services.mydata.import_data(life.id, life.content)
    assert count(await kept(services, life.id)) == count(life.tables)
