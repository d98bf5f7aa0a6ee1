"""Cards and forms of the thank-you note: the draft with what the coach notices, the note once it is sent."""

from collections.abc import Mapping, Sequence

import discord

from bot.domain.text.input import row_token
from bot.domain.text.wording import fill
from bot.domain.thank_yous.letter import BODY_LIMIT, PART_LIMIT, NoteField
from bot.domain.thank_yous.review import MISFITS, NoteFinding, NoteFindingCode
from bot.domain.thank_yous.shareable import not_yet_in
from bot.handbook.fields import Advice
from bot.handbook.models import Handbook
from bot.services.interviews.views import NoInterview, NotMet
from bot.services.thank_yous.views import NoteView
from bot.ui.cards.coach import coach, remark
from bot.ui.cards.shared import NEXT, THEY_READ, first_is_primary, what_happened, who
from bot.ui.kit.card import (
    Block,
    Button,
    Card,
    CardState,
    Divider,
    Letter,
    Option,
    Style,
    Text,
    ago,
    count,
    fact,
    short,
    text_file,
    when,
)
from bot.ui.kit.filenames import filename
from bot.ui.kit.form import ChoiceField, Form, TextField, TickField

_TICKS = 10
"""Most boxes in Discord's form."""
_TODOS = 3
_FIRM = MISFITS | {NoteFindingCode.BLANKS_LEFT}
"""What must be mended before a note goes out."""


def note(view: NoteView, handbook: Handbook) -> Card:
    """The note as it stands: sent, drafted, or still to be written."""
    if view.sent_at is not None:
        return _sent(view)
    return _draft(view, handbook) if view.version else _blank(view)


def _blank(view: NoteView) -> Card:
    return Card(
        title=f"Thank-you to {_name(view)}",
        blocks=[Text(f"Nothing is written yet. {_due(view)}")],
        rows=(
            (
                _button(view, "Draft it", "thanks.draft", Style.PRIMARY),
                _button(view, "Mark as sent", "thanks.sent"),
            ),
        ),
        hint="Three short answers, and a draft is there.",
        state=CardState.WAITING,
    )


def _draft(view: NoteView, handbook: Handbook) -> Card:
    return Card(
        title=f"Thank-you to {_name(view)}",
        blocks=[
            Text(f"-# {count(view.words, 'word')} · version {view.version}\n{_due(view)}"),
            Divider(),
            Letter(view.body, _filename(view)),
            Divider(),
            Text(_coach(view.findings, handbook.thank_yous.findings)),
        ],
        rows=_ways(view),
        hint="Rapport never sends anything for you. Copy it, send it, then press Mark as sent.",
        state=CardState.WAITING if view.late else CardState.ACTIVE,
    )


def _ways(view: NoteView) -> tuple[tuple[Button, ...], ...]:
    """What sends it on; first what mends it while a part is still open. Below it, what may be added."""
    words = _button(view, "Change my answers", "thanks.over")
    edit, sent = _button(view, "Edit", "thanks.edit"), _button(view, "Mark as sent", "thanks.sent")
    as_file = _button(view, "Get as file", "thanks.file")
    unplaced = any(one.code in MISFITS or one.code is NoteFindingCode.TODO_LEFT_OUT for one in view.findings)
    blank = any(one.code is NoteFindingCode.BLANKS_LEFT for one in view.findings)
    mended_first = (words, edit, sent, as_file) if unplaced else (edit, sent, as_file, words)
    ways = mended_first if unplaced or blank else (sent, edit, as_file, words)
    more = ((_button(view, "Ask one thing", "thanks.ask"),),) if view.gaps else ()
    return (first_is_primary(ways), *more)


def _due(view: NoteView) -> str:
    if view.late:
        return "The 24 hours are over, and late is better than never."
    return f"Due {ago(view.due_at)}, {discord.utils.format_dt(view.due_at, 't')}"


def _coach(findings: Sequence[NoteFinding], advice: Mapping[str, Advice]) -> str:
    remarks = [remark(advice[one.code], one.detail, firm=one.code in _FIRM) for one in findings]
    return coach(remarks, "This reads well.")


def _sent(view: NoteView) -> Card:
    blocks: list[Block] = [Text(f"Sent {when(view.sent_at)}") if view.sent_at else Text("Sent")]
    if view.open_todos:
        todos = [f"• {short(todo.text, 90)}" for todo in view.open_todos[:_TODOS]]
        more = len(view.open_todos) - len(todos)
        todos += [f"and {more} more"] if more else []
        blocks += [Divider(), Text("\n".join(["**Still to do** from this talk", *todos]))]
    return Card(
        title=f"Thank-you to {_name(view)}: sent",
        blocks=blocks,
        rows=(_after(view),),
        hint=_keep_word(view),
        state=CardState.DONE,
    )


def _after(view: NoteView) -> tuple[Button, ...]:
    """What comes after the note: the evaluation while it is fresh, what was suggested, the next person."""
    ways = []
    if not view.evaluated:
        ways.append(Button("Evaluate the meeting", "evaluation.start", (view.interview_id,)))
    if view.open_todos:
        ways.append(Button("My to-dos", "todo.list"))
    else:
        ways.append(Button("Add to-dos", "todo.new", (view.interview_id,)))
    return first_is_primary([*ways, NEXT])


