"""Goes to Discord, and stays in this process as long as Discord refuses: a new process would knock at once.

A refusal is said in one sentence, and then waited out: as long as Discord asks, else longer and longer. What is
refused until somebody changes something is raised; `bot/__main__.py` ends with a code that says so.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta

import aiohttp
import discord
from discord.utils import MISSING

from bot.ui.connection.refusals import EVALUATION, UNREADABLE, BrokenOffError, Refusal, refusal, spoken

log = logging.getLogger(__name__)

FIRST, MOST = timedelta(seconds=2), timedelta(minutes=15)
"""The shortest and the longest pause between two tries."""
LATELY, KNOCKS = timedelta(minutes=1), 5
"""The library connects anew at once when the gateway wants it so: so many times for each shard lately, no more."""
_LIBRARY = ("discord.client", "discord.shard")
"""What they say of a connection that failed is the outline of a fault, once for each try."""


def pauses() -> Iterator[timedelta]:
    """Pauses that double up to `MOST`, each cut by up to half at random: many bots must not come back at once."""
    whole = FIRST
    while True:
        yield whole * random.uniform(0.5, 1)  # noqa: S311 - jitter
        whole = min(whole * 2, MOST)


async def log_in(bot: discord.Client, token: str, let_in: Callable[[], bool], proxy: str) -> None:
    """Log in as soon as Discord lets the bot in. Raises what can only be mended by somebody.

    `let_in`: whether Discord did, and what goes wrong from there on is the bot's own.
    """
    for pause in pauses():
        try:
            await bot.login(token)
        except (*EVALUATION, *UNREADABLE) as error:
            refused = refusal(error, proxy=proxy) or Refusal(
                f"Discord's answer cannot be understood ({type(error).__name__})."
            )
            if let_in() or refused.lasting:
                raise
            wait = refused.wait or pause
            log.error("%s Trying again in %s.", refused.why, spoken(wait))  # noqa: TRY400 - said without an outline
        else:
            return
        await _hang_up(bot)
        await asyncio.sleep(wait.total_seconds())


async def _hang_up(bot: discord.Client) -> None:
    """A login opens a session of its own, which the next one would forget to close."""
    await bot.http.close()
    bot.http.connector = MISSING


async def stay(bot: discord.Client, doubt: asyncio.Event) -> None:
    """Stay connected until the bot is closed. Raises LoginFailure when the token is taken back meanwhile.

    `doubt`: set when Discord did not take the token for a request.
    """
    tasks = {
        asyncio.create_task(bot.connect(), name="gateway"),
        asyncio.create_task(_ask(bot, doubt), name="token"),
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(bot: discord.Client, doubt: asyncio.Event) -> None:
    """One refusal may be a slip of Discord's: it is asked once more before the bot ends over it."""
    while True:
        await doubt.wait()
        doubt.clear()
        try:
            await bot.application_info()
        except (*EVALUATION, *UNREADABLE) as error:
            refused = refusal(error)
            if refused is not None and refused.lasting:
                raise discord.LoginFailure from error


def space_out(bot: discord.Client, shards: int) -> None:
    """Let the library take its own growing pauses also when the gateway lets it in, and breaks off again.

    It takes them when no connection comes about. Without them it would knock hundreds of times a second.
    """
    connect, knocks = bot.http.ws_connect, deque[float](maxlen=KNOCKS * shards)

    async def spaced(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        present = asyncio.get_running_loop().time()
        if len(knocks) == knocks.maxlen and present - knocks[0] < LATELY.total_seconds():
            raise BrokenOffError
        knocks.append(present)
        return await connect(url, compress=compress)

    bot.http.ws_connect = spaced  # type: ignore[method-assign]  # the one place that every connection passes


def stumbled(error: AttributeError) -> Refusal | None:
    """What is behind it when discord.py fails over a first connection that failed; None for any other error.

    It would go on from the session that it had, and there is none yet.
    """
    if isinstance(error.__context__, discord.gateway.ReconnectWebSocket):
        return Refusal("Discord's gateway broke off.")
    return refusal(error.__context__)


def quieten(proxy: str) -> None:
    """Let the library's lines on a connection that failed be one sentence instead of the outline of a fault."""
    said = _InOneSentence(proxy)
    for name in _LIBRARY:
        logger = logging.getLogger(name)
        for earlier in [one for one in logger.filters if isinstance(one, _InOneSentence)]:
            logger.removeFilter(earlier)
        logger.addFilter(said)


class _InOneSentence(logging.Filter):
    def __init__(self, proxy: str) -> None:
        super().__init__()
        self._proxy = proxy

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        refused = refusal(error, proxy=self._proxy)
        if refused is not None:
            log.warning("%s Trying again.", refused.why)
        return refused is None
