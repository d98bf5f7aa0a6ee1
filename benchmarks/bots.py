"""The bots whose commands are compared: a bare one, and Rapport with one command more, the least of its kind."""

from contextlib import closing
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from pydantic import SecretStr

from benchmarks.seed_rows import FAR, add_students, connected, opened
from bot.app import Rapport, create_bot
from bot.services.base import UseCases, quiet_of
from bot.services.profiles import ProfileView
from bot.settings import Settings
from bot.storage.models import Fact, User
from bot.storage.sql.upsert import insert_into
from bot.ui.cards import profile as cards
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action

STUDENTS = 50
CONTACTS = 5
"""People whom each of the students knows."""


def bare_bot() -> commands.Bot:
    """The least that answers a command."""
    bot = commands.Bot(commands.when_mentioned, intents=discord.Intents.none(), help_command=None)

    @app_commands.command(description="Answer")
    async def reminder(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("Pong.")

    bot.tree.add_command(reminder)
    return bot


_NEW = insert_into("sqlite", Fact)
_KEEP = _NEW.on_conflict_do_update(index_elements=["key"], set_={"value": _NEW.excluded.value})


class OneOfEachService(UseCases):
    """The least use case that changes something."""

    async def write(self, owner_id: int, text: str) -> ProfileView:
        """Read the student's row and keep a fact, in one unit of work."""
        async with self.db.write(owner_id) as session:
            user = await session.get_one(User, owner_id)
            connection = await session.connection()
            await connection.execute(_KEEP, {"key": f"benchmark:{owner_id}", "value": text})
            words = user.display_name, user.school, user.about, user.interests
            return ProfileView(*words, user.zone, quiet_of(user))


class OneOfEach(StepCog):
    """A command of Rapport's kind: one statement that reads and one that writes, in one unit of work."""

    @app_commands.command(name="each")
    async def each_command(self, interaction: Interaction, text: str) -> None:
        """Read, write, answer."""
        await self.act(interaction, "benchmark.each", text=text)

    @action("benchmark.each")
    async def each(self, press: Press) -> None:
        """One service call, and a card."""
        service = OneOfEachService(self.services.contacts.db, self.services.handbook)
        await press.show(cards.profile(await service.write(press.user_id, press.text("text"))))


async def our_bot(file: Path) -> Rapport:
    """Rapport on a fresh `file`, not logged in yet, with students who know somebody."""
    await (await opened(file)).close()
    add_students(file, STUDENTS)
    with closing(connected(file)) as connection:
        connection.executemany(
            "INSERT INTO contacts (owner_id, name, title, organization, reach, source, why, notes, created_at) "
            "VALUES (?, ?, 'Analyst', 'Acme', '', '', '', '', ?)",
            [(owner, f"Contact {n}", FAR) for n in range(CONTACTS) for owner in range(1, STUDENTS + 1)],
        )
    return rapport_on(file)


def rapport_on(file: Path) -> Rapport:
    """Rapport on `file`, otherwise as it is when nothing is set, but for students who are faster than people."""
    url = SecretStr(f"sqlite+aiosqlite:///{file}")
    return create_bot(Settings(_env_file=None, database_url=url, actions_at_once=60_000, messages_at_once=60_000))
