"""Cards of the pings: each kind by itself, several in one message, and what putting one off looks like."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, assert_never

import discord

from bot.domain.reminders import Kind, Snooze
from bot.domain.wording import fill
from bot.handbook.models import Handbook
from bot.handbook.models.pings import COMBINED, READY
from bot.handbook.shapes import Advice
from bot.services.pings import DueTodo, Leaving, Meeting, Note, PingView, Waiting
from bot.ui.card import Block, Button, Card, Divider, Entry, State, Style, Text, ago, day, fact, short, when
from bot.ui.cards.interviews import terms
from bot.ui.cards.mydata import DELETE, EXPORT
from bot.ui.cards.shared import NEXT, primary, what_happened, who, with_link
from bot.ui.routes import decode

_MEMORY = 120
"""Characters of what the student wrote about the talk."""
_TODO = 200
_LINES = 5
"""Reminders that one message tells of; more would not be read."""
_SNOOZES = {Snooze.ONE_HOUR: "1 h", Snooze.THREE_HOURS: "3 h", Snooze.MORNING: "Tomorrow morning"}


def ping(view: PingView, handbook: Handbook, *, late: bool = False) -> Card:
    """One reminder. `late`: it goes out well after its moment, and says so."""
    advice = _advice(view, handbook)
    return Card(
        title=fill(advice.title, name=_name(view)),
        blocks=[Text(fill(advice.text, name=_name(view))), with_link(_facts(view), _place(view))],
        rows=(_buttons(view),),
        # A warning that comes late sets a later date, and what it says is true whenever it comes.
        above=f"This comes late: it was due {ago(view.due_at)}." if late and not _is_warning(view) else "",
        state=State.ACTIVE if view.kind is Kind.SOON else State.WAITING,
    )


def several(views: Sequence[PingView], handbook: Handbook, nonce: int, *, late: bool) -> Card:
    """All that is due for one student in one message, known by `nonce`.

    `late`: it comes after the bot was away, and says so.
    """
    combined = handbook.ping(COMBINED)
    first, *others = [_entry(view, handbook) for view in views[:_LINES]]
    first = replace(first, button=primary(first.button))
    intro: list[Block] = [Text(combined.text), Divider()] if late else []
    more = len(views) - 1 - len(others)
    return Card(
        title=combined.title if late else f"{len(views)} reminders at once",
        blocks=[*intro, first, *others, Divider()],
        rows=((replace(NEXT, args=(nonce,)),),),
        hint=f"{more} more: press What's next to see where you are." if more else "",
        state=State.WAITING,
    )


Mark = tuple[Literal["reminder", "nonce"], int]
"""What tells which reminders a message spoke of: the one it is about, or the nonce of several."""

_PLACES = {
    "interview.prep": 1,
    "interview.happened": 1,
    "interview.moved": 1,
    "interview.missed": 1,
    "thanks.draft": 1,
    "thanks.sent": 1,
    "request.nudge": 1,
    "request.reply": 1,
    "request.let_go": 1,
    "todo.done": 1,
    "mydata.keep": 0,
    "ping.snooze": 0,
    "ping.snoozed": 0,
}
"""Where the routes of a ping's buttons have the reminder."""


def marks(custom_ids: Iterable[str]) -> set[Mark]:
    """What a message with these buttons spoke of, if it was a ping."""
    found: set[Mark] = set()
    for route in filter(None, map(decode, custom_ids)):
        place = _PLACES.get(route.action)
        if place is not None and len(route.args) > place:
            found.add(("reminder", int(route.args[place])))
        elif route.action == NEXT.action and route.args:
            found.add(("nonce", int(route.args[0])))
    return found


def snooze(view: PingView, handbook: Handbook) -> Card:
    """The same reminder, with the choice of when it comes back."""
    choices = [Button(label, "ping.snoozed", (view.reminder_id, word.value)) for word, label in _SNOOZES.items()]
    card = ping(view, handbook)
    return replace(card, rows=(_main(view), tuple(choices)), hint="When shall I come back to it?")


def snoozed(view: PingView, handbook: Handbook, until: datetime) -> Card:
    """It comes back at `until`."""
    note = view.about if isinstance(view.about, Note) else None
    past = note is not None and note.due_at < until
    return Card(
        title=fill(_advice(view, handbook).title, name=_name(view)),
        blocks=[Text(f"Snoozed until {when(until)}.")],
        rows=(_main(view),),
        hint="That is after the 24 hours, and that is fine: late is better than never." if past else "",
    )


def _advice(view: PingView, handbook: Handbook) -> Advice:
    """What the handbook says in it; a note that is written already needs no advice on writing it."""
    written = isinstance(view.about, Note) and bool(view.about.interview.note_version)
    return handbook.ping(READY if written and view.kind is not Kind.THANK_YOU_LATE else view.kind)


def _name(view: PingView) -> str:
    """Whom it is about."""
    match view.about:
        case Meeting(interview) | Note(interview):
            return who(interview.contact_name)
        case Waiting(contact_name=name):
            return who(name)
        case DueTodo(todo):
            return who(todo.contact_name)
        case Leaving():
            return ""
        case _:
            assert_never(view.about)


