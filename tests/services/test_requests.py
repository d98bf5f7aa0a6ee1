"""Requests on a real database: drafted, edited, sent, answered, nudged and let go; and their reminders."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.errors import Code
from bot.domain.reminders.reminder import Status
from bot.domain.requests.form import LIMITS, RequestField, RequestWords
from bot.domain.requests.review import RequestFindingCode
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, RequestStatus
from bot.services import Services
from bot.services.requests.views import RequestView
from bot.storage.database import Database
from bot.storage.models import Contact, Reminder, Request
from tests.support.shortcuts import DENVER, add, refusal
from tests.support.world import START as MONDAY
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002
START = MONDAY.astimezone(UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
WORDS = RequestWords(
    tie="Professor Lind suggested that I write to you",
    why="your 2024 survey of the reefs",
    learn="how a field season is planned",
    windows="Tue 10 March 2-4 pm",
)


class Story:
    """A student with two contacts, another student, and a look into the tables."""

    def __init__(self, services: Services, db: Database) -> None:
        self.requests = services.requests
        self.services = services
        self.db = db

    async def begin(self) -> None:
        for owner, name in ((MAYA, "Maya Torres"), (TOM, "Tom Okafor")):
            await self.services.profiles.meet(owner, name)
        self.ana = await self.contact("Ana Núñez", source="Alumni", why="your 2024 survey")
        self.priya = await self.contact("Priya Raman")

    async def contact(self, name: str, owner: int = MAYA, **more: Any) -> int:
        return await add(self.db, Contact(owner_id=owner, name=name, created_at=now(), **more))

    async def in_denver(self) -> None:
        await self.services.profiles.set_zone(MAYA, ZONE)

    async def draft(self, words: RequestWords = WORDS, contact: int | None = None) -> RequestView:
        return await self.requests.compose(MAYA, contact or self.ana, RequestRoute.EMAIL, words)

    async def sent(self, at: datetime | None = None) -> RequestView:
        await self.in_denver()
        return await self.requests.sent(MAYA, (await self.draft()).id, at)

    async def reminders(self) -> list[tuple[int, str, datetime]]:
        async with self.db.read() as session:
            rows = await session.scalars(select(Reminder).order_by(Reminder.id))
            return [(row.subject_id, row.status, row.due_at) for row in rows]

    async def stored(self) -> list[Request]:
        async with self.db.read() as session:
            return list(await session.scalars(select(Request).order_by(Request.id)))


@pytest.fixture
async def story(services: Services, db: Database) -> Story:
    told = Story(services, db)
    await told.begin()
    return told


def codes(view: RequestView) -> set[RequestFindingCode]:
    return {finding.code for finding in view.findings}


# Drafting


async def test_a_draft_is_composed_reviewed_and_stored(story: Story) -> None:
    await story.in_denver()
    await story.services.profiles.edit(
        MAYA, name="Maya Torres", school="junior at Pomona", about="I count urchins", interests=""
    )
    view = await story.draft()
    assert (view.contact_name, view.route, view.version, view.status) == (
        "Ana Núñez",
        RequestRoute.EMAIL,
        1,
        RequestStatus.DRAFT,
    )
    assert view.body.startswith(
        "Dear Ana Núñez,\n\nProfessor Lind suggested that I write to you. I am a junior at Pomona"
    )
    assert "Tue 10 March 2-4 pm (Mountain Time)" in view.body
    assert view.body.endswith("Maya Torres")
    assert view.findings == ()
    (row,) = await story.stored()
    assert (row.tie, row.why, row.learn, row.windows) == (WORDS.tie, WORDS.why, WORDS.learn, WORDS.windows)


async def test_a_draft_anew_takes_the_place_of_the_old_and_of_no_other(story: Story) -> None:
    first = await story.draft()
    assert await story.draft() == first
    again = await story.draft(RequestWords(tie="We met in May"))
    assert (again.id, again.version) == (first.id, 2)
    other = await story.draft(contact=story.priya)
    assert (other.id != first.id, other.version) == (True, 1)
    assert (
        await story.requests.compose(MAYA, story.ana, RequestRoute.CALL, RequestWords(tie="We met in May"))
    ).version == 3


async def test_a_draft_never_replaces_what_is_sent(story: Story) -> None:
    sent = await story.sent()
    draft = await story.draft(RequestWords(tie="We met in May"))
    assert draft.id != sent.id
    assert await story.requests.get(MAYA, sent.id) == sent


async def test_the_form_starts_from_what_is_known(story: Story) -> None:
    start = await story.requests.start(MAYA, story.ana)
    assert start.offered == RequestWords("our alumni network", "your 2024 survey")
    assert start.replaces == 0
    named = await story.contact("Leo", source="Referral", referred_by_id=story.ana)
    assert (await story.requests.start(MAYA, named)).offered.tie == "Ana Núñez"
    assert (await story.requests.start(MAYA, story.priya)).offered == RequestWords()


async def test_the_form_starts_from_the_last_answers(story: Story) -> None:
    await story.requests.compose(MAYA, story.ana, RequestRoute.CALL, WORDS)
    start = await story.requests.start(MAYA, story.ana)
    assert (start.offered, start.replaces) == (WORDS, 1)
    await story.in_denver()
    await story.requests.sent_to(MAYA, story.ana)
    start = await story.requests.start(MAYA, story.ana)
    assert (start.offered, start.replaces) == (WORDS, 0)


@pytest.mark.parametrize("field", [RequestField.TIE, RequestField.WHY, RequestField.LEARN, RequestField.WINDOWS])
async def test_too_much_is_refused_before_anything_is_stored(story: Story, field: RequestField) -> None:
    long = {field.name.lower(): "y" * (LIMITS[field] + 1)}
    with refusal(Code.TOO_LONG):
        await story.draft(RequestWords(**long))
    assert await story.stored() == []
    fits = f"I {'y' * (LIMITS[field] - 2)}"
    assert fits in (await story.draft(RequestWords(**{field.name.lower(): fits}))).body


async def test_the_longest_answers_make_a_draft_that_can_be_edited(story: Story) -> None:
    await story.in_denver()
    await story.services.profiles.edit(MAYA, name="M" * 80, school="s" * 150, about="a" * 200, interests="i" * 200)
    words = RequestWords(
        *(
            f"I {'x' * (LIMITS[field] - 2)}"
            for field in (RequestField.TIE, RequestField.WHY, RequestField.LEARN, RequestField.WINDOWS)
        )
    )
    for route in RequestRoute:
        view = await story.requests.compose(MAYA, story.ana, route, words)
        assert len(view.body) <= LIMITS[RequestField.MESSAGE]
        assert len(view.subject) <= LIMITS[RequestField.SUBJECT]


async def test_an_edit_is_a_new_version_and_is_reviewed_again(story: Story) -> None:
    view = await story.draft()
    edited = await story.requests.edit(MAYA, view.id, "A \n question ", f" {view.body}\nAre you hiring?\n")
    assert (edited.subject, edited.version) == ("A question", 2)
    assert RequestFindingCode.ASKS_FOR_WORK in codes(edited)
    assert edited.body.endswith("hiring?")
    same = await story.requests.edit(MAYA, view.id, "A question", edited.body)
    assert same == edited


@pytest.mark.parametrize(
    ("subject", "body", "code"),
    [("", " \n ", Code.BLANK), ("", "y" * 4001, Code.TOO_LONG), ("s" * 301, "Dear Ana", Code.TOO_LONG)],
)
async def test_an_edit_that_does_not_fit_changes_nothing(story: Story, subject: str, body: str, code: Code) -> None:
    view = await story.draft()
    with refusal(code):
        await story.requests.edit(MAYA, view.id, subject, body)
    assert await story.requests.get(MAYA, view.id) == view


async def test_the_name_of_another_contact_is_noticed(story: Story) -> None:
    view = await story.draft()
    edited = await story.requests.edit(MAYA, view.id, "", view.body.replace("Ana Núñez", "Priya Raman"))
    assert RequestFindingCode.OTHER_NAME in codes(edited)


async def test_the_zone_is_added_once_it_is_known(story: Story) -> None:
    view = await story.draft()
    assert RequestFindingCode.NO_ZONE in codes(view)
    with refusal(Code.ZONE_NEEDED):
        await story.requests.name_zone(MAYA, view.id)
    await story.in_denver()
    named = await story.requests.name_zone(MAYA, view.id)
    assert "2-4 pm (Mountain Time), or" in named.body
    assert (RequestFindingCode.NO_ZONE in codes(named), named.version) == (False, 2)
    assert await story.requests.name_zone(MAYA, view.id) == named


# Sending


async def test_a_sent_request_plans_its_nudge(story: Story) -> None:
    view = await story.sent()
    assert (view.status, view.sent_at, view.findings) == (RequestStatus.SENT, START, ())
    assert (view.nudge_from, view.nudge_now) == (START + WEEK, False)
    assert await story.reminders() == [(view.id, Status.PENDING, START + WEEK)]


async def test_a_nudge_waits_for_the_morning(story: Story, traveller: time_machine.Traveller) -> None:
    traveller.move_to(datetime(2026, 3, 2, 23, 30, tzinfo=DENVER))
    view = await story.sent()
    # A week of elapsed time later it is half past midnight: the clocks went forward.
    assert await story.reminders() == [(view.id, Status.PENDING, datetime(2026, 3, 10, 8, tzinfo=DENVER))]


async def test_without_a_zone_nothing_is_sent(story: Story) -> None:
    view = await story.draft()
    with refusal(Code.ZONE_NEEDED):
        await story.requests.sent(MAYA, view.id)
    with refusal(Code.ZONE_NEEDED):
        await story.requests.sent_to(MAYA, story.priya)
    assert [row.status for row in await story.stored()] == [RequestStatus.DRAFT]
    assert await story.reminders() == []


async def test_said_again_it_changes_nothing(story: Story, traveller: time_machine.Traveller) -> None:
    view = await story.sent()
    traveller.shift(DAY)
    assert await story.requests.sent(MAYA, view.id) == view
    assert await story.requests.sent_to(MAYA, story.ana) == view
    assert len(await story.reminders()) == 1


async def test_another_moment_corrects_the_first(story: Story) -> None:
    view = await story.sent()
    corrected = await story.requests.sent_to(MAYA, story.ana, START - 2 * DAY)
    assert (corrected.id, corrected.sent_at) == (view.id, START - 2 * DAY)
    assert await story.reminders() == [(view.id, Status.PENDING, START + WEEK - 2 * DAY)]


async def test_told_of_too_late_it_may_be_nudged_at_once(story: Story) -> None:
    view = await story.sent(START - 8 * DAY)
    assert view.nudge_now
    assert await story.reminders() == []


async def test_a_request_made_elsewhere_is_recorded(story: Story) -> None:
    await story.in_denver()
    view = await story.requests.sent_to(MAYA, story.priya)
    assert (view.body, view.version, view.status) == ("", 0, RequestStatus.SENT)
    assert await story.requests.sent_to(MAYA, story.priya) == view
    assert len(await story.stored()) == 1


async def test_a_second_request_takes_over_from_the_first(story: Story) -> None:
    first = await story.sent()
    second = await story.draft(RequestWords(tie="We met in May"))
    await story.requests.sent(MAYA, second.id)
    statuses = {subject: status for subject, status, _ in await story.reminders()}
    assert statuses == {first.id: Status.CANCELLED, second.id: Status.PENDING}


async def test_what_is_sent_is_not_rewritten(story: Story) -> None:
    view = await story.sent()
    with refusal(Code.MOVED_ON):
        await story.requests.edit(MAYA, view.id, "", "Dear Ana")
    with refusal(Code.MOVED_ON):
        await story.requests.name_zone(MAYA, view.id)
    assert await story.requests.get(MAYA, view.id) == view


# What comes back


@pytest.mark.parametrize(
    ("outcome", "move"),
    [
        (RequestOutcome.ACCEPTED, NextMove.SCHEDULE),
        (RequestOutcome.DECLINED, NextMove.THANK),
        (RequestOutcome.WRONG_PERSON, NextMove.ASK_FOR_NAMES),
        (RequestOutcome.ANOTHER_TIME, NextMove.ASK_WHEN),
        (RequestOutcome.NO_ANSWER, NextMove.NUDGE),
    ],
)
async def test_an_answer_leads_on_and_ends_the_waiting(
    story: Story, outcome: RequestOutcome, move: NextMove
) -> None:
    view = await story.sent()
    answered = await story.requests.answer(MAYA, view.id, outcome)
    assert (answered.status, answered.outcome, answered.move) == (RequestStatus.ANSWERED, outcome, move)
    assert answered.nudge_from is None
    assert [status for _, status, _ in await story.reminders()] == [Status.CANCELLED]


async def test_an_answer_can_be_corrected(story: Story, traveller: time_machine.Traveller) -> None:
    view = await story.sent()
    await story.requests.answer(MAYA, view.id, RequestOutcome.DECLINED)
    traveller.shift(DAY)
    await story.requests.answer(MAYA, view.id, RequestOutcome.DECLINED)
    assert (await story.stored())[0].answered_at == START
    assert (
        await story.requests.answer_from(MAYA, story.ana, RequestOutcome.ACCEPTED)
    ).outcome is RequestOutcome.ACCEPTED
    assert (await story.stored())[0].answered_at == START + DAY


async def test_an_answer_to_a_draft_or_to_nothing_known_counts_as_asked(story: Story) -> None:
    draft = await story.draft()
    assert (await story.requests.answer(MAYA, draft.id, RequestOutcome.ACCEPTED)).sent_at == START
    elsewhere = await story.requests.answer_from(MAYA, story.priya, RequestOutcome.WRONG_PERSON)
    assert (elsewhere.outcome, elsewhere.version) == (RequestOutcome.WRONG_PERSON, 0)


async def test_letting_go_ends_the_waiting_but_takes_back_no_answer(story: Story) -> None:
    view = await story.sent()
    await story.requests.answer(MAYA, view.id, RequestOutcome.ACCEPTED)
    assert (await story.requests.let_go(MAYA, view.id)).outcome is RequestOutcome.ACCEPTED
    other = await story.requests.sent_to(MAYA, story.priya)
    assert (await story.requests.let_go(MAYA, other.id)).outcome is RequestOutcome.NO_ANSWER
    assert {status for _, status, _ in await story.reminders()} == {Status.CANCELLED}


async def test_one_nudge_and_no_more(story: Story, traveller: time_machine.Traveller) -> None:
    view = await story.sent()
    traveller.shift(8 * DAY)
    nudge = await story.requests.nudge(MAYA, view.id)
    assert nudge.draft is not None
    assert nudge.draft.subject == f"Re: {view.subject}"
    assert "Ana Núñez" in nudge.draft.body
    counted = await story.requests.nudged(MAYA, view.id, 0)
    assert (counted.nudges, counted.nudge_from, counted.status) == (1, None, RequestStatus.SENT)
    assert await story.requests.nudged(MAYA, view.id, 0) == counted
    assert await story.requests.nudged(MAYA, view.id, 1) == counted
    assert (await story.requests.nudge(MAYA, view.id)).draft is None
    assert [status for _, status, _ in await story.reminders()] == [Status.CANCELLED]


async def test_a_nudge_after_no_answer_waits_again(story: Story) -> None:
    view = await story.sent()
    await story.requests.answer(MAYA, view.id, RequestOutcome.NO_ANSWER)
    assert (await story.requests.nudge(MAYA, view.id)).draft is not None
    again = await story.requests.nudged(MAYA, view.id, 0)
    assert (again.status, again.outcome, again.nudges) == (RequestStatus.SENT, None, 1)
    answer = await story.requests.answer(MAYA, view.id, RequestOutcome.NO_ANSWER)
    assert answer.move is NextMove.NEXT_CONTACT


@pytest.mark.parametrize("outcome", [RequestOutcome.ACCEPTED, RequestOutcome.DECLINED])
async def test_who_has_answered_is_not_nudged(story: Story, outcome: RequestOutcome) -> None:
    view = await story.sent()
    answered = await story.requests.answer(MAYA, view.id, outcome)
    assert (await story.requests.nudge(MAYA, view.id)).draft is None
    assert await story.requests.nudged(MAYA, view.id, 0) == answered


async def test_the_nudge_of_a_call_or_of_nothing_drafted_has_its_own_subject(story: Story) -> None:
    await story.in_denver()
    view = await story.requests.sent_to(MAYA, story.priya)
    nudge = await story.requests.nudge(MAYA, view.id)
    assert nudge.draft is not None
    assert nudge.draft.subject == "A short follow-up"


async def test_the_list_has_what_waits_first(story: Story, traveller: time_machine.Traveller) -> None:
    await story.in_denver()
    leo = await story.contact("Leo Park")
    await story.requests.answer_from(MAYA, leo, RequestOutcome.DECLINED)
    await story.draft()
    traveller.shift(DAY)
    await story.requests.sent_to(MAYA, story.priya)
    traveller.shift(DAY)
    await story.requests.answer_from(MAYA, await story.contact("Zoe"), RequestOutcome.ACCEPTED)
    assert [(line.contact_name, line.status.value) for line in await story.requests.listing(MAYA)] == [
        ("Priya Raman", "sent"),
        ("Ana Núñez", "draft"),
        ("Zoe", "answered"),
        ("Leo Park", "answered"),
    ]
    assert await story.requests.listing(TOM) == ()


async def test_nobody_else_reaches_a_request(story: Story) -> None:
    view = await story.draft()
    requests = story.requests
    calls = [
        requests.get(TOM, view.id),
        requests.start(TOM, story.ana),
        requests.compose(TOM, story.ana, RequestRoute.EMAIL, WORDS),
        requests.edit(TOM, view.id, "", "mine now"),
        requests.name_zone(TOM, view.id),
        requests.sent(TOM, view.id),
        requests.sent_to(TOM, story.ana),
        requests.answer(TOM, view.id, RequestOutcome.ACCEPTED),
        requests.answer_from(TOM, story.ana, RequestOutcome.ACCEPTED),
        requests.let_go(TOM, view.id),
        requests.nudge(TOM, view.id),
        requests.nudged(TOM, view.id, 0),
        requests.get(MAYA, view.id + 1),
    ]
    for call in calls:
        with refusal(Code.NOT_FOUND):
            await call
    assert await requests.get(MAYA, view.id) == view
    assert len(await story.stored()) == 1
