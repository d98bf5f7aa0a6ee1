"""Use cases of the interview itself: booking, moving, and what became of it."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.interviews.interview import (
    DEFAULT_MINUTES,
    LONGEST_MINUTES,
    InterviewStatus,
    booked_end,
    end_as_booked,
    overlap,
)
from bot.services.base import UseCases, known_zone, own, zone_of
from bot.services.contacts.lookup import ContactKey, about, the_contact
from bot.services.dates.told import When, moment_if_told
from bot.services.interviews.endings import accept_request, record, tell_met
from bot.services.interviews.terms import understood
from bot.services.interviews.views import (
    AlreadyBooked,
    Booked,
    InterviewView,
    Listing,
    Met,
    NoInterview,
    NotMet,
    NotMoved,
    Terms,
    TypedTerms,
    coming_of,
    interviews,
    of_contact,
    view,
    view_of,
)
from bot.services.quotas import check_with
from bot.services.reminders.planning import BEFOREHAND, INTERVIEW, interview_reminders
from bot.services.reminders.scheduling import arm, cancel, keep_as_planned
from bot.services.slices.reading import ROWS, read_all
from bot.storage.models import Contact, Interview, User


class InterviewService(UseCases):
    """Use cases of the interview itself."""

    async def get(self, owner_id: int, interview_id: int) -> InterviewView:
        """One interview. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return await view_of(session, owner_id, interview_id)

    async def to_move(self, owner_id: int, interview_id: int) -> tuple[InterviewView, ZoneInfo | None]:
        """One interview, and where the student is when it can be moved. Raises NOT_FOUND, ZONE_NEEDED."""
        async with self.db.read(owner_id) as session:
            interview = await view_of(session, owner_id, interview_id)
            return interview, zone_of(await session.get(User, owner_id)) if interview.waits else None

    async def waiting(self, owner_id: int, contact: ContactKey) -> InterviewView | NoInterview:
        """The contact's interview that is booked and of which nothing has become yet; of several, the last.

        Raises what `Find` raises.
        """
        async with self.db.read(owner_id) as session:
            return await _waiting(session, owner_id, await the_contact(session, owner_id, contact))

    async def listing(self, owner_id: int) -> Listing:
        """All interviews of the student."""
        async with self.db.read(owner_id) as session:
            query = interviews(owner_id).order_by(Interview.starts_at, Interview.id)
            views = await read_all(session, query, lambda row: view(*row))
            zone = known_zone(await session.get(User, owner_id))
        coming = tuple(interview for interview in views if interview.coming)
        past = tuple(interview for interview in reversed(views) if not interview.coming)
        return Listing(coming, past, zone)

    async def schedule(
        self, owner_id: int, contact: ContactKey, wish: Terms | TypedTerms
    ) -> Booked | AlreadyBooked:
        """Book an interview with its reminders; a request that is out to the contact counts as accepted.

        Booking the same time again takes the new details. Raises what `Find` raises, ZONE_NEEDED, the WHEN_ codes,
        BAD_MINUTES, TOO_LONG, NO_ROOM, and MOVED_ON when the whole interview would lie in the past.
        """
        async with about(self.db, owner_id, contact) as (session, find):
            terms = await understood(session, owner_id, wish)
            who = await find()
            user = await session.get_one(User, owner_id)
            coming = coming_of(await of_contact(session, owner_id, who.id))
            if coming is not None and coming.starts_at != terms.starts_at:
                return AlreadyBooked(coming, terms)
            accepted = await accept_request(session, owner_id, who.id)
            if coming is None:
                await check_with(session, self.room, Interview, owner_id, who.id)
                interview = await _book(session, user, who.id, terms)
            else:
                interview = await own(session, Interview, owner_id, coming.id)
                await _put(session, user, interview, terms)
            return await _booked(session, owner_id, interview.id, accepted=accepted)

    async def move(
        self, owner_id: int, interview_id: int, wish: Terms | TypedTerms, *, even_if_over: bool = False
    ) -> Booked | NotMoved:
        """Give a booked interview another time, and its reminders with it.

        An interview of which something has become is not moved; one whose booked time has passed only with
        `even_if_over`: the student says that it moved. Raises what `schedule` raises.
        """
        async with self.db.write(owner_id) as session:
            terms = await understood(session, owner_id, wish)
            current = await view_of(session, owner_id, interview_id)
            return await _move(session, owner_id, current, terms, even_if_over=even_if_over)

    async def move_with(
        self, owner_id: int, contact: ContactKey, wish: Terms | TypedTerms
    ) -> Booked | NotMoved | NoInterview:
        """Like `move`, for the interview with a contact that waits. Raises what `schedule` raises."""
        async with about(self.db, owner_id, contact) as (session, find):
            terms = await understood(session, owner_id, wish)
            current = await _waiting(session, owner_id, await find())
            if isinstance(current, NoInterview):
                return current
            return await _move(session, owner_id, current, terms)

    async def cancel(self, owner_id: int, interview_id: int) -> InterviewView:
        """Call a booked interview off, with its reminders. One of which something has become stays as it is."""
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            if interview.status == InterviewStatus.SCHEDULED:
                interview.status = InterviewStatus.CANCELLED.value
                interview.sequence += 1
                await cancel(session, INTERVIEW, [interview_id], "the meeting was called off")
            return await view_of(session, owner_id, interview_id)

    async def missed(self, owner_id: int, interview_id: int) -> InterviewView:
        """The interview did not take place. One that is still to come or that has happened stays as it is."""
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            if interview.status == InterviewStatus.SCHEDULED and interview.starts_at <= now():
                interview.status = InterviewStatus.MISSED.value
                await cancel(session, INTERVIEW, [interview_id], "the meeting did not take place")
            return await view_of(session, owner_id, interview_id)

    async def happened(self, owner_id: int, interview_id: int) -> Met | NotMet:
        """This interview took place: until its booked end, or until now. Saying it again changes nothing.

        Raises NOT_FOUND, ZONE_NEEDED.
        """
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            ahead = interview.status == InterviewStatus.SCHEDULED and interview.starts_at > now()
            if ahead or interview.status == InterviewStatus.CANCELLED:
                return NotMet(await view_of(session, owner_id, interview_id))
            if interview.status != InterviewStatus.MET:
                ended_at = end_as_booked(interview.starts_at, interview.minutes, now().replace(microsecond=0))
                await record(session, owner_id, interview, ended_at)
            return Met(await view_of(session, owner_id, interview_id))

    async def met(self, owner_id: int, contact: ContactKey, ended: When | None = None) -> Met | NotMet:
        """An interview with the contact ended then (default: now), whether it was booked or not.

        Told again, the same interview is shown; with another end, the end is corrected and the thank-you clock
        with it. Raises what `Find` raises, ZONE_NEEDED, NO_ROOM, and the WHEN_ codes.
        """
        async with about(self.db, owner_id, contact) as (session, find):
            who = await find()
            told = await moment_if_told(session, owner_id, ended, "past")
            return await tell_met(session, self.room, owner_id, who.id, told)


