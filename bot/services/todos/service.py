"""Use cases of to-dos: keeping what was suggested or promised, ticking it off, and the reminder when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.contacts import fold
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.quotas import Quota
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.text.input import read_row_token
from bot.domain.todos import read_lines
from bot.services.base import UseCases, ensure_user, own, owned
from bot.services.contacts.lookup import ContactKey, about
from bot.services.dates.told import When, moment_if_told
from bot.services.quotas import check_quota
from bot.services.reminders.planning import todo_reminders
from bot.services.reminders.scheduling import arm, cancel
from bot.services.slices.reading import Deadline, each_of, read_all, read_few
from bot.services.todos.matching import meant, suggestions
from bot.services.todos.views import Ticked, TodoAdded, TodoView, listed, open_todos, todos_by_id, view, view_of
from bot.storage.models import Contact, Interview, ThankYou, Todo, User

NEXT = 5
"""Of what is still open, told when something is ticked."""


class TodoService(UseCases):
    """Use cases of to-dos."""

    async def add(
        self, owner_id: int, text: str, contact: ContactKey | None = None, due: When | None = None
    ) -> TodoAdded:
        """Keep one to-do per line of `text`; with a contact, for the last interview with them, if there was one.

        What is on the list already is not added again; a new moment moves it. Raises BLANK, TOO_LONG, TOO_MANY,
        NO_ROOM, what `Find` raises, and with a moment ZONE_NEEDED and the WHEN_ codes.
        """
        nobody = contact in {None, ""}
        async with about(self.db, owner_id, contact or 0) as (session, find):
            moment = await moment_if_told(session, owner_id, due)
            source = await _last_interview(session, owner_id, await find()) if not nobody else _Source(None, None)
            lines = read_lines(text)
            if (done := await self._add_at_once(session, owner_id, source, lines, moment)) is not None:
                return done
        return await self._add_compared(owner_id, source, lines, moment)

    async def add_from(self, owner_id: int, interview_id: int, text: str, due: When | None = None) -> TodoAdded:
        """Keep one to-do per line of `text` that comes from an interview. Raises what `add` raises."""
        async with self.db.write(owner_id) as session:
            moment = await moment_if_told(session, owner_id, due)
            lines = read_lines(text)
            interview = await own(session, Interview, owner_id, interview_id)
            source = _Source(interview.contact_id, interview_id)
            if (done := await self._add_at_once(session, owner_id, source, lines, moment)) is not None:
                return done
        return await self._add_compared(owner_id, source, lines, moment)

    async def _add_at_once(
        self, session: AsyncSession, owner_id: int, source: "_Source", lines: Sequence[str], due: datetime | None
    ) -> TodoAdded | None:
        """Keep them in the caller's unit; None where the list is so long that comparing with it takes its time."""
        known = await read_few(session, _texts(owner_id, source), _as_text)
        if known is None:
            return None
        return await self._add(session, source, await _compared(owner_id, lines, known), due)

    async def _add_compared(
        self, owner_id: int, source: "_Source", lines: Sequence[str], due: datetime | None
    ) -> TodoAdded:
        """Compare with a long list first: nobody waits to write for that."""
        async with self.db.read(owner_id) as session:
            known = await read_all(session, _texts(owner_id, source), _as_text)
        there = await _compared(owner_id, lines, known)
        async with self.db.write(owner_id) as session:
            # Whom it is about may have been deleted meanwhile.
            if source.contact_id is not None:
                await own(session, Contact, owner_id, source.contact_id)
            return await self._add(session, source, there, due)

    async def _add(
        self, session: AsyncSession, source: "_Source", there: "_Lines", due: datetime | None
    ) -> TodoAdded:
        kept = await _kept(session, self.room, there, source)
        return await _keep(session, there.owner_id, kept, due=due, interview_id=source.interview_id)

    async def get(self, owner_id: int, todo_id: int) -> TodoView:
        """One to-do. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return await view_of(session, owner_id, todo_id)

    async def listing(self, owner_id: int) -> tuple[TodoView, ...]:
        """What is open: the next due first, then by age."""
        async with self.db.read(owner_id) as session:
            return await open_todos(session, owner_id)

    async def find(self, owner_id: int, typed: str) -> tuple[TodoView, ...]:
        """The to-dos that may be meant, best match first: by number (a done one too), or open ones by text.

        One when there is no doubt. Raises NOT_FOUND for a number that is not there.
        """
        async with self.db.read(owner_id) as session:
            if (number := read_row_token(typed)) is not None:
                return (await view_of(session, owner_id, number),)
            todos = await open_todos(session, owner_id)
        return await meant(todos, typed)

    async def suggest(self, owner_id: int, typed: str, deadline: Deadline | None = None) -> tuple[TodoView, ...]:
        """At most 25 open to-dos for what has been typed so far; once the deadline is over, of those looked at."""
        async with self.db.read(owner_id) as session:
            todos = await open_todos(session, owner_id, deadline)
        return await suggestions(todos, typed, deadline)

    async def done(self, owner_id: int, todo_id: int) -> Ticked:
        """Tick a to-do, and take back its reminder. Ticking it again changes nothing. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            return await _done(session, owner_id, todo_id)

    async def done_as_typed(self, owner_id: int, typed: str) -> Ticked | tuple[TodoView, ...]:
        """Tick the to-do that is meant. Unless it is one without doubt, returns what may be, as `find` does."""
        if (number := read_row_token(typed)) is not None:
            return await self.done(owner_id, number)
        async with self.db.write(owner_id) as session:
            few = await read_few(session, listed(owner_id), lambda row: view(*row))
            if few is not None:
                found = await meant(few, typed)
                return await _done(session, owner_id, found[0].id) if len(found) == 1 else found
        # Comparing with a long list takes its time, and nobody waits to write for that.
        found = await self.find(owner_id, typed)
        return await self.done(owner_id, found[0].id) if len(found) == 1 else found


