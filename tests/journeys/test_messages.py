"""To whom the bot writes on its own: those who use it, in their DM, and nobody else."""

import re

from simcord.enums import MessageType
from sqlalchemy import select

from bot.storage.models import Base
from tests.support.full_journey import live
from tests.support.world import World

_MESSAGE = re.compile(r"(?:/api/v\d+)?/channels/(\d+)/messages")


async def test_nobody_hears_from_the_bot_who_has_not_used_it(rapport: World) -> None:
    tom = rapport.member("tom", "Tom Stone")
    maya = await live(rapport)
    await rapport.skip(days=5)
    written = [
        int(found[1])
        for request in rapport.env.http_requests
        if request.method == "POST" and (found := _MESSAGE.fullmatch(request.path))
    ]
    assert len(written) > 10, "she heard of nothing: this test looks at nothing"
    assert set(written) == {rapport.env.backend.get_dm_channel(maya.dm.id).id}
    assert tom.dm() == []


async def test_a_message_that_answers_nothing_is_not_kept(rapport: World) -> None:
    maya = rapport.student()
    for words in ("hi", "Quillmark told me a secret", "\u3164"):
        await maya.say(words)
    async with rapport.bot.db.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in await session.execute(select(table))]
    assert len(rows) > 1, "nothing is kept at all: this test looks at nothing"
    assert "Quillmark" not in repr(rows)


async def test_a_line_of_discord_s_own_is_no_word_of_the_student_s(rapport: World) -> None:
    """Who pins a message is named as the author of Discord's line about it."""
    maya = rapport.student()
    pinned = (await maya.say("hi")).message_id
    before = len(maya.reminders())
    backend = rapport.env.backend
    channel = backend.get_dm_channel(maya.id)
    backend.create_system_message(channel.id, MessageType.PINS_ADD, maya.id, referenced_message_id=pinned)
    await rapport.env.settle()
    assert len(maya.reminders()) == before
