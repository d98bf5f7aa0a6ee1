"""A student whose every stored word tries to be a link, a mention, a heading or a disguise: it stays text."""

from collections.abc import Iterable, Iterator
from itertools import count, cycle
from typing import Any
from urllib.parse import urlsplit

import pytest
from simcord import HttpLogEntry
from sqlalchemy import select

from bot.storage.models import Base, User
from tests.support.discord_limits import LINK, TEXT, parts
from tests.support.discord_markdown import HOSTILE, TAG, labels, mischief, misshapen, read
from tests.support.full_journey import live
from tests.support.raw_interactions import REFERENCE, Album, Wire, newest, sensible
from tests.support.world import Student, World

pytestmark = pytest.mark.again  # goes the same ways once more

FITS_NOTHING_ELSE = {"users.zone", "facts.value"}
"""Columns of free text that the bot can only read when they hold what it wrote."""
ADDRESS = "https://evil.example/x"
WAVES = 3
"""How many of everything that can be pressed, each a generation after the one that showed it."""


def mischief_makers() -> Iterator[str]:
    """Without end: each kind of mischief, alone and behind another."""
    pairs = zip(cycle(HOSTILE), cycle([*HOSTILE[7:], *HOSTILE[:7]]), strict=False)
    for number, (one, other) in zip(count(), pairs, strict=False):
        yield (one if number % 2 else f"{other} {one}")[:90]


async def spoil(rapport: World, makers: Iterator[str]) -> int:
    """Put what `makers` make into every column that holds what was typed; returns how many columns there are."""
    spoiled = set()
    async with rapport.bot.db.write() as session:
        for mapper in Base.registry.mappers:
            columns = [
                (attribute.key, str(attribute.columns[0]))
                for attribute in mapper.column_attrs
                if _is_typed(attribute.columns[0]) and str(attribute.columns[0]) not in FITS_NOTHING_ELSE
            ]
            for row in await session.scalars(select(mapper.class_)):
                for key, column in columns:
                    setattr(row, key, next(makers))
                    spoiled.add(column)
    return len(spoiled)


def _is_typed(column: Any) -> bool:
    """Free text has no length in the tables; words of ours, such as a status, do."""
    return column.type.python_type is str and getattr(column.type, "length", None) is None


async def look(student: Student) -> None:
    """Everything that a command shows, and everything that can be mistyped."""
    for command in ("next", "contact list", "request list", "interview list", "todo list", "profile show", "help"):
        await student.slash(command)
    for number in range(1, 16):
        await student.slash("contact show", contact=f"#{number}")
    for command in ("contact edit", "contact delete", "interview prep", "thanks draft", "request draft"):
        for number in (1, 5, 6):
            await student.slash(command, contact=f"#{number}")
    await student.slash("evaluate", contact="#7")
    for typed in HOSTILE:
        await student.slash("contact show", contact=typed)
    for command, option in (
        ("profile timezone", "zone"),
        ("contact list", "search"),
        ("guide", "topic"),
        ("todo done", "todo"),
        ("todo add", "text"),
    ):
        await student.slash(command, **{option: f"{HOSTILE[3]} {HOSTILE[11]}"})
    await student.slash("interview schedule", contact="#2", when=HOSTILE[20], place=ADDRESS)
    await student.slash("interview schedule", contact="#2", when="tomorrow 3pm", place=f"{HOSTILE[11]} {ADDRESS}")
    await student.slash("interview schedule", contact="#2", when="tomorrow 5pm", place=HOSTILE[15])
    for typed in ("", *HOSTILE[:4]):
        await student.suggestions("contact show", "contact", typed)
        await student.suggestions("todo done", "todo", typed)


ALL_THERE = (
    "](https://evil.example)",
    "<@1",
    "</mydata",
    ":skull:",
    "@everyone",
    "<t:666",
    f"# {TAG}",
    f"-# {TAG}",
    "https://bank.example@evil.example",
)
"""Some of what is to be read on the screens."""


