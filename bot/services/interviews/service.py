"""Use cases of the interview itself: booking, moving, preparing, and what became of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import (
    DEFAULT_MINUTES,
    LONGEST_MINUTES,
    PLACE_LIMIT,
    InterviewStatus,
    booked_end,
    checked_minutes,
    end_as_booked,
    overlap,
)
from bot.domain.text.input import checked_length, seen
from bot.domain.times.wall_clock import FURTHEST
from bot.services.base import UseCases, known_zone, own
from bot.services.interviews.endings import accept_request, meant, record, unbooked
from bot.services.interviews.views import (
    AlreadyBooked,
    Booked,
    InterviewView,
    Listing,
    Met,
    NotMet,
    NotMoved,
    Terms,
    meetings,
    of_contact,
    view,
    view_of,
)
from bot.services.preparation import Preparation, prepare
from bot.services.quotas import check_quota
from bot.services.reminders.planning import MEETING, meeting_pings
from bot.services.reminders.scheduling import arm, cancel
from bot.services.slices.reading import ROWS, read_all
from bot.storage.models import Contact, Interview, User


class InterviewService(UseCases):
    """Use cases of the interview itself."""

    async def get(self, owner_id: int, interview_id: int) -> InterviewView:
        """One meeting. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return await view_of(session, owner_id, interview_id)

    async def waiting(self, owner_id: int, contact_id: int) -> InterviewView | None:
        """The contact's meeting that is booked and of which nothing has become yet; of several, the last."""
        async with self.db.read(owner_id) as session:
            rows = await of_contact(session, owner_id, contact_id)
            return next((row for row in rows if row.waits), None)

    async def listing(self, owner_id: int) -> Listing:
        """All meetings of the student."""
        async with self.db.read(owner_id) as session:
            query = meetings(owner_id).order_by(Interview.starts_at, Interview.id)
            views = await read_all(session, query, lambda row: view(*row))
            zone = known_zone(await session.get(User, owner_id))
        coming = tuple(meeting for meeting in views if meeting.coming)
        past = tuple(meeting for meeting in reversed(views) if not meeting.coming)
        return Listing(coming, past, zone)

    async def schedule(self, owner_id: int, contact_id: int, terms: Terms) -> Booked | AlreadyBooked:
        """Book a meeting with its pings; a request that is out to the contact counts as accepted.

        Booking the same time again takes the new details. Raises NOT_FOUND, ZONE_NEEDED, BAD_MINUTES, TOO_LONG,
        NO_ROOM, and MOVED_ON when the whole meeting would lie in the past.
        """
        terms = _checked(terms)
        async with self.db.write(owner_id) as session:
            await own(session, Contact, owner_id, contact_id)
            user = await session.get_one(User, owner_id)
            coming = _coming(await of_contact(session, owner_id, contact_id))
            if coming is not None and coming.starts_at != terms.starts_at:
                return AlreadyBooked(coming, terms)
            accepted = await accept_request(session, owner_id, contact_id)
            if coming is None:
                await check_quota(session, self.room, Interview, owner_id)
                interview = await _book(session, user, contact_id, terms)
            else:
                interview = await own(session, Interview, owner_id, coming.id)
                await _put(session, user, interview, terms)
            return await _booked(session, owner_id, interview.id, accepted=accepted)

    async def move(
        self, owner_id: int, interview_id: int, terms: Terms, *, even_if_over: bool = False
    ) -> Booked | NotMoved:
        """Give a booked meeting another time, and its pings with it.

        A meeting of which something has become is not moved; one whose booked time has passed only with
        `even_if_over`: the student says that it moved. Raises what `schedule` raises.
        """
        terms = _checked(terms)
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            current = await view_of(session, owner_id, interview_id)
            if not current.waits or (current.over and not even_if_over):
                return NotMoved(current, terms)
            await _put(session, await session.get_one(User, owner_id), interview, terms)
            booked = await _booked(session, owner_id, interview_id)
            return replace(booked, before=None if current.starts_at == terms.starts_at else current.starts_at)

    async def cancel(self, owner_id: int, interview_id: int) -> InterviewView:
        """Call a booked meeting off, with its pings. A meeting of which something has become stays as it is."""
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            if interview.status == InterviewStatus.SCHEDULED:
                interview.status = InterviewStatus.CANCELLED.value
                interview.sequence += 1
                await cancel(session, MEETING, [interview_id], "the meeting was called off")
            return await view_of(session, owner_id, interview_id)

    async def missed(self, owner_id: int, interview_id: int) -> InterviewView:
        """The meeting did not take place. One that is still to come or that has happened stays as it is."""
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            if interview.status == InterviewStatus.SCHEDULED and interview.starts_at <= now():
                interview.status = InterviewStatus.MISSED.value
                await cancel(session, MEETING, [interview_id], "the meeting did not take place")
            return await view_of(session, owner_id, interview_id)

    async def happened(self, owner_id: int, interview_id: int) -> Met | NotMet:
        """This meeting took place: until its booked end, or until now. Saying it again changes nothing.

        Raises NOT_FOUND, ZONE_NEEDED.
        """
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            ahead = interview.status == InterviewStatus.SCHEDULED and interview.starts_at > now()
            if ahead or interview.status == InterviewStatus.CANCELLED:
                return NotMet(await view_of(session, owner_id, interview_id))
            if interview.status != InterviewStatus.MET:
                ended_at = end_as_booked(interview.starts_at, interview.minutes, _present())
                await record(session, owner_id, interview, ended_at)
            return Met(await view_of(session, owner_id, interview_id))

    async def met(self, owner_id: int, contact_id: int, ended_at: datetime | None = None) -> Met | NotMet:
        """A meeting with the contact ended at `ended_at` (default: now), whether it was booked or not.

        Told again, the same meeting is shown; with another end, the end is corrected and the thank-you clock
        with it. Raises NOT_FOUND, ZONE_NEEDED, NO_ROOM.
        """
        async with self.db.write(owner_id) as session:
            await own(session, Contact, owner_id, contact_id)
            told = min(ended_at or _present(), _present())
            rows = await of_contact(session, owner_id, contact_id)
            found = meant(rows, told)
            if found is not None and found.waits and found.starts_at > now():
                return NotMet(found)
            if found is not None and found.ended_at is not None and ended_at in {None, found.ended_at}:
                return Met(found)
            if found is None:
                await check_quota(session, self.room, Interview, owner_id)
                interview = unbooked(session, contact_id, told)
            else:
                interview = await own(session, Interview, owner_id, found.id)
            await session.flush()
            await record(session, owner_id, interview, told)
            return Met(await view_of(session, owner_id, interview.id))

    async def prepare(self, owner_id: int, interview_id: int) -> Preparation:
        """What to bring to a meeting. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            meeting = await view_of(session, owner_id, interview_id)
            contact = await own(session, Contact, owner_id, meeting.contact_id)
            return await prepare(session, self.handbook, contact, meeting)

    async def prepare_for(self, owner_id: int, contact_id: int) -> Preparation:
        """What to bring to the coming meeting with a contact, or to one that is not booked yet."""
        async with self.db.read(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            coming = _coming(await of_contact(session, owner_id, contact_id))
            return await prepare(session, self.handbook, contact, coming)


def _present() -> datetime:
    """Now, in whole seconds: an end is shown and corrected in no finer steps."""
    return now().replace(microsecond=0)


def _checked(terms: Terms) -> Terms:
    """`terms` within the limits. Raises BAD_MINUTES, TOO_LONG; MOVED_ON when a button's time has gone by.

    So is a time that no button has: further ahead than the bot plans.
    """
    minutes = terms.minutes if terms.minutes is None else checked_minutes(terms.minutes)
    too_far = terms.starts_at - now() > FURTHEST
    if too_far or booked_end(terms.starts_at, minutes or DEFAULT_MINUTES) <= now():
        raise CoachError(Code.MOVED_ON)
    place = None if terms.place is None else checked_length(seen(terms.place), "Place or link", PLACE_LIMIT)
    return replace(terms, place=place)


def _coming(rows: Sequence[InterviewView]) -> InterviewView | None:
    return next((row for row in rows if row.coming), None)


async def _book(session: AsyncSession, user: User, contact_id: int, terms: Terms) -> Interview:
    interview = Interview(
        contact_id=contact_id,
        starts_at=terms.starts_at,
        minutes=terms.minutes or DEFAULT_MINUTES,
        mode=terms.mode.value if terms.mode else None,
        place=terms.place or "",
        status=InterviewStatus.SCHEDULED.value,
        created_at=now(),
    )
    session.add(interview)
    await session.flush()
    await arm(session, user.discord_id, meeting_pings(user, interview))
    return interview


async def _put(session: AsyncSession, user: User, interview: Interview, terms: Terms) -> None:
    """The meeting on new terms. A higher sequence makes its pings new ones, and the calendar entry newer."""
    interview.starts_at = terms.starts_at
    interview.minutes = terms.minutes or interview.minutes
    interview.mode = terms.mode.value if terms.mode else interview.mode
    interview.place = interview.place if terms.place is None else terms.place
    if not session.is_modified(interview):
        return
    interview.sequence += 1
    await cancel(session, MEETING, [interview.id], "the meeting was moved")
    await arm(session, user.discord_id, meeting_pings(user, interview))


async def _booked(session: AsyncSession, owner_id: int, interview_id: int, *, accepted: bool = False) -> Booked:
    await session.flush()
    meeting = await view_of(session, owner_id, interview_id)
    earliest = meeting.starts_at - timedelta(minutes=LONGEST_MINUTES)
    waiting = meetings(owner_id).where(
        Interview.status == InterviewStatus.SCHEDULED.value,
        Interview.id != interview_id,
        Interview.starts_at.between(earliest, booked_end(meeting.starts_at, meeting.minutes)),
    )
    near = waiting.order_by(Interview.starts_at, Interview.id).limit(ROWS)
    others = [view(*row) for row in await session.execute(near)]
    clashes = [
        other for other in others if overlap(meeting.starts_at, meeting.minutes, other.starts_at, other.minutes)
    ]
    return Booked(meeting, tuple(clashes), accepted)
