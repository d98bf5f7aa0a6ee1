"""What students do, on plain dicts: what the use cases ought to make of it, and which pings that plans."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import now
from bot.domain import todos
from bot.domain.interviews import interview as interviews
from bot.domain.interviews.interview import InterviewStatus, booked_end, end_as_booked
from bot.domain.reminders.reminder import Planned, ReminderKind, Snooze, Status, snoozed_until
from bot.domain.requests import nudges
from bot.domain.thank_yous import deadline as thank_yous
from bot.domain.times.wall_clock import shift_out_of_quiet
from tests.faults.model.expected_reminders import Clock, ExpectedPings, Row

MEETING = (ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK)
THANKS = (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE)
_SNOOZED_FOR = timedelta(hours=12)
_NIGHT = timedelta(days=1)
"""Longer than quiet hours keep anything waiting."""


@dataclass(slots=True)
class Meeting:
    """A meeting with one of the student's contacts."""

    id: int
    owner: int
    contact: int
    starts_at: datetime
    minutes: int
    status: InterviewStatus = InterviewStatus.SCHEDULED
    sequence: int = 0
    ended_at: datetime | None = None
    thanked: bool = False

    @property
    def over(self) -> bool:
        """Its booked time has passed."""
        return booked_end(self.starts_at, self.minutes) <= now()


@dataclass(slots=True)
class Request:
    """A request that is out, until an answer has come or a reminder went out."""

    id: int
    owner: int
    contact: int
    sent_at: datetime
    answered: bool = False
    nudged: bool = False


@dataclass(slots=True)
class Todo:
    """Something to do by a moment."""

    id: int
    owner: int
    due_at: datetime
    done: bool = False


