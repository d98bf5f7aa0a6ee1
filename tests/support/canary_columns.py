"""Plants a mark of its own in every column of a student's rows, and looks for what is left of them in files."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, select, update

from bot.storage.database import Database
from bot.storage.privacy.ownership import belongs_to, personal_tables

NUMBER = 0x5EED_0000_BEEF_0000
"""Of no row. A number so large takes eight bytes wherever it is kept."""
MOMENT = datetime(2031, 5, 6, 7, 8, 9, 111_111, tzinfo=UTC)
LARGE = {"subject_id", "nonce", "message_id", "channel_id"}
"""Columns that take a number so large."""

BEGINS_ANEW: dict[str, type] = {"parked": dict, "claimed_until": datetime}
"""What stands in columns that an import leaves empty, where it is no number."""

Planted = dict[str, list[bytes]]
"""By column, how what was planted there looks in a file."""


async def plant(db: Database, owner_id: int) -> Planted:
    """Change every value of the student's that names no row.

    Statuses and kinds too, so afterwards the rows are good for nothing but to be exported and erased.
    """
    planted: Planted = {"the student": [owner_id.to_bytes(8, "big"), str(owner_id).encode()]}
    async with db.write() as session:
        for table in personal_tables():
            rows = (await session.execute(select(table).where(belongs_to(table, owner_id)))).mappings().all()
            for place, column in enumerate(_free(table)):
                kept = (type(row[column]) for row in rows if row[column] is not None)
                kind = next(kept, None) or BEGINS_ANEW.get(column.name, int)
                for number, row in enumerate(rows):
                    value, mark = _mark(column, kind, place, number)
                    here = [key == row[key] for key in table.primary_key]
                    await session.execute(update(table).where(*here).values({column: value}))
                    if mark:
                        planted.setdefault(str(column), []).append(mark)
    return planted


def _free(table: Table) -> list[Column[Any]]:
    """The columns that name no row, as far as the database knows."""
    return [column for column in table.c if not column.primary_key and not column.foreign_keys]


def _mark(column: Column[Any], kind: type, place: int, number: int) -> tuple[Any, bytes]:
    """A value for a column, and how it looks in a file; nothing to look for where only a small number fits."""
    words = f"~{number}~{column}~"[: getattr(column.type, "length", None) or 200]
    if kind is str:
        return words, words.encode()
    if kind is dict:
        return {"planted": words}, json.dumps(words).encode()
    if kind is datetime:
        moment = MOMENT + timedelta(days=place, microseconds=number)
        return moment, f"{moment:%Y-%m-%d %H:%M:%S.%f}".encode()
    if kind is time:
        clock = time(7, 8, 9, 222_000 + place)
        return clock, clock.isoformat().encode()
    if column.name not in LARGE:
        return kind(77), b""
    large = NUMBER + (place << 8) + number
    return large, large.to_bytes(8, "big")


def files(*folders: Path) -> Iterator[Path]:
    """Every file in and below `folders`."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def left(planted: Mapping[str, list[bytes]], paths: Iterable[Path]) -> set[str]:
    """The columns of which a mark is in one of the files."""
    contents = [path.read_bytes() for path in paths]
    return {
        column
        for column, marks in planted.items()
        if any(mark in content for content in contents for mark in marks)
    }
