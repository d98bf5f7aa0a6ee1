"""The bot is away for an hour, a day, a month while much falls due; clocks are set, and students move."""

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

from bot.clock import now
from bot.domain.reminders.reminder import LATE_AFTER, ReminderKind, Status
from bot.domain.times.quiet_hours import in_quiet, quiet_end_after
from tests.faults.doubles.recording_discord import Message
from tests.faults.downtime.population import BEGIN, DAY, HOUR, MINUTE, ZONES, Row, Student, Town
from tests.faults.report import Report

STUDENTS = 100
"""For each unit of size."""
ABSENCES = {"an hour": HOUR, "a day": DAY, "a month": 30 * DAY}
_ABOUT = {
    ReminderKind.PREPARE: "meeting",
    ReminderKind.SOON: "meeting",
    ReminderKind.THANK_YOU_FIRST: "note",
    ReminderKind.THANK_YOU_SECOND: "note",
    ReminderKind.THANK_YOU_LATE: "note",
}
"""Reminders about the same thing: of those that are overdue together only the newest has something to say."""
_AT_NIGHT_TOO = frozenset({ReminderKind.SOON, ReminderKind.THANK_YOU_SECOND})
"""The reminders that are planned into quiet hours when there is no other moment for them."""
_IN_THE_END = 40 * DAY

Found = list[str]


async def absence(town: Town, span: timedelta, counted: Counter[str]) -> Found:
    """The bot is away for `span`; returns what was not as promised, on its return and ever after."""
    gone = BEGIN + 10 * DAY
    await town.settle()
    await town.act(town.lives(gone, span))
    await town.live(gone)
    await town.stop()
    town.set_clock(gone + span)
    before, told = town.rows(), len(town.discord.messages)
    await town.start()
    found = [*_on_return(town, before, told, counted)]
    coming = [row for row in town.rows().values() if row.status is Status.PENDING and row.due_at > now()]
    returned = now()
    await town.live(returned + _IN_THE_END)
    found += _on_time(town, coming, counted)
    found += [*_to_an_end(town), *_by_night(town, town.discord.messages)]
    found += _late_ones(town, returned)
    await town.stop()
    return found


def _on_return(town: Town, before: Mapping[int, Row], told: int, counted: Counter[str]) -> Iterable[str]:
    """Each overdue reminder went out in one message, waits for the morning, or was given up for a reason."""
    after = town.rows()
    shown: defaultdict[int, set[int]] = defaultdict(set)
    for message in town.said(told):
        counted["on return"] += 1
        if shown[message.user_id]:
            yield f"two messages at once for {message.user_id}"
        shown[message.user_id] |= set(message.reminders)
        if message.late != any(now() - before[one].due_at > LATE_AFTER for one in message.reminders):
            yield f"{message} is wrong about being late"
    overdue = [row for row in before.values() if row.status is Status.PENDING and row.due_at <= now()]
    for row in overdue:
        wanted, until = _wanted(row, overdue, town.students[row.user_id])
        counted[wanted.value if until is None else "waits for the morning"] += 1
        there = after[row.id]
        if there.status is not wanted or (wanted is Status.SENT) != (row.id in shown[row.user_id]):
            yield f"{row} should be {wanted}, is {there.status}"
        if wanted is Status.STALE and not there.reason:
            yield f"{row} was given up without a reason"
        if until is not None and there.available_at != until:
            yield f"{row} should wait until {until}, waits until {there.available_at}"


def _wanted(row: Row, overdue: list[Row], student: Student) -> tuple[Status, datetime | None]:
    """What ought to become of an overdue reminder now; with the moment, for one that waits."""
    present = now()
    rivals = [one for one in overdue if _about(one) == _about(row) and one.expires_at > present]
    if row.expires_at <= present or row is not max(
        rivals, key=lambda one: (one.due_at, [*ReminderKind].index(one.kind))
    ):
        return Status.STALE, None
    meant = in_quiet(row.due_at, student.quiet, student.zone) and present - row.due_at <= LATE_AFTER
    if in_quiet(present, student.quiet, student.zone) and not meant:
        morning = quiet_end_after(present, student.quiet, student.zone)
        if morning < row.expires_at:
            return Status.PENDING, morning
    return Status.SENT, None


def _about(row: Row) -> tuple[int, str, int]:
    return row.user_id, _ABOUT.get(row.kind, row.kind), row.subject_id


def _on_time(town: Town, coming: Iterable[Row], counted: Counter[str]) -> Iterable[str]:
    """What was still to come came at its moment."""
    rows = town.rows()
    for row in coming:
        counted["on time"] += 1
        at = [message.at for message in town.discord.showing(row.id)]
        if rows[row.id].status is Status.SENT and at != [row.due_at]:
            yield f"{row} came at {at}"
        elif rows[row.id].status is not Status.SENT:
            yield f"{row} never came: {rows[row.id].status}, {rows[row.id].reason}"


def _to_an_end(town: Town) -> Iterable[str]:
    """Over the whole story: each reminder at most once, none when it would only embarrass, none left behind."""
    for row in town.rows().values():
        shown = town.discord.showing(row.id)
        if len(shown) > 1 or (row.status is Status.SENT) != bool(shown):
            yield f"{row} was shown {len(shown)} times"
        if row.status is Status.PENDING or (row.status is not Status.SENT and not row.reason):
            yield f"{row} came to no end"
        yield from (f"{row} came too late, at {message.at}" for message in shown if message.at >= row.expires_at)
    if not town.sound():
        yield "the file is damaged"


