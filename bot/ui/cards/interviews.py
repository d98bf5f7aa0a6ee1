"""Cards of meetings: booked, moved, called off, happened, missed, and the list of them."""

from datetime import datetime
from typing import assert_never

from bot.domain.evaluations import EvaluationStatus
from bot.domain.interviews import InterviewStatus
from bot.domain.wording import fill
from bot.handbook.models import Handbook
from bot.services.interview_views import AlreadyBooked, Booked, InterviewView, Listing, NotMoved, Terms
from bot.ui.calendar import MODE_WORDS, calendar_file
from bot.ui.card import (
    Block,
    Button,
    Card,
    Divider,
    Option,
    Select,
    State,
    Style,
    Text,
    ago,
    fact,
    plain,
    short,
    when,
)
from bot.ui.confirm import confirm
from bot.ui.paging import Page, page, turners

_NAME = 60
"""Characters of a contact's name in a title."""
_PAGE = 8
_NEXT = Button("What's next", "home.next")


def meeting(view: InterviewView, handbook: Handbook) -> Card:
    """The meeting as it stands."""
    match view.status:
        case InterviewStatus.SCHEDULED:
            return did_it_happen(view, handbook) if view.over else _coming(view)
        case InterviewStatus.MET:
            return met(view)
        case InterviewStatus.CANCELLED:
            return _called_off(view)
        case InterviewStatus.MISSED:
            return missed(view, handbook)
        case _:
            assert_never(view.status)


def _coming(view: InterviewView) -> Card:
    return Card(
        title=f"Meeting with {_name(view)}",
        blocks=[Text(_terms(view))],
        rows=(_meeting_buttons(view),),
        hint="I remind you before it starts, and ask how it went afterwards.",
        state=State.ACTIVE,
    )


def booked(done: Booked, stamp: datetime) -> Card:
    """The meeting is in the book, with its calendar file."""
    view = done.interview
    accepted = ["Your request is marked as accepted."] if done.accepted else []
    return Card(
        title=f"Booked: {_name(view)}",
        blocks=[Text("\n".join([_terms(view), *_clashes(done), *accepted]))],
        rows=(_meeting_buttons(view),),
        hint="Open the file to put it in your calendar. I remind you before it starts.",
        state=State.ACTIVE,
        files=[calendar_file(view, stamp)],
    )


def moved(done: Booked, stamp: datetime) -> Card:
    """The meeting on its new terms, with a calendar file that updates the entry."""
    view = done.interview
    before = [fact("Before", when(done.before))] if done.before else []
    return Card(
        title=f"{'Moved' if done.before else 'Changed'}: {_name(view)}",
        blocks=[Text("\n".join([_terms(view), *before, *_clashes(done)]))],
        rows=(_meeting_buttons(view),),
        hint="Your reminders moved along. Open the file to update your calendar.",
        state=State.ACTIVE,
        files=[calendar_file(view, stamp)],
    )


def already_booked(found: AlreadyBooked) -> Card:
    """This contact has a coming meeting: move it instead?"""
    view, wanted = found.interview, found.wanted
    return Card(
        title=f"You already have a meeting with {_name(view)}",
        blocks=[
            Text("\n".join([fact("Booked", when(view.starts_at)), *_wanted(view, wanted)])),
            Text("Nothing was changed. Do you want to move it to the new time?"),
        ],
        rows=((_move_it(view, wanted), Button("Keep it", "interview.show", (view.id,))),),
        state=State.WAITING,
    )


def not_moved(found: NotMoved, handbook: Handbook) -> Card:
    """The meeting's time has passed, so it is not moved just like that."""
    view = found.interview
    if not view.waits:
        return meeting(view, handbook)
    return Card(
        title="That meeting's time is over",
        blocks=[
            Text("\n".join([fact("It was booked for", when(view.starts_at)), *_wanted(view, found.wanted)])),
            Text(f"Nothing was changed. Did you meet {_name(view)}, or did the meeting move?"),
        ],
        rows=((_move_it(view, found.wanted), *_what_happened(view)[::2]),),
        state=State.WAITING,
    )


def no_meeting(contact_id: int, name: str) -> Card:
    """There is no booked meeting with this contact."""
    return Card(
        title=f"No meeting with {short(name, _NAME)} is booked",
        blocks=[Text("Nothing was changed. Once you have agreed on a time, book it here.")],
        rows=((Button("Book a meeting", "interview.book", (contact_id,), Style.PRIMARY), _LIST),),
    )


