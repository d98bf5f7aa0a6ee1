"""Commands and actions of contacts."""

from bot.ui.step import Step


class Contacts(Step):
    """Commands and actions of contacts."""
