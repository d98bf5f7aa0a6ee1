"""What a trial of a fault has to say: how much was tried, what was counted, and which promise was broken."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one kind of fault."""

    fault: str
    """Its name on the command line."""
    tried: int
    """How often the fault was caused."""
    figures: Mapping[str, float]
    """What was counted on the way, by a name that a reader understands."""
    broken: tuple[str, ...] = field(default=())
    """One line for each promise that did not hold, with what is needed to see it again. Empty: all held."""
