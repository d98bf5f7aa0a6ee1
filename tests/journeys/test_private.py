"""Where an answer may be read by others is what Discord says; where it says nothing known, it is private."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.raw_interactions import Made, Wire, things
from tests.support.world import ZONE, Student, World

COMMAND = 2
MISSING = object()
UNKNOWN = {"missing": MISSING, "null": None, "later": 7, "text": "1", "a server, without one": 0, "others' DM": 2}
"""What may stand in an interaction's `context`. 1 is the bot's own DM."""


def in_context(made: Made, context: object) -> Made:
    """The same interaction, which says this about where it is."""

    def changed() -> tuple[Any, dict[str, Any]]:
        record, payload = made()
        payload.pop("context")
        return record, payload if context is MISSING else payload | {"context": context}

    return changed


async def kinds(wire: Wire) -> dict[str, Made]:
    """A command, a press and a form, each with an answer of its own."""
    form = await wire.student.slash("contact add")
    assert form.modal is not None
    listed = await wire.student.slash("help")
    assert listed.message_id is not None
    raw = wire._env.backend.messages[wire._channel][listed.message_id]
    (pressed, *_) = things(raw)
    return {
        "a command": partial(wire._payload, COMMAND, {"id": "1", "name": "next", "type": 1}, None),
        "a command that defers": partial(wire._payload, COMMAND, _EXPORT, None),
        "a press": wire.pressing(pressed),
        "a form": wire.submitting(form.modal, {"name": "Ana Núñez"}),
    }


_EXPORT = {"id": "1", "name": "mydata", "type": 1, "options": [{"name": "export", "type": 1, "options": []}]}


@pytest.mark.parametrize("context", UNKNOWN.values(), ids=UNKNOWN)
async def test_an_answer_is_private_unless_it_is_surely_in_the_bots_own_dm(
    rapport: World, maya: Student, context: object
) -> None:
    await _answered(maya, lambda made: in_context(made, context), private=True)


async def test_in_the_bots_own_dm_it_is_an_ordinary_message(rapport: World, maya: Student) -> None:
    await _answered(maya, lambda made: made, private=False)


async def _answered(student: Student, change: Callable[[Made], Made], *, private: bool) -> None:
    await student.slash("profile timezone", zone=ZONE)
    for kind, made in (await kinds(Wire(student))).items():
        (answer,) = await Wire(student).send(change(made))
        assert answer.cards, kind
        assert all(card.ephemeral is private for card in answer.cards), kind
