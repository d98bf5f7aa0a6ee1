"""What Discord makes of a text, as far as a card must know it; and text that tries to be more than text.

`drawn` is stricter than Discord: what it does not find, no client draws.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_HIDDEN = "\ue000"
"""What stands for an escaped character: nothing that a pattern looks for."""
_TIMESTAMP = re.compile(r"<t:(-?\d+)(?::[tTdDfFR])?>")
_KINDS = {
    "code block": re.compile(r"```()"),
    "code": re.compile(r"(?s)(?<!`)`+([^`]+)`+"),
    "link": re.compile(r"(?s)\[.*?\]\((.*?)\)"),
    "address": re.compile(r"\b(\w+://\S)"),
    "mention": re.compile(r"<([^\s>][^>\n]*)>"),
    "everybody": re.compile(r"@(everyone|here)"),
    "emoji": re.compile(rf":([^\s:{_HIDDEN}]+):"),
    "spoiler": re.compile(r"(?s)\|\|(.+?)\|\|"),
    "underline": re.compile(r"(?s)__(.+?)__"),
    "bold": re.compile(r"(?s)\*\*(.+?)\*\*"),
    "italic": re.compile(r"(?s)(?<![*_])[*_](?![*_\s])(.+?)[*_](?![*_])"),
    "strike": re.compile(r"(?s)~~(.+?)~~"),
    "heading": re.compile(r"(?m)^#{1,3}[^\S\n]+(.+)"),
    "small": re.compile(r"(?m)^-#[^\S\n]+(.+)"),
    "quote": re.compile(r"(?m)^[^\S\n]*>{1,3}[^\S\n]+(.+)"),
    "list": re.compile(r"(?m)^[^\S\n]*(?:[*-]|\d+\.)[^\S\n]+(.+)"),
}
NEVER = {"code block", "link", "address", "mention", "everybody", "emoji", "spoiler", "underline"}
"""What no card of ours uses."""
TAG = "gotcha"
"""What stands first in everything that a hostile text tries to be."""

HOSTILE = (
    f"**{TAG}**",
    f"__{TAG}__",
    f"*{TAG}* _{TAG}_",
    f"~~{TAG}~~",
    f"||{TAG}||",
    f"`{TAG}`",
    f"```ansi\n\x1b[31m{TAG}\n```",
    f"# {TAG}",
    f"x\n### {TAG}\n  - {TAG}\n12. {TAG}",
    f"-# {TAG}",
    f"> {TAG}\n>>> {TAG}",
    "[bank](https://evil.example)",
    "[one](two) [bank](<https://evil.example> 'bank')",
    "\\[bank\\](https://evil.example)",
    "https://evil.example/**a**/_b_",
    "https://bank.example@evil.example/login",
    "<https://evil.example>",
    "javascript:alert(1) file:///etc/passwd discord://x/y data:text/html,x",
    "<@123456789012345678> <@!1> <@&2> <#3>",
    "<id:customize> </mydata delete:4>",
    "<t:666:R> <t:666>",
    "<:ok:1> <a:ok:22> :skull: :+1:",
    "@everyone @here",
    "\u202egnp.exe\u202c \u2066a\u2069 \u200fb\u061c",
    "אנה ליلى 12",
    "a\u200bb\u2060c\ufeffd\u00ade\u3164f\U000e0061g",
    "Z" + "\u0336\u0489\u0310" * 20 + "a",
    "back\\slash \\* \\\\* \\",
    "x\x00y\x1b[31mz\x85w",
    "* ** *** _ __ ~~ || ` `` [ ] ( ) < >",
)
"""One of each kind of mischief."""


def _quiet(text: str) -> str:
    return _ESCAPED.sub(_HIDDEN, text)


def read(text: str) -> str:
    """What a person reads of the characters: the escaped ones without their backslash."""
    return _ESCAPED.sub(r"\1", text)


def drawn(text: str) -> Iterator[tuple[str, str]]:
    """Everything that is drawn as more than text: what it is, and what is in it."""
    quiet = _quiet(text)
    for match in _TIMESTAMP.finditer(quiet):
        yield "timestamp", match[1]
    quiet = _TIMESTAMP.sub("", quiet)
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(quiet):
            yield kind, match[1]


def mischief(text: str) -> list[tuple[str, str]]:
    """What is drawn in a card's text though the card did not put it there."""
    return [
        (kind, content)
        for kind, content in drawn(text)
        if kind in NEVER or content.strip().startswith(TAG) or (kind, content) == ("timestamp", "666")
    ]


def misshapen(text: str, *, lines: bool = False) -> list[str]:
    """Characters that are not seen or that change how others are read; `lines`: the text may have several."""
    wrong = [ascii(each) for each in text if _is_wrong(each) and not (lines and each in "\n\t")]
    wrong += ["an isolate that is open"] * (text.count("\u2068") != text.count("\u2069"))
    return wrong + ["marks on marks"] * (_stacked(text) > 5)


def _is_wrong(each: str) -> bool:
    if each in "\u2068\u2069\u200c\u200d":
        return False
    return unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"} or each in "\u034f\u115f\u1160\u2800\u3164\uffa0"


def _stacked(text: str) -> int:
    most = now = 0
    for each in text:
        now = now + 1 if unicodedata.category(each) in {"Mn", "Me"} else 0
        most = max(most, now)
    return most


_TYPED_INTO = 4


def labels(components: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What buttons, menus and fields say: text that no markdown is made of."""
    for part in components:
        for key in ("label", "placeholder", "description"):
            # The grey example in a field to type into is ours, and may have lines.
            if part.get(key) and part.get("type") != _TYPED_INTO:
                yield part[key]
        yield from labels(part.get("options") or [])
