"""What a start does with the database, before anything else: it is made or migrated, or refused in plain words."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.files import file_of, missing_or_empty
from bot.storage.schema.revision import bring_up_to_date, current, is_foreign


async def make_ready(engine: AsyncEngine) -> None:
    """What a start does: make the file if there is none, and bring it to the newest tables.

    Raises StorageUnavailableError for a file that ought to hold something else, and DBAPIError.
    """
    file = file_of(engine.url)
    trouble = None if file is None else missing_or_empty(file)
    if trouble is StorageProblem.EMPTY:
        raise StorageUnavailableError(trouble)
    try:
        await _bring_ours(engine)
    except (DBAPIError, StorageUnavailableError):
        if file is not None and trouble is StorageProblem.MISSING:
            await engine.dispose()
            _take_away(file)
        raise


async def _bring_ours(engine: AsyncEngine) -> None:
    if await is_foreign(engine, await current(engine)):
        raise StorageUnavailableError(StorageProblem.FOREIGN)
    await bring_up_to_date(engine)


def _take_away(file: Path) -> None:
    """A full disk lets a file be made and nothing be put into it. The next start finds none, and may try again."""
    if file.exists() and not file.stat().st_size:
        file.unlink()
