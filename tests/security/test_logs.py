"""No student's words, no names and addresses of contacts and no tokens in anything that is written, at any level.

The log is set up as the program does it, at DEBUG, and then everybody's loggers are turned up to it. All that comes
out of the process is searched; a witness among the loggers shows that there was something to be held back.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url

from bot.domain.mydata import CONFIRMATION
from bot.storage.models import Fact
from bot.ui.dispatch.press import Press
from tests.support.canary_words import PHONE, STEM, marked, quoted
from tests.support.debug_log import TOKEN, LoudError, clean, everybody_speaks
from tests.support.full_journey import live
from tests.support.raw_interactions import Album, Wire, newest
from tests.support.world import ZONE, Student, World, world

pytestmark = pytest.mark.again  # goes the same ways once more

ANA = marked("name")


@asynccontextmanager
async def college(database: str, folder: Path) -> AsyncIterator[World]:
    """A world with a marked token and, where there is one, a marked password."""
    url = make_url(database)
    if url.get_backend_name() == "postgresql":
        url = url.set(password=marked("password"))
    address = url.render_as_string(hide_password=False)
    async with world(address, data_dir=folder, discord_token=TOKEN) as running:
        yield running
        # Whatever was provoked has been seen.
        _ = running.env.errors


async def test_ten_days_of_a_student(database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with everybody_speaks() as witness:
        async with college(database, tmp_path) as rapport:
            album = Album(rapport)
            life = await live(rapport)
            await rapport.restart()
            for _ in range(2):
                await Wire(life.dm).press(*newest(album.found.values(), each=1))
        said = clean(capfd)
    assert "ready:" in said
    assert "sqlalchemy" in witness.told


async def test_everything_that_can_be_typed(
    database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with everybody_speaks() as witness:
        async with college(database, tmp_path) as rapport:
            album = Album(rapport)
            maya = rapport.student("maya", marked("displayed"))
            await about_yourself(maya)
            await about_a_contact(maya)
            await a_request(maya)
            await an_interview(rapport, maya)
            await what_comes_after(maya)
            await nonsense(maya, album)
            await rapport.restart()
            await everything_goes(maya)
        said = clean(capfd)
    assert "a fault" not in said
    assert witness.told


async def about_yourself(maya: Student) -> None:
    await maya.say(marked("hello"))
    await maya.slash("profile timezone", zone=marked("zone"))
    await maya.suggestions("profile timezone", "zone", marked("zone"))
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("profile edit")
    await maya.fill(
        {
            "Your name": marked("myname"),
            "School, year, major": marked("school"),
            "About you in one line": marked("about"),
            "Fields that interest you": marked("interests"),
        }
    )
    await maya.slash("profile quiet", **{"from": marked("from"), "until": marked("until")})


async def about_a_contact(maya: Student) -> None:
    await maya.slash("contact add")
    await maya.fill(
        {
            "Name": ANA,
            "Role and organization": f"{marked('role')} at {marked('place')}",
            "How to reach them": f"{marked('local').lower()}@{marked('host').lower()}.example {PHONE}",
            "Why them?": marked("why"),
        }
    )
    await maya.slash("contact add", referred_by=marked("referrer"))
    await maya.slash("contact note", contact=ANA, text=marked("note"))
    await maya.slash("contact note", contact=ANA, text=f"{marked('overlong')} " * 500)
    await maya.slash("contact list", search=marked("search"))
    await maya.suggestions("contact show", "contact", marked("typed"))


async def a_request(maya: Student) -> None:
    await maya.slash("request draft", contact=ANA)
    await maya.fill(
        {
            "How are you connected?": marked("tie"),
            "Why this person?": marked("reason"),
            "What do you want to learn?": marked("learn"),
            "When could you meet?": marked("windows"),
        }
    )
    await maya.press("Edit")
    await maya.fill({"Subject": marked("subject"), "Message": f"{marked('body')} " * 280})
    await maya.press("Get as file")
    await maya.slash("request sent", contact=ANA, when=marked("sentwhen"))
    await maya.press("Mark as sent")
    await maya.slash("request answer", contact=ANA, outcome="accepted")


async def an_interview(rapport: World, maya: Student) -> None:
    await maya.slash("interview schedule", contact=ANA, when=marked("when"))
    await maya.slash("interview schedule", contact=ANA, when="tomorrow 4pm", place=marked("where"))
    await maya.slash("interview move", contact=ANA, when=f"{marked('moved')} 5pm")
    await maya.slash("interview move", contact=ANA, when="tomorrow 5pm")
    await maya.slash("interview prep", contact=ANA)
    await rapport.skip(hours=27)
    await maya.slash("interview happened", contact=ANA)


async def what_comes_after(maya: Student) -> None:
    await maya.slash("evaluate", contact=ANA)
    await maya.press("Yes")
    await maya.press("Add a note")
    await maya.fill({"Your note": marked("mynote")})
    for number in range(2, 12):
        await maya.say(f"{marked('answer')}{number}")
    await maya.slash("thanks draft", contact=ANA)
    await maya.fill({"What did you learn or appreciate?": marked("learned"), "What happens next?": marked("next")})
    await maya.press("Edit")
    await maya.fill({"Message": f"Dear {ANA}, {marked('thanks')}"})
    await maya.slash("thanks sent", contact=ANA, when=marked("thankswhen"))
    await maya.slash("todo add", text=marked("todo"), when=marked("todowhen"))
    await maya.slash("todo add", text=marked("todo"), contact=ANA)
    await maya.suggestions("todo done", "todo", marked("tick"))
    await maya.slash("todo done", todo=marked("nosuch"))


async def nonsense(maya: Student, album: Album) -> None:
    await maya.slash("guide", topic=marked("topic"))
    await maya.slash("contact show", contact=marked("nobody"))
    await maya.say(f"{marked('long')} " * 140)
    button = next(iter(album.found.values()))
    for custom_id in (f"b1:{marked('action')}:0", f"b9:{marked('version')}", f"x{marked('prefix')}"):
        await Wire(maya).press(replace(button, custom_id=custom_id))


async def everything_goes(maya: Student) -> None:
    await maya.slash("mydata export")
    for word in (marked("word"), CONFIRMATION):
        form = await maya.slash("mydata delete")
        await maya.fill(dict.fromkeys(form.fields, word))


# What goes wrong


@contextmanager
def quoting_database(rapport: World) -> Iterator[None]:
    """Every statement fails with an error that quotes it, and a cause that does."""

    def fail(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        raise LoudError(f"{statement} with {parameters} {marked('statement')}") from LoudError(marked("cause"))

    engine = rapport.bot.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", fail)
    yield
    event.remove(engine, "before_cursor_execute", fail)


async def known(rapport: World) -> Student:
    """A student with a zone and a contact."""
    maya = rapport.student("maya", marked("displayed"))
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": ANA})
    return maya


async def test_a_database_that_quotes(database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with everybody_speaks() as witness:
        async with college(database, tmp_path) as rapport:
            maya = await known(rapport)
            await maya.slash("todo add", text=marked("todo"), when="in 2 hours")
            await maya.slash("contact add")
            with quoting_database(rapport):
                await maya.fill({"Name": marked("ben"), "Why them?": marked("why")})
                await maya.say(marked("typed"))
                await maya.suggestions("contact show", "contact", marked("completed"))
                await rapport.skip(hours=3)
            await same_key_twice(rapport, maya)
        said = clean(capfd)
    assert said.count("a fault, reference") == 3
    assert "the reminder engine stumbled" in said
    assert "discord.app_commands.tree: tree.py, line" in said
    assert said.count("LoudError\n") >= 6
    assert "IntegrityError\n" in said
    assert "discord" in witness.told


async def same_key_twice(rapport: World, maya: Student) -> None:
    """PostgreSQL says in so many words which value is there already; SQLAlchemy, which were to be written."""

    async def twice(_press: Press) -> None:
        for _ in range(2):
            async with rapport.bot.db.write() as session:
                session.add(Fact(key=marked("key"), value=marked("value")))

    rapport.bot.router.handlers["home.help"] = twice
    await maya.slash("help")


async def test_a_fault_of_ours_and_its_causes(
    database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(press: Press, _contact: int = 0) -> None:
        who = press.interaction.user.global_name
        raise LoudError(f"cannot keep {press.fields!r} for {who}") from KeyError(press.text("text"))

    async def deaf(_message: object) -> bool:
        raise ExceptionGroup(marked("group"), [LoudError(marked("inner"))])

    async def worse(_message: object) -> None:
        raise LoudError(marked("listener"))

    with everybody_speaks():
        async with college(database, tmp_path) as rapport:
            maya = await known(rapport)
            rapport.bot.router.handlers["contact.noted"] = broken
            await maya.slash("contact note", contact=ANA, text=marked("note"))
            rapport.bot.router.direct_messages.insert(0, deaf)
            await maya.say(marked("typed"))
            monkeypatch.setattr(rapport.bot.router, "message", worse)  # past the door
            await maya.say(marked("again"))
        said = clean(capfd)
    assert said.count("a fault, reference") == 2
    assert "LoudError\n" in said
    assert "KeyError\n" in said
    assert "a fault in on_message" in said


async def test_discord_and_the_network_fail(
    database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: Any, **__: Any) -> None:
        raise aiohttp.ClientOSError(f"{marked('network')} {TOKEN}")

    with everybody_speaks():
        async with college(database, tmp_path) as rapport:
            maya = await known(rapport)
            for status, code in ((400, 50035), (403, 50013), (404, 10062), (500, 0)):
                for path in ("/interactions/*/*/callback", "/channels/*/messages"):
                    rapport.env.inject_error("POST", path, status=status, code=code, message=marked("refused"))
                await maya.slash("contact note", contact=ANA, text=marked("note"))
                await maya.say(marked("typed"))
                rapport.env.backend.faults.clear()
            await maya.slash("todo add", text=marked("todo"), when="in 2 hours")
            with monkeypatch.context() as patched:
                patched.setattr(rapport.bot.http, "request", unreachable)
                await rapport.skip(hours=3)
                await maya.say(marked("lost"))
        said = clean(capfd)
    assert "a fault, reference" in said
    assert "could not answer" in said


async def test_the_search_finds_what_one_logger_lets_through(
    database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The proof that the tests above can fail."""
    with everybody_speaks():
        logging.getLogger("sqlalchemy.engine").addHandler(logging.StreamHandler())
        async with college(database, tmp_path) as rapport:
            await known(rapport)
        out, err = capfd.readouterr()
    assert quoted(out + err, STEM)
