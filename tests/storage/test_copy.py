"""A college that moves: all of it arrives, or nothing; and the bot goes on where it was."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.services.base import ensure_user
from bot.storage.database import Database, open_engine
from bot.storage.files import file_of
from bot.storage.maintenance import copy as copying
from bot.storage.maintenance.copy import Copied, CopyError, copy
from bot.storage.maintenance.exclusive import held, keep_others_out
from bot.storage.models import Base, Contact, User
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.schema.revision import current
from bot.storage.schema.upgrade import upgrade
from tests.storage.strategies import Rows, colleges
from tests.support.full_journey import live
from tests.support.postgres import Server
from tests.support.world import ZONE, World, sqlite_url, world

pytestmark = pytest.mark.again  # goes the same ways once more

MOMENT = datetime(2026, 3, 2, 22, tzinfo=UTC)
TABLES = Base.metadata.sorted_tables


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a student who has lived through everything."""
    folder = tmp_path_factory.mktemp("lived")

    async def make() -> None:
        async with world(sqlite_url(folder)) as running:
            await live(running)

    asyncio.run(make())
    return folder / "rapport.sqlite3"


@pytest.fixture
def college(lived: Path, tmp_path: Path) -> URL:
    """A copy of it, that a test may spoil."""
    (tmp_path / "from").mkdir()
    return at(Path(shutil.copy(lived, tmp_path / "from")))


@pytest.fixture
def target(database: str, tmp_path: Path) -> URL:
    """TO, of either kind: a file that is not there yet, or tables without rows."""
    url = make_url(database)
    if (file := file_of(url)) is not None:
        file.unlink()
    return url


def at(file: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(file))


def raw(file: URL) -> dict[str, list[tuple[Any, ...]]]:
    """Every row as SQLite has it, the revision too."""
    with closing(sqlite3.connect(file.database or "")) as connection:
        return {
            each: connection.execute(f"SELECT * FROM {each} ORDER BY 1, 2").fetchall()  # noqa: S608 - our own tables
            if each != "facts"
            else connection.execute("SELECT * FROM facts ORDER BY 1").fetchall()
            for each in [*Base.metadata.tables]
        }


def files_beside(url: URL) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in Path(url.database or "").parent.iterdir()}


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def counts(url: URL) -> dict[str, int]:
    """Rows by table; nothing when there are no tables."""
    async with opened(url) as engine:
        if await current(engine) is None:
            return {}
        async with engine.connect() as connection:
            return {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in TABLES
            }


async def is_empty(url: URL) -> bool:
    return not any((await counts(url)).values())


async def execute(url: URL, *statements: str) -> None:
    async with opened(url) as engine, engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def refused(source: URL, target: URL, data_dir: Path) -> str:
    """What a copy says that does not come about."""
    with pytest.raises(CopyError) as caught:
        await copy(source, target, data_dir)
    return str(caught.value)


