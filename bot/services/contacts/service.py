"""Use cases of finding contacts: keeping them, finding them again, and letting them go."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Select, func
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.contacts import (
    NAME_LIMIT,
    REACH_LIMIT,
    ROLE_LIMIT,
    WHY_LIMIT,
    KnownContact,
    Source,
    find_duplicate,
    fold,
    likely_same,
    read_reach,
    read_role,
    with_note,
)
from bot.domain.journey.stages import Stage
from bot.domain.text.damage import is_damaged
from bot.domain.text.input import checked_length, checked_name, seen
from bot.services.base import UseCases, ensure_user, known_zone, own, owned
from bot.services.contacts import matching as contact_names
from bot.services.contacts.lookup import ContactKey, about, named, the_contact, the_number
from bot.services.contacts.matching import ContactRef
from bot.services.contacts.views import (
    Belongings,
    ContactAdded,
    ContactEntry,
    ContactSummary,
    ContactView,
    person_of,
    role_of,
)
from bot.services.journey.facts import ContactFacts, load_facts
from bot.services.quotas import check_quota
from bot.services.reminders.planning import SUBJECTS
from bot.services.reminders.scheduling import delete_reminders
from bot.services.slices.reading import ROWS, Deadline, each_of, read_all, read_few
from bot.storage.beside import beside_the_loop
from bot.storage.models import Contact, Interview, Request, Todo

_TWICE = timedelta(minutes=1)
"""The same form sent again within this time is a double press."""


class ContactService(UseCases):
    """Use cases of finding contacts."""

    async def resolve(self, owner_id: int, contact: ContactKey) -> ContactRef:
        """The contact that is meant. See `Find` for what it raises."""
        async with self.db.read(owner_id) as session:
            found = await the_contact(session, owner_id, contact)
        return ContactRef(found.id, found.name, found.name)

    async def suggest(self, owner_id: int, typed: str, deadline: Deadline | None = None) -> list[ContactRef]:
        """At most 25 contacts for what has been typed so far, best match first.

        Once the deadline is over, of the newest ones, as many as were looked at.
        """
        async with self.db.read(owner_id) as session:
            rows = await named(session, owner_id, newest_first=True, deadline=deadline)
        return await contact_names.suggest(rows, typed, deadline)

    async def add(self, owner_id: int, entry: ContactEntry, *, referred_by: int = 0) -> ContactAdded:
        """Keep a new contact, even when it is likely there already.

        Raises BLANK without a name, TOO_LONG, and NO_ROOM.
        """
        columns = _columns(entry)
        new = KnownContact(0, str(columns["name"]), str(columns["organization"]), columns["email"])
        async with self.db.write(owner_id) as session:
            few = await read_few(session, _compared(owner_id), lambda row: KnownContact(*row))
            if few is not None:
                return await self._add(session, owner_id, columns, referred_by, await _likest(few, new))
        # Comparing with very many takes its time, so nobody's turn to write waits for it.
        like = await self._like(owner_id, new)
        async with self.db.write(owner_id) as session:
            return await self._add(session, owner_id, columns, referred_by, like)

    async def _add(
        self,
        session: AsyncSession,
        owner_id: int,
        columns: dict[str, str | None],
        referred_by: int,
        like: tuple[int, int],
    ) -> ContactAdded:
        """Keep it, or what a double press has just kept. `like`: what `_likest` found."""
        same_id, newest_id = like
        await ensure_user(session, owner_id)
        contact = next((one for one in await _just_added(session, owner_id) if _is_twin(one, columns)), None)
        if contact is None:
            await check_quota(session, self.room, Contact, owner_id)
            contact = Contact(owner_id=owner_id, created_at=now(), **columns)
            contact.referred_by_id = await _existing(session, owner_id, referred_by)
            session.add(contact)
            await session.flush()
        same = await _existing(session, owner_id, same_id) if same_id not in {0, contact.id} else None
        same = same or await _like_those_since(session, owner_id, newest_id, _known(contact))
        return ContactAdded(
            await person_of(session, owner_id, contact.id),
            await person_of(session, owner_id, same) if same else None,
        )

    async def _like(self, owner_id: int, new: KnownContact) -> tuple[int, int]:
        async with self.db.read(owner_id) as session:
            others = await read_all(session, _compared(owner_id), lambda row: KnownContact(*row))
        return await _likest(others, new)

    async def entry(self, owner_id: int, contact: ContactKey) -> tuple[int, ContactEntry]:
        """What the form to edit a contact starts from, with the contact's number. See `Find` for what it raises."""
        async with self.db.read(owner_id) as session:
            found = await the_contact(session, owner_id, contact)
        return found.id, ContactEntry(found.name, role_of(found).typed, found.source, found.reach, found.why)

    async def edit(self, owner_id: int, contact_id: int, entry: ContactEntry) -> ContactView:
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

    async def note(self, owner_id: int, contact: ContactKey, text: str) -> ContactView:
        """Add a note above the others. Raises BLANK, TOO_LONG, and what `Find` raises."""
        async with about(self.db, owner_id, contact) as (session, find):
            found = await find()
            user = await ensure_user(session, owner_id)
            found.notes = with_note(found.notes, text, now(), known_zone(user))
            await session.flush()
            return await person_of(session, owner_id, found.id)

    async def get(self, owner_id: int, contact: ContactKey) -> ContactView:
        """One contact. See `Find` for what it raises."""
        async with self.db.read(owner_id) as session:
            return await person_of(session, owner_id, await the_number(session, owner_id, contact))

    async def listing(self, owner_id: int, stage: Stage | None = None, search: str = "") -> list[ContactSummary]:
        """Contacts at a stage that a search fits, by name; archived ones last."""
        query = fold(search[:NAME_LIMIT])
        async with self.db.read(owner_id) as session:
            facts = await load_facts(session, owner_id, words=(*_IN_A_LINE, *(_SEARCHED if query else ())))
        there = [one for one in facts.values() if stage in {None, one.stage}]
        fits = await each_of(there, partial(_fits, query), weight=_searched if query else _nothing)
        found = [one for one, is_wanted in zip(there, fits, strict=True) if is_wanted]
        places = await each_of(found, _place)
        found = [one for _, one in sorted(zip(places, found, strict=True), key=lambda pair: pair[0])]
        return [ContactSummary(one.contact.id, one.contact.name, role_of(one.contact), one.stage) for one in found]

    async def belongings(self, owner_id: int, contact: ContactKey) -> Belongings:
        """What a student would lose with a contact. See `Find` for what it raises."""
        async with self.db.read(owner_id) as session:
            found = await the_contact(session, owner_id, contact)
            requests, interviews, todos = [
                await session.scalar(_hanging(owner_id, model, found.id).with_only_columns(func.count())) or 0
                for model in (Request, Interview, Todo)
            ]
        return Belongings(found.id, found.name, requests, interviews, todos, bool(found.notes))

    async def delete(self, owner_id: int, contact_id: int) -> str:
        """Remove a contact with all that hangs on it, reminders too; returns its name. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            await _delete_reminders(session, owner_id, contact_id)
            with beside_the_loop():  # with thousands of to-dos, all of which go along
                await session.delete(contact)
                await session.flush()
            return contact.name


async def _likest(others: Sequence[KnownContact], new: KnownContact) -> tuple[int, int]:
    """The first contact that is likely the same person as `new`, or 0; and the newest there is, or 0."""
    likely = await each_of(others, lambda one: likely_same(new, one, contact_names.alike))
    same = next((one.id for one, is_same in zip(others, likely, strict=True) if is_same), 0)
    return same, max((one.id for one in others), default=0)


_READ = ("email", "phone", "link")


def _columns(entry: ContactEntry) -> dict[str, str | None]:
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
    return all(getattr(contact, name) == value for name, value in columns.items())


def _known(contact: Contact) -> KnownContact:
    return KnownContact(contact.id, contact.name, contact.organization, contact.email)


_IN_A_LINE = (Contact.title, Contact.organization)
_SEARCHED = (Contact.notes, Contact.why)


def _fits(query: str, one: ContactFacts) -> bool:
    if not query:
        return True
    contact = one.contact
    texts = (contact.title, contact.organization, contact.notes, contact.why)
    return contact_names.matches(query, contact.name, *texts)


def _searched(one: ContactFacts) -> int:
    """Characters that a search looks at."""
    return len(one.contact.notes) + len(one.contact.why)


def _nothing(_one: ContactFacts) -> int:
    return 0


def _place(one: ContactFacts) -> tuple[bool, str, int]:
    """What a list is sorted by."""
    return one.contact.archived_at is not None, fold(one.contact.name), one.contact.id


def _compared(owner_id: int) -> Select[int, str, str, str | None]:
    """What is compared of the owner's contacts, the oldest first."""
    columns = (Contact.id, Contact.name, Contact.organization, Contact.email)
    return owned(Contact, owner_id).with_only_columns(*columns).order_by(Contact.id)


