"""What a column is kept for: said where the column is defined, and read by PRIVACY.md and by tests."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column

_KEY = "classified"
KEPT = "until you delete it"
EXPORTED = "JSON and CSV"
WITH_YOU = "`/mydata delete`"
WITH_CONTACT = "`/contact delete`, `/mydata delete`"


class Whose(StrEnum):
    """Whom a value tells something about."""

    YOU = "you"
    CONTACT = "your contact"
    NOBODY = "nobody"
    """The bot itself. No student's id, words or doings."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The five answers that a privacy office asks for; each is a cell of the table in PRIVACY.md."""

    whose: Whose
    why: str
    kept: str
    """How long."""
    exported: str
    """How a student takes it along; empty for what is no student's."""
    erased: str
    """By what."""


Info = dict[Any, Any]
"""What `mapped_column(info=...)` takes."""


def of_student(why: str, *, kept: str = KEPT, erased: str = WITH_YOU) -> Info:
    """The student's own, and on nothing but the student."""
    return {_KEY: Classified(Whose.YOU, why, kept, EXPORTED, erased)}


def of_student_on_contact(why: str, *, kept: str = KEPT) -> Info:
    """The student's own, on a contact: it goes with the contact too."""
    return of_student(why, kept=kept, erased=WITH_CONTACT)


def of_other_person(why: str) -> Info:
    """About another person, as the student told it."""
    return {_KEY: Classified(Whose.CONTACT, why, KEPT, EXPORTED, WITH_CONTACT)}


def of_nobody(why: str, *, kept: str) -> Info:
    """Of no person."""
    return {_KEY: Classified(Whose.NOBODY, why, kept, "", "")}


def classified(column: Column[Any]) -> Classified:
    """What `column` is kept for. Raises KeyError when nobody said so."""
    found: Classified = column.info[_KEY]
    return found