async def _done(session: AsyncSession, owner_id: int, todo_id: int) -> Ticked:
    await tick(session, [await own(session, Todo, owner_id, todo_id)])
    await session.flush()
    ticked = await view_of(session, owner_id, todo_id)
    following = [view(*row) for row in await session.execute(listed(owner_id).limit(NEXT))]
    still_open = owned(Todo, owner_id).where(Todo.done_at.is_(None)).with_only_columns(func.count())
    return Ticked(ticked, tuple(following), await session.scalar(still_open) or 0)


async def tick(session: AsyncSession, todos: Sequence[Todo]) -> None:
    """Mark as done, in the caller's transaction, what is not done yet, and take back the reminders."""
    fresh = [todo for todo in todos if todo.done_at is None]
    for todo in fresh:
        todo.done_at = now()
    await cancel(session, (ReminderKind.TODO_DUE,), [todo.id for todo in fresh], "the to-do is done")


def _open(owner_id: int, contact_id: int | None) -> Select[Todo]:
    """What is open and has to do with a contact, or with nobody."""
    return owned(Todo, owner_id).where(Todo.done_at.is_(None), Todo.contact_id == contact_id)


@dataclass(frozen=True, slots=True)
class _Source:
    """Whom to-dos have to do with, and the interview that they come from."""

    contact_id: int | None
    interview_id: int | None


async def _last_interview(session: AsyncSession, owner_id: int, contact: Contact) -> _Source:
    met = owned(Interview, owner_id).where(
        Interview.contact_id == contact.id, Interview.status == InterviewStatus.MET.value
    )
    newest = met.order_by(Interview.ended_at.desc(), Interview.id.desc()).limit(1)
    return _Source(contact.id, await session.scalar(newest.with_only_columns(Interview.id)))


def _texts(owner_id: int, source: _Source) -> Select[int, str]:
    """What new to-dos are compared with, the oldest first."""
    return _open(owner_id, source.contact_id).with_only_columns(Todo.id, Todo.text).order_by(Todo.id)


def _as_text(row: Row[int, str]) -> tuple[int, str]:
    return row.id, row.text


async def _compared(owner_id: int, lines: Sequence[str], known: Sequence[tuple[int, str]]) -> "_Lines":
    """What of the lines is on the list already."""
    texts = await each_of(known, lambda row: fold(row[1]))
    wanted = {fold(line) for line in lines}
    same = [number for (number, _), text in zip(known, texts, strict=True) if text in wanted]
    return _Lines(owner_id, lines, same, max((number for number, _ in known), default=0))


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a student wants on their list, held against what was there when they asked."""

    owner_id: int
    lines: Sequence[str]
    same: Sequence[int]
    """To-dos that said the same as one of the lines."""
    newest_id: int
    """Of the to-dos that were compared."""


async def _kept(session: AsyncSession, room: Quota, there: _Lines, source: _Source) -> list[Todo]:
    """A to-do for each line: one that is there, also since a moment ago, or a new one. Raises NO_ROOM."""
    await ensure_user(session, there.owner_id)
    known = _open(there.owner_id, source.contact_id).where(Todo.id.in_(there.same) | (Todo.id > there.newest_id))
    by_text = {fold(todo.text): todo for todo in await session.scalars(known.order_by(Todo.id))}
    kept = [by_text.get(fold(line)) or _new(there.owner_id, line, source) for line in there.lines]
    await check_quota(session, room, Todo, there.owner_id, sum(todo.id is None for todo in kept))
    return kept


async def _keep(
    session: AsyncSession, owner_id: int, kept: Sequence[Todo], *, due: datetime | None, interview_id: int | None
) -> TodoAdded:
    session.add_all(kept)
    await session.flush()
    if due is not None:
        await _plan(session, await session.get_one(User, owner_id), kept, due)
    return await _added(session, owner_id, kept, interview_id)


def _new(owner_id: int, line: str, source: _Source) -> Todo:
    return Todo(
        owner_id=owner_id,
        contact_id=source.contact_id,
        interview_id=source.interview_id,
        text=line,
        created_at=now(),
    )


async def _plan(session: AsyncSession, user: User, todos: Sequence[Todo], due: datetime) -> None:
    """Give to-dos their moment, and the reminders that go with it."""
    moved = [todo.id for todo in todos if todo.due_at != due]
    await cancel(session, (ReminderKind.TODO_DUE,), moved, "the to-do was moved")
    for todo in todos:
        todo.due_at = due
    await arm(session, user.discord_id, [reminder for todo in todos for reminder in todo_reminders(user, todo)])


async def _added(session: AsyncSession, owner_id: int, kept: Sequence[Todo], interview_id: int | None) -> TodoAdded:
    await session.flush()
    views = await todos_by_id(session, owner_id, [todo.id for todo in kept])
    todos = tuple(views[todo.id] for todo in kept)
    if interview_id is None:
        return TodoAdded(todos, None, note_waits=False)
    unsent = select(ThankYou.id).where(ThankYou.interview_id == interview_id, ThankYou.sent_at.is_(None))
    return TodoAdded(todos, interview_id, note_waits=await session.scalar(unsent) is not None)
