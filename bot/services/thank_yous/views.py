"""What is told about a thank-you note: the note with everything that belongs to it, or why there is none yet."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.evaluations.questions import EvaluationState, EvaluationStatus, GivenAnswer, gaps
from bot.domain.text.damage import is_damaged
from bot.domain.text.wording import fragment, word_count
from bot.domain.thank_yous.asking import asked_in
from bot.domain.thank_yous.letter import NoteParts, told_todos
from bot.domain.thank_yous.review import NoteFinding, review
from bot.domain.thank_yous.shareable import SHOWN, Shareable, shareable
from bot.handbook.models import Handbook
from bot.services.base import owned
from bot.services.evaluations.views import answer_of
from bot.services.todos.views import TodoView, of_interview, view
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Contact, Evaluation, ThankYou, Todo, User


@dataclass(frozen=True, slots=True)
class NoteWords:
    """The three answers that a note is made of, as typed in the form."""

    learned: str
    done: str
    next_step: str


@dataclass(frozen=True, slots=True)
class DoneTodo:
    """A to-do of the interview that is done."""

    id: int
    text: str
    told: bool
    """Whether the note tells of it."""


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
    """What the form starts from: what was typed or chosen there before, and nothing else."""
    may_read: tuple[Shareable, ...]
    """Answers of the evaluation that the student may let them read."""
    deeds: tuple[DoneTodo, ...]
    """What came of suggestions and can be told."""
    open_todos: tuple[TodoView, ...]
    """What came out of the interview and is still to be done."""
    gaps: tuple[int, ...]
    """Questions of the evaluation that the note could ask; none without an evaluation."""
    evaluated: bool
    findings: tuple[NoteFinding, ...]
    """What the coach notices, the most important first; none before the draft and after it is sent."""


_MOST_DEEDS = 50
"""To-dos that are looked at: a form shows ten, and each takes a moment."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a note is read from."""

    note: ThankYou
    contact: Contact
    student: User
    todos: Sequence[Todo]
    evaluation: Evaluation | None
    answers: Mapping[int, GivenAnswer]

    def open_texts(self) -> list[str]:
        """What came out of the interview and is still to be done, as far as it can be read."""
        return [todo.text for todo in self.todos if todo.done_at is None and not is_damaged(todo.text)]

    def deeds(self, handbook: Handbook) -> dict[Todo, str]:
        """What came out of it and was done last, as the note tells it; empty where it cannot."""
        by_moment = {todo: todo.done_at for todo in self.todos if todo.done_at and not is_damaged(todo.text)}
        done = sorted(by_moment, key=by_moment.__getitem__, reverse=True)[:_MOST_DEEDS]
        said = told_todos([todo.text for todo in done], self.contact.name, handbook.thank_yous.wording.verbs)
        return {todo: said[todo.text] for todo in done}


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
        offered=NoteWords(note.learned, note.done, note.next_step),
        may_read=shareable(rows.answers),
        deeds=_deeds(rows, handbook),
        open_todos=tuple(view(todo, rows.contact.name) for todo in rows.todos if todo.done_at is None),
        gaps=gaps(EvaluationState(answers=rows.answers)) if rows.answers else (),
        evaluated=rows.evaluation is not None and rows.evaluation.status == EvaluationStatus.DONE,
        findings=await _findings(rows, handbook) if note.version and note.sent_at is None else (),
    )


def _deeds(rows: _Rows, handbook: Handbook) -> tuple[DoneTodo, ...]:
    """What a tick can show whole."""
    return tuple(
        DoneTodo(todo.id, todo.text, told=deed in rows.note.body)
        for todo, deed in rows.deeds(handbook).items()
        if deed and len(todo.text) <= SHOWN
    )


def ticked_before(done: str, todos: Sequence[str]) -> tuple[str, list[str]]:
    """What was typed as done, and those of the to-dos that were ticked and stand there because no sentence fits."""
    by_words = {fragment(todo).casefold(): todo for todo in todos}
    lines = done.splitlines()
    typed = [line for line in lines if fragment(line).casefold() not in by_words]
    return "\n".join(typed), [by_words[key] for line in lines if (key := fragment(line).casefold()) in by_words]


async def _findings(rows: _Rows, handbook: Handbook) -> tuple[NoteFinding, ...]:
    note, deeds = rows.note, rows.deeds(handbook)
    done, waiting = ticked_before(note.done, [todo.text for todo in deeds])
    parts = NoteParts(
        contact_name=rows.contact.name,
        student_name=rows.student.display_name,
        learned=note.learned,
        done=done,
        ticked=(*waiting, *(todo.text for todo, deed in deeds.items() if deed and deed in note.body)),
        next_step=note.next_step,
        question=asked_in(note.body, [question.ask_in_note for question in handbook.questions]),
    )
    # A long letter takes a while to read, whatever stands in it.
    return await asyncio.to_thread(review, note.body, parts, rows.open_texts(), handbook.thank_yous.wording)
