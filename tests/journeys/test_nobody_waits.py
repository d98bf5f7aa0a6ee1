"""An account filled to its limits with the slowest texts there are: every command and form is answered, and between
two slices of the work everybody else has their turn.

What is counted is work, not time: the rows that are read and the characters that are folded before the event loop
goes on to somebody else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.clock import now
from bot.domain import contacts as folding
from bot.domain.evaluations.questions import FINISHED
from bot.domain.todos import TEXT_LIMIT
from bot.services.contacts import matching as contact_names
from bot.services.contacts import service as contacts
from bot.services.slices.reading import CHARACTERS, ROWS, Deadline
from bot.services.todos import matching as todo_names
from bot.services.todos import service as todos
from bot.storage.models import Contact, Evaluation, Interview, Request, ThankYou, Todo
from bot.storage.sqlite.connection import InPlaceConnection
from bot.ui.dispatch import suggestions
from cogs.mydata import MyDataCog
from tests.support.raw_interactions import REFERENCE, Album, Wire, newest, sensible
from tests.support.world import ZONE, Student, World, sqlite_url, world

LIMIT = 5 * ROWS
"""Of contacts, of requests, of interviews and of to-dos: several slices of each."""
MIXED = (
    "ßİŉﬃΐ", "a\u0301\u0302\u0303", "\u200b\u2060", "\u202eאבג ", "([{(((", "12-3 12:", "👩🏽‍👩🏻‍👧🏿‍👦🏼",
    "**__~~||`*_", "I did. ", "a.a@a.", "at 3 ", "aaaaaaaa",
)  # fmt: skip
"""What grows, piles up, hides, turns around, opens and never ends, looks like a date, an address or a deed."""
SLOW = {"grows eighteen times when folded": "\ufdfa", "everything at once": "".join(MIXED)}
READ = 3 * ROWS + 5
"""Rows that may be read in one go: slices of what is listed together, and what little is read around them."""
FOLDED = 2 * CHARACTERS
"""Characters that may be folded in one go: a slice, and the text that overfills it."""


TEXT_INPUT = 4


def long(text: str, limit: int) -> str:
    return (text * limit)[:limit]


@dataclass
class Work:
    """What was done in one go, at most."""

    done: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, amount: int) -> None:
        self.done[kind] = self.done.get(kind, 0) + amount
        self.most[kind] = max(self.most.get(kind, 0), self.done[kind])

    def watched(self, kind: str, function: Callable[..., Any], weigh: Callable[..., int]) -> Callable[..., Any]:
        @wraps(function)
        def counting(*args: Any, **kwargs: Any) -> Any:
            self.count(kind, weigh(*args))
            return function(*args, **kwargs)

        return counting


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts from here on; each round of the event loop begins anew."""
    counted = Work()
    run_once: Callable[[Any], None] = vars(asyncio.BaseEventLoop)["_run_once"]

    def anew(loop: Any) -> None:
        counted.done.clear()
        run_once(loop)

    fold = counted.watched("folded", folding.fold, len)
    for module in (folding, contact_names, contacts, todos, todo_names):
        monkeypatch.setattr(module, "fold", fold)
    execute = InPlaceConnection._execute

    async def counting(connection: InPlaceConnection, function: Any, *args: Any, **kwargs: Any) -> Any:
        found = await execute(connection, function, *args, **kwargs)
        counted.count("read", len(found) if isinstance(found, list) else 0)
        return found

    monkeypatch.setattr(InPlaceConnection, "_execute", counting)
    monkeypatch.setattr(asyncio.BaseEventLoop, "_run_once", anew)
    return counted


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[World]:
    async with world(sqlite_url(tmp_path), max_contacts=LIMIT, max_entries=LIMIT) as running:
        yield running


async def fill(running: World, maya: Student, text: str) -> None:
    """As many rows as the settings allow, with texts as long as they may be."""
    moment = now()
    async with running.bot.db.write(maya.id) as session:
        people = [
            Contact(
                owner_id=maya.id,
                name=long(text, 90) + str(number),
                title=long(text, 75),
                organization=long(text, 75),
                why=long(text, 500),
                notes=long(text, 4000),
                reach=long(text, 200),
                created_at=moment,
            )
            for number in range(LIMIT)
        ]
        session.add_all(people)
        await session.flush()
        # All of it hangs on the first two, where it is heaviest.
        interviews = [
            Interview(
                contact_id=people[number % 2].id,
                starts_at=moment + timedelta(minutes=number),
                minutes=20,
                place=long(text, 300),
                status="met" if number % 2 else "scheduled",
                ended_at=moment if number % 2 else None,
                created_at=moment,
            )
            for number in range(LIMIT)
        ]
        session.add_all(interviews)
        await session.flush()
        for number, interview in enumerate(interviews):
            session.add(
                Todo(
                    owner_id=maya.id,
                    contact_id=people[1].id,
                    interview_id=interviews[1].id,
                    text=long(text, TEXT_LIMIT - 5) + str(number),
                    created_at=moment,
                )
            )
            session.add(
                Request(
                    contact_id=people[number % 2].id,
                    route="email",
                    body=long(text, 3000),
                    subject=long(text, 100),
                    status="draft",
                    created_at=moment,
                )
            )
            if interview.status == "met":
                session.add(
                    ThankYou(
                        interview_id=interview.id,
                        body=long(text, 3000),
                        version=1,
                        due_at=moment + timedelta(days=1),
                    )
                )
                session.add(
                    Evaluation(
                        owner_id=maya.id,
                        interview_id=interview.id,
                        status="done",
                        position=FINISHED,
                        created_at=moment,
                    )
                )


