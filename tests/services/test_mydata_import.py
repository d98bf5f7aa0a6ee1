"""An export that is handed in may have been changed: it is refused whole, or kept as the student's very own."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.mydata import NOT_TAKEN
from bot.domain.quotas import Quota
from bot.services import Services, build_services
from bot.storage.database import Database
from bot.storage.models import Contact
from bot.storage.privacy.ownership import belongs_to, personal_tables
from tests.support.exports import TOM, Given, Lived, Tables, every_row, forget, neighbour, packed
from tests.support.shortcuts import add, refusal

REFUSALS = {Code.NO_EXPORT, Code.EXPORT_CHANGED, Code.EXPORT_OF_ANOTHER, Code.FILE_TOO_LARGE, Code.TOO_MANY}


@pytest.fixture
async def given_life(services: Services, db: Database, life: Lived) -> Given:
    await neighbour(services, db)
    return Given(services, db, life)


async def test_an_export_brings_no_more_than_one_student_may_keep(
    services: Services, db: Database, life: Lived
) -> None:
    contacts = len(life.tables["contacts"])
    entries = max(len(life.tables[name]) for name in ("requests", "interviews", "todos"))
    for room in (Quota(contacts - 1, entries), Quota(contacts, entries - 1)):
        with refusal(Code.NO_ROOM):
            await build_services(db, services.handbook, room).mydata.import_data(life.id, life.content)
        assert not any((await every_row(db)).values())
    await build_services(db, services.handbook, Quota(contacts, entries)).mydata.import_data(life.id, life.content)


async def test_another_students_export_is_refused(services: Services, db: Database, life: Lived) -> None:
    with refusal(Code.EXPORT_OF_ANOTHER):
        await services.mydata.import_data(TOM, life.content)
    assert not any((await every_row(db)).values())


async def test_nothing_is_mixed_with_what_is_kept(services: Services, db: Database, life: Lived) -> None:
    await services.profiles.meet(life.id, "maya")
    contact = await add(db, Contact(owner_id=life.id, name="Ana", created_at=now()))
    before = await every_row(db)
    with refusal(Code.SOMETHING_KEPT):
        await services.mydata.import_data(life.id, life.content)
    assert await every_row(db) == before
    await services.contacts.delete(life.id, contact)
    await services.mydata.import_data(life.id, life.content)
    with refusal(Code.SOMETHING_KEPT):
        await services.mydata.import_data(life.id, life.content)


async def test_the_owner_is_who_hands_it_in_whatever_the_rows_say(
    services: Services, db: Database, life: Lived
) -> None:
    await neighbour(services, db)
    before, tables = await every_row(db), life.tables
    for rows in tables.values():
        for row in rows:
            row |= {name: TOM for name in ("owner_id", "user_id") if name in row}
    await services.mydata.import_data(life.id, packed(tables))
    await theirs_is_theirs(db, life.id, before)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("requests", "contact_id"),
        ("contacts", "referred_by_id"),
        ("todos", "interview_id"),
        ("answers", "evaluation_id"),
    ],
)
async def test_no_row_can_be_hung_on_another_students(
    services: Services, db: Database, life: Lived, table: str, column: str
) -> None:
    for _ in range(5):
        await neighbour(services, db)
    before, tables = await every_row(db), life.tables
    taken = 50
    for name in ("contacts", "interviews", "evaluations"):
        assert taken in {row["id"] for row in before[name]}
        assert taken not in {row["id"] for row in tables[name]}
    tables[table][0][column] = taken
    with refusal(Code.EXPORT_CHANGED):
        await services.mydata.import_data(life.id, packed(tables))
    assert await every_row(db) == before


async def test_what_only_discord_or_this_moment_knows_begins_anew(
    services: Services, db: Database, life: Lived
) -> None:
    """A message that a file names may be another student's, and the bot would change or delete it."""
    await services.profiles.meet(life.id, "maya")
    met_at = (await every_row(db))["users"][0]["created_at"]
    tables = life.tables
    assert tables["users"][0]["parked"]
    assert any(row["message_id"] for row in tables["evaluations"])
    await services.mydata.import_data(life.id, packed(tables))
    after = await every_row(db)
    for name, columns in NOT_TAKEN.items():
        assert {row[column] for row in after[name] for column in columns} == (
            {None, met_at} if name == "users" else {None}
        )


