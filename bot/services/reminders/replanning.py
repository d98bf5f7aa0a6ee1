"""All coming reminders of a student anew, after their clock changed or their rows were brought: a slice at a time.

What is planned of one row is planned in one transaction, so that it is never half there. When a first slice leaves
something, a stand-in remembers that, and the next start goes on with it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, load_only

from bot.clock import now
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.domain.requests.status import RequestStatus
from bot.domain.times.quiet_hours import shift_out_of_quiet
from bot.services.base import owned, quiet_of, zone_of
from bot.services.quotas import drop_old_reminders
from bot.services.reminders.planning import (
    INTERVIEW,
    THANKS,
    interview_reminders,
    nudge_reminders,
    thank_you_reminders,
    todo_reminders,
)
from bot.services.reminders.scheduling import arm_anew, bring_back, let_go_of_held
from bot.services.slices import stand_ins
from bot.services.slices.writing import SlicePace
from bot.storage.database import Database
from bot.storage.models import Interview, Request, ThankYou, Todo, User


@dataclass(frozen=True, slots=True)
class Reached:
    """How far it went."""

    source: int = 0
    """Which of `_SOURCES`."""
    after: int = 0
    """The number of the last row of it that is done."""


async def replan(session: AsyncSession, user: User) -> Reached | None:
    """Move the coming reminders of `user` to where their zone and quiet hours put them; the caller commits.

    For nearly everybody that is all of it. Where it is not, returns what `replan_the_rest` goes on from.
    """
    if user.zone is None:
        return None
    await let_go_of_held(session, user.discord_id)
    reached = await _some(session, user, Reached(), SlicePace())
    if reached is not None:
        await stand_ins.put(session, user.discord_id)
    return reached


async def replan_the_rest(db: Database, owner_id: int, reached: Reached | None) -> None:
    """Go on from `reached`, until no stand-in is needed any more. May be cut off, and begun again from anywhere."""
    pace = SlicePace()
    while reached is not None:
        async with db.write(owner_id) as session:
            user = await session.get(User, owner_id)
            reached = None if user is None or user.zone is None else await _some(session, user, reached, pace)
            if reached is None:
                await stand_ins.take_away(session, owner_id)


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows that are planned for, and what is planned."""

    kinds: tuple[ReminderKind, ...]
    rows: Callable[[int], Select[Any]]
    """Those of a student."""
    columns: tuple[InstrumentedAttribute[Any], ...]
    """What is read of each, its number first: no text, as that may be long, and encrypted."""
    reminders: Callable[[User, Any, datetime], tuple[Planned, ...]]
    """Of one of them, as planned at a moment."""


def _booked(owner_id: int) -> Select[Any]:
    return owned(Interview, owner_id).where(Interview.status == InterviewStatus.SCHEDULED.value)


def _unthanked(owner_id: int) -> Select[Any]:
    unsent = select(ThankYou.interview_id).where(ThankYou.sent_at.is_(None))
    return owned(Interview, owner_id).where(Interview.id.in_(unsent))


def _unanswered(owner_id: int) -> Select[Any]:
    """Requests of which the student was not reminded yet: for those they have reminded of there is no reminder."""
    return owned(Request, owner_id).where(Request.status == RequestStatus.SENT.value, Request.nudges == 0)


def _promised(owner_id: int) -> Select[Any]:
    return owned(Todo, owner_id).where(Todo.due_at > now() - _WAITS, Todo.done_at.is_(None))


def _first_nudge(user: User, request: Request, at: datetime) -> tuple[Planned, ...]:
    return nudge_reminders(user, request, request.sent_at or at, at)


def _to_come(user: User, todo: Todo, at: datetime) -> tuple[Planned, ...]:
    return todo_reminders(user, todo, at) if todo.due_at is not None and todo.due_at > at else ()


_WAITS = timedelta(days=3)
"""Longer than quiet hours keep any reminder waiting, also when they have changed meanwhile."""


_INTERVIEW = Interview.id, Interview.starts_at, Interview.minutes, Interview.sequence, Interview.ended_at
_SOURCES = (
    _Source(INTERVIEW, _booked, _INTERVIEW, interview_reminders),
    _Source(THANKS, _unthanked, _INTERVIEW, thank_you_reminders),
    _Source((ReminderKind.NUDGE,), _unanswered, (Request.id, Request.nudges, Request.sent_at), _first_nudge),
    _Source((ReminderKind.TODO_DUE,), _promised, (Todo.id, Todo.due_at, Todo.done_at), _to_come),
)


async def _some(session: AsyncSession, user: User, reached: Reached, pace: SlicePace) -> Reached | None:
    """One slice, from `reached` on; returns where the next one begins, and None after the last."""
    with pace.slice() as most:
        left = most
        for number, source in enumerate(_SOURCES[reached.source :], reached.source):
            after = reached.after if number == reached.source else 0
            rows = await _rows(session, source, user.discord_id, after, left)
            if rows:
                reminders = [reminder for row in rows for reminder in source.reminders(user, row, now())]
                behind = await arm_anew(session, user.discord_id, source.kinds, [row.id for row in rows], reminders)
                await bring_back(session, user.discord_id, _waiting(user, source, rows, behind))
            left -= len(rows)
            if left <= 0:
                return Reached(number, rows[-1].id)
    await drop_old_reminders(session, user.discord_id)
    return None


def _waiting(user: User, source: _Source, rows: Sequence[Any], behind: Collection[str]) -> Iterator[Planned]:
    """Of what had been waiting for the end of quiet hours when these changed: when it comes now.

    Its own moment is over, so that nobody would plan it any more. To "prepare" there is another one, or no need.
    """
    present = now()
    for reminder in (
        reminder for row in rows if behind for reminder in source.reminders(user, row, present - _WAITS)
    ):
        if reminder.dedupe_key not in behind or reminder.kind is ReminderKind.PREPARE:
            continue
        due = shift_out_of_quiet(
            max(reminder.due_at, present),
            deadline=reminder.expires_at,
            earliest=present,
            quiet=quiet_of(user),
            zone=zone_of(user),
        )
        if due < reminder.expires_at:
            yield replace(reminder, due_at=due)


async def _rows(session: AsyncSession, source: _Source, owner_id: int, after: int, most: int) -> list[Any]:
    number = source.columns[0]
    query = source.rows(owner_id).where(number > after).order_by(number).limit(most)
    return list(await session.scalars(query.options(load_only(*source.columns, raiseload=True))))
