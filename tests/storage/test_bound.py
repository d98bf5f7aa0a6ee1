"""What is encrypted stays whose it is: whoever writes to the database can neither move it nor put words there."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import make_url

from bot.domain.errors import Code
from bot.domain.evaluations.conversation import Back, Choose, Say
from bot.domain.evaluations.questions import GivenAnswer, Verdict
from bot.domain.requests.form import RequestWords
from bot.domain.requests.status import RequestRoute
from bot.domain.text.damage import DAMAGED, LOST
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services.contacts.views import ContactEntry
from bot.services.evaluations.views import Opened, Turn
from bot.storage.columns.seal import BOUND, OLDER, new_key
from bot.storage.columns.types import NobodysError, seal_of
from bot.storage.database import Database, open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.maintenance.census import Census, take
from bot.storage.maintenance.copy import AS_KEPT, copy
from bot.storage.maintenance.rotate_keys import rotate
from bot.storage.models import Contact, User
from bot.storage.schema.keys import ALL_BOUND
from bot.storage.schema.revision import bring_up_to_date
from tests.storage.older import older, seal_as_once
from tests.support.shortcuts import opened, refusal
from tests.support.world import ZONE, sqlite_url

pytestmark = pytest.mark.own_keys
KEY, NEXT = new_key(), new_key()
MAYA, TOM = 1001, 1002
ENTRY = ContactEntry("Ana Ruiz", "Marine biologist, NOAA", "Alumni", "ana@noaa.example", "Her work on trout")
CONTACTS, TODOS, USERS, ANSWERS = (AS_KEPT.tables[name] for name in ("contacts", "todos", "users", "answers"))


class College:
    """A database on which the bot works, and somebody who writes to it past the bot."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.services: Services = build_services(db, loader.load())

    async def kept(self, column: Any, row: int = 1) -> Any:
        """What the database has."""
        key = next(iter(column.table.primary_key))
        async with self.db.engine.connect() as connection:
            return await connection.scalar(select(column).where(key == row))

    async def put(self, column: Any, value: Any, row: int = 1) -> None:
        """Past the bot."""
        key = next(iter(column.table.primary_key))
        async with self.db.engine.execution_options(writes=True).begin() as connection:
            await connection.execute(update(column.table).where(key == row).values({column: value}))


@asynccontextmanager
async def college(database: str, *keys: str) -> AsyncIterator[College]:
    async with opened(database, *keys) as engine:
        # A server has no folder of its own: the notes of each college are in one of this test.
        with TemporaryDirectory() as notes:
            yield College(Database(engine, Path(notes)))


async def settle_in(college: College) -> None:
    """Two students, with contacts 1 and 2, 3 and a to-do of the first one."""
    for student, name in ((MAYA, "Maya"), (TOM, "Tom")):
        await college.services.profiles.edit(student, name=name, school="CU", about="A junior", interests="Rivers")
        await college.services.profiles.set_zone(student, ZONE)
        await college.services.contacts.add(student, ENTRY)
    await college.services.contacts.add(MAYA, ContactEntry("Ben Cole", "Chef", why="His soups"))
    await college.services.contacts.note(MAYA, 1, "Met her at the river")
    await college.services.todos.add(MAYA, "Read her paper")


@pytest.fixture
async def here(database: str) -> AsyncIterator[College]:
    """Encrypted from the start."""
    async with college(database, KEY) as made:
        await settle_in(made)
        yield made


async def from_another_column(here: College) -> str:
    return str(await here.kept(CONTACTS.c.notes))


async def from_another_table(here: College) -> str:
    return str(await here.kept(TODOS.c.text))


async def from_another_student(here: College) -> str:
    return str(await here.kept(CONTACTS.c.why, 2))


async def cut_short(here: College) -> str:
    return str(await here.kept(CONTACTS.c.why))[:-8]


async def plain(here: College) -> str:
    return "Planted words"


async def of_the_first_release(here: College) -> str:
    return older("Planted words", KEY)


TAMPERED = [from_another_column, from_another_table, from_another_student, cut_short, plain, of_the_first_release]


