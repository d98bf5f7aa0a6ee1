"""What ought to become of reminders: the promises once more, on a plain dict, without a database or an engine."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clock import now
from bot.domain.reminders.reminder import Planned, ReminderKind, Status, hold_until, is_late, keep_newest
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from bot.services.reminders.claims import LEASE
from tests.faults.doubles.recording_discord import LATER, Fate, Reading


@dataclass(slots=True)
class Clock:
    """Where a student lives, and when they sleep."""

    zone: ZoneInfo
    quiet: QuietHours


@dataclass(slots=True, eq=False)
class Row:
    """A reminder as it ought to stand in its table."""

    key: str
    user_id: int
    kind: ReminderKind
    subject_id: int
    due_at: datetime
    expires_at: datetime
    available_at: datetime
    status: Status = Status.PENDING
    doubtful: bool = False
    """Nobody has said what became of the last attempt."""
    delivered: bool = False
    """The student has seen it, though the bot does not know."""
    allowed: int = 1
    """How many messages may show it: one, and one more when it is planned anew after the student has seen it."""


@dataclass(slots=True)
class Forecast:
    """What a look has to do for one student."""

    sent: list[Row] = field(default_factory=list)
    """In one message."""
    stale: list[Row] = field(default_factory=list)
    held: list[tuple[Row, datetime]] = field(default_factory=list)
    """Put off until the quiet hours are over."""

    @property
    def late(self) -> bool:
        """Whether the message has to say that it is late."""
        return any(is_late(row.due_at, now()) for row in self.sent)


class ExpectedReminders:
    """Rows by key, in the order in which they were first planned."""

    def __init__(self, clocks: dict[int, Clock], nothing_left: Callable[[Row], bool]) -> None:
        self.clocks = clocks
        self.rows: dict[str, Row] = {}
        self._nothing_left = nothing_left

    def arm(self, user_id: int, planned: Iterable[Planned]) -> None:
        """Plan; the same key moves what waits or was taken back, and leaves alone what has gone out."""
        for reminder in planned:
            key, due = reminder.dedupe_key, reminder.due_at
            fresh = Row(key, user_id, reminder.kind, reminder.subject_id, due, reminder.expires_at, due)
            there = self.rows.get(key)
            if there is None:
                self.rows[key] = fresh
            elif there.status in {Status.PENDING, Status.CANCELLED}:
                fresh.allowed = there.allowed + there.delivered
                self.rows[key] = fresh

    def cancel(self, kinds: Sequence[ReminderKind], subject_id: int) -> None:
        """Take back what waits."""
        for row in self.pending():
            if row.kind in kinds and row.subject_id == subject_id:
                row.status = Status.CANCELLED

    def pending(self) -> list[Row]:
        """What has not come to its end yet."""
        return [row for row in self.rows.values() if row.status is Status.PENDING]

    def next_at(self) -> datetime | None:
        """When there is something to do next."""
        return min((row.available_at for row in self.pending()), default=None)

    def settle(self, reading: Reading) -> None:
        """What is doubtful is looked up before anything is said again."""
        for row in self._due():
            if not row.doubtful:
                continue
            if reading is Reading.LATER and now() + LATER < row.expires_at:
                row.available_at = now() + LATER
            elif reading is not Reading.WORKS:
                row.status = Status.UNCERTAIN
            elif row.delivered:
                row.status = Status.SENT
            else:
                row.doubtful = False

    def forecast(self) -> dict[int, Forecast]:
        """What is to be done now, by student."""
        by_user: dict[int, list[Row]] = {}
        for row in self._due():
            by_user.setdefault(row.user_id, []).append(row)
        return {user_id: self._of_one(rows, self.clocks[user_id]) for user_id, rows in by_user.items()}

    def _due(self) -> list[Row]:
        return sorted((row for row in self.pending() if row.available_at <= now()), key=lambda row: row.due_at)

    def _of_one(self, rows: list[Row], clock: Clock) -> Forecast:
        sorted_out = keep_newest(row for row in rows if row.expires_at > now())
        result = Forecast(stale=[row for row in rows if row not in sorted_out.keep])
        for row in sorted_out.keep:
            until = hold_until(now(), row.expires_at, clock.quiet, clock.zone)
            meant_for_now = in_quiet(row.due_at, clock.quiet, clock.zone) and not is_late(row.due_at, now())
            if until is not None and not meant_for_now:
                result.held.append((row, until))
            else:
                result.sent.append(row)
        if all(map(self._nothing_left, result.sent)):
            result.stale, result.sent = result.stale + result.sent, []
        return result

    def carry_out(self, forecast: Forecast, fate: Fate) -> None:
        """The look is over, and the message has met its fate."""
        for row in forecast.stale:
            row.status = Status.STALE
        for row, until in forecast.held:
            row.available_at = until
        for row in forecast.sent:
            row.delivered = row.delivered or fate in SEEN
            _meet(row, fate)


SEEN = frozenset({Fate.ARRIVES, Fate.LOST, Fate.KILLED_AFTER})
"""The fates after which the student has the message."""


def _meet(row: Row, fate: Fate) -> None:
    match fate:
        case Fate.ARRIVES:
            row.status = Status.SENT
        case Fate.CLOSED:
            row.status = Status.UNDELIVERABLE
        case Fate.REFUSED | Fate.LOST:
            row.available_at, row.doubtful = now() + LATER, fate is Fate.LOST
        case Fate.KILLED_BEFORE | Fate.KILLED_AFTER:
            row.available_at, row.doubtful = now() + LEASE, True
