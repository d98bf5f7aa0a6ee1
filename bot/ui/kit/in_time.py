"""How long Discord may take for an answer: the student's turn is kept meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")

SECONDS = 3.0
"""Discord itself takes no later answer to a press. discord.py would try again for 25 seconds after each 5xx."""
_BYTES_A_SECOND = 100_000
"""Of a file, on a slow line."""
_under_way: set[asyncio.Task[Any]] = set()
"""Requests that go on though nobody may wait for them any more: the loop alone would not keep them."""


class UnansweredError(Exception):
    """Discord did not take an answer in time. What was done before it is done, and the next press shows it."""


@asynccontextmanager
async def in_time(size: int = 0) -> AsyncIterator[None]:
    """Around one answer to a press, which is worth nothing later; `size`: bytes of its files.

    Raises UnansweredError when it takes too long, and it is tried no more.
    """
    try:
        async with asyncio.timeout(SECONDS + size / _BYTES_A_SECOND):
            yield
    except TimeoutError as error:
        raise UnansweredError from error


async def or_later(request: Coroutine[Any, Any, T]) -> T:
    """What comes of a request about a DM. Raises UnansweredError when it takes too long; then it goes on by itself.

    It is not cut off: it may be waiting out a global limit of Discord's, with discord.py's gate for the whole bot
    shut, which would stay shut for good.
    """
    task = asyncio.create_task(request)
    _under_way.add(task)
    task.add_done_callback(_forget)
    async with in_time():
        return await asyncio.shield(task)


def _forget(task: asyncio.Task[Any]) -> None:
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()  # there may be nobody left to be told
