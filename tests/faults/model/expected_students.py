"""What students do, on plain dicts: what the use cases ought to make of it, and which reminders that plans."""

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
from bot.domain.times.quiet_hours import shift_out_of_quiet
from tests.faults.model.expected_reminders import Clock, ExpectedReminders, Row

INTERVIEW = (ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK)
THANKS = (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE)
_SNOOZED_FOR = timedelta(hours=12)
_NIGHT = timedelta(days=1)
"""Longer than quiet hours keep anything waiting."""


@dataclass(slots=True)
class Interview:
    """An interview with one of the student's contacts."""

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
    """The students, what they have told, and the reminders that follow from it. Each method is one use case."""

    def __init__(self, clocks: dict[int, Clock]) -> None:
        self.clocks = clocks
        self.interviews: dict[int, Interview] = {}
        self.requests: dict[int, Request] = {}
        self.todos: dict[int, Todo] = {}
        self.reminders = ExpectedReminders(clocks, self._nothing_left)

    def may_book(self, contact: int) -> bool:
        """Whether no interview with the contact is coming."""
        return all(
            one.status is not InterviewStatus.SCHEDULED or one.over
            for one in self.interviews.values()
            if one.contact == contact
        )

    def book(self, interview: Interview) -> None:
        """An interview is booked; a request to the contact counts as accepted."""
        self._accept(interview.contact)
        self.interviews[interview.id] = interview
        self._plan_interview(interview)

    def may_move(self, interview: Interview, *, even_if_over: bool) -> bool:
        """Whether an interview can be given another time."""
        return interview.status is InterviewStatus.SCHEDULED and (even_if_over or not interview.over)

    def move(self, interview: Interview, starts_at: datetime) -> None:
        """It is given another time; the same again changes nothing."""
        if interview.starts_at != starts_at:
            interview.starts_at, interview.sequence = starts_at, interview.sequence + 1
            self.reminders.cancel(INTERVIEW, interview.id)
            self._plan_interview(interview)

    def call_off(self, interview: Interview) -> None:
        """It will not take place."""
        if interview.status is InterviewStatus.SCHEDULED:
            interview.status, interview.sequence = InterviewStatus.CANCELLED, interview.sequence + 1
            self.reminders.cancel(INTERVIEW, interview.id)

    def miss(self, interview: Interview) -> None:
        """It has not taken place."""
        if interview.status is InterviewStatus.SCHEDULED and interview.starts_at <= now():
            interview.status = InterviewStatus.MISSED
            self.reminders.cancel(INTERVIEW, interview.id)

    def may_happen(self, interview: Interview) -> bool:
        """Whether it can be said to have taken place."""
        ahead = interview.status is InterviewStatus.SCHEDULED and interview.starts_at > now()
        return not ahead and interview.status is not InterviewStatus.CANCELLED

    def happen(self, interview: Interview) -> None:
        """It has taken place: the clock of the note starts."""
        if interview.status is InterviewStatus.MET:
            return
        ended_at = end_as_booked(interview.starts_at, interview.minutes, now().replace(microsecond=0))
        interview.status, interview.ended_at = InterviewStatus.MET, ended_at
        if ended_at <= interview.starts_at:
            interview.starts_at = ended_at - timedelta(minutes=interview.minutes)
        self.reminders.cancel((*INTERVIEW, *THANKS), interview.id)
        self._plan_note(interview)
        self._accept(interview.contact)

    def thank(self, interview: Interview) -> None:
        """The note is sent."""
        interview.thanked = True
        self.reminders.cancel(THANKS, interview.id)

    def out(self, contact: int) -> Request | None:
        """The request to a contact that waits for an answer."""
        found = (one for one in self.requests.values() if one.contact == contact and not one.answered)
        return next(found, None)

    def ask(self, request: Request) -> None:
        """A request goes out."""
        for earlier in self.requests.values():
            if earlier.contact == request.contact:
                self.reminders.cancel((ReminderKind.NUDGE,), earlier.id)
        self.requests[request.id] = request
        self.reminders.arm(request.owner, self._nudge(request))

    def answer(self, request: Request) -> None:
        """Something came back."""
        request.answered = True
        self.reminders.cancel((ReminderKind.NUDGE,), request.id)

    def nudge(self, request: Request) -> None:
        """A reminder of it goes out, the only one there is."""
        request.nudged = True
        self.reminders.cancel((ReminderKind.NUDGE,), request.id)

    def promise(self, todo: Todo, due_at: datetime) -> None:
        """A to-do gets its moment, or another one."""
        if todo.due_at != due_at:
            self.reminders.cancel((ReminderKind.TODO_DUE,), todo.id)
        todo.due_at = due_at
        self.todos[todo.id] = todo
        self.reminders.arm(todo.owner, self._todo(todo))

    def tick(self, todo: Todo) -> None:
        """It is done; saying so again changes nothing."""
        if not todo.done:
            todo.done = True
            self.reminders.cancel((ReminderKind.TODO_DUE,), todo.id)

    def may_snooze(self, row: Row) -> bool:
        """Whether a reminder can be put off."""
        return row.status in {Status.SENT, Status.PENDING, Status.UNCERTAIN}

    def snooze(self, row: Row, reminder_id: int, choice: Snooze) -> None:
        """The same reminder comes again."""
        due = snoozed_until(choice, now(), self.clocks[row.user_id].zone)
        key = f"{row.key.split('+')[0]}+snooze{reminder_id}"
        expires = max(row.expires_at, due + _SNOOZED_FOR)
        self.reminders.arm(row.user_id, [Planned(row.kind, row.subject_id, due, expires, key)])

    def replan(self, user: int) -> None:
        """The student's clock has changed: what is to come moves, what is due or was put off stays."""
        taken_back = set()
        for row in self.reminders.pending():
            if row.user_id == user and row.due_at > now() and "+snooze" not in row.key:
                row.status = Status.CANCELLED
                taken_back.add(row.key)
        coming = [*self._coming(user, now())]
        self.reminders.arm(user, coming)
        behind = taken_back - {reminder.dedupe_key for reminder in coming}
        waiting = [reminder for reminder in self._coming(user, now() - _NIGHT) if reminder.dedupe_key in behind]
        self.reminders.arm(
            user, [one for reminder in waiting if (one := self._after_all(user, reminder)) is not None]
        )

    def _after_all(self, user: int, reminder: Planned) -> Planned | None:
        """What had waited for the end of quiet hours comes now, or at the end of the new ones."""
        clock, window = self.clocks[user], {"deadline": reminder.expires_at, "earliest": now()}
        due = shift_out_of_quiet(max(reminder.due_at, now()), **window, quiet=clock.quiet, zone=clock.zone)
        comes = reminder.kind is not ReminderKind.PREPARE and due < reminder.expires_at
        return replace(reminder, due_at=due) if comes else None

    def _coming(self, user: int, at: datetime) -> Iterator[Planned]:
        for interview in (one for one in self.interviews.values() if one.owner == user):
            if interview.status is InterviewStatus.SCHEDULED:
                yield from self._around(interview, at)
            elif interview.ended_at is not None and not interview.thanked:
                yield from self._note(interview, interview.ended_at, at)
        for request in (one for one in self.requests.values() if one.owner == user):
            if not request.answered and not request.nudged:
                yield from self._nudge(request, at)
        for todo in (one for one in self.todos.values() if one.owner == user):
            if todo.due_at > at and not todo.done:
                yield from self._todo(todo, at)

    def _accept(self, contact: int) -> None:
        if (request := self.out(contact)) is not None:
            self.answer(request)

    def _plan_interview(self, interview: Interview) -> None:
        self.reminders.arm(interview.owner, self._around(interview))

    def _plan_note(self, interview: Interview) -> None:
        if interview.ended_at is not None and not interview.thanked:
            self.reminders.arm(interview.owner, self._note(interview, interview.ended_at))

    def _around(self, one: Interview, at: datetime | None = None) -> tuple[Planned, ...]:
        clock, terms = self.clocks[one.owner], {"minutes": one.minutes, "sequence": one.sequence}
        planned_at = at or now()
        return interviews.plan_reminders(
            one.id, one.starts_at, **terms, zone=clock.zone, quiet=clock.quiet, now=planned_at
        )

    def _note(self, one: Interview, ended_at: datetime, at: datetime | None = None) -> tuple[Planned, ...]:
        clock = self.clocks[one.owner]
        return thank_yous.plan_reminders(one.id, ended_at, zone=clock.zone, quiet=clock.quiet, now=at or now())

    def _nudge(self, one: Request, at: datetime | None = None) -> tuple[Planned, ...]:
        clock = self.clocks[one.owner]
        planned_at = at or now()
        return nudges.plan_nudge(one.id, one.sent_at, nudges=0, zone=clock.zone, quiet=clock.quiet, now=planned_at)

    def _todo(self, one: Todo, at: datetime | None = None) -> tuple[Planned, ...]:
        clock = self.clocks[one.owner]
        return (todos.plan_reminder(one.id, one.due_at, zone=clock.zone, quiet=clock.quiet, now=at or now()),)

    def _nothing_left(self, row: Row) -> bool:
        match row.kind:
            case ReminderKind.TODO_DUE:
                return self.todos[row.subject_id].done
            case ReminderKind.NUDGE:
                return self.requests[row.subject_id].answered
        interview = self.interviews[row.subject_id]
        if row.kind in THANKS:
            return interview.status is not InterviewStatus.MET or interview.thanked
        begun = interview.starts_at <= now()
        fits = interview.over if row.kind is ReminderKind.CHECK_BACK else not begun
        return interview.status is not InterviewStatus.SCHEDULED or not fits
