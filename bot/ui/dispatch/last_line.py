"""The last plain line: what a student reads when not even the card about an error could be shown.

Nothing of a card is in it, no component and nobody's text, so that what made the card fail cannot make it fail.
What was typed goes along as a file, and where that is what Discord refuses, the line goes alone.
"""

import logging
import secrets
from collections.abc import Awaitable, Mapping, Sequence
from io import BytesIO
from typing import Protocol

import discord

from bot.domain.text.input import all_readable, seen
from bot.logs import outline

log = logging.getLogger(__name__)

LINE = (
    "That did not work, and I could not show why. Please look whether it was saved before you try again. If it "
    "happens again, give your career center this reference: {reference}"
)
_FILE = "what-you-typed.txt"


class SayLine(Protocol):
    """Sends a line with files."""

    def __call__(self, line: str, files: Sequence[discord.File] = ()) -> Awaitable[None]:
        """Raises whatever Discord and the way to it may raise."""


async def say_last(say: SayLine, error: Exception, typed: Mapping[str, str | list[str]]) -> None:
    """Say the line by `say`, because of `error`, and hand back what was `typed`. Raises nothing; logs it."""
    if isinstance(error, discord.DiscordServerError):
        # It is Discord that fails, over a card that it had nothing against: other words would fare no better.
        log.warning("could not tell the student about an error: Discord says %s", error.status)
        return
    reference = secrets.token_hex(4)
    log.error("a fault, reference %s: its card could not be shown\n%s", reference, outline(error))
    line = LINE.format(reference=reference)
    words = "\n\n".join(filter(seen, all_readable(typed.values())))
    tries = [[BytesIO(words.encode())], []] if words else [[]]
    for contents in tries:
        try:
            await say(line, files=[discord.File(content, filename=_FILE) for content in contents])
        except discord.HTTPException as refused:
            log.warning("could not tell the student about an error: Discord says %s", refused.code)
        except Exception as second:  # noqa: BLE001 - there is no door behind this one
            log.warning("could not tell the student about an error\n%s", outline(second))
        else:
            return
