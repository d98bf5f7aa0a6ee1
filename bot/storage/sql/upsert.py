"""INSERT that knows what to do with a row that is there already, on SQLite and PostgreSQL alike."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase


def insert_into(dialect: str, model: type[DeclarativeBase]) -> Any:
    """An insert into `model`'s table with `on_conflict_do_nothing` and `on_conflict_do_update`.

    Typed loosely, as the two dialects' classes share these methods but no base class that has them.
    """
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)


def insert(session: AsyncSession, model: type[DeclarativeBase]) -> Any:
    """The same for a session."""
    return insert_into(session.get_bind().dialect.name, model)
