"""Commands and actions of a student's own data: take it along, bring it back, or have it erased."""

from discord import Attachment, app_commands

from bot.domain.errors import CoachError, Code
from bot.services.mydata.import_reader import MOST_PARTS
from bot.ui.cards import mydata as cards
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action
from bot.ui.kit import direct_messages as direct

PARTS = ("file", *(f"part{number}" for number in range(2, MOST_PARTS + 1)))
"""The options of an import, in the order of the parts, though any order does."""


class MyDataCog(StepCog):
    """What is kept of the student belongs to the student."""

    mydata = app_commands.Group(name="mydata", description="Take your data along, bring it back, or delete it")

    @mydata.command(name="export")
    async def export_command(self, interaction: Interaction) -> None:
        """Get everything I keep about you, as files."""
        await self.act(interaction, "mydata.export")

    @mydata.command(name="import")
    @app_commands.describe(
        file="everything.json or everything.zip, as /mydata export gave it, or its first part",
        **{name: f"another part, if there are {number} or more" for number, name in enumerate(PARTS[1:], 2)},
    )
    async def import_command(  # noqa: PLR0917 - a command has an option for each file
        self,
        interaction: Interaction,
        file: Attachment,  # noqa: ARG002 - the press knows them
        part2: Attachment | None = None,  # noqa: ARG002
        part3: Attachment | None = None,  # noqa: ARG002
        part4: Attachment | None = None,  # noqa: ARG002
        part5: Attachment | None = None,  # noqa: ARG002
        part6: Attachment | None = None,  # noqa: ARG002
        part7: Attachment | None = None,  # noqa: ARG002
        part8: Attachment | None = None,  # noqa: ARG002
        part9: Attachment | None = None,  # noqa: ARG002
        part10: Attachment | None = None,  # noqa: ARG002
    ) -> None:
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
        most = min(cards.MOST_BYTES, press.interaction.filesize_limit)
        handed = await self.services.mydata.hand_over(press.user_id, most, cards.MOST_FILES)
        for number, card in enumerate(cards.exported(handed, most)):
            await press.show(card, below=number > 0)

    @action("mydata.import")
    async def import_data(self, press: Press) -> None:
        """Take back an export."""
        files = press.attachments(*PARTS)
        for file in files:
            self.services.mydata.check_size(file.size)
        await press.defer()
        content, *more = [await file.read() for file in files]
        await press.show(cards.imported(await self.services.mydata.import_data(press.user_id, content, more)))

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
            await direct.tidy(_take_back(press, place.message_id))

    @action("mydata.keep")
    async def keep(self, press: Press, reminder: int = 0) -> None:
        """Keep everything of a student who was warned; by a button of several, the other lines stay."""
        kept = await self.services.inactivity.keep(press.user_id, press.interaction.created_at)
        card = cards.kept(self.services.inactivity.months) if kept else cards.nothing_kept()
        await press.show(card, replace=reminder > 0)


async def _take_back(press: Press, message_id: int) -> None:
    await direct.remove(await press.dm(), message_id)
