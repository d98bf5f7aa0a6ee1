"""Why Discord does not let the bot in, told from what discord.py raises: a sentence, a wait, and whether for good.

Nothing that Discord or whoever answered in its place wrote is repeated, only numbers: a page may quote anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import discord

from bot.ui.reminders.discord_limits import retry_after

EVALUATION = (discord.DiscordException, aiohttp.ClientError, TimeoutError, ConnectionError)
"""What talking with Discord may raise; other errors of the system are about files."""
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What discord.py raises over an answer that is not what Discord would say. Anything else may raise them as well:
they are taken only around a single request."""

_UNAUTHORIZED, _FORBIDDEN, _PROXY_LOGIN, _TOO_MANY_REQUESTS, _SERVER_ERRORS = 401, 403, 407, 429, 500
_INTENTS = 4014
_LONGEST = timedelta(days=1)
"""A longer wait is no wish of Discord's, but a number gone wrong."""
_CLOUDFLARE = re.compile(r"(?:error(?: code)?[:\s]|cf-error-code\W*>)\s*(1\d{3})\b", re.IGNORECASE)


class NotDiscordError(aiohttp.ClientError):
    """Something else answered in Discord's place, as the sign-in page of a network does."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class UnreadableError(aiohttp.ClientError):
    """An answer that cannot be understood: half of one, or one of another kind. What was asked for may be done."""


class BrokenOffError(aiohttp.ClientError):
    """The gateway has broken off one connection after the other, so that it is left alone for a while."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Discord does not do what it was asked."""

    why: str
    wait: timedelta | None = None
    """As long as Discord asks to stay away, if it says so."""
    lasting: bool = False
    """Trying again is of no use until somebody has changed something."""


def refusal(error: BaseException | None, *, proxy: str = "") -> Refusal | None:
    """What `error` stands for; None when it is not about Discord. `proxy`: its address without its password."""
    match error:
        case discord.LoginFailure():
            return _TOKEN if error.__cause__ is None else refusal(error.__cause__, proxy=proxy)
        case discord.PrivilegedIntentsRequired() | discord.ConnectionClosed():
            return _closed(getattr(error, "code", _INTENTS))
        case discord.RateLimited():
            seconds = min(error.retry_after, _LONGEST.total_seconds())
            return Refusal(_FEWER.format("status 429"), timedelta(seconds=seconds))
        case discord.HTTPException():
            return _answer(error)
        case aiohttp.ClientError() | TimeoutError() | ConnectionError() | discord.GatewayNotFound():
            return _unheard(error, f" through the proxy {proxy}" if proxy else "")
    return None


def numbers(error: discord.HTTPException) -> str:
    """The status, and the code of Discord or of Cloudflare in front of it, if there is one."""
    code = error.code or _cloudflare(error.text)
    return f"status {error.status}, code {code}" if code else f"status {error.status}"


def spoken(wait: timedelta) -> str:
    """A wait in words."""
    seconds = round(wait.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"  # noqa: PLR2004 - two minutes


def _answer(error: discord.HTTPException) -> Refusal:
    headers: Mapping[str, str] = error.response.headers
    what, wait = numbers(error), _asked(headers)
    if error.status == _UNAUTHORIZED and headers.get("Content-Type", "").startswith("application/json"):
        return _TOKEN
    if error.status == _TOO_MANY_REQUESTS:
        return Refusal(_FEWER.format(what), wait)
    if error.status >= _SERVER_ERRORS:
        return Refusal(f"Discord is out of order ({what}).", wait)
    if error.status == _FORBIDDEN and not error.code:
        return Refusal(
            f"Cloudflare, which stands before Discord, keeps this machine out ({what}).", _asked(headers)
        )
    return Refusal(f"Discord refuses the bot ({what}).", wait)


def _unheard(error: BaseException, through: str) -> Refusal:
    """No answer of Discord's, or one of somebody else's."""
    match error:
        case BrokenOffError():
            why = f"Discord's gateway breaks off one connection after the other{through}."
        case UnreadableError():
            why = f"Discord's answer cannot be understood ({type(error.__cause__).__name__})."
        case NotDiscordError():
            why = (
                f"Something else answers in Discord's place{through} (status {error.status}), such as the page on"
                " which a network wants a sign-in."
            )
        case aiohttp.ClientHttpProxyError():
            word = "wants another user or password" if error.status == _PROXY_LOGIN else "refuses"
            why = f"Discord cannot be reached{through}: the proxy {word} (status {error.status})."
        case aiohttp.ClientResponseError():
            what = f"Discord refuses a connection{through} (status {error.status})."
            return Refusal(what, _asked(error.headers or {}))
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            why = (
                f"Discord cannot be reached{through}: its certificate is not accepted ({type(error).__name__})."
                " Is the clock right, and does something on the way open what is encrypted?"
            )
        case _:
            hint = "Is the proxy there?" if through else "Is this machine online? If it needs a proxy, set PROXY."
            why = f"Discord cannot be reached{through} ({type(error).__name__}). {hint}"
    return Refusal(why)


def _closed(code: int) -> Refusal:
    what = _CLOSED.get(code)
    if what is None:
        return Refusal(f"Discord closed the connection (code {code}).")
    return Refusal(what.format(f"code {code}"), lasting=True)


def _cloudflare(text: str) -> int | None:
    found = _CLOUDFLARE.search(text)
    return int(found[1]) if found else None


def _asked(headers: Mapping[str, str]) -> timedelta | None:
    wait = retry_after(headers)
    return None if wait is None else _bounded(wait)


def _bounded(wait: timedelta) -> timedelta:
    return min(wait, _LONGEST)


_FEWER = "Discord wants no more requests from here for now ({})."
_NOT_ACCEPTED = (
    "Discord does not accept DISCORD_TOKEN ({}). Reset it in the developer portal and put the new one in."
)
_TOKEN = Refusal(_NOT_ACCEPTED.format("status 401"), lasting=True)
_CLOSED = {
    4004: _NOT_ACCEPTED,
    4010: "Discord knows no such shard ({}). Mend SHARD_IDS and SHARD_COUNT; .env.example says what they mean.",
    4011: "The bot is in too many servers for one connection ({}). Set SHARD_COUNT;"
    " docs/operators/postgresql.md says how.",
    4012: "Discord no longer speaks with this version ({}). Upgrade Rapport.",
    4013: "Discord does not understand what this version wants to hear ({}). Upgrade Rapport.",
    4014: (
        "Discord does not allow what this version wants to hear ({}). Rapport needs none of the privileged intents:"
        " install the version from its repository as it is."
    ),
}
"""By the code that Discord's gateway closes a connection with: those after which it takes no further one."""
