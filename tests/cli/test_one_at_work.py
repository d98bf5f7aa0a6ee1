"""A second bot on one database, as an operator meets it: one sentence, an exit code, and nothing touched."""

import asyncio
import json
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
from bot.storage.columns.seal import new_key
from bot.storage.database import Database, open_engine
from bot.storage.process_lock import Alone, AtWorkError, writes_with_another_key
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


def test_keys_are_not_changed_under_a_bot_that_has_others(tmp_path: Path) -> None:
    key, plain = new_key(), {"DISCORD_TOKEN": TOKEN}
    with _working(tmp_path / "data"):
        refused = run(tmp_path, "db", "rotate-keys", ENCRYPTION_KEYS=key)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Rapport (process ")
        assert "is at work with other ENCRYPTION_KEYS" in refused.stderr
    assert run(tmp_path, "check", **plain).returncode == 0, "a bot without the key would be refused from then on"
    with sqlite3.connect(tmp_path / "data" / "rapport.sqlite3") as connection:
        row = json.dumps(ROW | {"key": "another"})  # of one that was killed, and has no lock any more
        connection.execute("INSERT INTO facts (key, value) VALUES ('at work x', ?)", [row])
    connection.close()
    assert run(tmp_path, "db", "rotate-keys", ENCRYPTION_KEYS=key).returncode == 0


LONG_AGO = "2026-03-02T15:00:00+00:00"
ROW = {"host": "h", "pid": 1, "since": LONG_AGO, "until": LONG_AGO, "count": 1, "ids": [0]}


@pytest.mark.both
async def test_whoever_writes_with_another_key_is_told_while_at_work(database: str, tmp_path: Path) -> None:
    same, another = (open_engine(make_url(database), keys) for keys in ((), (new_key(),)))
    assert await writes_with_another_key(another) is None
    async with working(database, tmp_path):
        assert await writes_with_another_key(same) is None
        who = await writes_with_another_key(another)
        assert who is not None
        assert who.pid == os.getpid()
    assert await writes_with_another_key(another) is None
    for engine in (same, another):
        await engine.dispose()


def test_a_lock_that_is_somebody_elses_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has it may be at work: without it, two would be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    path = tmp_path / "data" / "rapport.sqlite3.lock"
    path.mkdir(parents=True)  # what a lock may not be opened as, by any account
    assert program.main(["run"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"{path}: ")
    assert list(path.parent.iterdir()) == [path], "nothing was begun"


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
