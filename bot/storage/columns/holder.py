"""What every table does for the texts in it: they know where they stand, and a damaged one is kept as it is."""

from typing import Any

from sqlalchemy import Table, event, inspect

from bot.domain.text.damage import is_damaged
from bot.storage.columns.types import Written, WrittenForm


class HoldsWords:
    """For the class that all tables derive from, before SQLAlchemy's own."""

    def __init_subclass__(cls, **options: Any) -> None:
        """See to a table once it is mapped."""
        super().__init_subclass__(**options)
        if isinstance(table := getattr(cls, "__table__", None), Table):
            _see_to(cls, table)


def _see_to(entity: type[Any], table: Table) -> None:
    for attribute in inspect(entity).column_attrs:
        column = attribute.columns[0]
        if isinstance(column.type, Written | WrittenForm):
            column.type.column = (table.name, column.name)
        if isinstance(column.type, Written):
            event.listen(getattr(entity, attribute.key), "set", _unless_unchanged, retval=True)


def _unless_unchanged(_row: object, value: Any, before: Any, _started_by: object) -> Any:
    """What an attribute holds from now on. What a form hands back of a damaged text is no new one."""
    return before if is_damaged(before) and is_damaged(value) else value
