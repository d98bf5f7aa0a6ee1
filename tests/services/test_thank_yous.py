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
    "how storms decide a field season", "joined the local chapter", "write to Dr. Lind about the grant next week"
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


# What the form starts from, and what the student may choose


async def test_the_form_starts_empty_whatever_the_student_wrote_for_themselves(story: Story) -> None:
    interview = await story.meet()
    await story.evaluate(
        interview,
        (1, Verdict.YES, "how data is explained"),
        (2, Verdict.PARTLY, "not yet the license"),
        (4, Verdict.NO, "too much travel"),
        (5, Verdict.YES, "the idea of museum work."),
        (6, Verdict.UNSURE, "she did not say"),
        (7, Verdict.TEXT, "honestly kind of depressing, everyone looks burnt out"),
        (8, Verdict.PARTLY, "n/a"),
        (9, Verdict.TEXT, "how storms decide a field season"),
        (10, Verdict.TEXT, "I could count urchins"),
    )
    done, _ = (await story.services.todos.add_from(MAYA, interview, "Join the chapter\nRead the report.")).todos
    await story.services.todos.done(MAYA, done.id)
    view = await story.note(interview)
    assert view.offered == NOTHING
    assert [(one.number, one.words) for one in view.may_read] == [
        (5, "the idea of museum work"),
        (7, "honestly kind of depressing, everyone looks burnt out"),
        (9, "how storms decide a field season"),
        (1, "how data is explained"),
    ]
    assert [(deed.text, deed.told) for deed in view.deeds] == [("Join the chapter", False)]
    assert [todo.text for todo in view.open_todos] == ["Read the report."]
    assert view.gaps == (3, 6, 11)
    assert view.evaluated


async def test_nothing_of_an_evaluation_is_in_a_note_unless_it_is_ticked(story: Story) -> None:
    interview = await story.meet()
    texts = {number: f"the secret{number} of the reef" for number in range(1, 12)}
    await story.evaluate(interview, *((number, Verdict.TEXT, text) for number, text in texts.items()))
    todo = (await story.services.todos.add_from(MAYA, interview, "Read the secret handbook")).todos[0]
    await story.services.todos.done(MAYA, todo.id)
    assert "secret" not in (await story.notes.compose(MAYA, interview, WORDS)).body
    view = await story.notes.compose(MAYA, interview, NOTHING, may_read=[5, 2, 10])
    assert [word for word in view.body.split() if "secret" in word] == ["secret5"]
    assert view.offered.learned == texts[5]
    again = await story.notes.compose(MAYA, interview, NOTHING, may_read=[5, 2, 10])
    assert (again.body, again.version) == (view.body, view.version)


async def test_what_is_ticked_is_said_as_what_was_learned(story: Story) -> None:
    interview = await story.meet()
    await story.evaluate(
        interview,
        (5, Verdict.YES, "The idea of museum work."),
        (7, Verdict.TEXT, "honestly kind of depressing"),
        (9, Verdict.TEXT, "how storms decide a field season"),
    )
    view = await story.notes.compose(MAYA, interview, NoteWords("your reef story", "", ""), may_read=[5, 9])
    assert "What stays with me is your reef story. I will also remember " in view.body
    assert "the idea of museum work, and how storms decide a field season." in view.body
    honest = await story.notes.compose(MAYA, interview, NOTHING, may_read=[7])
    assert "depressing" not in honest.body
    assert [(one.code, one.detail) for one in honest.findings] == [
        (NoteFindingCode.LEARNED_UNPLACED, "honestly kind of depressing")
    ]


async def test_what_a_tick_cannot_show_whole_is_not_offered(story: Story) -> None:
    interview = await story.meet()
    await story.evaluate(
        interview,
        (5, Verdict.TEXT, "the storms " + "and storms " * 50),
        (9, Verdict.TEXT, "How storms decide a season. " + "Between us, all of it is sad. " * 9),
    )
    view = await story.note(interview)
    assert [one.words for one in view.may_read] == ["How storms decide a season"]
    assert "sad" not in (await story.notes.compose(MAYA, interview, NOTHING, may_read=[5, 9])).body


async def test_without_an_evaluation_the_form_is_blank_and_asks_nothing(story: Story) -> None:
    view = await story.note(await story.meet())
    assert (view.offered, view.may_read, view.deeds, view.gaps) == (NOTHING, (), (), ())
    assert (view.evaluated, view.version) == (False, 0)


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
        MAYA, interview, NoteWords("how storms decide", "wrote to Dr. Lind", "Read the reef report"), [report.id]
    )
    assert "I wrote to Dr. Lind. I have also read the reef report." in view.body
    assert "will read" not in view.body.lower()
    assert "chapter" not in view.body
    assert await story.open_todos() == ["Join the local chapter"]
    assert (await story.reminders()).count(ReminderKind.TODO_DUE) == 1
    assert view.offered.done == "wrote to Dr. Lind"
    assert [(deed.id, deed.told) for deed in view.deeds] == [(report.id, True)]
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


