"""What is told about interviews: one with everything around it, and what became of a wish about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import InterviewStatus, Mode, booked_end
from bot.domain.text.wording import blank_left
from bot.services.base import owned
from bot.services.slices.reading import read_all
from bot.storage.models import Contact, Evaluation, Interview, ThankYou


@dataclass(frozen=True, slots=True)
class InterviewView:
    """An interview, its contact, and how far the student is with what follows it."""

    id: int
    contact_id: int
    contact_name: str
    starts_at: datetime
    minutes: int
    mode: Mode | None
    place: str
    status: InterviewStatus
    ended_at: datetime | None
    sequence: int
    created_at: datetime
    begun: bool
    """The booked time has come, whatever became of it."""
    over: bool
    """The booked time has passed, whatever became of it."""
    evaluation_id: int | None
    evaluation_status: str
    """Empty before the first question."""
    note_due_at: datetime | None
    note_version: int
    """0 until drafted."""
    note_sent_at: datetime | None
    note_blank: bool = False
    """The draft has a place that still waits for words."""

    @property
    def ends_at(self) -> datetime:
        """The booked end."""
        return booked_end(self.starts_at, self.minutes)

    @property
    def waits(self) -> bool:
        """It is booked, and nothing has become of it yet."""
        return self.status is InterviewStatus.SCHEDULED

    @property
    def coming(self) -> bool:
        """It waits, and its booked time has not passed."""
        return self.waits and not self.over


@dataclass(frozen=True, slots=True)
class Terms:
    """When, how long and how to meet. What is None stays as it is, or as usual for a new interview."""

    starts_at: datetime
    minutes: int | None = None
    mode: Mode | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class TypedTerms:
    """The same as somebody typed it."""

    when: str
    minutes: str = ""
    mode: Mode | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """The interview stands."""

    interview: InterviewView
    overlaps: tuple[InterviewView, ...]
    """Other interviews of the student at the same time."""
    accepted: bool = False
    """A request that was out is now marked as accepted."""
    before: datetime | None = None
    """The time that it was moved from."""


@dataclass(frozen=True, slots=True)
class AlreadyBooked:
    """Nothing was changed: this contact has a coming interview."""

    interview: InterviewView
    wanted: Terms


@dataclass(frozen=True, slots=True)
class NotMoved:
    """Nothing was changed: the interview's time has passed, or something has become of it."""

    interview: InterviewView
    wanted: Terms


@dataclass(frozen=True, slots=True)
class Met:
    """The interview has happened; the thank-you clock runs from its end."""

    interview: InterviewView


@dataclass(frozen=True, slots=True)
class NotMet:
    """Nothing was changed: the interview is still to come, was called off, or nobody has said that it happened."""

    interview: InterviewView


@dataclass(frozen=True, slots=True)
class NoInterview:
    """Nothing was changed: no interview with this contact counts here."""

    contact_id: int
    contact_name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All interviews of a student: those to come, the next one first, and the others, the last one first."""

    coming: tuple[InterviewView, ...]
    past: tuple[InterviewView, ...]
    zone: ZoneInfo | None
    """Where the student is, for places that cannot show a moment in the reader's own words."""


def interviews(owner_id: int) -> Select[Interview, Contact, ThankYou, Evaluation]:
    """The rows that `view` takes, of the owner's interviews."""
    return (
        owned(Interview, owner_id)
        .add_columns(Contact, ThankYou, Evaluation)
        .outerjoin(ThankYou, ThankYou.interview_id == Interview.id)
        .outerjoin(Evaluation, Evaluation.interview_id == Interview.id)
    )


async def of_contact(session: AsyncSession, owner_id: int, contact_id: int) -> list[InterviewView]:
    """The interviews with one contact, the last one first."""
    query = interviews(owner_id).where(Interview.contact_id == contact_id)
    newest = query.order_by(Interview.starts_at.desc(), Interview.id.desc())
    return await read_all(session, newest, lambda row: view(*row))


def coming_of(rows: Sequence[InterviewView]) -> InterviewView | None:
    """The first of these interviews that is still to come."""
    return next((row for row in rows if row.coming), None)


async def view_of(session: AsyncSession, owner_id: int, interview_id: int) -> InterviewView:
    """One interview. Raises NOT_FOUND when there is none or it is another student's."""
    row = (await session.execute(interviews(owner_id).where(Interview.id == interview_id))).one_or_none()
    if row is None:
        raise CoachError(Code.NOT_FOUND)
    return view(*row)


def view(
    interview: Interview, contact: Contact, note: ThankYou | None, evaluation: Evaluation | None
) -> InterviewView:
    """An interview as it stands now."""
    return InterviewView(
        id=interview.id,
        contact_id=contact.id,
        contact_name=contact.name,
        starts_at=interview.starts_at,
        minutes=interview.minutes,
        mode=Mode(interview.mode) if interview.mode else None,
        place=interview.place,
        status=InterviewStatus(interview.status),
        ended_at=interview.ended_at,
        sequence=interview.sequence,
        created_at=interview.created_at,
        begun=interview.starts_at <= now(),
        over=booked_end(interview.starts_at, interview.minutes) <= now(),
        evaluation_id=evaluation.id if evaluation else None,
        evaluation_status=evaluation.status if evaluation else "",
        note_due_at=note.due_at if note else None,
        note_version=note.version if note else 0,
        note_sent_at=note.sent_at if note else None,
        note_blank=note is not None and note.sent_at is None and blank_left(note.body) is not None,
    )
