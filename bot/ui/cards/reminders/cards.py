"""The reminders: each kind by itself, several in one message, and the cards on which one is put off."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, assert_never

from bot.domain.contacts import web_address
from bot.domain.reminders.reminder import ReminderKind, Snooze
from bot.domain.text.input import clip
from bot.domain.text.wording import fill
from bot.handbook.models import Handbook
from bot.handbook.models.pings import COMBINED
from bot.services.due_reminders import AboutInterview, DueTodo, Leaving, NoteDue, ReminderView, Waiting
from bot.ui.cards.mydata import DELETE, EXPORT
from bot.ui.cards.reminders.words import about, advice, facts, line, name, place, shown_name, title, whole_todo
from bot.ui.cards.shared import NEXT, first_is_primary, what_happened, with_link
from bot.ui.kit.card import LINE_LIMIT, Button, Card, CardState, Link, Notice, Style, Text, ago, bare, when
from bot.ui.kit.custom_ids import decode

LINES = 4
"""Reminders that one message tells of, with a button each and one more: a row holds five."""
_ABOUT = 30
"""Characters on a button of whom or what it is about."""
_SNOOZES = {Snooze.ONE_HOUR: "1 h", Snooze.THREE_HOURS: "3 h", Snooze.MORNING: "Tomorrow morning"}


def reminder(view: ReminderView, handbook: Handbook, *, late: bool = False) -> Notice:
    """One reminder. `late`: it goes out well after its moment, and says so."""
    # A warning that comes late sets a later date, and what it says is true whenever it comes.
    late = late and not isinstance(view.about, Leaving)
    said = line(view, handbook, LINE_LIMIT)
    lines = (
        whole_todo(view, said),
        f"This comes late: it was due {ago(view.due_at)}." if late else "",
        facts(view, named=view.reader.named),
        fill(advice(view, handbook).text, name=shown_name(view)),
    )
    return Notice(
        line=said,
        detail="\n".join(filter(None, lines)),
        rows=((*_buttons(view), *_opened(view)),),
    )


def several(views: Sequence[ReminderView], handbook: Handbook, nonce: int, *, late: bool) -> Notice:
    """All that is due for one student in one message, known by `nonce`.

    `late`: it comes after the bot was away, and says so.
    """
    shown, combined = views[:LINES], handbook.reminder(COMBINED)
    marks = [f"{number}. " for number in range(1, len(shown) + 1)]
    first, *others = [
        mark + line(view, handbook, LINE_LIMIT - len(mark)) for mark, view in zip(marks, shown, strict=True)
    ]
    more = len(views) - len(shown)
    hints = (
        f"-# {combined.title}: {combined.text}" if late else "",
        f"-# {more} more: press What's next to see where you are." if more else "",
    )
    ways = [_way(view, number) for number, view in enumerate(shown, 1)]
    return Notice(
        line=first,
        detail="\n".join([*others, *filter(None, hints)]),
        rows=((*first_is_primary(ways), replace(NEXT, args=(nonce,))),),
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
"""Where the routes of a reminder's buttons have the reminder."""


def marks(custom_ids: Iterable[str]) -> set[Mark]:
    """What a message with these buttons spoke of, if it was a reminder."""
    found: set[Mark] = set()
    for route in filter(None, map(decode, custom_ids)):
        place = _PLACES.get(route.action)
        if place is not None and len(route.args) > place:
            found.add(("reminder", int(route.args[place])))
        elif route.action == NEXT.action and route.args:
            found.add(("nonce", int(route.args[0])))
    return found


def speaks_of_several(custom_ids: Iterable[str]) -> bool:
    """Whether a message with these buttons is one of several reminders."""
    return any(what == "nonce" for what, _ in marks(custom_ids))


def snooze(view: ReminderView, handbook: Handbook) -> Card:
    """The same reminder, with the choice of when it comes back."""
    choices = [Button(label, "ping.snoozed", (view.reminder_id, word.value)) for word, label in _SNOOZES.items()]
    return Card(
        title=title(view, handbook),
        blocks=[
            Text(fill(advice(view, handbook).text, name=name(view))),
            with_link(facts(view, named=True), place(view)),
        ],
        rows=(_main(view), tuple(choices)),
        hint="When shall I come back to it?",
        state=CardState.ACTIVE if view.kind is ReminderKind.SOON else CardState.WAITING,
    )


def snoozed(view: ReminderView, handbook: Handbook, until: datetime) -> Card:
    """It comes back at `until`."""
    note = view.about if isinstance(view.about, NoteDue) else None
    past = note is not None and note.due_at < until
    return Card(
        title=title(view, handbook),
        blocks=[Text(f"Snoozed until {when(until)}.")],
        rows=(_main(view),),
        hint="That is after the 24 hours, and that is fine: late is better than never." if past else "",
    )


def _opened(view: ReminderView) -> tuple[Link, ...]:
    """The button that opens where they are about to meet, if that is a web address."""
    found = web_address(place(view)) if view.reader.named else None
    return (Link(f"Open {found[1]}", found[0]),) if found is not None else ()


def _buttons(view: ReminderView) -> tuple[Button, ...]:
    """As the kind has them, each with the reminder it came from."""
    if isinstance(view.about, AboutInterview | Leaving):
        return _main(view)
    later = Button("Snooze", "ping.snooze", (view.reminder_id,))
    if isinstance(view.about, Waiting):
        draft, answered, let_go = _main(view)
        return draft, answered, later, let_go
    return *_main(view), later


def _main(view: ReminderView) -> tuple[Button, ...]:
    """Everything but putting it off."""
    match view.about:
        case AboutInterview(interview) if view.kind is ReminderKind.CHECK_BACK:
            return what_happened(interview.id, view.reminder_id)
        case AboutInterview(interview):
            return (Button("Open prep", "interview.prep", (interview.id, view.reminder_id), Style.PRIMARY),)
        case NoteDue(interview):
            # What is written is opened: "Draft it" would sound as if it were to be written once more.
            way = "Open the note" if interview.note_version else "Draft it"
            return (
                Button(way, "thanks.draft", (interview.id, view.reminder_id), Style.PRIMARY),
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


def _way(view: ReminderView, number: int) -> Button:
    """The button of one line of several, by its number where it may not say whom or what it is about."""
    first, *_ = _main(view)
    said = clip(bare(about(view)), _ABOUT) if view.reader.named else str(number)
    # It names no reminder: that would be one of many, and of those perhaps one that is not shown.
    args = first.args[:-1]
    label = f"{first.label}: {said}" if said else first.label
    return replace(first, label=label, args=args, style=Style.SECONDARY)
