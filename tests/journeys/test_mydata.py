"""A student's own data: taken along, brought back, erased; in the DM, in a server, twice, and after a restart."""

import base64
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import now
from bot.services.mydata.export_files import Most, in_parts
from bot.storage.models import Contact, User
from bot.storage.privacy.ownership import belongs_to, personal_tables
from bot.ui.kit.custom_ids import ComponentKind, Route, encode
from tests.support.canary_columns import files, left, plant
from tests.support.exports import Lived, Tables, every_row, meant, packed
from tests.support.full_journey import MARK
from tests.support.raw_interactions import REFERENCE, Album, Wire, operators_log
from tests.support.world import ZONE, Screen, Student, World, sqlite_url, world

pytestmark = pytest.mark.both

WORD = "Type DELETE to confirm"
GONE = "Everything is deleted"


@pytest.fixture(params=["dm", "server"])
def sam(rapport: World, request: pytest.FixtureRequest) -> Student:
    """Somebody in the bot's DM, or in the career center's server."""
    return rapport.student("sam", "Sam Reed") if request.param == "dm" else rapport.member("sam", "Sam Reed")


async def settle_in(student: Student) -> None:
    """A contact, an interview tomorrow, a talk that is being evaluated, a to-do that is due soon."""
    await student.slash("profile timezone", zone=ZONE)
    await student.slash("contact add")
    await student.fill({"Name": "Ana Núñez", "How to reach them": "ana@reef.example"})
    await student.slash("interview schedule", contact="Ana", when="tomorrow 5pm")
    await student.slash("contact add")
    await student.fill({"Name": "Ben Okafor"})
    await student.slash("interview happened", contact="Ben")
    await student.slash("evaluate", contact="Ben")
    await student.slash("todo add", text="=1+1", when="in 2 hours")


async def count(world: World, student: Student) -> int:
    """How many rows are the student's."""
    found = 0
    async with world.bot.db.read() as session:
        for table in personal_tables():
            query = select(func.count()).select_from(table).where(belongs_to(table, student.id))
            found += await session.scalar(query) or 0
    return found


async def downloaded(screen: Screen) -> dict[str, bytes]:
    return {file.filename: await file.read() for file in screen.files}


async def erase(student: Student) -> Screen:
    await student.slash("mydata delete")
    return await student.fill({WORD: "delete"})


async def hand_in(student: Student, content: bytes, name: str = "everything.json") -> Screen:
    return await student.slash("mydata import", file=(name, content))


def of(student: Student, life: Lived) -> bytes:
    """The export of somebody who has everything, as if it were the student's."""
    tables = life.tables
    tables["users"][0]["discord_id"] = str(student.id)
    return packed(tables)


# Out


async def test_an_export_is_handed_over_in_private(rapport: World, sam: Student) -> None:
    await settle_in(sam)
    before = await every_row(rapport.bot.db)
    screen = await sam.slash("mydata export")
    assert screen.ephemeral is (sam.channel is not None)
    assert screen.labels[-1] == "Delete everything"
    found = await downloaded(screen)
    assert set(found) >= {"everything.json", "users.csv", "contacts.csv", "interviews.csv", "todos.csv"}
    tables = json.loads(found["everything.json"])["tables"]
    assert [row["email"] for row in tables["contacts"]] == ["ana@reef.example", None]
    assert '"\'=1+1"' in found["todos.csv"].decode("utf-8-sig")
    assert await every_row(rapport.bot.db) == before