def _keep_word(view: NoteView) -> str:
    if view.open_todos:
        return "No more reminders about this note. You promised word: your to-dos are where it starts."
    return "No more reminders about this note. Did they suggest something? Keep it as a to-do."


def not_met(found: NotMet | NoInterview) -> Card:
    """There is nothing to say thanks for yet, and how it can come to it."""
    if isinstance(found, NoInterview):
        return _no_interview(found)
    interview = found.interview
    name = who(interview.contact_name)
    if not interview.over:
        return Card(
            title=f"You have not met {name} yet",
            blocks=[Text(f"You meet {when(interview.starts_at)}. The note comes after that.")],
            rows=((Button("Open prep", "interview.prep", (interview.id,), Style.PRIMARY), NEXT),),
            hint="Met already? Tell me with `/interview happened`.",
        )
    return Card(
        title=f"Did you meet {name}?",
        blocks=[
            Text(f"It was booked for {when(interview.starts_at)}. Tell me what happened; then we write the note.")
        ],
        rows=(what_happened(interview.id),),
        state=CardState.WAITING,
    )


def _no_interview(found: NoInterview) -> Card:
    name = who(found.contact_name)
    return Card(
        title=f"No meeting with {name} yet",
        blocks=[Text("A thank-you note comes after a meeting, and I know of none that took place.")],
        rows=((Button("Book a meeting", "interview.book", (found.contact_id,), Style.PRIMARY), NEXT),),
        hint="Met without booking? Tell me with `/interview happened`.",
    )


def draft_form(view: NoteView, handbook: Handbook) -> Form:
    """The three moves of a note, with what was typed before; and what may be ticked. Nothing is ticked for them."""
    told, phrases = view.offered, handbook.thank_yous.phrases
    fields: list[TextField | ChoiceField | TickField] = [
        _move("learned", NoteField.LEARNED, told.learned, phrases["learned"], "how a claim is settled"),
        _move("done", NoteField.DONE, told.done, phrases["done"], "read the report; or leave it empty"),
        _move("next_step", NoteField.NEXT_STEP, told.next_step, phrases["next_step"], "write to Dr. Lind in May"),
        _may_read(view),
        _ticks(view),
    ]
    # What has nothing to tick is left out of a form.
    return Form("Your thank-you note", "thanks.compose", fields, (view.interview_id,))


def _move(key: str, field: NoteField, value: str, frame: str, example: str) -> TextField:
    """A question under which the beginning stands that the answer should end."""
    described = f"{THEY_READ} Finish: {fill(frame, text='…')}"
    return TextField(key, field.value, value, example, described, long=True, limit=PART_LIMIT)


def _may_read(view: NoteView) -> TickField:
    """Words of the evaluation, and to-dos that are done; what a draft tells of stays ticked."""
    deeds = [Option(todo.text, row_token(todo.id), chosen=todo.told) for todo in view.deeds]
    answers = [Option(one.words, str(one.number)) for one in not_yet_in(view.offered.learned, view.may_read)]
    ideas = [option for option in answers if option.value == _IDEAS]
    others = [option for option in answers if option.value != _IDEAS]
    return TickField(
        "may_read",
        "Which of these may they read?",
        tuple([*ideas, *others[: _TICKS - len(ideas) - min(len(deeds), _DEEDS)], *deeds][:_TICKS]),
        description="You wrote these for yourself. What you tick goes into the note; what you do not, never does.",
    )


_IDEAS = "5"
"""The question about further ideas: what they gave, rather than what the student thinks of it."""
_DEEDS = 4
"""To-dos that are offered even where there are many answers."""


def _ticks(view: NoteView) -> TickField:
    return TickField(
        "ticked",
        "Tick only what is really done",
        tuple(Option(todo.text, str(todo.id)) for todo in view.open_todos[:_TICKS]),
        description=f"{THEY_READ} What you tick goes into the note as done. What you do not, never does.",
    )


def ask_form(view: NoteView, handbook: Handbook) -> Form:
    """One question of the evaluation that is still open."""
    question = ChoiceField(
        "question",
        "Ask one thing that is still open?",
        tuple(Option(handbook.question(number).ask_in_note, str(number)) for number in view.gaps),
        placeholder="Choose one",
        description=f"{THEY_READ} One short question at most; a note that only thanks is fine.",
        required=True,
    )
    return Form("Ask one thing", "thanks.asked", [question], (view.interview_id,))


def edit_form(view: NoteView) -> Form:
    """The note itself."""
    message = TextField(
        "body", NoteField.MESSAGE.value, view.body, "", THEY_READ, long=True, required=True, limit=BODY_LIMIT
    )
    return Form("Your thank-you note", "thanks.edited", [message], (view.interview_id,))


def file(view: NoteView) -> Card:
    """The note as a file."""
    return Card(
        title=f"Thank-you to {_name(view)}",
        blocks=[Text(fact("File", f"{count(view.words, 'word')}, plain text"))],
        files=[text_file(_filename(view), view.body)],
        rows=((_button(view, "Mark as sent", "thanks.sent", Style.PRIMARY), _button(view, "Edit", "thanks.edit")),),
        hint="Rapport never sends anything for you.",
    )


def _filename(view: NoteView) -> str:
    return filename("thank-you", view.contact_name)


def _name(view: NoteView) -> str:
    return who(view.contact_name)


def _button(view: NoteView, label: str, action: str, style: Style = Style.SECONDARY) -> Button:
    return Button(label, action, (view.interview_id,), style)
