"""What stands in the place of a text that is not as it was written: changed, moved or cut outside of the bot.

It is a text like any other, so no list, card or file breaks on it and none needs to know of it. It is never kept:
what would put it into a student's words is refused.
"""

from typing import Any

DAMAGED = "[This text is damaged]"
"""No rule reads anything in it, no form is too short for it, and nobody types it by chance."""
LOST = "(lost)"
"""In its place where one is needed, when it comes back with an export."""


def holds_damage(text: str) -> bool:
    """Whether such a line stands in `text`, as in a letter that was made of it."""
    return DAMAGED.casefold() in text.casefold()


def is_damaged(value: Any) -> bool:
    """Whether `value` is no text or form of a student's, but stands for one. Such a form is empty; no other is."""
    return isinstance(value, str | dict) and value in (DAMAGED, {})
