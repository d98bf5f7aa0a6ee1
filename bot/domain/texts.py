"""What a person types, as rules take it: with something to see in it, and no longer than there is room for."""

import unicodedata

from bot.domain.errors import CoachError, Code
from bot.domain.wording import one_line

_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
"""Unicode's categories of characters that leave no mark."""


def checked_length(text: str, field: str, limit: int) -> str:
    """The text as it is. Raises TOO_LONG above `limit` characters."""
    if len(text) > limit:
        raise CoachError(Code.TOO_LONG, field=field, limit=limit, length=len(text))
    return text


def checked_text(text: str, field: str, limit: int) -> str:
    """The text without outer white space. Raises BLANK when nothing is left, TOO_LONG above `limit` characters."""
    text = text.strip()
    if not text:
        raise CoachError(Code.BLANK, field=field)
    return checked_length(text, field, limit)


def checked_name(text: str, field: str, limit: int) -> str:
    """The name on one line. Raises BLANK when nothing in it can be seen, TOO_LONG above `limit` characters."""
    name = one_line(text)
    if all(unicodedata.category(character) in _UNSEEN for character in name):
        raise CoachError(Code.BLANK, field=field)
    return checked_length(name, field, limit)


def clip(text: str, limit: int) -> str:
    """The text, or as much of it as fits with an ellipsis into `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def whole_number(text: str) -> int | None:
    """A number written in digits, such as a row's; None for what is none or fits no table."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


_DIGITS = 18
"""Digits that always fit 64 bits."""


def row_token(number: int) -> str:
    """Text that names exactly one row, whatever others are called."""
    return f"#{number}"


def read_row_token(text: str) -> int | None:
    """The number in what `row_token` writes; None for any other text."""
    text = text.strip()
    return whole_number(text[1:]) if text.startswith("#") else None
