"""The bot's life: start, command sync, restart, stop; and what every command and card owes to Discord."""

import logging
from typing import Any

import discord
import pytest
from pydantic import SecretStr

from bot.app import create_bot
from bot.settings import Settings
from tests.support.world import Student, World


def syncs(rapport: World) -> int:
    return sum(r.method == "PUT" and r.path.endswith("/commands") for r in rapport.env.http_requests)


async def test_commands_are_synced_once_and_not_again_after_a_restart(rapport: World) -> None:
    assert syncs(rapport) == 1
    await rapport.restart()
    assert syncs(rapport) == 1


async def test_a_forced_sync_and_a_changed_command_sync_again(rapport: World) -> None:
    await rapport.bot.close()
    await rapport.env.restart_bot(create_bot(rapport.settings, force_sync=True))
    assert syncs(rapport) == 2
    changed = create_bot(rapport.settings)

    @changed.tree.command(name="extra", description="One more")
    async def extra(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("extra")

    await rapport.bot.close()
    await rapport.env.restart_bot(changed)
    assert syncs(rapport) == 3


async def test_no_privileged_intent_is_asked_for(rapport: World) -> None:
    wanted = {name for name, on in rapport.bot.intents if on}
    assert wanted == {"guilds", "dm_messages"}


async def test_every_command_works_in_servers_in_dms_and_as_a_user_app(rapport: World) -> None:
    for command in rapport.bot.tree.get_commands():
        payload = command.to_dict(rapport.bot.tree)
        assert payload["contexts"] == [0, 1, 2], command.name
        assert payload["integration_types"] == [0, 1], command.name


async def test_the_names_and_descriptions_that_discord_limits(rapport: World) -> None:
    def walk(options: list[dict[str, Any]], depth: int = 0) -> None:
        for option in options:
            assert 1 <= len(option["name"]) <= 32
            assert 1 <= len(option["description"]) <= 100
            assert len(option.get("choices", [])) <= 25
            required = [o.get("required", False) for o in option.get("options", []) if o["type"] > 2]
            assert required == sorted(required, reverse=True), f"{option['name']}: optional before required"
            walk(option.get("options", []), depth + 1)

    for command in rapport.bot.tree.get_commands():
        payload = command.to_dict(rapport.bot.tree)
        payload.setdefault("description", "")
        if payload["type"] == 1:
            walk([payload])


async def test_closing_twice_is_fine_and_a_press_afterwards_reaches_nobody(rapport: World) -> None:
    await rapport.bot.close()
    await rapport.bot.close()
    assert rapport.bot.is_closed()


async def test_while_the_bot_stops_it_takes_nothing_new_and_says_so(rapport: World, maya: Student) -> None:
    await maya.say("hi")
    await rapport.bot.router.drain(1)
    for answer in (await maya.slash("next"), await maya.say("a long answer that must not get lost on the way")):
        assert "restarting" in answer
    assert "must not get lost" in answer
    await rapport.restart()
    assert "first contact" in await maya.slash("next")


async def test_the_token_is_never_shown(tmp_path: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "MTIzNDU2Nzg5.secret.words"
    url = "postgresql+asyncpg://rapport:hush@localhost/rapport"
    settings = Settings(_env_file=None, discord_token=SecretStr(secret), database_url=SecretStr(url))
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert secret not in shown
        assert "hush" not in shown
    assert "hush" not in str(settings.database)
    assert secret not in caplog.text


async def test_messages_in_a_server_are_not_the_bots_business(rapport: World) -> None:
    member = rapport.member("tom")
    await member.actor.send(member.channel, "hello everyone")
    assert len(member.channel.history()) == 1
