"""Commands and actions of interviews: book, move, prepare, and say what became of a meeting."""

import re
from datetime import UTC, datetime
from typing import Literal

from discord import app_commands

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews import LONGEST_MINUTES, PLACE_LIMIT, SHORTEST_MINUTES, Mode
from bot.services.interview_views import AlreadyBooked, Booked, Met, NotMoved, StillAhead, Terms
from bot.ui.card import Button, Card
from bot.ui.cards import interview_forms as forms
from bot.ui.cards import interviews as cards
from bot.ui.cards.preparation import preparation
from bot.ui.press import Interaction, Press
from bot.ui.step import Step, action
from bot.ui.when import parse_when

_MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|mins|minutes?)?\.?", re.IGNORECASE)


class Interviews(Step):
    """Booking a meeting, moving it, preparing for it, and telling what became of it."""

    interview = app_commands.Group(name="interview", description="Your meetings: book, prepare, tell what happened")

    @interview.command(name="schedule")
    @app_commands.describe(
        contact="Who you meet",
        when="As you would say it: tomorrow 3pm, Mon 10:00, Dec 1 2:30pm",
        minutes="How long, in minutes (20 is usual)",
        mode="How you meet",
        place="Where, or the link",
    )
    async def schedule_command(
        self,
        interaction: Interaction,
        contact: str,
        when: str,
        minutes: app_commands.Range[int, SHORTEST_MINUTES, LONGEST_MINUTES] | None = None,
        mode: Literal["video", "phone", "in person"] | None = None,
        place: app_commands.Range[str, 1, PLACE_LIMIT] | None = None,
    ) -> None:
        """Book a meeting, with reminders and a calendar file."""
        await self.act(
            interaction, "interview.schedule", contact=contact, when=when, minutes=minutes, mode=mode, place=place
        )

    @interview.command(name="prep")
    @app_commands.describe(contact="Who you meet")
    async def prep_command(self, interaction: Interaction, contact: str) -> None:
        """Get ready: agenda, questions and what to bring."""
        await self.act(interaction, "interview.prep", contact=contact)

    @interview.command(name="move")
    @app_commands.describe(contact="Who you meet", when="The new time, as you would say it: Thu 4pm")
    async def move_command(self, interaction: Interaction, contact: str, when: str) -> None:
        """Move a meeting, and its reminders with it."""
        await self.act(interaction, "interview.move", contact=contact, when=when)

    @interview.command(name="cancel")
    @app_commands.describe(contact="Who you were going to meet")
    async def cancel_command(self, interaction: Interaction, contact: str) -> None:
        """Call a meeting off."""
        await self.act(interaction, "interview.cancel", contact=contact)

    @interview.command(name="list")
    async def list_command(self, interaction: Interaction) -> None:
        """See your meetings, coming and past."""
        await self.act(interaction, "interview.list")

    @interview.command(name="happened")
    @app_commands.describe(contact="Who you met", when="When it ended; now, if you say nothing")
    async def happened_command(self, interaction: Interaction, contact: str, when: str | None = None) -> None:
        """Tell me that you met, booked or not."""
        await self.act(interaction, "interview.happened", contact=contact, when=when)

    @schedule_command.autocomplete("contact")
    @prep_command.autocomplete("contact")
    @move_command.autocomplete("contact")
    @cancel_command.autocomplete("contact")
    @happened_command.autocomplete("contact")
    async def suggest_contact(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The student's own contacts."""
        return await self.complete_contact(interaction, typed)

    @action("interview.book")
    async def book(self, press: Press, contact: int) -> None:
        """Open the form."""
        await press.ask(forms.book(contact))

    @action("interview.schedule")
    async def schedule(self, press: Press, contact: int = 0) -> None:
        """Take the command, or the form for `contact`."""
        try:
            terms = await self._terms(press)
            owner = press.user_id
            found = contact or (await self.services.contacts.resolve(owner, press.text("contact"))).id
            done = await self.services.interviews.schedule(owner, found, terms)
        except CoachError as error:
            await self._hand_back(press, error, Button("Try again", "interview.book", (contact,)) if contact else None)
        else:
            await press.show(
                cards.booked(done, now()) if isinstance(done, Booked) else cards.already_booked(done)
            )

    @action("interview.show")
    async def show(self, press: Press, interview: int) -> None:
        """Show a meeting as it stands."""
        await press.show(self._card(await self.services.interviews.get(press.user_id, interview)))
