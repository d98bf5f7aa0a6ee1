"""Text as people see it: without characters that show nothing, or that change how the text around them is read."""

import re
import unicodedata

_UNSEEN = re.compile(
    "(\N{WAVING BLACK FLAG}[\U000e0020-\U000e007f]+)"  # the flags of England, Scotland and Wales
    "|["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters, but for those that end a line
    "\ud800-\udfff"  # halves of characters, which no message and no file can hold
    "\u00ad\u180e\u200b\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # nothing, with a width of nothing
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # what turns the direction of the text behind it
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # how shorthand and notes join
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00013441\U00013442\U0001d159"  # signs without a shape
    "]"
)
_MARKS = {"Mn", "Me"}
"""Unicode's categories of what is drawn above, below or around a letter."""
_STACKED = 5
"""Marks on one letter, more than any writing puts there; without a limit they would cover the lines around."""
_SHAPED = "LNPS"
"""First letters of Unicode's categories of what leaves a mark by itself: letters, numbers, punctuation, symbols."""
_NEW_EMOJI = range(0x1F000, 0x1FB00)
"""Where a newer Unicode than this Python knows has its emoji: what is unassigned there may be one."""
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def visible(text: str) -> str:
    """The text without what cannot be seen, line breaks and what joins emoji kept, and few marks on a letter.

    Empty when nothing is left that leaves a mark by itself.
    """
    if _is_plain(text):
        return text if text.strip() else ""
    text = _without_unseen(text)
    if not any(map(_is_shaped, text)):
        return ""
    return text if text.isascii() else _thinned(text)


def is_blank(text: str) -> bool:
    """Whether a text is empty on the screen, which is more than empty: Discord refuses a text of such characters.

    What only changes, joins or turns other characters counts as nothing, and so does what no font has a shape for.
    """
    return not text.strip() if _is_plain(text) else not any(map(_is_shaped, _without_unseen(text)))


def _is_plain(text: str) -> bool:
    """Whether it is made of spaces, line ends and what every keyboard has: most texts are, and need no search."""
    return text.isascii() and text.replace("\n", " ").isprintable()


def _without_unseen(text: str) -> str:
    return _UNSEEN.sub(lambda match: match[1] or "", text)


def _is_shaped(character: str) -> bool:
    return unicodedata.category(character)[0] in _SHAPED or ord(character) in _NEW_EMOJI


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
