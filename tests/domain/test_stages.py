"""The stage of a contact, from what its rows say."""

from datetime import UTC, datetime

import pytest

from bot.domain.interviews import InterviewStatus
from bot.domain.requests import Outcome, RequestStatus
from bot.domain.stages import ContactRows, MeetingRows, Stage, stage

DRAFT, SENT, ANSWERED = RequestStatus
NOTE, BEFORE, LATER = (datetime(2026, 2, day, tzinfo=UTC) for day in (10, 9, 11))

SCHEDULED = MeetingRows(InterviewStatus.SCHEDULED)
MET = MeetingRows(InterviewStatus.MET)
EVALUATED = MeetingRows(InterviewStatus.MET, evaluated=True)
THANKED = MeetingRows(InterviewStatus.MET, evaluated=True, thanked_at=NOTE)
CANCELLED = MeetingRows(InterviewStatus.CANCELLED)
MISSED = MeetingRows(InterviewStatus.MISSED)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (ContactRows(), Stage.FOUND),
        (ContactRows(request=DRAFT), Stage.DRAFTED),
        (ContactRows(request=SENT), Stage.ASKED),
        (ContactRows(request=ANSWERED, outcome=Outcome.ACCEPTED), Stage.ACCEPTED),
        (ContactRows(request=ANSWERED, outcome=Outcome.ANOTHER_TIME), Stage.ASKED),
        (ContactRows(request=ANSWERED, outcome=Outcome.DECLINED), Stage.CLOSED),
        (ContactRows(request=ANSWERED, outcome=Outcome.WRONG_PERSON), Stage.CLOSED),
        (ContactRows(request=ANSWERED, outcome=Outcome.NO_ANSWER), Stage.CLOSED),
        (ContactRows(meetings=(SCHEDULED,)), Stage.SCHEDULED),
        (ContactRows(request=SENT, meetings=(SCHEDULED,)), Stage.SCHEDULED),
        (ContactRows(request=ANSWERED, outcome=Outcome.DECLINED, meetings=(MET,)), Stage.MET),
        (ContactRows(meetings=(EVALUATED,)), Stage.EVALUATED),
        (ContactRows(meetings=(THANKED,)), Stage.THANKED),
        (ContactRows(meetings=(MeetingRows(InterviewStatus.MET, thanked_at=NOTE),)), Stage.THANKED),
        (ContactRows(meetings=(THANKED,), last_contact_at=BEFORE), Stage.THANKED),
        (ContactRows(meetings=(THANKED,), last_contact_at=NOTE), Stage.THANKED),
        (ContactRows(meetings=(THANKED,), last_contact_at=LATER), Stage.KEPT),
        (ContactRows(meetings=(THANKED, SCHEDULED), last_contact_at=LATER), Stage.SCHEDULED),
        (ContactRows(meetings=(THANKED, MET)), Stage.MET),
        (ContactRows(meetings=(THANKED, CANCELLED)), Stage.THANKED),
        (ContactRows(meetings=(MISSED,)), Stage.ACCEPTED),
        (ContactRows(request=ANSWERED, outcome=Outcome.ACCEPTED, meetings=(CANCELLED, MISSED)), Stage.ACCEPTED),
        (ContactRows(request=DRAFT, meetings=(CANCELLED,)), Stage.DRAFTED),
        (ContactRows(archived=True, meetings=(SCHEDULED,)), Stage.CLOSED),
    ],
)
def test_the_stage_of_a_contact(rows: ContactRows, expected: Stage) -> None:
    assert stage(rows) is expected
