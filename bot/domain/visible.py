"""Text as people see it: without characters that show nothing, or that change how the text around them is read."""

import re
import unicodedata

_UNSEEN = re.compile(
    "(\N{WAVING BLACK FLAG}[\U000e0020-\U000e007f]+)"  # the flags of England, Scotland and Wales
    "|["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters, but for those that end a line
    "\u00ad\u180e\u200b\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # nothing, with a width of nothing
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # what turns the direction of the text behind it
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters without a shape
    "]"
)
_MARKS = {"Mn", "Me"}
"""Unicode's categories of what is drawn above, below or around a letter."""
_STACKED = 5
"""Marks on one letter, more than any writing puts there; without a limit they would cover the lines around."""
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def visible(text: str) -> str:
    """The text without what cannot be seen, line breaks and what joins emoji kept, and few marks on a letter."""
    text = _UNSEEN.sub(lambda match: match[1] or "", text)
    return text if text.isascii() else _thinned(text)


def _thinned(text: str) -> str:
    kept, stacked = [], 0
    for character in text:
        stacked = stacked + 1 if unicodedata.category(character) in _MARKS else 0
        if stacked <= _STACKED:
            kept.append(character)
    return "".join(kept)


def isolated(text: str) -> str:
    """The text so that words written from right to left in it do not rearrange those around it."""
    if text.isascii() or not any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text):
        return text
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