def _place(view: PingView) -> str:
    """Where they are about to meet, which may be an address to open."""
    is_over = view.kind is Kind.CHECK_BACK
    return view.about.interview.place if isinstance(view.about, Meeting) and not is_over else ""


def _facts(view: PingView) -> str:
    match view.about:
        case Meeting(interview) if view.kind is Kind.CHECK_BACK:
            return fact("It was booked for", when(interview.starts_at))
        case Meeting(interview):
            return terms(interview)
        case Note():
            return _note_facts(view.about, overdue=view.kind is Kind.THANK_YOU_LATE)
        case Waiting(sent_at=sent_at):
            return f"Asked {ago(sent_at)}" if sent_at else "Asked"
        case DueTodo(todo):
            about = f" · {who(todo.contact_name)}" if todo.contact_name else ""
            due = f"\nDue {when(todo.due_at)}" if todo.due_at else ""
            return f"**{short(todo.text, _TODO)}**{about}{due}"
        case Leaving(last_seen_at=last_seen_at):
            return f"{fact('You were last here', day(last_seen_at))}\n{_deletion(view.about)}"
        case _:
            assert_never(view.about)


def _note_facts(note: Note, *, overdue: bool) -> str:
    lines = [f"You wrote: “{short(note.memory, _MEMORY)}”. That is worth naming."] if note.memory else []
    if note.interview.note_version:
        lines = ["Your draft is ready: open it, copy it, send it."] if overdue else []
    if not overdue:
        lines.append(f"Due {ago(note.due_at)}, {discord.utils.format_dt(note.due_at, 't')}.")
    ended = note.interview.ended_at or note.interview.ends_at
    return "\n".join(lines or [f"You met {ago(ended)}."])


def _deletion(leaving: Leaving) -> str:
    return f"{fact('Deleted after', day(leaving.delete_at))} ({ago(leaving.delete_at)})"


def _is_warning(view: PingView) -> bool:
    return isinstance(view.about, Leaving)


def _buttons(view: PingView) -> tuple[Button, ...]:
    """As the kind has them, each with the reminder it came from."""
    if isinstance(view.about, Meeting | Leaving):
        return _main(view)
    later = Button("Snooze", "ping.snooze", (view.reminder_id,))
    if isinstance(view.about, Waiting):
        draft, answered, let_go = _main(view)
        return draft, answered, later, let_go
    return *_main(view), later


def _main(view: PingView) -> tuple[Button, ...]:
    """Everything but putting it off."""
    match view.about:
        case Meeting(interview) if view.kind is Kind.CHECK_BACK:
            return what_happened(interview.id, view.reminder_id)
        case Meeting(interview):
            return (Button("Open prep", "interview.prep", (interview.id, view.reminder_id), Style.PRIMARY),)
        case Note(interview):
            return (
                Button("Draft it", "thanks.draft", (interview.id, view.reminder_id), Style.PRIMARY),
                Button("Mark as sent", "thanks.sent", (interview.id, view.reminder_id)),
            )
        case Waiting(request_id=request):
            return (
                Button("Draft a nudge", "request.nudge", (request, view.reminder_id), Style.PRIMARY),
                Button("They answered", "request.reply", (request, view.reminder_id)),
                Button("Let it go", "request.let_go", (request, view.reminder_id)),
            )
        case DueTodo(todo):
            return (Button("Done", "todo.done", (todo.id, view.reminder_id), Style.PRIMARY),)
        case Leaving():
            return Button("Keep my data", "mydata.keep", (view.reminder_id,), Style.PRIMARY), EXPORT, DELETE
        case _:
            assert_never(view.about)


def _entry(view: PingView, handbook: Handbook) -> Entry:
    """One line of several."""
    # The title of every ping about a note names the contact, but for the late one.
    kind = Kind.THANK_YOU_FIRST if isinstance(view.about, Note) else view.kind
    return Entry(f"**{fill(handbook.ping(kind).title, name=_name(view))}**\n{_line(view)}", _way(view))


def _line(view: PingView) -> str:
    match view.about:
        case Meeting(interview):
            return when(interview.starts_at)
        case Note(due_at=due_at):
            overdue = view.kind is Kind.THANK_YOU_LATE
            return "The 24 hours are over, and late is better than never." if overdue else f"Due {ago(due_at)}"
        case Waiting(sent_at=sent_at):
            return f"Asked {ago(sent_at)}" if sent_at else "Asked"
        case DueTodo(todo):
            return short(todo.text, _TODO)
        case Leaving():
            return _deletion(view.about)
        case _:
            assert_never(view.about)


def _way(view: PingView) -> Button:
    """The button of one line of several. It opens a card of its own, so that the other lines stay."""
    match view.about:
        case Meeting(interview) if view.kind is Kind.CHECK_BACK:
            return Button("Tell me", "interview.show", (interview.id,))
        case Meeting(interview):
            return Button("Open prep", "interview.prep", (interview.id,))
        case Note(interview):
            return Button("Draft it", "thanks.draft", (interview.id,))
        case Waiting(request_id=request):
            return Button("Draft a nudge", "request.nudge", (request,))
        case DueTodo(todo):
            return Button("Open", "todo.show", (todo.id,))
        case Leaving():
            return Button("Keep my data", "mydata.keep")
        case _:
            assert_never(view.about)
