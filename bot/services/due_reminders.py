"""What a reminder has to say, read when it is sent; and whether it still has anything to say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.inactivity import WARNINGS, absence, announced
from bot.domain.reminders.reminder import ReminderKind, ReminderLike, Snooze, Status
from bot.domain.requests.status import RequestStatus
from bot.handbook.models import Handbook
from bot.services.base import UseCases, known_zone, own, owned
from bot.services.interviews.views import InterviewView, interviews, view
from bot.services.reminders.claims import Claimed
from bot.services.reminders.planning import INTERVIEW, THANKS
from bot.services.reminders.scheduling import put_off
from bot.services.todos.views import TodoView, todos_by_id
from bot.storage.database import Database
from bot.storage.models import Contact, Interview, Reminder, Request, User


@dataclass(frozen=True, slots=True)
class AboutInterview:
    """A reminder before an interview, or the question whether it took place."""

    interview: InterviewView


@dataclass(frozen=True, slots=True)
class NoteDue:
    """A reminder about a thank-you note that is not sent yet."""

    interview: InterviewView
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reminder about a request that is out and not answered."""

    request_id: int
    contact_name: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueTodo:
    """A reminder about a to-do that is still open."""

    todo: TodoView


@dataclass(frozen=True, slots=True)
class Leaving:
    """A warning that everything of a student who stays away will be deleted."""

    last_seen_at: datetime
    delete_at: datetime
    """Not before then, if the warning goes out now."""


@dataclass(frozen=True, slots=True)
class Reader:
    """By whose clock a reminder speaks, and how much others may read of it on a locked phone."""

    zone: ZoneInfo | None
    named: bool
    """Names, to-do words and places may stand in it."""


About = AboutInterview | NoteDue | Waiting | DueTodo | Leaving


@dataclass(frozen=True, slots=True)
class ReminderView:
    """One reminder that still has something to say."""

    reminder_id: int
    kind: ReminderKind
    """What it says now: a thank-you reminder that comes after the deadline speaks as a late one."""
    due_at: datetime
    about: About
    reader: Reader


class _Due(ReminderLike, Protocol):
    """What is read of a reminder; a claimed one and a stored one both have it."""

    @property
    def id(self) -> int: ...


class ReminderService(UseCases):
    """What a reminder has to say."""

    def __init__(self, db: Database, handbook: Handbook, inactive_months: int) -> None:
        """`inactive_months`: see `bot.services.reminders.inactivity`."""
        super().__init__(db, handbook)
        self._inactive_months = inactive_months

    async def describe(self, user_id: int, claimed: Sequence[Claimed]) -> list[ReminderView]:
        """What to tell about `claimed`, in their order, without those that became pointless since they were due.

        One query per table, however many there are.
        """
        async with self.db.read(user_id, patient=True) as session:
            ids = [reminder.id for reminder in claimed]
            # Neither taken back nor erased since they were claimed.
            standing = owned(Reminder, user_id).where(
                Reminder.id.in_(ids), Reminder.status != Status.CANCELLED.value
            )
            left = set(await session.scalars(standing.with_only_columns(Reminder.id)))
            user = await session.get(User, user_id)
            waiting = [one for one in claimed if one.id in left]
            return await _describe(session, user, waiting, self._inactive_months) if user is not None else []

    async def snooze(self, owner_id: int, reminder_id: int, choice: Snooze) -> tuple[ReminderView, datetime]:
        """Send a reminder that still has something to say again later; returns what it says, and when.

        Raises NOT_FOUND, and MOVED_ON when it has become pointless.
        """
        async with self.db.write(owner_id) as session:
            reminder = await own(session, Reminder, owner_id, reminder_id)
            user = await session.get_one(User, owner_id)
            found = await _describe(session, user, [reminder], self._inactive_months)
            if not found:
                raise CoachError(Code.MOVED_ON)
            return found[0], await put_off(session, reminder, choice)

    async def one(self, owner_id: int, reminder_id: int) -> ReminderView | None:
        """What the reminder that was sent says today; None when it has become pointless. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            reminder = await own(session, Reminder, owner_id, reminder_id)
            user = await session.get_one(User, owner_id)
            found = await _describe(session, user, [reminder], self._inactive_months)
            return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows that reminders are about, by id, as far as they are there."""

    interviews: Mapping[int, InterviewView]
    requests: Mapping[int, Waiting]
    todos: Mapping[int, TodoView]
    leaving: Mapping[ReminderKind, Leaving]


