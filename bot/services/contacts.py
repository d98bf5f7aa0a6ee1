"""Use cases of finding contacts: keeping them, finding them again, and letting them go."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.contacts import (
    NAME_LIMIT,
    REACH_LIMIT,
    ROLE_LIMIT,
    WHY_LIMIT,
    Known,
    Role,
    Source,
    find_duplicate,
    fold,
    read_reach,
    read_role,
    with_note,
)
from bot.domain.damage import is_damaged
from bot.domain.stages import Stage
from bot.domain.texts import checked_length, checked_name, seen
from bot.services import contact_names
from bot.services.base import UseCases, ensure_user, known_zone, own, owned
from bot.services.contact_names import ContactRef, Named
from bot.services.contact_views import Added, Belongings, Entry, Line, Person, person_of, role_of
from bot.services.facts import load_facts
from bot.services.planning import SUBJECTS
from bot.services.reminders import delete_pings
from bot.services.room import check_room
from bot.storage.models import Contact, Interview, Request, Todo

_TWICE = timedelta(minutes=1)
"""The same form sent again within this time is a double press."""


class Contacts(UseCases):
    """Use cases of finding contacts."""

    async def resolve(self, owner_id: int, text: str) -> ContactRef:
        """The contact that is meant by a token or a typed name. See `contact_names.resolve` for what it raises."""
        async with self.db.read(owner_id) as session:
            rows = await _named(session, owner_id)
        return contact_names.resolve(rows, text)

    async def suggest(self, owner_id: int, typed: str) -> list[ContactRef]:
        """At most 25 contacts for what has been typed so far, best match first."""
        async with self.db.read(owner_id) as session:
            rows = await _named(session, owner_id)
        return contact_names.suggest(rows, typed)

    async def add(self, owner_id: int, entry: Entry, *, referred_by: int = 0) -> Added:
        """Keep a new contact, even when it is likely there already.

        Raises BLANK without a name, TOO_LONG, and NO_ROOM.
        """
        columns = _columns(entry)
        async with self.db.write(owner_id) as session:
            await ensure_user(session, owner_id)
            others = (await session.scalars(owned(Contact, owner_id).order_by(Contact.id))).all()
            contact = next((one for one in others if _is_twin(one, columns)), None)
            if contact is None:
                await check_room(session, self.room, Contact, owner_id)
                referrer = next((one.id for one in others if one.id == referred_by), None)
                contact = Contact(owner_id=owner_id, created_at=now(), referred_by_id=referrer, **columns)
                session.add(contact)
                await session.flush()
            same = find_duplicate(_known(contact), map(_known, others))
            return Added(
                await person_of(session, owner_id, contact.id),
                await person_of(session, owner_id, same.id) if same else None,
            )

    async def entry(self, owner_id: int, contact_id: int) -> Entry:
        """What the form to edit a contact starts from. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
        return Entry(contact.name, role_of(contact).typed, contact.source, contact.reach, contact.why)

    async def edit(self, owner_id: int, contact_id: int, entry: Entry) -> Person:
        """Replace what was typed about a contact. Raises NOT_FOUND, BLANK, TOO_LONG."""
        columns = _columns(entry)
        async with self.db.write(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            for name, value in columns.items():
                # What was read from the ways to reach them may be sound when these are not.
                if not (name in _READ and is_damaged(entry.reach)):
                    setattr(contact, name, value)
            await session.flush()
            return await person_of(session, owner_id, contact_id)

    async def note(self, owner_id: int, contact_id: int, text: str) -> Person:
        """Add a note above the others. Raises NOT_FOUND, BLANK, TOO_LONG."""
        async with self.db.write(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            user = await ensure_user(session, owner_id)
            contact.notes = with_note(contact.notes, text, now(), known_zone(user))
            await session.flush()
            return await person_of(session, owner_id, contact_id)

    async def get(self, owner_id: int, contact_id: int) -> Person:
        """One contact. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return await person_of(session, owner_id, contact_id)

    async def listing(self, owner_id: int, stage: Stage | None = None, search: str = "") -> list[Line]:
        """Contacts at a stage that a search fits, by name; archived ones last."""
        query = fold(search)
        async with self.db.read(owner_id) as session:
            facts = await load_facts(session, owner_id, words=(*_IN_A_LINE, *(_SEARCHED if query else ())))
        found = [one for one in facts.values() if stage in {None, one.stage} and _fits(query, one.contact)]
        found.sort(key=lambda one: (one.contact.archived_at is not None, fold(one.contact.name), one.contact.id))
        return [Line(one.contact.id, one.contact.name, role_of(one.contact), one.stage) for one in found]

    async def belongings(self, owner_id: int, contact_id: int) -> Belongings:
        """What a student would lose with a contact. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            requests, meetings, todos = [
                len(await _ids(session, owner_id, model, contact_id)) for model in (Request, Interview, Todo)
            ]
        return Belongings(contact.id, contact.name, requests, meetings, todos, bool(contact.notes))

    async def delete(self, owner_id: int, contact_id: int) -> str:
        """Remove a contact with everything that hangs on it, pings included; returns its name. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            await _delete_pings(session, owner_id, contact_id)
            await session.delete(contact)
            return contact.name


_READ = ("email", "phone", "link")


def _columns(entry: Entry) -> dict[str, str | None]:
    """What is stored of an entry. Raises BLANK and TOO_LONG."""
    role = read_role(checked_length(seen(entry.role), "Role and organization", ROLE_LIMIT))
    reach = checked_length(seen(entry.reach), "How to reach them", REACH_LIMIT)
    found = read_reach(reach)
    return {
        "name": checked_name(entry.name, "Name", NAME_LIMIT),
        "title": role.title,
        "organization": role.organization,
        "source": entry.source if entry.source in set(Source) else "",
        "reach": reach,
        "email": found.email,
        "phone": found.phone,
        "link": found.link,
        "why": checked_length(seen(entry.why), "Why them?", WHY_LIMIT),
    }


def _is_twin(contact: Contact, columns: dict[str, str | None]) -> bool:
    fresh = now() - contact.created_at < _TWICE
    return fresh and all(getattr(contact, name) == value for name, value in columns.items())


def _known(contact: Contact) -> Known:
    return Known(contact.id, contact.name, contact.organization, contact.email)


_IN_A_LINE = (Contact.title, Contact.organization)
_SEARCHED = (Contact.notes, Contact.why)


def _fits(query: str, contact: Contact) -> bool:
    if not query:
        return True
    texts = (contact.title, contact.organization, contact.notes, contact.why)
    return contact_names.matches(query, contact.name, *texts)


async def _named(session: AsyncSession, owner_id: int) -> list[Named]:
    columns = (Contact.id, Contact.name, Contact.title, Contact.organization, Contact.archived_at)
    rows = await session.execute(owned(Contact, owner_id).with_only_columns(*columns).order_by(Contact.id))
    return [
        Named(number, name, Role(title, place), archived is not None)
        for number, name, title, place, archived in rows
    ]


async def _delete_pings(session: AsyncSession, owner_id: int, contact_id: int) -> None:
    """Remove every ping about a contact and what hangs on it: the database would leave them."""
    for model, kinds in SUBJECTS.items():
        subjects = [contact_id] if issubclass(model, Contact) else await _ids(session, owner_id, model, contact_id)
        await delete_pings(session, owner_id, kinds, subjects)


async def _ids(
    session: AsyncSession, owner_id: int, model: type[Request | Interview | Todo], contact_id: int
) -> Sequence[int]:
    """The numbers of the rows of `model` that hang on a contact."""
    hanging = owned(Contact, owner_id).join(model, model.contact_id == Contact.id).where(Contact.id == contact_id)
    return (await session.scalars(hanging.with_only_columns(model.id))).all()
