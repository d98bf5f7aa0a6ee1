"""To-dos: what somebody promised or was advised to do, and the reminder when one is due.

Handout, Follow-Up: take action on any suggested steps.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import Planned, ReminderKind, planned
from bot.domain.text.input import checked_length, one_line
from bot.domain.times.quiet_hours import QuietHours, shift_out_of_quiet

TEXT_LIMIT = 200
"""Characters of one to-do."""
AT_ONCE = 10
"""To-dos in one form."""
WORTH_FOR = timedelta(days=14)
"""So long after its moment a reminder about a to-do is still worth sending."""

_BULLET = re.compile(r"^\s*(?:[-*•–]|\[[ xX]?\]|\d{1,2}[.)])(?:\s+|$)")


def read_lines(text: str) -> tuple[str, ...]:
    """One to-do per line, without bullets, blank lines and repetitions.

    Raises BLANK, TOO_LONG for one above 200 characters and TOO_MANY for more than 10.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        if todo := one_line(_BULLET.sub("", line)):
            found.setdefault(todo.casefold(), checked_length(todo, "To-do", TEXT_LIMIT))
    if not found:
        raise CoachError(Code.BLANK, field="To-do")
    if len(found) > AT_ONCE:
        raise CoachError(Code.TOO_MANY, field="To-dos", limit=AT_ONCE, count=len(found))
    return tuple(found.values())


def plan_reminder(todo_id: int, due_at: datetime, *, zone: ZoneInfo, quiet: QuietHours, now: datetime) -> Planned:
    """The reminder at the moment a to-do is due, or in the morning when that lies in quiet hours."""
    due = shift_out_of_quiet(max(due_at, now), deadline=None, earliest=now, quiet=quiet, zone=zone)
    return planned(ReminderKind.TODO_DUE, todo_id, due, due + WORTH_FOR, int(due_at.timestamp()))
