"""What a person types, as rules take it: with something to see in it, and no longer than there is room for.

And what cannot be seen, or changes how the text around it is read.
"""

import re
import unicodedata
from collections.abc import Iterable

from bot.domain.errors import CoachError, Code

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


def one_line(text: str) -> str:
    """The words with single spaces between them; empty when nothing of them can be seen."""
    return "" if is_blank(text) else " ".join(text.split())


def seen(text: str) -> str:
    """The text without outer white space; empty when nothing of it can be seen, as if it was left out."""
    return "" if is_blank(text) else text.strip()


def checked_length(text: str, field: str, limit: int) -> str:
    """The text as it is. Raises TOO_LONG above `limit` characters."""
    if len(text) > limit:
        raise CoachError(Code.TOO_LONG, field=field, limit=limit, length=len(text))
    return text


def checked_text(text: str, field: str, limit: int) -> str:
    """The text without outer white space. Raises BLANK when nothing in it can be seen, TOO_LONG above `limit`."""
    text = seen(text)
    if not text:
        raise CoachError(Code.BLANK, field=field)
    return checked_length(text, field, limit)


def checked_name(text: str, field: str, limit: int) -> str:
    """The name on one line. Raises BLANK when nothing in it can be seen, TOO_LONG above `limit` characters."""
    name = one_line(text)
    if not name:
        raise CoachError(Code.BLANK, field=field)
    return checked_length(name, field, limit)


def clip(text: str, limit: int) -> str:
    """The text, or as much of it as fits with an ellipsis into `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def readable(text: str) -> str:
    """The text without what no file and no database takes: the null character, and halves of characters."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def all_readable(values: Iterable[object]) -> list[str]:
    """Those of the values that are text, as `readable` has them."""
    return [readable(value) for value in values if isinstance(value, str)]


def whole_number(text: str) -> int | None:
    """A number written in digits, such as a row's; None for what is none or fits no table."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST))):
        return None
    return number if (number := int(text)) <= _LARGEST else None


_LARGEST = 2**63 - 1
"""The largest number that a table takes."""


def row_token(number: int) -> str:
    """Text that names exactly one row, whatever others are called."""
    return f"#{number}"


def read_row_token(text: str) -> int | None:
    """The number in what `row_token` writes; None for any other text."""
    text = text.strip()
    return whole_number(text[1:]) if text.startswith("#") else None
