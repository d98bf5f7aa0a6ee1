"""Work over many rows of one student in slices, with everybody else's turn in between."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar, TypeVarTuple

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
R = TypeVar("R")
Ts = TypeVarTuple("Ts")

ROWS = 25
"""That are read, or looked at, in one go: some milliseconds, whatever stands in them."""
CHARACTERS = 10_000
"""Of text that is looked at in one go, where a row may have more of it than usual."""
_FEW = 2 * ROWS
"""That are compared while others wait for their turn to write."""


class Deadline:
    """Until when something is worth doing. What is done in slices looks at it after each one."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = asyncio.get_running_loop().time() + seconds

    @property
    def over(self) -> bool:
        """It has passed: what was found so far has to do."""
        return asyncio.get_running_loop().time() >= self._ends_at


async def read_all(
    session: AsyncSession,
    query: Select[*Ts],
    make: Callable[[Row[*Ts]], T],
    *,
    deadline: Deadline | None = None,
) -> list[T]:
    """What `make` makes of each row that the query finds, in its order.

    Once the deadline is over, of the rows that were read so far.
    """
    made: list[T] = []
    rows = await session.stream(query.execution_options(yield_per=ROWS))
    try:
        while slice_ := await rows.fetchmany(ROWS):
            made += [make(row) for row in slice_]
            if len(slice_) < ROWS or (deadline is not None and deadline.over):
                break
            await asyncio.sleep(0)
    finally:
        await rows.close()
    return made


async def read_few(session: AsyncSession, query: Select[*Ts], make: Callable[[Row[*Ts]], T]) -> list[T] | None:
    """Like `read_all`, where there are so few rows that nobody minds waiting until they are compared; else None."""
    made = await read_all(session, query.limit(_FEW + 1), make)
    return made if len(made) <= _FEW else None


async def each_of(
    items: Sequence[T],
    look: Callable[[T], R],
    *,
    weight: Callable[[T], int] = lambda _: 0,
    deadline: Deadline | None = None,
) -> list[R]:
    """What `look` says of each item, in order; of the first ones only, once the deadline is over.

    `weight`: characters that it has to look at, where a single item may have very many.
    """
    seen: list[R] = []
    done = 0
    for item in items:
        seen.append(look(item))
        done += CHARACTERS // ROWS + weight(item)
        if done >= CHARACTERS:
            if deadline is not None and deadline.over:
                break
            done = 0
            await asyncio.sleep(0)
    return seen
