"""To whom the bot writes on its own: those who use it, in their DM, and nobody else."""

import re

from tests.kit import World
from tests.lived import live

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
