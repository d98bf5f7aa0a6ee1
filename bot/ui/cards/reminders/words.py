"""What a reminder says: the line that a locked phone shows, the facts below, and how much of it others may read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from bot.domain.reminders.reminder import ReminderKind
from bot.domain.text.input import clip, one_line
from bot.domain.text.wording import fill
from bot.domain.times.wall_clock import day_words, moment_words
from bot.handbook.fields import Advice
from bot.handbook.models import Handbook
from bot.handbook.models.pings import READY
from bot.services.due_reminders import AboutInterview, DueTodo, Leaving, NoteDue, ReminderView, Waiting
from bot.ui.cards.interviews.cards import terms
from bot.ui.cards.shared import who
from bot.ui.kit.card import ago, day, fact, plain, plain_within, short

_SOMEBODY = "your contact"
"""Whom a reminder is about, where others must not read the name."""
_AND = ", "
_TODO = 100
"""Characters of a to-do in the title of a card."""


def advice(view: ReminderView, handbook: Handbook) -> Advice:
    """What the handbook says in it; a note that is finished needs no advice on writing it."""
    ready = isinstance(view.about, NoteDue) and is_finished(view.about)
    return handbook.reminder(READY if ready and view.kind is not ReminderKind.THANK_YOU_LATE else view.kind)


def is_finished(note: NoteDue) -> bool:
    """Whether the note is written, and nothing in it still waits for words."""
    return bool(note.interview.note_version) and not note.interview.note_blank


def line(view: ReminderView, handbook: Handbook, limit: int) -> str:
    """What it is about and by when, in at most `limit` characters, by the student's clock.

    With the day and the hour: "today" would be wrong for whoever reads it tomorrow, and a countdown is none on a
    locked phone. Names and to-do words are cut rather than the moment.
    """
    said, by = one_line(advice(view, handbook).title), _by_when(view)
    room = limit - len(_joined(fill(said, name=""), by))
    if (todo := _todo(view)) and (shown := plain_within(todo, room - len(_AND))):
        by = f"{shown}{_AND}{by}" if by else shown
    names = len(fill(said, name=".")) - len(fill(said, name=""))
    called = plain_within(_called(view), room // names) if names else ""
    return clip(_joined(fill(said, name=called), by), limit)


def _joined(title: str, rest: str) -> str:
    """A title and what follows it; after a question, as a sentence of its own."""
    if not rest:
        return title
    return f"{title} {rest[0].upper()}{rest[1:]}" if title.endswith(("?", "!", ".")) else f"{title}: {rest}"


def _by_when(view: ReminderView) -> str:
    match view.about:
        case AboutInterview(interview) if view.kind is ReminderKind.CHECK_BACK:
            return f"booked for {_moment(view, interview.starts_at)}"
        case AboutInterview(interview):
            return _moment(view, interview.starts_at)
        case NoteDue(due_at=due_at):
            return f"{'was due' if view.kind is ReminderKind.THANK_YOU_LATE else 'due'} {_moment(view, due_at)}"
        case Waiting(sent_at=sent_at):
            return f"asked {day_words(sent_at, view.reader.zone or UTC)}" if sent_at else ""
        case DueTodo(todo):
            return f"due {_moment(view, todo.due_at)}" if todo.due_at else ""
        case Leaving(delete_at=delete_at):
            last = delete_at.astimezone(view.reader.zone or UTC)
            return f"it is deleted after {last:%b} {last.day}, {last:%Y}"
        case _:
            assert_never(view.about)


def _moment(view: ReminderView, moment: datetime) -> str:
    zone = view.reader.zone
    return moment_words(moment, zone) if zone else f"{moment_words(moment, UTC)} UTC"


def _todo(view: ReminderView) -> str:
    """What is to be done, as typed; empty where others must not read it."""
    return view.about.todo.text if isinstance(view.about, DueTodo) and view.reader.named else ""


def whole_todo(view: ReminderView, said: str) -> str:
    """What is to be done, where the line that was `said` had no room for all of it."""
    todo = plain(_todo(view))
    return "" if todo in said else todo


def _called(view: ReminderView) -> str:
    """Whom it is about, as typed, or as far as others may know."""
    return _contact(view) if view.reader.named else _SOMEBODY


def _contact(view: ReminderView) -> str:
    """The contact's name as typed."""
    match view.about:
        case AboutInterview(interview) | NoteDue(interview):
            return interview.contact_name
        case Waiting(contact_name=contact):
            return contact
        case DueTodo(todo):
            return todo.contact_name
        case Leaving():
            return ""
        case _:
            assert_never(view.about)


def title(view: ReminderView, handbook: Handbook) -> str:
    """What it is about, for a card that was asked for."""
    filled = fill(advice(view, handbook).title, name=name(view))
    return f"{filled}: {short(view.about.todo.text, _TODO)}" if isinstance(view.about, DueTodo) else filled


def name(view: ReminderView) -> str:
    """Whom it is about, for a card that was asked for."""
    return who(_contact(view))


def shown_name(view: ReminderView) -> str:
    """Whom it is about, as far as others may read it."""
    return who(_called(view))


def about(view: ReminderView) -> str:
    """Whom a line is about, or what is to be done, as typed; empty where others must not read it."""
    return (_todo(view) or _contact(view)) if view.reader.named else ""


def place(view: ReminderView) -> str:
    """Where they are about to meet, which may be an address to open."""
    is_over = view.kind is ReminderKind.CHECK_BACK
    return view.about.interview.place if isinstance(view.about, AboutInterview) and not is_over else ""


def facts(view: ReminderView, *, named: bool) -> str:
    """What else there is to know, with times that count down on the screen; names and places only if `named`."""
    match view.about:
        case AboutInterview(interview) if view.kind is ReminderKind.CHECK_BACK:
            return f"That was {ago(interview.starts_at)}."
        case AboutInterview(interview):
            return terms(interview if named else replace(interview, place=""))
        case NoteDue():
            return _note_facts(view.about, overdue=view.kind is ReminderKind.THANK_YOU_LATE)
        case Waiting(sent_at=sent_at):
            return f"Asked {ago(sent_at)}" if sent_at else ""
        case DueTodo(todo):
            due = [f"Due {ago(todo.due_at)}"] if todo.due_at else []
            return " · ".join([*due, *([who(todo.contact_name)] if todo.contact_name and named else [])])
        case Leaving(last_seen_at=last_seen_at, delete_at=delete_at):
            return f"{fact('You were last here', day(last_seen_at))}\n{_deletion(delete_at)}"
        case _:
            assert_never(view.about)


def _note_facts(note: NoteDue, *, overdue: bool) -> str:
    if not overdue:
        return f"Due {ago(note.due_at)}"
    if is_finished(note):
        return "Your draft is ready: open it, copy it, send it."
    return f"You met {ago(note.interview.ended_at or note.interview.ends_at)}."


def _deletion(moment: datetime) -> str:
    return f"{fact('Deleted after', day(moment))} ({ago(moment)})"
