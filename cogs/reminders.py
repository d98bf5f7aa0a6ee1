"""Actions of the reminders themselves: putting one off. What their other buttons do belongs to the steps."""

from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import Snooze
from bot.ui.cards.reminders import cards
from bot.ui.dispatch.press import Press, one_of
from bot.ui.dispatch.step import StepCog, action


class ReminderCog(StepCog):
    """Putting a reminder off."""

    @action("ping.snooze")
    async def choose(self, press: Press, reminder: int) -> None:
        """Ask for how long."""
        view = await self.services.reminders.one(press.user_id, reminder)
        if view is None:
            raise CoachError(Code.MOVED_ON)
        await press.show(cards.snooze(view, self.services.handbook), replace=True)

    @action("ping.snoozed")
    async def snooze(self, press: Press, reminder: int, choice: str) -> None:
        """Put it off."""
        view, until = await self.services.reminders.snooze(press.user_id, reminder, one_of(Snooze, choice))
        await press.show(cards.snoozed(view, self.services.handbook, until), replace=True)
