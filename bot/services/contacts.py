"""Use cases of finding contacts."""

from bot.services.base import UseCases


class Contacts(UseCases):
    """Use cases of finding contacts."""
