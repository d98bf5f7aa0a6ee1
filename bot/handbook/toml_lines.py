"""Finds the line of a value in a TOML text, since tomllib tells positions only for syntax errors."""

import tomllib
from collections.abc import Iterator
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of the document, as pydantic reports them in `loc`."""


def line_of(text: str, path: Path) -> int:
    """The line, from 1, where `path` is written, or its nearest parent that is.

    A missing key is thus found at the header of its table, an item of a list at the key of the list, and
    a missing top-level table at line 1. `text` must be valid TOML.
    """
    lines = _lines(text)
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)


def _lines(text: str) -> dict[Path, int]:
    """Where each table and each value begins."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, statement in _statements(text):
        if statement.lstrip().startswith("["):
            table = _enter(statement, counts)
            found: Iterator[Path] = (table[:end] for end in range(1, len(table) + 1))
        else:
            found = (table + path for path in _paths(tomllib.loads(statement)))
        for path in found:
            lines.setdefault(path, number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and `key = value` pairs with their first line; a value may go on over several lines."""
    begun, pending = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending:
            begun = number
        pending += line + "\n"
        if _is_whole(pending):
            if tomllib.loads(pending):
                yield begun, pending
            pending = ""


def _is_whole(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _enter(header: str, counts: dict[Path, int]) -> Path:
    """The full path of `[a.b]` or `[[a.b]]`; `counts` remembers how many tables each list has so far."""
    path: Path = ()
    value = tomllib.loads(header)
    while value:
        key, inner = next(iter(value.items()))
        path += (key,)
        opens = isinstance(inner, list)
        if opens:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path += (counts[path] - 1,)
        value = {} if opens else inner
    return path


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Every path inside `value`, parents first."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _paths(inner, (*path, position))
