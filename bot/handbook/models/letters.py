"""requests.toml and thank_yous.toml: the sentences of a draft, and what the coach says about one."""

from collections.abc import Mapping
from typing import Annotated

from bot.domain import requests, thank_yous
from bot.handbook.shapes import Advice, Frozen, by_key, texts_by_key

_ABOUT = ("detail",)
"""What a finding is about: words of the draft, or how many there are."""


class RequestTexts(Frozen):
    """requests.toml: the sentences of a request, and what the coach says about a draft."""

    phrases: Annotated[Mapping[str, str], texts_by_key(requests.PHRASES)]
    findings: Annotated[Mapping[str, Advice], by_key(Advice, dict.fromkeys(requests.FindingCode, _ABOUT))]


class ThankYouTexts(Frozen):
    """thank_yous.toml: the sentences of a note, and what the coach says about a draft."""

    phrases: Annotated[Mapping[str, str], texts_by_key(thank_yous.PHRASES)]
    findings: Annotated[Mapping[str, Advice], by_key(Advice, dict.fromkeys(thank_yous.FindingCode, _ABOUT))]