def _by_night(town: Town, messages: Iterable[Message]) -> Iterable[str]:
    """Nobody was woken without need."""
    rows = town.rows()
    for message in messages:
        student = town.students[message.user_id]
        if in_quiet(message.at, student.quiet, student.zone):
            spoke_of = (rows[number] for number in message.reminders)
            yield from (f"{row} came at night" for row in spoke_of if not _may_disturb(row, message.at, student))


def _may_disturb(row: Row, at: datetime, student: Student) -> bool:
    """Whether a reminder may come in quiet hours: planned so, or of no use after them."""
    if at - row.due_at <= LATE_AFTER and in_quiet(row.due_at, student.quiet, student.zone):
        return row.kind in _AT_NIGHT_TOO
    return quiet_end_after(at, student.quiet, student.zone) >= row.expires_at


def _late_ones(town: Town, returned: datetime) -> Iterable[str]:
    """On return, or in the morning after: nobody hears twice that reminders come late."""
    late: defaultdict[int, list[datetime]] = defaultdict(list)
    for message in town.discord.messages:
        if message.late and message.at >= returned:
            late[message.user_id].append(message.at)
    for user, moments in late.items():
        student = town.students[user]
        asleep = in_quiet(returned, student.quiet, student.zone)
        allowed = {returned, quiet_end_after(returned, student.quiet, student.zone)} if asleep else {returned}
        if not allowed.issuperset(moments) or len(set(moments)) != len(moments):
            yield f"{user} heard of late reminders at {moments}"


async def jumps(town: Town, counted: Counter[str]) -> Found:
    """The machine's clock is set forward and back by hours, again and again, while the bot runs."""
    await town.settle()
    await town.act(town.lives(BEGIN + 10 * DAY, 3 * DAY))
    for _ in range(40):
        counted["jumps"] += 1
        town.set_clock(now() + town.random.randint(-9, 12) * HOUR)
        await town.look()
        await town.live(now() + town.random.randint(0, 300) * MINUTE)
    await town.live(max(now(), BEGIN + 20 * DAY) + _IN_THE_END)
    await town.stop()
    return [*_to_an_end(town), *_by_night(town, town.discord.messages)]


async def moves(town: Town, counted: Counter[str]) -> Found:
    """Everybody goes to live elsewhere while reminders are under way: the rest of them come by the new clock."""
    await town.settle()
    await town.act(town.lives(BEGIN + 10 * DAY, 3 * DAY))
    found = [*_by_night(town, town.discord.messages)]
    before = {row.id for row in town.rows().values() if row.status is Status.PENDING}
    for one in town.students.values():
        counted["moved"] += 1
        one.zone = ZoneInfo(town.random.choice(ZONES))
        await town.tell(one)
    told = len(town.discord.messages)
    coming = [row for row in town.rows().values() if row.status is Status.PENDING and row.due_at > now()]
    found += [f"{number} is gone" for number in before - town.rows().keys()]
    found += [*_not_at_nine(town, coming)]
    await town.live(now() + _IN_THE_END)
    await town.stop()
    return [*found, *_on_time(town, coming, counted), *_to_an_end(town), *_by_night(town, town.said(told))]


def _not_at_nine(town: Town, coming: Iterable[Row]) -> Iterable[str]:
    """Where a student lives now, "late is better than never" is said at 09:00, or when they get up after that."""
    for row in coming:
        student = town.students[row.user_id]
        nine = row.due_at.astimezone(student.zone).replace(hour=9, minute=0).astimezone(UTC)
        woken = quiet_end_after(nine, student.quiet, student.zone)
        allowed = woken if in_quiet(nine, student.quiet, student.zone) else nine
        if row.kind is ReminderKind.THANK_YOU_LATE and row.due_at != allowed:
            yield f"{row} should come at 09:00 in {student.zone.key}"


Trial = Callable[[Town, Counter[str]], Awaitable[Found]]


def play(name: str, students: int, seed: int) -> tuple[Found, Counter[str]]:
    """One trial with so many students, in a folder of its own; returns what was broken, and figures."""
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(BEGIN, tick=False) as traveller:

        async def _played() -> Found:
            return await TRIALS[name](Town(Path(folder), students, seed, traveller), counted)

        return asyncio.run(_played()), counted


def _away(span: timedelta) -> Trial:
    return lambda town, counted: absence(town, span, counted)


TRIALS: Mapping[str, Trial] = {
    **{f"away for {name}": _away(span) for name, span in ABSENCES.items()},
    "the clock jumps": jumps,
    "everybody moves": moves,
}


def run(size: int, seed: int) -> Report:
    """Every absence and every change of clocks, with `size` hundred students each."""
    figures, broken = Counter[str](), list[str]()
    for name in TRIALS:
        found, counted = play(name, size * STUDENTS, seed)
        figures += counted
        broken += [f"seed {seed}, {name}: {line}" for line in found]
    return Report(
        "downtime", len(TRIALS), {key: float(count) for key, count in sorted(figures.items())}, tuple(broken)
    )
