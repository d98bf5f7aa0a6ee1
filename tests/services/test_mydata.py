"""A student's own data as a whole, on a real database: taken along complete, erased, and brought back the same."""

import csv
import io
import json
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.clock import now
from bot.domain.errors import Code
from bot.domain.mydata import NOT_TAKEN, RULES
from bot.domain.reminders.inactivity import WARNINGS
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.text.input import seen
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.evaluations.views import MessagePlace
from bot.services.interviews.views import Terms
from bot.services.mydata.export_files import files_of, zipped
from bot.services.mydata.service import MAX_FILE_BYTES, Erased, Returned
from bot.services.reminders.claims import Deliveries
from bot.services.reminders.planning import SUBJECTS
from bot.storage.database import Database
from bot.storage.models import Answer, Base, Contact, Evaluation, Interview, Request, ThankYou
from bot.storage.privacy.erasure import erase_again
from bot.storage.privacy.ownership import personal_tables
from tests.support.exports import TOM, Given, Lived, Tables, every_row, forget, meant, neighbour, packed
from tests.support.shortcuts import add, refusal
from tests.support.world import ZONE

MAYA = 1001
SIGNS = tuple("=+-@＝＋－＠")


@pytest.fixture
def that_day(life: Lived, services: Services, traveller: time_machine.Traveller) -> None:
    """It is the moment of the export."""
    traveller.move_to(life.exported_at)


@pytest.fixture
def given_life(services: Services, db: Database, life: Lived) -> Given:
    return Given(services, db, life)


async def export(services: Services, owner_id: int) -> Tables:
    return dict(json.loads((await services.mydata.export(owner_id))[0].content)["tables"])


# Export


def test_an_export_is_complete_in_json_and_in_csv(life: Lived) -> None:
    sheets = {file.name: file.content.decode("utf-8-sig") for file in life.files[1:]}
    assert set(sheets) == {f"{table.name}.csv" for table in personal_tables()}
    for table in personal_tables():
        rows = life.tables[table.name]
        assert all(list(row) == table.c.keys() for row in rows)
        # In every column some row says something, so that nothing can be missing unnoticed.
        assert {name for row in rows for name, value in row.items() if value is not None} == set(table.c.keys())
        head, *lines = csv.reader(io.StringIO(sheets[f"{table.name}.csv"], newline=""))
        assert head == table.c.keys()
        assert [[cell.replace("'", "") for cell in line] for line in lines] == [
            [shown(value).replace("'", "") for value in row.values()] for row in rows
        ]


