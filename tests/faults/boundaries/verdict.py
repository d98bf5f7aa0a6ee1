"""What must be true after the stops: of every reminder, and of every message that a student saw."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from discord.utils import snowflake_time

from bot.domain.reminders.reminder import Status, snoozed_key
from bot.domain.times.quiet_hours import QuietHours, in_quiet
from bot.storage.models import Reminder
from bot.ui.cards.reminders.cards import LINES
from tests.faults.boundaries.process import World
from tests.faults.boundaries.students import QUIET_UNTIL, START, Who, planted
from tests.faults.doubles.discord.messages import Created, custom_ids
from tests.faults.kill.verdict import Found, Subject, about, damage, subject

_TO_COME_BACK = timedelta(minutes=10)
"""What a lease and the waits after it take of a reminder's time."""

Told = Mapping[int, set[Subject]]
"""By message, what it speaks of."""


def judge(world: World, found: Found, file: Path, started: datetime) -> Iterator[str]:
    """One line for each promise that was broken. `started`: when the last process began."""
    yield from damage(file)
    rows: defaultdict[int, list[Reminder]] = defaultdict(list)
    for row in found.reminders:
        rows[row.user_id].append(row)
    for who in Who:
        told = {message.id: _spoken(message.id, message.components) for message in world.dm(who)}
        for row in rows[who]:
            if wrong := _wrong(row, found, told, started, unread=who in world.unread):
                yield f"{who.name}: {row.id} {row.status} ({row.reason}), {row.attempts} attempts: {wrong}"
        yield from (f"{who.name}: {wrong}" for wrong in _told_again(rows[who], told))
    yield from _woken(world)


def _spoken(number: int, components: Sequence[object]) -> set[Subject]:
    return about(Created(0, 0, number, None, 0.0, tuple(custom_ids(components))))


def _wrong(row: Reminder, found: Found, told: Told, started: datetime, *, unread: bool) -> str | None:
    match Status(row.status):
        case Status.SENT:
            return _wrong_sent(row, told)
        case Status.UNDELIVERABLE:
            return None if row.user_id == Who.CLOSED else "they take DMs"
        case Status.CANCELLED:
            acted = subject(row) in found.acted or row.user_id == Who.MOVED
            return None if acted else "the student did nothing"
        case Status.STALE:
            return _wrong_stale(row, found, started)
        case Status.UNCERTAIN if unread and row.reason:
            return None
        case _:
            return "that is no end"


def _wrong_sent(row: Reminder, told: Told) -> str | None:
    if row.message_id is None or row.message_id not in told:
        return "no such message"
    spoken = told[row.message_id]
    return None if subject(row) in spoken or len(spoken) == LINES else "lost: its message does not speak of it"


def _wrong_stale(row: Reminder, found: Found, started: datetime) -> str | None:
    match row.reason:
        case "too late to be useful" | "could not be sent in time":
            return None if row.expires_at <= started + _TO_COME_BACK else "it was still of use"
        case "a newer one says it":
            newer = (r for r in found.reminders if subject(r) == subject(row) and r.due_at > row.due_at)
            return None if any(newer) else "there is no newer one"
        case "nothing left to say":
            return None if subject(row) in found.acted else "there is"
        case "put off":
            comes_back = snoozed_key(row.dedupe_key, row.id)
            return None if any(r.dedupe_key == comes_back for r in found.reminders) else "it does not come back"
        case _:
            return "without a good reason"


def _told_again(rows: Sequence[Reminder], told: Told) -> Iterator[str]:
    """Each thing is told once for each of its reminders, and no message is in vain.

    What a student dealt with, or put off, while its message was on the way may have been told, and is in no row. So
    is what nobody can tell any more.
    """
    known = {row.message_id for row in rows if row.status == Status.SENT}
    spare = Counter(
        subject(row)
        for row in rows
        if row.status in {Status.CANCELLED, Status.UNCERTAIN} or row.reason == "put off"
    )
    for one, messages in _by_subject(told).items():
        if len(messages - known) > spare[one]:
            yield f"{one} was told in messages that no row knows: {sorted(messages - known)}"
        sent = [row for row in rows if subject(row) == one and row.status == Status.SENT]
        if len(messages) > len(sent) + spare[one]:
            yield f"{one} was told {len(messages)} times by {len(sent)} reminders"
    if len(told.keys() - known) > spare.total():
        yield f"{len(told)} messages for {len(known)}"


def _by_subject(told: Told) -> dict[Subject, set[int]]:
    found: defaultdict[Subject, set[int]] = defaultdict(set)
    for message, subjects in told.items():
        for one in subjects:
            found[one].add(message)
    return found


def _woken(world: World) -> Iterator[str]:
    """What was due long before waits for the end of the night."""
    quiet, zone = QuietHours(QuietHours().start, QUIET_UNTIL), ZoneInfo("Asia/Tokyo")
    late = ("todo", planted().subjects[Who.HELD])
    for message in world.dm(Who.HELD):
        at = snowflake_time(message.id)
        if late in _spoken(message.id, message.components) and at >= START and in_quiet(at, quiet, zone):
            yield f"{Who.HELD.name}: woken at {at}"
