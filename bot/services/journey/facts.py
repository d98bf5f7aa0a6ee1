"""What the rows say about a student's contacts, loaded at once: one query per table, however many contacts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, load_only

from bot.domain.evaluations.questions import ANSWERING, EvaluationStatus
from bot.domain.interviews.interview import STANDING, InterviewStatus, booked_end
from bot.domain.journey.snapshot import InterviewFacts, PersonFacts, RequestFacts
from bot.domain.journey.stages import Stage, stage
from bot.domain.requests.status import RequestOutcome, RequestStatus
from bot.services.base import owned
from bot.services.slices.reading import each_of, read_all
from bot.storage.models import Answer, Contact, Evaluation, Interview, Request, ThankYou


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A contact, how far the student is with it, and what the next step is read from."""

    contact: Contact
    stage: Stage
    person: PersonFacts

    @property
    def interview(self) -> InterviewFacts | None:
        """The last interview that was not called off."""
        return next((one for one in reversed(self.person.interviews) if one.status in STANDING), None)


async def load_facts(
    session: AsyncSession,
    owner_id: int,
    contact_id: int | None = None,
    *,
    words: Sequence[InstrumentedAttribute[str]] | None = None,
) -> dict[int, ContactFacts]:
    """The facts on all contacts of the owner (or only on one of them), by contact id, in the order of adding.

    `words`: what is read of the contacts besides their names, when it is not all. Where students' words are
    encrypted, each costs some 20 microseconds, which adds up in a long list.
    """
    query = owned(Contact, owner_id).order_by(Contact.id)
    if contact_id is not None:
        query = query.where(Contact.id == contact_id)
    if words is not None:
        query = query.options(
            load_only(Contact.name, Contact.created_at, Contact.archived_at, *words, raiseload=True)
        )
    contacts = await read_all(session, query, _first)
    requests = await _last_requests(session, owner_id, contact_id)
    interviews = await _interviews(session, owner_id, contact_id)
    facts = await each_of(contacts, lambda one: _facts(one, requests.get(one.id), interviews.get(one.id, [])))
    return {one.contact.id: one for one in facts}


def _first(row: Row[Contact]) -> Contact:
    return row[0]


def _facts(contact: Contact, request: RequestFacts | None, interviews: list[InterviewFacts]) -> ContactFacts:
    person = PersonFacts(
        id=contact.id,
        name=contact.name,
        added_at=contact.created_at,
        request=request,
        interviews=tuple(interviews),
        archived=contact.archived_at is not None,
    )
    return ContactFacts(contact, stage(person), person)


async def _last_requests(
    session: AsyncSession, owner_id: int, contact_id: int | None
) -> Mapping[int, RequestFacts]:
    query = owned(Request, owner_id).with_only_columns(*_PROGRESS).order_by(Request.id)
    if contact_id is not None:
        query = query.where(Request.contact_id == contact_id)
    # Later ones overwrite earlier ones: the last stays.
    return dict(await read_all(session, query, _request))


def _request(row: Row[*tuple[Any, ...]]) -> tuple[int, RequestFacts]:
    """By the contact's id, how far a request is."""
    return row.contact_id, RequestFacts(
        id=row.id,
        status=RequestStatus(row.status),
        created_at=row.created_at,
        outcome=RequestOutcome(row.outcome) if row.outcome else None,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        nudges=row.nudges,
    )


_PROGRESS = (
    Request.id,
    Request.contact_id,
    Request.status,
    Request.created_at,
    Request.outcome,
    Request.sent_at,
    Request.answered_at,
    Request.nudges,
)
"""What the facts are read from: none of it is a student's words."""


async def _interviews(
    session: AsyncSession, owner_id: int, contact_id: int | None
) -> Mapping[int, list[InterviewFacts]]:
    answered = (
        select(Answer.evaluation_id, func.count().label("answered"))
        .join(Evaluation, Evaluation.id == Answer.evaluation_id)
        .where(Evaluation.owner_id == owner_id, Answer.verdict.in_(ANSWERING))
        .group_by(Answer.evaluation_id)
        .subquery()
    )
    query = (
        owned(Interview, owner_id)
        .with_only_columns(
            Interview.id,
            Interview.contact_id,
            Interview.status,
            Interview.starts_at,
            Interview.minutes,
            Interview.ended_at,
            Evaluation.status.label("evaluation"),
            func.coalesce(answered.c.answered, 0).label("answered"),
            ThankYou.sent_at.label("thanked_at"),
        )
        .outerjoin(ThankYou, ThankYou.interview_id == Interview.id)
        .outerjoin(Evaluation, Evaluation.interview_id == Interview.id)
        .outerjoin(answered, answered.c.evaluation_id == Evaluation.id)
        .order_by(Interview.starts_at, Interview.id)
    )
    if contact_id is not None:
        query = query.where(Interview.contact_id == contact_id)
    found: defaultdict[int, list[InterviewFacts]] = defaultdict(list)
    for contact, interview in await read_all(session, query, _interview):
        found[contact].append(interview)
    return found


def _interview(row: Row[*tuple[Any, ...]]) -> tuple[int, InterviewFacts]:
    """By the contact's id, what has become of an interview."""
    return row.contact_id, InterviewFacts(
        id=row.id,
        status=InterviewStatus(row.status),
        starts_at=row.starts_at,
        ends_at=row.ended_at or booked_end(row.starts_at, row.minutes),
        evaluation=EvaluationStatus(row.evaluation) if row.evaluation else None,
        answered=row.answered,
        thanked_at=row.thanked_at,
    )
