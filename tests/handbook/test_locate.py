"""The line of a value in a TOML text, whatever way the text is written."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handbook.toml_lines import line_of

TEXT = '''\
# A comment = that is no key
title = "plain"
[limits]
must_ask = 5

[[topic]]
key = "one"
about = """
[[topic]]
key = "not a key"
"""
  [[topic.line]]
  text = "a"
  [[topic.line]]
  text = "b"
[[topic]]
feeds = [
  1,
  2,
]
deep.er = { text = "x", list = [{ a = 1 }] }
"quoted key" = 1
[[topic.line]]
text = "c"
[topic.more]
"a.b" = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("limits",), 3),
        (("limits", "must_ask"), 4),
        (("topic",), 6),
        (("topic", 0), 6),
        (("topic", 0, "about"), 8),
        (("topic", 0, "line"), 12),
        (("topic", 0, "line", 0, "text"), 13),
        (("topic", 0, "line", 1), 14),
        (("topic", 0, "line", 1, "text"), 15),
        (("topic", 1), 16),
        (("topic", 1, "feeds"), 17),
        (("topic", 1, "feeds", 1), 17),
        (("topic", 1, "deep", "er", "list", 0, "a"), 21),
        (("topic", 1, "quoted key"), 22),
        (("topic", 1, "line", 0, "text"), 24),
        (("topic", 1, "more", "a.b"), 26),
        (("topic", 1, "missing"), 16),
        (("topic", 0, "line", 1, "source"), 14),
        (("nowhere", 3, "x"), 1),
        ((), 1),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_of(path: tuple[str | int, ...], line: int, ends: str) -> None:
    assert line_of(TEXT.replace("\n", ends), path) == line


keys = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
words = st.text(st.sampled_from("ab é\n\\\"'[]{}=#"), max_size=20)
blocks = st.lists(st.tuples(st.integers(0, 3), st.dictionaries(keys, words, max_size=4)), max_size=6)


@given(blocks)
def test_every_key_is_found_where_it_was_written(blocks: list[tuple[int, dict[str, str]]]) -> None:
    lines: list[str] = []
    written: dict[tuple[str | int, ...], int] = {}
    for place, (blank, block) in enumerate(blocks):
        lines += ["# [[item]]", ""] * blank
        lines.append("[[item]]")
        written["item", place] = len(lines)
        for key, value in block.items():
            lines.append(f"{key} = {json.dumps(value)}")
            written["item", place, key] = len(lines)
    text = "\n".join(lines)
    assert len(tomllib.loads(text).get("item", [])) == len(blocks)
    assert {path: line_of(text, path) for path in written} == written
