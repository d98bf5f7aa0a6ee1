"""A student's ten days on an encrypted database: nobody who has the file reads a word of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage.columns.seal import new_key
from tests.support.full_journey import MARK, live
from tests.support.world import ZONE, Student, World, sqlite_url, world


@pytest.fixture
async def locked(tmp_path: Path) -> AsyncIterator[World]:
    """A bot whose settings have a key, on a fresh file."""
    async with world(sqlite_url(tmp_path), data_dir=tmp_path, encryption_keys=new_key()) as running:
        yield running


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def test_no_file_holds_a_word_of_what_a_student_wrote(locked: World, tmp_path: Path) -> None:
    life = await live(locked)
    assert f"Ana {MARK}mark" in await life.dm.slash("contact show", contact="Ana")
    written = contents(tmp_path)
    assert {"rapport.sqlite3", "rapport.sqlite3-wal"} <= set(written)
    assert b"rapport:sealed:" in b"".join(written.values())
    for name, content in written.items():
        for mark in (MARK, MARK.lower()):
            assert mark.encode() not in content, f"{name} holds a student's words"


async def test_a_restart_with_the_same_key_goes_on(locked: World) -> None:
    maya = locked.student()
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana Ruiz"})
    await locked.restart()
    assert "Ana Ruiz" in await maya.slash("contact list")
    assert "Ana Ruiz" in await maya.slash("contact show", contact="ana")


async def test_a_damaged_text_is_said_on_every_card_and_written_anew_in_the_form(
    locked: World, caplog: pytest.LogCaptureFixture
) -> None:
    maya = locked.student()
    for name in ("Ana Ruiz", "Ben Cole"):
        await maya.slash("contact add")
        await maya.fill({"Name": name, "Role and organization": "Biologist, NOAA", "Why them?": f"{name}'s work"})
    async with locked.bot.db.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(
            text("UPDATE contacts SET why = (SELECT name FROM contacts WHERE id = 2) WHERE id = 1")
        )
        await connection.execute(text("UPDATE contacts SET name = 'Planted words' WHERE id = 2"))
    shown = await maya.slash("contact show", contact="Ana")
    assert "[This text is damaged]" in shown
    assert "changed or moved outside of Rapport" in shown
    listed = await maya.slash("contact list")
    assert "Ana Ruiz" in listed
    assert "[This text is damaged]" in listed
    assert "changed or moved outside of Rapport" in listed
    form = await maya.slash("contact edit", contact="Ana")
    assert form.fields["Why them?"]["value"] == "[This text is damaged]"
    assert "damaged" in await maya.fill({"Name": "Ana Ruiz-Lopez"})
    await maya.slash("contact edit", contact="Ana")
    mended = await maya.fill({"Why them?": "Her work on trout"})
    assert "Her work on trout" in mended
    assert "damaged" not in mended
    refused = await maya.slash("todo add", text="Ask [this text is damaged] again")
    assert "instead of what you once wrote" in refused
    exported = await maya.slash("mydata export")
    assert "Some texts are damaged" in exported
    assert "damage: a text in contacts.why is not as the bot wrote it" in caplog.messages
    assert "Planted" not in caplog.text


async def test_settings_never_show_a_key(locked: World, caplog: pytest.LogCaptureFixture) -> None:
    (key,) = locked.settings.keys
    for shown in (repr(locked.settings), str(locked.settings.model_dump()), locked.settings.model_dump_json()):
        assert key not in shown
    assert key not in caplog.text


async def met(student: Student, *names: str) -> None:
    """They have met these people."""
    services = student.world.bot.services
    await services.profiles.set_zone(student.id, ZONE)
    for name in names:
        await student.slash("contact add")
        await student.fill({"Name": name})
        await student.slash("interview happened", contact=name)


async def test_no_card_is_drawn_where_a_changed_row_says_but_in_the_students_own_dm(locked: World) -> None:
    """Whoever writes to the database may be a student too, and names a message of their own to read hers in."""
    maya, tom = locked.student(), locked.student("tom", "Tom")
    await met(tom, "Bea")
    await tom.slash("evaluate", contact="Bea")
    await met(maya, "Ana Núñez", "Ben Cole")
    await maya.slash("evaluate", contact="Ana")
    await maya.press("Yes")
    await maya.say("I would like the river")
    theirs = f"(SELECT {{}} FROM evaluations WHERE owner_id = {tom.id})"  # noqa: S608 - of this test
    places = ", ".join(f"{name} = {theirs.format(name)}" for name in ("channel_id", "message_id"))
    moved = text(f"UPDATE evaluations SET {places} WHERE owner_id = {maya.id}")  # noqa: S608 - of this test
    before = [message.text for message in tom.reminders()]

    async with locked.bot.db.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(moved)
    await maya.slash("evaluate", contact="Ben")
    await maya.press("Pause it and start Ben Cole")
    assert [message.text for message in tom.reminders()] == before, "paused, for another"

    async with locked.bot.db.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(moved)
    await maya.press("Yes")
    assert [message.text for message in tom.reminders()] == before, "answered"
    async with locked.bot.db.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(moved)
    await maya.slash("mydata delete")
    assert "Nothing that you told me is kept" in await maya.fill({next(iter(maya.screen.fields)): "delete"})
    assert [message.text for message in tom.reminders()] == before, "erased"
