"""Statements that SQLAlchemy has compiled once are kept for all engines of a test run.

Each test has an engine of its own, and an engine keeps what it compiled for itself: compiling anew took 4 tenths of
the time of a short journey. Compiled for the same kind of database, the statements are the same.
"""

from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

from bot.storage.columns.types import seal_of
from bot.storage.postgres import connection as postgres
from bot.storage.sqlite import connection as sqlite

STATEMENTS = 3000


class Compiled(LRUCache[Any, Any]):
    """What SQLAlchemy keeps compiled statements in. Its keys begin with the dialect of one engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_for_all(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_for_all(key), value)


def _for_all(key: Any) -> Any:
    """Engines with keys of their own encrypt as they write, so each keeps its own statements."""
    dialect, *rest = key
    return key if seal_of(dialect).opens else (dialect.name, *rest)


def share(patched: pytest.MonkeyPatch) -> None:
    """Have every engine that is opened from now on keep its statements in one place."""
    options = {"compiled_cache": Compiled(STATEMENTS)}
    for module in (sqlite, postgres):
        opening = partial(create_async_engine, execution_options=options)
        patched.setattr(module, "create_async_engine", opening)
