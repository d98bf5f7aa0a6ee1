"""Interactions put on the wire by hand: twice at once, long after, forged, or from the wrong person.

A student with Discord open can only press what they see. Here is everything else that reaches a bot.
"""

import copy
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import simcord.interactions
from simcord.backend import serializers
from simcord.results import InteractionResult, ResponseMessage

from bot.ui.kit.custom_ids import Route, decode
from tests.support.discord_limits import BUTTON, LINK, SELECT, parts
from tests.support.world import Screen, Student, World

Made = Callable[[], tuple[Any, dict[str, Any]]]
"""Makes an interaction, as Discord notes it and as the bot gets it; once it is made, it waits three seconds."""

PRESS, SUBMIT = 3, 5
AT_ONCE = 10
REFERENCE = "give your career center this reference"
"""What a student reads when the fault is ours."""


@dataclass(frozen=True)
class Shown:
    """One thing to press or choose, on a card as it looked when it was new."""

    message: Any
    custom_id: str
    kind: int = BUTTON
    value: str = ""
    """Of a menu: what is chosen."""

    @property
    def key(self) -> tuple[str, str]:
        return self.custom_id, self.value

    @property
    def route(self) -> Route:
        """Where it leads."""
        found = decode(self.custom_id)
        assert found is not None, self.custom_id
        return found


class Album:
    """Everything that the bot has put on screens, as it was, however it was changed or taken back later."""

    def __init__(self, world: World) -> None:
        self.found: dict[tuple[str, str], Shown] = {}
        self._bot = world.env.backend.bot_user.id
        backend = world.env.backend
        for name in ("commit_message", "edit_message"):
            setattr(backend, name, self._watched(getattr(backend, name)))

    def _watched(self, method: Any) -> Any:
        def watched(*args: Any, **kwargs: Any) -> Any:
            message = method(*args, **kwargs)
            if message.author_id == self._bot and any(one.key not in self.found for one in things(message)):
                for one in things(copy.deepcopy(message)):
                    self.found.setdefault(one.key, one)
            return message

        return watched


def things(message: Any) -> Iterator[Shown]:
    """Everything on a message that can be pressed or chosen."""
    for part in parts(message.components):
        if part.get("disabled") or part.get("style") == LINK:
            continue
        if part["type"] == BUTTON:
            yield Shown(message, part["custom_id"])
        elif part["type"] == SELECT:
            for option in part["options"]:
                yield Shown(message, part["custom_id"], SELECT, option["value"])


def newest(found: Iterable[Shown], each: int) -> list[Shown]:
    """Of all that was shown, oldest first, the newest `each` that lead to the same action."""
    count: Counter[str] = Counter()
    chosen = []
    for one in reversed(list(found)):
        count[one.route.action] += 1
        if count[one.route.action] <= each:
            chosen.append(one)
    return chosen


@dataclass(frozen=True)
class Answer:
    """What came back to one interaction: cards, a form, or nothing at all."""

    acknowledged: bool
    cards: list[Screen]
    form: dict[str, Any] | None

    @property
    def text(self) -> str:
        return "\n".join(card.plain for card in self.cards)


