"""What was erased is gone: from every file, from other workers' hands, and from backups that are put back."""

import asyncio
import errno
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import time_machine
from sqlalchemy import event, func, insert, select
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.domain.requests.form import RequestWords
from bot.domain.requests.status import RequestRoute
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services.contacts.views import ContactEntry
from bot.services.interviews.views import Met
from bot.services.mydata.service import Erased
from bot.services.reminders.claims import DeliveryOutcome
from bot.services.thank_yous.views import NoteWords
from bot.storage.database import Database, open_engine
from bot.storage.models import Base, Contact
from bot.storage.privacy.erasure import erase_again
from bot.storage.privacy.ownership import belongs_to, personal_tables
from bot.storage.privacy.tombstones import NAME
from bot.storage.schema.revision import bring_up_to_date
from tests.support import postgres
from tests.support.canary_columns import files, left, plant
from tests.support.canary_words import marked
from tests.support.exports import TOM, Lived, Tables, every_row, neighbour
from tests.support.shortcuts import add
from tests.support.world import ZONE, sqlite_url

pytestmark = pytest.mark.clear(reason="it looks for words in files, and puts rows in by hand")

FILE = "rapport.sqlite3"
MAYA = 1001


async def counts(db: Database, owner_id: int) -> dict[str, int]:
    """How many rows of a student's each table has."""
    found = {}
    async with db.read() as session:
        for table in personal_tables():
            query = select(func.count()).select_from(table).where(belongs_to(table, owner_id))
            found[table.name] = await session.scalar(query) or 0
    return found


async def come_back(services: Services, life: Lived) -> None:
    """The student who has everything, among others."""
    await neighbour(services, services.mydata.db)
    await services.mydata.import_data(life.id, life.content)


