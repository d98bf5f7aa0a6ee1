"""Use cases of preparing: the agenda, the questions that earlier evaluations leave open, and a checklist."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.evaluations.questions import QUESTION_KINDS, EvaluationStatus, GivenAnswer
from bot.domain.interviews.interview import DEFAULT_MINUTES
from bot.domain.interviews.preparation import Candidate, KnownSoFar, choose, coverage, open_questions, scaled
from bot.domain.requests.placing import place_learn
from bot.handbook.models import Handbook
from bot.handbook.models.interviews import Category
from bot.services.base import UseCases, known_zone, own, owned
from bot.services.contacts.lookup import ContactKey, the_contact
from bot.services.evaluations.views import answer_of
from bot.services.interviews.views import InterviewView, coming_of, of_contact, view_of
from bot.services.requests.views import last_of
from bot.services.slices.reading import read_all
from bot.storage.models import Answer as AnswerRow
from bot.storage.models import Contact, Evaluation, User


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A part of the interview, in whole minutes."""

    minutes: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """The whole sheet. Without a booked interview it is made for one of the usual length."""

    contact_id: int
    contact_name: str
    interview: InterviewView | None
    zone: ZoneInfo | None
    """Where the student is; the sheet tells the time by it."""
    minutes: int
    agenda: tuple[AgendaItem, ...]
    must_ask: tuple[Candidate, ...]
    spares: tuple[Candidate, ...]
    closing: tuple[str, ...]
    checklist: tuple[str, ...]


class PreparationService(UseCases):
    """Getting ready for an interview."""

    async def of(self, owner_id: int, interview_id: int) -> Preparation:
        """What to bring to an interview. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            interview = await view_of(session, owner_id, interview_id)
            contact = await own(session, Contact, owner_id, interview.contact_id)
            return await _prepare(session, self.handbook, contact, interview)

    async def with_contact(self, owner_id: int, contact: ContactKey) -> Preparation:
        """What to bring to the coming interview with a contact, or to one that is not booked yet.

        Raises what `Find` raises.
        """
        async with self.db.read(owner_id) as session:
            who = await the_contact(session, owner_id, contact)
            coming = coming_of(await of_contact(session, owner_id, who.id))
            return await _prepare(session, self.handbook, who, coming)


async def _prepare(
    session: AsyncSession, handbook: Handbook, contact: Contact, interview: InterviewView | None
) -> Preparation:
    """The sheet for `interview`, or for one with `contact` that is not booked yet."""
    texts = handbook.interviews
    minutes = interview.minutes if interview else DEFAULT_MINUTES
    shares = scaled([part.minutes for part in texts.agenda], minutes)
    own_questions = await _kept(session, handbook, contact)
    questions = (*own_questions, *_questions(handbook, await _known(session, contact.owner_id), len(own_questions)))
    return Preparation(
        contact_id=contact.id,
        contact_name=contact.name,
        interview=interview,
        zone=known_zone(await session.get(User, contact.owner_id)),
        minutes=minutes,
        agenda=tuple(
            AgendaItem(share, part.title, part.text)
            for share, part in zip(shares, texts.agenda, strict=True)
            if share
        ),
        must_ask=questions[: texts.limits.must_ask],
        spares=questions[texts.limits.must_ask :],
        closing=tuple(question.text for question in texts.closing),
        checklist=tuple(check.text for check in texts.checklist),
    )


async def _kept(session: AsyncSession, handbook: Handbook, contact: Contact) -> tuple[Candidate, ...]:
    """What the student wanted to ask in the request, but for the one question that it holds."""
    request = await last_of(session, contact.owner_id, contact.id)
    if request is None:
        return ()
    return tuple(Candidate(text, ()) for text in place_learn(request.learn, handbook.requests.phrases).kept)


def _questions(handbook: Handbook, known: list[KnownSoFar], taken: int) -> tuple[Candidate, ...]:
    """Must-ask questions and spares, most useful first. Closing questions have their own place in the interview.

    `taken`: how many places the student's own questions take.
    """
    texts = handbook.interviews
    gaps = [
        Candidate(handbook.question(number).ask_next, (number,)) for number in open_questions(known, QUESTION_KINDS)
    ]
    bank = [
        Candidate(question.text, tuple(question.feeds))
        for question in texts.bank
        if question.category is not Category.CLOSING
    ]
    # Gaps beyond the must-ask questions wait for another time: five open ends are enough for one interview.
    gaps = gaps[: texts.limits.must_ask]
    return choose(gaps, bank, coverage(known), max(texts.limits.must_ask + texts.limits.spares - taken, 0))


_NEWEST = 100
"""Evaluations that say enough about what is still open."""


async def _known(session: AsyncSession, owner_id: int) -> list[KnownSoFar]:
    """What the student's evaluations tell, newest first."""
    newest = owned(Evaluation, owner_id).order_by(Evaluation.created_at.desc(), Evaluation.id.desc())
    evaluations = (await session.scalars(newest.limit(_NEWEST))).all()
    theirs = select(AnswerRow).where(AnswerRow.evaluation_id.in_([evaluation.id for evaluation in evaluations]))
    answers: dict[int, dict[int, GivenAnswer]] = {evaluation.id: {} for evaluation in evaluations}
    for row in await read_all(session, theirs, lambda row: row[0]):
        answers[row.evaluation_id][row.question] = answer_of(row)
    return [
        KnownSoFar(answers[evaluation.id], complete=evaluation.status == EvaluationStatus.DONE)
        for evaluation in evaluations
    ]
