"""How long Discord may take for an answer: the student's turn is kept meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SECONDS = 3.0
"""Discord itself takes no later answer to a press. discord.py would try again for 25 seconds after each 5xx."""
_BYTES_A_SECOND = 100_000
"""Of a file, on a slow line."""


class UnansweredError(Exception):
    """Discord did not take an answer in time. What was done before it is done, and the next press shows it."""


@asynccontextmanager
async def in_time(size: int = 0) -> AsyncIterator[None]:
    """Around one request to Discord that a student's turn waits for; `size`: bytes of its files.

    Raises UnansweredError when it takes too long.
    """
    try:
        async with asyncio.timeout(SECONDS + size / _BYTES_A_SECOND):
            yield
    except TimeoutError as error:
        raise UnansweredError from error
