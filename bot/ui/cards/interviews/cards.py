"""Cards of one interview as it stands: coming, over, happened, missed, called off; and what all of them share."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.text.wording import fill
from bot.handbook.models import Handbook
from bot.services.interviews.views import InterviewView, NoInterview
from bot.ui.cards.interviews.calendar_file import MODE_WORDS, calendar_file
from bot.ui.cards.shared import NEXT, first_is_primary, what_happened, who, with_link
from bot.ui.kit.card import Button, Card, CardState, Style, Text, ago, fact, plain, when
from bot.ui.kit.confirm import confirm

_LIST = Button("My meetings", "interview.list")


def interview(view: InterviewView, handbook: Handbook) -> Card:
    """The interview as it stands."""
    match view.status:
        case InterviewStatus.SCHEDULED:
            return _did_it_happen(view, handbook) if view.over else _coming(view)
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
        title=f"Meeting with {name(view)}",
        blocks=[with_link(terms(view), view.place)],
        rows=(interview_buttons(view),),
        hint="I remind you before it starts, and ask how it went afterwards.",
        state=CardState.ACTIVE,
    )


def no_interview(found: NoInterview) -> Card:
    """There is no booked interview with this contact."""
    return Card(
        title=f"No meeting with {who(found.contact_name)} is booked",
        blocks=[Text("Nothing was changed. Once you have agreed on a time, book it here.")],
        rows=((Button("Book a meeting", "interview.book", (found.contact_id,), Style.PRIMARY), _LIST),),
    )


def _did_it_happen(view: InterviewView, handbook: Handbook) -> Card:
    """The booked time has passed: what became of the interview?"""
    reminder = handbook.reminder("check_back")
    return Card(
        title=fill(reminder.title, name=name(view)),
        blocks=[Text(fact("It was booked for", when(view.starts_at)))],
        rows=(what_happened(view.id),),
        state=CardState.WAITING,
    )


def still_ahead(view: InterviewView) -> Card:
    """It cannot have happened yet."""
    return Card(
        title="That meeting is still to come",
        blocks=[Text(f"You meet {name(view)} on {when(view.starts_at)}. Nothing was changed.")],
        rows=(interview_buttons(view),),
        hint="Met already? Cancel this meeting, then tell me with `/interview happened`.",
        state=CardState.ACTIVE,
    )


def met(view: InterviewView) -> Card:
    """The interview has happened; the note is due."""
    lines = [fact("Ended", when(view.ended_at or view.ends_at))]
    if view.note_sent_at:
        lines.append(f"Thank-you note sent {ago(view.note_sent_at)}")
    elif view.note_due_at:
        lines.append(f"Thank-you note due {ago(view.note_due_at)}")
    return Card(
        title=f"You met {name(view)}",
        blocks=[Text("\n".join(lines))],
        rows=(_after_buttons(view),),
        hint="" if view.evaluation_id else "Evaluate while it is fresh; then you know what to thank them for.",
        state=CardState.DONE if view.note_sent_at else CardState.WAITING,
    )


def _after_buttons(view: InterviewView) -> tuple[Button, ...]:
    """What follows an interview; what is missing comes first."""
    evaluate = Button("Evaluate", "evaluation.start", (view.id,))
    if view.evaluation_status == EvaluationStatus.DONE and view.evaluation_id:
        evaluate = Button("Your evaluation", "evaluation.summary", (view.evaluation_id,))
    draft = Button("Draft the thank-you", "thanks.draft", (view.id,))
    if view.note_version:
        draft = Button("Your thank-you note", "thanks.show", (view.id,))
    sent = () if view.note_sent_at else (Button("Mark as sent", "thanks.sent", (view.id,)),)
    evaluated = view.evaluation_status == EvaluationStatus.DONE and not view.note_sent_at
    steps = (draft, *sent, evaluate) if evaluated else (evaluate, draft, *sent)
    return first_is_primary([*steps, Button("Add a to-do", "todo.new", (view.id,))])


def missed(view: InterviewView, handbook: Handbook) -> Card:
    """It did not take place: assume good faith, and offer two times once."""
    phrases = handbook.interviews.phrases
    return Card(
        title=f"You and {name(view)} did not meet",
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
        f"Cancel the meeting with {name(view)}?",
        f"{terms(view)}\nIts reminders go too. I tell nobody: please let {name(view)} know yourself.",
        yes=Button("Cancel the meeting", "interview.cancelled", (view.id,)),
        no=Button("Keep it", "interview.show", (view.id, 1)),
    )


def cancelled(view: InterviewView, stamp: datetime, handbook: Handbook) -> Card:
    """It is called off; the file takes it out of the calendar."""
    if view.status is not InterviewStatus.CANCELLED:
        return interview(view, handbook)
    return replace(
        _called_off(view),
        hint="Open the file to take it out of your calendar, and let them know if you have not yet.",
        files=[calendar_file(view, stamp)],
    )


def _called_off(view: InterviewView) -> Card:
    return Card(
        title=f"Cancelled: {name(view)}",
        blocks=[Text(fact("It was booked for", when(view.starts_at)))],
        rows=((Button("Book a new time", "interview.book", (view.contact_id,), Style.PRIMARY), NEXT),),
    )


def calendar(view: InterviewView, stamp: datetime) -> Card:
    """The file once more."""
    return Card(
        title=f"Calendar file: {name(view)}",
        blocks=[Text(when(view.starts_at))],
        rows=((Button("Open the meeting", "interview.show", (view.id,), Style.PRIMARY),),),
        hint="Open it on your phone or computer to put the meeting in your calendar.",
        files=[calendar_file(view, stamp)],
    )


def interview_buttons(view: InterviewView, *, file: bool = True) -> tuple[Button, ...]:
    """What one can do with a coming interview. `file`: the card does not bring its calendar file already."""
    return (
        Button("Open prep", "interview.prep", (view.id,), Style.PRIMARY),
        Button("Move", "interview.moved", (view.id,)),
        Button("Cancel", "interview.cancel", (view.id,)),
        *((Button("Calendar file", "interview.file", (view.id,)),) if file else ()),
    )


def terms(view: InterviewView) -> str:
    """When, how long, how and where."""
    how = f", {MODE_WORDS[view.mode]}" if view.mode else ""
    lines = [fact("When", when(view.starts_at)), fact("How long", f"{view.minutes} minutes{how}")]
    return "\n".join([*lines, fact("Where", plain(view.place))] if view.place else lines)


def name(view: InterviewView) -> str:
    """The contact, short enough for a title."""
    return who(view.contact_name)
