"""What must be true after the kills: of every reminder, of every message that a student saw, and of the file."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, select

from bot.domain.reminders.reminder import ReminderKind, Status
from bot.domain.requests.status import RequestStatus
from bot.storage.database import Database
from bot.storage.models import Interview, Reminder, Request, ThankYou, Todo
from bot.ui.cards.reminders.cards import LINES, marks
from bot.ui.kit.custom_ids import decode
from tests.faults.doubles.discord.messages import Created, Mail

Subject = tuple[str, int]
"""What a reminder or a button is about: a kind of row, and its id."""

_SUBJECTS = {
    ReminderKind.TODO_DUE: "todo",
    ReminderKind.NUDGE: "request",
    ReminderKind.THANK_YOU_FIRST: "interview",
    ReminderKind.THANK_YOU_SECOND: "interview",
    ReminderKind.THANK_YOU_LATE: "interview",
}
_STEPS = {"todo": "todo", "request": "request", "thanks": "interview", "interview": "interview"}
"""What the actions of a step are about, in their first argument."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows at the end."""

    reminders: tuple[Reminder, ...]
    acted: frozenset[Subject]
    """What a student has dealt with: nothing more needs to be said about it."""


async def look(db: Database) -> Found:
    """Read what there is."""
    answered = Request.status != RequestStatus.SENT.value
    queries: dict[str, tuple[type[Todo | Interview | Request], ColumnElement[bool]]] = {
        "todo": (Todo, Todo.done_at.is_not(None)),
        "request": (Request, answered | (Request.nudges > 0)),
        "interview": (
            Interview,
            Interview.id.in_(select(ThankYou.interview_id).where(ThankYou.sent_at.is_not(None))),
        ),
    }
    async with db.read(patient=True) as session:
        reminders = tuple(await session.scalars(select(Reminder).order_by(Reminder.id)))
        acted = [
            (word, number)
            for word, (model, done) in queries.items()
            for number in await session.scalars(select(model.id).where(done))
        ]
    return Found(reminders, frozenset(acted))


def judge(found: Found, mail: Mail, planned: set[str]) -> Iterator[str]:
    """One line for each promise that was broken."""
    for key in sorted(planned - {row.dedupe_key for row in found.reminders}):
        yield f"{key}: the row is gone"
    messages = {created.message_id: created for created in mail.messages}
    for row in found.reminders:
        if wrong := _wrong(row, found, messages, mail):
            yield f"{row.dedupe_key} (reminder {row.id}, attempts {row.attempts}): {wrong}"
    yield from _told_again(found, mail)


def _wrong(row: Reminder, found: Found, messages: dict[int, Created], mail: Mail) -> str | None:
    """What is wrong with the end of `row`."""
    match Status(row.status):
        case Status.SENT:
            return _wrong_sent(row, messages)
        case Status.UNDELIVERABLE:
            return None if row.user_id in mail.closed else "undeliverable to somebody who takes DMs"
        case Status.CANCELLED:
            return None if subject(row) in found.acted else f"cancelled ({row.reason}), and the student did nothing"
        case Status.STALE:
            return _wrong_stale(row, found)
        case Status.UNCERTAIN if _is_brief(row) and row.reason == "its DM could not be read in time":
            return None
        case _:
            return f"ended as {row.status} {row.reason}"


def _is_brief(row: Reminder) -> bool:
    """Whether it was planned to be of use for a moment only."""
    return row.expires_at - row.due_at < timedelta(minutes=1)


def _wrong_sent(row: Reminder, messages: dict[int, Created]) -> str | None:
    message = messages.get(row.message_id or 0)
    if message is None:
        return "sent, and the message is not there"
    if message.user_id != row.user_id:
        return "sent to somebody else"
    told = about(message)
    return None if subject(row) in told or len(told) == LINES else "sent in a message that says nothing of it"


def _wrong_stale(row: Reminder, found: Found) -> str | None:
    match row.reason:
        case "too late to be useful" | "could not be sent in time":
            return None if _is_brief(row) else "given up long before its time"
        case "a newer one says it":
            newer = [
                r for r in found.reminders if subject(r) == subject(row) and r.due_at >= row.due_at and r is not row
            ]
            return None if newer else "given up for a newer one that is not there"
        case "nothing left to say":
            return None if subject(row) in found.acted else "given up, and there is something left to say"
        case reason:
            return f"stale without a good reason: {reason!r}"


def _told_again(found: Found, mail: Mail) -> Iterator[str]:
    """Of each thing a student hears once for each of its reminders."""
    told: defaultdict[Subject, set[int]] = defaultdict(set)
    for created in mail.messages:
        # The answer to a typed message leads to the same things, and is no reminder.
        for one in about(created) if marks(created.custom_ids) else ():
            told[one].add(created.message_id)
    ends: defaultdict[Subject, Counter[str]] = defaultdict(Counter)
    known: defaultdict[Subject, set[int]] = defaultdict(set)
    for row in found.reminders:
        ends[subject(row)][row.status] += 1
        known[subject(row)].add(row.message_id or 0)
    for one, messages in told.items():
        # What arrived before a kill is in no row when the student acted on it, or when it expired meanwhile.
        spare = sum(ends[one][end] for end in (Status.CANCELLED, Status.STALE, Status.UNCERTAIN))
        if len(messages - known[one]) > spare:
            yield f"{one}: told in {len(messages)} messages, its reminders ended {dict(ends[one])}"


def subject(row: Reminder) -> Subject:
    """What `row` is about."""
    return _SUBJECTS[ReminderKind(row.kind)], row.subject_id


def about(created: Created) -> set[Subject]:
    """What the buttons of a message lead to."""
    routes = [route for route in map(decode, created.custom_ids) if route is not None]
    steps = [(_STEPS.get(route.action.split(".")[0]), route.args) for route in routes]
    return {(word, int(args[0])) for word, args in steps if word is not None and args}


def damage(file: Path) -> Iterator[str]:
    """What SQLite finds wrong with the file itself."""
    with sqlite3.connect(file) as connection:
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield f"integrity check: {line}"
        for line in connection.execute("PRAGMA foreign_key_check"):
            yield f"foreign key check: {line}"
    connection.close()
