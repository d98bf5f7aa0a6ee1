"""Which rows are a student's: read off the tables' own foreign keys, so that a new table is covered at once.

Export and erasure both walk this. A table is a student's when its rows hang on `users` by keys that cascade.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, ForeignKey, Table, select

from bot.storage.models import Base, User

USERS = Base.metadata.tables[User.__tablename__]


def personal_tables() -> Iterator[Table]:
    """Every table with rows of students, those that others hang on first."""
    return (table for table in Base.metadata.sorted_tables if is_personal(table))


def is_personal(table: Table) -> bool:
    """Whether the rows of `table` belong to students."""
    return table is USERS or _way_to_owner(table) is not None


def belongs_to(table: Table, user_id: int) -> ColumnElement[bool]:
    """The condition for a row of `table` to be the student's. Raises ValueError for a table of nobody's."""
    if table is USERS:
        return USERS.c.discord_id == user_id
    way = _way_to_owner(table)
    if way is None:
        raise ValueError(f"{table.name} belongs to nobody")
    if way.column.table is USERS:
        return way.parent == user_id
    return way.parent.in_(select(way.column).where(belongs_to(way.column.table, user_id)))


def owner_of(table: Table) -> ColumnElement[int]:
    """The student whose a row of `table` is. Raises ValueError for a table of nobody's."""
    if table is USERS:
        return USERS.c.discord_id
    way = _way_to_owner(table)
    if way is None:
        raise ValueError(f"{table.name} belongs to nobody")
    if way.column.table is USERS:
        return way.parent
    return select(owner_of(way.column.table)).where(way.column == way.parent).scalar_subquery()


def _way_to_owner(table: Table) -> ForeignKey | None:
    """The key that leads to the owner: straight, or else by a column that is never empty."""
    keys = [key for key in table.foreign_keys if key.ondelete == "CASCADE" and key.column.table is not table]
    straight = (key for key in keys if key.column.table is USERS)
    around = (key for key in keys if not key.parent.nullable and is_personal(key.column.table))
    return next(straight, None) or next(around, None)
