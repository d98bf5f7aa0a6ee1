"""pings.toml: the reminders."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from bot.domain.reminders import Kind
from bot.handbook.shapes import Advice, Frozen, by_key

COMBINED = "combined"
"""The one message that stands for all that came due while the bot was away."""
_ABOUT_NOBODY = frozenset({Kind.TODO_DUE, COMBINED})

Pings: TypeAlias = Annotated[
    Mapping[str, Advice],
    by_key(Advice, {kind: () if kind in _ABOUT_NOBODY else ("name",) for kind in (*Kind, COMBINED)}),
]
"""A title and a text for each kind of ping; `name` is the contact's."""


class PingsFile(Frozen):
    """pings.toml."""

    ping: Pings
