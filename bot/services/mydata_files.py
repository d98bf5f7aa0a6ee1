"""The files of an export: one JSON that holds everything, and a CSV for each table; all in one zip if need be."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from bot.domain.damage import is_damaged

FORMAT = "rapport-student-data"
VERSION = 1
EVERYTHING = "everything.json"
ARCHIVE = "everything.zip"

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by the name of their table, each with the values of its columns."""

_EXACT = 2**53
"""From here on, programs that compute in floating point, as spreadsheets do, would change a whole number."""

_RISKY = re.compile(r"((?:^|[;\t\r\n])[\s\"\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@＝＋－＠﹢﹣﹦﹫])")
"""Before what a spreadsheet takes for a formula: at the start, or where one that is used to other separators, as in
much of Europe, begins a new cell. It may skip white space and quotes; full-width signs count too."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file to hand over."""

    name: str
    content: bytes


def files_of(rows: Rows, exported_at: datetime) -> list[ExportFile]:
    """The JSON, then a CSV for each table that has rows."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": exported_at.isoformat(),
        "tables": {name: [_plain_row(row) for row in found] for name, found in rows.items()},
    }
    if damaged := [*_damaged(rows)]:
        document["damaged"] = damaged
    whole = json.dumps(document, ensure_ascii=False, indent=1).encode()
    tables = [ExportFile(f"{name}.csv", _csv(found)) for name, found in rows.items() if found]
    return [ExportFile(EVERYTHING, whole), *tables]


def _damaged(rows: Rows) -> Iterator[dict[str, Any]]:
    """Which cells hold no words of the student's; rows count from 1, as below the first line of a CSV."""
    for name, found in rows.items():
        for number, row in enumerate(found, 1):
            for column, value in row.items():
                if is_damaged(value):
                    yield {"table": name, "row": number, "column": column}


def zipped(files: Sequence[ExportFile]) -> ExportFile:
    """All of them in one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in files:
            opened.writestr(file.name, file.content)
    return ExportFile(ARCHIVE, archive.getvalue())


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, int) and abs(value) >= _EXACT else value


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(rows[0])
    writer.writerows([[_cell(value) for value in row.values()] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A value as a spreadsheet shows it, and never computes it: what looks like a formula gets an apostrophe."""
    if isinstance(value, dict | list | bool):
        value = json.dumps(value, ensure_ascii=False)
    value = _plain(value)
    return _RISKY.sub(r"\1'", value) if isinstance(value, str) else value
