"""Which tables a database has, told without Alembic: loading it costs a start 9 MiB and a tenth of a second."""

import re

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.models import Base
from bot.storage.schema.keys import check_keys, note_key

NEWEST = "0006"
"""The revision that this version of the bot needs."""
_NUMBER = re.compile(r"[0-9]{4}")


def is_known(revision: object) -> bool:
    """Whether this version of the bot can start from `revision`; not from a later one's, or another program's.

    Others number theirs as well, such as `0001_initial`; and SQLite keeps anything in any column.
    """
    return isinstance(revision, str) and _NUMBER.fullmatch(revision) is not None and "0001" <= revision <= NEWEST


async def current(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None before the first migration."""
    async with engine.connect() as connection:
        return await connection.run_sync(read)


def read(connection: Connection) -> str | None:
    """The same, on a connection that is open."""
    if not inspect(connection).has_table(_REVISIONS):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


async def is_foreign(engine: AsyncEngine, revision: str | None) -> bool:
    """Whether a database at `revision` is of another program or version.

    Without a revision it is when it has tables: a SQLite file any, a server those with our names. A table of
    revisions with none in it is what is left where all was taken back; beside others it is theirs.
    """
    if revision is not None:
        return not is_known(revision)
    async with engine.connect() as connection:
        there = await connection.run_sync(_tables)
    if there <= {_REVISIONS}:
        return False
    return bool(there if engine.dialect.name == "sqlite" else there & _OURS)


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


_REVISIONS = "alembic_version"
_OURS = {*Base.metadata.tables, _REVISIONS}


async def bring_up_to_date(engine: AsyncEngine) -> None:
    """Apply what is missing, if anything is.

    Raises StorageUnavailableError, before that, when its keys do not fit.
    """
    revision = await current(engine)
    if revision is not None:
        await check_keys(engine)
    if revision != NEWEST:
        from bot.storage.schema.upgrade import upgrade  # noqa: PLC0415 - see above

        await upgrade(engine)
    await note_key(engine)
