"""Cards and the form of a student's own data: the files, what came back, the word that confirms, the last card."""

from collections.abc import Sequence

from bot.domain.errors import CoachError
from bot.domain.mydata import CONFIRMATION
from bot.services.mydata.export_files import ARCHIVE, EVERYTHING, ExportFile
from bot.services.mydata.service import HandedOver, Returned
from bot.ui.cards.error_sentences import sentence
from bot.ui.cards.shared import NEXT, primary
from bot.ui.kit.card import Button, Card, CardState, File, Style, Text, count
from bot.ui.kit.form import Form, TextField

MOST_FILES = 10
"""Files that Discord takes with one message."""
MOST_BYTES = 10_000_000
"""Bytes that it takes for a file, whatever a server has paid for; here for all of a message, to be safe."""
_COMES_BACK = "Should you delete everything one day, `/mydata import` takes this back."
_PARTS_COME_BACK = f"{_COMES_BACK[:-1]}: all parts at once, as `file`, `part2` and so on."
_TOO_LARGE = "It is more than `/mydata import` takes back: ask your career center before you delete anything."
_DAMAGED = (
    "Some texts are damaged: they were changed outside of Rapport, and are not in these files. `everything.json`"
    " says which, under `damaged`. Ask your career center: a backup may still have them."
)
EXPORT = Button("Export my data", "mydata.export")
DELETE = Button("Delete everything", "mydata.delete", style=Style.DANGER)


def exported(handed: HandedOver, most_bytes: int) -> list[Card]:
    """Everything, to take along, and whether an import would take it back; as many messages as it takes."""
    first, *more = _messages(handed.files, most_bytes)
    what = (
        f"Everything that I keep about you, in {count(len(handed.files), 'file')}. "
        "`everything.json` holds all of it as it is; the CSV files open in any spreadsheet."
        if handed.files[0].name in {EVERYTHING, ARCHIVE}
        else f"Everything that I keep about you, in {count(len(handed.files), 'part')}: keep all of them. "
        "Each has an `everything.json` with a share of it, and CSV files that open in any spreadsheet."
    )
    card = Card(
        title="Your data",
        blocks=[Text(what), Text(_comes_back(handed)), *([Text(_DAMAGED)] if handed.damaged else ())],
        rows=((NEXT, DELETE),),
        hint="It holds other people's addresses too. Keep it where only you can read it.",
        state=CardState.DONE,
        files=first,
    )
    return [card, *(_and_more(files) for files in more)]


def _comes_back(handed: HandedOver) -> str:
    if not handed.comes_back:
        return _TOO_LARGE
    return _COMES_BACK if len(handed.files) == 1 or handed.files[0].name == EVERYTHING else _PARTS_COME_BACK


def _and_more(files: Sequence[File]) -> Card:
    return Card(
        title="Your data, continued",
        blocks=[Text(f"{', '.join(f'`{file.name}`' for file in files)} belongs to it.")],
        state=CardState.DONE,
        files=files,
    )


def _messages(files: Sequence[ExportFile], most_bytes: int) -> list[tuple[File, ...]]:
    """As many files in each as Discord takes."""
    found: list[list[File]] = [[]]
    for file in files:
        size = sum(len(one.content) for one in found[-1]) + len(file.content)
        if found[-1] and (size > most_bytes or len(found[-1]) == MOST_FILES):
            found.append([])
        found[-1].append(File(file.name, file.content))
    return [tuple(one) for one in found]


def imported(returned: Returned) -> Card:
    """What is here again."""
    parts = [
        count(returned.contacts, "contact"),
        count(returned.requests, "request"),
        count(returned.interviews, "meeting"),
        count(returned.todos, "to-do"),
    ]
    return Card(
        title="Your data is back",
        blocks=[Text(f"{', '.join(parts)}, with everything around them. Reminders go on from here.")],
        rows=((primary(NEXT), EXPORT),),
        hint="Use new cards from now on: the buttons of older ones do not know what came back.",
        state=CardState.DONE,
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
        state=CardState.WAITING,
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
        state=CardState.DONE,
    )


def kept(months: int) -> Card:
    """A student who was warned stays; `months`: how long they may stay away again, 0 for ever."""
    again = f"If you are away for {count(months, 'month')} again, I ask you again before anything is deleted."
    return Card(
        title="Your data stays",
        blocks=[Text(again if months else "Nothing is deleted unless you delete it.")],
        rows=((primary(NEXT), EXPORT),),
        hint="Good to see you. `/next` shows where you stopped.",
        state=CardState.DONE,
    )


def nothing_kept() -> Card:
    """A student who was warned comes back too late."""
    return Card(
        title="There is nothing left to keep",
        blocks=[Text("Everything that I kept about you is deleted already, and I cannot bring it back.")],
        hint="You are welcome all the same: `/next` begins anew.",
    )