async def _waiting(session: AsyncSession, owner_id: int, contact: Contact) -> InterviewView | NoInterview:
    rows = await of_contact(session, owner_id, contact.id)
    return next((row for row in rows if row.waits), NoInterview(contact.id, contact.name))


async def _move(
    session: AsyncSession, owner_id: int, current: InterviewView, terms: Terms, *, even_if_over: bool = False
) -> Booked | NotMoved:
    if not current.waits or (current.over and not even_if_over):
        return NotMoved(current, terms)
    interview = await own(session, Interview, owner_id, current.id)
    await _put(session, await session.get_one(User, owner_id), interview, terms)
    booked = await _booked(session, owner_id, current.id)
    return replace(booked, before=None if current.starts_at == terms.starts_at else current.starts_at)


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
    await arm(session, user.discord_id, interview_reminders(user, interview))
    return interview


async def _put(session: AsyncSession, user: User, interview: Interview, terms: Terms) -> None:
    """The interview on new terms. A higher sequence makes its reminders new ones, and the calendar entry newer.

    But for those that come before it: they are about its start.
    """
    kept = BEFOREHAND if interview.starts_at == terms.starts_at else ()
    interview.starts_at = terms.starts_at
    interview.minutes = terms.minutes or interview.minutes
    interview.mode = terms.mode.value if terms.mode else interview.mode
    interview.place = interview.place if terms.place is None else terms.place
    if not session.is_modified(interview):
        return
    interview.sequence += 1
    if kept:
        await keep_as_planned(session, user.discord_id, kept, interview.id, interview.sequence)
    anew = [kind for kind in INTERVIEW if kind not in kept]
    await cancel(session, anew, [interview.id], "the meeting was moved")
    reminders = interview_reminders(user, interview)
    await arm(session, user.discord_id, [reminder for reminder in reminders if reminder.kind in anew])


async def _booked(session: AsyncSession, owner_id: int, interview_id: int, *, accepted: bool = False) -> Booked:
    await session.flush()
    interview = await view_of(session, owner_id, interview_id)
    earliest = interview.starts_at - timedelta(minutes=LONGEST_MINUTES)
    waiting = interviews(owner_id).where(
        Interview.status == InterviewStatus.SCHEDULED.value,
        Interview.id != interview_id,
        Interview.starts_at.between(earliest, booked_end(interview.starts_at, interview.minutes)),
    )
    near = waiting.order_by(Interview.starts_at, Interview.id).limit(ROWS)
    others = [view(*row) for row in await session.execute(near)]
    clashes = [
        other for other in others if overlap(interview.starts_at, interview.minutes, other.starts_at, other.minutes)
    ]
    return Booked(interview, tuple(clashes), accepted)
