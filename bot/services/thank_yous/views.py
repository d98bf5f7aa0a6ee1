"""What is told about a thank-you note: the note with everything that belongs to it, or why there is none yet."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.evaluations.questions import EvaluationState, EvaluationStatus, GivenAnswer, gaps
from bot.domain.text.damage import is_damaged
from bot.domain.text.wording import word_count
from bot.domain.thank_yous import prefill
from bot.domain.thank_yous.letter import NoteParts
from bot.domain.thank_yous.review import NoteFinding, review
from bot.handbook.models import Handbook
from bot.services.base import owned
from bot.services.evaluations.views import answer_of
from bot.services.todos.views import TodoView, of_interview, view
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Contact, Evaluation, ThankYou, Todo, User


@dataclass(frozen=True, slots=True)
class NoteWords:
    """The three answers that a note is made of, as typed in the form or offered there."""

    learned: str
    done: str
    next_step: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """The note for one interview that has happened."""

    interview_id: int
    contact_name: str
    body: str
    version: int
    """0 until drafted."""
    words: int
    due_at: datetime
    late: bool
    """The 24 hours are over, and it is not sent."""
    sent_at: datetime | None
    offered: NoteWords
    """What the form starts from."""
    open_todos: tuple[TodoView, ...]
    """What came out of the interview and is still to be done."""
    gaps: tuple[int, ...]
    """Questions of the evaluation that the note could ask; none without an evaluation."""
    evaluated: bool
    findings: tuple[NoteFinding, ...]
    """What the coach notices, the most important first; none before the draft and after it is sent."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a note is read from."""

    note: ThankYou
    contact: Contact
    student: User
    todos: Sequence[Todo]
    evaluation: Evaluation | None
    answers: Mapping[int, GivenAnswer]

    def todo_texts(self, *, done: bool) -> list[str]:
        """What came out of the interview and is done, or is not, as far as it can be read."""
        sound = (todo for todo in self.todos if not is_damaged(todo.text))
        return [todo.text for todo in sound if (todo.done_at is not None) is done]


async def load_note(
    session: AsyncSession, handbook: Handbook, owner_id: int, interview_id: int
) -> tuple[ThankYou, NoteView] | None:
    """The note for an interview; None while the interview has not happened, or is not the owner's."""
    query = owned(ThankYou, owner_id).where(ThankYou.interview_id == interview_id)
    row = (await session.execute(query.add_columns(Contact))).one_or_none()
    if row is None:
        return None
    note, contact = row
    student = await session.get_one(User, owner_id)
    todos = await of_interview(session, owner_id, interview_id)
    rows = _Rows(note, contact, student, todos, *await _evaluation(session, owner_id, interview_id))
    return note, await _view(rows, handbook)


async def _evaluation(
    session: AsyncSession, owner_id: int, interview_id: int
) -> tuple[Evaluation | None, Mapping[int, GivenAnswer]]:
    query = owned(Evaluation, owner_id).where(Evaluation.interview_id == interview_id).add_columns(AnswerRow)
    rows = (await session.execute(query.outerjoin(AnswerRow, AnswerRow.evaluation_id == Evaluation.id))).all()
    answers = {row.question: answer_of(row) for _, row in rows if row is not None}
    return (rows[0][0] if rows else None), answers


async def _view(rows: _Rows, handbook: Handbook) -> NoteView:
    note = rows.note
    return NoteView(
        interview_id=note.interview_id,
        contact_name=rows.contact.name,
        body=note.body,
        version=note.version,
        words=word_count(note.body),
        due_at=note.due_at,
        late=note.sent_at is None and note.due_at <= now(),
        sent_at=note.sent_at,
        offered=_offered(rows),
        open_todos=tuple(view(todo, rows.contact.name) for todo in rows.todos if todo.done_at is None),
        gaps=gaps(EvaluationState(answers=rows.answers)) if rows.answers else (),
        evaluated=rows.evaluation is not None and rows.evaluation.status == EvaluationStatus.DONE,
        findings=await _findings(rows, handbook) if note.version and note.sent_at is None else (),
    )


def _offered(rows: _Rows) -> NoteWords:
    """What was typed for the last draft; for the first, what the evaluation and the to-dos say."""
    if rows.note.version:
        return NoteWords(rows.note.learned, rows.note.done, rows.note.next_step)
    return NoteWords(
        learned=prefill.learned(rows.answers),
        done=prefill.done(rows.todo_texts(done=True)),
        next_step=prefill.next_step(rows.todo_texts(done=False)),
    )


async def _findings(rows: _Rows, handbook: Handbook) -> tuple[NoteFinding, ...]:
    note = rows.note
    asked = [question.ask_in_note for question in handbook.questions if question.ask_in_note in note.body]
    parts = NoteParts(
        contact_name=rows.contact.name,
        student_name=rows.student.display_name,
        learned=note.learned,
        done=note.done,
        next_step=note.next_step,
        open_questions=tuple(asked),
    )
    # A long letter takes a while to read, whatever stands in it.
    return await asyncio.to_thread(review, note.body, parts, rows.todo_texts(done=False))
