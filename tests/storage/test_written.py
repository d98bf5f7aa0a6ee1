"""What students write, encrypted in a real database: by each engine's own keys, beside what is plain."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, Text, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.text.damage import DAMAGED
from bot.storage.columns.purpose import Whose, classified
from bot.storage.columns.seal import PLAIN, new_key
from bot.storage.columns.types import Written, WrittenForm, written_by
from bot.storage.database import Database, open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Base, Contact, Fact, User
from bot.storage.privacy.ownership import USERS
from bot.storage.schema.keys import check_keys
from tests.support.shortcuts import everybodys, opened
from tests.support.world import sqlite_url

pytestmark = pytest.mark.own_keys
MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
OLD, NEW = new_key(), new_key()
CONTACTS = Base.metadata.tables["contacts"]
OURS = {
    "users.zone",
    "contacts.source",
    "requests.route",
    "requests.status",
    "requests.outcome",
    "interviews.mode",
    "interviews.status",
    "evaluations.status",
    "answers.verdict",
    "reminders.kind",
    "reminders.status",
    "reminders.reason",
    "reminders.dedupe_key",
    "facts.key",
    "facts.value",
}
"""Texts that are one of our own words, or made of numbers: nothing that a student typed."""


def test_every_text_of_a_students_is_encrypted_unless_it_is_one_of_our_words() -> None:
    found = {
        f"{table.name}.{column.name}": isinstance(column.type, Written | WrittenForm)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String | Written | WrittenForm) or column.type.python_type in {str, dict, list}
    }
    assert {name for name, encrypted in found.items() if not encrypted} == OURS
    assert {"contacts.name", "users.parked", "answers.text", "todos.text"} <= found.keys() - OURS


def test_what_is_told_about_another_person_is_encrypted() -> None:
    plain = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.c
        if classified(column).whose is Whose.CONTACT and not isinstance(column.type, Written)
    }
    assert plain == {"contacts.source", "contacts.referred_by_id"}


@pytest.mark.parametrize(
    "use",
    [
        lambda name: name == "Ana",
        lambda name: name != "Ana",
        lambda name: name.like("A%"),
        lambda name: name.in_(["Ana"]),
        lambda name: name.desc(),
        lambda name: name + "!",
        lambda name: "Dr. " + name,
        lambda name: select(name).filter_by(name="Ana"),
    ],
)
def test_sql_cannot_look_into_what_may_be_encrypted(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        use(Contact.name)


def test_sql_can_ask_whether_anything_is_there() -> None:
    assert str(Contact.email.is_(None)) == "contacts.email IS NULL"
    assert str(Contact.email.is_not(None)) == "contacts.email IS NOT NULL"


async def keep(engine: AsyncEngine, number: int, name: str, **more: Any) -> None:
    with written_by(number):
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.execute(insert(User).values(discord_id=number, created_at=MOMENT, **more))
            await connection.execute(insert(Contact).values(owner_id=number, name=name, created_at=MOMENT))


async def names(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return [row.name for row in await everybodys(connection, CONTACTS)]


async def kept(engine: AsyncEngine, column: str = "contacts.name") -> list[Any]:
    """What the database has."""
    table, name = column.split(".")
    async with engine.connect() as connection:
        return [*await connection.scalars(text(f"SELECT CAST({name} AS TEXT) FROM {table} ORDER BY 1"))]  # noqa: S608


async def test_with_a_key_the_database_holds_no_word_and_the_bot_reads_all(database: str) -> None:
    parked = {"action": "contact.add", "args": [], "fields": {"name": "Ana Ruiz"}}
    async with opened(database, NEW) as engine:
        await keep(engine, 1, "Ana Ruiz", school="", parked=parked)
        assert await names(engine) == ["Ana Ruiz"]
        (name,), (school,), (form,) = [
            await kept(engine, column) for column in ("contacts.name", "users.school", "users.parked")
        ]
        assert name.startswith("rapport:sealed:")
        assert form.startswith('"rapport:sealed:')
        assert school == ""
        assert "Ana" not in name + form
        async with engine.connect() as connection:
            with written_by(1):
                assert await connection.scalar(select(User.parked)) == parked
            assert await connection.scalar(select(Contact.email)) is None


async def test_a_parked_form_is_taken_and_given_back_by_entities_too(database: str) -> None:
    for keys in ((), (NEW,)):
        async with opened(database, *keys) as engine:
            db, number = Database(engine), 1 + len(keys)
            async with db.write(number) as session:
                session.add(User(discord_id=number, created_at=MOMENT, parked={"fields": {"name": "Ana"}}))
            async with db.write(number) as session:
                user = await session.get_one(User, number)
                assert user.parked == {"fields": {"name": "Ana"}}
                user.parked = None
            async with db.read(number) as session:
                assert (await session.get_one(User, number)).parked is None
                assert await session.scalar(select(func.count()).where(User.parked.is_(None))) == number


async def test_what_was_plain_is_read_beside_what_is_encrypted(database: str) -> None:
    async with opened(database) as engine:
        await keep(engine, 1, "Ana", parked={"action": "home.next"})
        await keep(engine, 2, "rapport:sealed:nothing")
    async with opened(database, NEW) as engine:
        await keep(engine, 3, "rapport:sealed:nothing")
        assert await names(engine) == ["Ana", "rapport:sealed:nothing", "rapport:sealed:nothing"]
        found = await kept(engine)
        assert "Ana" in found
        assert "rapport:plain:rapport:sealed:nothing" in found
        async with engine.connect() as connection:
            found = await everybodys(connection, USERS)
            assert [row.parked for row in found] == [{"action": "home.next"}, None, None]


async def test_engines_with_different_keys_live_side_by_side(tmp_path: Path) -> None:
    addresses = []
    for folder in ("one", "two", "three"):
        (tmp_path / folder).mkdir()
        addresses.append(sqlite_url(tmp_path / folder))
    async with (
        opened(addresses[0], OLD) as first,
        opened(addresses[1], NEW) as second,
        opened(addresses[2]) as third,
    ):
        for _ in range(2):  # once with fresh statements, once with compiled ones
            for number, engine in enumerate((first, second, third)):
                await keep(engine, number + 10 * len(await names(engine)), f"Ana {number}")
        assert await names(first) == ["Ana 0"] * 2
        assert await names(second) == ["Ana 1"] * 2
        assert await kept(third) == ["Ana 2"] * 2
        assert not {*await kept(first)} & {*await kept(second), "Ana 0", "Ana 1"}
    with pytest.raises(StorageUnavailableError):
        async with opened(addresses[0], NEW):
            pass


async def test_a_start_without_the_key_is_refused_and_changes_nothing(database: str) -> None:
    async with opened(database, OLD) as engine:
        await keep(engine, 1, "Ana")
        before = await kept(engine, "facts.value")
    for keys, trouble in (
        ((), StorageProblem.LOCKED),
        ((PLAIN,), StorageProblem.LOCKED),
        ((NEW,), StorageProblem.OTHER_KEYS),
        ((PLAIN, NEW), StorageProblem.OTHER_KEYS),
    ):
        with pytest.raises(StorageUnavailableError) as refused:
            async with opened(database, *keys):
                pass
        assert refused.value.trouble is trouble
    async with opened(database, OLD) as engine:
        assert await kept(engine, "facts.value") == before
        assert await names(engine) == ["Ana"]
    async with opened(database, PLAIN, OLD) as engine:
        assert await names(engine) == ["Ana"]


async def test_each_key_that_ever_wrote_is_needed_until_nothing_is_under_it(database: str) -> None:
    for keys in ((OLD,), (NEW, OLD), (NEW, OLD)):
        async with opened(database, *keys) as engine:
            await check_keys(engine)
    async with opened(database, OLD, NEW) as engine:
        # One for each key, and that nothing else is taken for a student's words.
        assert len(await kept(engine, "facts.value")) == 3
    for key in (OLD, NEW):
        with pytest.raises(StorageUnavailableError):
            async with opened(database, key):
                pass


async def test_a_text_under_a_key_that_nobody_noted_is_damage(database: str) -> None:
    async with opened(database, OLD) as engine:
        await keep(engine, 1, "Ana")
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.execute(text("DELETE FROM facts"))
    async with opened(database, NEW) as engine:
        assert await names(engine) == [DAMAGED]


@pytest.mark.sqlite(reason="puts another file in the place of its file")
async def test_a_backup_under_another_key_is_not_taken_in_use_while_the_bot_runs(tmp_path: Path) -> None:
    for folder, key in (("mine", OLD), ("theirs", NEW)):
        (tmp_path / folder).mkdir()
        async with opened(sqlite_url(tmp_path / folder), key) as engine:
            await keep(engine, 1, f"Ana of {folder}")
    mine, theirs = (tmp_path / folder / "rapport.sqlite3" for folder in ("mine", "theirs"))
    db = Database(open_engine(make_url(sqlite_url(tmp_path / "mine")), [OLD]))
    try:
        assert await found_names(db) == ["Ana of mine"]
        mine.rename(tmp_path / "aside")
        theirs.rename(mine)
        for _ in range(2):
            with pytest.raises(StorageUnavailableError) as refused:
                await found_names(db)
            assert refused.value.trouble is StorageProblem.OTHER_KEYS
        mine.unlink()
        (tmp_path / "aside").rename(mine)
        assert await found_names(db) == ["Ana of mine"]
    finally:
        await db.close()


async def found_names(db: Database) -> list[str]:
    async with db.read(1) as session:
        return [*await session.scalars(select(Contact.name))]


def test_the_type_says_nothing_about_keys_to_the_cache_of_statements() -> None:
    assert Written().cache_ok
    assert WrittenForm().cache_ok
    assert str(Written().compile(dialect=make_url("postgresql+asyncpg://").get_dialect()())) == str(Text())


async def test_facts_about_the_bot_itself_stay_as_they_are(database: str) -> None:
    async with opened(database, NEW) as engine:
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.execute(insert(Fact).values(key="commands", value="abc"))
        assert "abc" in await kept(engine, "facts.value")
