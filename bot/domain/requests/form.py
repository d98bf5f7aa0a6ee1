"""The form of a request: what it asks, how much fits, and what it offers to start from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.contacts import Source
from bot.domain.text.input import checked_length, checked_text, one_line, seen
from bot.domain.text.wording import fill


class RequestField(StrEnum):
    """What is asked, by the words in which it is asked."""

    TIE = "How are you connected?"
    WHY = "Why this person?"
    LEARN = "What do you want to learn?"
    WINDOWS = "When could you meet?"
    SUBJECT = "Subject"
    MESSAGE = "Message"


LIMITS: Mapping[RequestField, int] = {
    RequestField.TIE: 500,
    RequestField.WHY: 800,
    RequestField.LEARN: 800,
    RequestField.WINDOWS: 500,
    RequestField.SUBJECT: 300,
    RequestField.MESSAGE: 4_000,
}
"""Most characters of each; a message is at most what one field of a Discord form can hold."""

TIES: Mapping[str, frozenset[str]] = {"alumni": frozenset(), "referral": frozenset({"name"})}
"""What the form starts with where the tie is known, and what each may be filled with."""


@dataclass(frozen=True, slots=True)
class RequestWords:
    """The four answers, as typed in the form or offered there."""

    tie: str = ""
    why: str = ""
    learn: str = ""
    windows: str = ""

    def checked(self) -> "RequestWords":
        """The same, blank where nothing can be seen. Raises TOO_LONG."""
        texts = zip(RequestField, (self.tie, self.why, self.learn, self.windows), strict=False)
        return RequestWords(*(checked_length(seen(text), field.value, LIMITS[field]) for field, text in texts))


def offered_tie(source: str, referrer: str, ties: Mapping[str, str]) -> str:
    """What completes the form's first sentence for a contact found in `source` or named by `referrer`, if known."""
    if seen(referrer):
        return fill(ties["referral"], name=one_line(referrer))
    return ties["alumni"] if source == Source.ALUMNI else ""


def checked_message(subject: str, body: str) -> tuple[str, str]:
    """Both without outer white space, the subject on one line. Raises BLANK without a message, and TOO_LONG."""
    body = checked_text(body, RequestField.MESSAGE.value, LIMITS[RequestField.MESSAGE])
    return checked_length(one_line(subject), RequestField.SUBJECT.value, LIMITS[RequestField.SUBJECT]), body
