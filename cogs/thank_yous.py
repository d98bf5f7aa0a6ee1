"""Commands and actions of the thank-you note."""

from discord import app_commands

from bot.domain.text.input import read_row_token
from bot.services.interviews.views import NoInterview, NotMet
from bot.services.thank_yous.views import NoteView, NoteWords
from bot.ui.cards import thank_yous as cards
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action


class ThankYouCog(StepCog):
    """The note that goes out within 24 hours."""

    thanks = app_commands.Group(name="thanks", description="The thank-you note after a meeting")

    @thanks.command(name="draft")
    @app_commands.describe(contact="Who you met")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def draft_command(self, interaction: Interaction, contact: str) -> None:
        """Write the note in three short answers."""
        await self.act(interaction, "thanks.draft", contact=contact)

    @thanks.command(name="sent")
    @app_commands.describe(contact="Who you thanked", when="When it went out, such as 2 hours ago; default: now")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def sent_command(self, interaction: Interaction, contact: str, when: str | None = None) -> None:
        """Tell that the note is out; the reminders stop."""
        await self.act(interaction, "thanks.sent", contact=contact, when=when)

    @action("thanks.draft")
    async def draft(self, press: Press, interview: int = 0, _reminder: int = 0) -> None:
        """Open the form for a note that is still to be written; show one that is there."""
        found = await self._find(press, interview)
        if isinstance(found, NoteView) and not found.version and found.sent_at is None:
            await press.ask(cards.draft_form(found, self.services.handbook))
        else:
            await self._show(press, found)

    @action("thanks.over")
    async def start_over(self, press: Press, interview: int) -> None:
        """Open the form again with what was typed; the note stays until it is sent."""
        found = await self._find(press, interview)
        if isinstance(found, NoteView) and found.sent_at is None:
            await press.ask(cards.draft_form(found, self.services.handbook))
        else:
            await self._show(press, found)

    @action("thanks.compose")
    async def compose(self, press: Press, interview: int) -> None:
        """Take the form."""
        words = NoteWords(press.text("learned"), press.text("done"), press.text("next_step"))
        done = filter(None, map(read_row_token, press.values("may_read")))
        view = await self.services.thank_yous.compose(
            press.user_id, interview, words, [*press.numbers("ticked"), *done], press.numbers("may_read")
        )
        await press.show(cards.note(view, self.services.handbook))

    @action("thanks.ask")
    async def ask(self, press: Press, interview: int) -> None:
        """Open the form with the questions that are still open."""
        found = await self._find(press, interview)
        if isinstance(found, NoteView) and found.version and found.sent_at is None and found.gaps:
            await press.ask(cards.ask_form(found, self.services.handbook))
        else:
            await self._show(press, found)

    @action("thanks.asked")
    async def asked(self, press: Press, interview: int) -> None:
        """Take the question."""
        question = next(iter(press.numbers("question")), 0)
        view = await self.services.thank_yous.ask(press.user_id, interview, question)
        await press.show(cards.note(view, self.services.handbook), replace=True)

    @action("thanks.show")
    async def show(self, press: Press, interview: int) -> None:
        """Show the note as it stands."""
        await self._show(press, await self._find(press, interview))

    @action("thanks.edit")
    async def edit(self, press: Press, interview: int) -> None:
        """Open the note itself in a form."""
        found = await self._find(press, interview)
        if isinstance(found, NoteView) and found.version and found.sent_at is None:
            await press.ask(cards.edit_form(found))
        else:
            await self._show(press, found)

    @action("thanks.edited")
    async def edited(self, press: Press, interview: int) -> None:
        """Take the note as the student wrote it."""
        view = await self.services.thank_yous.edit(press.user_id, interview, press.text("body"))
        await press.show(cards.note(view, self.services.handbook), replace=True)

    @action("thanks.file")
    async def file(self, press: Press, interview: int) -> None:
        """Hand the note over as a file."""
        found = await self._find(press, interview)
        if isinstance(found, NoteView) and found.version:
            await press.show(cards.file(found))
        else:
            await self._show(press, found)

    @action("thanks.sent")
    async def sent(self, press: Press, interview: int = 0, _reminder: int = 0) -> None:
        """Take word that the note is out."""
        notes, when = self.services.thank_yous, press.text("when")
        if interview:
            found = await notes.sent(press.user_id, interview, when)
        else:
            found = await notes.sent_to(press.user_id, self.key(press), when)
        await self._show(press, found, replace=isinstance(found, NoteView))

    async def _find(self, press: Press, interview: int) -> NoteView | NotMet | NoInterview:
        """The note for an interview, or for the last one with the contact that was named."""
        if interview:
            return await self.services.thank_yous.get(press.user_id, interview)
        return await self.services.thank_yous.about(press.user_id, self.key(press))

    async def _show(self, press: Press, found: NoteView | NotMet | NoInterview, *, replace: bool = False) -> None:
        if isinstance(found, NoteView):
            await press.show(cards.note(found, self.services.handbook), replace=replace)
        else:
            await press.show(cards.not_met(found))
