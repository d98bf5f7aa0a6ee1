"""What is told about contacts: what was typed, one person with everything around them, a line of a list."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.contacts import Role
from bot.domain.errors import CoachError, Code
from bot.domain.journey.stages import Stage
from bot.services.base import own
from bot.services.contacts.matching import ContactRef
from bot.services.journey.facts import ContactFacts, load_facts
from bot.storage.models import Contact


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """What a student types about somebody; `source` is one of the words of `Source`, or blank."""

    name: str
    role: str = ""
    source: str = ""
    reach: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact with all that its card shows."""

    id: int
    name: str
    role: Role
    reach: str
    source: str
    why: str
    notes: str
    """Newest first, each under its day."""
    stage: Stage
    referred_by: ContactRef | None
    request_id: int | None
    """The last request."""
    interview_id: int | None
    """The last interview that was not called off."""
    interview_over: bool
    """Its booked time has passed."""


@dataclass(frozen=True, slots=True)
class ContactAdded:
    """A contact that was just added, and one that is likely the same person."""

    person: ContactView
    duplicate: ContactView | None = None


@dataclass(frozen=True, slots=True)
class ContactSummary:
    """A contact in a list."""

    id: int
    name: str
    role: Role
    stage: Stage


@dataclass(frozen=True, slots=True)
class Belongings:
    """What would go with a contact."""

    id: int
    name: str
    requests: int
    interviews: int
    todos: int
    has_notes: bool


def role_of(contact: Contact) -> Role:
    """What they do, and where."""
    return Role(contact.title, contact.organization)


async def person_of(session: AsyncSession, owner_id: int, contact_id: int) -> ContactView:
    """One contact. Raises NOT_FOUND when there is none or it is another student's."""
    facts = (await load_facts(session, owner_id, contact_id)).get(contact_id)
    if facts is None:
        raise CoachError(Code.NOT_FOUND)
    referrer = None
    if facts.contact.referred_by_id is not None:
        found = await own(session, Contact, owner_id, facts.contact.referred_by_id)
        referrer = ContactRef(found.id, found.name, found.name)
    return _view(facts, referrer)


def _view(facts: ContactFacts, referrer: ContactRef | None) -> ContactView:
    contact, request, interview = facts.contact, facts.person.request, facts.interview
    return ContactView(
        id=contact.id,
        name=contact.name,
        role=role_of(contact),
        reach=contact.reach,
        source=contact.source,
        why=contact.why,
        notes=contact.notes,
        stage=facts.stage,
        referred_by=referrer,
        request_id=request.id if request else None,
        interview_id=interview.id if interview else None,
        interview_over=interview is not None and interview.ends_at <= now(),
    )
