"""The files of an export: one JSON that holds everything, and a CSV for each table; and the JSON read back."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.types import JSON

from bot.storage.personal import personal_tables

FORMAT = "rapport-student-data"
VERSION = 1

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by the name of their table, each with the values of its columns."""

_EXACT = 2**53
"""From here on, programs that compute in floating point, as spreadsheets do, would change a whole number."""
_LARGEST = 2**63
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file to hand over."""

    name: str
    content: bytes


class UnreadableExportError(Exception):
    """A file is no export of ours, or was changed so that it cannot be taken back."""


def files_of(rows: Rows, exported_at: datetime) -> list[ExportFile]:
    """The JSON, then a CSV for each table that has rows."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": exported_at.isoformat(),
        "tables": {name: [_plain_row(row) for row in found] for name, found in rows.items()},
    }
    whole = json.dumps(document, ensure_ascii=False, indent=1).encode()
    tables = [ExportFile(f"{name}.csv", _csv(found)) for name, found in rows.items() if found]
    return [ExportFile("everything.json", whole), *tables]


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
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([[_cell(value) for value in row.values()] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A value as a spreadsheet shows it, and never computes it: what looks like a formula gets an apostrophe."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    value = _plain(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def read_export(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows in an exported JSON, as the tables take them. Raises UnreadableExportError."""
    try:
        document = json.loads(content)
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise UnreadableExportError
        tables = document["tables"]
        return {table.name: [_row(table, row) for row in tables.get(table.name, ())] for table in personal_tables()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableExportError from error


def _row(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name], value) for name, value in row.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None or isinstance(column.type, JSON):
        return value
    kind = column.type.python_type
    read = kind.fromisoformat(value) if issubclass(kind, datetime | time) else kind(value)
    if (isinstance(read, datetime) and read.tzinfo is None) or (isinstance(read, int) and abs(read) >= _LARGEST):
        raise UnreadableExportError
    return read
