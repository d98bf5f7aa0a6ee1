"""How far a student has come with a contact: read from the rows each time, never stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.interviews import InterviewStatus
from bot.domain.requests import Outcome, RequestStatus


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


@dataclass(frozen=True, slots=True)
class MeetingRows:
    """What the rows say about one meeting."""

    status: InterviewStatus
    evaluated: bool = False
    thanked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactRows:
    """What the rows say about a contact: the last request, and the meetings in the order of time."""

    archived: bool = False
    request: RequestStatus | None = None
    outcome: Outcome | None = None
    meetings: tuple[MeetingRows, ...] = ()
    last_contact_at: datetime | None = None


def stage(rows: ContactRows) -> Stage:
    """The stage of a contact. The last meeting that stands outranks any request; a called-off one does not."""
    if rows.archived:
        return Stage.CLOSED
    standing = [one for one in rows.meetings if one.status in {InterviewStatus.SCHEDULED, InterviewStatus.MET}]
    if standing:
        return _with_meeting(standing[-1], rows.last_contact_at)
    if rows.request is None:
        return Stage.ACCEPTED if rows.meetings else Stage.FOUND  # who agreed once is asked for another date
    return _with_request(rows.request, rows.outcome)


def _with_meeting(meeting: MeetingRows, last_contact_at: datetime | None) -> Stage:
    if meeting.status == InterviewStatus.SCHEDULED:
        return Stage.SCHEDULED
    if meeting.thanked_at is None:
        return Stage.EVALUATED if meeting.evaluated else Stage.MET
    kept = last_contact_at is not None and last_contact_at > meeting.thanked_at
    return Stage.KEPT if kept else Stage.THANKED


def _with_request(status: RequestStatus, outcome: Outcome | None) -> Stage:
    match status, outcome:
        case RequestStatus.DRAFT, _:
            return Stage.DRAFTED
        case RequestStatus.SENT, _:
            return Stage.ASKED
        case _, Outcome.ACCEPTED:
            return Stage.ACCEPTED
        case _, Outcome.ANOTHER_TIME:
            return Stage.ASKED
        case _:
            return Stage.CLOSED
