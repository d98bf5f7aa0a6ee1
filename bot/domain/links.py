"""Web addresses in what a person typed, and which of them a button may open."""

import re

from bot.domain.contacts import read_reach

_LONGEST = 512
"""Characters of an address that a button of Discord's holds."""
_LONGEST_HOST = 60
"""Characters of a host that its button can name in full."""
_SAFE = re.compile(
    r"https?://"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})"  # no login before it, no other alphabets
    r"(?::\d{1,5})?"
    r"(?:[/?#](?:[a-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*)?",
    re.IGNORECASE,
)


def web_address(text: str) -> tuple[str, str] | None:
    """The first web address in the text and the host that it leads to; None when it is not plain where that is.

    Only http and https; nothing that looks like one host and leads to another ("https://bank.com@evil.example"),
    and nothing that Discord would refuse as the address of a button.
    """
    address = read_reach(text).link or ""
    match = _SAFE.fullmatch(address)
    if match is None or len(address) > _LONGEST or len(match["host"]) > _LONGEST_HOST:
        return None
    return address, match["host"].lower()
