"""`python -m bot mydata ...`: what an operator does for one student who cannot do it in Discord."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bot.domain.text.input import whole_number
from bot.handbook import loader
from bot.services.mydata.export_files import ExportFile
from bot.services.mydata.service import HandedOver, MyDataService
from bot.settings import Settings
from bot.storage.database import Database, open_engine
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.files import file_of, missing_or_empty
from bot.storage.schema.keys import check_keys
from bot.storage.schema.revision import NEWEST, current

MOST_BYTES = 10_000_000
"""Of one file: what Discord takes from the student who brings it back."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what may come behind `mydata`."""
    actions = parser.add_subparsers(dest="action", required=True)
    what = "write everything that is kept of one student into a zip; the bot may go on"
    export = actions.add_parser("export", help=what, description=what)
    export.add_argument("id", metavar="ID", help="the student's Discord id, a long number")
    export.add_argument("to", metavar="TO", nargs="?", default=".", help="a folder (default: this one)")


def do(settings: Settings, options: argparse.Namespace) -> int:
    """Run what was chosen; returns the exit code."""
    if (student := whole_number(options.id)) is None:
        return _fail("ID is a student's Discord id: a number such as 1478149904793600015.", code=2)
    return asyncio.run(_export(settings, student, Path(options.to)))


async def _export(settings: Settings, student: int, folder: Path) -> int:
    file = file_of(settings.database)
    if file is not None and (trouble := missing_or_empty(file)) is not None:
        raise StorageUnavailableError(trouble)  # it would be made
    db = Database(open_engine(settings.database, settings.keys), settings.data_dir)
    try:
        if await current(db.engine) != NEWEST:
            raise StorageUnavailableError(StorageProblem.FOREIGN)
        await check_keys(db.engine)
        mydata = MyDataService(db, loader.load(settings.handbook_dir), max_file_bytes=settings.max_file_bytes)
        if not await mydata.is_kept(student):
            return _fail(f"Nothing is kept of a student with the id {student}.")
        handed = await mydata.hand_over(student, MOST_BYTES, most_files=0)
    finally:
        await db.close()
    code = _write(folder, [replace(file, name=f"{student}-{file.name}") for file in handed.files])
    if code == 0:
        _say_more(handed)
    return code


def _say_more(handed: HandedOver) -> None:
    """What the card of `/mydata export` says as well."""
    if handed.damaged:
        print("Some texts are damaged and not in it: everything.json says which, under `damaged`.")
    if not handed.comes_back:
        print("It is more than `/mydata import` takes back.")


def _write(folder: Path, files: Iterable[ExportFile]) -> int:
    """For the eyes of whoever runs this alone, and never over another file."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in files:
            path = folder / file.name
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:  # noqa: PTH123 - with its mode from the first moment on
                opened.write(file.content)
            print(path)
    except FileExistsError as error:
        if not folder.is_dir():
            return _fail(f"{folder} cannot be written: it is no folder.")
        return _fail(f"{error.filename} is there already. Move it away, or name another folder.")
    except OSError as error:
        return _fail(f"{error.filename or folder} cannot be written: {error.strerror}.")
    print("It holds what the student wrote, and other people's addresses: hand it to nobody else, then delete it.")
    return 0


def _fail(why: str, code: int = 1) -> int:
    print(why, file=sys.stderr)
    return code
