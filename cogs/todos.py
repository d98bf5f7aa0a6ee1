"""Commands and actions of to-dos."""

from discord import app_commands

from bot.clock import now
from bot.domain.errors import CoachError
from bot.domain.todos import TEXT_LIMIT
from bot.services.slices.reading import Deadline
from bot.services.todos.views import Ticked, TodoAdded
from bot.ui.cards import todos as cards
from bot.ui.cards.error_sentences import MENDABLE
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action
from bot.ui.dispatch.suggestions import Choices, suggestion, suggestions


class TodoCog(StepCog):
    """What was suggested or promised, until it is done."""

    todo = app_commands.Group(name="todo", description="What you want to do after a talk")

    @todo.command(name="add")
    @app_commands.describe(
        text="What you want to do", contact="Who it has to do with", when="When it is due, such as Fri 5pm"
    )
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def add_command(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, TEXT_LIMIT],
        contact: str | None = None,
        when: str | None = None,
    ) -> None:
        """Keep something that you want to do."""
        await self.act(interaction, "todo.add", text=text, contact=contact, when=when)

    @todo.command(name="list")
    async def list_command(self, interaction: Interaction) -> None:
        """See what is still open."""
        await self.act(interaction, "todo.list")

    @todo.command(name="done")
    @app_commands.describe(todo="What you have done")
    async def done_command(self, interaction: Interaction, todo: str) -> None:
        """Tick something off."""
        await self.act(interaction, "todo.done", todo=todo)

    @done_command.autocomplete("todo")
    @suggestions
    async def suggest_todo(self, interaction: Interaction, typed: str, deadline: Deadline) -> Choices:
        """The student's open to-dos."""
        found = await self.services.todos.suggest(interaction.user.id, typed, deadline)
        return [suggestion(todo.label, todo.token) for todo in found]

    @action("todo.new")
    async def new(self, press: Press, interview: int = 0) -> None:
        """Open the form."""
        await press.ask(cards.new_form(interview))

    @action("todo.add")
    async def add(self, press: Press, interview: int = 0) -> None:
        """Take the command, or the form for an interview."""
        try:
            done = await self._add(press, interview)
        except CoachError as error:
            if error.code not in MENDABLE:
                raise
            await press.show(cards.not_taken(error, press.text("text"), interview))
        else:
            await press.show(cards.added(done))

    async def _add(self, press: Press, interview: int) -> TodoAdded:
        text, when = press.text("text"), press.text("when")
        if interview:
            return await self.services.todos.add_from(press.user_id, interview, text, when)
        return await self.services.todos.add(press.user_id, text, press.text("contact"), when)

    @action("todo.list")
    async def show_list(self, press: Press, page: int = -1) -> None:
        """Show a page of what is open; turning a page stays in place."""
        found = await self.services.todos.listing(press.user_id)
        await press.show(cards.listing(found, page, now()), replace=page >= 0)

    @action("todo.show")
    async def show(self, press: Press, todo: int) -> None:
        """Show a single to-do."""
        await press.show(cards.one(await self.services.todos.get(press.user_id, todo), now()))

    @action("todo.done")
    async def done(self, press: Press, todo: int = 0, reminder: int = 0) -> None:
        """Tick one: this one, or the one that was typed."""
        todos, typed = self.services.todos, press.text("todo")
        ticked = await (todos.done(press.user_id, todo) if todo else todos.done_as_typed(press.user_id, typed))
        if not isinstance(ticked, Ticked):
            await press.show(cards.listing(ticked, 0, now(), typed=typed))
            return
        in_list = press.interaction.message is not None and not reminder
        await press.show(cards.ticked(ticked, now(), in_list=in_list), replace=True)
