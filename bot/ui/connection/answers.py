"""Hears every answer to a request: is it Discord that answers, and does it still take the token?"""

import asyncio
from types import SimpleNamespace

import aiohttp
from discord.http import Route

from bot.ui.connection.refusals import NotDiscordError

_OK, _CREATED, _UNAUTHORIZED = 200, 201, 401
_BY_THEIR_OWN_TOKEN = ("/webhooks/", "/interactions/")
"""Requests that come with another token, which ends after minutes."""


class Answers:
    """discord.py would take the page of a network's sign-in for a user, or for a message that was sent."""

    def __init__(self) -> None:
        self.doubt = asyncio.Event()
        """Set when Discord did not take the bot's token."""

    def listen(self, config: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
        """Add what hears the answers to what the client's HTTP session is given."""
        config.on_request_end.append(self._answered)
        config.on_request_redirect.append(self._redirected)
        return config

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        path = _asked_of_discord(params)
        if path is None:
            return
        response = params.response
        if response.status in {_OK, _CREATED} and response.content_type != "application/json":
            response.release()
            raise NotDiscordError(response.status)
        if response.status == _UNAUTHORIZED and not path.startswith(_BY_THEIR_OWN_TOKEN):
            self.doubt.set()

    async def _redirected(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestRedirectParams
    ) -> None:
        if _asked_of_discord(params) is not None:
            params.response.release()
            raise NotDiscordError(params.response.status)


def _asked_of_discord(params: aiohttp.TraceRequestEndParams | aiohttp.TraceRequestRedirectParams) -> str | None:
    """The path below Discord's own address; None for a file, which students hand in, or its place elsewhere."""
    url = str(params.url)
    return url.removeprefix(Route.BASE) if url.startswith(Route.BASE) else None
