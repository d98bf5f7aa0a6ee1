"""Commands and actions of home."""

from bot.ui.step import Step


class Home(Step):
    """Commands and actions of home."""
