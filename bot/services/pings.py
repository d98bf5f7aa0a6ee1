"""What a ping has to say, read when it is sent."""

from bot.services.base import UseCases


class Pings(UseCases):
    """What a ping has to say, read when it is sent."""
