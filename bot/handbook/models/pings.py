"""pings.toml: the reminders."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from bot.domain.reminders.reminder import ReminderKind
from bot.handbook.fields import Advice, Frozen, by_key

COMBINED = "combined"
"""The one message that stands for all that came due while the bot was away."""
READY = "thank_you_ready"
"""A thank-you ping before the deadline, about a note that is written and not sent."""
_ABOUT_NOBODY = frozenset(
    {ReminderKind.TODO_DUE, ReminderKind.INACTIVE_FIRST, ReminderKind.INACTIVE_SECOND, COMBINED}
)

Pings: TypeAlias = Annotated[
    Mapping[str, Advice],
    by_key(Advice, {kind: () if kind in _ABOUT_NOBODY else ("name",) for kind in (*ReminderKind, COMBINED, READY)}),
]
"""A title and a text for each kind of ping, and for the special ones; `name` is the contact's."""


class PingsFile(Frozen):
    """pings.toml."""

    ping: Pings