Change = Callable[[Any], object]
"""What somebody does to the tables of an export, whatever comes of it."""


def put(table: str, **values: Any) -> Change:
    """Other values in a row of a table."""

    def change(tables: Tables) -> None:
        tables[table][0] |= values

    return change


def twice(table: str) -> Change:
    return lambda tables: tables[table].append(dict(tables[table][0]))


def drop(table: str, name: str) -> Change:
    return lambda tables: tables[table][0].pop(name)


CHANGED: dict[str, Change] = {
    "a name too long": put("contacts", name="x" * 101),
    "notes too long": put("contacts", notes="x" * 20_001),
    "an answer too long": put("answers", text="x" * 4_001),
    "a name of nothing": put("contacts", name="\u200b"),
    "a text that no database keeps": put("contacts", notes="a\0b"),
    "half a character": put("todos", text="\ud800"),
    "a number for a text": put("contacts", notes=7),
    "a word that is none": put("requests", status="finished"),
    "a link that runs": put("contacts", link="javascript:alert(1)"),
    "a zone that is none": put("users", zone="Mars/Olympus"),
    "a zone badly spelled": put("users", zone="america/denver"),
    "a day without an hour": put("todos", due_at="2026-03-02"),
    "a moment of nowhere": put("todos", due_at="2026-03-02T10:00:00"),
    "a moment far away": put("interviews", starts_at="9999-12-31T23:59:59+00:00"),
    "yes for a number": put("interviews", minutes=True),
    "half a minute": put("interviews", minutes=20.5),
    "a long meeting": put("interviews", minutes=241),
    "a twelfth question": put("answers", question=12),
    "an evaluation beyond its end": put("evaluations", position=12, status="open"),
    "a meeting that ended before it was met": put(
        "interviews", status="scheduled", ended_at="2026-03-02T10:00:00Z"
    ),
    "an answer without a request": put("requests", status="answered", outcome=None),
    "a negative number": put("contacts", id=-1),
    "a number too large": put("contacts", id=2**63),
    "no number": put("contacts", id=None),
    "a contact of somebody else": put("requests", contact_id=1_000_003),
    "a meeting of somebody else": put("todos", interview_id=1_000_003),
    "somebody else's friend": put("contacts", referred_by_id=1_000_003),
    "a ping known as another": put("reminders", dedupe_key="nudge:1000003:0"),
    "a ping with a strange key": put("reminders", dedupe_key="hello"),
    "a ping of no kind": put("reminders", kind="spam"),
    "the same row twice": twice("contacts"),
    "two notes for one meeting": twice("thank_yous"),
    "two rows of the student": twice("users"),
    "a column of its own": put("users", admin=True),
    "a column that is missing": drop("contacts", "name"),
    "a number that is missing": drop("requests", "contact_id"),
    "a table of its own": lambda tables: tables.update(guilds=[]),
    "a table that is no list": lambda tables: tables.update(todos={"a": 1}),
    "rows that are none": lambda tables: tables.update(todos=[1, None]),
    "no student": lambda tables: tables.update(users=[]),
    "no table of students": lambda tables: tables.pop("users"),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
async def test_a_changed_export_is_refused_whole(
    services: Services, db: Database, life: Lived, change: Change
) -> None:
    await services.profiles.meet(life.id, "maya")
    before, tables = await every_row(db), life.tables
    change(tables)
    content = json.dumps({"format": "rapport-student-data", "version": 1, "tables": tables}).encode()
    with refusal(Code.EXPORT_CHANGED):
        await services.mydata.import_data(life.id, content)
    assert await every_row(db) == before


# And anything in between

hostile = (
    st.none()
    | st.booleans()
    | st.integers(-3, 30)
    | st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, -(2**63), TOM, str(TOM), 1e300, 0.5])
    | st.text(max_size=20)
    | st.sampled_from(["\0", "\ud800", "x" * 5000, "1", "nudge:1:0", "prepare:1:0+snooze1", "=1+1", "@everyone"])
    | st.sampled_from(
        [word for rules in ("done", "open", "sent", "met", "answered", "pending", "yes") for word in [rules]]
    )
    | st.datetimes(timezones=st.sampled_from([None])).map(lambda moment: moment.isoformat() + "+00:00")
    | st.sampled_from([[], {}, [1], {"a": [None]}])
)


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, tuple[int, int, int], Any]]:
    """What to do to which row and column of which table, and a value to do it with."""
    ways = st.sampled_from(["put", "put", "put", "swap", "drop", "row away", "row twice", "table away"])
    place = st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
    return draw(st.lists(st.tuples(ways, place, hostile), min_size=1, max_size=4))


