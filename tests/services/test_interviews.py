"""Interviews on a real database: booked, moved, called off, happened, missed, prepared; and their reminders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.errors import Code
from bot.domain.interviews.interview import InterviewStatus, Mode
from bot.domain.reminders.reminder import ReminderKind, Status, planned
from bot.domain.requests.status import RequestOutcome, RequestStatus
from bot.services import Services
from bot.services.interviews.views import (
    AlreadyBooked,
    Booked,
    InterviewView,
    Met,
    NoInterview,
    NotMet,
    NotMoved,
    Terms,
)
from bot.services.reminders.planning import INTERVIEW, THANKS
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from bot.storage.models import Answer, Contact, Evaluation, Interview, Reminder, Request, ThankYou
from tests.support.shortcuts import DENVER, add, denver, refusal
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


THURSDAY = denver(5, 14)


class Story:
    """One student with two contacts, and a look into the tables."""

    def __init__(self, services: Services, db: Database) -> None:
        self.interviews = services.interviews
        self.services = services
        self.db = db

    async def begin(self) -> None:
        await self.services.profiles.set_zone(MAYA, ZONE)
        await self.services.profiles.set_zone(TOM, ZONE)
        self.ana = await add(self.db, Contact(owner_id=MAYA, name="Ana Núñez", created_at=now()))
        self.priya = await add(self.db, Contact(owner_id=MAYA, name="Priya Raman", created_at=now()))

    async def book(self, starts_at: datetime = THURSDAY, contact: int | None = None, **more: Any) -> InterviewView:
        done = await self.interviews.schedule(MAYA, contact or self.ana, Terms(starts_at, **more))
        assert isinstance(done, Booked)
        return done.interview

    async def reminders(self, *statuses: Status) -> list[tuple[str, datetime]]:
        wanted = [status.value for status in statuses or (Status.PENDING,)]
        async with self.db.read() as session:
            rows = await session.scalars(
                select(Reminder).where(Reminder.status.in_(wanted)).order_by(Reminder.due_at, Reminder.id)
            )
            return [(row.kind, row.due_at) for row in rows]

    async def rows(self, model: type[Any]) -> list[Any]:
        async with self.db.read() as session:
            return list(await session.scalars(select(model).order_by(model.id)))


@pytest.fixture
async def story(services: Services, db: Database) -> Story:
    told = Story(services, db)
    await told.begin()
    return told


# Booking


async def test_a_booked_interview_is_stored_with_its_reminders(story: Story) -> None:
    view = await story.book(minutes=45, mode=Mode.IN_PERSON, place="  Cafe, 3 Oak St  ")
    assert (view.starts_at, view.minutes, view.mode, view.place) == (THURSDAY, 45, Mode.IN_PERSON, "Cafe, 3 Oak St")
    assert (view.status, view.contact_name, view.over) == (InterviewStatus.SCHEDULED, "Ana Núñez", False)
    assert await story.reminders() == [
        ("prepare", denver(4, 18)),
        ("soon", denver(5, 13)),
        ("check_back", denver(5, 15)),
    ]


async def test_an_interview_lasts_20_minutes_unless_told(story: Story) -> None:
    assert (await story.book()).minutes == 20


async def test_booking_the_same_time_again_takes_the_details_and_makes_no_second(story: Story) -> None:
    first = await story.book(mode=Mode.PHONE)
    assert await story.book() == first
    again = await story.book(minutes=30, place="Room 5")
    assert (again.id, again.minutes, again.mode, again.place) == (first.id, 30, Mode.PHONE, "Room 5")
    assert len(await story.rows(Interview)) == 1
    assert [kind for kind, _ in await story.reminders()] == ["prepare", "soon", "check_back"]


async def test_a_contact_with_a_coming_interview_is_not_booked_twice(story: Story) -> None:
    first = await story.book()
    found = await story.interviews.schedule(MAYA, story.ana, Terms(THURSDAY + DAY, 30))
    assert found == AlreadyBooked(first, Terms(THURSDAY + DAY, 30))
    assert await story.interviews.get(MAYA, first.id) == first


async def test_after_the_interview_the_contact_can_be_booked_again(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    assert (await story.book(THURSDAY + DAY)).id != first.id


@pytest.mark.parametrize(
    ("offset", "minutes", "clashes"),
    [(0, 20, 1), (-10, 20, 1), (19, 20, 1), (5, 5, 1), (-30, 90, 1), (20, 20, 0), (-20, 20, 0), (1440, 20, 0)],
)
async def test_another_interview_at_the_same_time_is_booked_and_told(
    story: Story, offset: int, minutes: int, clashes: int
) -> None:
    await story.book(contact=story.priya)
    done = await story.interviews.schedule(MAYA, story.ana, Terms(THURSDAY + offset * MINUTE, minutes))
    assert isinstance(done, Booked)
    assert [other.contact_name for other in done.overlaps] == ["Priya Raman"] * clashes
    assert len(await story.rows(Interview)) == 2


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(THURSDAY, 4), Code.BAD_MINUTES),
        (Terms(THURSDAY, 241), Code.BAD_MINUTES),
        (Terms(THURSDAY, place="x" * 301), Code.TOO_LONG),
        (Terms(denver(2, 14)), Code.MOVED_ON),
        (Terms(denver(2, 14) + timedelta(days=732)), Code.MOVED_ON),
        (Terms(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)), Code.MOVED_ON),
    ],
)
async def test_terms_that_do_not_fit_store_nothing(story: Story, terms: Terms, code: Code) -> None:
    with refusal(code):
        await story.interviews.schedule(MAYA, story.ana, terms)
    assert not await story.rows(Interview)
    first = await story.book()
    with refusal(code):
        await story.interviews.move(MAYA, first.id, terms)
    assert await story.interviews.get(MAYA, first.id) == first


async def test_without_a_zone_nothing_is_booked(services: Services, db: Database) -> None:
    await services.profiles.meet(TOM, "Tom")
    async with db.write() as session:
        session.add(Contact(id=5, owner_id=TOM, name="Ana", created_at=now()))
    with refusal(Code.ZONE_NEEDED):
        await services.interviews.schedule(TOM, 5, Terms(THURSDAY))
    assert (await services.interviews.listing(TOM)).coming == ()


async def request(story: Story, status: RequestStatus, contact: int) -> int:
    return await add(
        story.db, Request(contact_id=contact, route="email", status=status.value, created_at=now(), sent_at=now())
    )


async def test_booking_accepts_the_request_that_is_out_and_ends_its_nudge(story: Story) -> None:
    sent = await request(story, RequestStatus.SENT, story.ana)
    await request(story, RequestStatus.DRAFT, story.ana)
    elsewhere = await request(story, RequestStatus.SENT, story.priya)
    await nudge(story, sent)
    await nudge(story, elsewhere)
    done = await story.interviews.schedule(MAYA, story.ana, Terms(THURSDAY))
    assert isinstance(done, Booked)
    assert done.accepted
    states = [(row.status, row.outcome, row.answered_at) for row in await story.rows(Request)]
    assert states == [
        (RequestStatus.ANSWERED, RequestOutcome.ACCEPTED, now()),
        (RequestStatus.DRAFT, None, None),
        (RequestStatus.SENT, None, None),
    ]
    nudges = {row.subject_id: row.status for row in await story.rows(Reminder) if row.kind == ReminderKind.NUDGE}
    assert nudges == {sent: Status.CANCELLED, elsewhere: Status.PENDING}


async def nudge(story: Story, subject: int) -> None:
    async with story.db.write() as session:
        await arm(session, MAYA, [planned(ReminderKind.NUDGE, subject, now() + 7 * DAY, now() + 14 * DAY, 0)])


# Moving and calling off


async def test_moving_an_interview_moves_its_reminders(story: Story) -> None:
    first = await story.book(mode=Mode.VIDEO, place="Zoom")
    done = await story.interviews.move(MAYA, first.id, Terms(denver(6, 9)))
    assert isinstance(done, Booked)
    assert done.before == THURSDAY
    moved = done.interview
    assert (moved.starts_at, moved.minutes, moved.mode, moved.place) == (denver(6, 9), 20, Mode.VIDEO, "Zoom")
    assert moved.sequence == 1
    assert await story.reminders() == [
        ("prepare", denver(5, 18)),
        ("soon", denver(6, 8)),
        ("check_back", denver(6, 9, 35)),
    ]
    assert [kind for kind, _ in await story.reminders(Status.CANCELLED)] == ["prepare", "soon", "check_back"]


async def test_moving_there_and_back_plans_every_reminder_once(story: Story) -> None:
    first = await story.book()
    before = await story.reminders()
    await story.interviews.move(MAYA, first.id, Terms(denver(6, 9)))
    await story.interviews.move(MAYA, first.id, Terms(THURSDAY))
    assert await story.reminders() == before


async def test_moving_to_where_it_is_changes_nothing(story: Story) -> None:
    first = await story.book()
    done = await story.interviews.move(MAYA, first.id, Terms(THURSDAY))
    assert done == Booked(first, ())


async def test_a_move_can_change_the_details_alone(story: Story) -> None:
    first = await story.book(place="Zoom")
    done = await story.interviews.move(MAYA, first.id, Terms(THURSDAY, 60, Mode.PHONE, ""))
    assert isinstance(done, Booked)
    assert (done.interview.minutes, done.interview.mode, done.interview.place) == (60, Mode.PHONE, "")
    assert (done.before, done.interview.sequence) == (None, 1)
    assert ("check_back", denver(5, 15, 15)) in await story.reminders()


async def test_what_is_due_before_an_interview_still_comes_when_its_details_change(
    story: Story, traveller: time_machine.Traveller
) -> None:
    """It may wait for Discord, or for a moment after another message."""
    first = await story.book()
    traveller.move_to(THURSDAY - HOUR + timedelta(seconds=5))
    before = await story.reminders()
    await story.interviews.move(MAYA, first.id, Terms(THURSDAY, place="Room 5"))
    assert await story.reminders() == before
    await story.interviews.move(MAYA, first.id, Terms(THURSDAY + MINUTE))
    assert ("soon", THURSDAY - HOUR + MINUTE) in await story.reminders()
    assert ("soon", THURSDAY - HOUR) in await story.reminders(Status.CANCELLED)


async def test_an_interview_whose_time_is_over_moves_only_when_the_student_says_so(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    terms = Terms(denver(6, 9))
    assert await story.interviews.move(MAYA, first.id, terms) == NotMoved(
        replace(first, begun=True, over=True), terms
    )
    done = await story.interviews.move(MAYA, first.id, terms, even_if_over=True)
    assert isinstance(done, Booked)
    assert not done.interview.over


@pytest.mark.parametrize("ending", ["happened", "missed", "cancel"])
async def test_an_interview_of_which_something_became_stays_where_it_is(
    story: Story, traveller: time_machine.Traveller, ending: str
) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    await getattr(story.interviews, ending)(MAYA, first.id)
    before = await story.interviews.get(MAYA, first.id)
    terms = Terms(denver(6, 9))
    assert await story.interviews.move(MAYA, first.id, terms, even_if_over=True) == NotMoved(before, terms)


async def test_calling_off_ends_the_reminders_and_is_done_once(story: Story) -> None:
    first = await story.book()
    view = await story.interviews.cancel(MAYA, first.id)
    assert (view.status, view.sequence) == (InterviewStatus.CANCELLED, 1)
    assert await story.reminders() == []
    assert await story.interviews.cancel(MAYA, first.id) == view
    assert await story.interviews.waiting(MAYA, story.ana) == NoInterview(story.ana, first.contact_name)


# What became of it


async def test_told_after_its_end_it_ended_as_booked(story: Story, traveller: time_machine.Traveller) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + 3 * HOUR)
    done = await story.interviews.happened(MAYA, first.id)
    end = THURSDAY + 20 * MINUTE
    assert isinstance(done, Met)
    assert (done.interview.status, done.interview.ended_at) == (InterviewStatus.MET, end)
    assert done.interview.note_due_at == end + 24 * HOUR
    (note,) = await story.rows(ThankYou)
    assert (note.due_at, note.sent_at, note.version) == (end + 24 * HOUR, None, 0)
    kinds = [kind for kind, _ in await story.reminders()]
    assert set(kinds) <= set(THANKS)
    assert "thank_you_late" in kinds
    assert {row.kind for row in await story.rows(Reminder) if row.status == Status.CANCELLED} == set(INTERVIEW)


async def test_told_before_its_booked_end_it_ended_now(story: Story, traveller: time_machine.Traveller) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + 12 * MINUTE)
    done = await story.interviews.happened(MAYA, first.id)
    assert isinstance(done, Met)
    assert done.interview.ended_at == THURSDAY + 12 * MINUTE
    assert await story.reminders() == [
        ("thank_you_first", THURSDAY + 12 * MINUTE + 2 * HOUR),
        ("thank_you_second", THURSDAY + 12 * MINUTE + 20 * HOUR),
        ("thank_you_late", denver(7, 9)),
    ]


async def test_pressed_twice_it_happened_once(story: Story, traveller: time_machine.Traveller) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    done = await story.interviews.happened(MAYA, first.id)
    reminders = await story.reminders()
    traveller.move_to(THURSDAY + 2 * HOUR)
    assert await story.interviews.happened(MAYA, first.id) == done
    assert await story.interviews.missed(MAYA, first.id) == done.interview
    assert await story.reminders() == reminders
    assert len(await story.rows(ThankYou)) == 1


async def test_an_interview_to_come_has_not_happened_and_was_not_missed(story: Story) -> None:
    first = await story.book()
    assert await story.interviews.happened(MAYA, first.id) == NotMet(first)
    assert await story.interviews.met(MAYA, story.ana) == NotMet(first)
    assert await story.interviews.met(MAYA, story.ana, now() - HOUR) == NotMet(first)
    assert await story.interviews.missed(MAYA, first.id) == first
    assert not await story.rows(ThankYou)


async def test_one_that_was_called_off_does_not_happen_by_an_old_button(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.book()
    await story.interviews.cancel(MAYA, first.id)
    traveller.move_to(THURSDAY + HOUR)
    view = await story.interviews.get(MAYA, first.id)
    assert await story.interviews.happened(MAYA, first.id) == NotMet(view)
    assert view.status is InterviewStatus.CANCELLED


async def test_a_missed_interview_reminders_no_more_and_can_still_turn_out_to_have_happened(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    view = await story.interviews.missed(MAYA, first.id)
    assert view.status is InterviewStatus.MISSED
    assert await story.reminders() == []
    done = await story.interviews.happened(MAYA, first.id)
    assert isinstance(done, Met)
    assert done.interview.ended_at == THURSDAY + 20 * MINUTE


async def test_an_interview_that_nobody_booked_counts_from_now(story: Story) -> None:
    sent = await request(story, RequestStatus.SENT, story.ana)
    await nudge(story, sent)
    done = await story.interviews.met(MAYA, story.ana)
    assert isinstance(done, Met)
    view = done.interview
    assert (view.ended_at, view.starts_at, view.minutes) == (now(), now() - 20 * MINUTE, 20)
    assert view.note_due_at == now() + 24 * HOUR
    assert [kind for kind, _ in await story.reminders()] == list(THANKS)
    assert (await story.rows(Request))[0].outcome == RequestOutcome.ACCEPTED


async def test_told_by_contact_a_booked_interview_is_the_one(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    done = await story.interviews.met(MAYA, story.ana)
    assert isinstance(done, Met)
    assert (done.interview.id, done.interview.ended_at) == (first.id, now())


async def test_an_end_before_the_booked_start_moves_the_start(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.book()
    traveller.move_to(THURSDAY + HOUR)
    done = await story.interviews.met(MAYA, story.ana, THURSDAY - HOUR)
    assert isinstance(done, Met)
    assert (done.interview.id, done.interview.starts_at) == (first.id, THURSDAY - HOUR - 20 * MINUTE)


async def test_told_again_it_is_shown_and_another_end_corrects_it(
    story: Story, traveller: time_machine.Traveller
) -> None:
    done = await story.interviews.met(MAYA, story.ana)
    assert isinstance(done, Met)
    traveller.shift(HOUR)
    assert await story.interviews.met(MAYA, story.ana) == done
    assert await story.interviews.met(MAYA, story.ana, done.interview.ended_at) == done
    end = now() - 3 * HOUR
    corrected = await story.interviews.met(MAYA, story.ana, end)
    assert isinstance(corrected, Met)
    assert (corrected.interview.id, corrected.interview.ended_at) == (done.interview.id, end)
    assert corrected.interview.note_due_at == end + 24 * HOUR
    assert len(await story.rows(Interview)) == len(await story.rows(ThankYou)) == 1
    assert await story.reminders() == [("thank_you_second", end + 20 * HOUR), ("thank_you_late", denver(4, 9))]


async def test_a_day_later_it_is_another_interview(story: Story, traveller: time_machine.Traveller) -> None:
    first = await story.interviews.met(MAYA, story.ana)
    traveller.shift(24 * HOUR + MINUTE)
    second = await story.interviews.met(MAYA, story.ana)
    assert first.interview.id != second.interview.id
    assert len(await story.rows(ThankYou)) == 2


async def test_correcting_the_end_of_a_thanked_interview_reminders_nobody(
    story: Story, traveller: time_machine.Traveller
) -> None:
    await story.interviews.met(MAYA, story.ana)
    async with story.db.write() as session:
        note = (await session.scalars(select(ThankYou))).one()
        note.sent_at = now()
    traveller.shift(HOUR)
    await story.interviews.met(MAYA, story.ana, now() - 2 * HOUR)
    assert await story.reminders() == []


# Lists and owners


async def test_the_list_has_what_comes_first_and_the_rest_from_the_newest(
    story: Story, traveller: time_machine.Traveller
) -> None:
    await story.book(denver(3, 9))
    await story.book(denver(3, 11), story.priya)
    traveller.move_to(denver(4, 9))
    late = await story.book(denver(10, 9))
    soon = await story.book(denver(9, 9), story.priya)
    found = await story.interviews.listing(MAYA)
    assert [view.id for view in found.coming] == [soon.id, late.id]
    assert [view.starts_at for view in found.past] == [denver(3, 11), denver(3, 9)]
    assert found.zone == DENVER
    assert await story.interviews.listing(TOM) == replace(found, coming=(), past=())


async def test_nobody_reaches_another_students_interview(story: Story) -> None:
    mine = await story.book()
    ids = (TOM, mine.id)
    tries = [
        story.interviews.get(*ids),
        story.interviews.move(*ids, Terms(denver(6, 9))),
        story.interviews.cancel(*ids),
        story.interviews.happened(*ids),
        story.interviews.missed(*ids),
        story.services.preparation.of(*ids),
        story.services.preparation.with_contact(TOM, story.ana),
        story.interviews.schedule(TOM, story.ana, Terms(denver(6, 9))),
        story.interviews.met(TOM, story.ana),
        story.interviews.waiting(TOM, story.ana),
    ]
    for attempt in tries:
        with refusal(Code.NOT_FOUND):
            await attempt
    assert await story.interviews.get(MAYA, mine.id) == mine
    assert len(await story.reminders()) == 3


# Preparation


async def evaluated(story: Story, contact: int, status: str, **verdicts: str) -> None:
    interview = await add(
        story.db,
        Interview(contact_id=contact, starts_at=now(), minutes=20, status="met", ended_at=now(), created_at=now()),
    )
    evaluation = await add(
        story.db, Evaluation(interview_id=interview, owner_id=MAYA, status=status, position=12, created_at=now())
    )
    for name, verdict in verdicts.items():
        await add(
            story.db,
            Answer(
                evaluation_id=evaluation, question=int(name[1:]), verdict=verdict, answered_at=datetime.now(UTC)
            ),
        )


async def test_the_first_preparation_comes_from_the_bank_and_covers_different_things(story: Story) -> None:
    sheet = await story.services.preparation.with_contact(MAYA, story.ana)
    assert (sheet.interview, sheet.minutes, sheet.contact_name) == (None, 20, "Ana Núñez")
    assert [item.minutes for item in sheet.agenda] == [2, 2, 12, 2, 2]
    assert (len(sheet.must_ask), len(sheet.spares)) == (5, 5)
    assert not any(question.from_gap for question in (*sheet.must_ask, *sheet.spares))
    fed = {number for question in (*sheet.must_ask, *sheet.spares) for number in question.feeds}
    assert fed == set(range(1, 12))
    assert not set(sheet.closing) & {question.text for question in (*sheet.must_ask, *sheet.spares)}
    assert len(sheet.checklist) == 6


async def test_a_booked_interview_scales_the_agenda(story: Story) -> None:
    first = await story.book(minutes=30)
    sheet = await story.services.preparation.of(MAYA, first.id)
    assert [item.minutes for item in sheet.agenda] == [3, 3, 18, 3, 3]
    assert await story.services.preparation.with_contact(MAYA, story.ana) == sheet


async def test_what_earlier_interviews_left_open_is_asked_first(story: Story) -> None:
    yes = {f"q{number}": "yes" for number in range(1, 12)}
    await evaluated(story, story.priya, "done", **yes | {"q6": "unsure", "q3": "skipped"})
    sheet = await story.services.preparation.with_contact(MAYA, story.ana)
    handbook = story.services.handbook
    assert [question.text for question in sheet.must_ask if question.from_gap] == [
        handbook.question(3).ask_next,
        handbook.question(6).ask_next,
    ]
    assert [question.from_gap for question in sheet.must_ask] == [True, True, False, False, False]
    texts = [question.text for question in (*sheet.must_ask, *sheet.spares)]
    assert len(set(texts)) == 10


async def test_many_gaps_leave_the_spares_to_the_bank(story: Story) -> None:
    await evaluated(story, story.priya, "done")
    sheet = await story.services.preparation.with_contact(MAYA, story.ana)
    assert all(question.from_gap for question in sheet.must_ask)
    assert not any(question.from_gap for question in sheet.spares)
