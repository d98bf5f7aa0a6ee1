"""Two processes, each with its part of the servers: what each of them gets and does, on one PostgreSQL."""

from pathlib import Path

import discord
import pytest

from bot.app import create_bot
from bot.settings import Settings
from tests.support.world import World, sqlite_url, world

pytestmark = pytest.mark.postgresql(reason="a SQLite file is one process's")


def syncs(process: World) -> int:
    return sum(r.method == "PUT" and r.path.endswith("/commands") for r in process.env.http_requests)


async def promised_and_reminded(process: World, text: str) -> None:
    """Somebody in a server keeps a to-do, and has its reminder in the DM."""
    maya = process.member()
    await maya.slash("profile timezone", zone="America/Denver")
    assert text in await maya.slash("todo add", text=text, when="in 2 hours")
    await process.skip(hours=2, minutes=1)
    assert any(text in reminder for reminder in maya.reminders())


async def test_each_process_serves_its_servers_and_one_of_them_tells_discord_the_commands(
    database: str, tmp_path: Path
) -> None:
    told = []
    for start, number in enumerate((1, 0, 1, 0)):
        async with world(database, data_dir=tmp_path, shard_count=2, shard_ids=(number,)) as process:
            assert isinstance(process.bot, discord.AutoShardedClient)
            assert list(process.bot.shards) == [number]
            told.append(syncs(process))
            process.env.strict_sync = False  # the other process has told Discord the commands
            process.env.create_guild(shard_id=number)
            await promised_and_reminded(process, f"Send article {start}")
    assert told == [0, 1, 0, 0], "once, by the process with shard 0"


async def test_the_process_with_shard_0_has_the_conversations(database: str, tmp_path: Path) -> None:
    async with world(database, data_dir=tmp_path, shard_count=2, shard_ids=(0,)) as process:
        assert syncs(process) == 1
        maya = process.student()
        assert (await maya.say("hi")).buttons
        await process.restart()
        assert (await maya.say("hi")).buttons


@pytest.mark.parametrize(("ids", "pace"), [((), 40), ((0, 1), 20), ((3,), 10)])
def test_the_pace_of_reminders_is_shared_by_shards(ids: tuple[int, ...], pace: float) -> None:
    settings = Settings(
        _env_file=None, shard_count=4, shard_ids=ids, database_url="postgresql+asyncpg://nobody@localhost/none"
    )
    assert settings.sends_per_second * settings.share == pace
    assert settings.has_direct_messages is (ids != (3,))


def test_one_process_is_not_sharded(tmp_path: Path) -> None:
    bot = create_bot(Settings(_env_file=None, database_url=sqlite_url(tmp_path)))
    assert not isinstance(bot, discord.AutoShardedClient)
