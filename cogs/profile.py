"""Commands and actions of profile."""

from bot.ui.step import Step


class Profile(Step):
    """Commands and actions of profile."""
