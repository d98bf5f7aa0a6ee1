"""Two students in one world: one with ten days of life behind her, and one who tries himself at what is hers."""

import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.ui.kit.custom_ids import ComponentKind, Route, encode
from tests.support.full_journey import MARK, Life, live
from tests.support.raw_interactions import REFERENCE, Album, Answer, Shown, Wire, newest
from tests.support.row_snapshots import Shelf, changed, rows
from tests.support.world import Student, World, sqlite_url, world

NOBODYS = "999999"
"""A number that no row has."""
TELLING = re.compile(r"forbidden|denied|allowed|permission|access|belongs to|(?:body|one) else", re.IGNORECASE)
"""Words that would confirm that a row is there."""
EPHEMERAL = 64
"""Discord's flag of a message that only one person sees."""
EACH = 2
"""Things that lead to the same action: what is true of these is true of the others."""


def own_words(student: Student) -> str:
    """The name of the route's owner in a custom_id."""
    return encode(ComponentKind.BUTTON, Route("x", student.id)).split(":")[2]


def seen_by(student: Student, shown: Shown, custom_id: str, value: str | None = None) -> Shown:
    """The same card where `student` sees it, with another route, and another choice, on the thing to press."""
    channel = student.channel.id if student.channel else student.world.env.backend.get_dm_channel(student.id).id
    components = json.loads(
        json.dumps(shown.message.components).replace(f'"{shown.custom_id}"', json.dumps(custom_id))
    )
    # In a server whatever the bot shows is for one student alone.
    flags = shown.message.flags | EPHEMERAL if student.channel else shown.message.flags
    message = replace(shown.message, channel_id=channel, components=components, flags=flags)
    return replace(shown, message=message, custom_id=custom_id, value=shown.value if value is None else value)


def of_nobodys(shown: Shown, owner: str, number: str = NOBODYS) -> tuple[str, str] | None:
    """The route and the choice with `number` for the row they name; None for those that name none.

    A row's number comes first among the arguments.
    """
    head, action, _, *args = shown.custom_id.split(":")
    if args and args[0].isdigit():
        return ":".join([head, action, owner, number, *args[1:]]), shown.value
    return (shown.custom_id, number) if shown.value.isdigit() else None


def nothing_told(answers: Iterable[Answer], *, private: bool) -> None:
    """Answered, by the bot and not by a fault, to them alone, and without a word of the first student's."""
    for answer in answers:
        assert answer.acknowledged
        assert REFERENCE not in answer.text
        assert MARK not in answer.text
        assert MARK not in json.dumps(answer.form)
        assert not TELLING.search(answer.text)
        assert not private or all(card.ephemeral for card in answer.cards)


class Two:
    """The first student with ten days of life, and a second one who has just come."""

    def __init__(self, rapport: World, life: Life, album: Album) -> None:
        self.world, self.life, self.album = rapport, life, album
        self.hers = rows(rapport)
        self.server = rapport.member("tom", "Tom Stone")
        self.dm = Student(rapport, self.server.actor.user)

    async def settle_in(self) -> None:
        """The second student has a zone, a contact, a talk and a to-do of his own."""
        await self.server.slash("profile timezone", zone="Europe/Lisbon")
        await self.server.slash("contact add")
        await self.server.fill({"Name": "Uma Field"})
        await self.server.slash("interview happened", contact="Uma")
        await self.server.slash("todo add", text="Read the paper")

    @property
    def things(self) -> list[Shown]:
        """All that she can press."""
        return [one for one in self.album.found.values() if one.route.owner == self.life.dm.id]

    @property
    def some(self) -> list[Shown]:
        """Of those, the newest few for each action."""
        return newest(self.things, EACH)

    def look(self) -> None:
        """Remember every row of both."""
        self.all = rows(self.world)

    def nothing_changed(self) -> None:
        """In any row of either."""
        assert rows(self.world) == self.all, changed(self.all, rows(self.world))

    def hers_are_as_they_were(self) -> None:
        """And no row of his points at one of hers."""
        now = rows(self.world)
        assert not [row for table, kept in self.hers.items() for row in kept if row not in now[table]]
        for table in ("requests", "evaluations", "answers", "facts"):
            assert len(now[table]) == len(self.all[table]), table
        assert {row[1] for row in now["contacts"] if row not in self.hers["contacts"]} <= {self.dm.id}
        assert {row[-3] for row in now["contacts"] if row[1] == self.dm.id} == {None}

    async def forms(self) -> list[tuple[dict[str, Any], Shown]]:
        """Forms of the first student's, opened by her; then everything is as before."""
        shelf = Shelf(self.world)
        here = [one for one in self.some if one.message.channel_id != self.life.server.channel.id]
        answers = await Wire(self.life.dm).press(*here)
        await shelf.restore()
        return [(answer.form, one) for answer, one in zip(answers, here, strict=True) if answer.form]


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[Two]:
    """Both, with their data in `folder`."""
    async with world(sqlite_url(folder)) as rapport:
        album = Album(rapport)
        two = Two(rapport, await live(rapport), album)
        await two.settle_in()
        yield two
