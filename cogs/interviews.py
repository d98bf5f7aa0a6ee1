"""Commands and actions of interviews."""

from bot.ui.step import Step


class Interviews(Step):
    """Commands and actions of interviews."""
