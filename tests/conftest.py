"""Fixtures that every test may use: a database with use cases on it, and the whole bot in a simulated Discord."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import time_machine
from hypothesis import settings
from sqlalchemy.engine import make_url

from bot.handbook import loader
from bot.services import Services, build_services
from bot.storage.engine import Database, open_engine
from bot.storage.migrate import upgrade
from tests.kit import START, Student, World, sqlite_url, world

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("rapport", deadline=None)
settings.load_profile("rapport")


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as running:
        yield running


@pytest.fixture
async def db(tmp_path: Path, traveller: time_machine.Traveller) -> AsyncIterator[Database]:
    """A migrated SQLite file."""
    database = Database(open_engine(make_url(sqlite_url(tmp_path))))
    await upgrade(database.engine)
    yield database
    await database.close()


@pytest.fixture
async def services(db: Database) -> Services:
    """Every use case on that file."""
    return build_services(db, loader.load())


@pytest.fixture
async def rapport(tmp_path: Path) -> AsyncIterator[World]:
    """The running bot on a fresh SQLite file."""
    async with world(sqlite_url(tmp_path)) as running:
        yield running


@pytest.fixture
async def maya(rapport: World) -> Student:
    """A student in the bot's DM who has told nothing about herself yet."""
    return rapport.student()
