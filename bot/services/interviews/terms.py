"""The terms of an interview as a student wishes them, checked in the unit of work that books or moves it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import DEFAULT_MINUTES, PLACE_LIMIT, booked_end, checked_minutes, read_minutes
from bot.domain.text.input import checked_length, seen
from bot.domain.times.wall_clock import FURTHEST
from bot.services.dates.told import the_moment
from bot.services.interviews.views import Terms, TypedTerms


async def understood(session: AsyncSession, owner_id: int, wish: Terms | TypedTerms) -> Terms:
    """The terms that are meant, within the limits.

    Raises ZONE_NEEDED, the WHEN_ codes, BAD_MINUTES, TOO_LONG; MOVED_ON when a button's time has gone by. So is a
    time that no button has: further ahead than the bot plans.
    """
    if isinstance(wish, TypedTerms):
        starts_at = await the_moment(session, owner_id, wish.when)
        return _checked(Terms(starts_at, read_minutes(wish.minutes), wish.mode, wish.place))
    return _checked(wish)


def _checked(terms: Terms) -> Terms:
    minutes = terms.minutes if terms.minutes is None else checked_minutes(terms.minutes)
    too_far = terms.starts_at - now() > FURTHEST
    if too_far or booked_end(terms.starts_at, minutes or DEFAULT_MINUTES) <= now():
        raise CoachError(Code.MOVED_ON)
    place = None if terms.place is None else checked_length(seen(terms.place), "Place or link", PLACE_LIMIT)
    return replace(terms, place=place)
