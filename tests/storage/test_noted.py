"""The note on who was erased is never void unnoticed: lost, emptied, cut off, or saved in another way."""

import codecs
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.cli.check import run_checks
from bot.clock import now
from bot.services import Services
from bot.settings import Settings
from bot.storage.database import Database, open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.privacy.erased_notes import accept_notes, keep_notes
from bot.storage.privacy.erasure import erase_again
from bot.storage.privacy.tombstones import Tombstones
from tests.support.exports import every_row

MAYA, TOM = 1478149904793600015, 1478149904793600016

Change = Callable[[bytes], bytes | None]
"""What became of the file."""

LOST: dict[str, Change] = {
    "lost": lambda _: None,
    "emptied": lambda _: b"",
    "blank": lambda _: b"\n \n",
    "one line less": lambda held: b"\n".join(held.splitlines()[:-1]) + b"\n",
    "its first line alone": lambda held: held.splitlines()[0] + b"\n",
    "cut in the middle of a line": lambda held: held[:-9],
    "another key": lambda held: b"key " + b"0" * 64 + b"\n" + b"\n".join(held.splitlines()[1:]) + b"\n",
    "somebody else's": lambda _: b"key " + b"0" * 64 + b"\n2026-03-02 " + b"1" * 64 + b"\n",
}
UNREADABLE: dict[str, Change] = {
    "UTF-16": lambda held: held.decode().encode("utf-16"),
    "UTF-16, the other way round": lambda held: codecs.BOM_UTF16_BE + held.decode().encode("utf-16-be"),
    "UTF-16 without a mark": lambda held: held.decode().encode("utf-16-le"),
    "UTF-16 without a mark, the other way round": lambda held: held.decode().encode("utf-16-be"),
    "UTF-32": lambda held: held.decode().encode("utf-32"),
    "without its key": lambda held: b"\n".join(held.splitlines()[1:]) + b"\n",
    "something else": lambda _: b"Dear reader,\n",
}
READ: dict[str, Change] = {
    "as it was": lambda held: held,
    "a mark": lambda held: codecs.BOM_UTF8 + held,
    "blanks behind the lines": lambda held: held.replace(b"\n", b" \t \n"),
    "no-break spaces": lambda held: held.replace(b"\n", "\u00a0\n".encode()),
    "blanks before the lines": lambda held: b"  " + held.replace(b"\n", b"\n  "),
    "line ends of Windows": lambda held: codecs.BOM_UTF8 + held.replace(b"\n", b"\r\n"),
    "no line end at the end": lambda held: held.rstrip(),
    "empty lines": lambda held: b"\n\n" + held.replace(b"\n", b"\n\n"),
    "twice": lambda held: held + held,
    "more than the database knows": lambda held: held + b"2026-03-02 " + b"a" * 64 + b"\n",
}


@pytest.fixture
async def erased(services: Services, db: Database) -> Tombstones:
    """Two students who were erased, and the database knows it."""
    for student in (MAYA, TOM):
        await services.profiles.meet(student, "Maya")
        await services.mydata.erase(student, "DELETE")
    assert len(db.erased.file.read_text(encoding="utf-8").splitlines()) == 3
    return db.erased


def put(notes: Tombstones, content: bytes | None) -> None:
    if content is None:
        notes.file.unlink()
    else:
        notes.file.write_bytes(content)
        notes.file.chmod(0o600)


async def refused(db: Database, keys: tuple[str, ...], database: str) -> StorageProblem:
    """Why a start is refused; `check` says the same."""
    with pytest.raises(StorageUnavailableError) as caught:
        await erase_again(db.engine, db.erased)
    assert str(caught.value) in await checked(db, keys, database)
    return caught.value.trouble


async def checked(db: Database, keys: tuple[str, ...], database: str) -> str:
    """What `check` finds wrong about the database."""
    settings = Settings(
        _env_file=None,
        discord_token=None,
        database_url=database,
        data_dir=db.erased.file.parent,
        encryption_keys=",".join(keys) or None,
    )
    return "\n".join(finding.what for finding in await run_checks(settings) if not finding.fine)


@pytest.mark.parametrize("change", LOST.values(), ids=LOST)
async def test_what_is_lost_of_it_is_noticed_at_the_start_and_by_check(
    db: Database, erased: Tombstones, keys: tuple[str, ...], database: str, change: Change
) -> None:
    held = erased.file.read_bytes()
    put(erased, change(held))
    assert await refused(db, keys, database) is StorageProblem.NOTES_LOST
    # Once it is back, all is well.
    put(erased, held)
    await erase_again(db.engine, db.erased)
    assert "erased.txt" not in await checked(db, keys, database)


@pytest.mark.parametrize("change", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_refused(
    db: Database, erased: Tombstones, keys: tuple[str, ...], database: str, change: Change
) -> None:
    put(erased, change(erased.file.read_bytes()))
    assert await refused(db, keys, database) is StorageProblem.NOTES_UNREADABLE


async def test_nothing_is_added_to_what_cannot_be_read_and_nobody_is_erased_without_a_note(
    services: Services, db: Database, erased: Tombstones
) -> None:
    before = erased.file.read_text(encoding="utf-8").encode("utf-16")
    put(erased, before)
    await services.profiles.meet(MAYA, "Maya")
    with pytest.raises(OSError, match=re.escape(erased.file.name)):
        await services.mydata.erase(MAYA, "DELETE")
    assert len((await every_row(db))["users"]) == 1
    assert erased.file.read_bytes() == before


@pytest.mark.parametrize("change", READ.values(), ids=READ)
async def test_what_an_editor_does_to_it_is_read(
    db: Database, erased: Tombstones, keys: tuple[str, ...], database: str, change: Change
) -> None:
    moment = now()
    put(erased, change(erased.file.read_bytes()))
    await erase_again(db.engine, db.erased)
    assert "erased.txt" not in await checked(db, keys, database)
    assert erased.among([(MAYA, moment), (TOM, moment), (3, moment)]) == [MAYA, TOM]
    erased.add(3, moment, moment)
    assert erased.among([(MAYA, moment), (TOM, moment), (3, moment)]) == [MAYA, TOM, 3]


async def test_what_is_lost_for_good_can_be_accepted(db: Database, erased: Tombstones) -> None:
    put(erased, None)
    assert await accept_notes(db.engine, erased) == 3
    await erase_again(db.engine, erased)


async def test_a_first_start_after_an_upgrade_takes_it_as_it_is(db: Database, erased: Tombstones) -> None:
    """The database does not know yet what it has to hold; from then on it does."""
    await accept_notes(db.engine, erased)
    await erase_again(db.engine, erased)
    put(erased, None)
    with pytest.raises(StorageUnavailableError):
        await erase_again(db.engine, erased)


@pytest.mark.postgresql(reason="a SQLite file is one machine's")
async def test_several_machines_have_a_file_each(
    db: Database, erased: Tombstones, database: str, tmp_path: Path
) -> None:
    other = Database(open_engine(make_url(database)), tmp_path / "another machine")
    await erase_again(other.engine, other.erased)
    other.erased.add(3, now(), now())
    await keep_notes(other.engine, other.erased)
    await erase_again(db.engine, erased)
    await other.close()
