"""Use cases of the profile: name, zone, quiet hours."""

from bot.services.base import UseCases


class Profiles(UseCases):
    """Use cases of the profile: name, zone, quiet hours."""
