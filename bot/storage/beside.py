"""Statements that had better not run in the event loop: whoever writes very many rows says so here.

On SQLite, whose statements run in the loop otherwise, they go to the thread of the connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

BESIDE: ContextVar[bool] = ContextVar("beside_the_loop", default=False)


@contextmanager
def beside_the_loop() -> Iterator[None]:
    """Around statements about so many rows that the loop had better not wait for them."""
    before = BESIDE.set(True)
    try:
        yield
    finally:
        BESIDE.reset(before)
