"""Where a text stands, which it is bound to when it is encrypted."""

from typing import NamedTuple


class CellPlace(NamedTuple):
    """Where a text belongs."""

    table: str
    column: str
    student: int
    """Whose row it is in; 0 for the bot's own."""

    @property
    def context(self) -> bytes:
        """The same for no other place: no name has a zero in it."""
        return f"{self.table}\0{self.column}\0{self.student}".encode()
