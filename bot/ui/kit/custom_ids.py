"""The codec of custom_ids: a button, select or form carries where it leads, so it works after any restart.

A route reads `<kind><version>:<action>:<owner>:<arguments>`, for example `b1:request.sent:4k9z:42`.
"""

import string
from dataclasses import dataclass
from enum import StrEnum

LIMIT = 100
"""Discord's limit for a custom_id, in characters."""

VERSION = "1"
"""Rises when the meaning of old routes changes; older ones then answer that the card has moved on."""

_DIGITS = string.digits + string.ascii_lowercase


class ComponentKind(StrEnum):
    """What carries the route. Each has its own prefix, so that no two patterns match the same custom_id."""

    BUTTON = "b"
    SELECT = "s"
    FORM = "f"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a press leads: an action by name, whose card it is on, and the arguments as text."""

    action: str
    owner: int
    args: tuple[str, ...] = ()


def encode(kind: ComponentKind, route: Route) -> str:
    """The custom_id of `route`. Raises ValueError when it would not survive the way back."""
    parts = (f"{kind}{VERSION}", route.action, _to_base36(route.owner), *route.args)
    if any(":" in part for part in parts):
        raise ValueError(f"a part of {route.action!r} holds a colon")
    custom_id = ":".join(parts)
    if len(custom_id) > LIMIT:
        raise ValueError(f"the route to {route.action!r} is {len(custom_id)} characters long")
    return custom_id


def decode(custom_id: str) -> Route | None:
    """The route in `custom_id`, or None for one that `encode` of this version did not make."""
    try:
        head, action, owner, *args = custom_id[: LIMIT + 1].split(":")
        if not set(owner) <= set(_DIGITS):
            return None
        route = Route(action, int(owner, 36), tuple(args))
        return route if encode(ComponentKind(head[:1]), route) == custom_id else None
    except ValueError:
        return None


def _to_base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