def carry_out(tables: Tables, what: str, where: tuple[int, int, int], value: Any) -> None:
    table, row, column = where
    name = sorted(tables)[table % len(tables)]
    rows = tables[name]
    if not rows or what == "table away":
        tables.pop(name)
        return
    one = rows[row % len(rows)]
    key = sorted(one)[column % len(one)] if one else ""
    match what:
        case "put":
            one[key] = value
        case "swap":
            other = rows[(row + 1 + column) % len(rows)]
            one[key] = other.get(key)
        case "drop":
            one.pop(key, None)
        case "row away":
            rows.remove(one)
        case "row twice":
            rows.append(dict(one))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=changes())
async def test_whatever_is_in_it_nobody_elses_rows_are_touched(given_life: Given, made: list[Any]) -> None:
    services, db, life = given_life.services, given_life.db, given_life.life
    await forget(db, life.id)
    before, tables = await every_row(db), life.tables
    for change in made:
        if tables:
            carry_out(tables, *change)
    content = json.dumps({"format": "rapport-student-data", "version": 1, "tables": tables}).encode()
    refused: Code | None = None
    try:
        await services.mydata.import_data(life.id, content)
    except CoachError as error:
        refused = error.code
    if refused is not None:
        assert refused in REFUSALS
        assert await every_row(db) == before
        return
    await theirs_is_theirs(db, life.id, before)
    await can_be_used(services, life.id)
    await forget(db, life.id)
    assert await every_row(db) == before


async def theirs_is_theirs(db: Database, owner_id: int, before: Tables) -> None:
    """Nobody else's row is another, none is new, and every new row hangs on new rows."""
    after = await every_row(db)
    mine: dict[str, list[dict[str, Any]]] = {}
    for name, rows in after.items():
        kept = [row for row in rows if row in before[name]]
        assert kept == before[name]
        mine[name] = [row for row in rows if row not in before[name]]
    async with db.read() as session:
        for table in personal_tables():
            query = select(func.count()).select_from(table).where(belongs_to(table, owner_id))
            assert await session.scalar(query) == len(mine[table.name])
    for table in personal_tables():
        for key in table.foreign_keys:
            target = {row[key.column.name] for row in mine[key.column.table.name]}
            assert {row[key.parent.name] for row in mine[table.name]} - {None} <= target


async def can_be_used(services: Services, owner_id: int) -> None:
    """Whatever shows it still works, and so do its reminders."""
    await services.home.next(owner_id)
    await services.requests.listing(owner_id)
    await services.todos.listing(owner_id)
    await services.evaluations.current(owner_id)
    listing = await services.interviews.listing(owner_id)
    for interview in (*listing.coming, *listing.past):
        await services.preparation.of(owner_id, interview.id)
        await services.thank_yous.get(owner_id, interview.id)
        if interview.evaluation_id is not None:
            await services.evaluations.get(owner_id, interview.evaluation_id)
    for line in await services.contacts.listing(owner_id):
        person = await services.contacts.get(owner_id, line.id)
        if person.request_id is not None:
            await services.requests.get(owner_id, person.request_id)
    if (await services.profiles.get(owner_id)).zone is not None:
        await services.profiles.set_zone(owner_id, "Europe/Lisbon")
    for delivery in await services.deliveries.claim():
        assert delivery.user_id == owner_id
        await services.reminders.describe(owner_id, delivery.reminders)