def shown(value: Any) -> str:
    """What a cell has of it, apostrophes apart."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


cells = st.text(max_size=60) | st.text("=+-@＝\t\r\n;,\"' \u200ba1", max_size=12) | st.integers(0) | st.none()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@settings(max_examples=300)
@given(values=st.lists(cells, min_size=1, max_size=5))
def test_no_cell_is_a_formula_whatever_is_taken_for_a_separator(separator: str, values: list[Any]) -> None:
    rows = [{f"c{number}": value for number, value in enumerate(values)}] * 2
    _, sheet = files_of({"todos": rows}, now())
    text = io.StringIO(sheet.content.decode("utf-8-sig"), newline="")
    for line in csv.reader(text, delimiter=separator):
        for cell in line:
            begins = cell.lstrip('" \t\r\n\f\v\u200b\u2060\ufeff\u00a0\u3000')
            # After a plus or a minus there may be a number; in a sheet that was taken apart, the rest of a list.
            assert not begins.startswith(tuple("=@＝＠")), repr(cell)
            if begins.startswith(SIGNS):
                assert separator != "," or not re.search(r"[^\W\d_]|[=|!@]", begins), repr(cell)
                # Other cells of the table may hang on it, behind a quote: nothing runs that.
                assert not re.search(r"[=|＝]|\w\(|!\w", begins.partition('"')[0]), repr(cell)


@pytest.mark.parametrize(
    "text",
    [
        "+1 303 555 0100",
        "+1 (303) 555-0100",
        "+49 1987 654 3217",
        "+13035550100",
        "-5",
        "-12.50",
        "+5%",
        "-",
        "a - b",
        "1-2",
        "Ask about:\n- lab hours\n- field weeks, grants",
        "call +1 303 555 0100",
        "a@b.example",
        "x = y",
    ],
)
def test_what_a_spreadsheet_does_not_run_stays_as_it_is(text: str) -> None:
    assert in_a_cell(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@SUM(A1)",
        "＝1+1",
        "+1+1",
        "+1-303-555-0100",
        "-2+3+cmd|' /C calc'!A0",
        "+1 303\n+cmd|' /C calc'!A0",
        "- a bullet",
        '  "=1+1',
        "-A1",
        "+SUM(1)",
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text: str) -> None:
    start = len(text) - len(text.lstrip(' "'))
    assert in_a_cell(text).startswith(f"{text[:start]}'{text[start]}")


@pytest.mark.parametrize("text", ["\n", "\t", " ", ";=", "\n- a", "+1 5" + " " * 40, '"'])
def test_a_long_text_is_looked_through_once(text: str) -> None:
    """While a pattern is searched for, no other thread can run. Looking at runs anew takes minutes."""
    long = text * (60_000 // len(text))
    assert in_a_cell(long).replace("'", "") == long


def test_in_a_sheet_nothing_but_an_apostrophe_is_added() -> None:
    assert in_a_cell("=1+1; +2\n- a bullet\n\tand -3, 4-5") == "'=1+1; +2\n- a bullet\n\tand -3, 4-5"
    assert in_a_cell("a;=1\n=2\t@x;+SUM(3)\n-cmd|' '!A1") == "a;'=1\n'=2\t'@x;'+SUM(3)\n'-cmd|' '!A1"


def in_a_cell(text: str) -> str:
    """What a sheet has of a text."""
    _, sheet = files_of({"todos": [{"text": text}]}, now())
    (_, (cell,)) = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"), newline=""))
    return cell


async def test_an_export_of_nobody_is_empty_and_changes_nothing(services: Services, db: Database) -> None:
    before = await every_row(db)
    (everything,) = await services.mydata.export(MAYA)
    assert json.loads(everything.content)["tables"] == {table.name: [] for table in personal_tables()}
    assert await every_row(db) == before


# Back again


def test_every_column_comes_back_or_says_why_not() -> None:
    for table in personal_tables():
        taken, left = set(RULES[table.name]), set(NOT_TAKEN.get(table.name, {}))
        rows = {key.parent.name for key in table.foreign_keys} | {"id", "discord_id", "subject_id"}
        assert not taken & left
        assert taken | left | (rows & set(table.c.keys())) == set(table.c.keys()), table.name
        assert not (taken | left) & rows
    assert {kind for kinds in SUBJECTS.values() for kind in kinds} | set(WARNINGS) == set(ReminderKind)


@pytest.mark.usefixtures("that_day")
@pytest.mark.parametrize("archive", [False, True], ids=["json", "zip"])
async def test_what_was_erased_comes_back_among_others_and_goes_again(
    services: Services, db: Database, life: Lived, archive: bool
) -> None:
    await neighbour(services, db)
    others = await every_row(db)
    content = zipped(life.files).content if archive else life.content
    for _ in range(2):
        # What any first command does.
        await services.profiles.meet(life.id, "maya")
        returned = await services.mydata.import_data(life.id, content)
        assert returned == Returned(
            *(len(life.tables[name]) for name in ("contacts", "requests", "interviews", "todos"))
        )
        again = await services.mydata.export(life.id)
        assert meant(dict(json.loads(again[0].content)["tables"])) == meant(life.tables)
        assert {file.name for file in again} == {file.name for file in life.files}
        content = again[0].content
        await services.mydata.erase(life.id, "delete")
        assert await every_row(db) == others


@st.composite
def other_lives(draw: st.DrawFn) -> Callable[[Tables], Tables]:
    """The same life with other words, other numbers, and fewer rows."""
    seed = draw(st.integers(0, 2**32))
    words = draw(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), min_size=1
        )
    )
    high = draw(st.sampled_from([60, 10**6, 2**63 - 1]))

    def change(tables: Tables) -> Tables:
        chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
        for name, column in (
            ("users", "about"),
            ("contacts", "notes"),
            ("requests", "body"),
            ("answers", "text"),
            ("todos", "text"),
            ("thank_yous", "learned"),
            ("interviews", "place"),
            ("reminders", "reason"),
        ):
            for row in tables[name]:
                # What nobody can see is left out by an import.
                row[column] = seen(chance.choice(words)) or "x"
        tables["todos"] = chance.sample(tables["todos"], chance.randint(0, len(tables["todos"])))
        tables["answers"] = [row for row in tables["answers"] if chance.random() < 0.7]
        return renumbered(tables, chance, high)

    return change


def renumbered(tables: Tables, chance: random.Random, high: int) -> Tables:
    """Every row under another number, and whatever names it with it. A reminder about nothing is left out."""
    new = {
        name: dict(zip([row["id"] for row in rows], chance.sample(range(1, high), len(rows)), strict=True))
        for name, rows in tables.items()
        if rows and "id" in rows[0]
    }
    about = {kind.value: model.__tablename__ for model, kinds in SUBJECTS.items() for kind in kinds}
    tables["reminders"] = [
        row for row in tables["reminders"] if row["subject_id"] in new.get(about.get(row["kind"], ""), {})
    ]
    for name, rows in tables.items():
        for row in rows:
            for key in Base.metadata.tables[name].foreign_keys:
                column, target = key.parent.name, key.column.table.name
                if target in new and row[column] is not None:
                    row[column] = new[target].get(row[column])
            if name == "reminders":
                subject = new[about[row["kind"]]][row["subject_id"]]
                base, _, snoozed = row["dedupe_key"].partition("+snooze")
                row["dedupe_key"] = f"{row['kind']}:{subject}:{base.split(':')[2]}"
                row["dedupe_key"] += f"+snooze{new[name][int(snoozed)]}" if snoozed else ""
                row["subject_id"] = subject
    for name, numbers in new.items():
        for row in tables[name]:
            row["id"] = numbers[row["id"]]
    return tables


@pytest.mark.usefixtures("that_day")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(change=other_lives())
async def test_any_export_comes_back_as_it_was(given_life: Given, change: Callable[[Tables], Tables]) -> None:
    services, db, life = given_life.services, given_life.db, given_life.life
    tables = change(life.tables)
    await services.mydata.import_data(life.id, packed(tables))
    first = await export(services, life.id)
    assert meant(first) == meant(tables)
    await forget(db, life.id)
    await services.mydata.import_data(life.id, packed(first))
    assert meant(await export(services, life.id)) == meant(first)
    await forget(db, life.id)


@pytest.mark.usefixtures("that_day")
async def test_reminders_go_on_where_they_were(services: Services, db: Database, life: Lived) -> None:
    heard: list[Any] = []
    db.on_armed = heard.append
    await services.mydata.import_data(life.id, life.content)
    rows = [row for row in meant(life.tables)["reminders"] if row["status"] == "pending"]
    first = min(rows, key=lambda row: row["available_at"])
    assert min(heard).isoformat() == first["available_at"]
    assert (await Deliveries(db).earliest()) == min(heard)


@pytest.mark.usefixtures("that_day")
async def test_a_reminder_about_somebody_who_was_deleted_is_left_out(services: Services, life: Lived) -> None:
    tables = life.tables
    gone = next(
        row for row in tables["reminders"] if row["kind"] == ReminderKind.PREPARE and row["status"] == "sent"
    )
    where = [row["id"] for row in tables["interviews"]].index(gone["subject_id"])
    meant_gone = (ReminderKind.PREPARE, where, gone["dedupe_key"].split(":")[2], None)
    gone |= {"subject_id": 10**6, "dedupe_key": f"{ReminderKind.PREPARE}:{10**6}:0"}
    await services.mydata.import_data(life.id, packed(tables))
    kept = [row for row in meant(life.tables)["reminders"] if row["dedupe_key"] != meant_gone]
    assert meant(await export(services, life.id))["reminders"] == kept


async def test_a_warning_of_an_absence_is_left_out(services: Services, life: Lived) -> None:
    """Whoever brings it back is here."""
    assert any(row["kind"] in WARNINGS for row in life.tables["reminders"])
    await services.mydata.import_data(life.id, life.content)
    assert not any(row["kind"] in WARNINGS for row in (await export(services, life.id))["reminders"])


async def test_an_export_from_before_a_column_was_there_still_comes_back(services: Services, life: Lived) -> None:
    tables = life.tables
    for row in tables["contacts"]:
        del row["link"], row["why"]
    await services.mydata.import_data(life.id, packed(tables))
    assert {(row["link"], row["why"]) for row in (await export(services, life.id))["contacts"]} == {(None, "")}


@pytest.mark.parametrize(
    "reach", ["web.example.org/2020/http://ana.example", "www.in.example/redir?url=https://a.example/b"]
)
async def test_an_address_that_holds_another_comes_back(services: Services, db: Database, reach: str) -> None:
    await services.contacts.add(MAYA, ContactEntry("Ana Ruiz", reach=reach))
    before = await export(services, MAYA)
    await forget(db, MAYA)
    await services.mydata.import_data(MAYA, packed(before))
    (contact,) = (await export(services, MAYA))["contacts"]
    assert (contact["reach"], contact["link"]) == (reach, f"https://{reach}")


async def test_three_hundred_contacts_with_much_text_fit(services: Services, db: Database) -> None:
    await services.profiles.set_zone(MAYA, ZONE)
    made, met = {"created_at": now()}, {"status": "met", "starts_at": now(), "ended_at": now(), "minutes": 20}
    for _ in range(300):
        contact = await add(db, Contact(owner_id=MAYA, name="Uma Field", why="w" * 300, notes="n" * 1500, **made))
        await add(db, Request(contact_id=contact, route="email", status="draft", body="b" * 1500, **made))
        interview = await add(db, Interview(contact_id=contact, **met, **made))
        done = {"status": "done", "position": 12, "finished_at": now()}
        evaluation = await add(db, Evaluation(interview_id=interview, owner_id=MAYA, **done, **made))
        async with db.write() as session:
            session.add(ThankYou(interview_id=interview, body="t" * 1200, due_at=now()))
            session.add_all(
                Answer(evaluation_id=evaluation, question=question, text="a" * 120, answered_at=now())
                for question in range(1, 12)
            )
    files = await services.mydata.export(MAYA)
    assert MAX_FILE_BYTES * 0.3 < len(files[0].content) < MAX_FILE_BYTES * 0.8
    for content in (files[0].content, zipped(files).content):
        await forget(db, MAYA)
        assert (await services.mydata.import_data(MAYA, content)).contacts == 300


async def test_no_reminder_of_a_deleted_contact_stands_in_the_way_of_the_next_student(
    services: Services, db: Database
) -> None:
    """SQLite gives the number of a deleted last row to the next one, and reminders are known by numbers."""
    for student in (MAYA, TOM):
        await services.profiles.set_zone(student, ZONE)
        ana = (await services.contacts.add(student, ContactEntry("Ana"))).person
        await services.interviews.schedule(student, ana.id, Terms(now() + timedelta(days=3)))
        await services.todos.add(student, "Write", ana.id, now() + timedelta(days=1))
        if student == MAYA:
            await services.contacts.delete(student, ana.id)
    rows = (await every_row(db))["reminders"]
    assert [(row["user_id"], row["status"]) for row in rows] == [(TOM, "pending")] * 4


# Erasure


async def test_a_wrong_word_erases_nothing(services: Services, db: Database, life: Lived) -> None:
    await services.mydata.import_data(life.id, life.content)
    before = await every_row(db)
    for word in ("", "no", "DELETE everything", "löschen", "D E L E T E", "x" * 4000):
        with refusal(Code.NOT_CONFIRMED):
            await services.mydata.erase(life.id, word)
    assert await every_row(db) == before


async def test_an_erasure_tells_which_questions_still_stand_in_the_dm(services: Services, db: Database) -> None:
    await services.profiles.set_zone(MAYA, ZONE)
    expected = []
    for number, status in enumerate(("open", "paused", "done")):
        contact = await add(db, Contact(owner_id=MAYA, name="Ana", created_at=now()))
        met = {"status": "met", "ended_at": now(), "minutes": 20, "created_at": now()}
        interview = await add(db, Interview(contact_id=contact, starts_at=now(), **met))
        shown = {"channel_id": 7, "message_id": 10 + number, "created_at": now()}
        await add(db, Evaluation(interview_id=interview, owner_id=MAYA, status=status, **shown))
        if status != "done":
            expected.append(MessagePlace(7, 10 + number))
    assert await services.mydata.erase(MAYA, "**delete**") == Erased(tuple(expected))
    assert await services.mydata.erase(MAYA, "delete") == Erased()


async def test_an_erasure_that_failed_is_not_carried_out_later(
    services: Services, db: Database, life: Lived
) -> None:
    await services.mydata.import_data(life.id, life.content)
    before = await every_row(db)

    def fail(*_: Any) -> None:
        raise RuntimeError

    event.listen(db.engine.sync_engine, "commit", fail)
    with pytest.raises(RuntimeError):
        await services.mydata.erase(life.id, "delete")
    event.remove(db.engine.sync_engine, "commit", fail)
    assert await every_row(db) == before
    await erase_again(db.engine, db.erased)
    assert await every_row(db) == before
    # And the next time it is.
    await services.mydata.erase(life.id, "delete")
    assert db.erased.among([(life.id, before["users"][0]["created_at"])]) == [life.id]