@pytest.mark.parametrize("tamper", TAMPERED)
async def test_what_is_not_as_it_was_written_is_said_and_logged_and_not_shown(
    here: College, caplog: pytest.LogCaptureFixture, tamper: Callable[[College], Awaitable[str]]
) -> None:
    await here.put(CONTACTS.c.why, await tamper(here))
    with caplog.at_level(logging.DEBUG, "bot"):
        person = await here.services.contacts.get(MAYA, 1)
    assert (person.name, person.why) == ("Ana Ruiz", DAMAGED)
    assert [line for line in caplog.messages if "damage" in line] == [
        "damage: a text in contacts.why is not as the bot wrote it"
    ]
    for word in ("Planted", "trout", "river", "paper"):
        assert word not in caplog.text
    # The others are as they were.
    assert (await here.services.contacts.get(TOM, 2)).why == ENTRY.why


async def test_an_older_text_of_the_same_place_is_taken(here: College) -> None:
    """No key can tell what was there later; docs/operators/data-protection.md says so."""
    before = await here.kept(CONTACTS.c.why)
    await here.services.contacts.edit(MAYA, 1, ContactEntry("Ana Ruiz", why="Another reason"))
    await here.put(CONTACTS.c.why, before)
    assert (await here.services.contacts.get(MAYA, 1)).why == ENTRY.why


async def test_a_text_of_the_same_column_and_student_is_taken_in_another_row(here: College) -> None:
    """A place is a table, a column and a student, whatever the row; docs/operators/data-protection.md says so."""
    await here.put(CONTACTS.c.why, await here.kept(CONTACTS.c.why, 3))
    assert (await here.services.contacts.get(MAYA, 1)).why == "His soups"


async def test_a_whole_row_given_to_another_student_tells_them_nothing(here: College) -> None:
    await here.put(CONTACTS.c.owner_id, TOM)
    lines = await here.services.contacts.listing(TOM)
    assert sorted(line.name for line in lines) == ["Ana Ruiz", DAMAGED]
    person = await here.services.contacts.get(TOM, 1)
    assert {person.name, person.role.title, person.reach, person.why, person.notes} == {DAMAGED}


async def test_one_damaged_row_breaks_neither_a_list_nor_a_search(here: College) -> None:
    for column in (CONTACTS.c.name, CONTACTS.c.organization, CONTACTS.c.email, CONTACTS.c.why):
        await here.put(column, "Planted words")
    contacts = here.services.contacts
    assert [line.name for line in await contacts.listing(MAYA)] == [DAMAGED, "Ben Cole"]
    for words in ("planted", "damaged", "this text"):
        assert await contacts.listing(MAYA, search=words) == []
    assert [one.name for one in await contacts.suggest(MAYA, "")] == ["Ben Cole", DAMAGED]
    assert [one.id for one in await contacts.suggest(MAYA, "biologist")] == [1]
    assert (await contacts.resolve(MAYA, "#1")).id == 1
    # Two that cannot be read are not taken for the same person.
    await here.put(CONTACTS.c.name, "Planted words", 3)
    assert (await contacts.add(MAYA, ContactEntry("Cy Young"))).duplicate is None


async def test_an_edit_of_another_field_leaves_a_damaged_text_as_it_is(here: College) -> None:
    planted = await from_another_student(here)
    for column in (CONTACTS.c.why, CONTACTS.c.reach):
        await here.put(column, planted)
    email = await here.kept(CONTACTS.c.email)
    _, form = await here.services.contacts.entry(MAYA, 1)
    assert (form.why, form.reach) == (DAMAGED, DAMAGED)
    await here.services.contacts.edit(MAYA, 1, replace(form, name="Ana Ruiz-Lopez"))
    assert [await here.kept(column) for column in (CONTACTS.c.why, CONTACTS.c.reach)] == [planted] * 2
    assert await here.kept(CONTACTS.c.email) == email
    assert (await here.services.contacts.get(MAYA, 1)).name == "Ana Ruiz-Lopez"
    person = await here.services.contacts.edit(MAYA, 1, replace(form, reach="", why="New words"))
    assert (person.why, person.reach) == ("New words", "")


async def test_notes_that_cannot_be_read_begin_anew(here: College) -> None:
    await here.put(CONTACTS.c.notes, "Planted words")
    assert (await here.services.contacts.get(MAYA, 1)).notes == DAMAGED
    person = await here.services.contacts.note(MAYA, 1, "Called her")
    assert person.notes.endswith("\nCalled her")
    assert DAMAGED not in person.notes


