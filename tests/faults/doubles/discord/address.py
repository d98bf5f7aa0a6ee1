"""Where the stand-in listens, and how a bot is pointed at it. Loads nothing that the bot would not load itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


@dataclass(frozen=True, slots=True)
class Address:
    """The two doors of the stand-in."""

    http: str
    gateway: str


def point_at(address: Address) -> None:
    """Send everything that discord.py does in this process to `address`, from now on."""
    Route.BASE = address.http
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address.gateway)


@contextmanager
def pointed_at(address: Address) -> Iterator[None]:
    """The same until the block ends, for a bot in the process of the trial."""
    before = Address(Route.BASE, str(DiscordWebSocket.DEFAULT_GATEWAY))
    point_at(address)
    try:
        yield
    finally:
        point_at(before)
