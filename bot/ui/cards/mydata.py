"""Cards and the form of a student's own data: the files, what came back, the word that confirms, the last card."""

from collections.abc import Sequence

from bot.domain.errors import CoachError
from bot.domain.mydata import CONFIRMATION
from bot.services.mydata import Returned
from bot.services.mydata_files import ExportFile, zipped
from bot.ui.card import Button, Card, File, State, Style, Text, count
from bot.ui.cards.shared import NEXT, primary
from bot.ui.form import Form, TextField
from bot.ui.sentences import sentence

MOST_FILES = 10
"""Files that Discord takes with one message."""
MOST_BYTES = 10_000_000
"""Bytes that it takes for a file, whatever a server has paid for; here for all of a message, to be safe."""
_COMES_BACK = "Should you delete everything one day, `/mydata import` takes this back."
_TOO_LARGE = "It is more than `/mydata import` takes back: ask your career center before you delete anything."
EXPORT = Button("Export my data", "mydata.export")
DELETE = Button("Delete everything", "mydata.delete", style=Style.DANGER)


def packed(files: Sequence[ExportFile]) -> tuple[File, ...]:
    """The files as one message takes them: as they are, else all in one zip; nothing when that is too large too."""
    if len(files) > MOST_FILES or _size(files) > MOST_BYTES:
        files = [zipped(files)]
    return tuple(File(file.name, file.content) for file in files) if _size(files) <= MOST_BYTES else ()


def _size(files: Sequence[ExportFile]) -> int:
    return sum(len(file.content) for file in files)


def exported(files: Sequence[File], *, comes_back: bool) -> Card:
    """Everything, to take along; and whether an import would take it back."""
    if not files:
        return Card(
            title="More than one message takes",
            blocks=[Text("Your data is too large for a file in Discord. Your career center can hand it to you.")],
            rows=((NEXT,),),
            state=State.WAITING,
        )
    return Card(
        title="Your data",
        blocks=[
            Text(
                f"Everything that I keep about you, in {count(len(files), 'file')}. "
                "`everything.json` holds all of it as it is; the CSV files open in any spreadsheet."
            ),
            Text(_COMES_BACK if comes_back else _TOO_LARGE),
        ],
        rows=((NEXT, DELETE),),
        hint="It holds other people's addresses too. Keep it where only you can read it.",
        state=State.DONE,
        files=files,
    )


def imported(returned: Returned) -> Card:
    """What is here again."""
    parts = [
        count(returned.contacts, "contact"),
        count(returned.requests, "request"),
        count(returned.meetings, "meeting"),
        count(returned.todos, "to-do"),
    ]
    return Card(
        title="Your data is back",
        blocks=[Text(f"{', '.join(parts)}, with everything around them. Reminders go on from here.")],
        rows=((primary(NEXT), EXPORT),),
        hint="Use new cards from now on: the buttons of older ones do not know what came back.",
        state=State.DONE,
    )


def delete_form() -> Form:
    """The word that confirms."""
    return Form(
        title="Delete all my data",
        action="mydata.erase",
        fields=[
            TextField(
                "word",
                f"Type {CONFIRMATION} to confirm",
                placeholder=CONFIRMATION,
                description="Erases your contacts, letters, meetings, answers, to-dos and reminders. No way back.",
                required=True,
                limit=100,
            )
        ],
    )


def not_confirmed(error: CoachError) -> Card:
    """Another word was typed."""
    return Card(
        title="Nothing was deleted",
        blocks=[Text(sentence(error))],
        rows=((EXPORT, Button("Try again", "mydata.delete", style=Style.DANGER), NEXT),),
        hint="An export first is a good idea: afterwards there is nothing left to export.",
        state=State.WAITING,
    )


def erased(*, may_arrive: bool = False) -> Card:
    """Nothing is left; `may_arrive`: of a reminder that is on its way nobody can tell."""
    reminders = (
        "One reminder was just on its way and may still arrive; no other will come."
        if may_arrive
        else "No reminder will come."
    )
    return Card(
        title="Everything is deleted",
        blocks=[
            Text(
                f"Nothing that you told me is kept any more. {reminders} "
                "My earlier messages stay in your chat; their buttons find nothing."
            )
        ],
        hint="Welcome back any time: `/next` begins anew, and `/mydata import` takes back an export.",
        state=State.DONE,
    )


def kept(months: int) -> Card:
    """A student who was warned stays; `months`: how long they may stay away again, 0 for ever."""
    again = f"If you are away for {count(months, 'month')} again, I ask you again before anything is deleted."
    return Card(
        title="Your data stays",
        blocks=[Text(again if months else "Nothing is deleted unless you delete it.")],
        rows=((primary(NEXT), EXPORT),),
        hint="Good to see you. `/next` shows where you stopped.",
        state=State.DONE,
    )


def nothing_kept() -> Card:
    """A student who was warned comes back too late."""
    return Card(
        title="There is nothing left to keep",
        blocks=[Text("Everything that I kept about you is deleted already, and I cannot bring it back.")],
        hint="You are welcome all the same: `/next` begins anew.",
    )
