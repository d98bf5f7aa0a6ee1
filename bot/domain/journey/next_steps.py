"""What to do now: for each contact the step that cannot wait longest, the most urgent first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import STANDING, InterviewStatus
from bot.domain.journey.snapshot import InterviewFacts, PersonFacts, RequestFacts
from bot.domain.requests.status import NUDGE_AFTER, NUDGES, RequestOutcome, RequestStatus
from bot.domain.thank_yous.deadline import LATE_FOR, due_at

PREPARE_WITHIN = timedelta(hours=48)
EVALUATE_WITHIN = timedelta(days=14)
"""An interview longer ago is remembered too poorly to start an evaluation."""


class StepKind(StrEnum):
    """What a student can do next, the most urgent first."""

    THANK = "thank"
    """Write or send the note. `due_at` is its deadline, `since` the end of the interview."""
    UNDELIVERABLE = "undeliverable"
    """Open the DMs again: `count` reminders could not be delivered. Belongs to no contact."""
    CHECK_BACK = "check_back"
    """Say whether the interview happened. `since` is its planned end."""
    RESUME = "resume"
    """Go on with an evaluation, `count` of eleven answered."""
    PREPARE = "prepare"
    """An interview at `due_at`."""
    EVALUATE = "evaluate"
    """Begin the evaluation. `since` is the end of the interview."""
    SCHEDULE = "schedule"
    """Find a date: they agreed at `since`, or an interview then was called off."""
    NUDGE = "nudge"
    """Remind them once: asked at `since`, without an answer by `due_at`."""
    SEND_DRAFT = "send_draft"
    """Send the request drafted at `since`."""
    DRAFT = "draft"
    """Draft a request to a contact added at `since`."""
    ADD_CONTACT = "add_contact"
    """Find somebody: nothing else is to be done. Belongs to no contact."""


_URGENCY = {kind: place for place, kind in enumerate(StepKind)}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NextStep:
    """One line of "What's next"; what its fields mean is said at its kind."""

    kind: StepKind
    contact_id: int | None = None
    contact_name: str = ""
    subject_id: int | None = None
    """The interview or the request it is about; None where the contact is enough."""
    due_at: datetime | None = None
    since: datetime | None = None
    count: int = 0


def next_steps(people: Iterable[PersonFacts], now: datetime, *, undeliverable: int = 0) -> tuple[NextStep, ...]:
    """For each contact the step that cannot wait longest and an evaluation that was begun; the most urgent first.

    Never empty. `undeliverable` is the number of reminders that Discord refused since the last visit.
    """
    steps = [step for person in people for step in _chosen(person, now)]
    if not steps:
        steps.append(NextStep(StepKind.ADD_CONTACT))
    if undeliverable:
        steps.append(NextStep(StepKind.UNDELIVERABLE, count=undeliverable))
    return tuple(sorted(steps, key=_urgency))


def _chosen(person: PersonFacts, now: datetime) -> list[NextStep]:
    """The most urgent step. An evaluation that was broken off stays in sight beside it."""
    steps = sorted(_steps(person, now), key=_urgency)
    return [step for place, step in enumerate(steps) if place == 0 or step.kind is StepKind.RESUME]


def _urgency(step: NextStep) -> tuple[int, datetime, int, int]:
    """By kind, then by the nearest deadline or the longest wait. The ids only keep the order stable."""
    when = step.due_at or step.since or _LONG_AGO
    return _URGENCY[step.kind], when, step.contact_id or 0, step.subject_id or 0


def _steps(person: PersonFacts, now: datetime) -> Iterator[NextStep]:
    for interview in person.interviews:
        if interview.status == InterviewStatus.MET:
            yield from _after(person, interview, now)
        elif interview.status == InterviewStatus.SCHEDULED:
            yield from _around(person, interview, now)
    yield from _before(person, now)


def _after(person: PersonFacts, interview: InterviewFacts, now: datetime) -> Iterator[NextStep]:
    """Steps after an interview that happened. Handout, Evaluating the Information and Follow-Up."""
    deadline = due_at(interview.ends_at)
    if interview.thanked_at is None and now < deadline + LATE_FOR:
        yield NextStep(
            StepKind.THANK, person.id, person.name, interview.id, due_at=deadline, since=interview.ends_at
        )
    if interview.evaluation in {EvaluationStatus.OPEN, EvaluationStatus.PAUSED}:
        yield NextStep(
            StepKind.RESUME, person.id, person.name, interview.id, since=interview.ends_at, count=interview.answered
        )
    elif interview.evaluation is None and now < interview.ends_at + EVALUATE_WITHIN:
        yield NextStep(StepKind.EVALUATE, person.id, person.name, interview.id, since=interview.ends_at)


def _around(person: PersonFacts, interview: InterviewFacts, now: datetime) -> Iterator[NextStep]:
    """Steps of an interview that is booked."""
    if interview.ends_at <= now:
        yield NextStep(StepKind.CHECK_BACK, person.id, person.name, interview.id, since=interview.ends_at)
    elif interview.starts_at - now <= PREPARE_WITHIN:
        yield NextStep(StepKind.PREPARE, person.id, person.name, interview.id, due_at=interview.starts_at)


def _before(person: PersonFacts, now: datetime) -> Iterator[NextStep]:
    """Steps on the way to an interview, unless one stands that is newer than the request."""
    request = person.request
    last = max((one.ends_at for one in person.interviews if one.status in STANDING), default=None)
    if last is not None and (request is None or request.created_at <= last):
        return
    if request is not None:
        yield from _asking(person, request, now)
    elif person.interviews:
        called_off = max(one.starts_at for one in person.interviews)
        yield NextStep(StepKind.SCHEDULE, person.id, person.name, since=called_off)
    else:
        yield NextStep(StepKind.DRAFT, person.id, person.name, since=person.added_at)


def _asking(person: PersonFacts, request: RequestFacts, now: datetime) -> Iterator[NextStep]:
    """The step that a request asks for; none while its answer may still come, or when it came to nothing."""
    if request.status == RequestStatus.DRAFT:
        yield NextStep(StepKind.SEND_DRAFT, person.id, person.name, request.id, since=request.created_at)
    elif request.outcome == RequestOutcome.ACCEPTED:
        yield NextStep(StepKind.SCHEDULE, person.id, person.name, since=request.answered_at)
    elif request.outcome in {None, RequestOutcome.ANOTHER_TIME} and request.nudges < NUDGES:
        asked = request.answered_at or request.sent_at or request.created_at
        if now >= asked + NUDGE_AFTER:
            due = asked + NUDGE_AFTER
            yield NextStep(StepKind.NUDGE, person.id, person.name, request.id, due_at=due, since=asked)
