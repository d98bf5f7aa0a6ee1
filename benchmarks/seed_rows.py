"""Databases with rows in them: made with plain SQL, because a million objects would take minutes."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import URL

from bot.storage.database import Database, open_engine
from bot.storage.schema.revision import bring_up_to_date

FAR, FARTHER = "2099-01-01 00:00:00.000000", "2199-01-01 00:00:00.000000"
"""Two moments, as SQLite keeps them, that no measurement lives to see."""
MIDNIGHT = "00:00:00.000000"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=2000")
"""What the bot sets on its own connections."""

_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
_COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
_USER = "discord_id, display_name, zone, quiet_from, quiet_to, school, about, interests, created_at"
_REMINDER = "user_id, kind, subject_id, due_at, available_at, expires_at, status, reason, attempts, dedupe_key"


def stored(moment: datetime) -> str:
    """A UTC moment as it stands in a SQLite file."""
    return moment.strftime(_MOMENT)


async def opened(file: Path) -> Database:
    """The database in `file`, with the newest tables."""
    db = Database(open_engine(URL.create("sqlite+aiosqlite", database=str(file))))
    await bring_up_to_date(db.engine)
    return db


def connected(file: Path, *pragmas: str) -> sqlite3.Connection:
    """A plain connection that begins and ends no transaction by itself."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def add_students(file: Path, count: int) -> None:
    """Students 1 to `count`, with a zone and no quiet hours that could hold anything up."""
    with closing(connected(file)) as connection:
        connection.execute(
            f"{_COUNT}INSERT INTO users ({_USER}) "  # noqa: S608 - our own words
            "SELECT i, 'Student ' || i, 'America/Denver', ?, ?, '', '', '', ? FROM n",
            (count, MIDNIGHT, MIDNIGHT, FAR),
        )


def add_far(file: Path, count: int, students: int) -> None:
    """`count` reminders of `students` students, a second apart, in years that nobody waits for."""
    with closing(connected(file, "journal_mode=WAL", "synchronous=OFF", "cache_size=-200000")) as connection:
        connection.execute(
            f"{_COUNT}INSERT INTO reminders ({_REMINDER}) "  # noqa: S608 - our own words
            "SELECT 1 + i % ?, 'nudge', i, datetime(?, i || ' seconds') || '.000000', "
            "datetime(?, i || ' seconds') || '.000000', ?, 'pending', '', 0, 'far:' || i FROM n",
            (count, students, FAR, FAR, FARTHER),
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def add_due(file: Path, dues: list[datetime], *, first: int = 1) -> None:
    """One reminder at each of `dues`, each for a student of their own, from the student `first` on."""
    rows = [
        (first + n, n, stored(due), stored(due), stored(due + timedelta(days=1)), f"due:{first + n}:{stored(due)}")
        for n, due in enumerate(dues)
    ]
    with closing(connected(file, *PRAGMAS)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO reminders ({_REMINDER}) VALUES (?, 'nudge', ?, ?, ?, ?, 'pending', '', 0, ?)",  # noqa: S608 - our own words
            rows,
        )
        connection.execute("COMMIT")


def statuses(file: Path) -> dict[str, int]:
    """How many reminders there are by what became of them, those far away apart."""
    with closing(connected(file)) as connection:
        query = "SELECT status, count(*) FROM reminders WHERE due_at < ? GROUP BY status"
        return dict(connection.execute(query, (FAR,)).fetchall())
