"""On which databases a test runs. A plugin of pytest, loaded by conftest.py.

A test that uses the fixture `storage`, itself or through `database`, runs on SQLite and on PostgreSQL.
`pytest --database=sqlite` halves the wait.
"""

from collections.abc import Sequence

import pytest

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ALL = (SQLITE, POSTGRESQL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=ALL, default=None, help="run on this database only (default: on both)")


def pytest_configure(config: pytest.Config) -> None:
    for kind in ALL:
        config.addinivalue_line("markers", f"{kind}(reason): about something that only this database has")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "storage" in metafunc.fixturenames:
        metafunc.parametrize("storage", _kinds(metafunc.definition))


def _kinds(test: pytest.Item) -> Sequence[str]:
    """Those that the test is about, as far as they were asked for."""
    asked = test.config.getoption("--database")
    about = [kind for kind in ALL if test.get_closest_marker(kind)] or ALL
    return [kind for kind in about if asked in {None, kind}]