async def _like_those_since(session: AsyncSession, owner_id: int, newest_id: int, new: KnownContact) -> int:
    """A contact that is likely the same person among the few that came in since the others were compared, or 0."""
    query = _compared(owner_id).where(Contact.id > newest_id).limit(ROWS)
    found = find_duplicate(new, [KnownContact(*row) for row in await session.execute(query)], contact_names.alike)
    return found.id if found else 0


async def _just_added(session: AsyncSession, owner_id: int) -> Sequence[Contact]:
    """The newest few, of which one may come from the same press."""
    fresh = owned(Contact, owner_id).where(Contact.created_at > now() - _TWICE)
    return (await session.scalars(fresh.order_by(Contact.id.desc()).limit(ROWS))).all()


async def _existing(session: AsyncSession, owner_id: int, contact_id: int) -> int | None:
    """The number, if it is still one of the owner's contacts."""
    query = owned(Contact, owner_id).where(Contact.id == contact_id).with_only_columns(Contact.id)
    return await session.scalar(query)


async def _delete_reminders(session: AsyncSession, owner_id: int, contact_id: int) -> None:
    """Remove every reminder about a contact and what hangs on it: the database would leave them."""
    for model, kinds in SUBJECTS.items():
        hanging = [contact_id] if issubclass(model, Contact) else _hanging(owner_id, model, contact_id)
        await delete_reminders(session, owner_id, kinds, hanging)


def _hanging(owner_id: int, model: type[Request | Interview | Todo], contact_id: int) -> Select[int]:
    """The numbers of the rows of `model` that hang on a contact."""
    hanging = owned(Contact, owner_id).join(model, model.contact_id == Contact.id).where(Contact.id == contact_id)
    return hanging.with_only_columns(model.id)
