"""Every button, menu and form that a student's ten days brought up still works after a restart, pressed twice too."""

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest

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
CLOSELY = 2
"""Presses that lead to the same action and are looked at one by one."""
TYPED = {"when": "tomorrow 3pm", "city": "Denver", "from": "21:00", "until": "07:00", "minutes": "20"}


class Walk:
    """Presses whatever the bot has shown, each on the same day of the student's life."""

    def __init__(self, world: World, life: Life, album: Album) -> None:
        self.world, self.album = world, album
        self.wires = {life.server.channel.id: Wire(life.server)}
        self.dm = Wire(life.dm)
        self.shelf = Shelf(world)
        self.reached: set[str] = set()
        self.looked_at: Counter[str] = Counter()
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

    def first_of_each(self, things: list[Shown]) -> tuple[list[Shown], list[Shown]]:
        """The first few that lead to each action, and all the others."""
        alone: list[Shown] = []
        for one in things:
            self.looked_at[one.route.action] += 1
            if self.looked_at[one.route.action] <= CLOSELY:
                alone.append(one)
        return alone, [one for one in things if one not in alone]


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing of the bot's own may be logged as wrong."""
    yield caplog
    wrong = [r for when in ("setup", "call") for r in caplog.get_records(when) if r.levelno >= logging.WARNING]
    assert not [record.getMessage() for record in wrong if record.name.startswith(("bot", "cogs"))]


async def test_every_button_menu_and_form(rapport: World, quiet_log: pytest.LogCaptureFixture) -> None:
    import time; T=time.time.__wrapped__ if hasattr(time.time,"__wrapped__") else time.perf_counter
    import time_machine; t0=time_machine.escape_hatch.time.time(); P=lambda w: print(w, time_machine.escape_hatch.time.time()-t0)
    album = Album(rapport)
    walk = Walk(rapport, await live(rapport), album)
    quiet_log.clear(); P("lived")

    # Everything that ever was on the screen, and everything that comes up on the way.
    await rapport.restart()
    walk.listen()
    pressed: set[tuple[str, str]] = set()
    while new := [one for key, one in reversed(album.found.items()) if key not in pressed]:
        pressed.update(one.key for one in new)
        alone, together = walk.first_of_each(new)
        for one in alone:
            await walk.twice_is_once(one, lambda times, one=one: walk.wire(one).press(*[one] * times))
        await walk.all_at_once(together)

    P("pressed")
    # The forms that opened are sent to a bot that has never seen them.
    await rapport.restart()
    walk.listen()
    seen: Counter[str] = Counter()
    for form, opener in list(walk.forms.values()):
        send = partial(walk.wire(opener).submit, form, sensible(form, **TYPED), opener)
        action = form["custom_id"].split(":")[1]
        seen[action] += 1
        if seen[action] <= CLOSELY:
            await walk.twice_is_once(opener, send)
        else:
            walk.check(*await send(), opener)
    P("forms"); walk.shelf.close()
    print(len(pressed), len(walk.forms))
    assert set(rapport.bot.router.handlers) - walk.reached == set(NOT_ON_CARDS)
