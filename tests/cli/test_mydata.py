"""`python -m bot mydata ...`: one student's data, handed over by the operator, as seen at a terminal."""

import asyncio
import json
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.storage.columns.seal import new_key
from bot.storage.database import Database, open_engine
from bot.storage.models import Contact, User
from bot.storage.schema.revision import bring_up_to_date
from tests.support.command_line import run
from tests.support.world import sqlite_url

MAYA, TOM = 1478149904793600015, 1478149904793600016
KEY = new_key()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[None]:
    """An encrypted college with two students, which a bot has open."""
    (tmp_path / "data").mkdir()
    url = make_url(sqlite_url(tmp_path / "data"))

    async def prepare() -> None:
        db = Database(open_engine(url, [KEY]))
        await bring_up_to_date(db.engine)
        for student in (MAYA, TOM):
            async with db.write(student) as session:
                session.add(User(discord_id=student, created_at=now(), last_seen_at=now()))
                await session.flush()
                session.add(Contact(owner_id=student, name=f"Ana of {student}", created_at=now()))
        await db.close()

    asyncio.run(prepare())
    bot = sqlite3.connect(tmp_path / "data" / "rapport.sqlite3")
    bot.execute("SELECT count(*) FROM users").fetchone()
    yield
    bot.close()


@pytest.mark.usefixtures("running")
def test_an_operator_hands_over_what_is_kept_of_one_student(tmp_path: Path) -> None:
    result = run(tmp_path, "mydata", "export", str(MAYA), "out", ENCRYPTION_KEYS=KEY)
    assert result.returncode == 0, result.stderr
    file = tmp_path / "out" / f"{MAYA}-everything.zip"
    assert str(file.relative_to(tmp_path)) in result.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with zipfile.ZipFile(file) as archive:
        tables = json.loads(archive.read("everything.json"))["tables"]
        assert "contacts.csv" in archive.namelist()
    assert [row["name"] for row in tables["contacts"]] == [f"Ana of {MAYA}"]
    # Never over another file.
    before = file.read_bytes()
    again = run(tmp_path, "mydata", "export", str(MAYA), "out", ENCRYPTION_KEYS=KEY)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert file.read_bytes() == before


@pytest.mark.usefixtures("running")
def test_what_it_cannot_hand_over_it_says_in_a_line(tmp_path: Path) -> None:
    for args, keys, code, said in (
        (("1",), KEY, 1, "Nothing is kept of a student with the id 1."),
        (("maya",), KEY, 2, "ID is a student's Discord id"),
        (("9" * 5_000,), KEY, 2, "ID is a student's Discord id"),
        ((str(MAYA),), "", 1, "ENCRYPTION_KEYS holds no key"),
        ((str(MAYA), "data/rapport.sqlite3"), KEY, 1, "cannot be written"),
    ):
        result = run(tmp_path, "mydata", "export", *args, ENCRYPTION_KEYS=keys)
        assert result.returncode == code, (args, result)
        assert said in result.stderr
        assert "Traceback" not in result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


@pytest.mark.usefixtures("running")
def test_it_says_when_not_all_of_it_is_as_it_was_written(tmp_path: Path) -> None:
    whole = run(tmp_path, "mydata", "export", str(MAYA), "whole", ENCRYPTION_KEYS=KEY)
    assert "damaged" not in whole.stdout
    with sqlite3.connect(tmp_path / "data" / "rapport.sqlite3") as somebody:
        somebody.execute("UPDATE contacts SET name = 'Planted'")
    somebody.close()
    result = run(tmp_path, "mydata", "export", str(MAYA), "out", ENCRYPTION_KEYS=KEY)
    assert result.returncode == 0, result.stderr
    assert "Some texts are damaged" in result.stdout


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = run(tmp_path, "mydata", "export", str(MAYA))
    assert result.returncode == 1
    assert "The database file is gone" in result.stderr
    assert not list(tmp_path.rglob("*.sqlite3"))
