"""Commands and actions of a student's own data: take it along, bring it back, or have it erased."""

import asyncio

from discord import Attachment, app_commands

from bot.domain.errors import CoachError, Code
from bot.ui import direct
from bot.ui.cards import mydata as cards
from bot.ui.press import Interaction, Press
from bot.ui.step import Step, action


class MyData(Step):
    """What is kept of the student belongs to the student."""

    mydata = app_commands.Group(name="mydata", description="Take your data along, bring it back, or delete it")

    @mydata.command(name="export")
    async def export_command(self, interaction: Interaction) -> None:
        """Get everything I keep about you, as files."""
        await self.act(interaction, "mydata.export")

    @mydata.command(name="import")
    @app_commands.describe(file="everything.json or everything.zip, as /mydata export gave it")
    async def import_command(self, interaction: Interaction, file: Attachment) -> None:  # noqa: ARG002 - the press knows it
        """Bring back what you exported, when nothing of yours is kept here."""
        await self.act(interaction, "mydata.import")

    @mydata.command(name="delete")
    async def delete_command(self, interaction: Interaction) -> None:
        """Delete everything I keep about you."""
        await self.act(interaction, "mydata.delete")

    @action("mydata.export")
    async def export(self, press: Press) -> None:
        """Hand over everything."""
        await press.defer()
        files = await self.services.mydata.export(press.user_id)
        packed = await asyncio.to_thread(cards.packed, files)
        await press.show(cards.exported(packed, comes_back=self.services.mydata.comes_back(files)))

    @action("mydata.import")
    async def bring_back(self, press: Press) -> None:
        """Take back an export."""
        file = press.attachment("file")
        self.services.mydata.check_size(file.size)
        await press.defer()
        await press.show(cards.imported(await self.services.mydata.bring_back(press.user_id, await file.read())))

    @action("mydata.delete")
    async def ask(self, press: Press) -> None:
        """Ask for the word."""
        await press.ask(cards.delete_form())

    @action("mydata.erase")
    async def erase(self, press: Press) -> None:
        """Erase everything, if the word is right; a question that waits in the DM goes too."""
        await press.defer()
        try:
            erased = await self.services.mydata.erase(press.user_id, press.text("word"))
        except CoachError as error:
            if error.code is not Code.NOT_CONFIRMED:
                raise
            await press.show(cards.not_confirmed(error))
            return
        self.router.forget(press.user_id)
        await press.show(cards.erased(may_arrive=erased.may_arrive))
        for place in erased.waiting:
            await direct.tidy(
                direct.remove(direct.dm(press.interaction.client, place.channel_id), place.message_id)
            )

    @action("mydata.keep")
    async def keep(self, press: Press, reminder: int = 0) -> None:
        """Keep everything of a student who was warned; by a button of several, the other lines stay."""
        kept = await self.services.inactivity.keep(press.user_id)
        card = cards.kept(self.services.inactivity.months) if kept else cards.nothing_kept()
        await press.show(card, replace=reminder > 0)
