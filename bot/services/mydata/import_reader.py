"""Reads the files of an export that comes back. They may be anything: nothing is believed before it is checked."""

import io
import json
import json.scanner
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnDefault, Table

from bot.domain.errors import CoachError, Code
from bot.domain.mydata import HOLDS_TOGETHER, NOT_TAKEN, RULES, Rule, check_size
from bot.domain.text.damage import DAMAGED, LOST
from bot.services.mydata.export_files import EVERYTHING, FORMAT, VERSION, things
from bot.storage.columns.types import Written
from bot.storage.privacy.ownership import USERS, personal_tables

MOST_THINGS = 30_000
"""Rows and lists in one file. A student with three hundred contacts has some thousands."""
MOST_PARTS = 10
"""Files that are taken at once: options of the command."""
MOST_ROWS = 150_000
"""Rows in all of them together. A student at every limit that is usual has some 110,000."""
_MOST_NAMES = 100
"""Names in one thing of a file. Ours have less than twenty."""
_ZIP, _ZIP_ENTRY = b"PK\x03\x04", b"PK\x01\x02"
_MOST_ENTRIES = 100
_DIGITS = 19
_LARGEST = 2**63 - 1
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    LookupError,
    ValueError,
    RuntimeError,
    TypeError,
    EOFError,
    OSError,
)
"""What comes of a zip that is damaged or made to mislead. RuntimeError: it wants a password, or is packed in a way
that nobody here knows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was exported."""

    values: dict[str, Any]
    """What is taken from it, checked."""
    numbers: dict[str, int | None]
    """Its own old number and those of the rows that it names, by column: only ever looked up."""

    def number(self, column: str) -> int:
        """One of them. Raises KeyError when it names no row there."""
        if (found := self.numbers[column]) is None:
            raise KeyError(column)
        return found


Export = Mapping[Table, Sequence[Row]]
"""The rows of each personal table, those that others hang on first."""


def read_export(contents: Sequence[bytes], owner_id: int, limit: int) -> Export:
    """The rows in an exported JSON or the zip around it, or in all parts of one. For a thread.

    `limit`: bytes of each, unpacked.

    Raises FILE_TOO_LARGE, TOO_MANY, NO_EXPORT, EXPORT_CHANGED, EXPORT_OF_ANOTHER, PARTS_MIXED, PART_TWICE and
    PARTS_MISSING.
    """
    documents: list[_Document] = []
    left = MOST_ROWS
    # One after the other, and of each no more than its rows stays: what a file may be made of takes many times its
    # size, and with ten of them that ten times.
    for content in contents:
        documents.append(_document(content, owner_id, limit))
        left -= sum(map(len, documents[-1].rows.values()))
        if left < 0:
            raise CoachError(Code.TOO_MANY, field="That export", limit=MOST_ROWS, count=MOST_ROWS - left)
    found = _together(documents)
    if len(found[USERS]) != 1:
        raise CoachError(Code.EXPORT_CHANGED)
    return found


def _unpacked(content: bytes, limit: int) -> bytes:
    """The JSON in a zip. What a zip says about its sizes is not believed: no more than the limit is unpacked."""
    try:
        if content.count(_ZIP_ENTRY) > _MOST_ENTRIES:
            raise CoachError(Code.NO_EXPORT)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = archive.getinfo(EVERYTHING)
            if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise CoachError(Code.NO_EXPORT)
            with archive.open(entry) as opened:
                found = opened.read(limit + 1)
    except _DAMAGED as error:
        raise CoachError(Code.NO_EXPORT) from error
    check_size(len(found), limit)
    return found


@dataclass(frozen=True, slots=True)
class _Document:
    """One file of ours."""

    rows: Export
    part: tuple[str, int, int] | None
    """Of which export, which part, of how many."""


def _document(content: bytes, owner_id: int, limit: int) -> _Document:
    """What a file holds, if it is one of ours: of it all, only rows that are as we made them, and the owner's."""
    tables, part = _tables(content, limit)
    try:
        for user in tables.get(USERS.name, ()):
            if _number(user["discord_id"]) != owner_id:
                raise CoachError(Code.EXPORT_OF_ANOTHER)
        rows = {table: [_row(table, row) for row in tables.pop(table.name, ())] for table in personal_tables()}
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise CoachError(Code.EXPORT_CHANGED) from error
    if tables:
        raise CoachError(Code.EXPORT_CHANGED)
    return _Document(rows, part)


