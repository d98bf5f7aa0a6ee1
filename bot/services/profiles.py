"""Use cases of the profile: who the student is, their time zone and quiet hours, and what waits for the zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.profiles import LIMITS, ProfileField, checked
from bot.domain.text.input import seen
from bot.domain.times.quiet_hours import QuietHours, quiet_hours
from bot.domain.times.zones import find_zone, zone_label
from bot.services.base import UseCases, ensure_user, quiet_of
from bot.services.dates.typed_days import loaded
from bot.services.reminders.inactivity import is_noted, note_visit
from bot.services.reminders.replanning import replan, replan_the_rest
from bot.storage.database import TAKEN_BACK
from bot.storage.models import User

PARKED_FOR = timedelta(days=1)
"""Later, nobody expects any more that an old command goes on."""

Fields = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What the student has told about themselves; empty texts where they have not."""

    name: str
    school: str
    about: str
    interests: str
    zone: str | None
    """A line to recognize their zone by."""
    quiet: QuietHours
    names_in_pings: bool = True
    """Whether names, to-do words and places stand in reminders."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Something the student wanted that had to wait for their time zone."""

    action: str
    args: tuple[str, ...]
    fields: dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class ZoneSet:
    """The profile with its new zone, and what can go on now."""

    profile: ProfileView
    parked: Parked | None


class ProfileService(UseCases):
    """Use cases of the profile."""

    async def meet(self, owner_id: int, name: str = "", at: datetime | None = None) -> bool:
        """Note that the student is here, at most once a day; returns whether they are known.

        `at`: when, by Discord's clock; this machine's may be years ahead for a while.

        With their Discord `name` they are known from then on, by it until they tell another. Without, nobody
        becomes known: it is a press on what may be left of somebody who had everything erased.
        """
        at = at or now()
        await loaded()  # whatever they do next may be about a date, and others must not wait for its first one
        async with self.db.read(owner_id) as session:
            user = await session.get(User, owner_id)
        if user is None and not name:
            return False
        nameless = bool(name) and (user is None or not seen(user.display_name))
        if user is not None and not nameless and is_noted(user, at):
            return True
        async with self.db.write(owner_id) as session:
            if nameless:
                user = await ensure_user(session, owner_id, name)
                user.display_name = seen(user.display_name) or name[: LIMITS[ProfileField.NAME]]
            return await note_visit(session, owner_id, at)

    async def get(self, owner_id: int) -> ProfileView:
        """The profile as it is; blank for somebody new."""
        async with self.db.read(owner_id) as session:
            user = await session.get(User, owner_id)
            return ProfileView("", "", "", "", None, QuietHours()) if user is None else _view(user)

    async def edit(self, owner_id: int, *, name: str, school: str, about: str, interests: str) -> ProfileView:
        """Replace what the student told about themselves. Raises BLANK without a name, and TOO_LONG."""
        name, school = checked(ProfileField.NAME, name), checked(ProfileField.SCHOOL, school)
        about, interests = checked(ProfileField.ABOUT, about), checked(ProfileField.INTERESTS, interests)
        async with self.db.write(owner_id) as session:
            user = await ensure_user(session, owner_id)
            user.display_name, user.school, user.about, user.interests = name, school, about, interests
            return _view(user)

    async def set_zone(self, owner_id: int, name: str, *, known: bool = False) -> ZoneSet:
        """Take the zone with this IANA name, move the reminders, and hand back what waited.

        Raises UNKNOWN_ZONE, and NOT_FOUND for somebody who has to be `known` and of whom nothing is kept.
        """
        zone = find_zone(name)
        async with self.db.write(owner_id) as session:
            if known and await session.get(User, owner_id) is None:
                raise CoachError(Code.NOT_FOUND)
            user = await ensure_user(session, owner_id)
            user.zone = zone.key
            left = await replan(session, user)
            zone_set = ZoneSet(_view(user), _take_parked(user))
        await replan_the_rest(self.db, owner_id, left)
        return zone_set

    async def set_quiet(self, owner_id: int, start: str, end: str) -> ProfileView:
        """Take quiet hours from `start` until `end`, wall-clock times, and move the reminders.

        Raises BAD_QUIET_HOURS.
        """
        quiet = quiet_hours(start, end)
        async with self.db.write(owner_id) as session:
            user = await ensure_user(session, owner_id)
            user.quiet_from, user.quiet_to = quiet.start, quiet.end
            left = await replan(session, user)
            view = _view(user)
        await replan_the_rest(self.db, owner_id, left)
        return view

    async def set_names_in_pings(self, owner_id: int, *, shown: bool) -> ProfileView:
        """Let names, to-do words and places stand in reminders, where others may read them, or keep them out.

        Raises NOT_FOUND when nothing is kept of the student: it is a press on what is left on their screen.
        """
        async with self.db.write(owner_id) as session:
            if (user := await session.get(User, owner_id)) is None:
                raise CoachError(Code.NOT_FOUND)
            user.names_in_pings = shown
            # One with names may be on its way: what comes after the answer is as it says.
            session.info[TAKEN_BACK] = True
            return _view(user)

    async def park(self, owner_id: int, action: str, args: Sequence[str], fields: Fields) -> None:
        """Keep what the student wanted until their zone is known. A later wish takes the place of an earlier."""
        parked = {"action": action, "args": list(args), "fields": dict(fields), "at": now().isoformat()}
        async with self.db.write(owner_id) as session:
            (await ensure_user(session, owner_id)).parked = parked


def _take_parked(user: User) -> Parked | None:
    """What waits, unless it is older than a day; from now on nothing does."""
    parked, user.parked = user.parked, None
    if not parked or now() - datetime.fromisoformat(parked["at"]) > PARKED_FOR:
        return None
    return Parked(parked["action"], tuple(parked["args"]), parked["fields"])


def _view(user: User) -> ProfileView:
    label = zone_label(user.zone, now()) if user.zone else None
    return ProfileView(
        user.display_name, user.school, user.about, user.interests, label, quiet_of(user), user.names_in_pings
    )
