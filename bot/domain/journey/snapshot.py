"""What the rows say about one contact, as the rules about stages and next steps read it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.requests.status import RequestOutcome, RequestStatus


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The last request to a contact."""

    id: int
    status: RequestStatus
    created_at: datetime
    outcome: RequestOutcome | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    nudges: int = 0


@dataclass(frozen=True, slots=True)
class InterviewFacts:
    """An interview, with what became of its evaluation and its note."""

    id: int
    status: InterviewStatus
    starts_at: datetime
    ends_at: datetime
    """When it really ended, or else when it is planned to."""
    evaluation: EvaluationStatus | None = None
    answered: int = 0
    thanked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A contact, with the last request and the interviews in the order of time."""

    id: int
    name: str
    added_at: datetime
    request: RequestFacts | None = None
    interviews: tuple[InterviewFacts, ...] = ()
    archived: bool = False
    last_contact_at: datetime | None = None
    """When the student was last in touch, after the note or before."""
