"""Use cases of the evaluation conversation."""

from bot.services.base import UseCases


class Evaluations(UseCases):
    """Use cases of the evaluation conversation."""
