"""Commands and actions of a student's own data: take it along, or have it erased."""

import asyncio

from discord import app_commands

from bot.domain.errors import CoachError, Code
from bot.ui import direct
from bot.ui.cards import mydata as cards
from bot.ui.press import Interaction, Press
from bot.ui.step import Step, action


class MyData(Step):
    """What is kept of the student belongs to the student."""

    mydata = app_commands.Group(name="mydata", description="Take your data along, or delete it")

    @mydata.command(name="export")
    async def export_command(self, interaction: Interaction) -> None:
        """Get everything I keep about you, as files."""
        await self.act(interaction, "mydata.export")

    @mydata.command(name="delete")
    async def delete_command(self, interaction: Interaction) -> None:
        """Delete everything I keep about you."""
        await self.act(interaction, "mydata.delete")

    @action("mydata.export")
    async def export(self, press: Press) -> None:
        """Hand over everything."""
        await press.defer()
        files = await self.services.mydata.export(press.user_id)
        await press.show(cards.exported(await asyncio.to_thread(cards.packed, files)))

    @action("mydata.delete")
    async def ask(self, press: Press) -> None:
        """Ask for the word."""
        await press.ask(cards.delete_form())

    @action("mydata.erase")
    async def erase(self, press: Press) -> None:
        """Erase everything, if the word is right; a question that waits in the DM goes too."""
        await press.defer()
        try:
            waiting = await self.services.mydata.erase(press.user_id, press.text("word"))
        except CoachError as error:
            if error.code is not Code.NOT_CONFIRMED:
                raise
            await press.show(cards.not_confirmed(error))
            return
        self.router.forget(press.user_id)
        await press.show(cards.erased())
        for place in waiting:
            await direct.tidy(
                direct.remove(direct.dm(press.interaction.client, place.channel_id), place.message_id)
            )
