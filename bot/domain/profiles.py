"""What students tell about themselves, and how much of it."""

from enum import StrEnum

from bot.domain.text.input import checked_length, checked_name, one_line


class ProfileField(StrEnum):
    """A part of the profile, by the words in which it is asked for."""

    NAME = "Your name"
    SCHOOL = "School, year, major"
    ABOUT = "About you in one line"
    INTERESTS = "Fields that interest you"


class Naming(StrEnum):
    """Whether reminders, which others may read on a locked phone, say names, to-do words and places."""

    SHOW = "show"
    HIDE = "hide"


LIMITS = {ProfileField.NAME: 80, ProfileField.SCHOOL: 150, ProfileField.ABOUT: 200, ProfileField.INTERESTS: 200}
"""Longest text of each part, in characters."""


def checked(field: ProfileField, text: str) -> str:
    """The text on one line. Raises TOO_LONG, and BLANK for a name in which nothing can be seen."""
    if field is ProfileField.NAME:
        return checked_name(text, field.value, LIMITS[field])
    return checked_length(one_line(text), field.value, LIMITS[field])
