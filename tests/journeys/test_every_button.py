"""Every button, menu and form of a student's ten days works after a restart, and pressed twice it acts once."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest

from tests.journeys.unit_budgets import PRESSES
from tests.support.full_journey import MARK, Life, live
from tests.support.raw_interactions import REFERENCE, Album, Answer, Shown, Wire, operators_log, sensible
from tests.support.row_snapshots import Shelf, changed, rows
from tests.support.unit_meter import Meter
from tests.support.world import World

pytestmark = pytest.mark.again  # goes the same ways once more

NOT_ON_CARDS = {
    "todo.show": "what a button of earlier versions does",
    "evaluation.about": "what /evaluate does",
    "profile.show": "what /profile show does",
    "home.help": "what /help does",
    "mydata.import": "what /mydata import does",
}
"""Actions that no button, menu or form leads to, and why."""
PLACES = ("channel_id", "message_id", "shown_from")
"""Columns that say which message shows the question that is up: a second press may show it once more."""
TYPED: dict[str, Any] = {
    "when": "tomorrow 3pm",
    "city": "Denver",
    "from": "21:00",
    "until": "07:00",
    "minutes": "20",
    "word": "DELETE",
}


class Walk:
    """Presses whatever the bot has shown, each on the same day of the student's life."""

    def __init__(self, world: World, life: Life, album: Album) -> None:
        self.world, self.album = world, album
        self.wires = {life.server.channel.id: Wire(life.server)}
        self.dm = Wire(life.dm)
        self.shelf = Shelf(world)
        self.reached: set[str] = set()
        self.looked_at: set[str] = set()
        self.forms: dict[str, tuple[dict[str, Any], Shown]] = {}
        self.meter = Meter(world)

    def listen(self) -> None:
        """Note which handlers of the running bot are entered."""
        handlers = self.world.bot.router.handlers
        for action, handler in list(handlers.items()):
            handlers[action] = self._noting(action, handler)
        self.meter.handlers()

    def _noting(self, action: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        def entered(*args: Any) -> Any:
            self.reached.add(action)
            return handler(*args)

        return entered

    def wire(self, shown: Shown) -> Wire:
        return self.wires.get(shown.message.channel_id, self.dm)

    async def press(self, shown: Shown, times: int) -> list[Answer]:
        return await self.wire(shown).press(*[shown] * times)

    async def effect(self, act: Callable[[int], Any], times: int) -> tuple[list[Answer], dict[str, Any]]:
        """What comes back to `times` of the same at once, and what the tables hold then."""
        await self.shelf.restore()
        answers = await act(times)
        return answers, rows(self.world, besides=PLACES)

    async def twice_is_once(self, what: Shown, act: Callable[[int], Any]) -> None:
        """Both of a double press are answered, and they do what one does."""
        answers, twice = await self.effect(act, 2)
        # The card that the first press brought may have made room for that of the second.
        assert any(answer.form or answer.cards for answer in answers), what.custom_id
        for answer in answers:
            self.check(answer, what)
        _, once = await self.effect(act, 1)
        assert twice == once, f"{what.custom_id}: {changed(once, twice)}"

    def check(self, answer: Answer, what: Shown) -> None:
        """It is answered, it is no fault of ours, and in a server nobody else can read it."""
        assert answer.acknowledged, what.custom_id
        assert REFERENCE not in answer.text, f"{what.custom_id}: {answer.text}"
        assert what.message.channel_id not in self.wires or all(card.ephemeral for card in answer.cards)
        if answer.form is not None:
            self.forms.setdefault(answer.form["custom_id"], (answer.form, what))

    async def all_at_once(self, things: list[Shown]) -> None:
        """A great many presses in one moment, each on what the others leave: every one is answered."""
        await self.shelf.restore()
        for wire in (self.dm, *self.wires.values()):
            here = [one for one in things if self.wire(one) is wire]
            for answer, one in zip(await wire.press(*here), here, strict=True):
                self.check(answer, one)

    def is_new(self, custom_id: str) -> bool:
        """Whether nothing that leads to the same action was looked at closely before."""
        action = custom_id.split(":")[1]
        known = action in self.looked_at
        self.looked_at.add(action)
        return not known


async def test_every_button_menu_and_form(rapport: World, storage: str, caplog: pytest.LogCaptureFixture) -> None:
    album = Album(rapport)
    walk = Walk(rapport, await live(rapport), album)
    assert MARK not in operators_log(caplog)
    caplog.clear()

    # Everything that ever was on the screen, and everything that comes up on the way.
    await rapport.restart()
    walk.listen()
    pressed: set[tuple[str, str]] = set()
    while new := [one for key, one in reversed(album.found.items()) if key not in pressed]:
        pressed.update(one.key for one in new)
        alone = [one for one in new if walk.is_new(one.custom_id)]
        for one in alone:
            await walk.twice_is_once(one, partial(walk.press, one))
        await walk.all_at_once([one for one in new if one not in alone])

    # The forms that opened are sent to a bot that has never seen them.
    await rapport.restart()
    walk.listen()
    for form, opener in list(walk.forms.values()):
        send = partial(walk.wire(opener).submit, form, sensible(form, **TYPED), opener)
        if walk.is_new(form["custom_id"]):
            await walk.twice_is_once(opener, send)
        else:
            [answer] = await send()
            walk.check(answer, opener)
    assert "WARNING" not in operators_log(caplog)
    assert "ERROR" not in operators_log(caplog)
    assert MARK not in operators_log(caplog)
    assert set(rapport.bot.router.handlers) - walk.reached == set(NOT_ON_CARDS)
    if storage == "sqlite":  # on PostgreSQL each unit that writes has one statement more, for its turn
        assert walk.meter.grown(PRESSES) == {}
    assert set(PRESSES) == set(walk.meter.costs)
