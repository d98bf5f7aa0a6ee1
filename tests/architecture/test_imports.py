"""Who may know whom: reads the imports of every module and fails on an arrow that points outward."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import files

ROOT = Path(__file__).parents[2]

MAY_KNOW = {
    "bot.domain": {"bot.domain"},
    "bot.storage": {"bot.domain", "bot.storage", "bot.settings", "bot.env_file", "bot.places"},
    "bot.handbook": {"bot.domain", "bot.handbook"},
    "bot.services": {"bot.domain", "bot.storage", "bot.handbook", "bot.services", "bot.clock"},
    "bot.reminders": {"bot.domain", "bot.storage", "bot.services", "bot.reminders", "bot.clock", "bot.logs"},
    # `ui` implements the engine's sender, so it knows the engine's errors; never the other way round.
    "bot.ui": {
        "bot.domain", "bot.storage", "bot.handbook", "bot.services", "bot.ui", "bot.clock", "bot.logs",
        "bot.reminders",
    },
    "cogs": {"bot.domain", "bot.services", "bot.ui", "bot.clock", "bot.handbook", "cogs"},
    "bot.demo": {"bot.app", "bot.settings", "bot.services", "bot.demo", "bot.stop_signals"},
    "bot.clock": set(),
    "bot.logs": set(),
    "bot.places": set(),
    "bot.stop_signals": set(),
    "bot.settings": {"bot.places"},
    "bot.env_file": {"bot.settings"},
}  # fmt: skip
LONGER = {"bot.storage.models": 450}
"""One table after the other, which nobody reads from one end to the other."""
OUTER = {
    "bot.app",
    "bot.cli.check",
    "bot.cli.console",
    "bot.cli.file_permissions",
    "bot.__main__",
    "bot.cli.db",
    "bot",
}
"""Where everything is put together: these may know every room, and no room may know them."""

ONLY_IN = {
    "apscheduler": {"bot.reminders"},
    "sqlalchemy": {"bot.storage", "bot.services", "bot.places", "bot.settings", "bot.cli.check", "bot.__main__"},
    "discord": {"bot.ui", "cogs", "bot.app", "bot.cli.check", "bot.__main__", "bot.demo"},
    "simcord": {"bot.demo"},
    "time_machine": {"bot.demo"},
    "alembic": {"bot.storage"},
    # What opens connections: discord.py does, to Discord, and the database's driver. These two only read errors.
    "aiohttp": {"bot.ui"},
    "asyncpg": {"bot.storage"},
} | {library: set() for library in ("socket", "http", "requests", "httpx", "smtplib", "ftplib")}


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ("bot", "cogs"):
        for path in files(ROOT / folder):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def room(module: str) -> str:
    """The room a module is in: the longest name that is one."""
    rooms = [name for name in {*MAY_KNOW, *OUTER} if module == name or module.startswith(name + ".")]
    return max(rooms, key=len, default=module)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


ALL = dict(modules())


@pytest.mark.parametrize("module", sorted(ALL))
def test_no_arrow_points_outward(module: str) -> None:
    here = room(module)
    if here in OUTER:
        return
    known = {room(name) for name in imports(ALL[module]) if name.split(".")[0] in {"bot", "cogs"}}
    assert known - {here} <= MAY_KNOW[here]


@pytest.mark.parametrize("module", sorted(ALL))
def test_libraries_stay_in_their_rooms(module: str) -> None:
    used = {name.split(".")[0] for name in imports(ALL[module])}
    for library in used & set(ONLY_IN):
        assert room(module) in ONLY_IN[library], f"{module} knows {library}"


def test_the_domain_is_pure() -> None:
    outside = {
        name.split(".")[0] for module, path in ALL.items() if room(module) == "bot.domain" for name in imports(path)
    }
    assert outside <= set(sys.stdlib_module_names) | {"bot"}


def test_only_the_clock_asks_for_the_time() -> None:
    asks = {"now", "utcnow", "today"}
    for module, path in ALL.items():
        if module in {"bot.clock", "bot.demo.run"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in asks and isinstance(node.value, ast.Name):
                assert node.value.id not in {"datetime", "date"}, f"{module}, line {node.lineno}"


def test_every_file_says_what_it_is_for_and_stays_short() -> None:
    for module, path in ALL.items():
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{module} has no first line"
        assert len(text.splitlines()) <= LONGER.get(module, 320), f"{module} is too long"