async def press_everything(rapport: World, album: Album, student: Student) -> None:
    """The newest of every button and menu, then the forms that open, as they are."""
    wire = Wire(student)
    for _ in range(WAVES):
        for answer in await wire.press(*newest(album.found.values(), each=2)):
            assert REFERENCE not in answer.text
            if answer.form is not None:
                await wire.submit(answer.form, sensible(answer.form, when="tomorrow 3pm"))


async def test_what_is_stored_is_only_text(rapport: World) -> None:
    album = Album(rapport)
    life = await live(rapport)
    assert await spoil(rapport, mischief_makers()) >= 20
    await rapport.restart()
    album.found.clear()
    before = len(rapport.env.http_requests)
    await look(life.dm)
    await look(life.server)
    for words in HOSTILE:
        await life.dm.say(words)
    await press_everything(rapport, album, life.dm)
    await rapport.skip(days=3)

    sent = rapport.env.http_requests[before:]
    texts = [text for body in bodies(sent) for text in in_texts(body)]
    for text in texts:
        assert mischief(text) == [], text
        assert misshapen(text.replace("@\u200b", "@"), lines=True) == [], text
    for body in bodies(sent):
        for label in in_labels(body):
            assert misshapen(label) == [], label
        check_links(body)
    check_mentions(sent)
    # The mischief was all there.
    everything = "\n".join(map(read, texts)).replace("@\u200b", "@")
    for said in ALL_THERE:
        assert said in everything
    assert sum(TAG in text for text in texts) > 100
    assert {"Open evil.example"} < {label for body in bodies(sent) for label in in_labels(body)}


def bodies(sent: Iterable[HttpLogEntry]) -> Iterator[dict[str, Any]]:
    """What was sent, without what Discord wraps it in."""
    for request in sent:
        body = request.json
        if isinstance(body, dict):
            yield body["data"] if isinstance(body.get("data"), dict) else body


def in_texts(body: dict[str, Any]) -> Iterator[str]:
    """What Discord makes markdown of."""
    if body.get("content"):
        yield body["content"]
    for part in parts(body.get("components") or []):
        if part["type"] == TEXT:
            yield part["content"]


def in_labels(body: dict[str, Any]) -> Iterator[str]:
    """What it shows as it is: on buttons, in menus and forms and below what is being typed."""
    yield from labels(parts(body.get("components") or []))
    if "custom_id" in body:
        yield body["title"]
    for choice in body.get("choices") or []:
        yield choice["name"]
    for part in parts(body.get("components") or []):
        if "file" in part:
            yield part["file"]["url"]


def check_links(body: dict[str, Any]) -> None:
    """A link is a button that says where it leads."""
    for part in parts(body.get("components") or []):
        if part.get("style") == LINK and part["type"] == 2:
            url = urlsplit(part["url"])
            assert url.scheme in {"http", "https"}
            assert url.username is None
            assert part["label"] in {f"Open {url.hostname}", "Open our DM"}


def check_mentions(sent: Iterable[HttpLogEntry]) -> None:
    """Everything that makes or changes a message says that it mentions nobody."""
    checked = 0
    for request in sent:
        body = request.json
        if not isinstance(body, dict) or request.method not in {"POST", "PATCH", "PUT"}:
            continue
        message = body.get("data", {}) if "type" in body and "callback" in request.path else body
        if "components" in message and "custom_id" not in message:
            assert message["allowed_mentions"] == {"parse": []}, request.path
            checked += 1
        else:
            assert "content" not in message
            assert "embeds" not in message
    assert checked > 100


@pytest.mark.parametrize("shown_as", [HOSTILE[0], HOSTILE[11], "\u202e\u3164", HOSTILE[26]])
async def test_a_name_from_discord_is_only_text(rapport: World, shown_as: str) -> None:
    maya = rapport.student("maya", shown_as[:32])
    for screen in (await maya.say("hi"), await maya.slash("next"), await maya.slash("profile show")):
        assert mischief(screen.text) == []
        assert misshapen(screen.text, lines=True) == []
    async with rapport.bot.db.read() as session:
        assert (await session.get_one(User, maya.id)).display_name
