"""Cards draw what they are given: they compute nothing, ask nobody, and leave no line in the log."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import files

CARDS = Path(__file__).parents[2] / "bot" / "ui" / "cards"
FILES = files(CARDS)
COMPUTING = {
    "results",
    "tally",
    "gaps",
    "has_majority",
    "answered_count",
    "next_move",
    "review",
    "stage",
    "next_steps",
}
"""Rules of the domain whose outcome a view carries."""


def test_there_are_cards_to_look_at() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CARDS).as_posix())
def test_a_card_is_drawn_without_a_side_effect(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), (
            f"line {node.lineno}: a card waits for nobody"
        )
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            assert not named & {"logging", "bot.logs", "bot.clock", "secrets", "random"}, f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot.domain"):
            assert not {alias.name for alias in node.names} & COMPUTING, f"line {node.lineno}: a view carries that"
