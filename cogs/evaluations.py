"""Commands and actions of evaluations."""

from bot.ui.step import Step


class Evaluations(Step):
    """Commands and actions of evaluations."""
