"""How much one student may keep: checked in the same transaction, for each kind of row, and only from the owner."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.quotas import Quota
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.domain.requests.form import RequestWords
from bot.domain.requests.status import RequestOutcome, RequestRoute
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services import quotas as rooms
from bot.services.base import ensure_user
from bot.services.contacts.views import ContactEntry
from bot.services.interviews.views import Terms
from bot.services.reminders.scheduling import arm, cancel
from bot.storage.database import Database
from bot.storage.models import Base, Contact, Interview, Reminder, Request, Todo
from tests.support.shortcuts import refusal

MAYA, TOM = 1, 2
Does = Callable[[Services, int, int], Awaitable[object]]


@pytest.fixture
async def services(db: Database) -> Services:
    """Use cases with room for three contacts, and for two of everything else."""
    return build_services(db, loader.load(), Quota(contacts=3, entries=2))


async def contact(services: Services, name: str, owner: int = MAYA) -> int:
    return (await services.contacts.add(owner, ContactEntry(name))).person.id


async def count(db: Database, model: type[Base]) -> int:
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def settle(services: Services, owner: int = MAYA) -> list[int]:
    """A student with a time zone and two contacts."""
    people = [await contact(services, name, owner) for name in ("Ana", "Ben")]
    await services.profiles.set_zone(owner, "America/Denver")
    return people


async def test_contacts_end_where_the_room_ends_and_one_that_goes_makes_room(
    services: Services, db: Database
) -> None:
    people = [await contact(services, name) for name in ("Ana", "Ben", "Cleo")]
    with pytest.raises(CoachError) as refused:
        await contact(services, "Dan")
    assert refused.value.code is Code.NO_ROOM
    assert refused.value.params == {"what": "contacts", "limit": 3}
    assert await count(db, Contact) == 3
    await services.contacts.delete(MAYA, people[0])
    await contact(services, "Dan")


async def test_archived_contacts_count_too(services: Services, db: Database) -> None:
    people = [await contact(services, name) for name in ("Ana", "Ben", "Cleo")]
    async with db.write() as session:
        (await session.get_one(Contact, people[0])).archived_at = now()
    with refusal(Code.NO_ROOM):
        await contact(services, "Dan")


async def test_a_double_press_on_the_last_free_place_has_the_effect_of_one(services: Services) -> None:
    for name in ("Ana", "Ben"):
        await contact(services, name)
    assert await contact(services, "Cleo") == await contact(services, "Cleo")


async def test_another_student_has_room_of_their_own(services: Services) -> None:
    for name in ("Ana", "Ben", "Cleo"):
        await contact(services, name)
    await contact(services, "Ana", TOM)


async def draft(services: Services, owner: int, person: int) -> None:
    await services.requests.compose(owner, person, RequestRoute.EMAIL, RequestWords("a tie", "why", "what", "when"))


async def outside(services: Services, owner: int, person: int) -> None:
    await services.requests.sent_to(owner, person)


async def answered(services: Services, owner: int, person: int) -> None:
    await services.requests.answer_from(owner, person, RequestOutcome.DECLINED)


async def booked(services: Services, owner: int, person: int) -> None:
    await services.interviews.schedule(owner, person, Terms(now() + timedelta(days=2)))


async def happened(services: Services, owner: int, person: int) -> None:
    await services.interviews.met(owner, person)


async def todo(services: Services, owner: int, person: int) -> None:
    await services.todos.add(owner, f"Read what {person} wrote", person)


CASES: dict[str, tuple[type[Base], Does]] = {
    "a draft": (Request, draft),
    "a request that was made elsewhere": (Request, outside),
    "an answer to a request that was made elsewhere": (Request, answered),
    "a meeting": (Interview, booked),
    "a meeting that was never booked": (Interview, happened),
    "a to-do": (Todo, todo),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_third_of_its_kind_is_refused_and_changes_nothing(
    services: Services, db: Database, case: str
) -> None:
    model, does = CASES[case]
    people = [*await settle(services), await contact(services, "Cleo")]
    for person in people[:2]:
        await does(services, MAYA, person)
    with refusal(Code.NO_ROOM):
        await does(services, MAYA, people[2])
    assert await count(db, model) == 2
    # What is there can still be changed; another student has their own room; what goes makes room.
    await does(services, MAYA, people[1])
    await does(services, TOM, (await settle(services, TOM))[0])
    await services.contacts.delete(MAYA, people[0])
    await does(services, MAYA, people[2])


async def test_of_several_todos_either_all_are_kept_or_none(services: Services, db: Database) -> None:
    await services.todos.add(MAYA, "One")
    with refusal(Code.NO_ROOM):
        await services.todos.add(MAYA, "Two\nThree")
    assert await count(db, Todo) == 1
    added = await services.todos.add(MAYA, "One\nTwo")
    assert [one.text for one in added.todos] == ["One", "Two"]


async def test_done_todos_count_too(services: Services) -> None:
    for text in ("One", "Two"):
        [added] = (await services.todos.add(MAYA, text)).todos
        await services.todos.done(MAYA, added.id)
    with refusal(Code.NO_ROOM):
        await services.todos.add(MAYA, "Three")


async def test_moving_an_interview_for_ever_makes_no_more_rows(
    services: Services, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "KEPT_REMINDERS", 10)
    ana, _ = await settle(services)
    await booked(services, MAYA, ana)
    [interview] = (await services.interviews.listing(MAYA)).coming
    for days in range(3, 33):
        await services.interviews.move(MAYA, interview.id, Terms(now() + timedelta(days=days)))
    assert await count(db, Reminder) <= 10 + 3
    async with db.read() as session:
        waiting = set(await session.scalars(select(Reminder.kind).where(Reminder.status == "pending")))
    assert waiting == {ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK}


async def test_of_old_reminders_the_newest_are_kept_and_nobody_elses_are_touched(
    services: Services, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "KEPT_REMINDERS", 2)

    async def plan(user: int, *subjects: int) -> None:
        reminders = [
            Planned(ReminderKind.NUDGE, one, now(), now() + timedelta(days=1), f"{user}:{one}") for one in subjects
        ]
        async with db.write() as session:
            await ensure_user(session, user)
            await arm(session, user, reminders)

    async def take_back(*subjects: int) -> None:
        async with db.write() as session:
            await cancel(session, (ReminderKind.NUDGE,), subjects, "answered")

    await plan(TOM, 1, 2, 3, 4)
    await plan(MAYA, 11, 12, 13, 14, 15)
    await take_back(1, 2, 3, 4, 11, 12, 13, 14)
    await plan(MAYA, 16)
    async with db.read() as session:
        left = {(row.user_id, row.subject_id) for row in await session.scalars(select(Reminder))}
    assert left == {(TOM, one) for one in (1, 2, 3, 4)} | {(MAYA, one) for one in (13, 14, 15, 16)}


async def test_what_is_about_one_contact_has_a_limit_at_every_door(db: Database) -> None:
    services = build_services(db, loader.load(), Quota(contacts=3, entries=9, with_one=2))
    ana, ben = await settle(services)
    for hours in (96, 48):
        await services.interviews.met(MAYA, ana, now() - timedelta(hours=hours))
        await services.requests.sent_to(MAYA, ana)
        await services.requests.answer_from(MAYA, ana, RequestOutcome.NO_ANSWER)
    with refusal(Code.NO_ROOM):
        await services.interviews.met(MAYA, ana)
    with refusal(Code.NO_ROOM):
        await services.interviews.schedule(MAYA, ana, Terms(now() + timedelta(hours=3), 20, None, ""))
    with refusal(Code.NO_ROOM):
        await services.requests.sent_to(MAYA, ana)
    await services.interviews.met(MAYA, ben)
    (everything, *_) = await services.mydata.export(MAYA)
    await services.mydata.erase(MAYA, "delete")
    smaller = build_services(db, loader.load(), Quota(contacts=3, entries=9, with_one=1))
    with refusal(Code.NO_ROOM):
        await smaller.mydata.import_data(MAYA, everything.content)
    await services.mydata.import_data(MAYA, everything.content)
