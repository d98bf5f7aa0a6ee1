"""A student who types anything at all, in every option, field and message, and whose rows hold anything at all.

What was sent is checked against Discord's limits when the world ends. `TEXT_EXAMPLES=20` lives as many lives.
"""

import json
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord.backend import serializers

from tests.security.test_hostile import spoil
from tests.support.discord_limits import LAST_LINE, parts
from tests.support.discord_markdown import HOSTILE
from tests.support.full_journey import live, name
from tests.support.raw_interactions import REFERENCE, Album, Wire, newest, sensible
from tests.support.unseen_text import SEEN, UNSEEN, thorough
from tests.support.world import Student, sqlite_url, world

pytestmark = pytest.mark.again  # goes the same ways once more

MESSAGES = 8
LISTS = ("next", "contact list", "request list", "interview list", "todo list", "profile show", "profile edit")
ABOUT_ONE = ("contact edit", "contact delete", "interview prep", "request draft", "thanks draft", "evaluate")


class Maker:
    """Makes texts, in an order that a seed decides: mostly such as show nothing."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - it decides what is tried, and guards nothing

    def __call__(self) -> str:
        chosen = self._random
        pieces = [chosen.choice([*UNSEEN.values()] * 2 + [*HOSTILE, *SEEN, "*" * 900]) for _ in range(3)]
        pieces.append(chr(chosen.randrange(0x110000)))
        return "".join(chosen.sample(pieces, chosen.choice([1, 1, 1, 2, 4])))


@given(st.integers(0, 2**32))
@thorough(1)
async def test_no_text_breaks_anything(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    maker = Maker(seed)
    async with world(sqlite_url(tmp_path_factory.mktemp("any"))) as rapport:
        album = Album(rapport)
        life = await live(rapport)
        await every_option(life.dm, maker)
        await every_message(life.dm, maker)
        assert await every_form(life.dm, album, maker) >= 10
        assert await spoil(rapport, (stored(maker()) for _ in count())) >= 20
        await rapport.restart()
        await look_around(life.dm)
        await rapport.skip(days=2)
        sent = [request.json for request in rapport.env.http_requests if isinstance(request.json, dict)]
    assert REFERENCE not in json.dumps(sent)
    lines = [body.get("content") or (body.get("data") or {}).get("content") or "" for body in sent]
    assert any(lines), "no reminder came"
    assert not [line for line in lines if LAST_LINE.fullmatch(line)]


async def look_around(student: Student) -> None:
    """What shows something of every row, where each holds what an earlier release may have let in."""
    for command in (
        "next",
        "contact list",
        "request list",
        "interview list",
        "todo list",
        "profile show",
        "profile edit",
    ):
        await student.slash(command)
    for number in range(1, 16):
        await student.slash("contact show", contact=f"#{number}")
    for command in (
        "contact edit",
        "contact delete",
        "interview prep",
        "request draft",
        "thanks draft",
        "evaluate",
    ):
        for number in (1, 5, 7):
            await student.slash(command, contact=f"#{number}")
    for command, option in (("contact show", "contact"), ("todo done", "todo")):
        await student.suggestions(command, option, "")


def stored(text: str) -> str:
    """As much of a text as a database takes."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")[:90]


async def every_option(student: Student, maker: Maker) -> None:
    """Use every command, with any text in each option that takes text."""
    for command in student.world.bot.tree.walk_commands():
        options = getattr(command, "parameters", ())
        for one in (one for one in options if one.type.name == "string" and not one.choices):
            given = {other.display_name: text for other, text in filled(options, maker) if other is not one}
            await student.slash(
                command.qualified_name, **given | {one.display_name: maker()[: one.max_value or 6000]}
            )
            if one.autocomplete:
                await student.suggestions(command.qualified_name, one.display_name, maker()[:100])


def filled(options: Any, maker: Maker) -> Iterator[tuple[Any, str]]:
    """What the other options of a command hold, so that it can do what it does."""
    for one in options:
        if one.type.name == "string" and one.required:
            known = {"contact": "#1", "when": "tomorrow 3pm", "zone": "Denver"}
            yield one, one.choices[0].value if one.choices else known.get(one.display_name, maker()[:90] or "x")


async def every_form(student: Student, album: Album, maker: Maker) -> int:
    """Open every form that a button leads to, and send it with any text in each of its fields."""
    forms = 0
    for thing in newest(album.found.values(), each=1):
        [answer] = await Wire(student).press(thing)
        if answer.form is None:
            continue
        forms += 1
        keys = [part["custom_id"] for part in parts(answer.form["components"]) if part.get("type") == 4]
        # Once all of them, and once with the first as it is offered, which is the one that is needed.
        for chosen in (keys, keys[1:]):
            values = sensible(answer.form, when="tomorrow 3pm") | {key: maker()[:4000] for key in chosen}
            [sent] = await Wire(student).submit(answer.form, values, thing)
            assert sent.acknowledged
    return forms


async def every_message(student: Student, maker: Maker) -> None:
    """Type into the DM, where it may answer a question."""
    await student.slash("evaluate", contact=name("Max"))
    backend = student.world.env.backend
    channel = backend.get_dm_channel(student.id).id
    for _ in range(MESSAGES):
        message = backend.prepare_message(channel, student.id, "hi")
        backend.emit("MESSAGE_CREATE", {**serializers.message_payload(backend, message), "content": maker()[:2000]})
        await student.world.env.settle()
