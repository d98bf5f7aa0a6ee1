"""A machine whose clock is wrong: what is noted of a student goes by Discord's."""

from datetime import timedelta

import pytest
import time_machine

from bot.clock import now
from bot.storage.models import User
from tests.support.world import Student, World

YEARS = timedelta(days=3 * 365)


async def last_seen(rapport: World, student: Student) -> timedelta:
    """How far the note of the last visit is from Discord's present."""
    async with rapport.bot.db.read() as session:
        return (await session.get_one(User, student.id)).last_seen_at - rapport.env.now()


@pytest.mark.parametrize("ahead", [YEARS, -YEARS])
async def test_a_visit_is_noted_by_discord_s_clock(rapport: World, maya: Student, ahead: timedelta) -> None:
    with time_machine.travel(now() + ahead, tick=False):
        await maya.slash("next")
        assert await last_seen(rapport, maya) == timedelta(0)


async def test_a_visit_that_is_noted_years_ahead_is_noted_anew(rapport: World, maya: Student) -> None:
    await maya.slash("next")
    async with rapport.bot.db.write(maya.id) as session:
        (await session.get_one(User, maya.id)).last_seen_at += YEARS
    await rapport.skip(days=1)
    await maya.say("hi")
    assert await last_seen(rapport, maya) == timedelta(0)
