"""What only one kind of database understands stands in the storage; all others ask in plain SQLAlchemy."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import files

ROOT = Path(__file__).parents[2]
OUTSIDE = [path for room in ("bot/services", "bot/reminders", "bot/ui", "cogs") for path in files(ROOT / room)]
OF_ONE_DIALECT = (
    "sqlalchemy.dialects",
    "bot.storage.sqlite",
    "bot.storage.postgres",
    "sqlite3",
    "aiosqlite",
    "asyncpg",
)
WRITTEN_OUT = {"text", "exec_driver_sql", "literal_column", "PRAGMA"}
"""Names that bring in SQL as a string."""


def test_there_is_something_to_look_at() -> None:
    assert len(OUTSIDE) > 100


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_sql_of_one_dialect_stands_outside_the_storage(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        line = getattr(node, "lineno", 0)
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if any(name.startswith(OF_ONE_DIALECT) for name in (module, *names)):
            raise AssertionError(f"line {line}: {module or names}")
        assert not (module.startswith("sqlalchemy") and set(names) & WRITTEN_OUT), f"line {line}: {names}"
        if isinstance(node, ast.Constant) and node.value in {"sqlite", "postgresql"}:
            raise AssertionError(f"line {line}: asks which database it is")