def _tables(content: bytes, limit: int) -> tuple[dict[str, Any], tuple[str, int, int] | None]:
    """The tables in a file, unchecked, and which part of what it says it is."""
    check_size(len(content), limit)
    content = _unpacked(content, limit) if content.startswith(_ZIP) else content
    if (found := things(content)) > MOST_THINGS:
        raise CoachError(Code.TOO_MANY, field="That file", limit=MOST_THINGS, count=found)
    try:
        document = _Patient().decode(content.decode(json.detect_encoding(content)))
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise CoachError(Code.NO_EXPORT)
        part = document.get("part")
        known = None if part is None else (str(part["export"]), int(part["number"]), int(part["of"]))
        return dict(document["tables"]), known
    except (ArithmeticError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise CoachError(Code.NO_EXPORT) from error


def _together(documents: Sequence[_Document]) -> Export:
    """The rows of one whole export, or of all the parts of one, in whatever order they were given."""
    if len(documents) == 1 and documents[0].part is None:
        return documents[0].rows
    parts = [document.part for document in documents if document.part is not None]
    if len(parts) < len(documents) or len({(export, of) for export, _, of in parts}) != 1:
        raise CoachError(Code.PARTS_MIXED)
    numbers, of = Counter(number for _, number, _ in parts), parts[0][2]
    if twice := [number for number, times in numbers.items() if times > 1]:
        raise CoachError(Code.PART_TWICE, number=min(twice))
    if of > MOST_PARTS:
        raise CoachError(Code.TOO_MANY, field="That export", limit=MOST_PARTS, count=of)
    if not all(1 <= number <= of for number in numbers):
        raise CoachError(Code.EXPORT_CHANGED)
    if missing := [number for number in range(1, of + 1) if number not in numbers]:
        raise CoachError(Code.PARTS_MISSING, missing=missing, of=of)
    in_order = sorted(documents, key=lambda one: one.part or ())
    return {table: [row for one in in_order for row in one.rows[table]] for table in personal_tables()}


class _Patient(json.JSONDecoder):
    """Reads JSON in Python, step by step. The quicker way in C lets nobody else run until all of it is read.

    So does a dictionary of some hundred thousand names while it is made: none is made of so many.
    """

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_thing)
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]  # typeshed omits it


def _thing(named: list[tuple[str, Any]]) -> dict[str, Any]:
    """What stands in braces. Raises ValueError for more names than anything of ours has."""
    if len(named) > _MOST_NAMES:
        raise ValueError
    return dict(named)


def _row(table: Table, given: Mapping[str, Any]) -> Row:
    """One row. Raises what its rules raise, and EXPORT_CHANGED when its values do not go together."""
    rules, columns = RULES[table.name], set(table.c.keys())
    values = {name: _value(rule, given, table.c[name]) for name, rule in rules.items()}
    fits = HOLDS_TOGETHER.get(table.name)
    if given.keys() - columns or (fits is not None and not fits(values)):
        raise CoachError(Code.EXPORT_CHANGED)
    numbers = columns - rules.keys() - NOT_TAKEN.get(table.name, {}).keys()
    return Row(values, {name: _number_of(given[name], table.c[name]) for name in numbers})


def _value(rule: Rule, given: Mapping[str, Any], column: Column[Any]) -> Any:
    """What is taken for `column`. One that is newer than the export, or was damaged, has what a new row has."""
    damaged = isinstance(column.type, Written) and given.get(column.name) == DAMAGED
    if column.name in given and not damaged:
        try:
            return rule(given[column.name])
        except CoachError as error:
            raise CoachError(Code.EXPORT_CHANGED) from error
    if isinstance(column.default, ColumnDefault) and column.default.is_scalar:
        return column.default.arg
    if damaged and not column.nullable:
        return LOST
    if not column.nullable:
        raise CoachError(Code.EXPORT_CHANGED)
    return None


def _number_of(value: Any, column: Column[Any]) -> int | None:
    """What stands in a column with the number of a row. Raises ValueError."""
    return None if value is None and column.nullable else _number(value)


def _number(value: Any) -> int:
    """A whole number; a large one stands as text. Raises ValueError."""
    if isinstance(value, str) and len(value) <= _DIGITS:
        read = int(value)
    elif type(value) is int:
        read = value
    else:
        raise ValueError
    if not 0 <= read <= _LARGEST:
        raise ValueError
    return read
