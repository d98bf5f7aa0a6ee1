"""A moment as a student typed it, read in the unit of work of whoever asks, by the zone that stands there."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.services.base import zone_of
from bot.services.dates.typed_times import Tense, parse_when
from bot.storage.models import User

When = datetime | str
"""A moment, or what somebody typed as one."""


async def the_moment(session: AsyncSession, owner_id: int, when: When, tense: Tense = "future") -> datetime:
    """The moment that is meant. Raises ZONE_NEEDED and the WHEN_ codes."""
    if isinstance(when, datetime):
        return when
    # Loaded once for a unit of work, however often it is asked for.
    zone = zone_of(await session.get(User, owner_id))
    return parse_when(when, zone=zone, now=now(), tense=tense)


async def moment_if_told(
    session: AsyncSession, owner_id: int, when: When | None, tense: Tense = "future"
) -> datetime | None:
    """Like `the_moment`; None when nothing was typed."""
    return await the_moment(session, owner_id, when, tense) if when else None
