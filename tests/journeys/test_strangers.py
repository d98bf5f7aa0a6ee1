"""A second student presses, chooses, sends and types at everything of the first, and gets nowhere."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ui.routes import Kind, Route, encode
from tests.kit import Student, World, sqlite_url, world
from tests.limits import BUTTON, SELECT
from tests.lived import MARK, Life, live, name
from tests.tables import Shelf, changed, rows
from tests.wire import REFERENCE, Album, Answer, Shown, Wire, as_owner, newest, sensible

pytestmark = pytest.mark.asyncio(loop_scope="module")
REFUSAL = "That is not here any more, or it is not yours. Nothing was changed."
EACH = 2
"""Things that lead to the same action: what is true of these is true of the others."""
WITH_CONTACT = {
    "contact show": {},
    "contact edit": {},
    "contact delete": {},
    "contact note": {"text": "hello"},
    "request draft": {},
    "request sent": {},
    "request answer": {"outcome": "accepted"},
    "interview schedule": {"when": "tomorrow 3pm"},
    "interview prep": {},
    "interview move": {"when": "tomorrow 3pm"},
    "interview cancel": {},
    "interview happened": {},
    "evaluate": {},
    "thanks draft": {},
    "thanks sent": {},
    "todo add": {"text": "hello"},
}


def own_words(student: Student) -> str:
    """The name of the route's owner in a custom_id."""
    return encode(Kind.BUTTON, Route("x", student.id)).split(":")[2]


def seen_by(student: Student, shown: Shown, custom_id: str) -> Shown:
    """The same card where `student` sees it, with another route on the thing to press."""
    channel = student.channel.id if student.channel else student.world.env.backend.get_dm_channel(student.id).id
    components = json.loads(
        json.dumps(shown.message.components).replace(f'"{shown.custom_id}"', json.dumps(custom_id))
    )
    message = replace(shown.message, channel_id=channel, components=components)
    return replace(shown, message=message, custom_id=custom_id)


def nothing_told(answers: Iterable[Answer], *, private: bool) -> None:
    """Answered, by the bot and not by a fault, to them alone, and without a word of the first student's."""
    for answer in answers:
        assert answer.acknowledged
        assert REFERENCE not in answer.text
        assert MARK not in answer.text
        assert MARK not in json.dumps(answer.form)
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """One world for all the tests here: none of them may leave a trace on what is hers."""
    async with world(sqlite_url(tmp_path_factory.mktemp("strangers"))) as rapport:
        album = Album(rapport)
        both = Two(rapport, await live(rapport), album)
        await both.settle_in()
        yield both


@pytest.fixture
def two(running: Two) -> Two:
    running.look()
    return running


async def test_what_is_hers_is_not_found(two: Two) -> None:
    forms = await two.forms()
    for student, things in ((two.server, two.things), (two.dm, two.some)):
        wire = Wire(student)
        made = [wire.pressing(seen_by(student, one, one.custom_id)) for one in things]
        made += [wire.submitting(form, sensible(form, offered=False)) for form, _ in forms]
        answers = await wire.send(*made)
        nothing_told(answers, private=student is two.server)
        assert {answer.text.splitlines()[1] for answer in answers} == {REFUSAL}
        two.nothing_changed()


async def test_his_own_name_on_her_cards_opens_nothing_of_hers(two: Two) -> None:
    forms, his = await two.forms(), own_words(two.dm)
    wire = Wire(two.server)
    made = [wire.pressing(seen_by(two.server, one, as_owner(one.custom_id, his))) for one in two.some]
    for form, _ in forms:
        forged = form | {"custom_id": as_owner(form["custom_id"], his)}
        made.append(wire.submitting(forged, sensible(form, offered=False, when="tomorrow 3pm")))
    nothing_told(await wire.send(*made), private=True)
    two.hers_are_as_they_were()


async def test_her_numbers_and_names_mean_nothing_to_him(two: Two) -> None:
    (ben,) = [row[0] for row in two.hers["contacts"] if row[2] == name("Ben")]
    for command, filled in WITH_CONTACT.items():
        for typed in (f"#{ben}", "#1", "Hana", "#" + "9" * 30, "#" + "9" * 5000, "#٣", "#-1", "#"):
            screen = await two.server.slash(command, contact=typed, **filled)
            assert screen.ephemeral
            assert "Not found" in screen or "No such contact" in screen
            assert MARK not in screen.plain
    for todo in ("#1", "#" + "9" * 5000, "Read"):
        assert MARK not in (await two.server.slash("todo done", todo=todo)).plain
    for typed in ("", "a", MARK.lower()[:3], f"#{ben}"):
        offered = await two.server.suggestions("contact show", "contact", typed)
        offered += await two.server.suggestions("todo done", "todo", typed)
        assert MARK not in " ".join(offered)
    assert "No such contact" in await two.server.slash("contact add", referred_by="Ana")
    two.hers_are_as_they_were()


async def test_what_he_types_is_his(two: Two) -> None:
    for words in ("yes", "back", "skip", "pause", "a long answer to her question", "hi"):
        assert MARK not in (await two.dm.say(words)).plain
    two.nothing_changed()


# Routes that nobody was ever given


@pytest.fixture
def shelf(two: Two) -> Shelf:
    return Shelf(two.world)


pieces = (
    st.text(max_size=30)
    | st.from_regex(r"[0-9]{1,25}", fullmatch=True)
    | st.sampled_from(["", "-1", "٣", "yes", "1e3"])
)


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """A way to bend a route: cut it, lengthen it, change one piece, or make one up."""
    way = draw(st.sampled_from(["cut", "longer", "piece", "kind", "made up", "as it is"]))
    number, text = draw(st.integers(0, 99)), draw(pieces)

    def bend(route: str) -> str:
        parts = route.split(":")
        match way:
            case "cut":
                return route[: number % len(route)] or "b"
            case "longer":
                return route + ":" + (text or "0") * (1 + number)
            case "piece":
                parts[number % len(parts)] = text
                return ":".join(parts) or "b1"
            case "kind":
                return "bsf"[number % 3] + route[1:]
            case "made up":
                return f"{'bsf'[number % 3]}1:{text}:{parts[2]}:{text}"
            case _:
                return route

    return bend


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pick=st.integers(0, 10_000), bend=bent(), carrier=st.tuples(st.sampled_from([BUTTON, SELECT]), pieces))
async def test_any_route_is_answered_and_only_her_own_acts(
    two: Two, shelf: Shelf, pick: int, bend: Any, carrier: tuple[int, str]
) -> None:
    kind, value = carrier
    real = two.things[pick % len(two.things)]
    custom_id = bend(real.custom_id)
    form = {"custom_id": custom_id, "components": [{"component": {"type": 4, "custom_id": "text"}}]}
    for student in (two.dm, two.life.dm):
        wire, shown = Wire(student), replace(seen_by(student, real, custom_id), kind=kind, value=value)
        answers = await wire.send(wire.pressing(shown), wire.submitting(form, {"text": value}))
        assert all(REFERENCE not in answer.text for answer in answers), custom_id
        if student is two.dm:
            two.nothing_changed()
    await shelf.restore()
