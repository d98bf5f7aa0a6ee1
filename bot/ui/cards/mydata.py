"""Cards and the form of a student's own data: the files, the word that confirms, and the last card."""

import io
import zipfile
from collections.abc import Sequence

from bot.domain.errors import CoachError
from bot.domain.mydata import CONFIRMATION
from bot.services.mydata_files import ExportFile
from bot.ui.card import Button, Card, File, State, Style, Text, count
from bot.ui.cards.shared import NEXT
from bot.ui.form import Form, TextField
from bot.ui.sentences import sentence

MOST_FILES = 10
"""Files that Discord takes with one message."""
MOST_BYTES = 10_000_000
"""Bytes that it takes for a file, whatever a server has paid for; here for all of a message, to be safe."""
_EXPORT = Button("Export my data", "mydata.export")
_DELETE = Button("Delete everything", "mydata.delete", style=Style.DANGER)


def packed(files: Sequence[ExportFile]) -> tuple[File, ...]:
    """The files as one message takes them: as they are, else all in one zip; nothing when that is too large too."""
    if len(files) <= MOST_FILES and sum(len(file.content) for file in files) <= MOST_BYTES:
        return tuple(File(file.name, file.content) for file in files)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in files:
            opened.writestr(file.name, file.content)
    content = archive.getvalue()
    return (File("everything.zip", content),) if len(content) <= MOST_BYTES else ()


def exported(files: Sequence[File]) -> Card:
    """Everything, to take along."""
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
                "The JSON holds all of it as it is; the CSV files open in any spreadsheet."
            )
        ],
        rows=((NEXT, _DELETE),),
        hint="It holds other people's addresses too. Keep it where only you can read it.",
        state=State.DONE,
        files=files,
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
        rows=((_EXPORT, Button("Try again", "mydata.delete", style=Style.DANGER), NEXT),),
        hint="An export first is a good idea: afterwards there is nothing left to export.",
        state=State.WAITING,
    )


def erased() -> Card:
    """Nothing is left."""
    return Card(
        title="Everything is deleted",
        blocks=[
            Text(
                "Nothing that you told me is kept any more, and no reminder will come. "
                "My earlier messages stay in your chat; their buttons find nothing."
            )
        ],
        hint="You are welcome back any time: `/next` begins anew. Thank you for trying.",
        state=State.DONE,
    )
