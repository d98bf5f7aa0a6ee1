"""What is told about requests: one with what the coach notices, the form's first answers, a line of a list."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.requests.form import RequestWords
from bot.domain.requests.frames import FormPart, Misfit, Part, TieFrame, tie_frame
from bot.domain.requests.letter import Draft, RequestParts, place
from bot.domain.requests.review import Facts, RequestFinding, RequestFindingCode, review
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, RequestStatus, next_move, nudge_due
from bot.domain.text.input import one_line
from bot.domain.text.wording import word_count
from bot.domain.times.zones import zone_in_words
from bot.handbook.models import Handbook
from bot.services.base import own, owned
from bot.services.slices.reading import read_all
from bot.storage.models import Contact, Request, User


@dataclass(frozen=True, slots=True)
class WaitingPart:
    """A part of the letter that is a blank, or was left out, as its words could not be placed for sure."""

    part: Part
    typed: str
    """Empty when nothing was."""
    misfit: Misfit | None
    """Why the words wait; None when there are none."""

    @property
    def asked_as(self) -> FormPart | None:
        """What the form asks for it; None for what the profile says."""
        return next((asked for asked in FormPart if asked.value == self.part.value), None)


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
    waiting: tuple[WaitingPart, ...] = ()
    """Parts of a draft that are to be said otherwise."""
    kept: tuple[str, ...] = ()
    """Questions that the letter does not ask: they are on the list for the interview."""

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
    tie_frame: TieFrame
    """The sentence that the form begins for the tie."""
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


async def load(
    session: AsyncSession, handbook: Handbook, owner_id: int, request_id: int
) -> tuple[Request, RequestView]:
    """A request and what is told about it. Raises NOT_FOUND when there is none or it is another student's."""
    query = owned(Request, owner_id).where(Request.id == request_id)
    row = (await session.execute(query.add_columns(Contact))).one_or_none()
    if row is None:
        raise CoachError(Code.NOT_FOUND)
    request, contact = row
    view = _view(request, contact)
    if not view.is_draft:
        return request, view
    parts = await parts_of(session, owner_id, contact, words_of(request))
    facts = await _facts(session, owner_id, request, contact)
    # A long letter and many names take a while to read, whatever stands in them.
    return request, await asyncio.to_thread(_coached, view, parts, facts, handbook.requests.phrases)


def words_of(request: Request) -> RequestWords:
    """What was typed into the form of a request."""
    return RequestWords(request.tie, request.why, request.learn, request.windows)


async def parts_of(session: AsyncSession, owner_id: int, contact: Contact, words: RequestWords) -> RequestParts:
    """What a letter to a contact is made of."""
    user = await session.get_one(User, owner_id)
    referrer = await referrer_of(session, owner_id, contact)
    return RequestParts(
        contact_name=contact.name,
        contact_title=contact.title,
        contact_organization=contact.organization,
        tie=words.tie,
        tie_frame=tie_frame(contact.source, referred=bool(referrer)),
        referrer=referrer,
        why=words.why,
        learn=words.learn,
        windows=words.windows,
        student_name=user.display_name,
        school=user.school,
        about=user.about,
        zone_label=zone_in_words(user.zone, now()) if user.zone else "",
    )


async def referrer_of(session: AsyncSession, owner_id: int, contact: Contact) -> str:
    """The name of who named the contact; empty when nobody did."""
    if contact.referred_by_id is None:
        return ""
    return (await own(session, Contact, owner_id, contact.referred_by_id)).name


def _coached(view: RequestView, parts: RequestParts, facts: Facts, phrases: Mapping[str, str]) -> RequestView:
    placed = place(parts, phrases)
    typed = {
        Part.TIE: parts.tie,
        Part.WHO: parts.school,
        Part.ABOUT: parts.about,
        Part.WHY: parts.why,
        Part.LEARN: parts.learn,
        Part.WINDOWS: parts.windows,
    }
    waiting = tuple(
        WaitingPart(part, one_line(typed[part]), placed[part].misfit)
        for part in Part
        if (part is Part.ABOUT and placed[part].misfit is not None and one_line(typed[part]) not in view.body)
        or (part is not Part.ABOUT and phrases[f"blank_{part}"] in view.body)
    )
    body, parts_said = view.body, {one.part for one in waiting}
    for part in parts_said - {Part.ABOUT}:  # their blanks are explained; others may be left
        body = body.replace(phrases[f"blank_{part}"], "")
    found = review(Draft(view.subject, body), facts)
    findings = tuple(one for one in found if _SAID_BY.get(one.code) not in parts_said)
    return replace(view, findings=findings, waiting=waiting, kept=placed[Part.LEARN].kept)


_SAID_BY = {
    RequestFindingCode.NO_TIE: Part.TIE,
    RequestFindingCode.NOTHING_SPECIFIC: Part.WHY,
    RequestFindingCode.ABOUT_THEM: Part.WHY,
    RequestFindingCode.VAGUE_SELF: Part.WHO,
}
"""What a blank says already."""


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


def _view(request: Request, contact: Contact) -> RequestView:
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
        findings=(),
    )


async def _facts(session: AsyncSession, owner_id: int, request: Request, contact: Contact) -> Facts:
    others = owned(Contact, owner_id).where(Contact.id != contact.id)
    names = await read_all(session, others.with_only_columns(Contact.name), lambda row: str(row.name))
    return Facts(
        route=RequestRoute(request.route),
        contact_name=contact.name,
        tie=request.tie,
        why=request.why,
        other_names=tuple(names),
    )
