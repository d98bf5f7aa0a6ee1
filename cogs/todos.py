"""Commands and actions of todos."""

from bot.ui.step import Step


class Todos(Step):
    """Commands and actions of todos."""
