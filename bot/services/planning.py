"""The pings of a student's meetings and notes, planned by their clock, and planned anew when that changes."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain import interviews, thank_yous
from bot.domain.interviews import InterviewStatus
from bot.domain.reminders import Kind, Planned, Status
from bot.services.base import owned, quiet_of, zone_of
from bot.services.reminders import arm
from bot.storage.models import Interview, Reminder, ThankYou, User

MEETING = (Kind.PREPARE, Kind.SOON, Kind.CHECK_BACK)
"""The pings around a booked meeting."""
THANKS = (Kind.THANK_YOU_FIRST, Kind.THANK_YOU_SECOND, Kind.THANK_YOU_LATE)
"""The pings from the end of a meeting until the note is sent."""


def meeting_pings(user: User, interview: Interview) -> tuple[Planned, ...]:
    """What to remind `user` of around a booked meeting. Raises ZONE_NEEDED."""
    return interviews.plan_pings(
        interview.id,
        interview.starts_at,
        minutes=interview.minutes,
        sequence=interview.sequence,
        zone=zone_of(user),
        quiet=quiet_of(user),
        now=now(),
    )


def thank_you_pings(user: User, interview: Interview) -> tuple[Planned, ...]:
    """What to remind `user` of until the note for a meeting that has ended is sent. Raises ZONE_NEEDED."""
    if interview.ended_at is None:
        return ()
    return thank_yous.plan_pings(
        interview.id, interview.ended_at, zone=zone_of(user), quiet=quiet_of(user), now=now()
    )


async def replan(session: AsyncSession, user: User) -> None:
    """Move every coming ping of `user` to where their zone and quiet hours put it now.

    What is due already goes out, and what the student put off comes back when they said.
    """
    if user.zone is None:
        return
    await session.execute(
        update(Reminder)
        .where(
            Reminder.user_id == user.discord_id,
            Reminder.status == Status.PENDING.value,
            Reminder.kind.in_([kind.value for kind in (*MEETING, *THANKS)]),
            Reminder.due_at > now(),
            Reminder.dedupe_key.not_like("%+snooze%"),
        )
        .values(status=Status.CANCELLED.value, reason="planned anew", claimed_until=None)
    )
    theirs = owned(Interview, user.discord_id)
    booked = await session.scalars(theirs.where(Interview.status == InterviewStatus.SCHEDULED.value))
    unthanked = select(ThankYou.interview_id).where(ThankYou.sent_at.is_(None))
    owed = await session.scalars(theirs.where(Interview.id.in_(unthanked)))
    pings = [ping for interview in booked for ping in meeting_pings(user, interview)]
    pings += [ping for interview in owed for ping in thank_you_pings(user, interview)]
    await arm(session, user.discord_id, pings)
