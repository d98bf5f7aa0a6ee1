"""The files of an export: one JSON that holds everything, and a CSV for each table; all in one zip if need be.

What is larger than Discord or an import takes is divided into parts. Each is an export of its own, with fewer rows,
and says which part of how many it is: whoever has lost one can still read the others.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import count
from typing import Any

from bot.domain.text.damage import is_damaged

FORMAT = "rapport-student-data"
VERSION = 1
EVERYTHING = "everything.json"
ARCHIVE = "everything.zip"

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by the name of their table, each with the values of its columns."""

_AT_ONCE = 1 << 20
"""Bytes that are looked through in one go, in which no other thread can run."""
_EXACT = 2**53
"""From here on, programs that compute in floating point, as spreadsheets do, would change a whole number."""

_BLANK = r"[\s\"\u200b-\u200f\u2060\ufeff]"
"""What a spreadsheet may skip at the beginning of a cell."""
_SIGN = re.compile(rf"(?<!{_BLANK})({_BLANK}*+)(?=[=+\-@＝＋－＠﹢﹣﹦﹫])")
"""Before what a spreadsheet may take for a formula, with all the blanks before it. Full-width signs count too. Each
run of blanks is looked at once: a text of nothing else would keep all threads waiting."""
_SEPARATORS = frozenset("\t\r\n")
"""Blanks at which one that is used to other separators, as in much of Europe, begins a new cell, as at a ";"."""
_LINE = re.compile(r"[^\r\n]{0,1000}")
"""Of the rest of a line, as much as is looked at."""
_PLUS_MINUS = "+-＋－﹢﹣"
_NUMBER = re.compile(r"[\d.,]*+%?[\s\"]*+|\d{1,4}[ .]\(?\d[\d() .-]*+[\s\"]*+", re.ASCII)
"""After a plus or a minus: nothing, a number, or a telephone number with its parts apart. None of it can be run."""
_RUNS = re.compile(r"[=|＝]|[\w.]\s*\(|![\w$]")
"""What an expression needs to do anything but to compute with numbers and names: a program or another file that is
asked, a function that is called, a cell elsewhere."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file to hand over."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Most:
    """What one part may have, in bytes."""

    plain: int
    """Of `everything.json`, which is what an import reads."""
    packed: int
    """Of the zip, which is what Discord takes."""
    things: int
    """How many rows and lists, as `things` counts them."""


def things(content: bytes) -> int:
    """Rows and lists in a JSON, braces in texts included; each takes many times its size in memory."""
    starts = range(0, len(content), _AT_ONCE)
    return sum(content.count(mark, start, start + _AT_ONCE) for mark in (b"{", b"[") for start in starts)


def files_of(rows: Rows, exported_at: datetime, part: Mapping[str, Any] | None = None) -> list[ExportFile]:
    """The JSON, then a CSV for each table that has rows. `part`: which part of how many, of what."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": exported_at.isoformat(),
        **({"part": part} if part else {}),
        "tables": {name: [_plain_row(row) for row in found] for name, found in rows.items()},
    }
    if damaged := [*_damaged(rows)]:
        document["damaged"] = damaged
    whole = _json(document)
    tables = [ExportFile(f"{name}.csv", _csv(found)) for name, found in rows.items() if found]
    return [ExportFile(EVERYTHING, whole), *tables]


def has_damage(rows: Rows) -> bool:
    """Whether something is not as the student wrote it, and so is not in the export."""
    return next(_damaged(rows), None) is not None


def _damaged(rows: Rows) -> Iterator[dict[str, Any]]:
    """Which cells hold no words of the student's; rows count from 1, as below the first line of a CSV."""
    for name, found in rows.items():
        for number, row in enumerate(found, 1):
            for column, value in row.items():
                if is_damaged(value):
                    yield {"table": name, "row": number, "column": column}


def zipped(files: Sequence[ExportFile], name: str = ARCHIVE) -> ExportFile:
    """All of them in one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in files:
            opened.writestr(file.name, file.content)
    return ExportFile(name, archive.getvalue())


def in_parts(rows: Rows, exported_at: datetime, most: Most) -> list[ExportFile]:
    """As few zips as hold everything within `most` each: `everything.zip`, or numbered ones. For a thread."""
    files = files_of(rows, exported_at)
    whole = _Part(zipped(files), files[0].content)
    if whole.fits(most):
        return [whole.file]
    size, packed = len(files[0].content), len(whole.file.content)
    name = hashlib.sha256(files[0].content).hexdigest()[:16]
    fewest = max(2, -(-size // most.plain), -(-packed // most.packed))
    for many in count(fewest):
        parts = [
            _part(found, exported_at, {"export": name, "number": number, "of": many})
            for number, found in enumerate(_divided(rows, many), 1)
        ]
        if all(part.fits(most) for part in parts) or many > sum(map(len, rows.values())):
            return [part.file for part in parts]
    raise AssertionError


@dataclass(frozen=True, slots=True)
class _Part:
    file: ExportFile
    json: bytes

    def fits(self, most: Most) -> bool:
        small = len(self.json) <= most.plain and len(self.file.content) <= most.packed
        return small and things(self.json) <= most.things


def _part(rows: Rows, exported_at: datetime, part: Mapping[str, Any]) -> _Part:
    files = files_of(rows, exported_at, part)
    name = ARCHIVE.replace(".", f"-{part['number']}-of-{part['of']}.")
    return _Part(zipped(files, name), files[0].content)


def _divided(rows: Rows, many: int) -> Iterator[Rows]:
    """The rows in their order, `many` times about as much text. Every part names every table."""
    sized = [(name, row, len(json.dumps(_plain_row(row)))) for name, found in rows.items() for row in found]
    share = sum(size for _, _, size in sized) / many
    parts: list[dict[str, list[Mapping[str, Any]]]] = [{name: [] for name in rows} for _ in range(many)]
    passed = 0
    for name, row, size in sized:
        parts[min(many - 1, int(passed / share))][name].append(row)
        passed += size
    yield from parts


def _json(document: Mapping[str, Any]) -> bytes:
    """Bit by bit: as one text, a large export would be encoded in one go, in which no other thread can run."""
    written = io.BytesIO()
    for piece in json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(document):
        written.write(piece.encode())
    return written.getvalue()


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, int) and abs(value) >= _EXACT else value


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    written = io.BytesIO()
    text = io.TextIOWrapper(written, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    text.flush()
    return written.getvalue()


def _cell(value: Any) -> Any:
    """A value as a spreadsheet shows it, and never runs it: what it would take for a formula gets an apostrophe."""
    if isinstance(value, dict | list | bool):
        value = json.dumps(value, ensure_ascii=False)
    value = _plain(value)
    return _SIGN.sub(_defused, value) if isinstance(value, str) else value


def _defused(found: re.Match[str]) -> str:
    text, blanks = found.string, found[1]
    begins = found.start() == 0
    if not begins and text[found.start() - 1] != ";" and _SEPARATORS.isdisjoint(blanks):
        return blanks
    if text[found.end()] not in _PLUS_MINUS:
        is_run = True
    elif begins:
        is_run = _NUMBER.fullmatch(text, found.end() + 1) is None
    else:
        # A cell begins here only for a spreadsheet that takes the file apart: a list with dashes stays as it is.
        line = _LINE.match(text, found.end())
        is_run = line is not None and _RUNS.search(line[0]) is not None
    return blanks + ("'" if is_run else "")
