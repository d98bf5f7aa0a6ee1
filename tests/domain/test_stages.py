"""The stage of a contact, from what its rows say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.journey.snapshot import InterviewFacts, PersonFacts, RequestFacts
from bot.domain.journey.stages import Stage, stage
from bot.domain.requests.status import RequestOutcome, RequestStatus

NOTE, BEFORE, LATER = (datetime(2026, 2, day, tzinfo=UTC) for day in (10, 9, 11))


def interview(status: InterviewStatus, **facts: Any) -> InterviewFacts:
    return replace(InterviewFacts(5, status, BEFORE, BEFORE), **facts)


def request(status: RequestStatus, outcome: RequestOutcome | None = None) -> RequestFacts:
    return RequestFacts(3, status, BEFORE, outcome)


def ana(*interviews: InterviewFacts, **facts: Any) -> PersonFacts:
    return replace(PersonFacts(1, "Ana", BEFORE, interviews=interviews), **facts)


DRAFT, SENT = request(RequestStatus.DRAFT), request(RequestStatus.SENT)
ACCEPTED, DECLINED, WRONG_PERSON, ANOTHER_TIME, NO_ANSWER = (
    request(RequestStatus.ANSWERED, outcome) for outcome in RequestOutcome
)

SCHEDULED, MET, CANCELLED, MISSED = map(interview, InterviewStatus)
EVALUATED = replace(MET, evaluation=EvaluationStatus.DONE)
THANKED = replace(EVALUATED, thanked_at=NOTE)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (ana(), Stage.FOUND),
        (ana(request=DRAFT), Stage.DRAFTED),
        (ana(request=SENT), Stage.ASKED),
        (ana(request=ACCEPTED), Stage.ACCEPTED),
        (ana(request=ANOTHER_TIME), Stage.ASKED),
        (ana(request=DECLINED), Stage.CLOSED),
        (ana(request=WRONG_PERSON), Stage.CLOSED),
        (ana(request=NO_ANSWER), Stage.CLOSED),
        (ana(SCHEDULED), Stage.SCHEDULED),
        (ana(SCHEDULED, request=SENT), Stage.SCHEDULED),
        (ana(MET, request=DECLINED), Stage.MET),
        (ana(replace(MET, evaluation=EvaluationStatus.PAUSED)), Stage.MET),
        (ana(EVALUATED), Stage.EVALUATED),
        (ana(THANKED), Stage.THANKED),
        (ana(replace(MET, thanked_at=NOTE)), Stage.THANKED),
        (ana(THANKED, last_contact_at=BEFORE), Stage.THANKED),
        (ana(THANKED, last_contact_at=NOTE), Stage.THANKED),
        (ana(THANKED, last_contact_at=LATER), Stage.KEPT),
        (ana(THANKED, SCHEDULED, last_contact_at=LATER), Stage.SCHEDULED),
        (ana(THANKED, MET), Stage.MET),
        (ana(THANKED, CANCELLED), Stage.THANKED),
        (ana(MISSED), Stage.ACCEPTED),
        (ana(CANCELLED, MISSED, request=ACCEPTED), Stage.ACCEPTED),
        (ana(CANCELLED, request=DRAFT), Stage.DRAFTED),
        (ana(SCHEDULED, archived=True), Stage.CLOSED),
    ],
)
def test_the_stage_of_a_contact(person: PersonFacts, expected: Stage) -> None:
    assert stage(person) is expected