class Expected:
    """The students, what they have told, and the pings that follow from it. Each method is one use case."""

    def __init__(self, clocks: dict[int, Clock]) -> None:
        self.clocks = clocks
        self.meetings: dict[int, Meeting] = {}
        self.requests: dict[int, Request] = {}
        self.todos: dict[int, Todo] = {}
        self.pings = ExpectedPings(clocks, self._nothing_left)

    def may_book(self, contact: int) -> bool:
        """Whether no meeting with the contact is coming."""
        return all(
            one.status is not InterviewStatus.SCHEDULED or one.over
            for one in self.meetings.values()
            if one.contact == contact
        )

    def book(self, meeting: Meeting) -> None:
        """A meeting is booked; a request to the contact counts as accepted."""
        self._accept(meeting.contact)
        self.meetings[meeting.id] = meeting
        self._plan_meeting(meeting)

    def may_move(self, meeting: Meeting, *, even_if_over: bool) -> bool:
        """Whether a meeting can be given another time."""
        return meeting.status is InterviewStatus.SCHEDULED and (even_if_over or not meeting.over)

    def move(self, meeting: Meeting, starts_at: datetime) -> None:
        """It is given another time; the same again changes nothing."""
        if meeting.starts_at != starts_at:
            meeting.starts_at, meeting.sequence = starts_at, meeting.sequence + 1
            self.pings.cancel(MEETING, meeting.id)
            self._plan_meeting(meeting)

    def call_off(self, meeting: Meeting) -> None:
        """It will not take place."""
        if meeting.status is InterviewStatus.SCHEDULED:
            meeting.status, meeting.sequence = InterviewStatus.CANCELLED, meeting.sequence + 1
            self.pings.cancel(MEETING, meeting.id)

    def miss(self, meeting: Meeting) -> None:
        """It has not taken place."""
        if meeting.status is InterviewStatus.SCHEDULED and meeting.starts_at <= now():
            meeting.status = InterviewStatus.MISSED
            self.pings.cancel(MEETING, meeting.id)

    def may_happen(self, meeting: Meeting) -> bool:
        """Whether it can be said to have taken place."""
        ahead = meeting.status is InterviewStatus.SCHEDULED and meeting.starts_at > now()
        return not ahead and meeting.status is not InterviewStatus.CANCELLED

    def happen(self, meeting: Meeting) -> None:
        """It has taken place: the clock of the note starts."""
        if meeting.status is InterviewStatus.MET:
            return
        ended_at = end_as_booked(meeting.starts_at, meeting.minutes, now().replace(microsecond=0))
        meeting.status, meeting.ended_at = InterviewStatus.MET, ended_at
        if ended_at <= meeting.starts_at:
            meeting.starts_at = ended_at - timedelta(minutes=meeting.minutes)
        self.pings.cancel((*MEETING, *THANKS), meeting.id)
        self._plan_note(meeting)
        self._accept(meeting.contact)

    def thank(self, meeting: Meeting) -> None:
        """The note is sent."""
        meeting.thanked = True
        self.pings.cancel(THANKS, meeting.id)

    def out(self, contact: int) -> Request | None:
        """The request to a contact that waits for an answer."""
        found = (one for one in self.requests.values() if one.contact == contact and not one.answered)
        return next(found, None)

    def ask(self, request: Request) -> None:
        """A request goes out."""
        for earlier in self.requests.values():
            if earlier.contact == request.contact:
                self.pings.cancel((ReminderKind.NUDGE,), earlier.id)
        self.requests[request.id] = request
        self.pings.arm(request.owner, self._nudge(request))

    def answer(self, request: Request) -> None:
        """Something came back."""
        request.answered = True
        self.pings.cancel((ReminderKind.NUDGE,), request.id)

    def nudge(self, request: Request) -> None:
        """A reminder of it goes out, the only one there is."""
        request.nudged = True
        self.pings.cancel((ReminderKind.NUDGE,), request.id)

    def promise(self, todo: Todo, due_at: datetime) -> None:
        """A to-do gets its moment, or another one."""
        if todo.due_at != due_at:
            self.pings.cancel((ReminderKind.TODO_DUE,), todo.id)
        todo.due_at = due_at
        self.todos[todo.id] = todo
        self.pings.arm(todo.owner, self._todo(todo))

    def tick(self, todo: Todo) -> None:
        """It is done; saying so again changes nothing."""
        if not todo.done:
            todo.done = True
            self.pings.cancel((ReminderKind.TODO_DUE,), todo.id)

    def may_snooze(self, row: Row) -> bool:
        """Whether a ping can be put off."""
        return row.status in {Status.SENT, Status.PENDING, Status.UNCERTAIN}

    def snooze(self, row: Row, reminder_id: int, choice: Snooze) -> None:
        """The same ping comes again."""
        due = snoozed_until(choice, now(), self.clocks[row.user_id].zone)
        key = f"{row.key.split('+')[0]}+snooze{reminder_id}"
        expires = max(row.expires_at, due + _SNOOZED_FOR)
        self.pings.arm(row.user_id, [Planned(row.kind, row.subject_id, due, expires, key)])

    def replan(self, user: int) -> None:
        """The student's clock has changed: what is to come moves, what is due or was put off stays."""
        taken_back = set()
        for row in self.pings.pending():
            if row.user_id == user and row.due_at > now() and "+snooze" not in row.key:
                row.status = Status.CANCELLED
                taken_back.add(row.key)
        coming = [*self._coming(user, now())]
        self.pings.arm(user, coming)
        behind = taken_back - {ping.dedupe_key for ping in coming}
        waiting = [ping for ping in self._coming(user, now() - _NIGHT) if ping.dedupe_key in behind]
        self.pings.arm(user, [one for ping in waiting if (one := self._after_all(user, ping)) is not None])

    def _after_all(self, user: int, ping: Planned) -> Planned | None:
        """What had waited for the end of quiet hours comes now, or at the end of the new ones."""
        clock, window = self.clocks[user], {"deadline": ping.expires_at, "earliest": now()}
        due = shift_out_of_quiet(max(ping.due_at, now()), **window, quiet=clock.quiet, zone=clock.zone)
        comes = ping.kind is not ReminderKind.PREPARE and due < ping.expires_at
        return replace(ping, due_at=due) if comes else None

    def _coming(self, user: int, at: datetime) -> Iterator[Planned]:
        for meeting in (one for one in self.meetings.values() if one.owner == user):
            if meeting.status is InterviewStatus.SCHEDULED:
                yield from self._around(meeting, at)
            elif meeting.ended_at is not None and not meeting.thanked:
                yield from self._note(meeting, meeting.ended_at, at)
        for request in (one for one in self.requests.values() if one.owner == user):
            if not request.answered and not request.nudged:
                yield from self._nudge(request, at)
        for todo in (one for one in self.todos.values() if one.owner == user):
            if todo.due_at > at and not todo.done:
                yield from self._todo(todo, at)

    def _accept(self, contact: int) -> None:
        if (request := self.out(contact)) is not None:
            self.answer(request)

    def _plan_meeting(self, meeting: Meeting) -> None:
        self.pings.arm(meeting.owner, self._around(meeting))

    def _plan_note(self, meeting: Meeting) -> None:
        if meeting.ended_at is not None and not meeting.thanked:
            self.pings.arm(meeting.owner, self._note(meeting, meeting.ended_at))

    def _around(self, one: Meeting, at: datetime | None = None) -> tuple[Planned, ...]:
        clock, terms = self.clocks[one.owner], {"minutes": one.minutes, "sequence": one.sequence}
        planned_at = at or now()
        return interviews.plan_pings(
            one.id, one.starts_at, **terms, zone=clock.zone, quiet=clock.quiet, now=planned_at
        )

    def _note(self, one: Meeting, ended_at: datetime, at: datetime | None = None) -> tuple[Planned, ...]:
        clock = self.clocks[one.owner]
        return thank_yous.plan_pings(one.id, ended_at, zone=clock.zone, quiet=clock.quiet, now=at or now())

    def _nudge(self, one: Request, at: datetime | None = None) -> tuple[Planned, ...]:
        clock = self.clocks[one.owner]
        planned_at = at or now()
        return nudges.plan_nudge(one.id, one.sent_at, nudges=0, zone=clock.zone, quiet=clock.quiet, now=planned_at)

    def _todo(self, one: Todo, at: datetime | None = None) -> tuple[Planned, ...]:
        clock = self.clocks[one.owner]
        return (todos.plan_ping(one.id, one.due_at, zone=clock.zone, quiet=clock.quiet, now=at or now()),)

    def _nothing_left(self, row: Row) -> bool:
        match row.kind:
            case ReminderKind.TODO_DUE:
                return self.todos[row.subject_id].done
            case ReminderKind.NUDGE:
                return self.requests[row.subject_id].answered
        meeting = self.meetings[row.subject_id]
        if row.kind in THANKS:
            return meeting.status is not InterviewStatus.MET or meeting.thanked
        begun = meeting.starts_at <= now()
        fits = meeting.over if row.kind is ReminderKind.CHECK_BACK else not begun
        return meeting.status is not InterviewStatus.SCHEDULED or not fits
