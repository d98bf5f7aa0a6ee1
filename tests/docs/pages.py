"""The pages, and what stands in them: blocks of code, commands, and words of the bot."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_FENCED = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Example:
    """A block of code in a page."""

    page: Path
    line: int
    kind: str
    """What stands behind the three marks."""
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}:{self.kind or 'of no kind'}"


def examples(page: Path) -> Iterator[Example]:
    """Every block of code, also one that is part of a list."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCED.finditer(text):
        yield Example(page, text[: found.start()].count("\n") + 1, found[2], dedent(found[3]))


def spans(page: Path) -> Iterator[str]:
    """What is marked as code within a line."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    yield from _INLINE.findall(text)


EXAMPLES = [example for page in PAGES for example in examples(page)]


def shell_lines() -> Iterator[tuple[Path, str]]:
    """Every command for a shell, in a block or within a line."""
    for example in EXAMPLES:
        if example.kind == "sh":
            yield from ((example.page, line) for line in example.text.splitlines() if line.strip())
    for page in PAGES:
        for span in spans(page):
            if re.match(r"(?:[A-Z_]+=\S* )*(?:python -m|pip install|nox|bash|alembic|pre-commit) ", span):
                yield page, span


def sentences_of_the_bot() -> str:
    """All that the code may say, one text after the other; what is put into it shows as `{}`."""
    said = []
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                said.append("".join(_part(value) for value in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.append(node.value)
    return "\n".join(said)


def _part(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "{}"
