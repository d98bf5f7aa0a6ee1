"""Work over many rows in slices: what it finds, when it gives others their turn, and what happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.contacts import KnownContact
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.slices.reading import CHARACTERS, ROWS, Deadline, each_of, read_all
from bot.services.todos import service as todos
from bot.storage.database import Database
from bot.storage.models import Contact, Todo, User
from tests.support.world import ZONE

MAYA, MANY = 1, 5 * ROWS + 1


@pytest.fixture
async def people(services: Services, db: Database) -> list[int]:
    """A great many contacts; returns their numbers."""
    await services.profiles.set_zone(MAYA, ZONE)
    async with db.write(MAYA) as session:
        rows = [Contact(owner_id=MAYA, name=f"Ana {number}", created_at=now()) for number in range(MANY)]
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


class Others:
    """Somebody else in the same loop, who counts how often it is their turn."""

    def __init__(self) -> None:
        self.turns = 0
        self._task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.turns += 1

    def stop(self) -> None:
        self._task.cancel()


@pytest.fixture
async def others() -> AsyncIterator[Others]:
    counting = Others()
    yield counting
    counting.stop()


async def test_all_rows_are_read_and_others_have_their_turns(
    db: Database, people: list[int], others: Others
) -> None:
    query = select(Contact.id, Contact.name).order_by(Contact.id)
    async with db.read() as session:
        others.turns = 0
        found = await read_all(session, query, lambda row: row.id)
    assert found == people
    assert others.turns >= MANY // ROWS


async def test_what_was_read_by_the_deadline_has_to_do(db: Database, people: list[int]) -> None:
    query = select(Contact.id).order_by(Contact.id)
    async with db.read() as session:
        assert await read_all(session, query, lambda row: row.id, deadline=Deadline(0)) == people[:ROWS]
        assert await read_all(session, query, lambda row: row.id, deadline=Deadline(3600)) == people
        # The session is as good as new.
        assert await session.scalar(select(User.discord_id)) == MAYA


@pytest.mark.parametrize(("weight", "turns"), [(0, 4), (CHARACTERS, 100)])
async def test_what_is_heavy_is_looked_at_in_smaller_slices(weight: int, turns: int, others: Others) -> None:
    await asyncio.sleep(0)
    others.turns = 0
    items = list(range(100))
    assert await each_of(items, str, weight=lambda _: weight) == list(map(str, items))
    assert others.turns >= turns
    assert len(await each_of(items, str, deadline=Deadline(0))) == ROWS


async def test_a_likely_double_is_found_that_came_in_while_the_others_were_compared(
    services: Services, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = services.contacts._like

    async def and_somebody_else_adds(owner_id: int, new: KnownContact) -> tuple[int, int]:
        found = await compare(owner_id, new)
        monkeypatch.undo()
        await services.contacts.add(owner_id, ContactEntry("Eva López"))
        return found

    monkeypatch.setattr(services.contacts, "_like", and_somebody_else_adds)
    added = await services.contacts.add(MAYA, ContactEntry("Eva Lopez"))
    assert added.duplicate is not None
    assert added.duplicate.name == "Eva López"
    assert len(people) + 2 == len(await services.contacts.listing(MAYA))


async def test_a_likely_double_that_is_gone_by_then_is_not_named(
    services: Services, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = services.contacts._like

    async def and_it_is_deleted(owner_id: int, new: KnownContact) -> tuple[int, int]:
        found = await compare(owner_id, new)
        await services.contacts.delete(owner_id, people[0])
        return found

    monkeypatch.setattr(services.contacts, "_like", and_it_is_deleted)
    assert (await services.contacts.add(MAYA, ContactEntry("Ana 0"))).duplicate is None


async def test_the_same_to_do_is_not_added_twice_while_the_list_is_compared(
    services: Services, db: Database, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as session:
        session.add_all(
            Todo(owner_id=MAYA, contact_id=people[0], text=f"{n}", created_at=now()) for n in range(MANY)
        )
    compare = todos._compared

    async def and_the_same_is_added(*args: Any) -> object:
        found = await compare(*args)
        monkeypatch.undo()
        await services.todos.add(MAYA, "read about REEFS", people[0])
        return found

    monkeypatch.setattr(todos, "_compared", and_the_same_is_added)
    await services.todos.add(MAYA, "Read about reefs", people[0])
    async with db.read() as session:
        assert [text for text in await session.scalars(select(Todo.text)) if "about" in text] == [
            "read about REEFS"
        ]
