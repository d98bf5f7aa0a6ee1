"""Commands and actions of home: what's next, the guide, and every DM that nobody else takes."""

from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.text.input import seen
from bot.handbook.models.topics import Topic
from bot.services.slices.reading import Deadline
from bot.ui.cards import guide, home
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action
from bot.ui.dispatch.suggestions import Choices, suggestion, suggestions
from bot.ui.kit.card import Card
from bot.ui.kit.direct_messages import CLOSED, send, send_dm

_GREETINGS = {"hi", "hey", "hello", "hello there", "hi there", "yo", "start", "next", "what's next", "menu", "help"}


class HomeCog(StepCog):
    """Where a student looks when they do not know what comes now."""

    async def cog_load(self) -> None:
        """Register the handlers, and take the DMs that are left over."""
        await super().cog_load()
        self.router.direct_messages.append(self.take)

    @app_commands.command(name="next")
    async def next_command(self, interaction: Interaction) -> None:
        """See what to do now."""
        await self.act(interaction, "home.next")

    @app_commands.command(name="guide")
    @app_commands.describe(topic="What would you like to read about?")
    async def guide_command(self, interaction: Interaction, topic: str | None = None) -> None:
        """Read how informational interviews are done, step by step."""
        await self.act(interaction, "home.guide", topic=topic)

    @guide_command.autocomplete("topic")
    @suggestions
    async def complete_topic(self, _interaction: Interaction, typed: str, _deadline: Deadline) -> Choices:
        """Pages whose title or summary holds what is typed."""
        wanted = typed.casefold().strip()
        pages = [
            page for page in self.services.handbook.topics if wanted in f"{page.title} {page.summary}".casefold()
        ]
        return [suggestion(page.title, page.key) for page in pages]

    @app_commands.command(name="help")
    async def help_command(self, interaction: Interaction) -> None:
        """See every command, step by step."""
        await self.act(interaction, "home.help")

    @action("home.next")
    async def next(self, press: Press, _nonce: int = 0) -> None:
        """Show what to do now. The button below several reminders also carries what that message is known by."""
        await self._answer(press.user_id, press.show)

    @action("home.guide")
    async def guide(self, press: Press, topic: str = "") -> None:
        """Show a page of the guide, or all of its titles."""
        await self._page(press, topic or press.text("topic"))

    @action("home.guide_choose")
    async def choose_page(self, press: Press) -> None:
        """Turn to another page."""
        await self._page(press, press.chosen(), replace=True)

    async def _page(self, press: Press, wanted: str, *, replace: bool = False) -> None:
        page, pages = self._find(wanted), self.services.handbook.topics
        card = guide.topic_page(page, pages) if page else guide.contents(pages, looked_for=wanted)
        await press.show(card, replace=replace)

    def _find(self, wanted: str) -> Topic | None:
        """The page with this key, or with this title as somebody types it."""
        title = wanted.casefold()
        named = (page for page in self.services.handbook.topics if page.title.casefold() == title)
        return self.services.handbook.topic(wanted) or next(named, None)

    @action("home.help")
    async def help(self, press: Press) -> None:
        """Show the commands."""
        await press.show(guide.commands(commands_of(press.interaction.client)))

    @action("home.test")
    async def test(self, press: Press) -> None:
        """Find out whether DMs arrive again."""
        try:
            await send_dm(press.interaction.client, press.user_id, home.test_message())
        except discord.Forbidden as error:
            if error.code not in CLOSED:
                raise
            await press.show(home.still_closed())
        else:
            await press.show(home.reached())

    async def take(self, message: discord.Message) -> bool:
        """Answer a DM that belongs to nothing with where the student is."""
        lead = self._lead(seen(message.content).casefold().strip(" .!?,\n"))
        await self._answer(message.author.id, partial(send, message.channel, message.author.id), lead)
        return True

    def _lead(self, typed: str) -> str:
        if typed in _GREETINGS:
            return ""
        texts = self.services.handbook.home
        return texts.unplaced.text if typed else texts.unread.text

    async def _answer(self, owner_id: int, show: Callable[[Card], Awaitable[object]], lead: str = "") -> None:
        view = await self.services.home.next(owner_id)
        await show(home.next_card(view, self.services.handbook.home, lead=lead))
        if view.missed:
            await self.services.home.told(owner_id, view.missed)


def commands_of(client: commands.Bot) -> dict[str, list[str]]:
    """The names of the commands, by cog, as Discord knows them: a list of our own would fall behind."""
    return {
        name: [one.qualified_name for one in cog.walk_app_commands() if isinstance(one, app_commands.Command)]
        for name, cog in client.cogs.items()
    }
