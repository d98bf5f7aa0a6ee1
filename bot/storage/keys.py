"""Which keys a database is encrypted with: noted in it, so that a start with other keys is refused at once.

For each key that ever wrote here, the facts hold one known word that is encrypted with it. The keys that are given
have to open all of them. `bot/storage/rotate.py` takes a note away once nothing is left under its key.
"""

from sqlalchemy import Connection, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.models import Base, Fact
from bot.storage.seal import Seal, UnknownKeyError
from bot.storage.trouble import OutOfOrderError, Trouble
from bot.storage.upsert import insert_into
from bot.storage.written import seal_of

NOTE = "encrypted with "
"""How the names of these facts begin; the name of the key follows."""
_WORD = "Rapport"
_FACTS = Base.metadata.tables[Fact.__tablename__]
_NOTES = _FACTS.c.key.startswith(NOTE)


async def check_keys(engine: AsyncEngine) -> None:
    """Raise OutOfOrderError unless the engine's keys open what is in its database, which has its tables."""
    async with engine.connect() as connection:
        notes = [*await connection.scalars(select(_FACTS.c.value).where(_NOTES))]
    seal = seal_of(engine.dialect)
    if notes and not seal.opens:
        raise OutOfOrderError(Trouble.LOCKED)
    if not all(_is_opened_by(seal, note) for note in notes):
        raise OutOfOrderError(Trouble.OTHER_KEYS)


def _is_opened_by(seal: Seal, note: str) -> bool:
    try:
        return seal.open(note) == _WORD
    except UnknownKeyError:
        return False


async def note_key(engine: AsyncEngine) -> None:
    """Before anything is written: note the key that encrypts from now on, if there is one."""
    seal = seal_of(engine.dialect)
    if not seal.seals:
        return
    key = NOTE + seal.name
    async with engine.connect() as connection:
        if await connection.scalar(select(_FACTS.c.key).where(_FACTS.c.key == key)) is not None:
            return
    async with engine.execution_options(writes=True).begin() as connection:
        note = insert_into(engine.dialect.name, Fact).values(key=key, value=seal.close(_WORD))
        # Another process may start just now.
        await connection.execute(note.on_conflict_do_nothing())


def forget_other_keys(connection: Connection) -> None:
    """Only the key that encrypts is still in use. In the caller's transaction."""
    seal = seal_of(connection.dialect)
    kept = NOTE + seal.name if seal.seals else ""
    connection.execute(delete(_FACTS).where(_NOTES, _FACTS.c.key != kept))
