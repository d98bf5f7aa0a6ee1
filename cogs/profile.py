"""Commands and actions of the profile, and the time zone that other steps wait for."""

from collections.abc import Sequence

from discord import app_commands

from bot.clock import now
from bot.domain.errors import CoachError
from bot.domain.profiles import Naming
from bot.domain.times.zones import search_zones, zone_label
from bot.services.slices.reading import Deadline
from bot.ui.cards import profile as cards
from bot.ui.dispatch.press import Interaction, Press, one_of
from bot.ui.dispatch.step import StepCog, action
from bot.ui.dispatch.suggestions import Choices, suggestion, suggestions


class ProfileCog(StepCog):
    """Who the student is, where they are, and when they want to be left alone."""

    profile = app_commands.Group(name="profile", description="Your name, time zone and quiet hours")

    async def cog_load(self) -> None:
        """Register the handlers, and answer for everybody who needs to know a student."""
        await super().cog_load()
        self.router.zone_asker = self
        self.router.meet = self.services.profiles.meet

    @profile.command(name="show")
    async def show_command(self, interaction: Interaction) -> None:
        """See what you told about yourself."""
        await self.act(interaction, "profile.show")

    @profile.command(name="edit")
    async def edit_command(self, interaction: Interaction) -> None:
        """Change your name, school, line about you and interests."""
        await self.act(interaction, "profile.edit")

    @profile.command(name="timezone")
    @app_commands.describe(zone="Type your city, state or country")
    async def timezone_command(self, interaction: Interaction, zone: str) -> None:
        """Set your time zone."""
        await self.act(interaction, "profile.zone.set", zone=zone)

    @timezone_command.autocomplete("zone")
    @suggestions
    async def complete_zone(self, _interaction: Interaction, typed: str, _deadline: Deadline) -> Choices:
        """Zones for a city, with their clocks."""
        moment = now()
        return [suggestion(zone_label(name, moment), name) for name in search_zones(typed)]

    @profile.command(name="quiet")
    @app_commands.rename(start="from", end="until")
    @app_commands.describe(start="No reminders from, such as 22:00", end="Until, such as 08:00")
    async def quiet_command(self, interaction: Interaction, start: str, end: str) -> None:
        """Set the hours in which you want no reminders."""
        await self.act(interaction, "profile.quiet", **{"from": start, "until": end})

    @action("profile.show")
    async def show(self, press: Press) -> None:
        """Show the profile."""
        await press.show(cards.profile(await self.services.profiles.get(press.user_id)))

    @action("profile.edit")
    async def edit(self, press: Press) -> None:
        """Open the form."""
        await press.ask(cards.edit_form(await self.services.profiles.get(press.user_id)))

    @action("profile.save")
    async def save(self, press: Press) -> None:
        """Take the form."""
        view = await self.services.profiles.edit(
            press.user_id,
            name=press.text("name"),
            school=press.text("school"),
            about=press.text("about"),
            interests=press.text("interests"),
        )
        await press.show(cards.saved(view), replace=True)

    @action("profile.quiet.edit")
    async def edit_quiet(self, press: Press) -> None:
        """Open the form for the quiet hours."""
        await press.ask(cards.quiet_form(await self.services.profiles.get(press.user_id)))

    @action("profile.quiet")
    async def set_quiet(self, press: Press) -> None:
        """Take the quiet hours."""
        setting = self.services.profiles.set_quiet(press.user_id, press.text("from"), press.text("until"))
        view = await press.patiently(setting)
        await press.show(cards.quiet_set(view))

    @action("profile.names")
    async def set_names(self, press: Press, naming: str) -> None:
        """Choose whether names, to-do words and places stand in reminders."""
        shown = one_of(Naming, naming) is Naming.SHOW
        view = await self.services.profiles.set_names_in_pings(press.user_id, shown=shown)
        await press.show(cards.saved(view), replace=True)

    @action("profile.zone.search")
    async def search(self, press: Press) -> None:
        """Ask for a city."""
        await press.ask(cards.search_form())

    @action("profile.zone.searched")
    async def searched(self, press: Press) -> None:
        """Look for the city."""
        await self._look_up(press, press.text("city"))

    @action("profile.zone.choose")
    async def choose(self, press: Press) -> None:
        """Take the zone that was picked. What is left on the screen of the erased brings nobody back."""
        await self._take(press, press.chosen(), known=True)

    @action("profile.zone.set")
    async def set_zone(self, press: Press) -> None:
        """Take the zone that was typed, or offer some when none was."""
        if press.text("zone"):
            await self._look_up(press, press.text("zone"))
        else:
            await press.show(cards.zone_picker(now(), search_zones("")))

    async def ask_zone(self, press: Press, action: str, args: Sequence[str]) -> None:
        """Show the picker; what `press` wanted goes on by itself afterwards."""
        await self.services.profiles.park(press.user_id, action, args, press.fields)
        await press.show(cards.zone_needed(now(), search_zones("")))

    async def _look_up(self, press: Press, typed: str) -> None:
        """Take a zone by its own name; by the name of a place, let the student pick by the clock."""
        try:
            await self._take(press, typed)
        except CoachError:
            found = search_zones(typed)
            if not found:
                raise
            await press.show(cards.zones_found(typed, now(), found), replace=True)

    async def _take(self, press: Press, name: str, *, known: bool = False) -> None:
        done = await press.patiently(self.services.profiles.set_zone(press.user_id, name, known=known))
        waiting = done.parked if done.parked and done.parked.action in self.router.handlers else None
        card = cards.zone_set(done.profile, goes_on=waiting is not None)
        if waiting is None:
            await press.show(card, replace=True)
        else:
            await self.router.go_on(waiting.action, Press(press.interaction, waiting.fields, card), waiting.args)
