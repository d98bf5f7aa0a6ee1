"""Discord takes a press, and then takes no answer: the student's next press is not held up by that.

The time that an answer has is over at once here, as nothing happens while Discord is silent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import discord
import pytest
from simcord.http.client import FakeHTTPClient, FakeWebhookAdapter

from bot.ui.dispatch.press import Press
from bot.ui.kit import direct_messages, in_time
from tests.support.raw_interactions import Album, Wire, operators_log
from tests.support.world import ZONE, Student, World


class Silence:
    """Discord, for as long as it says nothing to some requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.about = ""
        """Part of the path of requests that get no answer; nothing for none."""
        self.is_over: Callable[[], bool] = lambda: False
        """Whether a request is answered after all."""
        for client in (FakeWebhookAdapter, FakeHTTPClient):
            monkeypatch.setattr(client, "request", self._instead_of(client.request))

    def _instead_of(self, request: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(client: Any, route: Any, *args: Any, **kwargs: Any) -> Any:
            while self.about and self.about in route.url and not self.is_over():  # noqa: ASYNC110 - a test has no event for it
                await asyncio.sleep(0)
            return await request(client, route, *args, **kwargs)

        return asked


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Silence:
    return Silence(monkeypatch)


async def test_an_answer_that_discord_does_not_take_ends_the_turn(
    rapport: World,
    maya: Student,
    silent: Silence,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Before, the turn was kept as long as discord.py went on trying."""
    await maya.slash("profile timezone", zone=ZONE)
    monkeypatch.setattr(in_time, "SECONDS", 0)
    silent.about = "/callback"
    await maya.slash("todo add", text="Read about reefs")
    silent.about = ""
    monkeypatch.setattr(in_time, "SECONDS", 60.0)
    assert "Read about reefs" in await maya.slash("todo list")
    assert "Discord did not take it in time" in operators_log(caplog)
    assert "a fault" not in operators_log(caplog)
    assert "reefs" not in operators_log(caplog)


async def test_a_double_press_meets_what_the_first_one_left(
    rapport: World, maya: Student, silent: Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = Album(rapport)
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("todo add", text="Read about reefs")
    await maya.slash("todo list")
    (done,) = [one for one in album.found.values() if one.route.action == "todo.done"]
    monkeypatch.setattr(in_time, "SECONDS", 0)
    silent.about = "/callback"
    await Wire(maya).press(done, done)
    silent.about = ""
    monkeypatch.setattr(in_time, "SECONDS", 60.0)
    (again,) = await Wire(maya).press(done)
    assert again.acknowledged
    assert "Read about reefs" not in await maya.slash("todo list")


async def test_a_dm_is_sent_late_and_the_turn_is_over_before(
    rapport: World,
    maya: Student,
    silent: Silence,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(in_time, "SECONDS", 0)
    silent.about, silent.is_over = "/messages", lambda: maya.id not in rapport.bot.router._turns
    assert (await maya.say("hi")).components
    assert "could not answer a DM: Discord did not take it in time" in operators_log(caplog)


async def test_a_request_that_nobody_waits_for_goes_on(silent: Silence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off in the wait for a global limit, it would leave discord.py's gate for the whole bot shut."""
    monkeypatch.setattr(in_time, "SECONDS", 0)
    limit_is_over, gate = asyncio.Event(), asyncio.Event()

    async def waiting_out_a_limit() -> None:
        await limit_is_over.wait()
        gate.set()

    with pytest.raises(in_time.UnansweredError):
        await in_time.or_later(waiting_out_a_limit())
    limit_is_over.set()
    await gate.wait()


async def test_what_discord_does_not_hand_over_in_time_is_asked_for_again(
    rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, the turn was kept for as long as discord.py went on asking what stands in the doubtful message."""
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    await maya.slash("interview happened", contact="Ana")
    await maya.slash("evaluate", contact="Ana")
    await maya.say_quickly("yes", "after a course")
    monkeypatch.setattr(direct_messages, "or_later", _too_late)
    assert "Nothing was stored. To answer, type it again" in await maya.press("Yes, that is my answer")
    monkeypatch.undo()
    await maya.say("after a course")
    assert "question 3 of 11" in maya.reminders()[-1]


async def _too_late(request: Coroutine[Any, Any, Any]) -> None:
    request.close()
    raise in_time.UnansweredError


class Refused(Press):
    """A press of which Discord does not even take that its answer comes later."""

    async def defer(self) -> None:
        raise in_time.UnansweredError


async def test_what_takes_long_is_done_to_its_end_whatever_discord_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else half of the reminders would stay where an old zone had put them, until the next start."""
    monkeypatch.setattr("bot.ui.dispatch.press._PATIENCE", 0)
    steps = []

    async def work() -> None:
        for step in range(3):
            await asyncio.sleep(0)
            steps.append(step)

    with pytest.raises(in_time.UnansweredError):
        await Refused(cast("discord.Interaction[Any]", None)).patiently(work())
    assert steps == [0, 1, 2]
