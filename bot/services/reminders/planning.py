"""The pings of all that a student plans, by their clock. `at`: as if it were planned then; by default, now."""

from collections.abc import Mapping
from datetime import datetime

from bot.clock import now
from bot.domain import todos
from bot.domain.interviews import interview as interviews
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.domain.requests.nudges import plan_nudge
from bot.domain.thank_yous import deadline as thank_yous
from bot.services.base import quiet_of, zone_of
from bot.storage.models import Contact, Interview, Request, Todo, User

MEETING = (ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK)
"""The pings around a booked meeting."""
THANKS = (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE)
"""The pings from the end of a meeting until the note is sent."""

SUBJECTS: Mapping[type[Contact | Interview | Request | Todo], tuple[ReminderKind, ...]] = {
    Contact: (ReminderKind.KEEP_IN_TOUCH,),
    Interview: (*MEETING, *THANKS),
    Request: (ReminderKind.NUDGE,),
    Todo: (ReminderKind.TODO_DUE,),
}
"""What pings are about, each with the kinds that are: `subject_id` is the number of such a row."""


def meeting_pings(user: User, interview: Interview, at: datetime | None = None) -> tuple[Planned, ...]:
    """What to remind `user` of around a booked meeting. Raises ZONE_NEEDED."""
    return interviews.plan_pings(
        interview.id,
        interview.starts_at,
        minutes=interview.minutes,
        sequence=interview.sequence,
        zone=zone_of(user),
        quiet=quiet_of(user),
        now=at or now(),
    )


def thank_you_pings(user: User, interview: Interview, at: datetime | None = None) -> tuple[Planned, ...]:
    """What to remind `user` of until the note for a meeting that has ended is sent. Raises ZONE_NEEDED."""
    if interview.ended_at is None:
        return ()
    return thank_yous.plan_pings(
        interview.id, interview.ended_at, zone=zone_of(user), quiet=quiet_of(user), now=at or now()
    )


def nudge_pings(
    user: User, request: Request, asked_at: datetime, at: datetime | None = None
) -> tuple[Planned, ...]:
    """What to remind `user` of when nobody answers what went out at `asked_at`. Raises ZONE_NEEDED."""
    return plan_nudge(
        request.id, asked_at, nudges=request.nudges, zone=zone_of(user), quiet=quiet_of(user), now=at or now()
    )


def todo_pings(user: User, todo: Todo, at: datetime | None = None) -> tuple[Planned, ...]:
    """What to remind `user` of when a to-do is due. Raises ZONE_NEEDED for one that has a moment."""
    if todo.due_at is None or todo.done_at is not None:
        return ()
    return (todos.plan_ping(todo.id, todo.due_at, zone=zone_of(user), quiet=quiet_of(user), now=at or now()),)
