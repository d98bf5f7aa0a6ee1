"""Fixtures that every test may use: a database with use cases on it, and the whole bot in a simulated Discord."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from hypothesis import settings
from sqlalchemy.engine import URL, make_url

from benchmarks import postgres
from bot.handbook import loader
from bot.services import Services, build_services
from bot.storage.engine import Database, open_engine
from bot.storage.revision import bring_up_to_date
from bot.storage.seal import new_key
from tests.kit import START, Student, World, sqlite_url, world
from tests.mydata import Lived, lived

pytest_plugins = ["tests.databases"]

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("rapport", deadline=None)
settings.load_profile("rapport")


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


@pytest.fixture
def keys(storage: str) -> tuple[str, ...]:
    """What students write in `database` is encrypted with."""
    return (new_key(),) if storage.endswith("encrypted") else ()


@pytest.fixture
def database(storage: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that nobody has used yet, of the kind that the test runs on."""
    with _made(storage, request, tmp_path, postgres.TEMPLATE) as address:
        yield address


@pytest.fixture
def bare(storage: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    with _made(storage, request, tmp_path, "template1") as address:
        yield address


@pytest.fixture(scope="session")
def spare() -> list[URL]:
    """Databases that a test is done with."""
    return []


@contextmanager
def _made(storage: str, request: pytest.FixtureRequest, folder: Path, template: str) -> Iterator[str]:
    if storage.startswith("sqlite"):
        yield sqlite_url(folder)
        return
    server: postgres.Server = request.getfixturevalue("server")
    spare: list[URL] = request.getfixturevalue("spare") if template == postgres.TEMPLATE else []
    made = spare.pop() if spare else asyncio.run(server.fresh(template))
    yield made.render_as_string(hide_password=False)
    if template == postgres.TEMPLATE:
        asyncio.run(server.empty(made))
        spare.append(made)
    else:
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
