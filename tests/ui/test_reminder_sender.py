"""What Discord and the network say, in the engine's words."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from bot.reminders.sender_protocol import DirectMessagesClosedError, TryLaterError
from bot.ui.reminders.sender import _explained


@dataclass
class Response:
    """What discord.py reads of an answer."""

    status: int
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def refused(status: int, code: int = 0, **headers: str) -> discord.HTTPException:
    response: Any = Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return discord.HTTPException(response, {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (aiohttp.ClientConnectionError(), None),
        (ConnectionResetError(), None),
        (TimeoutError(), None),
        (refused(503), None),
        (refused(429, Retry_After="7.5"), timedelta(seconds=7.5)),
        (refused(429, Retry_After="soon"), None),
        (refused(429), None),
        (discord.RateLimited(12), timedelta(seconds=12)),
        (refused(400, 50035), timedelta(hours=1)),
        (refused(403, 50001), timedelta(hours=1)),
    ],
)
def test_what_may_pass_is_tried_later(error: Exception, after: timedelta | None) -> None:
    with pytest.raises(TryLaterError) as later, _explained():
        raise error
    assert later.value.after == after


@pytest.mark.parametrize("code", [50007, 50278])
def test_a_closed_door_is_a_closed_door(code: int) -> None:
    with pytest.raises(DirectMessagesClosedError), _explained():
        raise refused(403, code)


def test_a_fault_of_ours_stays_one() -> None:
    with pytest.raises(ValueError, match="ours"), _explained():
        raise ValueError("ours")
