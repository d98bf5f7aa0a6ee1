"""Discord's limits (429), as reminders keep them: what would go over one is put off until Discord takes it."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import aiohttp

from bot.reminders.sender_protocol import DirectMessagesClosedError, TryLaterError

_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_UNSAID = timedelta(minutes=1)
"""How long to stay away when Discord does not say it; Cloudflare, in front of it, often does not."""
_EVERYTHING = ("", "")


@dataclass
class _Reminder:
    """What is known of the reminder that requests are made for."""

    doubtful: bool = False
    """Discord failed over the message: it may have taken it, though discord.py tries again by itself."""


_heeded: ContextVar[_Reminder | None] = ContextVar("heeded", default=None)
"""The reminder that the request at hand belongs to."""


class DiscordLimits:
    """Hears of every 429, whoever met it, and stops the reminders that would meet the same one.

    discord.py would wait inside of the request: with a claim in hand, and with a gate shut for the whole bot that
    stays shut for good when the wait is cut off. A reminder has time: it goes back to the engine and comes again
    later.
    """

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}
        """Per method and path the moment of the loop's clock until which Discord wants no such request."""

    def trace(self) -> aiohttp.TraceConfig:
        """What the client's HTTP session has to be given."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._started)
        config.on_request_end.append(self._answered)
        return config

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Every request in the block is for one reminder. Raises TryLaterError when one is, or comes, over a limit.

        And in place of DirectMessagesClosedError where an earlier request may have gone through before they closed.
        """
        self._check(_EVERYTHING)
        reminder = _Reminder()
        token = _heeded.set(reminder)
        try:
            yield
        except TryLaterError as error:
            error.unsure |= reminder.doubtful
            raise
        except DirectMessagesClosedError as error:
            if reminder.doubtful:
                raise TryLaterError(unsure=True) from error
            raise
        finally:
            _heeded.reset(token)

    async def _started(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        if _heeded.get() is not None:
            self._check(_EVERYTHING)
            self._check((params.method, params.url.path))

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        reminder = _heeded.get()
        if params.response.status != _TOO_MANY_REQUESTS:
            if reminder is not None and params.response.status >= _SERVER_ERRORS and _is_message(params):
                reminder.doubtful = True
            return
        headers = params.response.headers
        route = _EVERYTHING if _for_everything(headers) else (params.method, params.url.path)
        self._note(route, retry_after(headers) or _UNSAID)
        if reminder is not None:
            params.response.release()
            self._check(route)

    def _note(self, route: tuple[str, str], after: timedelta) -> None:
        present = asyncio.get_running_loop().time()
        self._until = {known: until for known, until in self._until.items() if until > present}
        self._until[route] = max(self._until.get(route, 0.0), present + after.total_seconds())

    def _check(self, route: tuple[str, str]) -> None:
        left = self._until.get(route, 0.0) - asyncio.get_running_loop().time()
        if left > 0:
            raise TryLaterError(timedelta(seconds=left))


def _is_message(params: aiohttp.TraceRequestEndParams) -> bool:
    return params.method == "POST" and params.url.path.endswith("/messages")


def _for_everything(headers: Mapping[str, str]) -> bool:
    """Whether the whole bot is meant: by Discord's global limit, or by Cloudflare, which answers without `Via`."""
    return "X-RateLimit-Global" in headers or "Via" not in headers


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """What Discord asks for, if it can be read: at least a second."""
    try:
        return timedelta(seconds=max(1.0, float(headers["Retry-After"])))
    except (KeyError, ValueError, OverflowError):
        return None
