"""What all tables have in common: names of constraints, column types, and numbers that are given once."""

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from bot.storage.columns.holder import HoldsWords
from bot.storage.columns.types import TZDateTime, Written

ONCE_ONLY = {"sqlite_autoincrement": True}
"""SQLite would give the number of the last row again once that is deleted. Old buttons and reminders go by it."""


class Base(HoldsWords, DeclarativeBase):
    """Names every constraint, so that a migration can drop it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: TZDateTime, str: Written}  # noqa: RUF012 - SQLAlchemy reads it as it stands
    __table_args__: Any = ONCE_ONLY
