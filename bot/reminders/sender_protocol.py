"""What the engine asks of whoever talks to Discord, and the two ways in which that can fail."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from bot.services.reminders.claims import Claimed


class DirectMessagesClosedError(Exception):
    """The student does not take DMs from the bot."""


class TryLaterError(Exception):
    """Discord could not take it now.

    `after`: how long it wants to be left alone, if it said so.
    `unsure`: it may have taken the message nevertheless, as when its answer was lost on the way.
    """

    def __init__(self, after: timedelta | None = None, *, unsure: bool = False) -> None:
        super().__init__(after)
        self.after = after
        self.unsure = unsure


class TakenBackError(Exception):
    """What the message speaks of is not in this worker's hands any more, or not all of it: nothing was sent."""


class Sender(Protocol):
    """Draws, sends and reads back; `bot/app.py` hands one in."""

    async def send(self, user_id: int, reminders: Sequence[Claimed], *, late: bool) -> int | None:
        """Send one message about `reminders`; returns its id, or None when there is nothing left to say.

        Raises DirectMessagesClosedError, TryLaterError or TakenBackError.
        """

    async def find(self, user_id: int, reminders: Sequence[Claimed]) -> Mapping[int, int] | None:
        """Look in the DM for messages of earlier attempts: by reminder id, the id of the message that spoke of it.

        None when nobody can ever tell. Raises TryLaterError when nobody can tell now.
        """