class Wire:
    """One student's line to the bot, without a client in between that would refuse."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self._env = student.world.env

    @property
    def _channel(self) -> int:
        backend = self._env.backend
        return self.student.channel.id if self.student.channel else backend.get_dm_channel(self.student.id).id

    async def press(self, *things: Shown) -> list[Answer]:
        """Press or choose, on the cards as they looked; all of it arrives before the bot has answered any."""
        return await self.send(*map(self.pressing, things))

    async def submit(
        self, form: Mapping[str, Any], values: Mapping[str, Any], shown: Shown | None = None, times: int = 1
    ) -> list[Answer]:
        """Send a form with these values by key; on the card that `shown` opened it from, if any."""
        return await self.send(*[self.submitting(form, values, shown) for _ in range(times)])

    async def send(self, *made: Made) -> list[Answer]:
        """Let it arrive, as many at once as one hand could press; more in turns."""
        answers: list[Answer] = []
        for start in range(0, len(made), AT_ONCE):
            arriving = [make() for make in made[start : start + AT_ONCE]]
            for _, payload in arriving:
                self._env.backend.emit("INTERACTION_CREATE", payload)
            await self._env.settle()
            answers += [self._answer(InteractionResult(self._env, record)) for record, _ in arriving]
        return answers

    def pressing(self, shown: Shown) -> Made:
        """A press or choice that is still to be sent."""
        return self.component(_pressed(shown), shown.message)

    def component(self, data: dict[str, Any], message: Any) -> Made:
        """Whatever claims to come from something on `message`."""
        return partial(self._payload, PRESS, data, message)

    def form(self, data: dict[str, Any]) -> Made:
        """Whatever claims to be a form."""
        return partial(self._payload, SUBMIT, data, None)

    def submitting(self, form: Mapping[str, Any], values: Mapping[str, Any], shown: Shown | None = None) -> Made:
        """A form that is still to be sent."""
        data = {"custom_id": form["custom_id"], "components": list(_filled(form["components"], values))}
        return partial(self._payload, SUBMIT, data, shown.message if shown else None)

    def _payload(self, kind: int, data: dict[str, Any], message: Any) -> tuple[Any, dict[str, Any]]:
        backend = self._env.backend
        if message is not None:  # it lies there again as it was
            backend.messages[message.channel_id][message.id] = copy.deepcopy(message)
        channel = message.channel_id if message else self._channel
        guild = backend.get_channel(channel).guild_id
        record, payload = simcord.interactions.base_payload(
            backend, type=kind, channel_id=channel, guild_id=guild, user_id=self.student.id, data=data
        )
        if message is not None:
            record.source_message_id = message.id
            payload["message"] = json.loads(json.dumps(serializers.message_payload(backend, message)))
        return record, payload

    def _answer(self, result: InteractionResult) -> Answer:
        done = result.acknowledged and not result._interaction.loading
        messages: list[ResponseMessage] = [result.response] if result.response else []
        cards = [self.student._screen(message.message) for message in [*messages, *result.followups]]
        return Answer(done, cards, result.modal)


def _pressed(shown: Shown) -> dict[str, Any]:
    data: dict[str, Any] = {"custom_id": shown.custom_id, "component_type": shown.kind}
    return data | {"values": [shown.value]} if shown.kind == SELECT else data


def _filled(components: Iterable[dict[str, Any]], values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for label in components:
        field = label["component"]
        value = values.get(field["custom_id"])
        given = {"value": value or ""} if field["type"] == 4 else {"values": list(value or [])}
        yield {"type": 18, "component": {"type": field["type"], "custom_id": field["custom_id"], **given}}


def sensible(form: Mapping[str, Any], *, offered: bool = True, **typed: str) -> dict[str, Any]:
    """Something that fits every field: what `typed` has for the key, else what is `offered` there, else a line."""
    values: dict[str, Any] = {}
    for label in form["components"]:
        field = label["component"]
        key = field["custom_id"]
        if field["type"] == 4:
            values[key] = typed.get(key) or (offered and field.get("value")) or "a line of text"
        else:
            values[key] = [field["options"][0]["value"]]
    return values


def as_owner(custom_id: str, owner: str) -> str:
    """The same route with somebody else's name on it."""
    head, action, _, *args = custom_id.split(":")
    return ":".join([head, action, owner, *args])


def operators_log(caplog: pytest.LogCaptureFixture) -> str:
    """What an operator finds in the log: every line of ours, and what libraries warn of."""
    line = logging.Formatter("{levelname} {name}: {message}", style="{")
    ours = {"bot", "cogs"}
    return "\n".join(
        line.format(record)
        for record in caplog.records
        if record.name.split(".")[0] in ours or record.levelno >= logging.WARNING
    )
