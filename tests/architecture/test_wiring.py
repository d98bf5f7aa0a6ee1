"""Every action that a card or form can name has a handler, and every handler is reachable."""

import ast
import re
from pathlib import Path

from bot.settings import Settings
from cogs import COGS
from tests.support.sources import files
from tests.support.world import World

ROOT = Path(__file__).parents[2]
ON_OLD_CARDS = {"todo.show"}
"""What only buttons of earlier versions lead to: they stay in students' DMs, and work on."""
ACTION = re.compile(r"[a-z]+(?:\.[a-z_]+)+")


def strings(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def named_in_ui(actions: set[str]) -> set[str]:
    """Actions that stand as text anywhere in the drawing code, the cogs' own registrations apart."""
    found: set[str] = set()
    for path in [*files(ROOT / "bot" / "ui"), *files(ROOT / "cogs")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                node.decorator_list = [d for d in node.decorator_list if "action" not in ast.dump(d)[:60]]
        found |= strings(tree) & actions
    return found


async def test_every_cog_registers_and_every_action_is_reachable(rapport: World) -> None:
    assert {type(cog) for cog in rapport.bot.cogs.values()} == set(COGS)
    handlers = set(rapport.bot.router.handlers)
    assert handlers
    assert handlers - named_in_ui(handlers) == ON_OLD_CARDS


async def test_every_action_named_on_a_card_has_a_handler(rapport: World) -> None:
    handlers = rapport.bot.router.handlers
    steps = {name.split(".")[0] for name in handlers}
    for path in [*files(ROOT / "bot" / "ui"), *files(ROOT / "cogs")]:
        for text in strings(ast.parse(path.read_text(encoding="utf-8"))):
            if ACTION.fullmatch(text) and text.split(".")[0] in steps:
                assert text in handlers, f"{path.name}: nobody handles {text!r}"


def test_nothing_happens_at_import() -> None:
    # `create_bot` is the only place that builds: settings are read when asked for, not before.
    assert Settings(_env_file=None).discord_token is None
