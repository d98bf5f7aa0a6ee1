"""What is told about requests: one with what the coach notices, the form's first answers, a line of a list."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.requests.form import RequestWords
from bot.domain.requests.letter import Draft
from bot.domain.requests.review import Facts, RequestFinding, review
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, RequestStatus, next_move, nudge_due
from bot.domain.text.wording import word_count
from bot.services.base import owned
from bot.services.slices.reading import read_all
from bot.storage.models import Contact, Request


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request to a contact."""

    id: int
    contact_id: int
    contact_name: str
    route: RequestRoute
    subject: str
    body: str
    """Empty for a request that was made elsewhere."""
    version: int
    words: int
    status: RequestStatus
    outcome: RequestOutcome | None
    sent_at: datetime | None
    nudges: int
    nudge_from: datetime | None
    """From then on a reminder is fine; None for a draft, after an answer and after enough reminders."""
    nudge_now: bool
    """That moment has come."""
    move: NextMove | None
    """What follows from the answer; None without one."""
    findings: tuple[RequestFinding, ...]
    """What the coach notices, the weightiest first; none once it is sent."""

    @property
    def is_draft(self) -> bool:
        """It waits to be sent."""
        return self.status is RequestStatus.DRAFT


@dataclass(frozen=True, slots=True)
class Start:
    """What the form starts from."""

    contact_id: int
    contact_name: str
    offered: RequestWords
    replaces: int
    """Version of the draft whose place the new one takes; 0 when there is none."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder to be sent, or none when there were enough or an answer has come."""

    request: RequestView
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in a list."""

    id: int
    contact_name: str
    status: RequestStatus
    outcome: RequestOutcome | None
    nudges: int
    since: datetime
    """When it was drafted, sent or answered, by its status."""


async def load(session: AsyncSession, owner_id: int, request_id: int) -> tuple[Request, RequestView]:
    """A request and what is told about it. Raises NOT_FOUND when there is none or it is another student's."""
    query = owned(Request, owner_id).where(Request.id == request_id)
    row = (await session.execute(query.add_columns(Contact))).one_or_none()
    if row is None:
        raise CoachError(Code.NOT_FOUND)
    request, contact = row
    findings = await _findings(session, owner_id, request, contact)
    return request, _view(request, contact, findings)


async def last_of(session: AsyncSession, owner_id: int, contact_id: int) -> Request | None:
    """The newest request to a contact."""
    query = owned(Request, owner_id).where(Request.contact_id == contact_id)
    found: Request | None = await session.scalar(query.order_by(Request.id.desc()).limit(1))
    return found


async def lines(session: AsyncSession, owner_id: int) -> tuple[RequestLine, ...]:
    """All requests: those that wait for something first, then the newest."""
    query = owned(Request, owner_id).with_only_columns(*_IN_A_LINE, Contact.name.label("contact_name"))
    found = await read_all(session, query, _line)
    found.sort(key=lambda line: (line.since, line.id), reverse=True)
    found.sort(key=lambda line: line.status is RequestStatus.ANSWERED)
    return tuple(found)


_IN_A_LINE = (
    Request.id,
    Request.status,
    Request.outcome,
    Request.nudges,
    Request.created_at,
    Request.sent_at,
    Request.answered_at,
)


def _line(request: Row[*tuple[Any, ...]]) -> RequestLine:
    return RequestLine(
        id=request.id,
        contact_name=request.contact_name,
        status=RequestStatus(request.status),
        outcome=RequestOutcome(request.outcome) if request.outcome else None,
        nudges=request.nudges,
        since=request.answered_at or request.sent_at or request.created_at,
    )


def _view(request: Request, contact: Contact, findings: Sequence[RequestFinding]) -> RequestView:
    status = RequestStatus(request.status)
    outcome = RequestOutcome(request.outcome) if request.outcome else None
    sent = request.sent_at if status is RequestStatus.SENT else None
    nudge_from = nudge_due(sent, request.nudges) if sent else None
    return RequestView(
        id=request.id,
        contact_id=contact.id,
        contact_name=contact.name,
        route=RequestRoute(request.route),
        subject=request.subject,
        body=request.body,
        version=request.version,
        words=word_count(request.body),
        status=status,
        outcome=outcome,
        sent_at=request.sent_at,
        nudges=request.nudges,
        nudge_from=nudge_from,
        nudge_now=nudge_from is not None and nudge_from <= now(),
        move=next_move(outcome, request.nudges) if outcome else None,
        findings=tuple(findings),
    )


async def _findings(
    session: AsyncSession, owner_id: int, request: Request, contact: Contact
) -> tuple[RequestFinding, ...]:
    if request.status != RequestStatus.DRAFT:
        return ()
    others = owned(Contact, owner_id).where(Contact.id != contact.id)
    names = await read_all(session, others.with_only_columns(Contact.name), lambda row: str(row.name))
    facts = Facts(
        route=RequestRoute(request.route),
        contact_name=contact.name,
        tie=request.tie,
        why=request.why,
        other_names=tuple(names),
    )
    # A long letter and many names take a while to read, whatever stands in them.
    return await asyncio.to_thread(review, Draft(request.subject, request.body), facts)
