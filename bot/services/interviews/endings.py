"""The end of an interview, in the transaction that records it: which interview, and what its end sets going."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.interviews.interview import DEFAULT_MINUTES, InterviewStatus, same_interview
from bot.domain.quotas import Quota
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.requests.status import RequestOutcome, RequestStatus
from bot.domain.thank_yous import deadline as thank_yous
from bot.services.base import own, owned, zone_of
from bot.services.interviews.views import InterviewView, Met, NotMet, of_contact, view_of
from bot.services.quotas import check_with
from bot.services.reminders.planning import INTERVIEW, THANKS, thank_you_reminders
from bot.services.reminders.scheduling import arm, cancel, set_aside
from bot.storage.models import Interview, Request, ThankYou, User


def meant(rows: Sequence[InterviewView], told: datetime) -> InterviewView | None:
    """Which of a contact's interviews, the last one first, somebody means who says that one ended at `told`.

    The last that had begun by then or whose end this corrects; else one that is booked for another time. None
    when it must be one that was never booked.
    """
    for row in rows:
        if row.waits and row.starts_at <= told:
            return row
        if row.status is InterviewStatus.MET and same_interview(row.ended_at or row.ends_at, told):
            return row
        if row.status is InterviewStatus.MISSED and row.starts_at <= told and same_interview(row.ends_at, told):
            return row
    return next((row for row in rows if row.waits), None)


def unbooked(session: AsyncSession, contact_id: int, ended_at: datetime) -> Interview:
    """An interview that nobody booked: the student met the contact by chance, or forgot to tell."""
    interview = Interview(
        contact_id=contact_id,
        starts_at=ended_at - timedelta(minutes=DEFAULT_MINUTES),
        minutes=DEFAULT_MINUTES,
        status=InterviewStatus.SCHEDULED.value,
        created_at=now(),
    )
    session.add(interview)
    return interview


async def tell_met(
    session: AsyncSession, room: Quota, owner_id: int, contact_id: int, told: datetime | None = None
) -> Met | NotMet:
    """An interview with the contact ended then (default: now), whether it was booked or not.

    Told again, the same interview is shown; with another end, the end is corrected and the thank-you clock with it.
    Raises ZONE_NEEDED, NO_ROOM.
    """
    present = now().replace(microsecond=0)
    ended_at = min(told or present, present)
    found = meant(await of_contact(session, owner_id, contact_id), ended_at)
    if found is not None and found.waits and found.starts_at > now():
        return NotMet(found)
    if found is not None and found.ended_at is not None and told in {None, found.ended_at}:
        return Met(found)
    if found is None:
        await check_with(session, room, Interview, owner_id, contact_id)
        interview = unbooked(session, contact_id, ended_at)
    else:
        interview = await own(session, Interview, owner_id, found.id)
    await session.flush()
    await record(session, owner_id, interview, ended_at)
    return Met(await view_of(session, owner_id, interview.id))


async def record(session: AsyncSession, owner_id: int, interview: Interview, ended_at: datetime) -> None:
    """The interview ended at `ended_at`: its own reminders go, and the thank-you clock starts, or starts anew."""
    user = await session.get_one(User, owner_id)
    zone_of(user)
    before = interview.ended_at
    interview.status, interview.ended_at = InterviewStatus.MET.value, ended_at
    if ended_at <= interview.starts_at:
        interview.starts_at = ended_at - timedelta(minutes=interview.minutes)
    note = await session.scalar(select(ThankYou).where(ThankYou.interview_id == interview.id))
    if note is None:
        note = ThankYou(interview_id=interview.id)
        session.add(note)
    note.due_at = thank_yous.due_at(ended_at)
    await cancel(session, INTERVIEW, [interview.id], "the meeting has happened")
    await cancel(session, THANKS, [interview.id], "the meeting has happened", but_put_off=True)
    if note.sent_at is None:
        if before is not None and thank_yous.starts_anew(before, ended_at, now()):
            await set_aside(session, owner_id, THANKS, interview.id)
        await arm(session, owner_id, thank_you_reminders(user, interview))
    await accept_request(session, owner_id, interview.contact_id)
    await session.flush()


async def accept_request(session: AsyncSession, owner_id: int, contact_id: int) -> bool:
    """Who agrees to an interview has accepted the request; nobody needs a nudge any more."""
    out = owned(Request, owner_id).where(
        Request.contact_id == contact_id, Request.status == RequestStatus.SENT.value
    )
    requests = (await session.scalars(out)).all()
    for request in requests:
        request.status, request.outcome = RequestStatus.ANSWERED.value, RequestOutcome.ACCEPTED.value
        request.answered_at = now()
    await cancel(session, (ReminderKind.NUDGE,), [request.id for request in requests], "the request was accepted")
    return bool(requests)