async def test_no_letter_is_made_of_it_and_it_is_never_kept(here: College) -> None:
    await here.put(CONTACTS.c.name, "Planted words")
    drafts = here.services.requests
    with refusal(Code.DAMAGED):
        await drafts.compose(
            MAYA, 1, RequestRoute.EMAIL, RequestWords("We met", "Your work", "A day in the lab", "Friday")
        )
    with refusal(Code.DAMAGED):
        await here.services.todos.add(MAYA, f"Ask {DAMAGED.upper()} again")
    person = await here.services.contacts.get(MAYA, 1)
    assert person.request_id is None


async def test_a_form_that_waits_is_damaged_too(here: College) -> None:
    await here.services.profiles.park(MAYA, "todo.list", ["1"], {"text": "Mine"})
    await here.services.profiles.park(TOM, "todo.list", ["1"], {"text": "His"})
    for planted in (await here.kept(USERS.c.parked, TOM), {"action": "home.next", "args": [], "fields": {}}, "[]"):
        await here.put(USERS.c.parked, planted, MAYA)
        assert (await here.services.profiles.set_zone(MAYA, ZONE)).parked is None
    assert (await here.services.profiles.set_zone(TOM, ZONE)).parked is not None


MUCH = 10_000_000


async def test_an_export_says_which_cells_are_damaged_and_comes_back_without_them(here: College) -> None:
    for column in (CONTACTS.c.name, CONTACTS.c.why):
        await here.put(column, "Planted words", 3)
    await here.put(USERS.c.parked, {"action": "home.next"}, MAYA)
    mydata = here.services.mydata
    files = await mydata.export(MAYA)
    content = json.loads(files[0].content)
    assert content["damaged"] == [
        {"table": "users", "row": 1, "column": "parked"},
        {"table": "contacts", "row": 2, "column": "name"},
        {"table": "contacts", "row": 2, "column": "why"},
    ]
    assert (await mydata.hand_over(MAYA, MUCH, MUCH)).damaged
    assert not any(b"Planted" in file.content for file in files)
    assert not (await mydata.hand_over(TOM, MUCH, MUCH)).damaged
    await mydata.erase(MAYA, "DELETE")
    await mydata.import_data(MAYA, files[0].content)
    lines = await here.services.contacts.listing(MAYA)
    assert [line.name for line in lines] == [LOST, "Ana Ruiz"]
    assert (await here.services.contacts.get(MAYA, lines[0].id)).why == ""
    assert "damaged" not in json.loads((await mydata.export(MAYA))[0].content)


async def test_a_unit_of_work_for_nobody_or_for_several_opens_and_seals_nothing(here: College) -> None:
    for unit in (here.db.read(), here.db.write(), here.db.write(MAYA, TOM)):
        async with unit as session:
            assert await session.scalar(select(Contact.id).order_by(Contact.id)) == 1
            with pytest.raises(NobodysError):
                await session.scalar(select(Contact.name))
    for students in ((), (MAYA, TOM)):
        with pytest.raises(NobodysError):
            async with here.db.write(*students) as session:
                (await session.get_one(User, MAYA, options=[])).school = "CSU"


async def test_a_database_of_the_first_release_is_read_and_is_bound_by_a_rotation(database: str) -> None:
    async with college(database) as before:
        await settle_in(before)
        await seal_as_once(before.db.engine, KEY)
        old = await before.kept(CONTACTS.c.why)
    assert old.startswith(f"{OLDER}gAAAA")
    async with college(database, KEY) as lenient:
        assert (await lenient.services.contacts.get(MAYA, 1)).why == ENTRY.why
        await lenient.services.todos.add(MAYA, "Write to her")
        found = await take(lenient.db.engine)
        assert (found.bound, found.plain) == (1, 0)
        assert found.older > 20
        assert (await rotate(lenient.db.engine)).finished
        assert await take(lenient.db.engine) == Census(bound=found.bound + found.older)
    async with college(database, KEY) as bound:
        person = await bound.services.contacts.get(MAYA, 1)
        assert (person.why, person.name) == (ENTRY.why, ENTRY.name)
        assert (await bound.kept(CONTACTS.c.why)).startswith(BOUND)
        await bound.put(CONTACTS.c.why, old)
        assert (await bound.services.contacts.get(MAYA, 1)).why == DAMAGED
        # A rotation makes nothing sound of it, and says where it is.
        done = await rotate(bound.db.engine)
        assert (done.texts, done.damaged) == (0, ("contacts.why, row 1",))
        assert await bound.kept(CONTACTS.c.why) == old
    async with college(database, NEXT, KEY) as other:
        assert (await rotate(other.db.engine)).damaged == ("contacts.why, row 1",)
    async with college(database, NEXT) as other:
        assert seal_of(other.db.engine.dialect).strict
        assert (await other.services.contacts.get(MAYA, 1)).notes.endswith("Met her at the river")


