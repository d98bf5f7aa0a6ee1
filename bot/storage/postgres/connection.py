"""Sees to it that a database server that is slow, busy or away holds nobody up, and that its return is noticed.

A unit of work has a moment to be done, and fails rather than keep a student waiting. A connection that the server
has closed, as in a restart, is noticed without asking the server. One that got no answer makes every other as
doubtful, so that the next unit begins on a new one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.places import shown
from bot.storage.errors import REMEDIES, StorageProblem, StorageUnavailableError, problem_of, trouble_of_state
from bot.storage.postgres.refusals import for_driver

log = logging.getLogger(__name__)

LOCKED_SECONDS = 2
"""How long a unit waits for another one's lock: less than the 3 seconds in which Discord wants an answer."""
PATIENCE, AT_WORK = 2.5, 30
"""Seconds that a unit may take in all: one that a student waits for, and one that does something for many."""
_DIAL = 5
"""Seconds to reach the server, at a start; a unit of work does not wait as long."""
_GOODBYE = 0.1
"""Seconds for a server to take note that a connection is closed."""
_ASLEEP = 10
"""Seconds after which the server ends a transaction of a process that is frozen or cut off, and frees its locks."""
CONNECTIONS = 10
"""That one process has open at most. A PostgreSQL as it comes has 100."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """One that does not wait long for a server that says nothing any more."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's own signature
        await super().close(timeout=_GOODBYE if timeout is None else min(timeout, _GOODBYE))


async def _connect(**options: Any) -> Any:
    """What SQLAlchemy opens a connection with; `options` are what stands in the address.

    Raises StorageUnavailableError.
    """
    try:
        return await asyncpg.connect(**for_driver(options), connection_class=_Connection)
    except (OSError, TimeoutError) as error:
        raise StorageUnavailableError(StorageProblem.AWAY) from error
    except asyncpg.exceptions.TargetServerAttributeNotMatched as error:
        raise StorageUnavailableError(StorageProblem.READ_ONLY) from error
    except asyncpg.ClientConfigurationError as error:
        raise StorageUnavailableError(StorageProblem.REFUSED) from error
    except asyncpg.PostgresError as error:
        trouble = trouble_of_state(error.sqlstate)
        # Nothing was begun, so nothing is in doubt.
        raise StorageUnavailableError(
            StorageProblem.AWAY if trouble in {None, StorageProblem.LOST} else trouble
        ) from error


def open_server(url: URL) -> AsyncEngine:
    """An engine on a PostgreSQL server; asks it nothing yet."""
    settings = {"lock_timeout": LOCKED_SECONDS, "idle_in_transaction_session_timeout": _ASLEEP}
    return create_async_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,
        connect_args={
            "async_creator_fn": _connect,
            "timeout": _DIAL,
            "server_settings": {name: f"{seconds}s" for name, seconds in settings.items()},
        },
    )


class ServerConnection:
    """Stands at the door of every unit of work on one server."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._url = engine.url
        self._heard_at = self._doubted_at = -1.0
        """When a unit last came to its end, and when the server last left one without an answer."""
        self._said: StorageProblem | None = None
        """What the operator was told last, until a unit succeeds again."""
        event.listen(engine.sync_engine, "connect", _note_birth)
        event.listen(engine.sync_engine, "checkout", self._look_at)

    @asynccontextmanager
    async def work(self, *, patient: bool) -> AsyncIterator[None]:
        """Around one unit of work. Raises StorageUnavailableError when it takes too long.

        `patient`: no student waits for it.
        """
        begun_at = monotonic()
        try:
            async with asyncio.timeout(AT_WORK if patient else PATIENCE):
                yield
        except TimeoutError as error:
            if self._heard_at < begun_at:  # else it is slow, and answers others
                self._doubted_at = monotonic()
            self._say(StorageProblem.LOST)
            raise StorageUnavailableError(StorageProblem.LOST) from error
        except (DBAPIError, StorageUnavailableError) as error:
            if (trouble := problem_of(error)) is not None:
                self._say(trouble)
            raise
        else:
            self._heard_at = monotonic()
            self._well()

    def _look_at(self, connection: Any, record: Any, _proxy: object) -> None:
        """Before a connection is used again."""
        if connection.driver_connection.is_closed() or record.info.get(_BORN, 0.0) <= self._doubted_at:
            raise InvalidatePoolError

    def _say(self, trouble: StorageProblem) -> None:
        if trouble is not self._said:
            log.error(
                "%s The bot goes on by itself afterwards. The database: %s", REMEDIES[trouble], shown(self._url)
            )
            self._said = trouble

    def _well(self) -> None:
        if self._said is not None:
            log.warning("the storage works again")
            self._said = None


_BORN = "born"
"""When a connection was opened."""


def _note_birth(_connection: object, record: Any) -> None:
    record.info[_BORN] = monotonic()
