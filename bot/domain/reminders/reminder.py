"""Reminders as values: what is planned, when one waits, is tried again, is late, or gives way to a newer one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.times.quiet_hours import QuietHours, in_quiet, quiet_end_after
from bot.domain.times.wall_clock import next_morning

LATE_AFTER = timedelta(minutes=10)
"""From then on a reminder says that it is late."""
_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(hours=1)
_DOUBLINGS = 10
"""More would only overflow: the longest wait is reached before."""


class ReminderKind(StrEnum):
    """What a reminder is about. The subject is the interview, but for `nudge` the request, for `todo_due` the
    to-do, for `keep_in_touch` the contact and for the warnings of `inactive` the student."""

    PREPARE = "prepare"
    SOON = "soon"
    CHECK_BACK = "check_back"
    THANK_YOU_FIRST = "thank_you_first"
    THANK_YOU_SECOND = "thank_you_second"
    THANK_YOU_LATE = "thank_you_late"
    NUDGE = "nudge"
    TODO_DUE = "todo_due"
    KEEP_IN_TOUCH = "keep_in_touch"
    INACTIVE_FIRST = "inactive_first"
    INACTIVE_SECOND = "inactive_second"


_GROUPS = {
    ReminderKind.PREPARE: "meeting",
    ReminderKind.SOON: "meeting",
    ReminderKind.THANK_YOU_FIRST: "thank_you",
    ReminderKind.THANK_YOU_SECOND: "thank_you",
    ReminderKind.THANK_YOU_LATE: "thank_you",
}
_ORDER = {kind: place for place, kind in enumerate(ReminderKind)}


class Status(StrEnum):
    """What has become of a reminder."""

    PENDING = "pending"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    """Discord refuses DMs to this user."""
    STALE = "stale"
    """It expired, or a newer one said the same."""
    CANCELLED = "cancelled"
    """The student did, moved or dropped what it was about."""
    UNCERTAIN = "uncertain"
    """The bot died while sending, and nothing tells whether it arrived."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder to store. The same `dedupe_key` is never stored twice."""

    kind: ReminderKind
    subject_id: int
    due_at: datetime
    expires_at: datetime
    """From here on it is pointless and is not sent."""
    dedupe_key: str


def planned(kind: ReminderKind, subject_id: int, due_at: datetime, expires_at: datetime, sequence: int) -> Planned:
    """A reminder with its key. `sequence` rises with each move of the subject, so a new time makes a new one."""
    return Planned(kind, subject_id, due_at, expires_at, key_of(kind, subject_id, sequence))


def key_of(kind: ReminderKind, subject_id: int, sequence: int) -> str:
    """What a reminder about that state of its subject is known by."""
    return f"{kind}:{subject_id}:{sequence}"


SNOOZE = "+snooze"
"""In the key of a reminder that was put off."""
_KEY = re.compile(rf"([a-z_]+):([0-9]{{1,19}}):([0-9]{{1,19}})(?:{re.escape(SNOOZE)}([0-9]{{1,19}}))?")


def snoozed_key(key: str, reminder_id: int) -> str:
    """The key of what comes back when that reminder is put off. One at a time: a second choice moves the first."""
    return f"{key.partition('+')[0]}{SNOOZE}{reminder_id}"


def renumbered_key(key: str, kind: str, subject: tuple[int, int], reminders: Mapping[int, int]) -> str:
    """`key` with new numbers for old: of its `subject` (old, new), and of the `reminders` that were put off.

    A reminder that was put off and is not kept any more keeps its number. Raises ValueError when it is no key of
    such a reminder.
    """
    match, (old, new) = _KEY.fullmatch(key), subject
    if match is None or (match[1], int(match[2])) != (kind, old):
        raise ValueError(f"no key of a reminder of this {kind}")
    base = f"{kind}:{new}:{int(match[3])}"
    return snoozed_key(base, reminders.get(int(match[4]), int(match[4]))) if match[4] else base


class Snooze(StrEnum):
    """How long a student puts a reminder off."""

    ONE_HOUR = "1h"
    THREE_HOURS = "3h"
    MORNING = "morning"


_THREE_HOURS = timedelta(hours=3)


def snoozed_until(choice: Snooze, now: datetime, zone: ZoneInfo) -> datetime:
    """When a snoozed reminder comes back: after that much elapsed time, or at 09:00 by local clocks.

    The morning is the next one in the night. For whoever is up already it is tomorrow's: of the three choices, it
    is the longest.
    """
    match choice:
        case Snooze.ONE_HOUR:
            return now + timedelta(hours=1)
        case Snooze.THREE_HOURS:
            return now + _THREE_HOURS
        case Snooze.MORNING:
            return next_morning(now + _THREE_HOURS, zone)


HELD = "quiet hours"
"""Why a reminder waits that was about to go out."""


def hold_until(now: datetime, expires_at: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that a reminder about to go out should wait for; None to send it now.

    A reminder that would expire while it waits goes out: it was planned into the night for want of another moment.
    """
    if not in_quiet(now, quiet, zone):
        return None
    end = quiet_end_after(now, quiet, zone)
    return end if end < expires_at else None


def backoff(attempts: int, jitter: float) -> timedelta:
    """The wait after `attempts` failed tries: 30 s, doubling, at most 1 h.

    `jitter` (0..1) picks a moment in the second half of it, so that a thousand reminders do not come back at once.
    """
    whole = min(_LONGEST_RETRY, _FIRST_RETRY * (1 << min(max(attempts - 1, 0), _DOUBLINGS)))
    return whole * (1 + jitter) / 2


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether a reminder that goes out `now` owes a word about being late."""
    return now - due_at > LATE_AFTER


class ReminderLike(Protocol):
    """What is compared here; reminder rows, claimed ones and `Planned` all fit."""

    @property
    def kind(self) -> str: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def due_at(self) -> datetime: ...


P = TypeVar("P", bound=ReminderLike)


@dataclass(frozen=True, slots=True)
class Overdue(Generic[P]):
    """Overdue reminders, sorted out: by due time, each reminder in exactly one of the two."""

    keep: tuple[P, ...]
    superseded: tuple[P, ...]


def keep_newest(reminders: Iterable[P]) -> Overdue[P]:
    """Of several reminders about the same thing, keep the last: after a night offline nobody needs all three."""
    ordered = sorted(reminders, key=lambda reminder: (reminder.due_at, _ORDER[ReminderKind(reminder.kind)]))
    newest = {_subject(reminder): reminder for reminder in ordered}
    keep = [reminder for reminder in ordered if newest[_subject(reminder)] is reminder]
    superseded = [reminder for reminder in ordered if newest[_subject(reminder)] is not reminder]
    return Overdue(tuple(keep), tuple(superseded))


def _subject(reminder: ReminderLike) -> tuple[str, int]:
    """What a reminder is about: the two before an interview are about the same thing, and so are all thank-yous."""
    kind = ReminderKind(reminder.kind)
    return _GROUPS.get(kind, kind), reminder.subject_id
