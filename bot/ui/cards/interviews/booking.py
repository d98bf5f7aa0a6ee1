"""Cards of what was wished about an interview's time: booked, moved, or not just like that."""

from datetime import datetime

from bot.handbook.models import Handbook
from bot.services.interviews.views import AlreadyBooked, Booked, InterviewView, NotMoved, Terms
from bot.ui.cards.interviews.calendar_file import calendar_file
from bot.ui.cards.interviews.cards import interview, interview_buttons, name, terms
from bot.ui.cards.shared import what_happened, with_link
from bot.ui.kit.card import Button, Card, CardState, Style, Text, fact, plain, when


def booked(done: Booked, stamp: datetime) -> Card:
    """The interview is in the book, with its calendar file."""
    view = done.interview
    accepted = ["Your request is marked as accepted."] if done.accepted else []
    return Card(
        title=f"Booked: {name(view)}",
        blocks=[with_link("\n".join([terms(view), *_clashes(done), *accepted]), view.place)],
        rows=(interview_buttons(view, file=False),),
        hint="Open the file to put it in your calendar. I remind you before it starts.",
        state=CardState.ACTIVE,
        files=[calendar_file(view, stamp)],
    )


def moved(done: Booked, stamp: datetime) -> Card:
    """The interview on its new terms, with a calendar file that updates the entry."""
    view = done.interview
    before = [fact("Before", when(done.before))] if done.before else []
    return Card(
        title=f"{'Moved' if done.before else 'Changed'}: {name(view)}",
        blocks=[with_link("\n".join([terms(view), *before, *_clashes(done)]), view.place)],
        rows=(interview_buttons(view, file=False),),
        hint="Your reminders moved along. Open the file to update your calendar.",
        state=CardState.ACTIVE,
        files=[calendar_file(view, stamp)],
    )


def already_booked(found: AlreadyBooked) -> Card:
    """This contact has a coming interview: move it instead?"""
    view, wanted = found.interview, found.wanted
    return Card(
        title=f"You already have a meeting with {name(view)}",
        blocks=[
            Text("\n".join([fact("Booked", when(view.starts_at)), *_wanted(view, wanted)])),
            Text("Nothing was changed. Do you want to move it to the new time?"),
        ],
        rows=((_move_it(view, wanted), Button("Keep it", "interview.show", (view.id, 1))),),
        state=CardState.WAITING,
    )


def not_moved(found: NotMoved, handbook: Handbook) -> Card:
    """The interview's time has passed, so it is not moved just like that."""
    view = found.interview
    if not view.waits:
        return interview(view, handbook)
    it_happened, _, it_did_not = what_happened(view.id)
    return Card(
        title="That meeting's time is over",
        blocks=[
            Text("\n".join([fact("It was booked for", when(view.starts_at)), *_wanted(view, found.wanted)])),
            Text(f"Nothing was changed. Did you meet {name(view)}, or did the meeting move?"),
        ],
        rows=((_move_it(view, found.wanted), it_happened, it_did_not),),
        state=CardState.WAITING,
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


def _clashes(done: Booked) -> list[str]:
    return [
        f"⚠️ **It overlaps** with your meeting with {name(other)}, {when(other.starts_at)}."
        for other in done.overlaps[:3]
    ]
