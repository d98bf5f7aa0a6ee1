"""The watch: whether anybody wrote to the file, however they came to it."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.services.base import ensure_user
from bot.storage.database import Database, open_engine

pytestmark = pytest.mark.sqlite(reason="it watches a file")


async def write(database: Database, user_id: int) -> None:
    async with database.write() as session:
        await ensure_user(session, user_id)


async def test_every_commit_of_anybody_is_seen_and_nothing_else(db: Database) -> None:
    seen = db.version()
    assert seen is not None
    async with db.read():
        pass
    assert db.version() == seen
    await write(db, 1)
    assert (ours := db.version()) not in {None, seen}
    neighbour = Database(open_engine(db.engine.url))
    await write(neighbour, 2)
    await neighbour.close()
    assert db.version() not in {None, seen, ours}
    assert db.version() == db.version()


async def test_a_write_in_progress_holds_nobody_up(db: Database) -> None:
    seen = db.version()
    async with db.write() as session:
        await ensure_user(session, 1)
        await session.flush()
        assert db.version() == seen
    assert db.version() != seen


async def test_a_file_that_is_no_database_cannot_tell(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"this is no database" * 100)
    garbage = Database(open_engine(make_url(f"sqlite+aiosqlite:///{tmp_path / 'x'}")))
    assert garbage.version() is None
    await garbage.close()
