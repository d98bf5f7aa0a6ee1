"""Fixtures of tests on use cases."""

import pytest
import time_machine

from bot.handbook import loader
from bot.services import build_services
from bot.storage.database import Database
from tests.services.inactivity_story import Story


@pytest.fixture
async def story(db: Database, traveller: time_machine.Traveller) -> Story:
    made = Story(db, build_services(db, loader.load(), inactive_months=24), traveller)
    await made.arrive()
    return made
