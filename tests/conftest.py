"""Fixtures that every test may use: a database with use cases on it, and the whole bot in a simulated Discord."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL, make_url

from bot.handbook import loader
from bot.services import Services, build_services
from bot.storage.columns.seal import new_key
from bot.storage.database import Database, open_engine
from bot.storage.postgres import connection
from bot.storage.schema.revision import bring_up_to_date
from bot.storage.schema.upgrade import upgrade
from bot.ui.dispatch import suggestions
from bot.ui.kit import in_time
from tests.support import compiled, postgres
from tests.support.any_student import let_tests_look
from tests.support.exports import Lived, lived
from tests.support.world import SQLITE_FILE, START, Student, World, sqlite_url, world

pytest_plugins = ["tests.support.databases"]

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("rapport", deadline=None)
# Mutants meet the same examples every time, few of them, and all in one process.
settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.differing_executors],
)
settings.load_profile("rapport")


@pytest.fixture(scope="session", autouse=True)
def _prepared_once() -> Iterator[None]:
    """Texts are read, and statements compiled, once for all bots: half of what a short test takes."""
    read = loader.load
    packaged = cache(read)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loader, "_parse", cache(loader._parse))
        patched.setattr(loader, "load", lambda folder=None: packaged() if folder is None else read(folder))
        compiled.share(patched)
        yield


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast the machine is says nothing about what is suggested, and about what is answered."""
    monkeypatch.setattr(suggestions, "SECONDS", 60.0)
    monkeypatch.setattr(in_time, "SECONDS", 60.0)
    monkeypatch.setattr(connection, "PATIENCE", 60.0)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL for this process, started by the first test that needs it."""
    with postgres.serve() as running:
        yield running


@pytest.fixture(scope="session")
def spare() -> list[URL]:
    """Databases on it that a test is done with."""
    return []


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables and no rows, to be copied: migrations take longer than most tests."""
    folder = tmp_path_factory.mktemp("tables")

    async def make() -> None:
        engine = open_engine(make_url(sqlite_url(folder)))
        await upgrade(engine)
        await engine.dispose()

    asyncio.run(make())
    return folder / SQLITE_FILE


@pytest.fixture
def keys(storage: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """What students write in `database` is encrypted with."""
    if not storage.endswith("encrypted"):
        return ()
    let_tests_look(monkeypatch)
    return (new_key(),)


@pytest.fixture
def database(storage: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with tables and no rows, of the kind that the test runs on."""
    if storage.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("tables"), tmp_path / SQLITE_FILE)
        yield sqlite_url(tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("server")
    spare: list[URL] = request.getfixturevalue("spare")
    made = spare.pop() if spare else asyncio.run(server.fresh())
    yield made.render_as_string(hide_password=False)
    asyncio.run(server.empty(made))
    spare.append(made)


@pytest.fixture
def bare(storage: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if storage.startswith("sqlite"):
        yield sqlite_url(tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("server")
    made = asyncio.run(server.fresh("template1"))
    yield made.render_as_string(hide_password=False)
    asyncio.run(server.drop(made))


@pytest.fixture
async def db(
    database: str, keys: tuple[str, ...], tmp_path: Path, traveller: time_machine.Traveller
) -> AsyncIterator[Database]:
    """A database with its tables."""
    opened = Database(open_engine(make_url(database), keys), tmp_path)
    await bring_up_to_date(opened.engine)
    yield opened
    await opened.close()


@pytest.fixture
async def services(db: Database) -> Services:
    """Every use case on it."""
    return build_services(db, loader.load())


@pytest.fixture
async def rapport(database: str, keys: tuple[str, ...], tmp_path: Path) -> AsyncIterator[World]:
    """The running bot on a fresh database."""
    async with world(database, data_dir=tmp_path, encryption_keys=",".join(keys) or None) as running:
        yield running


@pytest.fixture
async def maya(rapport: World) -> Student:
    """A student in the bot's DM who has told nothing about herself yet."""
    return rapport.student()


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """What was exported of a student who has everything; their life takes a while, so it is lived once."""
    return asyncio.run(lived(tmp_path_factory.mktemp("life")))
