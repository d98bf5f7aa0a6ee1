"""What students tell about themselves, and how much of it."""

from enum import StrEnum

from bot.domain.texts import checked_length, checked_name
from bot.domain.wording import one_line


class Field(StrEnum):
    """A part of the profile, by the words in which it is asked for."""

    NAME = "Your name"
    SCHOOL = "School, year, major"
    ABOUT = "About you in one line"
    INTERESTS = "Fields that interest you"


class Naming(StrEnum):
    """Whether reminders, which others may read on a locked phone, say names, to-do words and places."""

    SHOW = "show"
    HIDE = "hide"


LIMITS = {Field.NAME: 80, Field.SCHOOL: 150, Field.ABOUT: 200, Field.INTERESTS: 200}
"""Longest text of each part, in characters."""


def checked(field: Field, text: str) -> str:
    """The text on one line. Raises TOO_LONG, and BLANK for a name in which nothing can be seen."""
    if field is Field.NAME:
        return checked_name(text, field.value, LIMITS[field])
    return checked_length(one_line(text), field.value, LIMITS[field])
