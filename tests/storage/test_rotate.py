"""Keys that are changed: nothing stays under an old one, nothing is lost, and the bot may run meanwhile."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.columns.seal import PLAIN, new_key
from bot.storage.columns.types import written_by
from bot.storage.database import open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.maintenance import rotate_keys as rotating
from bot.storage.maintenance.census import Census, take
from bot.storage.maintenance.rotate_keys import Rotated, rotate
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Base, Contact, Evaluation, Fact, Interview, User
from bot.storage.privacy.ownership import personal_tables
from tests.storage.older import seal_as_once
from tests.storage.test_written import MOMENT, kept, names
from tests.support.shortcuts import everybodys, opened

pytestmark = pytest.mark.own_keys
OLD, NEW = new_key(), new_key()
MARK = "Quillfeather"
STUDENTS = 450
"""More than two batches."""
SIZES = (0, 5, 300, 3_000, 9_000)
"""Characters of a note: some fill a page of the file, and some several."""


async def write(engine: AsyncEngine, table: type[Base], rows: list[dict[str, Any]], *, owner: int = 1) -> None:
    """Rows that name no student are `owner`'s."""
    async with engine.execution_options(writes=True).begin() as connection:
        for row in rows:
            with written_by(row.get("owner_id", row.get("discord_id", owner))):
                await connection.execute(insert(table), row)


async def a_college(engine: AsyncEngine, students: int = STUDENTS) -> int:
    """Fill the tables; returns how many texts there are."""
    numbers, chance = range(1, students + 1), random.Random(1)  # noqa: S311 - sizes, no secrets
    every = [{"discord_id": n, "created_at": MOMENT, "display_name": f"{MARK} {n}"} for n in numbers]
    every[0]["parked"] = {"fields": {"name": MARK}}
    await write(engine, User, [row | {"parked": row.get("parked")} for row in every])
    notes = [MARK * (chance.choice(SIZES) // len(MARK)) for _ in numbers]
    people = [
        {
            "owner_id": n,
            "name": f"{MARK} Ruiz",
            "notes": note,
            "email": None if n % 2 else MARK,
            "created_at": MOMENT,
        }
        for n, note in zip(numbers, notes, strict=True)
    ]
    await write(engine, Contact, people)
    interview = {"contact_id": 1, "starts_at": MOMENT, "minutes": 20, "status": "met", "created_at": MOMENT}
    await write(engine, Interview, [interview])
    evaluation = {"interview_id": 1, "owner_id": 1, "status": "done", "created_at": MOMENT}
    await write(engine, Evaluation, [evaluation])
    said = [{"evaluation_id": 1, "question": n, "text": MARK, "answered_at": MOMENT} for n in range(1, 12)]
    await write(engine, AnswerRow, said)
    return students + 1 + students + sum(map(bool, notes)) + students // 2 + len(said)


async def everything(engine: AsyncEngine) -> dict[str, list[Any]]:
    """What students wrote, as the bot reads it."""
    async with engine.connect() as connection:
        return {table.name: await everybodys(connection, table) for table in personal_tables()}


def bytes_of(folder: Path) -> bytes:
    """The database with its log."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("rapport.sqlite3*")))


async def test_from_plain_to_encrypted_to_another_key_and_back(database: str) -> None:
    async with opened(database) as engine:
        texts = await a_college(engine)
        before = await everything(engine)
    for keys, readable in (
        ((NEW,), [NEW]),
        ((OLD, NEW), [OLD]),
        ((PLAIN, OLD), []),
    ):
        async with opened(database, *keys) as engine:
            assert await rotate(engine) == Rotated(texts, finished=True, tidy=True)
            assert await rotate(engine) == Rotated(0, finished=True, tidy=True)
        # The first key alone is enough from now on, and it is all that the database has a note of.
        async with opened(database, *readable) as engine:
            assert await everything(engine) == before
            # And it notes that nothing else is taken for a student's words.
            assert len(await kept(engine, "facts.value")) == 2 * len(readable)
            plain = [name for name in await kept(engine) if MARK in name]
            assert len(plain) == (0 if readable else STUDENTS)


@pytest.mark.sqlite(reason="searches the bytes of its file")
async def test_nothing_of_the_old_texts_is_left_in_the_file_and_its_log(database: str, tmp_path: Path) -> None:
    async with opened(database) as engine:
        await a_college(engine)
        # What was deleted before anybody thought of encryption.
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.execute(text("PRAGMA secure_delete=OFF"))
            await connection.execute(text("DELETE FROM users WHERE discord_id % 3 = 0"))
    assert MARK.encode() in bytes_of(tmp_path)
    async with opened(database, OLD) as engine:
        assert (await rotate(engine)).tidy
        assert MARK.encode() not in bytes_of(tmp_path)
        sealed = await kept(engine)
    async with opened(database, NEW, OLD) as engine:
        await rotate(engine)
        found = bytes_of(tmp_path)
        assert not [name for name in sealed if name.encode() in found]


async def test_a_run_that_was_killed_is_gone_on_with(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(database) as engine:
        texts = await a_college(engine)
        before = await everything(engine)
    whole, batches = rotating._write, 0

    async def cut_off(*args: Any) -> int:
        nonlocal batches
        batches += 1
        written = await whole(*args)
        if batches == 3:
            raise KeyboardInterrupt
        return written

    monkeypatch.setattr(rotating, "_write", cut_off)
    async with opened(database, NEW) as engine:
        with pytest.raises(KeyboardInterrupt):
            await rotate(engine)
    monkeypatch.undo()
    async with opened(database, NEW) as engine:
        # What is left of it: two batches are done, the third was rolled back.
        done = await rotate(engine)
        assert 0 < done.texts < texts
        assert await everything(engine) == before
        assert not [name for name in await kept(engine) if MARK in name]


async def test_a_bot_that_knows_both_keys_goes_on_writing_meanwhile(database: str) -> None:
    async with opened(database, OLD) as engine:
        await a_college(engine)
    async with opened(database, NEW, OLD) as engine, opened(database, NEW, OLD) as bot:
        written, stop = 0, asyncio.Event()

        async def go_on() -> None:
            nonlocal written
            while not stop.is_set():
                written += 1
                student = 1 + written % STUDENTS
                with written_by(student):
                    async with bot.execution_options(writes=True).begin() as connection:
                        who = Contact.id == student
                        await connection.execute(update(Contact).where(who).values(notes=f"turn {written}"))
                await asyncio.sleep(0)

        busy = asyncio.create_task(go_on())
        done = await rotate(engine)
        stop.set()
        await busy
        assert done.finished
        assert written > 5
    async with opened(database, NEW) as engine, engine.connect() as connection:
        notes = [row.notes for row in await everybodys(connection, Base.metadata.tables["contacts"])]
        assert sum(note.startswith("turn ") for note in notes) == min(written, STUDENTS)
        assert len(await names(engine)) == STUDENTS


async def test_rows_that_the_bot_holds_are_done_in_the_next_pass(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the whole pass waits for the writer; on PostgreSQL it goes by."""
    monkeypatch.setattr(rotating, "_PAUSE", 0.01)
    whole, reached = rotating._write, asyncio.Event()

    async def noted(connection: AsyncConnection, texts: Any, keys: Any) -> int:
        if texts.table.name == "contacts":
            reached.set()
        return await whole(connection, texts, keys)

    monkeypatch.setattr(rotating, "_write", noted)
    async with opened(database) as engine:
        texts = await a_college(engine, 5)
    async with opened(database, NEW) as engine:
        holder = engine.execution_options(writes=True)
        async with holder.connect() as connection:
            with written_by(2):
                await connection.execute(update(Contact).where(Contact.id == 2).values(name="Ana"))
            running = asyncio.create_task(rotate(engine))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reached.wait(), 1 if engine.dialect.name == "sqlite" else 20)
                await asyncio.sleep(0.3)
            assert not running.done()
            await connection.commit()
        done = await running
        assert done.finished
        assert await take(engine) == Census(bound=texts)
        assert "Ana" in await names(engine)


async def test_somebody_who_goes_on_with_other_keys_is_noticed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database) as engine:
        await a_college(engine, 3)
    whole = rotating._go_through
    async with opened(database, NEW) as engine, opened(database, NEW) as plain:
        stubborn = open_engine(make_url(database))

        async def meanwhile(*args: Any) -> Any:
            done = await whole(*args)
            async with stubborn.execution_options(writes=True).begin() as connection:
                await connection.execute(update(Contact).where(Contact.id == 1).values(name="Ana"))
            return done

        monkeypatch.setattr(rotating, "_go_through", meanwhile)
        done = await rotate(engine)
        assert not done.finished
        await stubborn.dispose()
        assert not any("throughout" in key for key in await kept(plain, "facts.key"))


