"""Use cases of the evaluation: from an interview to the conversation about it, and every step of that conversation.

Everything that the conversation knows is in its rows. A question counts as shown only once its message is noted
in them: of whatever the student typed before that, they are asked whether it is the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.conversation import (
    Back,
    ConversationOutcome,
    Ignored,
    Input,
    Noted,
    Pause,
    Resume,
    Say,
    Skip,
    advance,
)
from bot.domain.evaluations.questions import EvaluationStatus, GivenAnswer, QuestionKind, results
from bot.domain.interviews.interview import STANDING, InterviewStatus
from bot.domain.text.damage import is_damaged
from bot.services.base import UseCases, own, owned
from bot.services.contacts.lookup import ContactKey, about
from bot.services.evaluations.views import (
    Busy,
    Doubtful,
    EvaluationView,
    MessagePlace,
    Opened,
    Opening,
    Turn,
    evaluation_of,
)
from bot.services.interviews.endings import tell_met
from bot.services.interviews.views import InterviewView, NoInterview, NotMet, of_contact, view_of
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Contact, Evaluation, Interview, ThankYou
from bot.storage.sql.upsert import insert

_WORDS: Mapping[str, Input] = {"back": Back(), "skip": Skip(), "pause": Pause()}
"""Typed words that do what their buttons do."""


class EvaluationService(UseCases):
    """Use cases of the evaluation conversation."""

    async def about(self, owner_id: int, contact: ContactKey) -> Opening:
        """Start or go on with the evaluation of the newest interview with a contact. See `Find` for errors."""
        async with about(self.db, owner_id, contact) as (session, find):
            return await self._about(session, owner_id, await find())

    async def happened_now(self, owner_id: int, contact_id: int) -> Opening:
        """The same, after the news that they have just met; an interview that nobody booked is recorded.

        Raises NOT_FOUND, ZONE_NEEDED, NO_ROOM.
        """
        async with self.db.write(owner_id) as session:
            contact = await own(session, Contact, owner_id, contact_id)
            await tell_met(session, self.room, owner_id, contact_id)
            return await self._about(session, owner_id, contact)

    async def _about(self, session: AsyncSession, owner_id: int, contact: Contact) -> Opening:
        meant = _meant(await of_contact(session, owner_id, contact.id))
        return await self._open(session, owner_id, meant) if meant else NoInterview(contact.id, contact.name)

    async def start(self, owner_id: int, interview_id: int, *, switch: bool = False) -> Opening:
        """Start or go on with the evaluation of one interview. With `switch`, another open one is paused for it.

        Raises NOT_FOUND, and MOVED_ON for an interview that was cancelled or missed.
        """
        async with self.db.write(owner_id) as session:
            interview = await view_of(session, owner_id, interview_id)
            return await self._open(session, owner_id, interview, switch=switch)

    async def get(self, owner_id: int, evaluation_id: int) -> EvaluationView:
        """One evaluation. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return (await self._own(session, owner_id, evaluation_id))[1]

    async def current(self, owner_id: int) -> EvaluationView | None:
        """The open evaluation, if there is one."""
        async with self.db.read(owner_id) as session:
            found = await self._find_open(session, owner_id)
            return found[1] if found else None

    async def take(
        self, owner_id: int, evaluation_id: int, given: Input, *, expected: int | None = None
    ) -> Turn | Busy:
        """Apply one press or form; `expected` is the question it was drawn for.

        Busy when it would wake this evaluation while another is open. Raises NOT_FOUND, BLANK, TOO_LONG.
        """
        async with self.db.write(owner_id) as session:
            row, evaluation = await self._own(session, owner_id, evaluation_id)
            outcome = advance(evaluation.state, given, self._kinds, expected=expected)
            if outcome.state.status == EvaluationStatus.OPEN != evaluation.state.status:
                other = await self._find_open(session, owner_id)
                if other is not None:
                    return Busy(other[1], evaluation.interview_id, evaluation.contact_name)
            return await self._keep(session, row, evaluation, outcome)

    async def say(self, owner_id: int, text: str, *, sent: int | None = None) -> Turn | Doubtful | None:
        """Apply a typed DM to the open evaluation; None when there is none. Raises BLANK and TOO_LONG.

        `sent`: the message's id. One that was sent before the question was on the screen is doubtful: it may be
        about an earlier one. So nothing that two processes hear is stored as two answers either.
        """
        async with self.db.write(owner_id) as session:
            found = await self._find_open(session, owner_id)
            if found is None:
                return None
            row, evaluation = found
            if evaluation.shown is None or (sent is not None and sent < evaluation.shown.seen_from):
                return Doubtful(evaluation)
            return await self._keep(session, row, evaluation, advance(evaluation.state, _spoken(text), self._kinds))

    async def confirm(self, owner_id: int, evaluation_id: int, question: int, text: str) -> Turn | Busy:
        """Apply a typed DM that was doubtful, now that the student says that it answers `question`.

        Raises what `take` raises.
        """
        return await self.take(owner_id, evaluation_id, _spoken(text), expected=question)

    async def shown(self, owner_id: int, evaluation_id: int, place: MessagePlace) -> None:
        """Note which message shows the student where they are. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            row = await own(session, Evaluation, owner_id, evaluation_id)
            row.channel_id, row.message_id, row.shown_from = place.channel_id, place.message_id, place.seen_from

    async def _open(
        self, session: AsyncSession, owner_id: int, interview: InterviewView, *, switch: bool = False
    ) -> Opening:
        if interview.waits:
            return NotMet(interview)
        if interview.status is not InterviewStatus.MET:
            raise CoachError(Code.MOVED_ON)
        found = await self._find(session, owner_id, Evaluation.interview_id == interview.id)
        if found and found[1].state.status != EvaluationStatus.PAUSED:
            return Opened(found[1], found[1].shown)
        other = await self._find_open(session, owner_id)
        if other and not switch:
            return Busy(other[1], interview.id, interview.contact_name)
        paused = await self._keep(session, *other, advance(other[1].state, Pause())) if other else None
        if not found:
            return Opened(await self._begin(session, owner_id, interview.id), paused=paused)
        resumed = await self._keep(session, *found, advance(found[1].state, Resume()))
        return Opened(resumed.evaluation, resumed.left, paused, resumed=True)

    async def _begin(self, session: AsyncSession, owner_id: int, interview_id: int) -> EvaluationView:
        row = Evaluation(
            interview_id=interview_id,
            owner_id=owner_id,
            status=EvaluationStatus.OPEN.value,
            position=1,
            created_at=now(),
        )
        session.add(row)
        await session.flush()
        return (await self._own(session, owner_id, row.id))[1]

    @property
    def _kinds(self) -> Mapping[int, QuestionKind]:
        """What each question asks for; a counselor may have changed it."""
        return {question.number: question.kind for question in self.handbook.evaluation.questions}

    async def _own(
        self, session: AsyncSession, owner_id: int, evaluation_id: int
    ) -> tuple[Evaluation, EvaluationView]:
        found = await self._find(session, owner_id, Evaluation.id == evaluation_id)
        if found is None:
            raise CoachError(Code.NOT_FOUND)
        return found

    async def _find_open(self, session: AsyncSession, owner_id: int) -> tuple[Evaluation, EvaluationView] | None:
        return await self._find(session, owner_id, Evaluation.status == EvaluationStatus.OPEN.value)

    async def _find(
        self, session: AsyncSession, owner_id: int, which: ColumnElement[bool]
    ) -> tuple[Evaluation, EvaluationView] | None:
        found = await session.execute(
            owned(Evaluation, owner_id)
            .where(which)
            .join(Interview, Interview.id == Evaluation.interview_id)
            .join(Contact, Contact.id == Interview.contact_id)
            .outerjoin(ThankYou, ThankYou.interview_id == Interview.id)
            .add_columns(Contact.name, ThankYou)
        )
        if (one := found.one_or_none()) is None:
            return None
        row, contact, note = one
        answers = await session.scalars(select(AnswerRow).where(AnswerRow.evaluation_id == row.id))
        return row, evaluation_of(row, contact, note, answers, self._kinds)

    async def _keep(
        self, session: AsyncSession, row: Evaluation, evaluation: EvaluationView, outcome: ConversationOutcome
    ) -> Turn:
        """Write what a step changed."""
        event, state = outcome.event, outcome.state
        now_so = replace(evaluation, state=state, results=results(state, self._kinds))
        turn = Turn(now_so, event, evaluation.state.position, evaluation.shown)
        if isinstance(event, Ignored):
            return turn
        row.position, row.status = state.position, state.status.value
        row.finished_at = now() if state.status == EvaluationStatus.DONE else row.finished_at
        if state.answers != evaluation.state.answers:
            # No input changes the answer to any question but the one that was up.
            await _keep_answer(session, row.id, turn.question, state.answers[turn.question])
        # Out before anything else of this transaction: the index allows one open evaluation at any moment.
        await session.flush()
        if isinstance(event, Noted):
            return turn
        row.channel_id = row.message_id = row.shown_from = None
        return replace(turn, evaluation=replace(turn.evaluation, shown=None))


async def _keep_answer(session: AsyncSession, evaluation_id: int, question: int, answer: GivenAnswer) -> None:
    verdict = None if answer.verdict is None else answer.verdict.value
    values: dict[str, Any] = {"verdict": verdict, "answered_at": now()}
    if not is_damaged(answer.text):
        values["text"] = answer.text
    new = {"text": ""} | values
    statement = insert(session, AnswerRow).values(evaluation_id=evaluation_id, question=question, **new)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["evaluation_id", "question"], set_=values)
    )


def _meant(rows: Sequence[InterviewView]) -> InterviewView | None:
    """The interview that a student wants to evaluate, of those with one contact: the last that has begun.

    `rows` the last first. With none begun yet, the next one to come; None when all were called off.
    """
    standing = [row for row in rows if row.status in STANDING]
    begun = (row for row in standing if row.begun or not row.waits)
    return next(begun, standing[-1] if standing else None)


def _spoken(text: str) -> Input:
    """A typed message as an input: a word that stands on a button is that button."""
    return _WORDS.get(text.strip().strip(".!").lower(), Say(text))
