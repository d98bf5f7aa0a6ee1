"""Use cases of the thank-you note."""

from bot.services.base import UseCases


class ThankYous(UseCases):
    """Use cases of the thank-you note."""