async def test_a_lived_college_goes_to_postgresql_and_back_row_for_row(
    college: URL, server: Server, tmp_path: Path
) -> None:
    before = raw(college)
    assert all(before.values()), "there is something in every table"
    there = await server.fresh("template1")
    back = at(tmp_path / "back" / "rapport.sqlite3")
    sent = await copy(college, there, tmp_path)
    returned = await copy(there, back, tmp_path)
    assert sent == returned == Copied({each: len(rows) for each, rows in before.items()}, None, noted=False)
    assert raw(back) == before
    async with opened(back) as engine:
        assert await current(engine) is not None


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=colleges())
def test_any_college_goes_to_postgresql_and_back_row_for_row(
    made: Rows, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("made")
    here, back = at(folder / "a"), at(folder / "b")

    async def there_and_back() -> None:
        await put(here, made)
        there = await server.fresh()
        await copy(here, there, folder)
        await copy(there, back, folder)
        await server.drop(there)

    asyncio.run(there_and_back())
    assert raw(here) == raw(back)


async def put(url: URL, made: Rows) -> None:
    """A database with these rows."""
    async with opened(url) as engine:
        await upgrade(engine)
        async with engine.execution_options(writes=True).begin() as connection:
            # Contacts name each other, in circles too.
            await connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            for table in TABLES:
                if made[table.name]:
                    await connection.execute(insert(table), made[table.name])


async def test_a_batch_ends_anywhere(
    college: URL, target: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BATCH", 3)
    before = raw(college)
    assert (await copy(college, target, tmp_path)).rows == {each: len(rows) for each, rows in before.items()}


async def test_from_is_not_changed_by_a_byte(college: URL, target: URL, tmp_path: Path) -> None:
    before = files_beside(college)
    await copy(college, target, tmp_path)
    assert files_beside(college) == before


async def test_new_rows_get_numbers_of_their_own(college: URL, target: URL, tmp_path: Path) -> None:
    await copy(college, target, tmp_path)
    db = Database(open_engine(target), tmp_path)
    async with db.write() as session:
        owner = await session.scalar(select(User.discord_id).limit(1))
        last = await session.scalar(select(func.max(Contact.id)))
        contact = Contact(owner_id=owner, name="Zoe", created_at=MOMENT)
        session.add(contact)
        await session.flush()
        assert contact.id == (last or 0) + 1
    await db.close()


async def test_the_bot_goes_on_where_it_was(target: URL, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = sqlite_url(tmp_path / "old")
    async with world(old, data_dir=tmp_path) as rapport:
        maya = rapport.student()
        await maya.slash("contact add")
        await maya.fill({"Name": "Ana"})
        await maya.slash("interview happened", contact="Ana")
        await maya.choose(ZONE)
        await maya.slash("evaluate", contact="Ana")
        await maya.press("Yes")
        await move(rapport, target)
        await maya.press("Yes")
        assert "**3 of 11**" in maya.reminders()[-1].text or "3 of 11" in maya.reminders()[-1]
        before = len(maya.reminders())
        await rapport.skip(hours=2, minutes=1)
        (reminder,) = maya.reminders()[before:]
        assert "Thank-you note to Ana" in reminder
        assert "sent" in await maya.press("Mark as sent", on=reminder)
        await maya.slash("contact add")
        assert "Ben" in await maya.fill({"Name": "Ben"})
    assert await counts(make_url(old)) != await counts(target)


async def move(rapport: World, target: URL) -> None:
    """What an operator does: stop, copy, set DATABASE_URL, start."""
    await rapport.bot.close()
    await copy(rapport.settings.database, target, rapport.settings.data_dir)
    address = SecretStr(target.render_as_string(hide_password=False))
    rapport.settings = rapport.settings.model_copy(update={"database_url": address})
    await rapport.restart()


async def test_to_has_to_be_empty(college: URL, target: URL, tmp_path: Path) -> None:
    db = Database(open_engine(target), tmp_path)
    await upgrade(db.engine)
    async with db.write() as session:
        await ensure_user(session, 7)
    await db.close()
    assert "TO is not empty: users has 1 rows." in await refused(college, target, tmp_path)
    assert sum((await counts(target)).values()) == 1


async def test_to_is_not_shared_with_another_program(college: URL, server: Server, tmp_path: Path) -> None:
    files = at(tmp_path / "other.sqlite3")
    for url in (files, await server.fresh("template1")):
        await execute(url, "CREATE TABLE notes (line INTEGER)")
        assert "TO is not empty: it has 1 tables, not those of this version." in await refused(
            college, url, tmp_path
        )
        assert await counts(url) == {}


async def test_from_has_to_be_up_to_date_and_is_not_brought_there(
    college: URL, target: URL, tmp_path: Path
) -> None:
    await execute(college, "UPDATE alembic_version SET version_num = '0001'")
    said = await refused(college, target, tmp_path)
    assert "FROM is at revision 0001" in said
    assert "python -m bot db upgrade" in said
    await execute(college, "UPDATE alembic_version SET version_num = '9999'")
    assert "of another version of Rapport" in await refused(college, target, tmp_path)
    assert await is_empty(target)


async def test_from_has_to_be_a_college(target: URL, server: Server, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"this is no database" * 100)
    assert "FROM cannot be used. The database file is damaged." in await refused(at(garbage), target, tmp_path)
    assert "FROM cannot be used. The database file is gone." in await refused(
        at(tmp_path / "none"), target, tmp_path
    )
    nothing = await server.fresh("template1")
    assert "FROM cannot be used. The database is of another program" in await refused(nothing, target, tmp_path)
    assert await is_empty(target)
    assert not (tmp_path / "none").exists()


async def test_from_and_to_are_two(college: URL, tmp_path: Path) -> None:
    again = at(Path(college.database or "").parent / ".." / "from" / "rapport.sqlite3")
    assert "the same database" in await refused(college, again, tmp_path)
    assert "in memory" in await refused(college, make_url("sqlite+aiosqlite://"), tmp_path)


async def test_a_bot_that_runs_on_from_is_noticed(
    college: URL, target: URL, server: Server, tmp_path: Path
) -> None:
    there = await server.fresh()
    await copy(college, there, tmp_path)
    for source in (college, there):
        bot = Database(open_engine(source), tmp_path)
        async with bot.read() as session:
            await session.scalar(select(func.count()).select_from(User))
        # It has nothing to do just now, and could begin at any moment.
        assert await refused(source, target, tmp_path) == (
            "FROM is in use. Stop the bot, and close whatever else has it open."
        )
        await bot.close()
    assert await is_empty(target)
    await copy(there, target, tmp_path)


async def test_a_bot_that_runs_on_to_is_noticed(college: URL, target: URL, tmp_path: Path) -> None:
    bot = Database(open_engine(target), tmp_path)
    await upgrade(bot.engine)
    async with bot.read() as session:
        await session.scalar(select(func.count()).select_from(User))
    assert "TO is in use." in await refused(college, target, tmp_path)
    await bot.close()
    assert await is_empty(target)


async def test_nobody_can_write_to_from_while_it_is_copied(college: URL, server: Server, tmp_path: Path) -> None:
    there = await server.fresh()
    await copy(college, there, tmp_path)
    for source, patience in ((college, "PRAGMA busy_timeout=1"), (there, "SET LOCAL lock_timeout='1ms'")):
        async with held(source) as connection:
            await keep_others_out(connection)
            await connection.execute(select(func.count()).select_from(TABLES[0]))
            with pytest.raises(Exception, match=r"locked|lock timeout"):
                await execute(source, patience, "DELETE FROM users")
        await execute(source, "DELETE FROM users")


async def test_somebody_who_is_writing_to_from_is_noticed(college: URL, server: Server, tmp_path: Path) -> None:
    there = await server.fresh()
    await copy(college, there, tmp_path)
    async with held(there) as other:
        await other.execute(text("DELETE FROM facts"))
        await other.execute(text("SET LOCAL application_name = 'psql'"))
        assert "FROM is in use." in await refused(there, at(tmp_path / "back"), tmp_path)
    assert not (tmp_path / "back").exists()


ON_POSTGRESQL = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NEW; END $$"
AT_INSERT = "CREATE TRIGGER t BEFORE INSERT ON answers FOR EACH ROW EXECUTE FUNCTION f()"
ON_SQLITE = "CREATE TRIGGER t AFTER INSERT ON answers BEGIN {}; END"
SPOILS = {
    ("sqlite", "loses"): [ON_SQLITE.format("DELETE FROM answers WHERE question = 3")],
    ("sqlite", "changes"): [ON_SQLITE.format("UPDATE answers SET text = 'x'")],
    ("postgresql", "loses"): [ON_POSTGRESQL.format("IF NEW.question = 3 THEN RETURN NULL; END IF;"), AT_INSERT],
    ("postgresql", "changes"): [ON_POSTGRESQL.format("NEW.text = 'x';"), AT_INSERT],
}


@pytest.mark.parametrize(("how", "said"), [("loses", " arrived"), ("changes", "not all of them the same")])
async def test_a_database_that_does_not_keep_what_it_gets_is_found_out(
    college: URL, bare: str, tmp_path: Path, how: str, said: str
) -> None:
    target = make_url(bare)
    async with opened(target) as engine:
        await upgrade(engine)
    await execute(target, *SPOILS[target.get_backend_name(), how])
    answer = await refused(college, target, tmp_path)
    assert "TO did not keep answers as it is" in answer
    assert said in answer
    assert await is_empty(target)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("text = 'Quill ' || char(0)", "it has a character that the server does not allow"),
        ("verdict = 'a Quillmark of more than twenty letters'", "it is too long for its column"),
        ("question = 1 << 40", "it is out of its column's range"),
    ],
)
async def test_a_value_that_postgresql_cannot_keep_is_named_without_itself(
    college: URL, server: Server, tmp_path: Path, spoilt: str, said: str
) -> None:
    there = await server.fresh("template1")
    await execute(college, f"UPDATE answers SET {spoilt} WHERE question = 3")  # noqa: S608 - our own words
    with pytest.raises(CopyError) as caught:
        await copy(college, there, tmp_path)
    assert str(caught.value) == f"TO cannot keep a value of answers: {said}."
    assert "Quill" not in "".join(traceback.format_exception(caught.value))
    assert await counts(there) == {}, "the tables themselves are gone again"


async def test_a_row_that_hangs_on_nothing_is_refused_and_leaves_nothing(
    college: URL, target: URL, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(college.database or "")) as connection, connection:
        connection.execute("UPDATE answers SET evaluation_id = 404 WHERE evaluation_id = 1")
    assert await refused(college, target, tmp_path) == "TO does not take a row of answers that contradicts others."
    file = file_of(target)
    assert await is_empty(target) if file is None else not list(file.parent.glob(f"{file.name}*"))


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from sqlalchemy import Engine, event

@event.listens_for(Engine, "before_cursor_execute")
def look(connection, cursor, statement, *_):
    if statement.startswith("INSERT INTO answers"):
        os.kill(os.getpid(), signal.SIGKILL)

from bot.__main__ import main
sys.exit(main(["db", "copy", *sys.argv[1:]]))
"""


async def test_a_copy_that_is_killed_leaves_nothing(college: URL, target: URL, tmp_path: Path) -> None:
    words = [url.render_as_string(hide_password=False) for url in (college, target)]
    copier = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_IN_THE_MIDDLE, *words,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert await copier.wait() == -signal.SIGKILL
    assert await is_empty(target)
    assert sum((await copy(college, target, tmp_path)).rows.values()) > 100


async def test_who_was_erased_stays_erased(college: URL, target: URL, tmp_path: Path) -> None:
    notes, data_dir = Tombstones(Path(college.database or "").parent), tmp_path / "data"
    there = Tombstones.of(target, data_dir)
    notes.add(7, MOMENT, MOMENT)
    there.add(8, MOMENT, MOMENT)
    copied = await copy(college, target, data_dir)
    assert copied.erased == there.file
    assert copied.noted
    assert there.among([(7, MOMENT), (8, MOMENT), (9, MOMENT)]) == [7, 8]
    assert not there.take_in(notes), "it is all there already"
    there.add(9, MOMENT, MOMENT + timedelta(days=1))
    assert there.among([(9, MOMENT)]) == [9]


async def test_a_refused_copy_notes_nothing(college: URL, target: URL, tmp_path: Path) -> None:
    Tombstones(Path(college.database or "").parent).add(7, MOMENT, MOMENT)
    await execute(college, "UPDATE alembic_version SET version_num = '0001'")
    await refused(college, target, tmp_path / "data")
    assert not Tombstones.of(target, tmp_path / "data").file.exists()