async def test_a_to_do_that_is_done_is_told_as_a_deed_and_one_that_cannot_be_is_handed_back(story: Story) -> None:
    interview = await story.meet()
    lines = "Write to the person she mentioned\nWetsuit\nSend her the slides"
    person, wetsuit, slides = (await story.services.todos.add_from(MAYA, interview, lines)).todos
    ticked = [person.id, wetsuit.id, slides.id]
    view = await story.notes.compose(MAYA, interview, NoteWords("how storms decide", "", ""), ticked)
    assert "Since we talked, I have written to the person you mentioned. I will be in touch" in view.body
    assert "etsuit" not in view.body
    assert "slides" not in view.body
    assert [(one.code, one.detail) for one in view.findings] == [
        (NoteFindingCode.TODO_LEFT_OUT, "Wetsuit"),
        (NoteFindingCode.TODO_LEFT_OUT, "Send her the slides"),
    ]
    assert view.offered.done == "Wetsuit\nSend her the slides"
    assert [(deed.text, deed.told) for deed in view.deeds] == [("Write to the person she mentioned", True)]
    mended = NoteWords("how storms decide", "bought a wetsuit\nsent the slides", "")
    view = await story.notes.compose(MAYA, interview, mended, [person.id])
    assert "I have bought a wetsuit and sent the slides. I have also written to the person you" in view.body
    assert codes(view) == []


async def test_one_open_question_is_put_in_before_the_closing(story: Story, services: Services) -> None:
    interview = await story.meet()
    await story.evaluate(interview, (5, Verdict.YES, "museum work"))
    with pytest.raises(CoachError) as refusal:
        await story.notes.ask(MAYA, interview, 6)
    assert refusal.value.code is Code.MOVED_ON
    await story.notes.compose(MAYA, interview, WORDS)
    pay, path = (services.handbook.question(number).ask_in_note for number in (6, 3))
    view = await story.notes.ask(MAYA, interview, 6)
    assert view.body.split("\n\n")[-2].endswith(pay)
    assert view.body.endswith("Thank you again,\nMaya Torres")
    assert view.version == 2
    assert await story.notes.ask(MAYA, interview, 6) == view
    other = await story.notes.ask(MAYA, interview, 3)
    assert (pay in other.body, other.body.count(path)) == (False, 1)
    assert path in (await story.notes.compose(MAYA, interview, NOTHING)).body
    for number in (5, 0, 99):
        with pytest.raises(CoachError):
            await story.notes.ask(MAYA, interview, number)


async def test_a_note_that_was_edited_by_hand_keeps_every_word_when_it_asks(
    story: Story, services: Services
) -> None:
    interview = await story.meet()
    await story.evaluate(interview, (5, Verdict.YES, "museum work"))
    await story.notes.compose(MAYA, interview, WORDS)
    await story.notes.edit(MAYA, interview, "Hi Ana,\nthank you for the reef story.\n\nBest wishes,\nMaya")
    asked = services.handbook.question(6).ask_in_note
    view = await story.notes.ask(MAYA, interview, 6)
    lead = "If you have a moment, there is one more thing I would like to ask."
    assert view.body == f"Hi Ana,\nthank you for the reef story. {lead} {asked}\n\nBest wishes,\nMaya"


async def test_what_is_too_long_leaves_the_note_alone(story: Story) -> None:
    interview = await story.meet()
    await story.notes.compose(MAYA, interview, WORDS)
    before = await story.note(interview)
    for words in (NoteWords("x" * 4001, "", ""), NoteWords("", "x" * 4001, ""), NoteWords("", "", "x" * 1001)):
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
            MAYA, interview, NoteWords("I " + "x " * 1900, "I " + "y " * 900, ""), [one.id for one in todos]
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
        story.notes.ask(TOM, interview, 6),
        story.notes.sent(TOM, interview),
    ):
        with pytest.raises(CoachError) as refusal:
            await attempt
        assert refusal.value.code is Code.NOT_FOUND
    assert await story.note(interview) == before
    async with db.read() as session:
        assert (await session.scalars(select(ThankYou.sent_at))).all() == [None]
        assert (await session.scalars(select(Todo))).all() == []
