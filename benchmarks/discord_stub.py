"""Discord with its network left out: commands come in as gateway events, answers end where HTTP would begin."""

import asyncio
import itertools
from typing import Any

import discord
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

APPLICATION = 4242
_USER = {"id": str(APPLICATION), "username": "rapport", "discriminator": "0", "avatar": None, "bot": True}
_APPLICATION = {
    "id": str(APPLICATION),
    "name": "rapport",
    "icon": None,
    "description": "",
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "flags": 0,
    "owner": _USER,
}
_MESSAGE: dict[str, Any] = {
    "type": 0,
    "content": "",
    "timestamp": "2026-01-01T00:00:00+00:00",
    "edited_timestamp": None,
    "tts": False,
    "pinned": False,
    "mention_everyone": False,
    **{name: [] for name in ("mentions", "mention_roles", "attachments", "embeds", "components")},
}
_ids = itertools.count(discord.utils.time_snowflake(discord.utils.utcnow()))


class Answers(AsyncWebhookAdapter):
    """Takes every answer to an interaction and says that it arrived."""

    async def request(self, route: Any, *_args: Any, **_kwargs: Any) -> Any:
        """What Discord says to an answer that it takes, be it one that came later."""
        if route.method == "PATCH":
            return {"id": str(next(_ids)), "author": _USER, **_MESSAGE}
        return {"interaction": {"id": route.webhook_id, "type": 2, "response_message_id": str(next(_ids))}}


async def _request(route: Any, **_kwargs: Any) -> Any:
    """What Discord says at login, and to a list of commands."""
    known = {"/users/@me": _USER, "/oauth2/applications/@me": _APPLICATION}
    return known.get(route.path, [])


async def log_in(client: discord.Client) -> None:
    """Start `client` as its own `start` would, up to the gateway. The answers of this task's children end here."""
    async_context.set(Answers())  # type: ignore[no-untyped-call]
    client.http.request = _request  # type: ignore[method-assign]
    await client.login("token")


def command(user_id: int, name: str, sub: str = "", **options: str) -> dict[str, Any]:
    """A slash command of `user_id` in their DM, as the gateway tells it."""
    given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
    user = {"id": str(user_id), "username": f"s{user_id}", "discriminator": "0", "avatar": None, "global_name": "S"}
    return {
        "id": str(next(_ids)),
        "application_id": str(APPLICATION),
        "type": 2,
        "token": "token",
        "version": 1,
        "context": 1,
        "locale": "en-US",
        "attachment_size_limit": 10_000_000,
        "app_permissions": "0",
        "entitlements": [],
        "authorizing_integration_owners": {"1": str(user_id)},
        "channel": {"id": str(user_id), "type": 1},
        "user": user,
        "data": {
            "id": "1",
            "name": name,
            "type": 1,
            "options": [{"name": sub, "type": 1, "options": given}] if sub else given,
        },
    }


async def fed(client: discord.Client, event: dict[str, Any]) -> None:
    """Give `client` an interaction, and return when all the tasks that it starts for it have ended."""
    loop = asyncio.get_running_loop()
    started: list[asyncio.Task[Any]] = []

    def noted(its_loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> asyncio.Task[Any]:
        started.append(asyncio.Task(work, loop=its_loop, **named))
        return started[-1]

    loop.set_task_factory(noted)
    try:
        client._connection.parse_interaction_create(event)  # type: ignore[arg-type]  # noqa: SLF001 - the gateway's way in
    finally:
        loop.set_task_factory(None)
    for task in started:
        await task
