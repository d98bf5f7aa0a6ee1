"""Use cases of the request."""

from bot.services.base import UseCases


class Requests(UseCases):
    """Use cases of the request."""
