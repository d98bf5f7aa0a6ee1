"""No text that a student sends is kept beyond its limit, whatever client sends it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from simcord.backend import serializers

from tests.support.full_journey import live, name
from tests.support.raw_interactions import REFERENCE, Album, Shown, Wire, newest, sensible
from tests.support.world import Student, World, sqlite_url, world

pytestmark = pytest.mark.again  # goes the same ways once more

TOO_LONG = "x" * 6_000
"""As much as Discord takes in one option of a command; in a form or a message it takes 4,000."""
ROOM = {"notes": 20_000}
"""Characters that a column may hold at most, where it is not 4,000. No single text is longer than that."""
ROWS = {"contact", "referred_by", "todo"}
"""Options that name a row."""
TIMES = {"when": "tomorrow 3pm", "city": "Denver", "from": "21:00", "until": "07:00", "minutes": "20"}


async def test_no_text_is_kept_that_is_longer_than_its_limit(tmp_path: Path) -> None:
    async with world(sqlite_url(tmp_path)) as rapport:
        album = Album(rapport)
        life = await live(rapport)
        tried = [await overlong_options(life.dm, command) for command in rapport.bot.tree.walk_commands()]
        assert sum(tried) > 20
        forms = {}
        for thing in newest(album.found.values(), each=1):
            [answer] = await Wire(life.dm).press(thing)
            if answer.form is not None:
                forms[answer.form["custom_id"].split(":")[1]] = (answer.form, thing)
        tried = [await overlong_fields(life.dm, form, thing) for form, thing in forms.values()]
        assert sum(tried) > 25
        await life.dm.slash("evaluate", contact=name("Max"))
        await overlong_message(life.dm)
        assert overlong(rapport) == {}


async def overlong_options(student: Student, command: Any) -> int:
    """Use a command once for each text that it takes, and let that one be as long as can be."""
    options = getattr(command, "parameters", ())
    texts = {one.display_name: one for one in options if one.type.name == "string" and not one.choices}
    known = {one.display_name: one.choices[0].value for one in options if one.choices and one.required}
    known |= {called: "#1" if called in ROWS else TIMES.get(called, "words") for called in texts}
    for called, one in texts.items():
        longest = TOO_LONG[: one.max_value or len(TOO_LONG)]
        assert REFERENCE not in await student.slash(command.qualified_name, **known | {called: longest})
    return len(texts)


async def overlong_fields(student: Student, form: dict[str, Any], thing: Shown) -> int:
    """Send a form once for each text that it takes, and let that one be longer than any client lets it be."""
    fields = [label["component"] for label in form["components"]]
    keys = [field["custom_id"] for field in fields if field["type"] == 4]
    for key in keys:
        [answer] = await Wire(student).submit(form, sensible(form, **TIMES | {key: TOO_LONG}), thing)
        assert answer.acknowledged
        assert REFERENCE not in answer.text
    return len(keys)


async def overlong_message(student: Student) -> None:
    """Type a DM that is longer than any client lets it be."""
    backend = student.world.env.backend
    message = backend.prepare_message(backend.get_dm_channel(student.id).id, student.id, "hi")
    backend.emit("MESSAGE_CREATE", {**serializers.message_payload(backend, message), "content": TOO_LONG})
    await student.world.env.settle()
    assert "“Your answer” is 6000 characters long; 4000 fit." in student.reminders()[-1]


def overlong(rapport: World) -> dict[tuple[str, str], int]:
    """Columns that hold more than they may, with the length of the longest."""
    file = sqlite3.connect(rapport.settings.database.database or "")
    found: dict[tuple[str, str], int] = {}
    for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        rows = file.execute(f"SELECT * FROM {table}")  # noqa: S608 - the name comes from the database itself
        columns = [column for column, *_ in rows.description]
        for column, cell in (pair for row in rows for pair in zip(columns, row, strict=True)):
            if isinstance(cell, str) and (len(cell) > ROOM.get(column, 4_000) or TOO_LONG[:4_001] in cell):
                found[table, column] = max(found.get((table, column), 0), len(cell))
    file.close()
    return found
