"""SQLite without threads: what a run does comes in the same order every time."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from queue import SimpleQueue
from typing import Any

import aiosqlite
from sqlalchemy import Engine, event

from bot.storage.sqlite.connection import InPlaceConnection


def use(engine: Engine) -> None:
    """Have every connection of `engine` work in the loop. To be called before the first one is opened."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _never_wait_for_the_disk)


def _connect(_dialect: object, _record: object, _positional: object, options: dict[str, Any]) -> None:
    options["async_creator_fn"] = _InTheLoop


def _never_wait_for_the_disk(connection: Any, _record: object) -> None:
    """A process that stops takes nothing along that the system has; a power cut is another trial's business."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


class _NextTurn(SimpleQueue[tuple[asyncio.Future[object] | None, Callable[[], object]]]):
    """What aiosqlite hands to its thread is done in the next turn of the loop: each run takes the same steps."""

    def put_nowait(self, item: tuple[asyncio.Future[object] | None, Callable[[], object]]) -> None:
        asyncio.get_running_loop().call_soon(_do, *item)


def _do(future: asyncio.Future[object] | None, work: Callable[[], object]) -> None:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
        if future is not None and not future.done():
            future.set_exception(error)
    else:
        if future is not None and not future.done():
            future.set_result(result)


class _InTheLoop(InPlaceConnection):
    """Needs no thread."""

    def __init__(self, file: str, **options: Any) -> None:
        super().__init__(partial(sqlite3.connect, file, **options), iter_chunk_size=64)
        self._tx = _NextTurn()

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()
