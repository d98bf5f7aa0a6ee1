"""The database server goes away and comes back while students use the bot and reminders fall due."""

from pathlib import Path

import pytest

from tests.storage.test_link import away
from tests.support.postgres import Server
from tests.support.world import World, world

pytestmark = pytest.mark.postgresql(reason="about a server")


async def test_students_are_told_so_and_the_reminders_come_when_it_is_back(
    database: str, server: Server, tmp_path: Path
) -> None:
    async with world(database, data_dir=tmp_path, sweep_seconds=60) as rapport:
        await _outage(rapport, server)


async def _outage(rapport: World, server: Server) -> None:
    maya = rapport.student()
    await maya.slash("profile timezone", zone="America/Denver")
    await maya.slash("todo add", text="Send the article", when="in 2 hours")
    async with away(rapport.bot.db, server):
        told = await maya.slash("todo add", text="Thank Ana for the long talk about trains", when="in 3 hours")
        assert "I cannot reach my storage right now, so nothing was saved. Please try again in a minute." in told
        assert "reference" in told
        assert "I cannot reach my storage right now" in await maya.say("hello")
        before = len(maya.reminders())
        await rapport.skip(hours=2, minutes=5)
        assert len(maya.reminders()) == before, "there was nothing to read it from"
    await rapport.skip(minutes=1)
    [reminder] = maya.reminders()[before:]
    assert "Send the article" in reminder
    assert "Thank Ana" in await maya.slash("todo add", text="Thank Ana", when="in 3 hours")
