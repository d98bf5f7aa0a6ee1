"""The engine of these tests, on a real database."""

from collections.abc import AsyncIterator

import pytest

from bot.reminders.engine import Engine
from bot.reminders.sender_protocol import Sender
from bot.services.reminders.claims import Deliveries
from bot.storage.database import Database
from tests.reminders.engine_kit import Notes


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def sender(notes: Notes) -> Sender:
    """Where the engine's messages go; a file of tests may say otherwise."""
    return notes


@pytest.fixture
async def engine(db: Database, sender: Sender) -> AsyncIterator[Engine]:
    running = Engine(Deliveries(db), sender, sweep_seconds=3600, per_second=50)
    db.on_armed = running.arm
    yield running
    await running.stop()