async def _describe(
    session: AsyncSession, user: User, due: Sequence[_Due], inactive_months: int
) -> list[ReminderView]:
    user_id, reader = user.discord_id, Reader(known_zone(user), user.names_in_pings)
    known = _Known(
        await _interviews(session, user_id, _subjects(due, (*INTERVIEW, *THANKS))),
        await _requests(session, user_id, _subjects(due, (ReminderKind.NUDGE,))),
        await _todos(session, user_id, _subjects(due, (ReminderKind.TODO_DUE,))),
        _leaving(user, inactive_months) if _subjects(due, WARNINGS) else {},
    )
    present = now()
    views = []
    for one in due:
        kind = ReminderKind(one.kind)
        about = _ABOUT[kind](known, one.subject_id) if kind in _ABOUT else None
        if about is not None:
            overdue = isinstance(about, NoteDue) and about.due_at <= present
            views.append(
                ReminderView(one.id, ReminderKind.THANK_YOU_LATE if overdue else kind, one.due_at, about, reader)
            )
    return views


def _subjects(due: Iterable[_Due], kinds: Iterable[ReminderKind]) -> set[int]:
    wanted = set(kinds)
    return {one.subject_id for one in due if one.kind in wanted}


def _before(known: _Known, interview_id: int) -> About | None:
    interview = known.interviews.get(interview_id)
    return AboutInterview(interview) if interview is not None and interview.waits and not interview.begun else None


def _check_back(known: _Known, interview_id: int) -> About | None:
    interview = known.interviews.get(interview_id)
    return AboutInterview(interview) if interview is not None and interview.waits and interview.over else None


def _note(known: _Known, interview_id: int) -> About | None:
    interview = known.interviews.get(interview_id)
    if interview is None or interview.status is not InterviewStatus.MET or interview.note_due_at is None:
        return None
    return None if interview.note_sent_at else NoteDue(interview, interview.note_due_at)


def _todo(known: _Known, todo_id: int) -> About | None:
    todo = known.todos.get(todo_id)
    return DueTodo(todo) if todo is not None and todo.done_at is None else None


_ABOUT: Mapping[ReminderKind, Callable[[_Known, int], About | None]] = {
    ReminderKind.PREPARE: _before,
    ReminderKind.SOON: _before,
    ReminderKind.CHECK_BACK: _check_back,
    ReminderKind.THANK_YOU_FIRST: _note,
    ReminderKind.THANK_YOU_SECOND: _note,
    ReminderKind.THANK_YOU_LATE: _note,
    ReminderKind.NUDGE: lambda known, request_id: known.requests.get(request_id),
    ReminderKind.TODO_DUE: _todo,
    ReminderKind.INACTIVE_FIRST: lambda known, _: known.leaving.get(ReminderKind.INACTIVE_FIRST),
    ReminderKind.INACTIVE_SECOND: lambda known, _: known.leaving.get(ReminderKind.INACTIVE_SECOND),
}


async def _interviews(session: AsyncSession, user_id: int, ids: set[int]) -> dict[int, InterviewView]:
    if not ids:
        return {}
    rows = await session.execute(interviews(user_id).where(Interview.id.in_(ids)))
    return {row[0].id: view(*row) for row in rows}


async def _requests(session: AsyncSession, user_id: int, ids: set[int]) -> dict[int, Waiting]:
    if not ids:
        return {}
    out = owned(Request, user_id).where(Request.id.in_(ids), Request.status == RequestStatus.SENT.value)
    rows = await session.execute(out.add_columns(Contact.name))
    return {request.id: Waiting(request.id, name, request.sent_at) for request, name in rows}


async def _todos(session: AsyncSession, user_id: int, ids: set[int]) -> dict[int, TodoView]:
    return await todos_by_id(session, user_id, ids) if ids else {}


def _leaving(user: User, inactive_months: int) -> dict[ReminderKind, Leaving]:
    """What either warning says if it goes out now; none once the student is back, or data is kept for longer."""
    if not inactive_months:
        return {}
    gone = absence(user.last_seen_at, inactive_months, known_zone(user))
    dates = {kind: announced(gone, kind, now()) for kind in WARNINGS}
    return {kind: Leaving(user.last_seen_at, moment) for kind, moment in dates.items() if moment is not None}
