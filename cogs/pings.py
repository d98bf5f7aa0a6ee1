"""Commands and actions of pings."""

from bot.ui.step import Step


class Pings(Step):
    """Commands and actions of pings."""
