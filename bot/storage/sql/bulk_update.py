"""Statements about many rows at once, that stay one statement whatever their number.

PostgreSQL gets the values as arrays: one text to plan, one round trip. SQLite, which has no arrays and no round
trips, gets a statement for each row.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Update, any_, bindparam, column, func
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

Values = Mapping[str, ColumnElement[Any]]
"""What stands for each row's own values, by name."""


class ManyUpdates:
    """One UPDATE, for as many rows as there are."""

    def __init__(self, types: Mapping[str, TypeEngine[Any]], build: Callable[[Values], Update]) -> None:
        """`types`: of the values that each row brings; `build`: the statement with what stands for them."""
        self._names = tuple(types)
        self._for_each = build({name: bindparam(name, type_=kind) for name, kind in types.items()})
        arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()]
        columns = [column(name, kind) for name, kind in types.items()]
        rows = func.unnest(*arrays).table_valued(*columns, name="each_row").render_derived()
        self._at_once = build({name: rows.c[name] for name in types})

    async def run(self, connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
        """Update, with the values of each of `rows`."""
        if connection.dialect.name == "postgresql":
            await connection.execute(self._at_once, {name: [row[name] for row in rows] for name in self._names})
        else:
            await connection.execute(self._for_each, rows)


def among(dialect: str, what: Column[Any], name: str) -> ColumnElement[bool]:
    """The condition for `what` to be one of the values that are bound to `name`, a list."""
    if dialect == "postgresql":
        return what == any_(bindparam(name, type_=ARRAY(what.type)))
    return what.in_(bindparam(name, expanding=True))
