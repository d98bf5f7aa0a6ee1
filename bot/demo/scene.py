"""Where the demo starts: a fictional student with two example contacts, or a career center's server."""

from dataclasses import dataclass

import simcord

from bot.app import Rapport
from bot.services.contact_views import Entry

_CONTACTS = (
    Entry(
        name="Ana Núñez",
        role="Marine biologist, Gulf Reef Survey",
        source="Alumni",
        reach="ana@example.org",
        why="Her 2024 survey of the Flower Garden Banks",
    ),
    Entry(
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


async def set_scene(env: simcord.Env, *, empty: bool, staff: bool) -> Scene:
    """Make the people and the places, and let the bot say hello."""
    if staff:
        guild = env.create_guild("Career Center")
        channel = guild.create_text_channel("informational-interviews")
        counselor = guild.add_member(env.create_user("counselor", global_name="Career Counselor"))
        return Scene(channel, counselor, "a counselor in the career center's server")
    student = env.create_user("maya", global_name="Maya Torres")
    await student.send_dm("hi")
    if not empty:
        await _add_contacts(env, student)
        await student.slash("next")
    return Scene(student.dm_channel, student, "Maya Torres, a fictional student, in the bot's direct messages")


async def _add_contacts(env: simcord.Env, student: simcord.UserHandle) -> None:
    bot = env.bot
    if not isinstance(bot, Rapport):
        raise TypeError("the demo runs Rapport and nothing else")
    if await bot.services.contacts.suggest(student.id, ""):
        return  # a kept database has them already
    for contact in _CONTACTS:
        await bot.services.contacts.add(student.id, contact)
