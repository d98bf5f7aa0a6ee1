"""What `erased.txt` must hold, kept in the database as well: so a file that is lost, emptied or cut off is noticed.

The facts have a name for each line of it (`Tombstones.names`), which tells nothing without the file. The file may
hold more: the database may be an older backup. Several machines with one server have a file each.
"""

import asyncio

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Base, Fact
from bot.storage.privacy.tombstones import Tombstones
from bot.storage.sql.upsert import insert_into
from bot.storage.sqlite.wal import PATIENCE, put_together_anew

NOTE = "erased "
"""How the names of these facts begin; the place of the file and the name of a line follow."""
_PIECES = "file to be put together anew"
"""Key of a fact: somebody was erased since that was last done, and a SQLite file may still hold pieces of it."""
_FACTS = Base.metadata.tables[Fact.__tablename__]


async def check_notes(engine: AsyncEngine, erased: Tombstones) -> None:
    """Raise StorageUnavailableError unless the file can be read and holds all that the database knows of it."""
    async with engine.connect() as connection:
        await unknown_notes(connection, erased)


def _begin(erased: Tombstones) -> str:
    return f"{NOTE}{erased.place} "


async def unknown_notes(connection: AsyncConnection, erased: Tombstones) -> set[str]:
    """What the file holds and the database does not know.

    Raises StorageUnavailableError for the other way round.
    """
    begin = _begin(erased)
    held = {begin + name for name in await asyncio.to_thread(erased.names)}
    known = set(await connection.scalars(select(_FACTS.c.key).where(_FACTS.c.key.startswith(begin))))
    if not known <= held:
        raise StorageUnavailableError(StorageProblem.NOTES_LOST)
    return held - known


async def keep_notes(engine: AsyncEngine, erased: Tombstones) -> None:
    """Have the database know what the file holds. Raises StorageUnavailableError, as `check_notes` does."""
    async with engine.connect() as connection:
        missing = await unknown_notes(connection, erased)
    if not missing:
        return
    if engine.dialect.name == "sqlite":
        missing.add(_PIECES)
    async with engine.execution_options(writes=True).begin() as connection:
        note = insert_into(engine.dialect.name, Fact).on_conflict_do_nothing()
        await connection.execute(note, [{"key": key, "value": ""} for key in sorted(missing)])


async def leave_no_pieces(engine: AsyncEngine, patience: int = PATIENCE) -> None:
    """If somebody was erased since the last time: have a SQLite file written anew. Its log is full then."""
    async with engine.connect() as connection:
        erased = await connection.scalar(select(_FACTS.c.key).where(_FACTS.c.key == _PIECES))
    if erased is None or (engine.dialect.name == "sqlite" and not await put_together_anew(engine, patience)):
        return
    async with engine.execution_options(writes=True).begin() as connection:
        await connection.execute(delete(_FACTS).where(_FACTS.c.key == _PIECES))


async def accept_notes(engine: AsyncEngine, erased: Tombstones) -> int:
    """Take the file as it is: forget what it had to hold. Returns how many lines that were."""
    gone = delete(_FACTS).where(_FACTS.c.key.startswith(_begin(erased))).returning(_FACTS.c.key)
    async with engine.execution_options(writes=True).begin() as connection:
        return len((await connection.scalars(gone)).all())