def commands(running: World) -> Iterator[app_commands.Command[Any, Any, Any]]:
    """Every command that Discord knows, but what takes a file: exports and imports have tests of their own."""
    for command in running.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command) and not isinstance(command.binding, MyDataCog):
            yield command


def options(command: app_commands.Command[Any, Any, Any], text: str) -> Iterator[dict[str, Any]]:
    """The command with the slowest text in every option; and once more for a contact and a to-do that are there."""
    filled: dict[str, Any] = {}
    for option in command.parameters:
        if option.choices:
            filled[option.display_name] = option.choices[0].value
        elif option.type is discord.AppCommandOptionType.string:
            filled[option.display_name] = long(text, int(option.max_value or 1500))
        elif option.type is discord.AppCommandOptionType.integer:
            filled[option.display_name] = 20
    yield filled
    there = {"contact": "#2", "todo": "#1", "when": "tomorrow 3pm", "referred_by": "#1"}
    yield filled | {name: typed for name, typed in there.items() if name in filled}


async def walk(running: World, maya: Student, text: str) -> int:
    """Every command, what it suggests, and the forms and buttons that it leads to; returns how many answers."""
    album, wire, screens = Album(running), Wire(maya), []
    for command in commands(running):
        for filled in options(command, text):
            screen = await maya.slash(command.qualified_name, **filled)
            assert screen.components or screen.modal, command.qualified_name
            screens.append(screen.text)
            if screen.modal:
                (answer,) = await wire.submit(screen.modal, brimful(screen.modal, text))
                assert answer.acknowledged, command.qualified_name
                screens.append(answer.text)
        for option in (one.display_name for one in command.parameters if one.autocomplete):
            for typed in ("", long(text, 1500), "zz"):
                assert len(await maya.suggestions(command.qualified_name, option, typed)) <= 25
    screens += [answer.text for answer in await wire.press(*newest(album.found.values(), each=1))]
    screens.append((await maya.say(long(text, 2000))).text)
    assert [screen for screen in screens if REFERENCE in screen] == []
    return len(screens)


def brimful(form: dict[str, Any], text: str) -> dict[str, Any]:
    """Every field as long as it may be."""
    fields = [label["component"] for label in form["components"]]
    typed = {one["custom_id"]: long(text, one["max_length"]) for one in fields if one["type"] == TEXT_INPUT}
    return sensible(form, offered=False, **typed)


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
async def test_everything_is_answered_and_nobody_waits(small: World, work: Work, text: str) -> None:
    """Before, all rows of a kind were read and compared in one go."""
    maya = small.student()
    await maya.slash("profile timezone", zone=ZONE)
    await fill(small, maya, text)
    work.most.clear()
    assert await walk(small, maya, text) > 40
    assert ROWS <= work.most["read"] <= READ
    assert 0 < work.most["folded"] <= FOLDED


async def test_suggestions_are_cut_off(small: World, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found by then is offered; what is not done by then is not waited for."""
    maya = small.student()
    await maya.slash("profile timezone", zone=ZONE)
    await fill(small, maya, "ab")
    work.most.clear()
    services = small.bot.services
    assert [one.id for one in await services.contacts.suggest(maya.id, "", Deadline(0))] == [
        *range(LIMIT, LIMIT - ROWS, -1)
    ]
    assert len(await services.contacts.suggest(maya.id, "aba", Deadline(0))) == 25
    assert len(await services.todos.suggest(maya.id, "aba", Deadline(0))) == 25
    assert work.most["read"] <= 3 * ROWS
    assert len(await maya.suggestions("contact show", "contact", "aba")) == 25
    monkeypatch.setattr(suggestions, "SECONDS", 0.0)
    assert await maya.suggestions("contact show", "contact", "aba") == []
    assert await maya.suggestions("todo done", "todo", "aba") == []


async def test_every_suggestion_passes_the_door_that_cuts_it_off(small: World) -> None:
    found = [
        getattr(command._params[option.name].autocomplete, "__func__", command._params[option.name].autocomplete)
        for command in small.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
        for option in command.parameters
        if option.autocomplete
    ]
    assert len(found) > 10
    assert {one.__module__ for one in found} == {suggestions.__name__}