async def test_without_the_old_key_nothing_is_touched(database: str) -> None:
    async with opened(database, OLD) as engine:
        await a_college(engine, 3)
        before = await kept(engine)
    for keys, trouble in (((), StorageProblem.LOCKED), ((NEW,), StorageProblem.OTHER_KEYS)):
        engine = open_engine(make_url(database), keys)
        with pytest.raises(StorageUnavailableError) as refused:
            await rotate(engine)
        assert refused.value.trouble is trouble
        assert await kept(engine) == before
        await engine.dispose()


async def test_what_is_under_a_lost_key_is_left_as_it_is_and_told(database: str) -> None:
    """It opens again with that key."""
    async with opened(database, OLD) as engine:
        texts = await a_college(engine, 3)
        before = await kept(engine)
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.execute(text("DELETE FROM facts"))
    async with opened(database, NEW) as engine:
        done = await rotate(engine)
        assert (done.texts, len(done.damaged)) == (0, texts)
        assert {"contacts.name, row 2", "answers.text, row 1/11", "users.parked, row 1"} <= set(done.damaged)
        assert await kept(engine) == before
        assert MARK not in repr(done)
    async with opened(database, NEW, OLD) as engine:
        assert await names(engine) == [f"{MARK} Ruiz"] * 3


async def test_an_older_text_under_a_lost_key_stops_it_without_a_word_of_it(database: str) -> None:
    async with opened(database) as engine:
        await a_college(engine, 3)
        await seal_as_once(engine, OLD)
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.execute(text("DELETE FROM facts"))
    async with opened(database, NEW) as engine:
        with pytest.raises(StorageUnavailableError) as refused:
            await rotate(engine)
        assert refused.value.trouble is StorageProblem.OTHER_KEYS
        assert MARK not in repr(refused.value)


async def test_with_nothing_to_do_it_does_nothing(database: str) -> None:
    async with opened(database) as engine:
        await a_college(engine, 3)
        before = await kept(engine)
        assert await rotate(engine) == Rotated(0, finished=True, tidy=True)
        assert await kept(engine) == before
        await write(engine, Fact, [{"key": "commands", "value": "abc"}])
        await rotate(engine)
        assert await kept(engine, "facts.value") == ["abc"]
