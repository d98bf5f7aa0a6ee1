"""The table in PRIVACY.md, made from what the columns say of themselves.

`python -m bot.storage.privacy.page` writes it anew, after a column was added or its words were changed.
"""

import inspect
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from sqlalchemy import Table

from bot.storage.columns.purpose import classified
from bot.storage.models import Base

PAGE = Path(__file__).parents[3] / "PRIVACY.md"
START = "<!-- Made from the columns by `python -m bot.storage.privacy.page`. Do not edit here. -->"
END = "<!-- The end of what is made from the columns. -->"
_HEAD = "| what | about whom | why | how long | how you take it along | how you erase it |"
_NOTHING = "–"


def tables() -> str:
    """A table in Markdown for each table of the database, students' first."""
    described = {mapper.local_table: inspect.getdoc(mapper.class_) or "" for mapper in Base.registry.mappers}
    parts: list[str] = []
    for table in sorted(Base.metadata.tables.values(), key=_order):
        sentence = described[table].split("\n\n")[0].replace("\n", " ")
        parts += [f"### `{table.name}`", "", sentence, "", _HEAD, "|---" * 6 + "|", *_lines(table), ""]
    return "\n".join(parts)


def _order(table: Table) -> bool:
    """What is about no person comes last."""
    return not any(classified(column).exported for column in table.c)


def _lines(table: Table) -> Iterator[str]:
    """A line for each group of neighbouring columns of which the same is to be said."""
    for said, columns in groupby(table.c, key=classified):
        what = ", ".join(f"`{column.name}`" for column in columns)
        cells = (what, said.whose, said.why, said.kept, said.exported or _NOTHING, said.erased or _NOTHING)
        yield f"| {' | '.join(cells)} |"


def page(text: str) -> str:
    """`text` with the tables as they are to be. Raises ValueError when it does not say where they belong."""
    before, found, rest = text.partition(START)
    _, also, after = rest.partition(END)
    if not found or not also:
        raise ValueError("PRIVACY.md has lost the comments around its tables")
    return f"{before}{START}\n\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
