"""A student at every limit, and the largest files that an import takes; made with plain SQL, and by hand."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.seed_rows import PRAGMAS, connected, stored
from bot.domain.contacts import NOTES_LIMIT
from bot.domain.evaluations.questions import QUESTIONS
from bot.domain.quotas import STANDARD
from bot.services.mydata.export_files import FORMAT, VERSION
from bot.services.mydata.import_reader import MOST_PARTS
from bot.services.mydata.service import MAX_FILE_BYTES
from bot.services.quotas import KEPT_REMINDERS

ZONE = "America/Denver"
NOTES, TEXT = "n" * 2_000, "t" * 300
"""What is written on each contact, and everywhere else."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each kind: a share of what one student may keep."""

    share: float

    @property
    def contacts(self) -> int:
        """People."""
        return max(1, int(self.share * STANDARD.contacts))

    @property
    def entries(self) -> int:
        """Requests, interviews, to-dos: each of them."""
        return max(2, int(self.share * STANDARD.entries))

    @property
    def reminders(self) -> int:
        """That are over with."""
        return max(1, int(self.share * KEPT_REMINDERS))


def fill(file: Path, owner: int, counts: Counts) -> None:
    """Give `owner`, of whom nothing is kept, as much as the counts say. Half of the interviews are over."""
    present = datetime.now(UTC)
    with closing(connected(file, *PRAGMAS)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in _rows(owner, counts, present):
            for row in rows:
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - our own words
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_FIRST = 1_000_000
"""The numbers of the rows begin here, beyond those of the other students."""


def _rows(owner: int, counts: Counts, present: datetime) -> Iterator[tuple[str, list[Row]]]:
    people, half, then = counts.contacts, counts.entries // 2, stored(present)
    night = {"quiet_from": "22:00:00.000000", "quiet_to": "08:00:00.000000"}
    told = {"school": "", "about": "", "interests": "", "created_at": then, "last_seen_at": then}
    yield "users", [{"discord_id": owner, "display_name": "Full", "zone": ZONE, **night, **told}]
    blank = {"title": TEXT[:100], "organization": TEXT[:100], "reach": "", "source": "", "why": TEXT}
    yield (
        "contacts",
        [
            {
                "id": _FIRST + n,
                "owner_id": owner,
                "name": f"Contact {n}",
                **blank,
                "notes": NOTES,
                "created_at": then,
            }
            for n in range(people)
        ],
    )
    asked = {"route": "email", "tie": TEXT, "why": TEXT, "learn": TEXT, "windows": TEXT, "subject": "Asking"}
    out = {"body": TEXT, "version": 1, "status": "sent", "nudges": 0, "created_at": then, "sent_at": then}
    yield (
        "requests",
        [{"id": _FIRST + n, "contact_id": _FIRST + n % people, **asked, **out} for n in range(counts.entries)],
    )
    place = {"minutes": 30, "place": TEXT, "sequence": 0, "notes": TEXT, "created_at": then}
    yield (
        "interviews",
        [
            {
                "id": _FIRST + n,
                "contact_id": _FIRST + n % people,
                "starts_at": stored(
                    present + timedelta(days=3, minutes=n) if n < half else present - timedelta(hours=1)
                ),
                "status": "scheduled" if n < half else "met",
                "ended_at": None if n < half else then,
                **place,
            }
            for n in range(2 * half)
        ],
    )
    met = [_FIRST + n for n in range(half, 2 * half)]
    yield (
        "evaluations",
        [
            {"id": n, "interview_id": n, "owner_id": owner, "status": "done", "position": 12, "created_at": then}
            for n in met
        ],
    )
    yield (
        "answers",
        [
            {"evaluation_id": n, "question": question, "verdict": "yes", "text": TEXT, "answered_at": then}
            for n in met
            for question in range(1, QUESTIONS + 1)
        ],
    )
    note = {"learned": TEXT, "done": "", "next_step": "", "body": TEXT, "version": 1}
    due = stored(present + timedelta(hours=24))
    yield "thank_yous", [{"id": n, "interview_id": n, **note, "due_at": due} for n in met]
    yield (
        "todos",
        [
            {
                "id": _FIRST + n,
                "owner_id": owner,
                "contact_id": _FIRST + n % people,
                "text": f"{n} {TEXT}"[:200],
                "due_at": stored(present + timedelta(days=2, minutes=n)),
                "created_at": then,
            }
            for n in range(counts.entries)
        ],
    )
    over = {"due_at": then, "available_at": then, "expires_at": then, "status": "sent", "reason": "", "attempts": 1}
    yield (
        "reminders",
        [
            {
                "id": _FIRST + n,
                "user_id": owner,
                "kind": "nudge",
                "subject_id": _FIRST + n % counts.entries,
                "dedupe_key": f"nudge:{_FIRST + n % counts.entries}:{2 + n}",
                **over,
            }
            for n in range(counts.reminders)
        ],
    )


def largest(owner: int, counts: Counts) -> bytes:
    """A file as large as is taken, with as many rows to plan for as fit."""
    present = datetime.now(UTC)
    then = present.isoformat()
    people, soon = counts.contacts, (present + timedelta(days=3)).isoformat()
    tables: dict[str, list[Row]] = {
        "users": [_user(owner)],
        "contacts": [_person(n, then) for n in range(people)],
        "interviews": [
            {"id": n, "contact_id": n % people, "starts_at": soon, "minutes": 30, "status": "scheduled"}
            | {"created_at": then}
            for n in range(counts.entries)
        ],
        "requests": [
            {"id": n, "contact_id": n % people, "route": "email", "status": "sent", "sent_at": then}
            | {"created_at": then}
            for n in range(counts.entries)
        ],
        "todos": [
            {"id": n, "owner_id": 0, "contact_id": None, "interview_id": None, "text": f"Read {n}", "due_at": soon}
            | {"created_at": then}
            for n in range(counts.entries)
        ],
        "reminders": [],
    }
    parts = sum(map(len, tables.values()))
    tables["reminders"] = [
        _reminder("todo_due", n, n, then, "sent") for n in range(min(counts.reminders, MOST_PARTS - parts))
    ]
    room = (MAX_FILE_BYTES - 200_000 - len(_packed(tables))) // people
    for person in tables["contacts"]:
        person["notes"] = "n" * min(max(room, 0), NOTES_LIMIT)
    return _packed(tables)


def reminders_only(owner: int, counts: Counts) -> bytes:
    """A file with 20,000 reminders to come about one person's interview."""
    present = datetime.now(UTC)
    then, soon = present.isoformat(), (present + timedelta(days=3)).isoformat()
    interview = {
        "id": 1,
        "contact_id": 1,
        "starts_at": soon,
        "minutes": 30,
        "status": "scheduled",
        "created_at": then,
    }
    return _packed(
        {
            "users": [_user(owner)],
            "contacts": [_person(1, then)],
            "interviews": [interview | {"created_at": then}],
            "reminders": [_reminder("prepare", 1, n, soon, "pending") for n in range(int(20_000 * counts.share))],
        }
    )


def _person(number: int, then: str) -> Row:
    return {"id": number, "owner_id": 0, "name": f"C{number}", "referred_by_id": None, "created_at": then}


def _user(owner: int) -> Row:
    return {"discord_id": owner, "zone": ZONE}


def _reminder(kind: str, subject: int, number: int, moment: str, status: str) -> Row:
    return {
        "id": number,
        "user_id": 0,
        "kind": kind,
        "subject_id": subject,
        "due_at": moment,
        "available_at": moment,
        "expires_at": moment,
        "status": status,
        "dedupe_key": f"{kind}:{subject}:{number}",
    }


def _packed(tables: dict[str, list[Row]]) -> bytes:
    return json.dumps({"format": FORMAT, "version": VERSION, "tables": tables}, separators=(",", ":")).encode()
