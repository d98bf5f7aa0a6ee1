"""Use cases of the meeting."""

from bot.services.base import UseCases


class Interviews(UseCases):
    """Use cases of the meeting."""
