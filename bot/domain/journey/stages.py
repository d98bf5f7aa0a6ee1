"""How far a student has come with a contact: read from the rows each time, never stored."""

from datetime import datetime
from enum import StrEnum

from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import STANDING, InterviewStatus
from bot.domain.journey.snapshot import InterviewFacts, PersonFacts, RequestFacts
from bot.domain.requests.status import RequestOutcome, RequestStatus


class Stage(StrEnum):
    """The steps of the journey with one contact, in order."""

    FOUND = "found"
    DRAFTED = "drafted"
    ASKED = "asked"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    MET = "met"
    EVALUATED = "evaluated"
    THANKED = "thanked"
    KEPT = "kept"
    """In touch again after the thank-you note."""
    CLOSED = "closed"
    """Archived, or the last request came to nothing."""


def stage(person: PersonFacts) -> Stage:
    """The stage of a contact. The last interview that stands outranks any request; a called-off one does not."""
    if person.archived:
        return Stage.CLOSED
    standing = [one for one in person.interviews if one.status in STANDING]
    if standing:
        return _with_interview(standing[-1], person.last_contact_at)
    if person.request is None:
        return Stage.ACCEPTED if person.interviews else Stage.FOUND  # who agreed once is asked for another date
    return _with_request(person.request)


def _with_interview(interview: InterviewFacts, last_contact_at: datetime | None) -> Stage:
    if interview.status == InterviewStatus.SCHEDULED:
        return Stage.SCHEDULED
    if interview.thanked_at is None:
        return Stage.EVALUATED if interview.evaluation == EvaluationStatus.DONE else Stage.MET
    kept = last_contact_at is not None and last_contact_at > interview.thanked_at
    return Stage.KEPT if kept else Stage.THANKED


def _with_request(request: RequestFacts) -> Stage:
    match request.status, request.outcome:
        case RequestStatus.DRAFT, _:
            return Stage.DRAFTED
        case RequestStatus.SENT, _:
            return Stage.ASKED
        case _, RequestOutcome.ACCEPTED:
            return Stage.ACCEPTED
        case _, RequestOutcome.ANOTHER_TIME:
            return Stage.ASKED
        case _:
            return Stage.CLOSED