async def test_an_erasure_whose_note_may_not_be_on_the_disk_is_not_carried_out_later(
    services: Services, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The student was told that it failed, and goes on. The line is in the file all the same."""
    await services.contacts.add(MAYA, ContactEntry("Ana"))

    def full(_opened: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="space"):
            await services.mydata.erase(MAYA, "DELETE")
    await erase_again(db.engine, db.erased)
    assert (await counts(db, MAYA))["contacts"] == 1


# Files


@pytest.mark.sqlite(reason="searches the bytes of its files")
@pytest.mark.parametrize("overwrites", [True, False], ids=["as it is", "without secure_delete"])
async def test_no_byte_of_it_is_left_in_any_file(
    services: Services, life: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrites: bool
) -> None:
    db = services.mydata.db
    if not overwrites:
        # To show that what is looked for would be found.
        monkeypatch.setattr("bot.storage.database._AT_ONCE_BYTES", 0)
        event.listen(db.engine.sync_engine, "connect", _do_not_overwrite)
        await db.engine.dispose()
    await come_back(services, life)
    before = await every_row(db)
    planted = await plant(db, life.id)
    assert {str(column) for table in personal_tables() for column in table.c} >= set(planted) - {"the student"}
    assert left(planted, files(tmp_path)) == set(planted)
    assert {path.name for path in files(tmp_path)} == {FILE, f"{FILE}-wal", f"{FILE}-shm"}

    await services.mydata.erase(life.id, "DELETE")
    assert set((await counts(db, life.id)).values()) == {0}
    assert {path.name for path in files(tmp_path)} == {FILE, f"{FILE}-wal", f"{FILE}-shm", NAME}
    found = left(planted, files(tmp_path))
    await db.close()
    assert found == left(planted, files(tmp_path))
    if overwrites:
        assert found == set()
    else:
        assert len(found) > len(planted) / 2
    assert before["users"]


def _do_not_overwrite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete=OFF")


@pytest.mark.sqlite(reason="searches the bytes of its files")
async def test_somebody_who_reads_the_file_meanwhile_delays_only_the_log(
    services: Services, db: Database, life: Lived, tmp_path: Path
) -> None:
    """As a backup does. The erasure is not held up, and the log is emptied once the reader has finished."""
    await come_back(services, life)
    planted = await plant(db, life.id)
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM users").fetchone()
    await services.mydata.erase(life.id, "DELETE")
    assert set((await counts(db, life.id)).values()) == {0}
    assert left(planted, files(tmp_path))
    reader.close()
    await db.tidy()
    assert left(planted, files(tmp_path)) == set()


async def overwritten(services: Services) -> dict[str, Callable[[], Awaitable[object]]]:
    """A student who writes a marked word in each of these places, and what takes it away again."""
    word, plain = marked("Once"), "something else"
    await services.profiles.set_zone(MAYA, ZONE)
    ana = (await services.contacts.add(MAYA, ContactEntry("Ana", why=word))).person.id
    ben = (await services.contacts.add(MAYA, ContactEntry(f"Ben {word}"))).person.id
    letter = await services.requests.compose(MAYA, ana, RequestRoute.EMAIL, RequestWords(why=word))
    met = await services.interviews.met(MAYA, ben)
    assert isinstance(met, Met)
    await services.thank_yous.compose(MAYA, met.interview.id, NoteWords(word, "", ""))
    await services.todos.add(MAYA, f"Read {word}", ana)

    async def drafts() -> None:
        await services.requests.compose(MAYA, ana, RequestRoute.EMAIL, RequestWords(why=plain))
        await services.requests.edit(MAYA, letter.id, "Hello", plain)
        await services.thank_yous.compose(MAYA, met.interview.id, NoteWords(plain, "", ""))
        await services.thank_yous.edit(MAYA, met.interview.id, plain)
        await services.contacts.edit(MAYA, ana, ContactEntry("Ana", why=plain))

    return {
        "drafts": drafts,
        "contacts": lambda: services.contacts.delete(MAYA, ana),
        "the other contact": lambda: services.contacts.delete(MAYA, ben),
        "the account": lambda: services.mydata.erase(MAYA, "DELETE"),
    }


PLACES = {
    "an old draft": ("drafts", "contacts", "the other contact"),
    "a contact and a to-do": ("contacts", "the other contact"),
    "an account": ("the account",),
}


@pytest.mark.sqlite(reason="searches the bytes of its files")
@pytest.mark.parametrize("acts", PLACES.values(), ids=PLACES)
async def test_what_was_deleted_or_written_over_is_gone_from_the_log_within_a_minute(
    services: Services, db: Database, tmp_path: Path, acts: tuple[str, ...]
) -> None:
    """By what the engine does half a minute after a commit at the latest."""
    ways = await overwritten(services)
    word = {"the word": [marked("Once").encode()]}
    assert left(word, [tmp_path / f"{FILE}-wal"])
    for act in acts:
        await ways[act]()
    await db.tidy()
    assert left(word, files(tmp_path)) == set()


@pytest.mark.sqlite(reason="searches the bytes of its files")
async def test_what_a_kill_left_in_the_log_is_gone_after_the_next_start(
    services: Services, db: Database, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ways, word = await overwritten(services), {"the word": [marked("Once").encode()]}
    for act in ("drafts", "contacts", "the other contact"):
        await ways[act]()
    # What is on the disk when the bot is killed right after the commit.
    killed = tmp_path_factory.mktemp("killed")
    for name in (FILE, f"{FILE}-wal"):
        shutil.copy(tmp_path / name, killed / name)
    assert left(word, files(killed))
    again = Database(open_engine(make_url(sqlite_url(killed))))
    await bring_up_to_date(again.engine)
    await erase_again(again.engine, again.erased)
    assert left(word, files(killed)) == set()
    assert (await counts(again, MAYA))["users"] == 1
    await again.close()


async def test_on_a_server_no_table_holds_it_and_after_a_full_vacuum_no_table_file(
    services: Services, db: Database, life: Lived, database: str, request: pytest.FixtureRequest
) -> None:
    """The server's write-ahead log, its backups and its planner's samples are the operator's: see PRIVACY.md."""
    if make_url(database).get_backend_name() != "postgresql":
        pytest.skip("about PostgreSQL's files")
    server: postgres.Server = request.getfixturevalue("server")
    connection = await asyncpg.connect(server._running.get_uri(db.engine.url.database))
    number = await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
    folder = Path(server._running.pgdata) / "base" / str(number)
    for table in personal_tables():
        # Or what it samples for the planner would have to be looked through as well.
        await connection.execute(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)")
    await come_back(services, life)
    planted = await plant(db, life.id)
    texts = {column: marks for column, marks in planted.items() if marks[0].startswith(b"~")}
    assert len(texts) > 30
    await connection.execute("CHECKPOINT")
    assert left(texts, files(folder)) == set(texts)

    await services.mydata.erase(life.id, "DELETE")
    for table in Base.metadata.sorted_tables:
        found = await connection.fetch(f"SELECT t::text FROM {table.name} t")  # noqa: S608 - a table of ours
        assert not [row for row in found if "~" in row[0] or str(life.id) in row[0]]
    await connection.execute("VACUUM FULL")
    await connection.execute("CHECKPOINT")
    assert left(texts, files(folder)) == set()
    assert (await counts(db, TOM))["contacts"] == 12
    await connection.close()


# Other workers


async def test_a_worker_that_had_claimed_it_sends_nothing_and_records_nothing(
    services: Services,
    db: Database,
    life: Lived,
    traveller: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither within the time that an erasure waits for it: then it says that a message may still arrive."""
    monkeypatch.setattr("bot.services.mydata.service.ARRIVES_WITHIN", 0)
    await come_back(services, life)
    traveller.shift(timedelta(days=60))
    other = Database(open_engine(db.engine.url))
    there = build_services(other, loader.load())
    (delivery,) = [one for one in await there.deliveries.claim() if one.user_id == life.id]
    assert await there.reminders.describe(life.id, delivery.reminders)

    assert (await services.mydata.erase(life.id, "DELETE")).may_arrive
    after = await every_row(db)
    assert await there.reminders.describe(life.id, delivery.reminders) == []
    async with there.under_way.going_out(delivery.reminders) as is_ours:
        assert not is_ours
    for status in (Status.SENT, Status.PENDING, Status.UNDELIVERABLE):
        await there.deliveries.record([DeliveryOutcome(one, status, "", 7) for one in delivery.reminders])
    assert await every_row(db) == after
    traveller.shift(timedelta(days=1))
    assert life.id not in {one.user_id for one in await there.deliveries.claim()}
    await other.close()


# Backups


@asynccontextmanager
async def started(before: Database) -> AsyncIterator[Database]:
    """What a start of the bot does with a database that it had used `before`."""
    db = Database(open_engine(before.engine.url), before.erased.file.parent)
    await bring_up_to_date(db.engine)
    await erase_again(db.engine, db.erased)
    yield db
    await db.close()


async def put_back(db: Database, tables: Tables) -> None:
    """The rows of a backup, in place of all that is there."""
    async with db.write() as session:
        for table in reversed(list(personal_tables())):
            await session.execute(table.delete())
        for table in personal_tables():
            if tables[table.name]:
                await session.execute(insert(table), tables[table.name])


async def test_rows_of_a_backup_are_erased_again_at_the_next_start(
    services: Services, db: Database, life: Lived
) -> None:
    await come_back(services, life)
    backup = await every_row(db)
    await services.mydata.erase(life.id, "DELETE")
    without = await every_row(db)
    await put_back(db, backup)
    assert (await counts(db, life.id))["contacts"] == 15
    async with started(db) as again:
        assert await every_row(again) == without
    # And so on, however often.
    await put_back(db, backup)
    async with started(db) as again:
        assert await every_row(again) == without


async def test_who_came_back_since_is_left_alone(
    services: Services, db: Database, life: Lived, traveller: time_machine.Traveller
) -> None:
    await come_back(services, life)
    await services.mydata.erase(life.id, "DELETE")
    traveller.shift(timedelta(seconds=1))
    await services.profiles.meet(life.id, "Maya")
    await add(db, Contact(owner_id=life.id, name="Somebody new", created_at=now()))
    since = await every_row(db)
    async with started(db) as again:
        assert await every_row(again) == since
    # What they imported since is new as well.
    await services.mydata.erase(life.id, "DELETE")
    traveller.shift(timedelta(seconds=1))
    await services.profiles.meet(life.id, "Maya")
    await services.mydata.import_data(life.id, life.content)
    since = await every_row(db)
    async with started(db) as again:
        assert await every_row(again) == since


def copy_of(folder: Path) -> Path:
    """A backup, as SQLite makes one."""
    source, target = sqlite3.connect(folder / FILE), sqlite3.connect(folder / "backup")
    source.backup(target)
    source.close()
    target.close()
    return folder / "backup"


@pytest.mark.sqlite(reason="puts its file back")
@pytest.mark.parametrize("running", [False, True], ids=["while stopped", "while running"])
async def test_a_file_that_is_put_back_is_erased_again(
    services: Services, db: Database, life: Lived, tmp_path: Path, running: bool
) -> None:
    await come_back(services, life)
    planted = await plant(db, life.id)
    backup = copy_of(tmp_path)
    await services.mydata.erase(life.id, "DELETE")
    without = await every_row(db)
    if running:
        backup.replace(tmp_path / FILE)
    else:
        await db.close()
        backup.replace(tmp_path / FILE)
        db = Database(open_engine(db.engine.url))
        await erase_again(db.engine, db.erased)
    assert await every_row(db) == without
    assert left(planted, files(tmp_path)) == set()
    await db.close()


async def test_two_erasures_at_once_are_one(services: Services, db: Database, life: Lived) -> None:
    await come_back(services, life)
    other = Database(open_engine(db.engine.url))
    there = build_services(other, loader.load())
    results = await asyncio.gather(services.mydata.erase(life.id, "DELETE"), there.mydata.erase(life.id, "DELETE"))
    assert Erased() in results
    assert set((await counts(db, life.id)).values()) == {0}
    assert (await counts(db, TOM))["contacts"] == 12
    await other.close()
