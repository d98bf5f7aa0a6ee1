"""What "What's next" says: the step of each contact, the most urgent first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.journey.next_steps import NextStep, StepKind, next_steps
from bot.domain.journey.snapshot import InterviewFacts, PersonFacts, RequestFacts
from bot.domain.requests.status import RequestOutcome, RequestStatus

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DRAFT, SENT, ANSWERED = RequestStatus
OPEN, PAUSED, DONE = EvaluationStatus


def ago(*, days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


LONG_AGO = ago(days=20)


def interview(status: InterviewStatus, ends_at: datetime, **facts: Any) -> InterviewFacts:
    return replace(InterviewFacts(5, status, ends_at - timedelta(minutes=20), ends_at), **facts)


def met(ends_at: datetime, **facts: Any) -> InterviewFacts:
    return interview(InterviewStatus.MET, ends_at, **facts)


def booked(ends_at: datetime, **facts: Any) -> InterviewFacts:
    return interview(InterviewStatus.SCHEDULED, ends_at, **facts)


def asked(status: RequestStatus, created_at: datetime = LONG_AGO, **facts: Any) -> RequestFacts:
    return replace(RequestFacts(3, status, created_at), **facts)


def ana(*interviews: InterviewFacts, request: RequestFacts | None = None) -> PersonFacts:
    return PersonFacts(1, "Ana", ago(days=30), request, interviews)


CALLED_OFF = interview(InterviewStatus.CANCELLED, ago(days=2))
MISSED = interview(InterviewStatus.MISSED, ago(days=1))
ACCEPTED = asked(ANSWERED, outcome=RequestOutcome.ACCEPTED, answered_at=ago(days=3))


ANOTHER_TIME = asked(ANSWERED, outcome=RequestOutcome.ANOTHER_TIME, sent_at=ago(days=19), answered_at=ago(days=8))
STOPPED = met(ago(days=5), evaluation=PAUSED, answered=4, thanked_at=LONG_AGO)


def step(kind: StepKind, subject_id: int | None = None, **fields: Any) -> NextStep:
    return replace(NextStep(kind, 1, "Ana", subject_id), **fields)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (ana(met(ago(hours=5))), step(StepKind.THANK, 5, due_at=NOW + 19 * HOUR, since=ago(hours=5))),
        (ana(met(ago(days=5))), step(StepKind.THANK, 5, due_at=ago(days=4), since=ago(days=5))),
        (ana(booked(NOW)), step(StepKind.CHECK_BACK, 5, since=NOW)),
        (ana(STOPPED), step(StepKind.RESUME, 5, since=ago(days=5), count=4)),
        (ana(replace(STOPPED, evaluation=OPEN)), step(StepKind.RESUME, 5, since=ago(days=5), count=4)),
        (ana(met(ago(days=16), evaluation=OPEN)), step(StepKind.RESUME, 5, since=ago(days=16))),
        (ana(met(ago(days=5), thanked_at=LONG_AGO)), step(StepKind.EVALUATE, 5, since=ago(days=5))),
        (ana(booked(NOW + HOUR / 2)), step(StepKind.PREPARE, 5, due_at=NOW + HOUR / 6)),
        (ana(booked(NOW + HOUR / 6)), step(StepKind.PREPARE, 5, due_at=NOW - HOUR / 6)),
        (ana(booked(NOW + 2 * DAY + HOUR / 3)), step(StepKind.PREPARE, 5, due_at=NOW + 2 * DAY)),
        (ana(request=ACCEPTED), step(StepKind.SCHEDULE, since=ago(days=3))),
        (ana(CALLED_OFF, MISSED, request=ACCEPTED), step(StepKind.SCHEDULE, since=ago(days=3))),
        (ana(CALLED_OFF, MISSED), step(StepKind.SCHEDULE, since=MISSED.starts_at)),
        (ana(request=asked(SENT, sent_at=ago(days=7))), step(StepKind.NUDGE, 3, due_at=NOW, since=ago(days=7))),
        (ana(request=ANOTHER_TIME), step(StepKind.NUDGE, 3, due_at=ago(days=1), since=ago(days=8))),
        (ana(request=asked(DRAFT)), step(StepKind.SEND_DRAFT, 3, since=LONG_AGO)),
        (ana(met(ago(days=25)), request=asked(DRAFT)), step(StepKind.SEND_DRAFT, 3, since=LONG_AGO)),
        (ana(), step(StepKind.DRAFT, since=ago(days=30))),
    ],
)
def test_the_step_of_one_contact(person: PersonFacts, expected: NextStep) -> None:
    assert next_steps([person], NOW) == (expected,)


@pytest.mark.parametrize(
    "person",
    [
        ana(met(ago(days=15))),
        ana(met(ago(days=14), thanked_at=LONG_AGO)),
        ana(met(ago(days=1), evaluation=DONE, thanked_at=LONG_AGO)),
        ana(met(ago(days=1), evaluation=DONE, thanked_at=LONG_AGO), request=asked(DRAFT)),
        ana(booked(NOW + 2 * DAY + HOUR)),
        ana(booked(NOW + 3 * DAY), request=ACCEPTED),
        ana(request=asked(SENT, sent_at=ago(days=6, hours=23))),
        ana(request=asked(SENT, sent_at=ago(days=15), nudges=1)),
        ana(request=asked(ANSWERED, outcome=RequestOutcome.ANOTHER_TIME, answered_at=ago(days=6))),
        ana(request=asked(ANSWERED, outcome=RequestOutcome.DECLINED, answered_at=ago(days=9))),
        ana(request=asked(ANSWERED, outcome=RequestOutcome.WRONG_PERSON, answered_at=ago(days=9))),
        ana(request=asked(ANSWERED, outcome=RequestOutcome.NO_ANSWER, answered_at=ago(days=9))),
    ],
)
def test_a_contact_that_asks_for_nothing_makes_room_for_a_new_one(person: PersonFacts) -> None:
    assert next_steps([person], NOW) == (NextStep(StepKind.ADD_CONTACT),)


def test_an_empty_account_starts_with_a_contact() -> None:
    assert next_steps([], NOW) == (NextStep(StepKind.ADD_CONTACT),)


def test_refused_reminders_are_told_once() -> None:
    assert next_steps([], NOW, undeliverable=2) == (
        NextStep(StepKind.UNDELIVERABLE, count=2),
        NextStep(StepKind.ADD_CONTACT),
    )


def test_an_evaluation_that_was_begun_stays_in_sight_beside_a_note_that_is_due() -> None:
    steps = next_steps([ana(replace(STOPPED, thanked_at=None))], NOW)
    assert [(one.kind, one.subject_id) for one in steps] == [(StepKind.THANK, 5), (StepKind.RESUME, 5)]


IN_ORDER = [
    ana(met(ago(days=3))),
    ana(met(ago(hours=20))),
    ana(met(ago(hours=2))),
    ana(booked(ago(hours=2))),
    ana(met(ago(days=9), evaluation=PAUSED, thanked_at=LONG_AGO)),
    ana(booked(NOW + HOUR)),
    ana(booked(NOW + DAY)),
    ana(met(ago(days=9), thanked_at=LONG_AGO)),
    ana(request=ACCEPTED),
    ana(request=asked(SENT, sent_at=ago(days=12))),
    ana(request=asked(SENT, sent_at=ago(days=8))),
    ana(request=asked(DRAFT)),
    ana(),
]
IN_ORDER = [replace(person, id=place + 10) for place, person in enumerate(IN_ORDER)]


@given(st.permutations(IN_ORDER))
def test_the_most_urgent_comes_first_whatever_the_order_of_the_rows(people: list[PersonFacts]) -> None:
    assert [step.contact_id for step in next_steps(people, NOW)] == [person.id for person in IN_ORDER]


def test_refused_reminders_come_after_the_notes_that_are_due() -> None:
    kinds = [step.kind for step in next_steps(IN_ORDER, NOW, undeliverable=1)]
    assert kinds[2:5] == [StepKind.THANK, StepKind.UNDELIVERABLE, StepKind.CHECK_BACK]


moments = st.integers(-40 * 24, 5 * 24).map(lambda hours: NOW + hours * HOUR)


def test_of_two_interviews_the_next_one_comes_first() -> None:
    sooner, later = (booked(NOW + hours * HOUR) for hours in (5, 9))
    people = [
        PersonFacts(1, "Ana", LONG_AGO, interviews=(later,)),
        PersonFacts(2, "Ben", LONG_AGO, interviews=(sooner,)),
    ]
    assert [one.contact_id for one in next_steps(people, NOW)] == [2, 1]


some_interviews = st.builds(
    interview,
    st.sampled_from(InterviewStatus),
    moments,
    id=st.integers(1, 99),
    evaluation=st.none() | st.sampled_from(EvaluationStatus),
    thanked_at=st.none() | moments,
)
some_requests = st.builds(
    RequestFacts,
    id=st.integers(1, 99),
    status=st.sampled_from(RequestStatus),
    created_at=moments,
    outcome=st.none() | st.sampled_from(RequestOutcome),
    sent_at=st.none() | moments,
    answered_at=st.none() | moments,
    nudges=st.integers(0, 2),
)


some_people = st.builds(
    PersonFacts,
    id=st.integers(1, 50),
    name=st.just("Ana"),
    added_at=moments,
    request=st.none() | some_requests,
    interviews=st.lists(some_interviews, max_size=3).map(tuple),
)


@given(st.lists(some_people, max_size=12, unique_by=lambda person: person.id), st.randoms(use_true_random=False))
def test_whatever_the_rows_say(people: list[PersonFacts], chance: Random) -> None:
    steps = next_steps(people, NOW)
    kinds = [list(StepKind).index(step.kind) for step in steps]
    assert kinds == sorted(kinds)
    assert steps
    beside = [step.contact_id for step in steps if step.kind != StepKind.RESUME]
    assert len(set(beside)) == len(beside)
    for person in people:
        alone = next_steps([person], NOW)
        theirs = tuple(one for one in steps if one.contact_id == person.id)
        assert alone == (theirs or (NextStep(StepKind.ADD_CONTACT),))
    shuffled = [replace(person, interviews=person.interviews[::-1]) for person in people]
    chance.shuffle(shuffled)
    assert next_steps(shuffled, NOW) == steps
