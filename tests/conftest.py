"""Fixtures that every test may use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit import Student, World, sqlite_url, world


@pytest.fixture
async def rapport(tmp_path: Path) -> AsyncIterator[World]:
    """The running bot on a fresh SQLite file."""
    async with world(sqlite_url(tmp_path)) as running:
        yield running


@pytest.fixture
async def maya(rapport: World) -> Student:
    """A student in the bot's DM who has told nothing about herself yet."""
    return rapport.student()
