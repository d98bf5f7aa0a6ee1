"""How much one student may do at once. It refills evenly, and once it is used up, there is a pause first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import now

PAUSE = 20
"""Seconds that somebody waits who has used it up."""
_SECOND = 1_000_000
"""In the whole numbers in which this counts: nothing is lost in rounding."""
_FEW = 1_000
"""Students of whom something may be remembered without looking who can be forgotten."""


@dataclass(frozen=True, slots=True)
class RatePause:
    """Somebody has used up what they may do at once."""

    seconds: int
    """Until all of it is there again."""
    begins: bool
    """Whether this is the first refusal of this pause; the others need no words."""


class Allowance:
    """Lets each student do `at_once` things at once, and `per_minute` in a minute from then on.

    Who is refused is refused until the pause is over, however often they try: a script that goes on trying makes
    the bot say one thing in a pause, not one thing at every drop that has refilled. discord.py's own cooldowns
    count in fixed windows, so that twice as much fits around their edge, and look through everybody at each use.

    It remembers two things per student, and only until their allowance is whole again.
    """

    def __init__(self, at_once: int, per_minute: int, clock: Callable[[], datetime] = now) -> None:
        self._gap = 60 * _SECOND // per_minute
        self._whole = at_once * self._gap
        self._clock = clock
        self._full_at: dict[int, int] = {}
        """When each student's allowance will be whole. Of whom nothing is known, it is."""
        self._paused: dict[int, int] = {}
        """Until when each of those waits who have used theirs up."""
        self._many = _FEW

    def take(self, user_id: int) -> RatePause | None:
        """Use up one; returns None, or for how long there is a pause."""
        present = int(self._clock().timestamp() * _SECOND)
        # A clock that was set back must not make the pause longer.
        full_at = min(max(self._full_at.get(user_id, 0), present), present + self._whole)
        until = min(self._paused.get(user_id, 0), present + PAUSE * _SECOND)
        begins = until <= present
        if not begins or full_at + self._gap > present + self._whole:
            until = present + PAUSE * _SECOND if begins else until
            self._full_at[user_id], self._paused[user_id] = full_at, until
            return RatePause(-((present - until) // _SECOND), begins)
        self._full_at[user_id] = full_at + self._gap
        self._paused.pop(user_id, None)
        if len(self._full_at) > self._many:
            self._forget(present)
        return None

    def __len__(self) -> int:
        """Of how many students something is remembered."""
        return len(self._full_at)

    def _forget(self, present: int) -> None:
        """Forget those whose allowance is whole; the next time only when twice as many are there."""
        self._full_at = {user: full_at for user, full_at in self._full_at.items() if full_at > present}
        self._paused = {user: until for user, until in self._paused.items() if until > present}
        self._many = max(_FEW, 2 * len(self._full_at))
