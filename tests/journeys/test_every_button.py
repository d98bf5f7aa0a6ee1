"""Every button, menu and form that a student's ten days brought up still works after a restart, pressed twice too."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

from bot.ui.routes import decode
from tests.kit import World
from tests.lived import Life, live
from tests.wire import REFERENCE, Album, Answer, Shelf, Shown, Wire, changed, rows, sensible

NOT_ON_CARDS = {
    "evaluation.about": "what /evaluate does",
    "profile.show": "what /profile show does",
    "home.help": "what /help does",
}
"""Actions that no button, menu or form leads to, and why."""
PLACES = ("channel_id", "message_id")
"""Columns that say which message shows the question that is up: a second press may show it once more."""
TYPED = {"when": "tomorrow 3pm", "city": "Denver", "from": "21:00", "until": "07:00", "minutes": "20"}


class Walk:
    """Presses whatever the bot has shown, each on the same day of the student's life."""

    def __init__(self, world: World, life: Life, album: Album) -> None:
        self.world, self.album = world, album
        self.wires = {life.server.channel.id: Wire(life.server)}
        self.dm = Wire(life.dm)
        self.shelf = Shelf(world)
        self.reached: set[str] = set()
        self.forms: dict[str, tuple[dict[str, Any], Shown]] = {}

    def listen(self) -> None:
        """Note which handlers of the running bot are entered."""
        handlers = self.world.bot.router.handlers
        for action, handler in list(handlers.items()):
            handlers[action] = self._noting(action, handler)

    def _noting(self, action: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        def entered(*args: Any) -> Any:
            self.reached.add(action)
            return handler(*args)

        return entered

    def wire(self, shown: Shown) -> Wire:
        return self.wires.get(shown.message.channel_id, self.dm)

    async def effect(self, act: Callable[[int], Any], times: int) -> tuple[list[Answer], dict[str, Any]]:
        """What comes back to `times` of the same at once, and what the tables hold then."""
        await self.shelf.restore()
        answers = await act(times)
        return answers, rows(self.world, besides=PLACES)

    async def twice_is_once(self, what: Shown, act: Callable[[int], Any], *, compare: bool) -> None:
        """Both of a double press are answered, and they do what one does."""
        answers, twice = await self.effect(act, 2)
        for answer in answers:
            check(answer, what, private=what.message.channel_id in self.wires)
            if answer.form is not None:
                self.forms.setdefault(answer.form["custom_id"], (answer.form, what))
        if compare:
            _, once = await self.effect(act, 1)
            assert twice == once, f"{what.custom_id}: {changed(once, twice)}"


def check(answer: Answer, what: Shown, *, private: bool) -> None:
    """There is an answer, it is no fault of ours, and in a server nobody else can read it."""
    assert answer.acknowledged, what.custom_id
    assert answer.form or answer.cards, what.custom_id
    assert REFERENCE not in answer.text, f"{what.custom_id}: {answer.text}"
    assert not private or all(card.ephemeral for card in answer.cards), what.custom_id


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing of the bot's own may be logged as wrong."""
    yield caplog
    wrong = [r for when in ("setup", "call") for r in caplog.get_records(when) if r.levelno >= logging.WARNING]
    assert not [record.getMessage() for record in wrong if record.name.startswith(("bot", "cogs"))]


async def test_every_button_menu_and_form(rapport: World, quiet_log: pytest.LogCaptureFixture) -> None:
    album = Album(rapport)
    walk = Walk(rapport, await live(rapport), album)
    quiet_log.clear()

    # Everything that ever was on the screen, and everything that comes up on the way.
    await rapport.restart()
    walk.listen()
    pressed: set[tuple[str, str]] = set()
    compared: set[str] = set()
    while new := [one for key, one in album.found.items() if key not in pressed]:
        for one in new:
            pressed.add(one.key)
            fresh = one.route.action not in compared
            compared.add(one.route.action)
            await walk.twice_is_once(one, lambda times, one=one: walk.wire(one).press(one, times), compare=fresh)

    # The forms that opened are sent to a bot that has never seen them.
    await rapport.restart()
    walk.listen()
    for form, opener in walk.forms.values():
        values = sensible(form, **TYPED)
        await walk.twice_is_once(
            opener,
            lambda times, form=form, values=values, opener=opener: walk.wire(opener).submit(form, values, opener, times),
            compare=True,
        )
    walk.shelf.close()
    print(len(pressed), len(walk.forms))
    assert set(rapport.bot.router.handlers) - walk.reached == set(NOT_ON_CARDS)
