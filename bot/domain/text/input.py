"""What a person types, as rules take it: with something to see in it, and no longer than there is room for."""

from collections.abc import Iterable

from bot.domain.errors import CoachError, Code
from bot.domain.text.unicode import is_blank
from bot.domain.text.wording import one_line


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
