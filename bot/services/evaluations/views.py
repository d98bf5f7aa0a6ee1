"""What is told about evaluations: one as it stands, and what became of a wish to start or go on with one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.evaluations.conversation import Event
from bot.domain.evaluations.questions import (
    EvaluationState,
    EvaluationStatus,
    GivenAnswer,
    QuestionKind,
    Results,
    Verdict,
    results,
)
from bot.services.interviews.views import NoInterview, NotMet
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Evaluation, ThankYou


@dataclass(frozen=True, slots=True)
class MessagePlace:
    """A message in the DM."""

    channel_id: int
    message_id: int
    since: int = field(default=0, compare=False)
    """For a message that was redrawn: an id of that moment. What has a smaller one came before."""

    @property
    def seen_from(self) -> int:
        """The id from which on a message was typed with this on the screen: ids are moments."""
        return max(self.message_id, self.since)


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """One evaluation as it stands."""

    id: int
    interview_id: int
    contact_name: str
    state: EvaluationState
    results: Results
    shown: MessagePlace | None
    """Where the student sees the current question; None until it has been sent."""
    note_due: datetime | None
    note_sent: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What one input did. `question` is where it met the evaluation, `left` the message that showed it there."""

    evaluation: EvaluationView
    event: Event
    question: int
    left: MessagePlace | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A typed message that may not be meant for the question that is up. Nothing of it was stored."""

    evaluation: EvaluationView


@dataclass(frozen=True, slots=True)
class Opened:
    """The evaluation of an interview, ready to go on, or finished."""

    evaluation: EvaluationView
    left: MessagePlace | None = None
    """The message that showed it until now."""
    paused: Turn | None = None
    """The other evaluation that was paused for it."""
    resumed: bool = False
    """It had been paused."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Another evaluation is open: one at a time, or typed answers would have two places to go."""

    evaluation: EvaluationView
    interview_id: int
    contact_name: str
    """The interview that has to wait, and with whom it was."""


Opening = Opened | Busy | NotMet | NoInterview


def answer_of(row: AnswerRow) -> GivenAnswer:
    """What a stored answer says."""
    return GivenAnswer(Verdict(row.verdict) if row.verdict else None, row.text)


def evaluation_of(
    row: Evaluation,
    contact: str,
    note: ThankYou | None,
    answers: Iterable[AnswerRow],
    kinds: Mapping[int, QuestionKind],
) -> EvaluationView:
    """The evaluation with its answers, the contact's name and the note for the interview."""
    place = None
    if row.channel_id is not None and row.message_id is not None:
        place = MessagePlace(row.channel_id, row.message_id, row.shown_from or 0)
    given = {one.question: answer_of(one) for one in answers}
    state = EvaluationState(row.position, given, EvaluationStatus(row.status))
    return EvaluationView(
        id=row.id,
        interview_id=row.interview_id,
        contact_name=contact,
        state=state,
        results=results(state, kinds),
        shown=place,
        note_due=note.due_at if note else None,
        note_sent=note is not None and note.sent_at is not None,
    )
