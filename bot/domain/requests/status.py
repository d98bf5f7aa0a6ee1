"""Where a request stands, what came back, and what follows from an answer.

Handout, Making the Appointment. Its list of routes is lost; the four here are reconstructed.
"""

from datetime import datetime, timedelta
from enum import StrEnum

NUDGE_AFTER = timedelta(days=7)
"""Elapsed time without an answer after which a reminder is fine. (The handout sets none.)"""
NUDGES = 1
"""Reminders before it is time for the next contact. (The handout sets none.)"""


class RequestRoute(StrEnum):
    """How the request reaches the contact; the words are the ones of the command."""

    EMAIL = "email"
    CALL = "call"
    INTRODUCTION = "introduction"
    LINKEDIN = "linkedin"


class RequestStatus(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SENT = "sent"
    ANSWERED = "answered"


class RequestOutcome(StrEnum):
    """What came back; the words are the ones of the command."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WRONG_PERSON = "wrong person"
    ANOTHER_TIME = "another time"
    NO_ANSWER = "no answer"


class NextMove(StrEnum):
    """What an outcome leads to."""

    SCHEDULE = "schedule"
    """Book the interview."""
    ASK_FOR_NAMES = "ask_for_names"
    """Ask for people at the same level, a higher one or elsewhere. Handout, Making the Appointment."""
    ASK_WHEN = "ask_when"
    """Ask once for a more convenient time. Handout, Making the Appointment."""
    THANK = "thank"
    """Thank them all the same and turn to the next contact."""
    NUDGE = "nudge"
    """Remind them, in fewer words than before."""
    NEXT_CONTACT = "next_contact"
    """Enough was asked: turn to someone else."""


def next_move(outcome: RequestOutcome, nudges: int = 0) -> NextMove:
    """What to do after `outcome`, with `nudges` reminders already sent."""
    match outcome:
        case RequestOutcome.ACCEPTED:
            return NextMove.SCHEDULE
        case RequestOutcome.WRONG_PERSON:
            return NextMove.ASK_FOR_NAMES
        case RequestOutcome.ANOTHER_TIME:
            return NextMove.ASK_WHEN
        case RequestOutcome.DECLINED:
            return NextMove.THANK
        case RequestOutcome.NO_ANSWER:
            return NextMove.NUDGE if nudges < NUDGES else NextMove.NEXT_CONTACT


def nudge_due(sent_at: datetime, nudges: int) -> datetime | None:
    """When the next reminder is fine, 7 days of elapsed time after the last message; None after enough of them.

    `sent_at` is when the request or the last reminder went out.
    """
    return None if nudges >= NUDGES else sent_at + NUDGE_AFTER
