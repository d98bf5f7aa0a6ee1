"""What each command asks of the database: one unit of work, which writes only if the command changes something.

The table is a budget. Whoever makes a command ask for more has to say so here. What each button, menu and form asks
is in `unit_budgets.py`, and `test_every_button.py` holds it against every one of them.
"""

import discord
import pytest
from discord import app_commands

from bot.clock import now
from bot.storage.models import Contact
from tests.journeys.unit_budgets import COMMANDS, NOT_IN_THE_STORY
from tests.support.unit_meter import Cost, Meter
from tests.support.world import ZONE, Student, World

pytestmark = [
    pytest.mark.sqlite(reason="on PostgreSQL each unit that writes has one statement more, for its turn"),
    pytest.mark.again,  # goes the same ways once more
]
MANY = 60
"""Contacts with whom comparing takes a while."""


class Metered:
    """A student whose commands are counted, each under its name."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self.meter = Meter(student.world)
        self._name = ""
        self.meter.handlers(lambda _: self._name)

    async def slash(self, name: str, **options: object) -> None:
        """Use a command."""
        self._name = name
        await self.student.slash(name, **options)
        self._name = "after it"


def command_names(bot: app_commands.CommandTree[discord.Client]) -> set[str]:
    return {one.qualified_name for one in bot.walk_commands() if isinstance(one, app_commands.Command)}


@pytest.fixture
async def maya(rapport: World) -> Metered:
    """A student who has told her zone, of whom all is noted for today; nothing goes on in the background."""
    student = rapport.student()
    await student.slash("profile timezone", zone=ZONE)
    await rapport.bot.engine.stop()
    return Metered(student)


async def meets_ana(maya: Metered) -> None:
    """Everything that there is to do about one contact, each thing as typed."""
    await maya.slash("contact add")
    await maya.student.fill({"Name": "Ana Ruiz", "Role and organization": "Chef, Lido", "Why them?": "your bread"})
    for name in ("contact show", "contact edit", "contact delete"):
        await maya.slash(name, contact="Ana")
    await maya.slash("contact note", contact="ana ruiz", text="Likes trains")
    await maya.slash("contact add", referred_by="Ana")
    await maya.slash("request draft", contact="Ana")
    await maya.slash("request sent", contact="Ana", when="yesterday 4pm")
    await maya.slash("request answer", contact="Ana", outcome="accepted")
    await maya.slash("interview schedule", contact="Ana", when="tomorrow 3pm", minutes=30, place="Lido")
    await maya.slash("interview prep", contact="Ana")
    await maya.slash("interview move", contact="Ana", when="tomorrow 4pm")
    await maya.slash("interview cancel", contact="Ana")
    await maya.student.press("Cancel the meeting")
    await maya.slash("interview happened", contact="Ana", when="2 hours ago")
    await maya.slash("evaluate", contact="Ana")
    await maya.slash("thanks draft", contact="Ana")
    await maya.slash("thanks sent", contact="Ana", when="an hour ago")
    await maya.slash("todo add", text="Read the report\nWrite", contact="Ana", when="Fri 5pm")
    await maya.slash("todo done", todo="read the report")


async def test_no_command_asks_for_more_than_before(maya: Metered, rapport: World) -> None:
    await meets_ana(maya)
    for name in ("next", "help", "contact list", "request list", "interview list", "todo list", "profile show"):
        await maya.slash(name)
    await maya.slash("contact list", search="ana")
    await maya.slash("guide", topic="Thank-you notes")
    await maya.slash("profile edit")
    await maya.slash("profile timezone", zone="Europe/Lisbon")
    await maya.slash("profile quiet", **{"from": "21:00", "until": "07:00"})
    await maya.slash("mydata export")
    await maya.slash("mydata delete")
    costs = maya.meter.costs
    assert set(COMMANDS) | set(NOT_IN_THE_STORY) == command_names(rapport.bot.tree)
    assert maya.meter.grown(COMMANDS | {"after it": Cost(9, 9, 999)}) == {}
    assert set(COMMANDS) <= set(costs)
    # So that the next one who saves a unit or a statement keeps it.
    assert {name: cost for name, cost in costs.items() if name in COMMANDS and cost != COMMANDS[name]} == {}


async def test_with_very_many_contacts_comparing_comes_first(maya: Metered, rapport: World) -> None:
    """Then a unit that reads is worth it: nobody waits to write while a name is compared with all of them."""
    async with rapport.bot.db.write(maya.student.id) as session:
        session.add_all(
            Contact(owner_id=maya.student.id, name=f"Contact {number}", created_at=now()) for number in range(MANY)
        )
    await maya.slash("request sent", contact="Contact 7", when="yesterday 4pm")
    assert maya.meter.costs["request sent"][:2] == (1, 2)
    # What is chosen from the suggestions has a number, and needs no comparing.
    maya.meter.costs.clear()
    await maya.slash("request sent", contact="#8")
    assert maya.meter.costs["request sent"][:2] == (0, 1)
