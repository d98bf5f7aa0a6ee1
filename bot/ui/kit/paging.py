"""The one pager: cuts a list into pages and offers the row to turn them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.ui.kit.card import Button

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `number` counts from 0 and is always one that exists."""

    items: Sequence[T]
    number: int
    pages: int
    total: int

    @property
    def label(self) -> str:
        """Where this is, in words; empty when there is only one page."""
        return f"Page {self.number + 1} of {self.pages} · {self.total} in all" if self.pages > 1 else ""


def page(items: Sequence[T], number: int, size: int) -> Page[T]:
    """The page `number` of `items`; one past the end gives the last."""
    pages = max(1, -(-len(items) // size))
    number = min(max(number, 0), pages - 1)
    return Page(items[number * size : (number + 1) * size], number, pages, len(items))


def turners(shown: Page[T], action: str, *args: str | int) -> tuple[Button, ...]:
    """“Previous” and “Next” for `action(press, page, *args)`; nothing when one page holds everything."""
    if shown.pages == 1:
        return ()
    return (
        Button("Previous", action, (max(shown.number - 1, 0), *args), disabled=shown.number == 0),
        Button("Next", action, (shown.number + 1, *args), disabled=shown.number == shown.pages - 1),
    )
