"""What students tell about themselves, and how much of it."""

from enum import StrEnum

from bot.domain.errors import CoachError, Code


class Part(StrEnum):
    """A part of the profile, by the words in which it is asked for."""

    NAME = "Your name"
    SCHOOL = "School, year, major"
    ABOUT = "About you in one line"
    INTERESTS = "Fields that interest you"


LIMITS = {Part.NAME: 80, Part.SCHOOL: 150, Part.ABOUT: 200, Part.INTERESTS: 200}
"""Longest text of each part, in characters."""


def checked(part: Part, text: str) -> str:
    """The text on one line. Raises TOO_LONG, and BLANK for a name in which nothing can be seen."""
    line = " ".join(text.split())
    if part is Part.NAME and not any(character.isprintable() for character in line.replace(" ", "")):
        raise CoachError(Code.BLANK, field=part.value)
    if len(line) > LIMITS[part]:
        raise CoachError(Code.TOO_LONG, field=part.value, limit=LIMITS[part], length=len(line))
    return line
