"""The pings of all that a student plans, by their clock, and anew when their clock changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain import interviews, thank_yous, todos
from bot.domain.interviews import InterviewStatus
from bot.domain.nudges import plan_nudge
from bot.domain.reminders import Kind, Planned, Status
from bot.domain.requests import RequestStatus
from bot.services.base import owned, quiet_of, zone_of
from bot.services.reminders import arm
from bot.storage.models import Contact, Interview, Reminder, Request, ThankYou, Todo, User

MEETING = (Kind.PREPARE, Kind.SOON, Kind.CHECK_BACK)
"""The pings around a booked meeting."""
THANKS = (Kind.THANK_YOU_FIRST, Kind.THANK_YOU_SECOND, Kind.THANK_YOU_LATE)
"""The pings from the end of a meeting until the note is sent."""

SUBJECTS: Mapping[type[Contact | Interview | Request | Todo], tuple[Kind, ...]] = {
    Contact: (Kind.KEEP_IN_TOUCH,),
    Interview: (*MEETING, *THANKS),
    Request: (Kind.NUDGE,),
    Todo: (Kind.TODO_DUE,),
}
"""What pings are about, each with the kinds that are: `subject_id` is the number of such a row."""


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


def nudge_pings(user: User, request: Request, asked_at: datetime) -> tuple[Planned, ...]:
    """What to remind `user` of when nobody answers what went out at `asked_at`. Raises ZONE_NEEDED."""
    return plan_nudge(
        request.id, asked_at, nudges=request.nudges, zone=zone_of(user), quiet=quiet_of(user), now=now()
    )


def todo_pings(user: User, todo: Todo) -> tuple[Planned, ...]:
    """What to remind `user` of when a to-do is due. Raises ZONE_NEEDED for one that has a moment."""
    if todo.due_at is None or todo.done_at is not None:
        return ()
    return (todos.plan_ping(todo.id, todo.due_at, zone=zone_of(user), quiet=quiet_of(user), now=now()),)


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
            Reminder.kind.in_([kind.value for kind in (*MEETING, *THANKS, Kind.NUDGE, Kind.TODO_DUE)]),
            Reminder.due_at > now(),
            Reminder.dedupe_key.not_like("%+snooze%"),
        )
        .values(status=Status.CANCELLED.value, reason="planned anew", claimed_until=None)
    )
    await arm(session, user.discord_id, await _coming(session, user))


async def _coming(session: AsyncSession, user: User) -> list[Planned]:
    owner_id, meetings = user.discord_id, owned(Interview, user.discord_id)
    unthanked = select(ThankYou.interview_id).where(ThankYou.sent_at.is_(None))
    promised = owned(Todo, owner_id).where(Todo.due_at > now(), Todo.done_at.is_(None))
    planned = [
        *(meeting_pings(user, m) for m in await session.scalars(meetings.where(_IS_BOOKED))),
        *(thank_you_pings(user, m) for m in await session.scalars(meetings.where(Interview.id.in_(unthanked)))),
        *(nudge_pings(user, r, r.sent_at or now()) for r in await session.scalars(_unanswered(owner_id))),
        *(todo_pings(user, todo) for todo in await session.scalars(promised)),
    ]
    return [ping for pings in planned for ping in pings]


_IS_BOOKED = Interview.status == InterviewStatus.SCHEDULED.value


def _unanswered(owner_id: int) -> Select[Request]:
    """Requests whose first reminder is still to come: a later one counts from a moment that is not kept."""
    return owned(Request, owner_id).where(Request.status == RequestStatus.SENT.value, Request.nudges == 0)
