"""The reminders of all that a student plans, by their clock. `at`: as if it were planned then; by default, now."""

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

BEFOREHAND = (ReminderKind.PREPARE, ReminderKind.SOON)
"""The reminders before a booked interview."""
INTERVIEW = (*BEFOREHAND, ReminderKind.CHECK_BACK)
"""The reminders around a booked interview."""
THANKS = (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE)
"""The reminders from the end of an interview until the note is sent."""

SUBJECTS: Mapping[type[Contact | Interview | Request | Todo], tuple[ReminderKind, ...]] = {
    Contact: (ReminderKind.KEEP_IN_TOUCH,),
    Interview: (*INTERVIEW, *THANKS),
    Request: (ReminderKind.NUDGE,),
    Todo: (ReminderKind.TODO_DUE,),
}
"""What reminders are about, each with the kinds that are: `subject_id` is the number of such a row."""


def interview_reminders(user: User, interview: Interview, at: datetime | None = None) -> tuple[Planned, ...]:
    """What to remind `user` of around a booked interview. Raises ZONE_NEEDED."""
    return interviews.plan_reminders(
        interview.id,
        interview.starts_at,
        minutes=interview.minutes,
        sequence=interview.sequence,
        zone=zone_of(user),
        quiet=quiet_of(user),
        now=at or now(),
    )


def thank_you_reminders(user: User, interview: Interview, at: datetime | None = None) -> tuple[Planned, ...]:
    """What to remind `user` of until the note for an interview that has ended is sent. Raises ZONE_NEEDED."""
    if interview.ended_at is None:
        return ()
    return thank_yous.plan_reminders(
        interview.id, interview.ended_at, zone=zone_of(user), quiet=quiet_of(user), now=at or now()
    )


def nudge_reminders(
    user: User, request: Request, asked_at: datetime, at: datetime | None = None
) -> tuple[Planned, ...]:
    """What to remind `user` of when nobody answers what went out at `asked_at`. Raises ZONE_NEEDED."""
    return plan_nudge(
        request.id, asked_at, nudges=request.nudges, zone=zone_of(user), quiet=quiet_of(user), now=at or now()
    )


def todo_reminders(user: User, todo: Todo, at: datetime | None = None) -> tuple[Planned, ...]:
    """What to remind `user` of when a to-do is due. Raises ZONE_NEEDED for one that has a moment."""
    if todo.due_at is None or todo.done_at is not None:
        return ()
    return (todos.plan_reminder(todo.id, todo.due_at, zone=zone_of(user), quiet=quiet_of(user), now=at or now()),)
