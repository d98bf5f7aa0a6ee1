"""Draws a student's due pings and sends them as one DM."""

from collections.abc import Sequence

import discord

from bot.services import Services
from bot.services.deliveries import Claimed


class PingSender:
    """Draws a student's due pings and sends them as one DM."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._services = services

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        """Send one message about `reminders`."""
        raise NotImplementedError
