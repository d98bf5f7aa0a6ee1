"""Which to-do somebody means by what they typed: by its words, or by what is much alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rapidfuzz import fuzz

from bot.domain.contacts import NAME_LIMIT, fold
from bot.domain.todos import TEXT_LIMIT
from bot.services.slices.reading import Deadline, each_of
from bot.services.todos.views import TodoView

_SUGGESTIONS = 25
_LOOKS_LIKE = 70
"""Likeness (0..100) from which on a typed text may mean a to-do."""
_TYPED = TEXT_LIMIT + NAME_LIMIT + 3
"""Characters of what was typed that are looked at: no label is longer."""
_COMPARED = TEXT_LIMIT
"""Folded characters of a to-do in which likeness is measured, as that takes the square of them."""


@dataclass(frozen=True, slots=True)
class _Folded:
    """A to-do for comparing."""

    todo: TodoView
    text: str
    label: str


def _fold(todo: TodoView) -> _Folded:
    text = fold(todo.text)
    return _Folded(todo, text, f"{text} · {fold(todo.contact_name)}" if todo.contact_name else text)


async def meant(todos: Sequence[TodoView], typed: str) -> tuple[TodoView, ...]:
    """Those that somebody may mean, best match first."""
    query = fold(typed[:_TYPED])
    folded = await each_of(todos, _fold)
    same = tuple(one.todo for one in folded if query in {one.text, one.label})
    return same[:1] or await _matching(folded, query)


async def _matching(
    folded: Sequence[_Folded], query: str, deadline: Deadline | None = None
) -> tuple[TodoView, ...]:
    """What holds every typed word; else what is much alike."""
    words = query.split()
    holds = await each_of(folded, lambda one: all(word in one.label for word in words))
    if holding := tuple(one.todo for one, is_held in zip(folded, holds, strict=True) if is_held):
        return holding
    likeness = await each_of(folded, partial(_likeness, query[:_COMPARED]), deadline=deadline)
    ranked = sorted(zip(likeness, folded, strict=False), key=lambda pair: -pair[0])
    return tuple(one.todo for how_much, one in ranked[:_SUGGESTIONS] if how_much)


def _likeness(query: str, one: _Folded) -> float:
    """From 0..100; 0 for what is hardly alike."""
    return fuzz.WRatio(query, one.text[:_COMPARED], score_cutoff=_LOOKS_LIKE)


async def suggestions(
    todos: Sequence[TodoView], typed: str, deadline: Deadline | None = None
) -> tuple[TodoView, ...]:
    """At most 25 for what has been typed so far; once the deadline is over, of those looked at."""
    query = fold(typed[:_TYPED])
    if not query:
        return tuple(todos[:_SUGGESTIONS])
    folded = await each_of(todos, _fold, deadline=deadline)
    return (await _matching(folded, query, deadline))[:_SUGGESTIONS]
