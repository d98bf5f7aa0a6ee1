"""Pings as values: what is planned, when one waits, is tried again, is late, or gives way to a newer one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.times.wall_clock import QuietHours, in_quiet, next_morning, quiet_end_after

LATE_AFTER = timedelta(minutes=10)
"""From then on a ping says that it is late."""
_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(hours=1)
_DOUBLINGS = 10
"""More would only overflow: the longest wait is reached before."""


class ReminderKind(StrEnum):
    """What a ping is about. The subject is the interview, but for `nudge` the request, for `todo_due` the
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
    """What has become of a ping."""

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
    """A ping to store. The same `dedupe_key` is never stored twice."""

    kind: ReminderKind
    subject_id: int
    due_at: datetime
    expires_at: datetime
    """From here on it is pointless and is not sent."""
    dedupe_key: str


def planned(kind: ReminderKind, subject_id: int, due_at: datetime, expires_at: datetime, sequence: int) -> Planned:
    """A ping with its key. `sequence` rises with each move of the subject, so that a new time is a new ping."""
    return Planned(kind, subject_id, due_at, expires_at, f"{kind}:{subject_id}:{sequence}")


SNOOZE = "+snooze"
"""In the key of a ping that was put off."""
_KEY = re.compile(rf"([a-z_]+):([0-9]{{1,19}}):([0-9]{{1,19}})(?:{re.escape(SNOOZE)}([0-9]{{1,19}}))?")


def snoozed_key(key: str, reminder_id: int) -> str:
    """The key of what comes back when that ping is put off. One at a time: a second choice moves the first."""
    return f"{key.partition('+')[0]}{SNOOZE}{reminder_id}"


def renumbered_key(key: str, kind: str, subject: tuple[int, int], reminders: Mapping[int, int]) -> str:
    """`key` with new numbers for old: of its `subject` (old, new), and of the `reminders` that were put off.

    A ping that was put off and is not kept any more keeps its number. Raises ValueError when it is no key of such
    a ping.
    """
    match, (old, new) = _KEY.fullmatch(key), subject
    if match is None or (match[1], int(match[2])) != (kind, old):
        raise ValueError(f"no key of a ping of this {kind}")
    base = f"{kind}:{new}:{int(match[3])}"
    return snoozed_key(base, reminders.get(int(match[4]), int(match[4]))) if match[4] else base


class Snooze(StrEnum):
    """How long a student puts a ping off."""

    ONE_HOUR = "1h"
    THREE_HOURS = "3h"
    MORNING = "morning"


def snoozed_until(choice: Snooze, now: datetime, zone: ZoneInfo) -> datetime:
    """When a snoozed ping comes back: after that much elapsed time, or at the next 09:00 by local clocks."""
    match choice:
        case Snooze.ONE_HOUR:
            return now + timedelta(hours=1)
        case Snooze.THREE_HOURS:
            return now + timedelta(hours=3)
        case Snooze.MORNING:
            return next_morning(now, zone)


def hold_until(now: datetime, expires_at: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that a ping about to go out should wait for; None to send it now.

    A ping that would expire while it waits goes out: it was planned into the night for want of another moment.
    """
    if not in_quiet(now, quiet, zone):
        return None
    end = quiet_end_after(now, quiet, zone)
    return end if end < expires_at else None


def backoff(attempts: int, jitter: float) -> timedelta:
    """The wait after `attempts` failed tries: 30 s, doubling, at most 1 h.

    `jitter` (0..1) picks a moment in the second half of it, so that a thousand pings do not come back at once.
    """
    whole = min(_LONGEST_RETRY, _FIRST_RETRY * (1 << min(max(attempts - 1, 0), _DOUBLINGS)))
    return whole * (1 + jitter) / 2


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether a ping that goes out `now` owes a word about being late."""
    return now - due_at > LATE_AFTER


class Ping(Protocol):
    """What is compared here; reminder rows, claimed ones and `Planned` all fit."""

    @property
    def kind(self) -> str: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def due_at(self) -> datetime: ...


P = TypeVar("P", bound=Ping)


@dataclass(frozen=True, slots=True)
class Overdue(Generic[P]):
    """Overdue pings, sorted out: by due time, each ping in exactly one of the two."""

    keep: tuple[P, ...]
    superseded: tuple[P, ...]


def keep_newest(pings: Iterable[P]) -> Overdue[P]:
    """Of several pings about the same thing, keep the last: after a night offline nobody needs all three."""
    ordered = sorted(pings, key=lambda ping: (ping.due_at, _ORDER[ReminderKind(ping.kind)]))
    newest = {_subject(ping): ping for ping in ordered}
    keep = [ping for ping in ordered if newest[_subject(ping)] is ping]
    superseded = [ping for ping in ordered if newest[_subject(ping)] is not ping]
    return Overdue(tuple(keep), tuple(superseded))


def _subject(ping: Ping) -> tuple[str, int]:
    """What a ping is about: the two before a meeting are about the same thing, and so are all thank-yous."""
    kind = ReminderKind(ping.kind)
    return _GROUPS.get(kind, kind), ping.subject_id
