"""One bot is at work on a SQLite file, and one on each shard of a PostgreSQL; a second one is told who."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.storage import process_lock as alone
from bot.storage.columns.seal import new_key
from bot.storage.database import Database, open_engine
from bot.storage.models import Fact
from bot.storage.process_lock import Alone, AtWorkError, lock_of
from tests.support.command_line import ROOT, clean_environment

only_sqlite = pytest.mark.sqlite(reason="the lock is a file's")
only_postgresql = pytest.mark.postgresql(reason="a SQLite file is one process's")


@pytest.fixture
async def other(database: str, tmp_path: Path) -> AsyncIterator[Database]:
    """The same database, as a second process has it."""
    second = Database(open_engine(make_url(database)), tmp_path)
    yield second
    await second.close()


async def at_work(one: Alone) -> Alone:
    await one.lock()
    await one.sign_in()
    one.watch()
    return one


async def notes(db: Database) -> list[str]:
    async with db.read() as session:
        return list(await session.scalars(select(Fact.key).where(Fact.key.startswith("at work"))))


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "_LOOK_AGAIN", 0.05)
    monkeypatch.setattr(alone, "RENEW", timedelta(seconds=0.05))


@pytest.mark.usefixtures("_impatient")
async def test_a_second_one_is_refused_and_told_who_is_there(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await at_work(Alone(db, now()))
    if db.engine.name == "sqlite":
        monkeypatch.setattr(alone, "LEASE", timedelta(0))
    with pytest.raises(AtWorkError) as refused:
        await at_work(Alone(other, now()))
    assert refused.value.who is not None
    assert f"process {os.getpid()} on " in str(refused.value.who)
    assert not first.lost.is_set()
    await first.release()
    await first.release()
    assert await notes(db) == []
    second = await at_work(Alone(other, now()))
    await second.release()


@only_sqlite
async def test_the_lock_of_a_process_that_is_killed_is_free_at_once(db: Database, database: str) -> None:
    script = (
        "import asyncio\n"
        "from sqlalchemy.engine import make_url\n"
        "from bot.clock import now\n"
        "from bot.storage.process_lock import Alone\n"
        "from bot.storage.database import Database, open_engine\n"
        "async def work():\n"
        f"    one = Alone(Database(open_engine(make_url({database!r}))), now())\n"
        "    await one.lock()\n"
        "    await one.sign_in()\n"
        "    print('there', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(work())\n"
    )
    with subprocess.Popen(  # noqa: ASYNC220, S603 - our own command; it is waited for by what it says
        [sys.executable, "-c", script], cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        assert not Alone(db, now())._locked(0)
        process.send_signal(signal.SIGKILL)
        process.wait()
    one = await at_work(Alone(db, now()))
    assert len(await notes(db)) == 1, "nothing is left of the one that was killed"
    await one.release()


@only_sqlite
async def test_two_ways_to_one_file_lead_to_one_lock(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file.sqlite3").touch()
    (tmp_path / "way").symlink_to(tmp_path / "data")
    (tmp_path / "name").symlink_to(tmp_path / "data" / "file.sqlite3")
    ways = {lock_of(tmp_path / way) for way in ("data/file.sqlite3", "way/file.sqlite3", "name")}
    assert ways == {tmp_path / "data" / "file.sqlite3.lock"}


@only_sqlite
@pytest.mark.usefixtures("_impatient")
async def test_a_lock_that_was_tidied_away_is_taken_again_or_lost(
    db: Database, other: Database, database: str
) -> None:
    file = lock_of(Path(make_url(database).database or ""))
    first = Alone(db, now())
    await first.lock()
    file.unlink()
    assert await first._still()
    assert not Alone(other, now())._locked(0)
    file.unlink()
    second = Alone(other, now())
    assert second._locked(0)
    first.watch()
    await first.lost.wait()
    await first.release()
    await second.release()


@only_postgresql
@pytest.mark.usefixtures("_impatient")
async def test_a_start_after_a_kill_waits_for_the_lease_and_goes_on(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=10) >= alone.LEASE
    monkeypatch.setattr(alone, "LEASE", timedelta(seconds=0.5))
    killed = Alone(db, now())
    await killed.sign_in()
    second = Alone(other, now())
    await second.sign_in()
    assert len(await notes(db)) == 1
    # It was only frozen, as a laptop that was shut, and now it goes on.
    killed.watch()
    await killed.lost.wait()
    await killed.release()
    assert len(await notes(db)) == 1, "what another one has is left alone"
    await second.release()


@only_postgresql
@pytest.mark.usefixtures("_impatient")
async def test_a_lease_by_a_clock_that_was_ahead_keeps_nobody_out(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "LEASE", timedelta(days=365))
    await Alone(db, now()).sign_in()
    monkeypatch.setattr(alone, "LEASE", timedelta(seconds=0.5))
    another = open_engine(db.engine.url, (new_key(),))
    assert await alone.writes_with_another_key(another) is None
    await another.dispose()
    second = await at_work(Alone(other, now()))
    assert len(await notes(db)) == 1
    await second.release()


@only_postgresql
@pytest.mark.usefixtures("_impatient")
async def test_whoever_took_over_meanwhile_is_given_the_time_of_a_lease(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "LEASE", timedelta(days=365))
    await Alone(db, now()).sign_in()
    monkeypatch.setattr(alone, "LEASE", timedelta(seconds=0.5))
    starts = await asyncio.gather(*(at_work(Alone(where, now())) for where in (db, other)), return_exceptions=True)
    [first] = [start for start in starts if isinstance(start, Alone)]
    assert any(isinstance(start, AtWorkError) for start in starts)
    assert not first.lost.is_set()
    await first.release()


@only_postgresql
@pytest.mark.usefixtures("_impatient")
async def test_each_shard_is_one_process_s(db: Database, other: Database) -> None:
    first, second = await at_work(Alone(db, now(), 4, (0, 1))), await at_work(Alone(other, now(), 4, (2, 3)))
    for count, ids in ((4, (1, 2)), (4, ()), (1, ()), (8, (7,))):
        with pytest.raises(AtWorkError):
            await Alone(other, now(), count, ids).sign_in()
    assert not first.lost.is_set()
    await first.release()
    await second.release()


@only_postgresql
@pytest.mark.usefixtures("_impatient")
async def test_of_several_that_start_at_once_one_goes_on(db: Database, other: Database) -> None:
    ones = [Alone(where, now()) for where in (db, other) * 3]
    starts = await asyncio.gather(*(at_work(one) for one in ones), return_exceptions=True)
    assert sum(isinstance(start, Alone) for start in starts) == 1
    assert sum(isinstance(start, AtWorkError) for start in starts) == len(ones) - 1
    for one in ones:
        await one.release()
