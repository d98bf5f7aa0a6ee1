"""Column types for what students write: encrypted in the database when the engine was given keys.

The keys belong to an engine, so several with different keys live side by side in one process. To SQL such a column
is a box that nobody can look into: it cannot be compared, sorted or searched there, only in Python after loading.
"""

import json
from collections.abc import Sequence
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, ColumnElement, Dialect, Text
from sqlalchemy.sql.operators import OperatorType, eq, is_, is_not
from sqlalchemy.types import TypeDecorator

from bot.storage.seal import Seal

_SEALS: WeakKeyDictionary[Dialect, Seal] = WeakKeyDictionary()
_NO_KEYS = Seal()


def give_keys(dialect: Dialect, keys: Sequence[str]) -> None:
    """Have the engine with this `dialect` write with the first key and read with all. Raises ValueError."""
    _SEALS[dialect] = Seal(keys)


def seal_of(dialect: Dialect) -> Seal:
    """What the engine with this `dialect` seals and opens with."""
    return _SEALS.get(dialect, _NO_KEYS)


class _Box(TypeDecorator.Comparator[Any]):
    """Refuses in SQL what would be wrong once the column is encrypted, also while it is not."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        # SQLAlchemy itself tells columns apart by `==` where it keeps them in dictionaries.
        if op in {is_, is_not} or (op is eq and isinstance(other[0], ColumnElement)):
            return super().operate(op, *other, **kwargs)
        return self._refuse()

    def reverse_operate(self, *_: Any, **__: Any) -> ColumnElement[Any]:
        return self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError("what students write may be encrypted: compare and sort it in Python")


class Written(TypeDecorator[str]):
    """A text of a student's."""

    impl = Text
    cache_ok = True
    comparator_factory = _Box

    @property
    def python_type(self) -> type[str]:
        """What a value is in Python."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What the database keeps."""
        return None if value is None else seal_of(dialect).close(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """What the student wrote. Raises UnknownKeyError."""
        return None if value is None else seal_of(dialect).open(value)

    def is_current(self, kept: str | None, dialect: Dialect) -> bool:
        """Whether what the database has is as it would be written today."""
        return kept is None or seal_of(dialect).is_current(kept)


class WrittenForm(TypeDecorator[dict[str, Any]]):
    """Fields that a student filled in. Sealed, it is one text, which JSON tells from an object."""

    impl = JSON(none_as_null=True)
    cache_ok = True
    comparator_factory = _Box

    @property
    def python_type(self) -> type[dict[str, Any]]:
        """What a value is in Python."""
        return dict

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | str | None:
        """What the database keeps."""
        seal = seal_of(dialect)
        return value if value is None or not seal.seals else seal.close(json.dumps(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """What the student filled in. Raises UnknownKeyError."""
        if not isinstance(value, str):
            found: dict[str, Any] | None = value
            return found
        opened: dict[str, Any] = json.loads(seal_of(dialect).open(value))
        return opened

    def is_current(self, kept: Any, dialect: Dialect) -> bool:
        """Whether what the database has is as it would be written today."""
        seal = seal_of(dialect)
        return seal.is_current(kept) if isinstance(kept, str) else kept is None or not seal.seals
