"""The router without Discord: turns, the typing of arguments, and waiting for what is in hand."""

import asyncio

import pytest

from bot.domain.errors import CoachError, Code
from bot.ui.dispatch.router import Router, typed_arguments


async def handler(_press: object, number: int, word: str = "none") -> None:
    """Stands for a handler with one number that must be there and a word that may."""


@pytest.mark.parametrize(
    ("args", "typed"),
    [
        (("7",), [7]),
        (("7", "yes"), [7, "yes"]),
        (("7", "8"), [7, "8"]),
        (("9" * 18,), [int("9" * 18)]),
        ((str(2**63 - 1),), [2**63 - 1]),
    ],
)
def test_arguments_arrive_as_the_handler_declares_them(args: tuple[str, ...], typed: list[object]) -> None:
    assert typed_arguments(handler, args) == typed


@pytest.mark.parametrize(
    "args", [(), ("x",), ("-1",), ("1.5",), ("٣",), (str(2**63),), ("9" * 5000,), ("",), ("1", "a", "b")]
)
def test_arguments_that_do_not_fit_change_nothing(args: tuple[str, ...]) -> None:
    with pytest.raises(CoachError) as refusal:
        typed_arguments(handler, args)
    assert refusal.value.code is Code.MOVED_ON


def test_two_handlers_for_one_action_are_a_mistake() -> None:
    router = Router()
    router.add("contact.show", handler)
    with pytest.raises(ValueError, match=r"contact\.show"):
        router.add("contact.show", handler)


async def test_one_student_is_served_in_order_and_another_beside() -> None:
    router, order = Router(), []
    first_may_end, other_ended = asyncio.Event(), asyncio.Event()

    async def act(user: int, name: str) -> None:
        async with router.turn(user):
            order.append(f"{name} begins")
            if name == "first":
                await first_may_end.wait()
            order.append(f"{name} ends")
        if name == "other":
            other_ended.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(act(1, "first"))
        group.create_task(act(1, "second"))
        group.create_task(act(2, "other"))
        await other_ended.wait()
        assert "second begins" not in order
        first_may_end.set()
    assert order.index("second begins") > order.index("first ends")


async def test_a_shutdown_waits_for_what_is_in_hand() -> None:
    router, may_end = Router(), asyncio.Event()

    async def work() -> None:
        async with router.turn(1):
            await may_end.wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    draining = asyncio.create_task(router.drain(60))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not draining.done()
    may_end.set()
    await draining
    assert task.done()


async def test_a_shutdown_does_not_wait_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    router = Router()
    async with router.turn(1):
        await router.drain(0)
    assert "1 interactions unfinished" in caplog.text
