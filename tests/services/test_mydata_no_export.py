"""A file that is handed in as an export and is none: it is refused before it takes much, and nothing changes."""

import io
import json
import tracemalloc
import zipfile
from typing import Any

import pytest

from bot.domain.errors import CoachError, Code
from bot.services import Services
from bot.services.mydata import MyData
from bot.services.mydata_reading import MOST_THINGS
from bot.storage.engine import Database
from tests.common import refusal
from tests.mydata import every_row


def of_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def in_zip(name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", how) as opened:
        opened.writestr(name, content)
    return archive.getvalue()


def crowded() -> bytes:
    """A zip with a great many entries."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for number in range(200):
            opened.writestr(f"{number}", b"")
        opened.writestr("everything.json", b"{}")
    return archive.getvalue()


def locked(content: bytes) -> bytes:
    """A zip that says that it wants a password."""
    archive = bytearray(in_zip("everything.json", content))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(mark) + place] |= 1
    return bytes(archive)


NONE_OF_OURS = {
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "a sheet": b"name,email\r\nAna,ana@x.example",
    "other JSON": b"[1, 2]",
    "a word": b'"rapport-student-data"',
    "another format": of_json({"format": "x", "version": 1, "tables": {}}),
    "a later version": of_json({"format": "rapport-student-data", "version": 2, "tables": {}}),
    "no tables": of_json({"format": "rapport-student-data", "version": 1}),
    "a table of tables": of_json({"format": "rapport-student-data", "version": 1, "tables": 7}),
    "deep JSON": b"[" * (MOST_THINGS - 1),
    "a long number": b'{"format": ' + b"9" * 10_000 + b"}",
    "half a zip": in_zip("everything.json", b"{}" * 100)[:60],
    "a zip of something": in_zip("photo.png", b"x"),
    "a zip with a way out": in_zip("../everything.json", b"{}"),
    "a zip of a zip": in_zip("everything.json", in_zip("everything.json", b"{}")),
    "a crowded zip": crowded(),
    "a locked zip": locked(b"{}"),
}


@pytest.mark.parametrize("content", NONE_OF_OURS.values(), ids=NONE_OF_OURS)
async def test_what_is_no_export_is_refused(services: Services, db: Database, content: bytes) -> None:
    with refusal(Code.NO_EXPORT):
        await services.mydata.bring_back(1, content)
    assert not any((await every_row(db)).values())


async def test_no_more_than_the_limit_is_ever_unpacked(services: Services, db: Database) -> None:
    small = MyData(db, services.handbook, max_file_bytes=100_000)
    bomb = in_zip("everything.json", b" " * 50_000_000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with refusal(Code.FILE_TOO_LARGE):
        await small.bring_back(1, bomb)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    # It also lies about its size.
    lying = bomb.replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != bomb
    with refusal(Code.FILE_TOO_LARGE):
        await small.bring_back(1, b" " * 100_001)
    with pytest.raises(CoachError):
        await small.bring_back(1, lying)
    with refusal(Code.FILE_TOO_LARGE):
        small.check_size(100_001)
    small.check_size(100_000)


async def test_a_file_of_a_great_many_small_things_is_refused_before_it_is_read(services: Services) -> None:
    for content in (b"[" + b"{}," * MOST_THINGS + b"{}]", b"[" * 2_000_000):
        with refusal(Code.TOO_MANY):
            await services.mydata.bring_back(1, content)