def did_it_happen(view: InterviewView, handbook: Handbook) -> Card:
    """The booked time has passed: what became of the meeting?"""
    ping = handbook.ping("check_back")
    return Card(
        title=fill(ping.title, name=_name(view)),
        blocks=[Text(fact("It was booked for", when(view.starts_at)))],
        rows=(_what_happened(view),),
        state=State.WAITING,
    )


def _what_happened(view: InterviewView) -> tuple[Button, ...]:
    return (
        Button("It happened", "interview.happened", (view.id,), Style.PRIMARY),
        Button("It moved", "interview.moved", (view.id,)),
        Button("It did not happen", "interview.missed", (view.id,)),
    )


def still_ahead(view: InterviewView) -> Card:
    """It cannot have happened yet."""
    return Card(
        title="That meeting is still to come",
        blocks=[Text(f"You meet {_name(view)} on {when(view.starts_at)}. Nothing was changed.")],
        rows=(_meeting_buttons(view),),
        hint="Met already? Cancel this meeting, then tell me with `/interview happened`.",
        state=State.ACTIVE,
    )


def met(view: InterviewView) -> Card:
    """The meeting has happened; the note is due."""
    lines = [fact("Ended", when(view.ended_at or view.ends_at))]
    if view.note_sent_at:
        lines.append(f"Thank-you note sent {ago(view.note_sent_at)}")
    elif view.note_due_at:
        lines.append(f"Thank-you note due {ago(view.note_due_at)}")
    return Card(
        title=f"You met {_name(view)}",
        blocks=[Text("\n".join(lines))],
        rows=(_after_buttons(view),),
        hint="" if view.evaluation_id else "Evaluate while it is fresh: your answers help to write the note.",
        state=State.DONE if view.note_sent_at else State.WAITING,
    )


def _after_buttons(view: InterviewView) -> tuple[Button, ...]:
    """What follows a meeting; what is missing comes first."""
    evaluate = Button("Evaluate", "evaluation.start", (view.id,))
    if view.evaluation_status == EvaluationStatus.DONE and view.evaluation_id:
        evaluate = Button("Your evaluation", "evaluation.summary", (view.evaluation_id,))
    draft = Button("Draft the thank-you", "thanks.draft", (view.id,))
    if view.note_version:
        draft = Button("Your thank-you note", "thanks.show", (view.id,))
    sent = () if view.note_sent_at else (Button("Mark as sent", "thanks.sent", (view.id,)),)
    steps = (
        (draft, *sent, evaluate)
        if view.evaluation_status == EvaluationStatus.DONE and not view.note_sent_at
        else (evaluate, draft, *sent)
    )
    return (_primary(steps[0]), *steps[1:], Button("Add a to-do", "todo.new", (view.id,)))


def missed(view: InterviewView, handbook: Handbook) -> Card:
    """It did not take place: assume good faith, and offer two times once."""
    phrases = handbook.interviews.phrases
    return Card(
        title=f"You and {_name(view)} did not meet",
        blocks=[Text(phrases.missed.text), Text(f"> {phrases.missed_words.text}")],
        rows=(
            (
                Button("Book a new time", "interview.book", (view.contact_id,), Style.PRIMARY),
                Button("It happened", "interview.happened", (view.id,)),
                Button("Open contact", "contact.show", (view.contact_id,)),
            ),
        ),
        hint="Write to them yourself; I never do. A counselor is glad to help if it happens again.",
    )


def ask_cancel(view: InterviewView) -> Card:
    """Sure?"""
    return confirm(
        f"Cancel the meeting with {_name(view)}?",
        f"{_terms(view)}\nIts reminders go too. I tell nobody: please let {_name(view)} know yourself.",
        yes=Button("Cancel the meeting", "interview.cancelled", (view.id,)),
        no=Button("Keep it", "interview.show", (view.id,)),
    )


def cancelled(view: InterviewView, stamp: datetime, handbook: Handbook) -> Card:
    """It is called off; the file takes it out of the calendar."""
    if view.status is not InterviewStatus.CANCELLED:
        return meeting(view, handbook)
    card = _called_off(view)
    return Card(
        title=card.title,
        blocks=card.blocks,
        rows=card.rows,
        hint="Open the file to take it out of your calendar, and let them know if you have not yet.",
        files=[calendar_file(view, stamp)],
    )


