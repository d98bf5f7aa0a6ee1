"""What to do now, derived from everything else."""

from bot.services.base import UseCases


class Home(UseCases):
    """What to do now, derived from everything else."""
