"""The thank-you note on a real database: offered, drafted, edited, sent; to-dos ticked; reminders that end."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.questions import Verdict
from bot.domain.reminders.reminder import ReminderKind, Snooze, Status
from bot.domain.thank_yous.review import NoteFindingCode
from bot.services import Services
from bot.services.interviews.views import Met, NoInterview, NotMet, Terms
from bot.services.reminders.planning import THANKS
from bot.services.thank_yous.views import NoteView, NoteWords
from bot.storage.database import Database
from bot.storage.models import Answer, Contact, Evaluation, Reminder, ThankYou, Todo
from tests.support.shortcuts import add, denver, snooze
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002
HOUR = timedelta(hours=1)
NOTHING = NoteWords("", "", "")
WORDS = NoteWords(
    "storms decide a field season", "joined the local chapter", "write to Dr. Lind about the grant next week"
)


class Story:
    """Maya and her contact Ana."""

    def __init__(self, services: Services, db: Database) -> None:
        self.services, self.db, self.notes = services, db, services.thank_yous

    async def begin(self) -> None:
        for owner, name in ((MAYA, "Maya Torres"), (TOM, "Tom Okafor")):
            await self.services.profiles.meet(owner, name)
            await self.services.profiles.set_zone(owner, ZONE)
        self.ana = await add(self.db, Contact(owner_id=MAYA, name="Ana Núñez", created_at=now()))

    async def meet(self, ended_at: datetime | None = None) -> int:
        done = await self.services.interviews.met(MAYA, self.ana, ended_at)
        assert isinstance(done, Met)
        return done.interview.id

    async def evaluate(self, interview: int, *answers: tuple[int, Verdict, str]) -> None:
        async with self.db.write() as session:
            evaluation = Evaluation(
                interview_id=interview, owner_id=MAYA, status="done", position=12, created_at=now()
            )
            session.add(evaluation)
            await session.flush()
            for question, verdict, text in answers:
                row = Answer(
                    evaluation_id=evaluation.id, question=question, verdict=verdict.value, answered_at=now()
                )
                row.text = text
                session.add(row)

    async def note(self, interview: int) -> NoteView:
        found = await self.notes.get(MAYA, interview)
        assert isinstance(found, NoteView)
        return found

    async def reminders(self, status: Status = Status.PENDING) -> list[str]:
        async with self.db.read() as session:
            query = select(Reminder.kind).where(Reminder.status == status.value).order_by(Reminder.due_at)
            return list(await session.scalars(query))

    async def open_todos(self) -> list[str]:
        return [todo.text for todo in await self.services.todos.listing(MAYA)]


@pytest.fixture
async def story(services: Services, db: Database) -> Story:
    told = Story(services, db)
    await told.begin()
    return told


def codes(view: NoteView) -> list[NoteFindingCode]:
    return [finding.code for finding in view.findings]


# Which interview


async def test_without_an_interview_there_is_no_note(story: Story) -> None:
    assert await story.notes.about(MAYA, story.ana) == NoInterview(story.ana, "Ana Núñez")


async def test_a_booked_interview_has_to_happen_first(story: Story, traveller: time_machine.Traveller) -> None:
    await story.services.interviews.schedule(MAYA, story.ana, Terms(denver(3, 10)))
    ahead = await story.notes.about(MAYA, story.ana)
    assert isinstance(ahead, NotMet)
    assert not ahead.interview.over
    assert isinstance(await story.notes.get(MAYA, ahead.interview.id), NotMet)
    traveller.move_to(denver(3, 11))
    over = await story.notes.about(MAYA, story.ana)
    assert isinstance(over, NotMet)
    assert over.interview.over
    assert await story.notes.sent(MAYA, ahead.interview.id) == over
    assert await story.notes.sent_to(MAYA, "Ana", "an hour ago") == over


async def test_the_last_interview_that_happened_is_meant(story: Story, traveller: time_machine.Traveller) -> None:
    first = await story.meet()
    traveller.move_to(denver(5, 15))
    last = await story.meet()
    found = await story.notes.about(MAYA, story.ana)
    assert isinstance(found, NoteView)
    assert found.interview_id == last != first


async def test_a_newer_interview_that_nobody_has_told_of_waits_for_the_note_before_it(
    story: Story, traveller: time_machine.Traveller
) -> None:
    first = await story.meet()
    await story.services.interviews.schedule(MAYA, story.ana, Terms(denver(3, 10)))
    traveller.move_to(denver(3, 12))
    found = await story.notes.about(MAYA, story.ana)
    assert isinstance(found, NoteView)
    assert found.interview_id == first
    await story.notes.sent(MAYA, first)
    assert isinstance(await story.notes.about(MAYA, story.ana), NotMet)


async def test_a_cancelled_interview_has_no_note(story: Story) -> None:
    done = await story.services.interviews.schedule(MAYA, story.ana, Terms(denver(3, 10)))
    await story.services.interviews.cancel(MAYA, done.interview.id)
    assert isinstance(await story.notes.about(MAYA, story.ana), NoInterview)
    assert isinstance(await story.notes.get(MAYA, done.interview.id), NoInterview)


# What the form starts from


async def test_the_form_starts_from_the_evaluation_and_the_to_dos(story: Story) -> None:
    interview = await story.meet()
    await story.evaluate(
        interview,
        (1, Verdict.YES, "she explains data"),
        (2, Verdict.PARTLY, "not yet the license"),
        (4, Verdict.NO, "too much travel"),
        (5, Verdict.YES, "museum work"),
        (6, Verdict.UNSURE, "she did not say"),
        (9, Verdict.TEXT, "Storms decide a field season."),
    )
    done, _ = (await story.services.todos.add_from(MAYA, interview, "Join the chapter\nRead the report.")).todos
    await story.services.todos.done(MAYA, done.id)
    view = await story.note(interview)
    assert view.offered == NoteWords("Storms decide a field season", "Join the chapter", "Read the report")
    assert [todo.text for todo in view.open_todos] == ["Read the report."]
    assert view.gaps == (3, 6, 7, 8, 10, 11)
    assert view.evaluated


async def test_long_answers_are_offered_short(story: Story) -> None:
    interview = await story.meet()
    await story.evaluate(interview, (9, Verdict.TEXT, "storms " * 500))
    offered = (await story.note(interview)).offered.learned
    assert len(offered) <= 300
    assert offered.endswith("…")


async def test_without_an_evaluation_the_form_is_blank_and_asks_nothing(story: Story) -> None:
    view = await story.note(await story.meet())
    assert (view.offered, view.gaps, view.evaluated, view.version) == (NOTHING, (), False, 0)


# The draft


async def test_a_draft_has_the_three_moves(story: Story) -> None:
    view = await story.notes.compose(MAYA, await story.meet(), WORDS)
    learned, done, following = (view.body.index(part) for part in (WORDS.learned, WORDS.done, WORDS.next_step))
    assert learned < done < following
    assert view.body.startswith("Dear Ana Núñez,")
    assert view.body.endswith("Maya Torres")
    assert (view.version, view.offered, codes(view)) == (1, WORDS, [])
    assert view.words == len([word for word in view.body.split() if any(map(str.isalnum, word))])


async def test_the_same_form_twice_is_one_version(story: Story) -> None:
    interview = await story.meet()
    first = await story.notes.compose(MAYA, interview, WORDS)
    assert await story.notes.compose(MAYA, interview, WORDS) == first
    assert (await story.notes.compose(MAYA, interview, NOTHING)).version == 2


async def test_an_open_to_do_is_never_told_as_done_and_a_ticked_one_is(story: Story) -> None:
    interview = await story.meet()
    chapter, report = (
        await story.services.todos.add_from(
            MAYA, interview, "Join the local chapter\nRead the reef report", due=denver(6, 17)
        )
    ).todos
    untouched = await story.notes.compose(MAYA, interview, NOTHING)
    assert "chapter" not in untouched.body
    assert "report" not in untouched.body
    view = await story.notes.compose(
        MAYA, interview, NoteWords("storms", "wrote to Dr. Lind", "Read the reef report"), [report.id]
    )
    assert "Following your suggestion, I wrote to Dr. Lind." in view.body
    assert "acted on your advice: Read the reef report." in view.body
    assert "next step" not in view.body
    assert "chapter" not in view.body
    assert await story.open_todos() == ["Join the local chapter"]
    assert (await story.reminders()).count(ReminderKind.TODO_DUE) == 1
    assert view.offered.done == "wrote to Dr. Lind; Read the reef report"
    assert [todo.id for todo in view.open_todos] == [chapter.id]


async def test_claiming_an_open_to_do_is_noticed_until_it_is_ticked(story: Story) -> None:
    interview = await story.meet()
    todo = (await story.services.todos.add_from(MAYA, interview, "Join the local chapter")).todos[0]
    view = await story.notes.compose(MAYA, interview, WORDS)
    assert codes(view) == [NoteFindingCode.CLAIMS_OPEN_TODO]
    await story.services.todos.done(MAYA, todo.id)
    assert codes(await story.note(interview)) == []


async def test_only_to_dos_of_this_interview_can_be_ticked(story: Story, traveller: time_machine.Traveller) -> None:
    interview = await story.meet()
    elsewhere = (await story.services.todos.add(MAYA, "Call the bank")).todos[0]
    foreign = (await story.services.todos.add(TOM, "Call the dean")).todos[0]
    view = await story.notes.compose(MAYA, interview, WORDS, [elsewhere.id, foreign.id, 999])
    assert "Call" not in view.body
    assert await story.open_todos() == ["Call the bank"]
    assert len(await story.services.todos.listing(TOM)) == 1


async def test_one_open_question_can_be_asked(story: Story, services: Services) -> None:
    interview = await story.meet()
    view = await story.notes.compose(MAYA, interview, WORDS, question=6)
    asked = services.handbook.question(6).ask_in_note
    assert asked in view.body
    assert "?" not in (await story.notes.compose(MAYA, interview, WORDS, question=99)).body


async def test_what_is_too_long_leaves_the_note_alone(story: Story) -> None:
    interview = await story.meet()
    await story.notes.compose(MAYA, interview, WORDS)
    before = await story.note(interview)
    for words in (NoteWords("x" * 1001, "", ""), NoteWords("", "x" * 4001, ""), NoteWords("", "", "x" * 1001)):
        with pytest.raises(CoachError) as refusal:
            await story.notes.compose(MAYA, interview, words)
        assert refusal.value.code is Code.TOO_LONG
    with pytest.raises(CoachError):
        await story.notes.edit(MAYA, interview, "x" * 4001)
    assert await story.note(interview) == before


async def test_a_note_that_grows_too_long_ticks_nothing(story: Story) -> None:
    interview = await story.meet()
    lines = "\n".join(f"{number} " + "x" * 195 for number in range(10))
    todos = (await story.services.todos.add_from(MAYA, interview, lines)).todos
    with pytest.raises(CoachError) as refusal:
        await story.notes.compose(
            MAYA, interview, NoteWords("x " * 500, "y " * 500, "z"), [one.id for one in todos]
        )
    assert refusal.value.code is Code.TOO_LONG
    assert len(await story.open_todos()) == 10


async def test_editing_makes_a_version_and_reads_it_again(story: Story) -> None:
    interview = await story.meet()
    await story.notes.compose(MAYA, interview, WORDS)
    view = await story.notes.edit(MAYA, interview, "  Hi Ana, are you hiring?  ")
    assert (view.body, view.version) == ("Hi Ana, are you hiring?", 2)
    assert NoteFindingCode.ASKS_FOR_WORK in codes(view)
    assert (await story.notes.edit(MAYA, interview, "Hi Ana, are you hiring?")).version == 2
    with pytest.raises(CoachError) as refusal:
        await story.notes.edit(MAYA, interview, " \n ")
    assert refusal.value.code is Code.BLANK


# Sent


async def test_sent_ends_every_reminder_in_one_go_snoozed_ones_too(
    story: Story, db: Database, services: Services, traveller: time_machine.Traveller
) -> None:
    interview = await story.meet()
    async with db.write() as session:
        first = await session.scalar(select(Reminder).where(Reminder.kind == ReminderKind.THANK_YOU_FIRST.value))
        assert first is not None
        first.status = Status.SENT.value
        number = first.id
    await snooze(services, MAYA, number, Snooze.THREE_HOURS)
    assert await story.reminders() == [
        ReminderKind.THANK_YOU_FIRST,
        ReminderKind.THANK_YOU_SECOND,
        ReminderKind.THANK_YOU_LATE,
    ]
    view = await story.notes.sent(MAYA, interview)
    assert isinstance(view, NoteView)
    assert (view.sent_at, view.late) == (now(), False)
    assert await story.reminders() == []
    assert await story.reminders(Status.CANCELLED) == list(THANKS)


async def test_sent_twice_is_sent_once_and_a_given_moment_corrects_it(
    story: Story, traveller: time_machine.Traveller
) -> None:
    interview = await story.meet(denver(2, 14))
    first = await story.notes.sent(MAYA, interview)
    traveller.shift(HOUR)
    assert await story.notes.sent(MAYA, interview) == first
    corrected = await story.notes.sent(MAYA, interview, denver(2, 14, 30))
    assert isinstance(corrected, NoteView)
    assert corrected.sent_at == denver(2, 14, 30)
    with pytest.raises(CoachError) as refusal:
        await story.notes.sent(MAYA, interview, denver(1, 12))
    assert refusal.value.code is Code.SENT_TOO_SOON
    assert (await story.note(interview)).sent_at == denver(2, 14, 30)


async def test_a_sent_note_is_not_written_any_more(story: Story) -> None:
    interview = await story.meet()
    await story.notes.compose(MAYA, interview, WORDS)
    sent = await story.notes.sent(MAYA, interview)
    for attempt in (story.notes.compose(MAYA, interview, NOTHING), story.notes.edit(MAYA, interview, "x")):
        with pytest.raises(CoachError) as refusal:
            await attempt
        assert refusal.value.code is Code.MOVED_ON
    assert await story.note(interview) == sent


async def test_late_begins_with_the_deadline_to_the_second(story: Story, traveller: time_machine.Traveller) -> None:
    ended_at = now() - HOUR
    interview = await story.meet(ended_at)
    assert (await story.note(interview)).due_at == ended_at + 24 * HOUR
    traveller.move_to(ended_at + 24 * HOUR - timedelta(seconds=1))
    assert not (await story.note(interview)).late
    traveller.move_to(ended_at + 24 * HOUR)
    assert (await story.note(interview)).late


async def test_another_students_note_is_not_found_and_not_changed(story: Story, db: Database) -> None:
    interview = await story.meet()
    await story.notes.compose(MAYA, interview, WORDS)
    before = await story.note(interview)
    for attempt in (
        story.notes.about(TOM, story.ana),
        story.notes.get(TOM, interview),
        story.notes.compose(TOM, interview, NOTHING),
        story.notes.edit(TOM, interview, "x"),
        story.notes.sent(TOM, interview),
    ):
        with pytest.raises(CoachError) as refusal:
            await attempt
        assert refusal.value.code is Code.NOT_FOUND
    assert await story.note(interview) == before
    async with db.read() as session:
        assert (await session.scalars(select(ThankYou.sent_at))).all() == [None]
        assert (await session.scalars(select(Todo))).all() == []
