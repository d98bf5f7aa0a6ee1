"""Commands and actions of requests."""

from bot.ui.step import Step


class Requests(Step):
    """Commands and actions of requests."""
