"""What a letter is made of: its parts, the beginnings of their sentences, and what becomes of a student's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.contacts import Source


class FormPart(StrEnum):
    """What the form of a request asks."""

    TIE = "tie"
    WHY = "why"
    LEARN = "learn"
    WINDOWS = "windows"


class Part(StrEnum):
    """What a letter is made of, but for the ask and the names."""

    TIE = "tie"
    WHO = "who"
    ABOUT = "about"
    WHY = "why"
    LEARN = "learn"
    WINDOWS = "windows"


class TieFrame(StrEnum):
    """The beginnings of the sentence about the tie, by the key of their phrase in the handbook."""

    REFERRED = "tie_referred"
    MET = "tie_met"
    THROUGH = "tie_through"
    READ = "tie_read"
    KNOWN = "tie_known"
    LOOKING = "tie_looking"


class Frame(StrEnum):
    """Those of the other parts. `{text}` is what completes them."""

    WHO = "who"
    WHO_SCHOOL = "who_school"
    ABOUT = "about"
    ABOUT_BEING = "about_being"
    WHY = "why"
    WHY_THING = "why_thing"
    LEARN = "learn"
    LEARN_ABOUT = "learn_about"
    LEARN_TO = "learn_to"
    LEARN_QUESTION = "learn_question"
    WINDOWS = "windows"
    WINDOWS_ON = "windows_on"


FORM_FRAMES = (*TieFrame, Frame.WHY, Frame.LEARN, Frame.WINDOWS)
"""Those that the form shows."""


class Misfit(StrEnum):
    """Why words wait, the clearest reason first."""

    NOTHING = "nothing"
    """"idk", "n/a": there is nothing to go on yet."""
    LIST = "list"
    """Several things under one another."""
    QUESTION = "question"
    """A question where something is to be told."""
    VAGUE_QUESTION = "vague_question"
    """A question that says nothing by itself: "Was it worth it?"."""
    ABOUT_THEM = "about_them"
    """It speaks of the reader, not to them."""
    CHAT = "chat"
    """It is written as in a chat: "lol", a smiley, all in capitals."""
    UNFINISHED = "unfinished"
    """It does not complete the frame, or not surely."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What becomes of one part of the form."""

    text: str = ""
    """One or more whole sentences for the letter; empty when the part was left out, or waits."""
    misfit: Misfit | None = None
    """Why the words wait; None when they do not."""
    frame: Frame | TieFrame | None = None
    """What they complete; None when they stand as they are."""
    words: str = ""
    """As they complete it."""
    kept: tuple[str, ...] = ()
    """Questions that do not go into the letter, for the interview."""


def tie_frame(source: str, *, referred: bool = False) -> TieFrame:
    """The frame for how they are connected, by where the contact was found and whether somebody named them."""
    if referred or source == Source.REFERRAL:
        return TieFrame.REFERRED
    return _TIES.get(source, TieFrame.LOOKING)


_TIES: Mapping[str, TieFrame] = {
    Source.KNOWN: TieFrame.KNOWN,
    Source.EVENT: TieFrame.MET,
    Source.ALUMNI: TieFrame.THROUGH,
    Source.MEDIA: TieFrame.READ,
}
