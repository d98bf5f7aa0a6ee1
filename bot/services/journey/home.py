"""What to do now, derived from everything else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.journey.next_steps import NextStep, StepKind, next_steps
from bot.domain.journey.snapshot import PersonFacts
from bot.domain.reminders.reminder import Status
from bot.domain.requests.status import RequestStatus
from bot.services.base import UseCases, owned
from bot.services.journey.facts import load_facts
from bot.storage.models import Reminder, ThankYou, Todo, User

LINES = 5
"""Most steps at once: a longer list is put off, not done."""
_TOLD = "told on /next"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the student has come."""

    contacts: int
    asked: int
    """Contacts who were sent a request."""
    met: int
    """Interviews that happened."""
    todos: int
    """Open ones."""
    goal: int
    """Interviews that make a fair picture of one path, as the handbook has it."""
    interests: str = ""


@dataclass(frozen=True, slots=True)
class HomeView:
    """What `/next` says."""

    name: str
    has_zone: bool
    now: datetime
    steps: tuple[NextStep, ...]
    """The most urgent ones first, at most five; never empty."""
    more: int
    """Steps that did not fit."""
    drafted: frozenset[int]
    """Interviews whose note is written and waits to be sent."""
    missed: tuple[int, ...]
    """Reminders that did not arrive, or may not have, and that the steps tell of."""
    progress: Progress

    @property
    def is_new(self) -> bool:
        """Whether there is nothing yet to derive a step from."""
        return self.progress.contacts == 0


class HomeService(UseCases):
    """The whole picture, in a constant number of queries."""

    async def next(self, owner_id: int) -> HomeView:
        """What to do now. Changes nothing: `told` takes note of what was shown."""
        async with self.db.read(owner_id) as session:
            user = await session.get(User, owner_id)
            facts = await load_facts(session, owner_id, words=())
            people = [one.person for one in facts.values() if not one.person.archived]
            missed = await _missed(session, owner_id)
            moment = now()
            steps = next_steps(people, moment, undeliverable=len(missed))
            shown = steps[:LINES]
            return HomeView(
                name=user.display_name if user else "",
                has_zone=user is not None and user.zone is not None,
                now=moment,
                steps=shown,
                more=len(steps) - len(shown),
                drafted=await _drafted(session, owner_id),
                missed=missed if any(step.kind is StepKind.UNDELIVERABLE for step in shown) else (),
                progress=_progress(
                    people,
                    todos=await _open_todos(session, owner_id),
                    goal=self.handbook.contacts.goal.interviews,
                    interests=user.interests if user else "",
                ),
            )

    async def told(self, owner_id: int, missed: Sequence[int]) -> None:
        """The student has seen that these reminders did not reach them; they are not told again."""
        async with self.db.write(owner_id) as session:
            await session.execute(
                update(Reminder)
                .where(Reminder.user_id == owner_id, Reminder.id.in_(missed), _UNDELIVERED)
                .values(reason=_TOLD)
            )


_UNDELIVERED = Reminder.status.in_((Status.UNDELIVERABLE.value, Status.UNCERTAIN.value))


async def _missed(session: AsyncSession, owner_id: int) -> tuple[int, ...]:
    query = owned(Reminder, owner_id).where(_UNDELIVERED, Reminder.reason != _TOLD)
    return tuple(await session.scalars(query.with_only_columns(Reminder.id)))


async def _drafted(session: AsyncSession, owner_id: int) -> frozenset[int]:
    notes = owned(ThankYou, owner_id).where(ThankYou.version > 0, ThankYou.sent_at.is_(None))
    return frozenset(await session.scalars(notes.with_only_columns(ThankYou.interview_id)))


async def _open_todos(session: AsyncSession, owner_id: int) -> int:
    query = owned(Todo, owner_id).where(Todo.done_at.is_(None))
    return await session.scalar(query.with_only_columns(func.count())) or 0


def _progress(people: Sequence[PersonFacts], *, todos: int, goal: int, interests: str) -> Progress:
    return Progress(
        contacts=len(people),
        asked=sum(one.request is not None and one.request.status is not RequestStatus.DRAFT for one in people),
        met=_met(people),
        todos=todos,
        goal=goal,
        interests=interests,
    )


def _met(people: Iterable[PersonFacts]) -> int:
    return sum(interview.status is InterviewStatus.MET for one in people for interview in one.interviews)