@pytest.mark.parametrize("compressible", [True, False])
async def test_an_export_that_is_more_than_discord_takes_comes_in_parts_and_back_again(
    rapport: World, maya: Student, compressible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ui.cards.mydata.MOST_BYTES", 60_000)
    monkeypatch.setattr(rapport.bot.services.mydata, "_max_file_bytes", 300_000)
    await settle_in(maya)
    async with rapport.bot.db.write() as session:
        for _ in range(200):
            notes = "note " * 300 if compressible else base64.b64encode(os.urandom(1_000)).decode()
            session.add(Contact(owner_id=maya.id, name="Uma Field", notes=notes, created_at=now()))
    before = await exported(rapport, maya)
    await maya.slash("mydata export")
    found: dict[str, bytes] = {}
    for message in [maya.seen[-1].response, *maya.seen[-1].followups]:
        size = 0
        for file in message.attachments:
            found[file.filename] = await file.read()
            size += len(found[file.filename])
        assert size <= 60_000
    assert 1 < len(found) <= 10
    assert list(found) == [f"everything-{number}-of-{len(found)}.zip" for number in range(1, len(found) + 1)]
    # Each is readable by itself, and all of them together are everything.
    rows = 0
    for content in found.values():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            rows += sum(map(len, json.loads(archive.read("everything.json"))["tables"].values()))
    assert rows == sum(map(len, before.values()))
    await erase(maya)
    # In any order.
    first, *others = reversed(found.items())
    options = {f"part{number}": (name, content) for number, (name, content) in enumerate(others, 2)}
    assert "Your data is back" in await maya.slash("mydata import", file=first, **options)
    assert meant(await exported(rapport, maya)) == meant(before)


async def test_parts_that_are_not_all_of_one_export_are_refused_in_words(
    rapport: World, maya: Student, life: Lived
) -> None:
    rows = json.loads(of(maya, life))["tables"]
    one, two = (in_parts(rows, now(), Most(plain, 10**7, 30_000)) for plain in (16_000, 20_000))
    assert min(len(one), len(two)) > 2
    parts = [(file.name, file.content) for file in one]
    await maya.slash("next")
    kept = await every_row(rapport.bot.db)
    whole = ("everything.json", of(maya, life))
    for given, said in (
        (parts[:1], f"has {len(parts)} parts"),
        ([*parts[:1], *parts[2:]], "I miss 2."),
        ([parts[0], parts[0]], "Part 1 is there twice"),
        ([parts[0], (two[1].name, two[1].content)], "do not belong together"),
        ([parts[0], whole], "do not belong together"),
        ([whole, whole], "do not belong together"),
        ([parts[0], ("x", b"PK\x03\x04")], "no export of mine"),
    ):
        named = {f"part{number}": file for number, file in enumerate(given[1:], 2)}
        refused = await maya.slash("mydata import", file=given[0], **named)
        assert said in refused
        assert "Nothing was changed" in refused
        assert await every_row(rapport.bot.db) == kept


# Away


async def test_a_wrong_word_changes_nothing(rapport: World, sam: Student) -> None:
    await settle_in(sam)
    before = await every_row(rapport.bot.db)
    await sam.slash("mydata delete")
    refused = await sam.fill({WORD: "**no** way"})
    assert "Nothing was deleted" in refused
    assert "**no** way" in refused
    assert refused.ephemeral is (sam.channel is not None)
    assert refused.labels[:2] == ["Export my data", "Try again"]
    assert (await sam.press("Export my data")).files
    assert await every_row(rapport.bot.db) == before
    await sam.press("Try again", on=refused)
    assert GONE in await sam.fill({WORD: " *Delete*. "})
    assert await count(rapport, sam) == 0


async def test_after_an_erasure_nothing_finds_reminds_or_fails(
    rapport: World, sam: Student, caplog: pytest.LogCaptureFixture
) -> None:
    album = Album(rapport)
    tom = rapport.student("tom", "Tom Stone")
    await settle_in(tom)
    await settle_in(sam)
    dm = Student(rapport, sam.actor.user) if sam.channel else sam
    assert len(dm.reminders()) >= 1
    his = await exported(rapport, tom)

    # The word is sent twice at once.
    form = await sam.slash("mydata delete")
    assert form.modal is not None
    answers = await Wire(sam).submit(form.modal, {"word": "DELETE"}, times=2)
    assert all(GONE in answer.text for answer in answers)
    assert all(card.ephemeral for answer in answers for card in answer.cards) is (sam.channel is not None)
    assert await count(rapport, sam) == 0
    # The question that waited in the DM is taken back.
    assert not [
        reminder
        for reminder in dm.reminders()
        if "Write an answer" in reminder.labels or "Not sure" in reminder.labels
    ]

    # Whatever is still on the screen is pressed, before and after a restart.
    for _ in range(2):
        things = [one for one in album.found.values() if one.route.owner == sam.id]
        for one in things:
            (answer,) = await Wire(sam if one.message.channel_id == getattr(sam.channel, "id", 0) else dm).press(
                one
            )
            assert answer.acknowledged
            assert REFERENCE not in answer.text
        await rapport.restart()
    async with rapport.bot.db.read() as session:
        kept = await session.scalar(select(func.count()).select_from(Contact).where(Contact.owner_id == sam.id))
    assert kept == 0

    # No reminder comes; the other student's do.
    seen = len(dm.reminders())
    assert await exported(rapport, tom) == his
    hers = len(tom.reminders())
    await rapport.skip(hours=3)
    assert len(tom.reminders()) > hers
    assert len(dm.reminders()) == seen
    assert "ERROR" not in operators_log(caplog)


async def exported(world: World, student: Student) -> Tables:
    return dict(json.loads((await world.bot.services.mydata.export(student.id))[0].content)["tables"])


async def test_who_comes_back_is_new_and_is_met_anew(rapport: World, sam: Student) -> None:
    await settle_in(sam)
    await erase(sam)
    await rapport.skip(minutes=1)
    await sam.slash("next")
    async with rapport.bot.db.read() as session:
        user = await session.get_one(User, sam.id)
    assert (user.display_name, user.zone) == ("Sam Reed", None)
    await rapport.restart()
    assert await count(rapport, sam) == 1


# Back


async def test_an_export_comes_back_and_goes_on(rapport: World, sam: Student) -> None:
    await settle_in(sam)
    found = await downloaded(await sam.slash("mydata export"))
    before = json.loads(found["everything.json"])["tables"]
    await erase(sam)
    await rapport.skip(minutes=1)
    back = await hand_in(sam, found["everything.json"])
    assert "Your data is back" in back
    assert "2 contacts, 0 requests, 2 meetings, 1 to-do" in back
    assert back.ephemeral is (sam.channel is not None)
    assert meant(await exported(rapport, sam)) == meant(before)
    # A zip is as good, after a restart as well; and what is due comes.
    await erase(sam)
    await rapport.restart()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("everything.json", found["everything.json"])
    assert "Your data is back" in await hand_in(sam, archive.getvalue(), "everything.zip")
    dm = Student(rapport, sam.actor.user) if sam.channel else sam
    seen = len(dm.reminders())
    await rapport.skip(hours=3)
    assert any("=1+1" in reminder for reminder in dm.reminders()[seen:])
    # The conversation goes on: the question is shown before an answer is taken.
    await dm.say("yes")
    assert "Not sure" in dm.newest(lambda screen: "Not sure" in screen.labels).labels


async def test_a_file_that_cannot_be_taken_says_why(rapport: World, sam: Student, life: Lived) -> None:
    tom = rapport.student("tom", "Tom Stone")
    await sam.slash("next")
    before = await every_row(rapport.bot.db)
    changed = json.loads(of(sam, life))
    changed["tables"]["contacts"][0]["name"] = "x" * 5000
    for content, said in (
        (b"name,email", "That is no export of mine"),
        (json.dumps(changed).encode(), "not as I made it"),
        (of(tom, life), "another student's"),
        (b" " * 5_000_001, "up to 5 MB"),
    ):
        refused = await hand_in(sam, content)
        assert said in refused
        assert "Nothing was changed" in refused
        assert refused.ephemeral is (sam.channel is not None)
        assert await every_row(rapport.bot.db) == before
    await settle_in(sam)
    before = await every_row(rapport.bot.db)
    assert "There is something here already" in await hand_in(sam, of(sam, life))
    assert await every_row(rapport.bot.db) == before


async def test_a_file_that_is_too_large_is_not_even_fetched(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[Any] = []
    real = rapport.bot.http.get_from_cdn

    async def noting(url: str) -> bytes:
        fetched.append(url)
        return await real(url)

    monkeypatch.setattr(rapport.bot.http, "get_from_cdn", noting)
    await hand_in(maya, b" " * 5_000_001)
    assert fetched == []
    await hand_in(maya, b" " * 5_000_000)
    assert len(fetched) == 1


async def test_how_large_a_file_may_be_is_a_setting(tmp_path: Path) -> None:
    async with world(sqlite_url(tmp_path), max_file_bytes=100_000) as rapport:
        sam = rapport.student("sam", "Sam Reed")
        assert "up to 0.1 MB" in await hand_in(sam, b" " * 100_001)
        assert "no export" in await hand_in(sam, b" " * 100_000)


async def test_an_import_without_a_file_is_nothing(rapport: World, sam: Student) -> None:
    await sam.slash("next")
    forged = {"custom_id": encode(ComponentKind.FORM, Route("mydata.import", sam.id)), "components": []}
    (answer,) = await Wire(sam).submit(forged, {})
    assert "Nothing was changed" in answer.text
    assert REFERENCE not in answer.text


# Proof


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where anything temporary goes."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.mark.sqlite(reason="searches the bytes of its files")
async def test_nothing_of_it_is_left_in_any_file_or_log(
    scratch: Path, rapport: World, maya: Student, life: Lived, caplog: pytest.LogCaptureFixture
) -> None:
    """A mark in every column, everything done over Discord, and then a look at every byte that was written."""
    caplog.set_level("DEBUG", "bot")
    caplog.set_level("DEBUG", "cogs")
    folder = scratch.parent
    assert "Your data is back" in await hand_in(maya, of(maya, life))
    for command in ("next", "contact list", "interview list"):
        await maya.slash(command)
    planted = await plant(rapport.bot.db, maya.id)
    assert left(planted, files(folder)) == set(planted)
    assert len((await maya.slash("mydata export")).files) == 10
    assert GONE in await erase(maya)
    written = planted | {"words": [MARK.encode()]}
    assert left(written, files(folder)) == set()
    await rapport.bot.close()
    assert left(written, files(folder)) == set()
    log = operators_log(caplog)
    assert not [mark for mark in (MARK, "~", str(maya.id)) if mark in log]


@pytest.mark.sqlite(reason="searches the bytes of its files")
@pytest.mark.parametrize("sweep_seconds", [30, 86_400])
async def test_what_was_deleted_or_written_over_is_in_no_file_a_minute_later(
    tmp_path: Path, sweep_seconds: int
) -> None:
    """However seldom the engine looks for reminders that nobody announced."""
    async with world(sqlite_url(tmp_path), sweep_seconds=sweep_seconds) as rapport:
        sam = rapport.student("sam", "Sam Reed")
        await settle_in(sam)
        await sam.slash("contact note", contact="Ana", text=MARK)
        await sam.slash("contact delete", contact="Ana")
        await sam.press("Delete")
        await rapport.skip(minutes=1)
        assert left({"words": [MARK.encode(), b"reef.example"]}, files(tmp_path)) == set()
