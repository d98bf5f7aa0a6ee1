"""Commands and actions of interviews: book, move, prepare, and say what became of an interview."""

from datetime import UTC, datetime
from typing import Literal

from discord import app_commands

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import LONGEST_MINUTES, PLACE_LIMIT, SHORTEST_MINUTES, Mode
from bot.services.interviews.views import (
    Booked,
    InterviewView,
    Met,
    NoInterview,
    NotMet,
    NotMoved,
    Terms,
    TypedTerms,
)
from bot.ui.cards.error_sentences import MENDABLE
from bot.ui.cards.interviews import booking, cards, forms
from bot.ui.cards.interviews.listing import listing
from bot.ui.cards.interviews.preparation import preparation
from bot.ui.dispatch.press import Interaction, Press
from bot.ui.dispatch.step import StepCog, action
from bot.ui.kit.card import Button, Card


class InterviewCog(StepCog):
    """Booking an interview, moving it, preparing for it, and telling what became of it."""

    interview = app_commands.Group(name="interview", description="Your meetings: book, prepare, tell what happened")

    @interview.command(name="schedule")
    @app_commands.describe(
        contact="Who you meet",
        when="As you would say it: tomorrow 3pm, Mon 10:00, Dec 1 2:30pm",
        minutes="How long, in minutes (20 is usual)",
        mode="How you meet",
        place="Where, or the link",
    )
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def schedule_command(
        self,
        interaction: Interaction,
        *,
        contact: str,
        when: str,
        minutes: app_commands.Range[int, SHORTEST_MINUTES, LONGEST_MINUTES] | None = None,
        mode: Literal["video", "phone", "in person"] | None = None,
        place: app_commands.Range[str, 1, PLACE_LIMIT] | None = None,
    ) -> None:
        """Book an interview, with reminders and a calendar file."""
        await self.act(
            interaction, "interview.schedule", contact=contact, when=when, minutes=minutes, mode=mode, place=place
        )

    @interview.command(name="prep")
    @app_commands.describe(contact="Who you meet")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def prep_command(self, interaction: Interaction, contact: str) -> None:
        """Get ready: agenda, questions and what to bring."""
        await self.act(interaction, "interview.prep", contact=contact)

    @interview.command(name="move")
    @app_commands.describe(contact="Who you meet", when="The new time, as you would say it: Thu 4pm")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def move_command(self, interaction: Interaction, contact: str, when: str) -> None:
        """Move an interview, and its reminders with it."""
        await self.act(interaction, "interview.move", contact=contact, when=when)

    @interview.command(name="cancel")
    @app_commands.describe(contact="Who you were going to meet")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def cancel_command(self, interaction: Interaction, contact: str) -> None:
        """Call an interview off."""
        await self.act(interaction, "interview.cancel", contact=contact)

    @interview.command(name="list")
    async def list_command(self, interaction: Interaction) -> None:
        """See your interviews, coming and past."""
        await self.act(interaction, "interview.list")

    @interview.command(name="happened")
    @app_commands.describe(contact="Who you met", when="When it ended; now, if you say nothing")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def happened_command(self, interaction: Interaction, contact: str, when: str | None = None) -> None:
        """Tell me that you met, booked or not."""
        await self.act(interaction, "interview.happened", contact=contact, when=when)

    @action("interview.book")
    async def book(self, press: Press, contact: int) -> None:
        """Open the form."""
        await press.ask(forms.book(contact))

    @action("interview.schedule")
    async def schedule(self, press: Press, contact: int = 0) -> None:
        """Take the command, or the form for `contact`."""
        try:
            done = await self.services.interviews.schedule(press.user_id, self.key(press, contact), _terms(press))
        except CoachError as error:
            await self._hand_back(press, error, contact, "interview.book")
        else:
            await press.show(
                booking.booked(done, now()) if isinstance(done, Booked) else booking.already_booked(done)
            )

    @action("interview.show")
    async def show(self, press: Press, interview: int, in_place: int = 0) -> None:
        """Show an interview as it stands."""
        view = await self.services.interviews.get(press.user_id, interview)
        await press.show(self._card(view), replace=bool(in_place))

    @action("interview.open")
    async def show_chosen(self, press: Press) -> None:
        """Show the interview that was chosen in the list."""
        await press.show(self._card(await self.services.interviews.get(press.user_id, press.chosen_row())))

    @action("interview.list")
    async def show_list(self, press: Press, page: int = -1) -> None:
        """Show a page of all interviews; turning a page stays in place."""
        found = await self.services.interviews.listing(press.user_id)
        await press.show(listing(found, page), replace=page >= 0)

    @action("interview.prep")
    async def prep(self, press: Press, interview: int = 0, _reminder: int = 0) -> None:
        """Show what to bring to an interview, or to one with a contact that is not booked yet."""
        if interview:
            sheet = await self.services.preparation.of(press.user_id, interview)
        else:
            sheet = await self.services.preparation.with_contact(press.user_id, self.key(press))
        if sheet.interview is None or sheet.interview.waits:
            await press.show(preparation(sheet, self.services.handbook))
        else:
            await press.show(self._card(sheet.interview))

    @action("interview.moved")
    async def moved(self, press: Press, interview: int, reminder: int = 0) -> None:
        """Open the form for a new time, unless something has become of the interview."""
        view, zone = await self.services.interviews.to_move(press.user_id, interview)
        if view.waits:
            await press.ask(forms.move(view, zone, reminder))
        else:
            await press.show(self._card(view))

    @action("interview.move")
    async def move(self, press: Press, interview: int = 0, _reminder: int = 0) -> None:
        """Take the form for `interview`, or the command."""
        if not interview:
            await self._move_by_contact(press)
            return
        try:
            done = await self.services.interviews.move(press.user_id, interview, _terms(press), even_if_over=True)
        except CoachError as error:
            await self._hand_back(press, error, interview, "interview.moved")
        else:
            await press.show(self._moved(done), replace=True)

    async def _move_by_contact(self, press: Press) -> None:
        done = await self.services.interviews.move_with(press.user_id, self.key(press), _terms(press))
        await press.show(cards.no_interview(done) if isinstance(done, NoInterview) else self._moved(done))

    @action("interview.shift")
    async def shift(self, press: Press, interview: int, moment: int, minutes: int, mode: str) -> None:
        """Move an interview to a time that was asked for before; `moment` in Unix seconds."""
        terms = Terms(_moment(moment), minutes or None, _mode(mode))
        done = await self.services.interviews.move(press.user_id, interview, terms, even_if_over=True)
        await press.show(self._moved(done), replace=True)

    @action("interview.cancel")
    async def cancel(self, press: Press, interview: int = 0) -> None:
        """Ask before a coming interview is called off."""
        if interview:
            view = await self.services.interviews.get(press.user_id, interview)
        else:
            waiting = await self.services.interviews.waiting(press.user_id, self.key(press))
            if isinstance(waiting, NoInterview):
                await press.show(cards.no_interview(waiting))
                return
            view = waiting
        await press.show(cards.ask_cancel(view) if view.coming else self._card(view))

    @action("interview.cancelled")
    async def cancelled(self, press: Press, interview: int) -> None:
        """Call an interview off."""
        view = await self.services.interviews.cancel(press.user_id, interview)
        await press.show(cards.cancelled(view, now(), self.services.handbook), replace=True)

    @action("interview.file")
    async def file(self, press: Press, interview: int) -> None:
        """Hand over the calendar file once more."""
        await press.show(cards.calendar(await self.services.interviews.get(press.user_id, interview), now()))

    @action("interview.happened")
    async def happened(self, press: Press, interview: int = 0, _reminder: int = 0) -> None:
        """Take word that an interview has happened: this one, or one with a contact."""
        if interview:
            done = await self.services.interviews.happened(press.user_id, interview)
        else:
            done = await self.services.interviews.met(press.user_id, self.key(press), press.text("when"))
        match done:
            case Met(view):
                await press.show(cards.met(view), replace=bool(interview))
            case NotMet(view):
                await press.show(cards.still_ahead(view) if view.waits else self._card(view))

    @action("interview.missed")
    async def missed(self, press: Press, interview: int, _reminder: int = 0) -> None:
        """Take word that an interview did not take place."""
        await press.show(self._card(await self.services.interviews.missed(press.user_id, interview)), replace=True)

    def _card(self, view: InterviewView) -> Card:
        return cards.interview(view, self.services.handbook)

    def _moved(self, done: Booked | NotMoved) -> Card:
        if isinstance(done, Booked):
            return booking.moved(done, now())
        return booking.not_moved(done, self.services.handbook)

    async def _hand_back(self, press: Press, error: CoachError, subject: int, form: str) -> None:
        """Hand a form's text back with a way to open `form` again. A command is simply typed again."""
        if not subject or error.code not in MENDABLE:
            raise error
        await press.show(forms.not_taken(error, press.fields, Button("Try again", form, (subject,))))


def _terms(press: Press) -> TypedTerms:
    """When, how long and how, as typed."""
    place = press.text("place") if "place" in press.fields else None
    return TypedTerms(press.text("when"), press.text("minutes"), _mode(press.text("mode")), place)


def _mode(word: str) -> Mode | None:
    return Mode(word) if word in set(Mode) else None


def _moment(seconds: int) -> datetime:
    """A moment from a button. Raises MOVED_ON for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise CoachError(Code.MOVED_ON) from None
