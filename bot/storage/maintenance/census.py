"""Counts how students' texts are kept, without opening any: what is still plain or sealed the old way."""

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Text, case, cast, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.columns.seal import BOUND, OLDER
from bot.storage.columns.types import Written, WrittenForm
from bot.storage.models import Base


@dataclass(frozen=True, slots=True)
class Census:
    """How many texts are kept in which way; empty ones are none."""

    bound: int = 0
    older: int = 0
    """Sealed for no place, as by the first release."""
    plain: int = 0

    def __add__(self, other: "Census") -> "Census":
        return Census(self.bound + other.bound, self.older + other.older, self.plain + other.plain)


async def take(engine: AsyncEngine) -> Census:
    """One look at each table."""
    found = Census()
    async with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.c if isinstance(column.type, Written | WrittenForm)]
            if columns:
                query = select(*(count for column in columns for count in _counts(column)))
                row = (await connection.execute(query)).one()
                found += Census(*(sum(number or 0 for number in row[way::3]) for way in range(3)))
    return found


def _counts(column: Column[str]) -> tuple[ColumnElement[int], ...]:
    """Bound, older and plain."""
    kind = column.type
    plain = kind.impl_instance if isinstance(kind, Written | WrittenForm) else kind
    kept, quote = cast(type_coerce(column, plain), Text), '"' if isinstance(kind, WrittenForm) else ""
    bound, sealed = kept.startswith(quote + BOUND), kept.startswith(quote + OLDER)
    # "null" may be somebody's name, and no form.
    ways = (bound, sealed & ~bound, ~sealed & kept.not_in(["", "null"] if quote else [""]))
    return tuple(func.sum(case((way, 1), else_=0)) for way in ways)
