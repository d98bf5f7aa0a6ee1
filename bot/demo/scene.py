"""Where the demo starts: a fictional student with two example contacts, or a career center's server."""

from dataclasses import dataclass

import simcord

from bot.app import Rapport
from bot.services.contacts.views import ContactEntry

_CONTACTS = (
    ContactEntry(
        name="Ana Núñez",
        role="Marine biologist, Gulf Reef Survey",
        source="Alumni",
        reach="ana@example.org",
        why="Her 2024 survey of the Flower Garden Banks",
    ),
    ContactEntry(
        name="Tom Okafor",
        role="Aquarium curator, Harbor Aquarium",
        source="Referral",
        reach="tom@example.org",
        why="He moved from research to keeping animals",
    ),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page shows, and through whose eyes."""

    channel: simcord.ChannelHandle
    viewer: simcord.UserHandle | simcord.MemberActor
    who: str


@dataclass(frozen=True, slots=True)
class People:
    """Who can look at the page."""

    student: simcord.UserHandle
    counselor: simcord.UserHandle


def make_people(env: simcord.Env) -> People:
    """Make them before the clock is set: it gives them their ids, by which a kept database knows them again."""
    return People(
        student=env.create_user("maya", global_name="Maya Torres"),
        counselor=env.create_user("counselor", global_name="Dana Reyes"),
    )


async def set_scene(env: simcord.Env, people: People, *, empty: bool, staff: bool) -> Scene:
    """Make the places, and let the bot say hello."""
    if staff:
        guild = env.create_guild("Career Center")
        channel = guild.create_text_channel("informational-interviews")
        counselor = guild.add_member(people.counselor)
        await counselor.slash(channel, "next")
        return Scene(channel, counselor, "Dana Reyes, a fictional counselor, in the career center's server")
    student = people.student
    await student.send_dm("hi")
    if not empty and await _add_contacts(env, student):
        await student.slash("next")
    return Scene(student.dm_channel, student, "Maya Torres, a fictional student, in the bot's direct messages")


async def _add_contacts(env: simcord.Env, student: simcord.UserHandle) -> bool:
    """Whether there is something to show that the hello did not: a kept database has them already."""
    bot = env.bot
    if not isinstance(bot, Rapport):
        raise TypeError("the demo runs Rapport and nothing else")
    if await bot.services.contacts.suggest(student.id, ""):
        return False
    for contact in _CONTACTS:
        await bot.services.contacts.add(student.id, contact)
    return True
