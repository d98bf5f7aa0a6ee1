"""Cards and forms of the profile: what the student told and chose, the time zone picker, the quiet hours."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.profiles import LIMITS, Naming, ProfileField
from bot.domain.times.quiet_hours import QuietHours
from bot.domain.times.zones import zone_label
from bot.services.profiles import ProfileView
from bot.ui.cards.shared import NEXT, primary
from bot.ui.kit.card import Button, Card, CardState, Divider, Option, Select, Text, fact, plain, short
from bot.ui.kit.form import Form, TextField

_MENU = 25
"""Most entries of a Discord menu."""
_UNTOLD = "*not told yet*"
_NAMED = "show names, to-dos and places, also on a locked phone"
_UNNAMED = "show no names, to-dos or places"
_PICK_ZONE = Button("Set my time zone", "profile.zone.set")
_EDIT = Button("Edit", "profile.edit")
_CHANGE_ZONE = Button("Change time zone", "profile.zone.set")
_CHANGE_QUIET = Button("Change quiet hours", "profile.quiet.edit")


def profile(view: ProfileView) -> Card:
    """Everything that the student told."""
    return _facts("Your profile", view)


def saved(view: ProfileView) -> Card:
    """The profile after a change."""
    return _facts("Profile saved", view)


def _facts(title: str, view: ProfileView) -> Card:
    lines = [
        fact("Name", plain(view.name) or _UNTOLD),
        fact("School", plain(view.school) or _UNTOLD),
        fact("About you", plain(view.about) or _UNTOLD),
        fact("Interests", plain(view.interests) or _UNTOLD),
    ]
    times = [
        fact("Time zone", plain(view.zone or "") or _UNTOLD),
        fact("Quiet hours", _span(view.quiet)),
        fact("Reminders", _NAMED if view.names_in_pings else _UNNAMED),
    ]
    return Card(
        title=title,
        blocks=[Text("\n".join(lines)), Divider(), Text("\n".join(times))],
        rows=(_ways_on(view),),
        hint="Your name signs your letters; the rest helps you say who you are.",
    )


def _ways_on(view: ProfileView) -> tuple[Button, ...]:
    """What is missing comes first."""
    if not view.zone:
        return (primary(_PICK_ZONE), _EDIT, NEXT, _names(view))
    if not (view.school and view.about and view.interests):
        return (primary(_EDIT), NEXT, _CHANGE_ZONE, _CHANGE_QUIET, _names(view))
    return (primary(NEXT), _EDIT, _CHANGE_ZONE, _CHANGE_QUIET, _names(view))


def _names(view: ProfileView) -> Button:
    """The button says what is to be, and not what to turn around: pressed twice, it has the effect of one."""
    naming = Naming.HIDE if view.names_in_pings else Naming.SHOW
    return Button(f"{naming.capitalize()} names in reminders", "profile.names", (naming.value,))


def _span(quiet: QuietHours) -> str:
    return f"{quiet.start:%H:%M} to {quiet.end:%H:%M}"


def edit_form(view: ProfileView) -> Form:
    """The form that holds what was told so far."""
    return Form(
        title="Your profile",
        action="profile.save",
        fields=[
            _field("name", ProfileField.NAME, view.name, "", _IN_LETTERS, required=True),
            _field("school", ProfileField.SCHOOL, view.school, "Junior at Pitzer College, biology", _IN_LETTERS),
            _field(
                "about", ProfileField.ABOUT, view.about, "I spent last summer counting sea urchins", _IN_LETTERS
            ),
            _field("interests", ProfileField.INTERESTS, view.interests, "Marine biology, science writing"),
        ],
    )


_IN_LETTERS = "The people you write to read this."


def _field(
    key: str, field: ProfileField, value: str, example: str, description: str = "", *, required: bool = False
) -> TextField:
    return TextField(key, field.value, value, example, description, required=required, limit=LIMITS[field])


def zone_needed(now: datetime, zones: Sequence[str]) -> Card:
    """The picker, for somebody whose command waits for the answer."""
    return _picker(
        "First, your time zone",
        "Then “3 pm” means your 3 pm. I remember what you were doing and go on as soon as you choose.",
        now,
        zones,
    )


def zone_picker(now: datetime, zones: Sequence[str]) -> Card:
    """The picker, for somebody who wants to set it."""
    return _picker("Your time zone", "Which of these clocks shows your time right now?", now, zones)


def zones_found(typed: str, now: datetime, zones: Sequence[str]) -> Card:
    """What a search for a city gave."""
    line = f"These come closest to “{short(typed, 60)}”. Which clock shows your time right now?"
    return _picker("Your time zone", line, now, zones)


def _picker(title: str, line: str, now: datetime, zones: Sequence[str]) -> Card:
    options = tuple(Option(zone_label(name, now), name) for name in zones[:_MENU])
    return Card(
        title=title,
        blocks=[Text(line)],
        rows=(
            Select("profile.zone.choose", options, "Choose your time zone"),
            (Button("Search a city", "profile.zone.search"),),
        ),
        hint="Not in the list? Search for your city, state or country.",
        state=CardState.WAITING,
    )


def zone_set(view: ProfileView, *, goes_on: bool) -> Card:
    """The zone is set; with `goes_on`, the card of what waited for it comes next."""
    return Card(
        title="Time zone set",
        blocks=[Text(plain(view.zone or ""))],
        rows=() if goes_on else ((primary(NEXT), _CHANGE_QUIET),),
        hint="Traveling? Change it with `/profile timezone`, and your reminders move along.",
        state=CardState.DONE,
    )


def search_form() -> Form:
    """Where are you?"""
    return Form(
        title="Find your time zone",
        action="profile.zone.searched",
        fields=[TextField("city", "City, state or country", placeholder="Denver", required=True, limit=60)],
    )


def quiet_form(view: ProfileView) -> Form:
    """The two ends of the quiet hours."""
    return Form(
        title="Quiet hours",
        action="profile.quiet",
        fields=[
            TextField("from", "No reminders from", f"{view.quiet.start:%H:%M}", required=True, limit=20),
            TextField("until", "Until", f"{view.quiet.end:%H:%M}", required=True, limit=20),
        ],
    )


def quiet_set(view: ProfileView) -> Card:
    """The quiet hours are set."""
    return Card(
        title="Quiet hours set",
        blocks=[Text(f"No reminders from **{view.quiet.start:%H:%M}** until **{view.quiet.end:%H:%M}**.")],
        rows=((primary(NEXT if view.zone else _PICK_ZONE), _CHANGE_QUIET),),
        hint="A reminder that cannot wait until morning comes before the night instead.",
        state=CardState.DONE,
    )
