"""On which databases a test runs. A plugin of pytest, loaded by conftest.py.

A test that uses the fixture `storage`, itself or through `database`, runs on both where the two can differ: in
the folders of `NEAR`, and where it is marked `both`. All others run on SQLite, unless `--database` asks for more.
Journeys are encrypted on PostgreSQL; `--encrypted` encrypts what students write everywhere.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ALL = (SQLITE, POSTGRESQL)
EVERY = "all"
NEAR = {"storage", "services", "reminders"}
"""Folders whose tests run on PostgreSQL in the clear; those of `storage` once more, on an encrypted SQLite."""
AGAIN = {"faults", "security"}
"""Folders whose tests go the ways that other tests go, only worse: coverage is not measured."""
_ENCRYPTED = "-encrypted"
_CLEAR = ("own_keys", "clear(reason)")
"""Of tests that encrypt by themselves, and of those that need to see what is written."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*ALL, EVERY),
        default=None,
        help="run everything on this database, or on all (default: on both what can differ, the rest on SQLite)",
    )
    parser.addoption("--encrypted", action="store_true", help="encrypt what students write in every database")


def pytest_configure(config: pytest.Config) -> None:
    for kind in ALL:
        config.addinivalue_line("markers", f"{kind}(reason): about something that only this database has")
    config.addinivalue_line("markers", "both: a journey that runs on both databases without being asked")
    config.addinivalue_line("markers", "again: goes ways that other tests go, so coverage is not measured")
    for marker in _CLEAR:
        config.addinivalue_line("markers", f"{marker}: so nothing else encrypts what it works on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "storage" in metafunc.fixturenames:
        metafunc.parametrize("storage", _kinds(metafunc.definition))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """The tests themselves stay until the end: the garbage collector need not look through them all the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure coverage once: it doubles the time; neither more examples nor another database reach more lines."""
    with _unmeasured(item) if _repeats(item) else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Function) -> Iterator[None]:
    """The same goes for fixtures, such as a bot that starts."""
    made = frozenset(item.fixturenames)
    is_known = made in _SET_UP or _repeats(item)
    with _unmeasured(item) if is_known else nullcontext():
        result = yield
    _SET_UP.add(made)
    return result


_SET_UP: set[frozenset[str]] = set()
"""Fixtures that some test had together."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """End what pytest-cov measures in a worker before it begins as one: what was paused went on being measured."""
    coverage = _coverage(session.config)
    if coverage is not None and hasattr(session.config, "workerinput"):
        coverage.cov.stop()


def _coverage(config: pytest.Config) -> Any:
    """The controller of pytest-cov, which has no types; None where nothing is measured."""
    return getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)


@contextmanager
def _unmeasured(test: pytest.Item) -> Iterator[None]:
    coverage = _coverage(test.config)
    if coverage is None or not coverage.started:
        yield
        return
    coverage.pause()
    try:
        yield
    finally:
        coverage.resume()


def _repeats(test: pytest.Item) -> bool:
    if (
        test.get_closest_marker("again")
        or Path(test.path).parent.name in AGAIN
        or hasattr(getattr(test, "obj", None), "hypothesis")
    ):
        return True
    storage = test.callspec.params.get("storage", SQLITE) if hasattr(test, "callspec") else SQLITE
    return bool(storage != SQLITE and not test.get_closest_marker(POSTGRESQL))


def _kinds(test: pytest.Item) -> Sequence[str]:
    """Those that the test is about, as far as they were asked for."""
    folder = Path(test.path).parent.name
    about = [kind for kind in ALL if test.get_closest_marker(kind)] or ALL
    asked = test.config.getoption("--database")
    if asked is None and POSTGRESQL in about and len(about) == len(ALL):
        asked = EVERY if folder in NEAR or test.get_closest_marker("both") else SQLITE
    found = [SQLITE, POSTGRESQL] if folder in NEAR else [SQLITE, POSTGRESQL + _ENCRYPTED]
    if folder == "storage":
        found.append(SQLITE + _ENCRYPTED)
    if any(test.get_closest_marker(marker.partition("(")[0]) for marker in _CLEAR):
        found = list(ALL)
    elif test.config.getoption("--encrypted"):
        found = [kind + _ENCRYPTED for kind in ALL]
    wanted = "" if asked in {None, EVERY} else asked
    return [kind for kind in found if kind.startswith(tuple(about)) and kind.startswith(wanted)]
