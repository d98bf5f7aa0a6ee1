"""What the pages say is there: each test that they name, each file that they link to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import files

ROOT = Path(__file__).parents[2]
PAGES = sorted([*files(ROOT, "*.md", below=False), *files(ROOT / "docs", "*.md")])
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_LINKED = re.compile(r"\]\((?!https?://|#)([^)#]+)(#[^)]*)?\)")
_EXAMPLE = "clippings"
"""A step that CONTRIBUTING.md builds in mind."""


def functions_of(file: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, functions)
    }


def headings(page: Path) -> Iterator[str]:
    """The anchors of a page's headings, as they are made of their words."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            yield "#" + re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for file, name in _NAMED.findall(text):
        if _EXAMPLE in file:
            continue
        assert (ROOT / file).is_file(), file
        assert not name or name in functions_of(ROOT / file), f"{file}::{name}"
    for target, anchor in _LINKED.findall(text):
        linked = page.parent / target
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked), target + anchor


def test_a_file_of_the_code_that_is_named_is_there() -> None:
    """By its path, or the end of one."""
    there = [f"/{path.relative_to(ROOT).as_posix()}" for path in files(ROOT)]
    for page in PAGES:
        for name in re.findall(r"`([\w/]+\.py)`", page.read_text(encoding="utf-8")):
            assert _EXAMPLE in name or any(path.endswith(f"/{name}") for path in there), f"{page.name}: {name}"


def test_some_are_named() -> None:
    named = [found for page in PAGES for found in _NAMED.findall(page.read_text(encoding="utf-8"))]
    assert len(named) > 40
