"""Routes that nobody was given, fields that no form has, and presses long after: answered, and without effect."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import CoachError
from bot.domain.mydata import CONFIRMATION
from bot.ui.dispatch.router import typed_arguments
from bot.ui.kit.custom_ids import decode
from tests.support.discord_limits import BUTTON, SELECT
from tests.support.raw_interactions import REFERENCE, Answer, Made, Shown, Wire, newest, operators_log
from tests.support.row_snapshots import Shelf
from tests.support.two_students import NOBODYS, Two, both, nothing_told, of_nobodys, own_words, seen_by
from tests.support.world import Student

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.again]
AT_ONCE = 8
"""Forgeries that arrive together."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """One world for all the tests here."""
    async with both(tmp_path_factory.mktemp("forged")) as two:
        yield two


@pytest.fixture
def two(running: Two, caplog: pytest.LogCaptureFixture) -> Iterator[Two]:
    running.look()
    caplog.clear()
    yield running
    assert "WARNING" not in operators_log(caplog)
    assert "ERROR" not in operators_log(caplog)


@pytest.fixture
def shelf(two: Two) -> Shelf:
    return Shelf(two.world)


# What can be forged

ODD = st.sampled_from(
    ["", "0", "-1", "+1", " 1", "1_0", "1.5", "1e3", "٣", "１２", "²", "yes", "email", "a:b", "\0", "\n", "\ud800"]
    + [str(number) for number in (2**31, 2**63 - 1, 2**63, 2**64)]
    + ["253402300799", "9" * 25, "9" * 5000]
)
"""Arguments that are no number, hardly one, or one too large."""
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
PIECE = ODD | ANY_TEXT


CHOSEN = st.lists(PIECE | st.none() | st.integers(), max_size=3)
VALUE = PIECE | st.none() | st.integers() | st.lists(st.none(), max_size=2) | st.just({"a": 1}) | st.booleans()
KEY = (
    st.sampled_from(["text", "name", "when", "word", "values", "contact", "words", "question", "ticked"]) | ANY_TEXT
)
FIELD: st.SearchStrategy[dict[str, Any]] = (
    st.fixed_dictionaries({"type": st.just(4), "custom_id": KEY, "value": VALUE})
    | st.fixed_dictionaries({"type": st.sampled_from([3, 22]), "custom_id": KEY, "values": CHOSEN})
    | st.fixed_dictionaries({"values": VALUE, "custom_id": VALUE})
    | st.just({})
)
COMPONENTS = st.lists(
    st.fixed_dictionaries({"type": st.just(18), "component": FIELD})
    | st.fixed_dictionaries({"type": st.just(1), "components": st.lists(FIELD, max_size=2) | st.none()})
    | FIELD,
    max_size=5,
)


@dataclass(frozen=True)
class Forgery:
    """One of her things, its route bent in one of the `WAYS`, and what is chosen or filled in with it."""

    thing: int
    way: str
    number: int
    text: str
    odd: list[str]
    kind: int
    chosen: list[Any]
    components: list[Any]

    def custom_id(self, two: Two) -> str:
        """What its route is made into."""
        actions = sorted(two.world.bot.router.handlers)
        return WAYS[self.way](self.real(two).custom_id, self, actions[self.number % len(actions)])

    def real(self, two: Two) -> Shown:
        """What it was made from."""
        return two.things[self.thing % len(two.things)]

    def sent_by(self, student: Student, two: Two) -> list[Made]:
        """As a button or menu on a card, and as a form."""
        wire, custom_id, real = Wire(student), self.custom_id(two), self.real(two)
        shown = carrying(seen_by(student, real, real.custom_id), custom_id, self.kind)
        data = {"custom_id": custom_id, "component_type": self.kind}
        if self.kind == SELECT:
            data["values"] = self.chosen
        form = {"custom_id": custom_id, "components": self.components}
        return [wire.component(data, shown.message), wire.form(form)]


def with_piece(route: str, place: int, piece: str) -> str:
    """The route with another `piece` at `place`."""
    parts = route.split(":")
    parts[place % len(parts)] = piece
    return ":".join(parts)


WAYS: dict[str, Callable[[str, Forgery, str], str]] = {
    "as it is": lambda route, _forgery, _action: route,
    "cut": lambda route, forgery, _action: route[: forgery.number % len(route)],
    "longer": lambda route, forgery, _action: f"{route}:{(forgery.text or '0') * (1 + forgery.number % 400)}",
    "another piece": lambda route, forgery, _action: with_piece(route, forgery.number, forgery.text),
    "another kind": lambda route, forgery, _action: "bsfx"[forgery.number % 4] + route[1:],
    "another version": lambda route, forgery, _action: route[0] + forgery.text + route[2:],
    "made up": lambda route, forgery, action: ":".join(
        [f"{'bsf'[forgery.thing % 3]}1", action, route.split(":")[2], *forgery.odd]
    ),
    "any text": lambda _route, forgery, _action: forgery.text,
}
NUMBER = st.integers(0, 10_000)
FORGERIES = st.lists(
    st.builds(
        Forgery,
        thing=NUMBER,
        way=st.sampled_from(list(WAYS)),
        number=NUMBER,
        text=PIECE,
        odd=st.lists(PIECE, max_size=5),
        kind=st.sampled_from([BUTTON, SELECT]),
        chosen=CHOSEN,
        components=COMPONENTS,
    ),
    min_size=1,
    max_size=AT_ONCE,
)


def carrying(shown: Shown, custom_id: str, kind: int) -> Shown:
    """The card with nothing on it but one button or menu with this custom_id."""
    inside: dict[str, Any] = {"type": kind, "custom_id": custom_id, "id": 3}
    inside |= {"options": [{"label": "a", "value": "a"}]} if kind == SELECT else {"style": 2, "label": "a"}
    components = [{"type": 1, "id": 2, "components": [inside]}]
    return replace(shown, message=replace(shown.message, components=components), custom_id=custom_id, kind=kind)


def is_route(two: Two, student: int, custom_id: str) -> bool:
    """Whether it is one that the bot could have given to `student`: then it may act, on what is theirs."""
    route = decode(custom_id)
    if route is None or route.owner != student or route.action not in two.world.bot.router.handlers:
        return False
    try:
        typed_arguments(two.world.bot.router.handlers[route.action], route.args)
    except CoachError:
        return False
    return True


async def answered(student: Student, two: Two, forgeries: list[Forgery]) -> list[Answer]:
    """What comes back to all of them; for each, it is an answer, and no fault."""
    answers = await Wire(student).send(*[made for one in forgeries for made in one.sent_by(student, two)])
    assert all(answer.acknowledged and REFERENCE not in answer.text for answer in answers), forgeries
    return answers


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(forgeries=FORGERIES)
async def test_whatever_arrives_is_answered_and_only_her_own_routes_act(
    two: Two, shelf: Shelf, forgeries: list[Forgery]
) -> None:
    hers = two.life.dm
    nothing_told(await answered(two.dm, two, forgeries), private=False)
    two.nothing_changed()
    routes = [one for one in forgeries if is_route(two, hers.id, one.custom_id(two))]
    await answered(hers, two, [one for one in forgeries if one not in routes])
    two.nothing_changed()
    await answered(hers, two, routes)
    await shelf.restore()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(typed=PIECE)
async def test_any_word_in_an_option_is_answered_and_tells_nothing(two: Two, typed: str) -> None:
    for command, option in (("contact show", "contact"), ("contact add", "referred_by"), ("todo done", "todo")):
        assert REFERENCE not in await two.server.slash(command, **{option: typed})
        await two.server.suggestions(command, option, typed)
    for command, option in (("profile timezone", "zone"), ("guide", "topic")):
        await two.server.suggestions(command, option, typed)
    assert REFERENCE not in await two.dm.say(f"hi {typed[:1000]}")


# What is pressed long after


async def test_every_argument_that_is_a_number_may_be_any_number(two: Two, shelf: Shelf) -> None:
    """Her own cards, with her own name: a number that is none of hers is not found, and none is too large."""
    hers = own_words(two.life.dm)
    for number in ("0", NOBODYS, "253402300799", str(2**63 - 1), str(2**63)):
        things = []
        for one in two.some:
            _, action, _, *args = one.custom_id.split(":")
            for place, arg in enumerate(args):
                if arg.isdigit():
                    custom_id = ":".join(["b1", action, hers, *args[:place], number, *args[place + 1 :]])
                    things.append(carrying(seen_by(two.life.dm, one, one.custom_id), custom_id, BUTTON))
        answers = await Wire(two.life.dm).press(*things)
        assert all(answer.acknowledged and REFERENCE not in answer.text for answer in answers), number
        await shelf.restore()


async def test_handlers_take_nothing_but_numbers_and_words(two: Two) -> None:
    """What is typed by annotation here is what the forgeries above were made for."""
    for action, handler in two.world.bot.router.handlers.items():
        kinds = {one.annotation for one in [*inspect.signature(handler).parameters.values()][1:]}
        assert kinds <= {int, str}, action


async def test_what_is_left_on_the_screen_of_the_erased_finds_nothing(two: Two) -> None:
    """The last test here: of her nothing is left."""
    maya = two.life.dm
    old = [one for one in two.things if of_nobodys(one, own_words(maya))]
    # These name no row, and would make one: the student's own.
    old += newest([one for one in two.things if one.route.action in {"profile.names", "profile.zone.choose"}], 1)
    await two.world.bot.services.mydata.erase(maya.id, CONFIRMATION)
    two.look()
    answers = await Wire(maya).press(*[seen_by(maya, one, one.custom_id) for one in old])
    assert all(answer.acknowledged for answer in answers)
    nothing_told(answers, private=False)
    two.nothing_changed()
