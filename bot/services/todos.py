"""Use cases of to-dos."""

from bot.services.base import UseCases


class Todos(UseCases):
    """Use cases of to-dos."""
