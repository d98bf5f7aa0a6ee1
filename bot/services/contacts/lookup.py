"""Which of a student's contacts is meant, found in the unit of work of whoever asks: by number, or as typed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.contacts import Role
from bot.domain.errors import CoachError
from bot.domain.text.input import read_row_token
from bot.services.base import own, owned
from bot.services.contacts.matching import Named, resolve
from bot.services.slices.reading import Deadline, read_all, read_few
from bot.storage.database import Database
from bot.storage.models import Contact

ContactKey = int | str
"""A contact: the number of its row, or a token or a name as somebody typed it."""

Find = Callable[[], Awaitable[Contact]]
"""Gives the contact. Raises NOT_FOUND for a number that is not there, and what `matching.resolve` raises."""


async def the_contact(session: AsyncSession, owner_id: int, key: ContactKey) -> Contact:
    """The contact that is meant, in a unit that only reads. Raises what `Find` raises."""
    return await own(session, Contact, owner_id, await the_number(session, owner_id, key))


async def the_number(session: AsyncSession, owner_id: int, key: ContactKey) -> int:
    """The number of the contact that is meant; one that was given may be nobody's. Raises what `Find` raises."""
    if (number := _number(key)) is not None:
        return number
    return (await resolve(await named(session, owner_id), str(key))).id


@asynccontextmanager
async def about(db: Database, owner_id: int, key: ContactKey) -> AsyncIterator[tuple[AsyncSession, Find]]:
    """A unit of work that writes about a contact, and what finds the contact in it.

    With a great many contacts, comparing a typed name with all of them takes its time. Nobody's turn to write waits
    for that: then it is done before, in a unit that reads.
    """
    if (number := _number(key)) is not None:
        async with db.write(owner_id) as session:
            yield session, partial(own, session, Contact, owner_id, number)
        return
    async with db.write(owner_id) as session:
        few = await read_few(session, _names(owner_id), _as_named)
        if few is not None:
            yield session, partial(_typed, session, owner_id, few, str(key))
            return
    found = await _beforehand(db, owner_id, str(key))
    async with db.write(owner_id) as session:
        yield session, partial(_found, session, owner_id, found)


async def named(
    session: AsyncSession, owner_id: int, *, newest_first: bool = False, deadline: Deadline | None = None
) -> list[Named]:
    """What is known of all contacts when one of them is looked for."""
    query = _names(owner_id, newest_first=newest_first)
    return await read_all(session, query, _as_named, deadline=deadline)


def _number(key: ContactKey) -> int | None:
    return key if isinstance(key, int) else read_row_token(key)


async def _typed(session: AsyncSession, owner_id: int, rows: list[Named], typed: str) -> Contact:
    return await own(session, Contact, owner_id, (await resolve(rows, typed)).id)


async def _beforehand(db: Database, owner_id: int, typed: str) -> int | CoachError:
    async with db.read(owner_id) as session:
        rows = await named(session, owner_id)
    try:
        return (await resolve(rows, typed)).id
    except CoachError as refusal:  # raised where the use case asks: what it checks before that comes first
        return refusal


async def _found(session: AsyncSession, owner_id: int, found: int | CoachError) -> Contact:
    if isinstance(found, CoachError):
        raise found
    return await own(session, Contact, owner_id, found)


def _names(owner_id: int, *, newest_first: bool = False) -> Select[int, str, str, str, datetime | None]:
    columns = (Contact.id, Contact.name, Contact.title, Contact.organization, Contact.archived_at)
    order = Contact.id.desc() if newest_first else Contact.id
    return owned(Contact, owner_id).with_only_columns(*columns).order_by(order)


def _as_named(row: Row[int, str, str, str, datetime | None]) -> Named:
    number, name, title, place, archived = row
    return Named(number, name, Role(title, place), archived is not None)
