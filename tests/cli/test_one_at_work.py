"""A second bot on one database, as an operator meets it: one sentence, an exit code, and nothing touched."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot import __main__ as program
from bot.app import Rapport
from bot.clock import now
from bot.settings import Settings
from bot.storage import process_lock as alone
from bot.storage.database import Database, open_engine
from bot.storage.process_lock import Alone, AtWorkError
from bot.storage.schema.startup import make_ready
from tests.support.command_line import TOKEN, run
from tests.support.world import sqlite_url


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "LEASE", timedelta(0))
    monkeypatch.setattr(alone, "RENEW", timedelta(seconds=0.05))


@asynccontextmanager
async def working(database: str, folder: Path) -> AsyncIterator[Alone]:
    """Another process is at work there."""
    db = Database(open_engine(make_url(database)), folder)
    one = Alone(db, now())
    await one.lock()
    await make_ready(db.engine)
    await one.sign_in()
    yield one
    await one.release()
    await db.close()


@contextmanager
def _working(folder: Path) -> Iterator[None]:
    """The same on a file in `folder`, for a program that has a loop of its own."""
    holder = working(sqlite_url(folder), folder)
    before = os.umask(0o077)  # as the program has it: it would warn of files that everybody may open
    try:
        with asyncio.Runner() as runner:
            runner.run(holder.__aenter__())
            yield
            runner.run(holder.__aexit__(None, None, None))
    finally:
        os.umask(before)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("words", [["run"], ["demo", "--no-open", "--database", "data/rapport.sqlite3"]])
def test_a_second_one_says_who_is_there_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    with _working(tmp_path / "data"):
        assert program.main(words) == program.AT_WORK == 75
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith("Another Rapport (process ")
    assert "since 20" in sentence
    assert "SHARD_IDS" in sentence


def test_what_looks_after_the_database_works_beside_a_running_bot(tmp_path: Path) -> None:
    with _working(tmp_path / "data"):
        checked = run(tmp_path, "check", DISCORD_TOKEN=TOKEN)
        assert checked.returncode == 0, checked.stdout
        assert run(tmp_path, "db", "upgrade").returncode == 0
        assert run(tmp_path, "db", "rotate-keys").returncode == 0
        file = tmp_path / "data" / "rapport.sqlite3"
        with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(":memory:")) as there:
            here.backup(there)


@pytest.mark.usefixtures("_impatient")
async def test_one_that_another_has_taken_over_from_stops_in_order(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, closed = asyncio.Event(), []

    async def start(_bot: Rapport, _token: str) -> None:
        started.set()
        await asyncio.Event().wait()

    close = Rapport.close

    async def noted(bot: Rapport) -> None:
        closed.append(bot)
        await close(bot)

    monkeypatch.setattr(Rapport, "start", start)
    monkeypatch.setattr(Rapport, "close", noted)
    settings = Settings(_env_file=None, database_url=database, data_dir=tmp_path)
    serving = asyncio.create_task(program._serve(settings, TOKEN, force_sync=False))
    await started.wait()
    db = Database(open_engine(make_url(database)), tmp_path)
    if db.engine.name == "sqlite":
        alone.lock_of(Path(make_url(database).database or "")).unlink()
    one = Alone(db, now())
    await one.lock()
    await one.sign_in()
    with pytest.raises(AtWorkError):
        await serving
    assert closed
    await one.release()
    await db.close()
