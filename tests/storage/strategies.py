"""Colleges that hypothesis makes up: rows of every table, held together as the tables' own keys demand."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Integer, String, Table, Time, UniqueConstraint
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.storage.models import Base

Rows = dict[str, list[dict[str, Any]]]
"""By table."""

# What PostgreSQL cannot keep at all: half a surrogate pair, and the character 0.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
WORDS = st.sampled_from(["open", "pending", "sent"])
MOST = 4
"""Rows of a table."""


@st.composite
def colleges(draw: st.DrawFn) -> Rows:
    """Some rows of every table."""
    made: Rows = {}
    for table in Base.metadata.sorted_tables:
        numbers = draw(st.lists(st.integers(1, 2**40), max_size=MOST, unique=True))
        keys = {key for key in table.primary_key if not key.foreign_keys}
        rows = [
            {column.name: _value(draw, column, number, made, numbers) for column in table.c} for number in numbers
        ]
        for row, number in zip(rows, numbers, strict=True):
            row |= {key.name: number for key in keys if isinstance(key.type, BigInteger)}
        made[table.name] = _allowed(table, [row for row in rows if _complete(table, row)])
    return made


def _value(draw: st.DrawFn, column: Column[Any], number: int, made: Rows, own: list[int]) -> Any:
    for key in column.foreign_keys:
        inside = key.column.table is column.table
        there = own if inside else [row[key.column.name] for row in made[key.column.table.name]]
        options = [*there, None] if column.nullable else there
        return draw(st.sampled_from(options)) if options else None
    if column.name == "dedupe_key":
        return f"{draw(st.text(CHARACTERS, max_size=20))}{number}"
    values = WORDS if column.name == "status" else _values(column.type)
    return draw(st.none() | values if column.nullable else values)


def _values(kind: TypeEngine[Any]) -> st.SearchStrategy[Any]:
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    match kind:
        case JSON():
            return st.dictionaries(st.text(CHARACTERS, max_size=5), st.lists(st.integers() | st.text(CHARACTERS)))
        case DateTime():
            return MOMENTS
        case Time():
            return st.times()
        case String():
            return st.text(CHARACTERS, max_size=kind.length or 60)
        case Boolean():
            return st.booleans()
        case Integer():
            bits = 63 if isinstance(kind, BigInteger) else 31
            return st.integers(-(2**bits), 2**bits - 1)
    raise NotImplementedError(f"a column of {kind!r}")


def _complete(table: Table, row: dict[str, Any]) -> bool:
    return all(row[column.name] is not None for column in table.c if not column.nullable)


def _allowed(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that no unique constraint or index forbids. Partial ones count as if they were whole."""
    unique = [tuple(index.columns.keys()) for index in table.indexes if index.unique]
    unique += [tuple(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)]
    unique.append(tuple(table.primary_key.columns.keys()))
    for names in unique:
        rows = list({tuple(row[name] for name in names): row for row in rows}.values())
    kept = {row["id"] for row in rows if "id" in row}
    inner = [c.name for c in table.c if any(key.column.table is table for key in c.foreign_keys)]
    return [row | {name: None for name in inner if row[name] not in kept} for row in rows]
