"""The evaluation on a real database: which interview, one open at a time, and every step kept."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.conversation import (
    Answered,
    Back,
    Choose,
    Finished,
    Goto,
    Ignored,
    Moved,
    Note,
    Noted,
    Pause,
    Paused,
    Reason,
    Resume,
    Say,
    Skip,
)
from bot.domain.evaluations.questions import FINISHED, EvaluationStatus, GivenAnswer, Verdict
from bot.services import Services
from bot.services.evaluations.views import Busy, Doubtful, EvaluationView, MessagePlace, Opened, Turn
from bot.services.interviews.views import NoInterview, NotMet
from bot.storage.database import Database
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Contact, Evaluation, Interview, ThankYou, User

MAYA, LEO = 11, 22
HERE = MessagePlace(5, 6)


async def contact(db: Database, name: str = "Ana Núñez", owner: int = MAYA) -> int:
    async with db.write() as session:
        if await session.get(User, owner) is None:
            session.add(User(discord_id=owner, zone="America/Denver", created_at=now()))
            await session.flush()
        row = Contact(owner_id=owner, name=name, created_at=now())
        session.add(row)
        await session.flush()
        return row.id


async def interview(
    db: Database, with_whom: int, status: str = "met", begins: timedelta = -timedelta(hours=3)
) -> int:
    async with db.write() as session:
        row = Interview(contact_id=with_whom, starts_at=now() + begins, minutes=20, status=status, created_at=now())
        session.add(row)
        await session.flush()
        if status == "met":
            session.add(ThankYou(interview_id=row.id, due_at=now() + timedelta(hours=21)))
        return row.id


async def begun(services: Services, db: Database, name: str = "Ana Núñez") -> EvaluationView:
    """An evaluation at its first question, shown to Maya."""
    opening = await services.evaluations.about(MAYA, await with_met(db, name))
    assert isinstance(opening, Opened)
    await services.evaluations.shown(MAYA, opening.evaluation.id, HERE)
    return await services.evaluations.get(MAYA, opening.evaluation.id)


async def with_met(db: Database, name: str) -> int:
    who = await contact(db, name)
    await interview(db, who)
    return who


async def taken(
    services: Services, evaluation: EvaluationView, *inputs: object, expected: int | None = None
) -> Turn:
    turn: Turn | Busy | None = None
    for given in inputs:
        turn = await services.evaluations.take(MAYA, evaluation.id, given, expected=expected)  # type: ignore[arg-type]
    assert isinstance(turn, Turn)
    return turn


async def test_a_met_interview_starts_at_the_first_question(services: Services, db: Database) -> None:
    who = await with_met(db, "Ana Núñez")
    opening = await services.evaluations.about(MAYA, who)
    assert isinstance(opening, Opened)
    evaluation = opening.evaluation
    assert (evaluation.contact_name, evaluation.state.position, evaluation.shown, evaluation.note_sent) == (
        "Ana Núñez",
        1,
        None,
        False,
    )
    assert evaluation.note_due == now() + timedelta(hours=21)
    assert await services.evaluations.about(MAYA, who) == opening
    async with db.read() as session:
        assert len(list(await session.scalars(select(Evaluation)))) == 1


@pytest.mark.parametrize(
    ("interviews", "found"),
    [
        ([], "none"),
        ([("cancelled", -5), ("missed", -3)], "none"),
        ([("scheduled", 5)], "coming"),
        ([("scheduled", -1)], "begun"),
        ([("met", -30), ("met", -5)], "second"),
        ([("met", -5), ("met", -30)], "first"),
        ([("met", -30), ("scheduled", 5)], "first"),
        ([("scheduled", 5), ("met", -30)], "second"),
        ([("met", -30), ("scheduled", -2)], "begun"),
        ([("met", -30), ("cancelled", -2)], "first"),
    ],
)
async def test_which_interview_is_meant(
    services: Services, db: Database, interviews: list[tuple[str, int]], found: str
) -> None:
    who = await contact(db)
    ids = [await interview(db, who, status, timedelta(hours=begins)) for status, begins in interviews]
    match await services.evaluations.about(MAYA, who):
        case NoInterview(contact_id):
            assert (found, contact_id) == ("none", who)
        case NotMet(view):
            assert (found, view.id) == ("begun" if view.begun else "coming", ids[-1])
        case Opened(evaluation):
            assert evaluation.interview_id == ids[["first", "second"].index(found)]
        case other:
            raise AssertionError(other)


async def test_an_interview_that_was_called_off_cannot_be_evaluated(services: Services, db: Database) -> None:
    off = await interview(db, await contact(db), "cancelled")
    with pytest.raises(CoachError) as caught:
        await services.evaluations.start(MAYA, off)
    assert caught.value.code == Code.MOVED_ON


async def test_every_step_is_in_the_rows(services: Services, db: Database) -> None:
    evaluation = await begun(services, db)
    turn = await taken(services, evaluation, Choose(Verdict.PARTLY), expected=1)
    assert turn == Turn(turn.evaluation, Answered(1, GivenAnswer(Verdict.PARTLY)), 1, HERE)
    assert turn.evaluation.shown is None
    await services.evaluations.shown(MAYA, evaluation.id, HERE)
    noted = await taken(services, evaluation, Note("travel"), Note("the travel"), expected=2)
    assert noted.event == Noted(2, GivenAnswer(None, "the travel"))
    assert (noted.evaluation.shown, noted.left) == (HERE, HERE)
    await taken(services, evaluation, Say("no"), Back())
    again = await services.evaluations.get(MAYA, evaluation.id)
    assert again.state.position == 2
    assert again.state.answers == {1: GivenAnswer(Verdict.PARTLY), 2: GivenAnswer(Verdict.NO, "the travel")}


async def test_going_back_and_on_leaves_the_moment_of_an_answer(
    services: Services, db: Database, traveller: time_machine.Traveller
) -> None:
    evaluation = await begun(services, db)
    first = now()
    await taken(services, evaluation, Choose(Verdict.YES))
    traveller.shift(timedelta(hours=1))
    await taken(services, evaluation, Back(), Skip(), Choose(Verdict.NO))
    async with db.read() as session:
        rows = await session.scalars(select(AnswerRow).order_by(AnswerRow.question))
        assert [row.answered_at for row in rows] == [first, now()]


async def test_an_ignored_input_changes_nothing(services: Services, db: Database) -> None:
    evaluation = await begun(services, db)
    turn = await taken(services, evaluation, Choose(Verdict.YES), expected=3)
    assert turn == Turn(evaluation, Ignored(Reason.STALE), 1, HERE)
    assert await services.evaluations.get(MAYA, evaluation.id) == evaluation


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Back.", Moved(2)),
        ("skip", Answered(2, GivenAnswer(Verdict.SKIPPED))),
        (" PAUSE! ", Paused(2)),
        (
            "back then I would have said yes",
            Answered(2, GivenAnswer(Verdict.TEXT, "back then I would have said yes")),
        ),
        ("yes, back home", Answered(2, GivenAnswer(Verdict.YES, "back home"))),
    ],
)
async def test_typed_words_of_the_buttons(services: Services, db: Database, text: str, event: object) -> None:
    evaluation = await begun(services, db)
    await taken(services, evaluation, Choose(Verdict.YES))
    await services.evaluations.shown(MAYA, evaluation.id, HERE)
    turn = await services.evaluations.say(MAYA, text)
    assert isinstance(turn, Turn)
    assert (turn.event, turn.question, turn.left) == (event, 2, HERE)


@pytest.mark.parametrize("place", [None, MessagePlace(5, 70), MessagePlace(5, 6, since=70)])
async def test_what_was_typed_before_a_question_was_shown_is_doubtful(
    services: Services, db: Database, place: MessagePlace | None
) -> None:
    evaluation = await begun(services, db)
    await taken(services, evaluation, Choose(Verdict.YES))
    if place is not None:
        await services.evaluations.shown(MAYA, evaluation.id, place)
    assert isinstance(await services.evaluations.say(MAYA, "no, never", sent=69), Doubtful)
    assert 2 not in (await services.evaluations.get(MAYA, evaluation.id)).state.answers
    turn = await services.evaluations.confirm(MAYA, evaluation.id, 2, "no, never")
    assert isinstance(turn, Turn)
    assert turn.evaluation.state.answers[2] == GivenAnswer(Verdict.NO, "never")
    again = await services.evaluations.confirm(MAYA, evaluation.id, 2, "no, never")
    assert isinstance(again, Turn)
    assert again.event == Ignored(Reason.STALE)


async def test_a_message_that_was_sent_with_the_question_on_the_screen_answers_it(
    services: Services, db: Database
) -> None:
    evaluation = await begun(services, db)
    await services.evaluations.shown(MAYA, evaluation.id, MessagePlace(5, 6, since=70))
    assert isinstance(await services.evaluations.say(MAYA, "yes", sent=71), Turn)


async def test_only_an_open_evaluation_listens(services: Services, db: Database) -> None:
    assert await services.evaluations.say(MAYA, "yes") is None
    evaluation = await begun(services, db)
    assert await services.evaluations.current(MAYA) == evaluation
    await taken(services, evaluation, Pause())
    assert await services.evaluations.say(MAYA, "yes") is None
    assert await services.evaluations.current(MAYA) is None


async def test_one_open_evaluation_at_a_time(services: Services, db: Database) -> None:
    ana = await begun(services, db)
    await taken(services, ana, Choose(Verdict.YES))
    tom = await interview(db, await contact(db, "Tom Okafor"))
    busy = await services.evaluations.start(MAYA, tom)
    assert isinstance(busy, Busy)
    assert (busy.evaluation.id, busy.interview_id, busy.contact_name) == (ana.id, tom, "Tom Okafor")

    switched = await services.evaluations.start(MAYA, tom, switch=True)
    assert isinstance(switched, Opened)
    assert switched.paused is not None
    assert (switched.paused.evaluation.id, switched.paused.event) == (ana.id, Paused(2))
    again = await services.evaluations.start(MAYA, tom, switch=True)
    assert isinstance(again, Opened)
    assert (again.evaluation, again.paused) == (switched.evaluation, None)

    for wakes in (Resume(), Choose(Verdict.YES), Note("hm"), Goto(1)):
        held = await services.evaluations.take(MAYA, ana.id, wakes)
        assert isinstance(held, Busy)
        assert held.evaluation.id == switched.evaluation.id
    assert (await services.evaluations.get(MAYA, ana.id)).state.status == EvaluationStatus.PAUSED

    back = await services.evaluations.start(MAYA, ana.interview_id, switch=True)
    assert isinstance(back, Opened)
    assert (back.evaluation.id, back.evaluation.state.position, back.resumed) == (ana.id, 2, True)


async def test_the_end_and_a_changed_answer(
    services: Services, db: Database, traveller: time_machine.Traveller
) -> None:
    evaluation = await begun(services, db)
    turn = await taken(services, evaluation, *[Skip()] * 10, Say("patience"))
    assert turn.event == Finished(11, GivenAnswer(Verdict.TEXT, "patience"))
    assert (turn.evaluation.state.position, turn.evaluation.state.status) == (FINISHED, EvaluationStatus.DONE)
    finished = await services.evaluations.start(MAYA, evaluation.interview_id)
    assert isinstance(finished, Opened)
    assert finished.evaluation.state == turn.evaluation.state
    traveller.shift(timedelta(days=1))
    turn = await taken(services, evaluation, Goto(3), Say("yes, the boats"))
    assert turn.event == Finished(3, GivenAnswer(Verdict.YES, "the boats"))
    async with db.read() as session:
        row = await session.get_one(Evaluation, evaluation.id)
        assert (row.status, row.position, row.finished_at) == ("done", FINISHED, now())


async def test_another_student_finds_nothing(services: Services, db: Database) -> None:
    evaluation = await begun(services, db)
    await contact(db, "Somebody", LEO)
    async with db.read() as session:
        hers = (await session.get_one(Interview, evaluation.interview_id)).contact_id
    for attempt in (
        services.evaluations.get(LEO, evaluation.id),
        services.evaluations.take(LEO, evaluation.id, Choose(Verdict.NO)),
        services.evaluations.shown(LEO, evaluation.id, MessagePlace(1, 2)),
        services.evaluations.start(LEO, evaluation.interview_id),
        services.evaluations.about(LEO, hers),
    ):
        with pytest.raises(CoachError) as caught:
            await attempt
        assert caught.value.code == Code.NOT_FOUND
    assert await services.evaluations.say(LEO, "no") is None
    assert await services.evaluations.get(MAYA, evaluation.id) == evaluation


@pytest.mark.parametrize(("given", "code"), [(Say("  "), Code.BLANK), (Note("x" * 4001), Code.TOO_LONG)])
async def test_a_refused_text_changes_nothing(
    services: Services, db: Database, given: Say | Note, code: Code
) -> None:
    evaluation = await begun(services, db)
    with pytest.raises(CoachError) as caught:
        await services.evaluations.take(MAYA, evaluation.id, given)
    assert caught.value.code == code
    assert await services.evaluations.get(MAYA, evaluation.id) == evaluation
