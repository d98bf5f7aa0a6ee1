"""Commands and actions of thank_yous."""

from bot.ui.step import Step


class ThankYous(Step):
    """Commands and actions of thank_yous."""
