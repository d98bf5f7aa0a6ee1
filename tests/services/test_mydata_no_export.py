"""A file that is handed in as an export and is none: it is refused before it takes much, and nothing changes."""

import io
import json
import tracemalloc
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.services import Services
from bot.services.mydata import import_reader
from bot.services.mydata.import_reader import MOST_THINGS, read_export
from bot.services.mydata.service import MyDataService
from bot.storage.database import Database
from tests.support.exports import every_row
from tests.support.shortcuts import refusal


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
    "a thing of many names": of_json(
        {"format": "rapport-student-data", "version": 1, "tables": {}} | {str(number): 0 for number in range(100)}
    ),
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
        await services.mydata.import_data(1, content)
    assert not any((await every_row(db)).values())


async def test_no_more_than_the_limit_is_ever_unpacked(services: Services, db: Database) -> None:
    small = MyDataService(db, services.handbook, max_file_bytes=100_000)
    bomb = in_zip("everything.json", b" " * 50_000_000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with refusal(Code.FILE_TOO_LARGE):
        await small.import_data(1, bomb)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    # It also lies about its size.
    lying = bomb.replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != bomb
    with refusal(Code.FILE_TOO_LARGE):
        await small.import_data(1, b" " * 100_001)
    with pytest.raises(CoachError):
        await small.import_data(1, lying)
    with refusal(Code.FILE_TOO_LARGE):
        small.check_size(100_001)
    small.check_size(100_000)


async def test_a_file_of_a_great_many_small_things_is_refused_before_it_is_read(services: Services) -> None:
    for content in (b"[" + b"{}," * MOST_THINGS + b"{}]", b"[" * 2_000_000):
        with refusal(Code.TOO_MANY):
            await services.mydata.import_data(1, content)


# Damaged zips

WHOLE = in_zip("everything.json", of_json({"format": "rapport-student-data", "version": 1, "tables": {}}))


def judged(content: bytes) -> Code:
    """What is said of it."""
    with pytest.raises(CoachError) as caught:
        read_export([content], 1, 100_000)
    return caught.value.code


def test_a_zip_that_is_damaged_anywhere_is_refused_in_words() -> None:
    """Cut after each byte, and with each bit turned; a few of these do no harm to what is in it."""
    said = {judged(WHOLE[:length]) for length in range(len(WHOLE))}
    assert said == {Code.NO_EXPORT}
    turned = bytearray(WHOLE)
    for place in range(len(WHOLE)):
        for bit in range(8):
            turned[place] ^= 1 << bit
            # Its tables are empty, which is not as it was made.
            assert judged(bytes(turned)) in {Code.NO_EXPORT, Code.EXPORT_CHANGED}
            turned[place] ^= 1 << bit


def changed(mark: bytes, place: int, value: bytes) -> bytes:
    """The zip with something else in the header that begins with `mark`."""
    archive = bytearray(WHOLE)
    start = archive.index(mark) + place
    archive[start : start + len(value)] = value
    return bytes(archive)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LIES = {
    "another checksum": changed(CENTRAL, 16, b"\0\0\0\1"),
    "a size without end": changed(CENTRAL, 24, b"\xff" * 4),
    "packed without end": changed(CENTRAL, 20, b"\xff" * 4),
    "far away": changed(CENTRAL, 42, b"\xfe\xff\xff\x7f"),
    "many entries": changed(END, 8, b"\xff" * 4),
    "a directory elsewhere": changed(END, 16, b"\xff" * 4),
    "needs a later version": changed(CENTRAL, 6, b"\xff\0"),
    "a patch": changed(CENTRAL, 8, b"\x20\0"),
    "strongly encrypted": changed(CENTRAL, 8, b"\x41\0"),
    "a name that is no text": changed(CENTRAL, 46, b"\xff\xfe"),
    "a name of no length": changed(CENTRAL, 28, b"\0\0"),
    "a name without end": changed(CENTRAL, 28, b"\xff\xff"),
    "more of everything": changed(CENTRAL, 30, b"\xff\xff"),
} | {f"packed in way {way}": changed(CENTRAL, 10, bytes([way, 0])) for way in (1, 6, 9, 12, 14, 93, 98, 99)}


@pytest.mark.parametrize("content", LIES.values(), ids=LIES)
def test_a_zip_that_lies_is_refused_in_words(content: bytes) -> None:
    assert judged(content) in {Code.NO_EXPORT, Code.EXPORT_CHANGED}


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_is_packed_in_another_way_is_refused(how: int) -> None:
    """However large what is in it may be: none of ours is, and such a one can be made to take much memory."""
    assert judged(in_zip("everything.json", b" " * 50_000_000, how)) is Code.NO_EXPORT


@settings(max_examples=500)
@given(
    places=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)), max_size=6),
    more=st.binary(max_size=30),
)
def test_whatever_a_zip_is_made_into_is_refused_in_words(places: list[tuple[int, bytes]], more: bytes) -> None:
    archive = bytearray(WHOLE)
    for start, value in places:
        archive[start : start + len(value)] = value
    assert judged(bytes(archive) + more) in {Code.NO_EXPORT, Code.EXPORT_CHANGED, Code.TOO_MANY}


@pytest.mark.parametrize("part", [7, [], "x", {}, {"export": "x", "number": 1e999, "of": 2}, {"export": "x"}])
def test_a_part_that_is_none_is_refused(part: Any) -> None:
    content = of_json({"format": "rapport-student-data", "version": 1, "tables": {}, "part": part})
    assert judged(content) is Code.NO_EXPORT


@pytest.mark.parametrize(("number", "of", "code"), [(1, 10**18, Code.TOO_MANY), (0, 2, Code.EXPORT_CHANGED)])
def test_a_part_that_cannot_be_is_refused(number: int, of: int, code: Code) -> None:
    part = {"export": "x", "number": number, "of": of}
    content = of_json({"format": "rapport-student-data", "version": 1, "tables": {}, "part": part})
    assert judged(content) is code


def many_small_things(number: int, of: int) -> bytes:
    """A part that says little and takes much: many times its size, were it kept as it is read."""
    part = f'"part": {{"export": "x", "number": {number}, "of": {of}}}'
    things = ",".join(f'"{key:x}",0.5' for key in range(9_000))
    return f'{{"format": "rapport-student-data", "version": 1, {part}, "tables": {{"x": [{things}]}}}}'.encode()


def memory(parts: int) -> int:
    """Bytes that reading so many takes."""
    contents = [many_small_things(number, parts) for number in range(1, parts + 1)]
    tracemalloc.start()
    with refusal(Code.EXPORT_CHANGED):
        read_export(contents, 1, 200_000)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_ten_parts_of_a_great_many_small_things_take_no_more_than_one() -> None:
    memory(1)
    assert memory(10) < 2 * memory(1)


def test_parts_have_no_more_rows_together_than_a_student_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_reader, "MOST_ROWS", 5)
    answer = {"evaluation_id": 1, "question": 1, "verdict": None, "text": "", "answered_at": "2026-03-02T22:00:00Z"}
    document = {"format": "rapport-student-data", "version": 1, "tables": {"answers": [answer] * 3}}
    contents = [of_json(document | {"part": {"export": "x", "number": number, "of": 2}}) for number in (1, 2)]
    with refusal(Code.TOO_MANY):
        read_export(contents, 1, 100_000)