def _called_off(view: InterviewView) -> Card:
    return Card(
        title=f"Cancelled: {_name(view)}",
        blocks=[Text(fact("It was booked for", when(view.starts_at)))],
        rows=((Button("Book a new time", "interview.book", (view.contact_id,), Style.PRIMARY), _NEXT),),
    )


def calendar(view: InterviewView, stamp: datetime) -> Card:
    """The file once more."""
    return Card(
        title=f"Calendar file: {_name(view)}",
        blocks=[Text(when(view.starts_at))],
        rows=((Button("Open the meeting", "interview.show", (view.id,), Style.PRIMARY),),),
        hint="Open it on your phone or computer to put the meeting in your calendar.",
        files=[calendar_file(view, stamp)],
    )


_LIST = Button("My meetings", "interview.list")


def listing(found: Listing, number: int) -> Card:
    """All meetings, those to come first."""
    everything = (*found.coming, *found.past)
    if not everything:
        return Card(
            title="No meetings yet",
            blocks=[Text("When somebody says yes, book the time with `/interview schedule`.")],
            rows=((Button("My contacts", "contact.list", style=Style.PRIMARY), _NEXT),),
        )
    shown = page(everything, number, _PAGE)
    return Card(
        title="Your meetings",
        above=shown.label,
        blocks=_groups(shown),
        rows=(_select(shown, found), _list_buttons(found, shown)),
        hint="Choose one to open it.",
    )


def _list_buttons(found: Listing, shown: Page[InterviewView]) -> tuple[Button, ...]:
    first = (
        Button("Open prep", "interview.prep", (found.coming[0].id,), Style.PRIMARY)
        if found.coming
        else _primary(_NEXT)
    )
    return (first, *turners(shown, "interview.list"))


def _groups(shown: Page[InterviewView]) -> list[Block]:
    coming = [view for view in shown.items if view.waits and not view.over]
    past = shown.items[len(coming) :]
    texts = [
        Text("\n".join([f"**{title}**", *(f"{_name(view)} · {when(view.starts_at)}{_word(view)}" for view in views)]))
        for title, views in (("Coming", coming), ("Past", past))
        if views
    ]
    return [texts[0], Divider(), texts[1]] if coming and past else list(texts)


def _word(view: InterviewView) -> str:
    match view.status:
        case InterviewStatus.SCHEDULED:
            return " · did it happen?" if view.over else ""
        case InterviewStatus.MISSED:
            return " · did not take place"
        case status:
            return f" · {status.value}"


def _select(shown: Page[InterviewView], found: Listing) -> Select:
    options = tuple(
        Option(
            " ".join(view.contact_name.split()),
            str(view.id),
            f"{view.starts_at.astimezone(found.zone):%A, %B %-d, %Y, %H:%M}" if found.zone else "",
        )
        for view in shown.items
    )
    return Select("interview.open", options, "Open a meeting")


def _meeting_buttons(view: InterviewView) -> tuple[Button, ...]:
    return (
        Button("Open prep", "interview.prep", (view.id,), Style.PRIMARY),
        Button("Move", "interview.moved", (view.id,)),
        Button("Cancel", "interview.cancel", (view.id,)),
        Button("Calendar file", "interview.file", (view.id,)),
    )


def _move_it(view: InterviewView, wanted: Terms) -> Button:
    args = (view.id, int(wanted.starts_at.timestamp()), wanted.minutes or 0, wanted.mode or "")
    return Button("Move it", "interview.shift", args, Style.PRIMARY)


def _wanted(view: InterviewView, wanted: Terms) -> list[str]:
    """What was asked for. A place does not fit into a button, so it is handed back."""
    lines = [fact("You asked for", when(wanted.starts_at))]
    if wanted.place and wanted.place != view.place:
        lines.append(f"{fact('Place you typed', plain(wanted.place))} (to change it, press Move afterwards)")
    return lines


def _terms(view: InterviewView) -> str:
    how = f", {MODE_WORDS[view.mode]}" if view.mode else ""
    lines = [fact("When", when(view.starts_at)), fact("How long", f"{view.minutes} minutes{how}")]
    return "\n".join([*lines, fact("Where", plain(view.place))] if view.place else lines)


def _clashes(done: Booked) -> list[str]:
    return [
        f"⚠️ **It overlaps** with your meeting with {_name(other)}, {when(other.starts_at)}."
        for other in done.overlaps[:3]
    ]


def _name(view: InterviewView) -> str:
    return short(view.contact_name, _NAME)


def _primary(button: Button) -> Button:
    return Button(button.label, button.action, button.args, Style.PRIMARY)
