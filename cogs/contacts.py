"""Commands and actions of contacts."""

from discord import app_commands

from bot.domain.contacts import fold
from bot.domain.journey.stages import Stage
from bot.services.contacts.views import ContactEntry
from bot.ui.cards.contacts import cards, forms
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action

SEARCH_LIMIT = 48
"""Most of a search that the buttons of a list carry along, in UTF-16 units, which is how Discord may count."""

_STAGES = [app_commands.Choice(name=cards.stage_word(stage), value=stage.value) for stage in Stage]


class ContactCog(StepCog):
    """People to learn from: adding them, finding them again, keeping notes on them."""

    contact = app_commands.Group(name="contact", description="People you want to learn from")

    @contact.command(name="add")
    @app_commands.describe(referred_by="The contact who named them")
    @app_commands.autocomplete(referred_by=StepCog.complete_contact)
    async def add_command(self, interaction: Interaction, referred_by: str | None = None) -> None:
        """Add someone you want to learn from."""
        await self.act(interaction, "contact.new", referred_by=referred_by)

    @contact.command(name="list")
    @app_commands.describe(stage="Only those you are this far with", search="Part of a name, organization or note")
    @app_commands.choices(stage=_STAGES)
    async def list_command(
        self, interaction: Interaction, stage: str | None = None, search: str | None = None
    ) -> None:
        """See your contacts and how far you are with each."""
        await self.act(interaction, "contact.list", stage=stage, search=search)

    @contact.command(name="show")
    @app_commands.describe(contact="Whom to show")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def show_command(self, interaction: Interaction, contact: str) -> None:
        """See everything about one contact."""
        await self.act(interaction, "contact.show", contact=contact)

    @contact.command(name="edit")
    @app_commands.describe(contact="Whom to change")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def edit_command(self, interaction: Interaction, contact: str) -> None:
        """Change what you know about a contact."""
        await self.act(interaction, "contact.edit", contact=contact)

    @contact.command(name="note")
    @app_commands.describe(contact="Whom the note is about", text="What you want to remember")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def note_command(self, interaction: Interaction, contact: str, text: str) -> None:
        """Add a note to a contact."""
        await self.act(interaction, "contact.noted", contact=contact, text=text)

    @contact.command(name="delete")
    @app_commands.describe(contact="Whom to delete")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def delete_command(self, interaction: Interaction, contact: str) -> None:
        """Delete a contact with everything about them."""
        await self.act(interaction, "contact.delete", contact=contact)

    @action("contact.new")
    async def new(self, press: Press, referred_by: int = 0) -> None:
        """Open the form for a new contact, who may have been named by another."""
        named = referred_by or press.text("referred_by")
        referrer = await self.services.contacts.resolve(press.user_id, named) if named else None
        await press.ask(forms.add_form(referrer))

    @action("contact.save")
    async def save(self, press: Press, referred_by: int = 0) -> None:
        """Take the form."""
        view = await self.services.contacts.add(press.user_id, _entry(press), referred_by=referred_by)
        await press.show(cards.added(view))

    @action("contact.list")
    async def show_list(self, press: Press, page: int = -1, stage: str = "", search: str = "") -> None:
        """Show the list; the command gives the filters as fields, and the buttons that turn pages as arguments."""
        stage, search = press.text("stage") or stage, _carried(press.text("search") or search)
        chosen = Stage(stage) if stage in set(Stage) else None
        found = await self.services.contacts.listing(press.user_id, chosen, search)
        if found or chosen or search:
            card = cards.listing(found, page, chosen, search)
        else:
            card = cards.nobody_yet([line.text for line in self.services.handbook.contacts.warm_start])
        await press.show(card, replace=page >= 0)

    @action("contact.show")
    async def show(self, press: Press, contact: int = 0) -> None:
        """Show one contact."""
        await press.show(cards.person(await self.services.contacts.get(press.user_id, self.key(press, contact))))

    @action("contact.kept")
    async def keep(self, press: Press, contact: int) -> None:
        """Show the contact again in place of the question whether to delete it."""
        await press.show(cards.person(await self.services.contacts.get(press.user_id, contact)), replace=True)

    @action("contact.edit")
    async def edit(self, press: Press, contact: int = 0) -> None:
        """Open the form with what is known."""
        number, entry = await self.services.contacts.entry(press.user_id, self.key(press, contact))
        await press.ask(forms.edit_form(number, entry))

    @action("contact.update")
    async def update(self, press: Press, contact: int) -> None:
        """Take the form."""
        view = await self.services.contacts.edit(press.user_id, contact, _entry(press))
        await press.show(cards.person(view), replace=True)

    @action("contact.note")
    async def note(self, press: Press, contact: int = 0) -> None:
        """Open the form for a note."""
        found = await self.services.contacts.resolve(press.user_id, self.key(press, contact))
        await press.ask(forms.note_form(found))

    @action("contact.noted")
    async def noted(self, press: Press, contact: int = 0) -> None:
        """Take the note."""
        view = await self.services.contacts.note(press.user_id, self.key(press, contact), press.text("text"))
        await press.show(cards.person(view), replace=True)

    @action("contact.delete")
    async def ask_delete(self, press: Press, contact: int = 0) -> None:
        """Ask whether to delete, in place of the card."""
        view = await self.services.contacts.belongings(press.user_id, self.key(press, contact))
        await press.show(cards.ask_delete(view), replace=True)

    @action("contact.deleted")
    async def delete(self, press: Press, contact: int) -> None:
        """Delete."""
        name = await self.services.contacts.delete(press.user_id, contact)
        await press.show(cards.deleted(name), replace=True)


def _entry(press: Press) -> ContactEntry:
    return ContactEntry(
        name=press.text("name"),
        role=press.text("role"),
        source=press.chosen("source"),
        reach=press.text("reach"),
        why=press.text("why"),
    )


def _carried(search: str) -> str:
    """A search as the buttons of the list carry it: folded, not long, without the colon that divides a route."""
    units = fold(search.replace(":", " ")).encode("utf-16-le", "ignore")[: 2 * SEARCH_LIMIT]
    return units.decode("utf-16-le", "ignore").strip()
