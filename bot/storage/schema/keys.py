"""Which keys a database is encrypted with: noted in it, so that a start with other keys is refused at once.

For each key that ever wrote here, the facts hold one known word that is sealed with it. The keys that are given
have to open all of them. `bot/storage/maintenance/rotate_keys.py` takes a note away once nothing is left under its
key.

One more note says that all of it is bound to its place: from then on nothing else is taken for a student's words.
It is there from the start of an encrypted database, or from the end of the first `rotate-keys`. Nobody makes one
without a key; whoever takes it away gets no further than to what a database has that was never rotated.
"""

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.columns.place import CellPlace
from bot.storage.columns.seal import DamagedError, Seal
from bot.storage.columns.types import seal_of
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Base, Fact, User
from bot.storage.sql.upsert import insert_into

NOTE = "encrypted with "
"""How the names of these facts begin; the name of the key follows."""
ALL_BOUND = "encrypted throughout"
_WORD = "Rapport"
_FACTS = Base.metadata.tables[Fact.__tablename__]
_NOTES = _FACTS.c.key.startswith(NOTE)
_ALL = _NOTES | (_FACTS.c.key == ALL_BOUND)


async def check_keys(engine: AsyncEngine) -> None:
    """Raise StorageUnavailableError unless the engine's keys open what is in its database, which has its tables.

    Has its seal take nothing but what is bound, if that is all there is.
    """
    async with engine.connect() as connection:
        notes = {key: value for key, value in await connection.execute(_SELECT_NOTES)}  # noqa: C416 - no pairs to mypy
    seal = seal_of(engine.dialect)
    if notes and not seal.opens:
        raise StorageUnavailableError(StorageProblem.LOCKED)
    if not all(_is_opened_by(seal, key, note) for key, note in notes.items()):
        raise StorageUnavailableError(StorageProblem.OTHER_KEYS)
    seal.strict = seal.seals and ALL_BOUND in notes


_SELECT_NOTES = select(_FACTS.c.key, _FACTS.c.value).where(_ALL)


def _place(key: str) -> CellPlace:
    return CellPlace(_FACTS.name, key, 0)


def _is_opened_by(seal: Seal, key: str, note: str) -> bool:
    try:
        # A note on a key may be of the first release.
        return seal.open(note, _place(key), older=key != ALL_BOUND) == _WORD
    except DamagedError:
        return False


async def note_key(engine: AsyncEngine) -> None:
    """Before anything is written: note the key that encrypts from now on, if there is one."""
    seal = seal_of(engine.dialect)
    async with engine.connect() as connection:
        noted = {key for key, _ in await connection.execute(_SELECT_NOTES)}
        empty = not await connection.scalar(select(exists().select_from(_USERS)))
    wanted = {NOTE + seal.name} | ({ALL_BOUND} if empty else set()) if seal.seals else set()
    ends = not seal.seals and ALL_BOUND in noted
    if not ends and wanted <= noted:
        return
    async with engine.execution_options(writes=True).begin() as connection:
        if ends:
            # What is written from now on is plain.
            await connection.execute(delete(_FACTS).where(_FACTS.c.key == ALL_BOUND))
        for key in sorted(wanted - noted):
            note = insert_into(engine.dialect.name, Fact).values(key=key, value=seal.close(_WORD, _place(key)))
            # Another process may start just now.
            await connection.execute(note.on_conflict_do_nothing())
    seal.strict = seal.strict or ALL_BOUND in wanted


_USERS = Base.metadata.tables[User.__tablename__]


def takes_what_is_not_bound(engine: AsyncEngine) -> bool:
    """Whether words that somebody put past the bot into a database that is to be encrypted would be believed."""
    seal = seal_of(engine.dialect)
    return seal.seals and not seal.strict


def settle(connection: Connection) -> None:
    """Only the key that encrypts is still in use, and all of it is bound. In the caller's transaction."""
    seal = seal_of(connection.dialect)
    kept = {NOTE + seal.name, ALL_BOUND} if seal.seals else set()
    connection.execute(delete(_FACTS).where(_ALL))
    for key in sorted(kept):
        connection.execute(_FACTS.insert().values(key=key, value=seal.close(_WORD, _place(key))))
