"""Column types: moments, row ids, and what students write.

What students write is encrypted in the database when the engine was given keys. The keys belong to an engine, so
several with different keys live side by side in one process. To SQL such a column is a box that nobody can look
into: it cannot be compared, sorted or searched there, only in Python after loading.

What is encrypted is bound to its column and its student (`bot/storage/columns/seal.py`). The student is the one
that the unit of work is for; what is not as it was written for them is logged, and `DAMAGED` stands in its place.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, BigInteger, ColumnElement, DateTime, Dialect, Integer, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.sql.operators import OperatorType, eq, is_, is_not
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.domain.errors import CoachError, Code
from bot.domain.text.damage import DAMAGED, holds_damage
from bot.storage.columns.place import CellPlace
from bot.storage.columns.seal import BOUND, DamagedError, Seal


class RowId(TypeDecorator[int]):
    """A row's number. One that no row can have is found nowhere, instead of being too much for the database."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        """64 bits everywhere. SQLite only counts up by itself for a column that is exactly INTEGER."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The number, or NULL, which equals nothing."""
        return value if value is not None and -_BEYOND <= value < _BEYOND else None


_BEYOND = 2**63
"""The first number that needs more than 64 bits."""


class TZDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Refuses naive values; SQLite, which forgets zones, gets UTC back on read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn what the database gave into an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


log = logging.getLogger(__name__)

_SEALS: WeakKeyDictionary[Dialect, Seal] = WeakKeyDictionary()
_NO_KEYS = Seal()
_STUDENT: ContextVar[int | None] = ContextVar("student", default=None)
"""For whom the unit of work of this task is. SQLAlchemy lets a column type know its dialect and nothing else: no
session or statement reaches it, and what it makes of a statement is kept for the next one."""


def give_keys(dialect: Dialect, keys: Sequence[str]) -> None:
    """Have the engine with this `dialect` write with the first key and read with all. Raises ValueError."""
    _SEALS[dialect] = Seal(keys)


def seal_of(dialect: Dialect) -> Seal:
    """What the engine with this `dialect` seals and opens with."""
    return _SEALS.get(dialect, _NO_KEYS)


@contextmanager
def written_by(student: int | None) -> Iterator[None]:
    """In this block texts are sealed for, and opened as, this student's: by the unit of work, and nobody else."""
    before = _STUDENT.get()
    _STUDENT.set(student)
    try:
        yield
    finally:
        _STUDENT.set(before)


class NobodysError(DontWrapMixin, RuntimeError):
    """A mistake of ours: a unit of work that names no student, or several, meets an encrypted text."""


class PlaceholderError(DontWrapMixin, CoachError):
    """What stands for a damaged text would be kept as a student's words."""

    def __init__(self) -> None:
        super().__init__(Code.DAMAGED)


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


class _Placed:
    """What both types have: where in the tables they stand."""

    column: tuple[str, str] | None = None
    """Names of table and column; part of what tells statements apart, as it is a parameter of the type."""

    def _place(self) -> CellPlace:
        student = _STUDENT.get()
        if self.column is None or student is None:
            raise NobodysError(f"{self.column}: whose text this is, the unit of work has to say")
        return CellPlace(*self.column, student)

    def _close(self, text: str, seal: Seal) -> str:
        if holds_damage(text):
            raise PlaceholderError
        return seal.close(text, self._place() if seal.seals and text else _NOWHERE)

    def _open(self, kept: str, seal: Seal) -> str | None:
        """None for what is damaged."""
        place = self._place() if seal.opens and kept else _NOWHERE
        try:
            return seal.open(kept, place)
        except DamagedError:
            self._say(seal, place)
            return None

    def _say(self, seal: Seal, place: CellPlace) -> None:
        """Once for each column of a student: a list is read again with every letter that is typed."""
        if place not in seal.damaged:
            seal.damaged.add(place)
            log.error("damage: a text in %s is not as the bot wrote it", ".".join(self.column or ("the database",)))


_NOWHERE = CellPlace("", "", 0)


class Written(_Placed, TypeDecorator[str]):
    """A text of a student's."""

    impl = Text
    cache_ok = True
    comparator_factory = _Box

    def __init__(self, column: tuple[str, str] | None = None) -> None:
        super().__init__()
        self.column = column

    @property
    def python_type(self) -> type[str]:
        """What a value is in Python."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What the database keeps. Raises PlaceholderError."""
        return None if value is None else self._close(value, seal_of(dialect))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """What the student wrote, or `DAMAGED`."""
        if (kept := written_in(value)) is None:
            return None
        found = self._open(kept, seal_of(dialect))
        return DAMAGED if found is None else found


class FormAsKept(TypeDecorator[Any]):
    """Fields as the database has them, unopened; `UNREADABLE` for what is no JSON: that would break lists."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """What reads a value, whatever SQLite let somebody put there."""
        read = super().result_processor(dialect, coltype)

        def process(value: Any) -> Any:
            try:
                return value if read is None else read(value)
            except (ValueError, TypeError, RecursionError):
                return self.process_result_value(UNREADABLE, dialect)

        return process

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """As it is."""
        return value


class WrittenForm(_Placed, FormAsKept):
    """Fields that a student filled in. Sealed, it is one text, which JSON tells from an object."""

    cache_ok = True
    comparator_factory = _Box

    def __init__(self, column: tuple[str, str] | None = None) -> None:
        super().__init__()
        self.column = column

    @property
    def python_type(self) -> type[dict[str, Any]]:
        """What a value is in Python."""
        return dict

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | str | None:
        """What the database keeps."""
        seal = seal_of(dialect)
        return value if value is None or not seal.seals else self._close(json.dumps(value), seal)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """What the student filled in; empty for what is damaged."""
        # An object is plain. The seal says whether that is damage.
        if (kept := written_in(value)) is None:
            return None
        found = self._open(kept, seal_of(dialect))
        return {} if found is None else form_in(found)


def form_in(text: str) -> dict[str, Any]:
    """The fields that were opened; empty for what are none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


UNREADABLE = b""
"""Of whatever length: SQLite keeps bytes in any column, and bytes that are no UTF-8 in a text (`in_place.py`)."""


def written_in(kept: Any) -> str | None:
    """What the database has in a column of either type, as the seal reads it. What is unreadable opens nowhere."""
    if isinstance(kept, bytes):
        return BOUND
    return kept if kept is None or isinstance(kept, str) else json.dumps(kept)
