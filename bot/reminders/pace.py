"""How fast reminders are sent: so many a second for all of them, and a gap between two to one student."""

import asyncio
from datetime import datetime, timedelta


class SendPace:
    """A leaky bucket: lets `per_second` callers through in a second, evenly spaced, in the order they came."""

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
    """Keeps messages to one student at least `gap` apart. What falls due in a gap is combined after it.

    It knows only the messages that this process has sent since its start, so two processes may send two in a gap.
    """

    def __init__(self, gap: timedelta) -> None:
        self._gap = gap
        self._last: dict[int, datetime] = {}
        self._many = _FEW

    def wait_until(self, user_id: int, present: datetime) -> datetime | None:
        """When the next message to the student may go out; None for at once."""
        last = self._last.get(user_id)
        if last is None or not last <= present < last + self._gap:
            # A last message in the future was noted before the machine's clock was set back: it does not count.
            return None
        return last + self._gap

    def note(self, user_id: int, present: datetime) -> None:
        """Remember that a message to the student was sent just now."""
        self._last[user_id] = present
        if len(self._last) > self._many:
            self._last = {user: last for user, last in self._last.items() if present < last + self._gap}
            self._many = max(_FEW, 2 * len(self._last))


_FEW = 1_000
"""Entries that may be kept before anybody looks which of them can go."""
