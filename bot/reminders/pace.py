"""Spreads messages over time: all of them, to stay under Discord's limit, and those to one student, to be kind."""

import asyncio
from datetime import datetime, timedelta


class SendPace:
    """Lets `per_second` callers through in a second, evenly, in the order they came."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def wait(self) -> None:
        """Return when it is the caller's turn."""
        clock = asyncio.get_running_loop().time()
        turn = max(self._next, clock)
        self._next = turn + self._gap
        if turn > clock:
            await asyncio.sleep(turn - clock)


class Spacing:
    """Keeps messages to one student at least `gap` apart, so that many pings cannot become many messages.

    It knows of the messages of this process since its start: two processes may send two in a gap.
    """

    def __init__(self, gap: timedelta) -> None:
        self._gap = gap
        self._last: dict[int, datetime] = {}
        self._many = _FEW

    def wait_until(self, user_id: int, present: datetime) -> datetime | None:
        """When the next message to the student may go out; None for at once."""
        last = self._last.get(user_id)
        if last is None or not last <= present < last + self._gap:
            # One that is still to come was noted before the clock was set back.
            return None
        return last + self._gap

    def note(self, user_id: int, present: datetime) -> None:
        """A message to the student has arrived."""
        self._last[user_id] = present
        if len(self._last) > self._many:
            self._last = {user: last for user, last in self._last.items() if present < last + self._gap}
            self._many = max(_FEW, 2 * len(self._last))


_FEW = 1_000
"""Students of whom something may be remembered without looking who can be forgotten."""
