"""Spreads messages over time, so that a burst stays under Discord's limit."""

import asyncio


class Pace:
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
