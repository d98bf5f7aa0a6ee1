"""The house: folders stay small, no two lean on each other, and no two public classes share a name."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from tests.support.sources import files

ROOT = Path(__file__).parents[2]
MOST_ENTRIES = 17
"""Of a folder, without its __init__: more than one look takes in."""
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ("bot", "cogs")
    for path in files(ROOT / room)
    if "migrations" not in path.parts
}
FOLDERS = sorted({path.parent for path in MODULES.values()})


def trees() -> Iterator[tuple[str, ast.Module]]:
    return ((name, ast.parse(path.read_text(encoding="utf-8"))) for name, path in MODULES.items())


def imported() -> Iterator[tuple[str, str]]:
    """Who imports whom, by module."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    target = f"{node.module}.{alias.name}"
                    found = target if target in MODULES else node.module
                    if found in MODULES and found != name:
                        yield name, found


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 200
    assert len(FOLDERS) > 30


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_folder_outgrows_a_look(folder: Path) -> None:
    entries = {entry.name for entry in folder.iterdir()} - {"__init__.py", "__pycache__", "py.typed"}
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


def test_no_two_folders_lean_on_each_other() -> None:
    leans: dict[tuple[Path, Path], tuple[str, str]] = {}
    for name, target in imported():
        here, there = MODULES[name].parent, MODULES[target].parent
        # bot/ itself puts everything together, and has what everybody knows, such as the clock.
        if ROOT / "bot" not in {here, there} and here not in {there, *there.parents} and there not in here.parents:
            leans[here, there] = (name, target)
    both = [(leans[a, b], leans[b, a]) for a, b in combinations(FOLDERS, 2) if {(a, b), (b, a)} <= leans.keys()]
    assert both == []


def test_no_import_goes_in_a_circle() -> None:
    knows: dict[str, set[str]] = defaultdict(set)
    for name, target in imported():
        knows[name].add(target)
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for target in sorted(knows[name]):
                visit(target, (*way, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


def test_no_two_public_classes_share_a_name() -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for name, tree in trees():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named[node.name].append(name)
    assert {name: where for name, where in named.items() if len(where) > 1} == {}


def test_dates_are_written_the_same_way_everywhere() -> None:
    """Windows knows no %-d, and nobody but Windows knows %#d."""
    found = [
        name for name, path in MODULES.items() if re.search(r"%[-#_^][a-zA-Z]", path.read_text(encoding="utf-8"))
    ]
    assert found == []
