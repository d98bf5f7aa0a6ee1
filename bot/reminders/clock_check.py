"""Whether this machine's clock can be believed: it is held against Discord's.

A clock may be years ahead until the network has put it right, and jumps when a machine wakes up. Whatever cannot
be taken back (a reminder that is sent, called late or dropped, somebody erased) waits meanwhile:

1. Discord's answers carry its time, the one to the login first of all; its ids are moments, too.
2. A jump is seen without Discord: the clock has gone another way than the time that has passed.
3. After a jump nothing is believed before Discord agrees, and not in the first minute.
4. A clock that stays wrong is said in the log. By less than a reminder may be late it is lived with in the end;
   by more it has to be put right.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clock import now
from bot.domain.reminders.reminder import LATE_AFTER

log = logging.getLogger(__name__)

TOLERANCE = timedelta(seconds=30)
"""More than a clock that is looked after is ever wrong, or a request takes."""
CALM = timedelta(minutes=1)
"""How long nothing is believed after a jump."""
RESIGNED = timedelta(minutes=10)
"""How long a clock must have been wrong by the same, and by less than `LATE_AFTER`, to be lived with."""
_RESOLUTION = timedelta(seconds=1)
"""Of the time in an answer: it says the second that has begun."""
_ASK_AGAIN = 15.0
"""Seconds between two questions to Discord."""

Asker = Callable[[], Awaitable[None]]


async def _nobody() -> None:
    """Stands for Discord where there is none."""


class ClockCheck:
    """What is known of this machine's clock and Discord's. While Discord has never said a word, it is believed."""

    def __init__(self, ask: Asker = _nobody, elapsed: Callable[[], float] = time.monotonic) -> None:
        """`ask`: has Discord say something, which comes to `heard`. `elapsed`: seconds that no jump changes."""
        self._ask = ask
        self._elapsed = elapsed
        self._mark: tuple[datetime, float] | None = None
        """Both clocks when Discord was last heard; None before that."""
        self._off: timedelta | None = None
        """How far this clock was ahead then; None when nothing was heard since the last jump."""
        self._since = -RESIGNED.total_seconds()
        """When something last changed, by `elapsed`: a jump, or how far the clock is off."""
        self._asked_at = -_ASK_AGAIN

    def heard(self, theirs: datetime, took: timedelta = timedelta(0)) -> None:
        """Discord said what time it is, some time during the last `took`."""
        self._look_for_a_jump()
        present = now()
        if theirs > present:
            self._note(present - theirs)
        else:
            self._note(max(timedelta(0), present - took - theirs - _RESOLUTION))

    def seen(self, moment: datetime) -> None:
        """Discord gave something an id at that moment. It may be a while ago, but it has been."""
        if moment > now() + TOLERANCE:
            self.heard(moment)

    def steady(self) -> bool:
        """Whether the clock can be believed right now."""
        if self._mark is None:
            return True
        self._look_for_a_jump()
        if self._off is None:
            return False
        calm = timedelta(seconds=self._elapsed() - self._since)
        if abs(self._off) <= TOLERANCE:
            return calm >= CALM
        return abs(self._off) <= LATE_AFTER and calm >= RESIGNED

    async def settled(self) -> bool:
        """The same; asks Discord first, if that is what is missing."""
        if self.steady():
            return True
        unsure = self._off is None or abs(self._off) > TOLERANCE
        if unsure and self._elapsed() - self._asked_at >= _ASK_AGAIN:
            self._asked_at = self._elapsed()
            await self._ask()
        return self.steady()

    def _look_for_a_jump(self) -> None:
        if self._mark is None:
            return
        wall, elapsed = now(), self._elapsed()
        jump = wall - self._mark[0] - timedelta(seconds=elapsed - self._mark[1])
        if abs(jump) > TOLERANCE:
            self._mark, self._off, self._since = (wall, elapsed), None, elapsed
            log.warning("this machine's clock jumped by %s; reminders wait until it is sure again", _words(jump))

    def _note(self, off: timedelta) -> None:
        # Before a first word, the clock was taken to be right.
        before = timedelta(0) if self._mark is None else self._off
        self._mark, self._off = (now(), self._elapsed()), off
        wrong = abs(off) > TOLERANCE
        changed = wrong if before is None else abs(off - before) > TOLERANCE
        if changed:
            self._since = self._elapsed()
        if changed and wrong:
            log.error(
                "this machine's clock differs from Discord's by %s; reminders wait. Put it right", _words(off)
            )
        elif changed:
            log.warning("this machine's clock agrees with Discord's again")


def _words(difference: timedelta) -> str:
    """A difference with its sign: ahead is plus."""
    sign = "-" if difference < timedelta(0) else "+"
    return f"{sign}{timedelta(seconds=round(abs(difference).total_seconds()))}"
