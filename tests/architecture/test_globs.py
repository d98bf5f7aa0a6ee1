"""A test that looks through the project's files fails when it finds none, instead of checking nothing."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import files

TESTS = Path(__file__).parents[1]
LOOK_THROUGH_THE_PROJECT = ("architecture", "handbook", "services")
"""Folders whose tests do; elsewhere it is a test's own folder that is looked into, which may well be empty."""


def test_a_pattern_that_fits_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has it moved"):
        files(tmp_path)
    with pytest.raises(AssertionError, match="has it moved"):
        files(TESTS / "no_such_folder")


def test_every_such_test_looks_through_what_is_there() -> None:
    for folder in LOOK_THROUGH_THE_PROJECT:
        for path in files(TESTS / folder):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute):
                    assert node.attr not in {"glob", "rglob"}, f"{path.name}, line {node.lineno}: use `files`"
