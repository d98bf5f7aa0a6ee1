"""requests.toml and thank_yous.toml: the sentences of a draft, and what the coach says about one."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator

from bot.domain.requests import form as request_form
from bot.domain.requests import letter as requests
from bot.domain.requests import nudges
from bot.domain.requests.frames import FORM_FRAMES, Misfit
from bot.domain.requests.review import RequestFindingCode
from bot.domain.requests.status import NextMove
from bot.domain.thank_yous import letter as thank_yous
from bot.domain.thank_yous.review import NoteFindingCode
from bot.domain.thank_yous.verbs import read_verbs
from bot.handbook.fields import SOME, Advice, Frozen, Label, Line, Source, by_key, texts_by_key

_ABOUT = ("detail",)
"""What a finding is about: words of the draft, or how many there are."""


_PERSON = ("name",)
"""Whom it is about: the contact."""


class Move(Advice):
    """What to do after an answer, with words to write back where some are needed."""

    words: Line | None = None


class RequestTexts(Frozen):
    """requests.toml: the sentences of a request and of its nudge, and what the coach says about both."""

    phrases: Annotated[Mapping[str, str], texts_by_key(requests.PHRASES)]
    waiting: Annotated[Mapping[str, Advice], by_key(Advice, dict.fromkeys([*Misfit, "missing", "profile"], _ABOUT))]
    frames: Annotated[Mapping[str, str], texts_by_key(dict.fromkeys(FORM_FRAMES, frozenset()))]
    examples: Annotated[Mapping[str, str], texts_by_key(dict.fromkeys(FORM_FRAMES, frozenset()))]
    findings: Annotated[Mapping[str, Advice], by_key(Advice, dict.fromkeys(RequestFindingCode, _ABOUT))]
    ties: Annotated[Mapping[str, str], texts_by_key(request_form.TIES)]
    nudge: Annotated[Mapping[str, str], texts_by_key(nudges.PHRASES)]
    moves: Annotated[Mapping[str, Move], by_key(Move, dict.fromkeys(NextMove, _PERSON))]


def _can_be_read(forms: tuple[str, ...]) -> tuple[str, ...]:
    read_verbs(forms)
    return forms


class VerbForms(Frozen):
    """The verbs that a note knows, each in its three forms."""

    source: Source
    forms: Annotated[tuple[Label, ...], SOME, AfterValidator(_can_be_read)]


class ThankYouTexts(Frozen):
    """thank_yous.toml: the sentences of a note, the verbs in them, and what the coach says about a draft."""

    phrases: Annotated[Mapping[str, str], texts_by_key(thank_yous.PHRASES)]
    verbs: VerbForms
    findings: Annotated[Mapping[str, Advice], by_key(Advice, dict.fromkeys(NoteFindingCode, _ABOUT))]

    @cached_property
    def wording(self) -> thank_yous.NoteWording:
        """What a note is made of beside the student's words."""
        return thank_yous.NoteWording(self.phrases, read_verbs(self.verbs.forms))