async def test_plain_texts_are_read_until_a_rotation_has_bound_them(database: str) -> None:
    async with college(database) as before:
        await settle_in(before)
    async with college(database, KEY) as lenient:
        assert (await lenient.services.contacts.get(MAYA, 1)).why == ENTRY.why
        await rotate(lenient.db.engine)
    async with college(database, KEY) as bound:
        await bound.put(CONTACTS.c.why, "Planted words")
        assert (await bound.services.contacts.get(MAYA, 1)).why == DAMAGED


async def test_the_note_that_all_is_bound_cannot_be_forged_and_a_lost_one_frees_nothing_that_is_bound(
    here: College, database: str
) -> None:
    stranger = await here.kept(CONTACTS.c.notes)
    async with here.db.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(text("UPDATE facts SET value = :planted WHERE key = :key"), _note(stranger))
    with pytest.raises(StorageUnavailableError) as refused:
        async with college(database, KEY):
            pass
    assert refused.value.trouble is StorageProblem.OTHER_KEYS
    async with here.db.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(text("DELETE FROM facts WHERE key = :key"), {"key": ALL_BOUND})
    async with college(database, KEY) as lenient:
        assert not seal_of(lenient.db.engine.dialect).strict
        await lenient.put(CONTACTS.c.why, stranger)
        assert (await lenient.services.contacts.get(MAYA, 1)).why == DAMAGED


def _note(planted: str) -> dict[str, str]:
    return {"planted": planted, "key": ALL_BOUND}


async def test_a_copy_on_another_database_opens_where_the_first_one_did(here: College, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    await here.put(CONTACTS.c.why, "Planted words", 3)
    source = here.db.engine.url
    await here.db.engine.dispose()
    await copy(source, make_url(sqlite_url(folder)), tmp_path)
    engine = open_engine(make_url(sqlite_url(folder)), [KEY])
    await bring_up_to_date(engine)
    there = College(Database(engine, tmp_path))
    person = await there.services.contacts.get(MAYA, 1)
    assert (person.name, person.why) == (ENTRY.name, ENTRY.why)
    assert (await there.services.contacts.get(MAYA, 3)).why == DAMAGED
    await there.db.close()


async def test_an_answer_keeps_its_damaged_words_when_only_its_verdict_changes(here: College) -> None:
    await here.services.interviews.met(MAYA, 1)
    evaluations = here.services.evaluations
    opened = await evaluations.about(MAYA, 1)
    assert isinstance(opened, Opened)
    await evaluations.take(MAYA, opened.evaluation.id, Say("Yes, all about trout"))
    planted = await from_another_student(here)
    await here.put(ANSWERS.c.text, planted)
    for verdict in (Verdict.PARTLY, Verdict.NO):
        await evaluations.take(MAYA, opened.evaluation.id, Back())
        turn = await evaluations.take(MAYA, opened.evaluation.id, Choose(verdict))
        assert isinstance(turn, Turn)
        assert turn.evaluation.state.answers[1] == GivenAnswer(verdict, DAMAGED)
        assert (await here.kept(ANSWERS.c.text), await here.kept(ANSWERS.c.verdict)) == (planted, verdict)
    await evaluations.take(MAYA, opened.evaluation.id, Back())
    turn = await evaluations.take(MAYA, opened.evaluation.id, Say("No, about bears"))
    assert isinstance(turn, Turn)
    assert DAMAGED not in turn.evaluation.state.answers[1].text
