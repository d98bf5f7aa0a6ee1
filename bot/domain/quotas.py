"""How much one student may keep, so that a script cannot fill the database. A person never gets near it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """Most rows of one student, archived and finished ones included."""

    contacts: int = 2_000
    entries: int = 5_000
    """Most requests, most interviews and most to-dos: each of the three may be as many."""
    with_one: int = 200
    """Most requests to one contact, and most interviews with one: those are looked at together."""


STANDARD = Quota()
"""Where nothing else is set."""
