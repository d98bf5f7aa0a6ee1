"""Where SQLite divides a page, a copy of what moved stays between the rows, and `secure_delete` never finds it."""

import random
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from bot.clock import now
from bot.services import Services
from bot.services.base import ensure_user
from bot.storage.database import Database
from bot.storage.models import Base, Contact
from bot.storage.privacy.erasure import erase_again
from tests.support.canary_columns import files

pytestmark = [
    pytest.mark.clear(reason="it looks for words in files"),
    pytest.mark.sqlite(reason="searches the bytes of its file"),
]

STUDENTS = range(1, 9)
GONE = range(1, 5)
"""Those of them who are erased."""
SEED = 21
"""One with which something stays."""
_CONTACTS = Base.metadata.tables[Contact.__tablename__]
_EMPTY = dict.fromkeys(("title", "organization", "reach", "why"), "") | {"source": "other"}


async def lively(db: Database) -> None:
    """Students whose contacts get longer and shorter, in turns: pages fill up and are divided."""
    dice = random.Random(SEED)  # noqa: S311 - nothing here is secret
    owners: list[int] = []
    async with db.write() as session:
        for student in STUDENTS:
            await ensure_user(session, student)
        for number in range(1, 301):
            owners.append(mine := dice.choice(STUDENTS))
            row = {"owner_id": mine, "name": words(dice, mine, 80), "notes": words(dice, mine, 900)}
            await session.execute(insert(_CONTACTS).values(_EMPTY | row | {"created_at": now()}))
            one = dice.randint(1, number)
            longer = {name: words(dice, owners[one - 1], most) for name, most in (("notes", 1900), ("why", 900))}
            await session.execute(update(_CONTACTS).where(_CONTACTS.c.id == one).values(longer))


def words(dice: random.Random, student: int, most: int) -> str:
    return f"{mark(student)}{dice.randrange(16**8):08x} " * dice.randint(1, most // 12)


def mark(student: int) -> str:
    return f"zq{student}x"


def left(folder: Path) -> int:
    """How many words of those who are erased are in any file."""
    content = b"".join(path.read_bytes() for path in files(folder))
    return sum(content.count(mark(student).encode()) for student in GONE)


async def erase(services: Services) -> None:
    for student in GONE:
        await services.mydata.erase(student, "DELETE")


async def test_nothing_of_it_is_left_between_the_rows_of_others(
    services: Services, db: Database, tmp_path: Path
) -> None:
    await lively(db)
    await erase(services)
    assert left(tmp_path) == 0


async def test_of_a_large_file_nothing_is_left_after_the_next_start(
    services: Services, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lively(db)
    monkeypatch.setattr("bot.storage.database._AT_ONCE_BYTES", 0)
    await erase(services)
    assert left(tmp_path) > 0, "this shows nothing"
    await erase_again(db.engine, db.erased)
    assert left(tmp_path) == 0
    written = (tmp_path / "rapport.sqlite3").stat().st_mtime_ns
    await erase_again(db.engine, db.erased)
    assert (tmp_path / "rapport.sqlite3").stat().st_mtime_ns == written, "it is done once"
