"""Use cases of to-dos: keeping what was suggested or promised, ticking it off, and the ping when it is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz, process
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.contacts import fold
from bot.domain.interviews import InterviewStatus
from bot.domain.reminders import Kind
from bot.domain.room import Room
from bot.domain.texts import read_row_token, row_token
from bot.domain.todos import read_lines
from bot.services.base import UseCases, ensure_user, own, owned
from bot.services.planning import todo_pings
from bot.services.reminders import arm, cancel
from bot.services.room import check_room
from bot.storage.models import Contact, Interview, ThankYou, Todo, User

_SUGGESTIONS = 25
_LOOKS_LIKE = 70
"""Likeness (0..100) from which on a typed text may mean a to-do."""


@dataclass(frozen=True, slots=True)
class TodoView:
    """One to-do."""

    id: int
    text: str
    contact_name: str
    """Whom it has to do with; empty for nobody."""
    due_at: datetime | None
    done_at: datetime | None

    @property
    def token(self) -> str:
        """Text that names exactly this to-do."""
        return row_token(self.id)

    @property
    def label(self) -> str:
        """The to-do with its contact, as it is offered while somebody types."""
        return f"{self.text} · {self.contact_name}" if self.contact_name else self.text


@dataclass(frozen=True, slots=True)
class Added:
    """To-dos that are now on the list, in the order in which they were typed."""

    todos: tuple[TodoView, ...]
    interview_id: int | None
    """The meeting that they come from."""
    note_waits: bool
    """The note for that meeting is still to be sent."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A to-do is done."""

    todo: TodoView
    left: tuple[TodoView, ...]
    """What is still open."""


class Todos(UseCases):
    """Use cases of to-dos."""

    async def add(
        self, owner_id: int, text: str, contact_id: int | None = None, due: datetime | None = None
    ) -> Added:
        """Keep one to-do per line of `text`; with a contact, for the last meeting with them, if there was one.

        What is on the list already is not added again; a new `due` moves it. Raises NOT_FOUND, BLANK, TOO_LONG,
        TOO_MANY, NO_ROOM, and ZONE_NEEDED with a `due`.
        """
        lines = read_lines(text)
        async with self.db.write(owner_id) as session:
            if contact_id is not None:
                await own(session, Contact, owner_id, contact_id)
            met = owned(Interview, owner_id).where(
                Interview.contact_id == contact_id, Interview.status == InterviewStatus.MET.value
            )
            last = await session.scalar(met.order_by(Interview.ended_at.desc(), Interview.id.desc()).limit(1))
            return await _keep(session, self.room, owner_id, lines, due=due, contact_id=contact_id, interview=last)

    async def add_from(self, owner_id: int, interview_id: int, text: str, due: datetime | None = None) -> Added:
        """Keep one to-do per line of `text` that comes from a meeting. Raises what `add` raises."""
        lines = read_lines(text)
        async with self.db.write(owner_id) as session:
            interview = await own(session, Interview, owner_id, interview_id)
            contact_id = interview.contact_id
            return await _keep(
                session, self.room, owner_id, lines, due=due, contact_id=contact_id, interview=interview
            )

    async def get(self, owner_id: int, todo_id: int) -> TodoView:
        """One to-do. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return await _view_of(session, owner_id, todo_id)

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
                return (await _view_of(session, owner_id, number),)
            todos = await open_todos(session, owner_id)
        query = fold(typed)
        same = tuple(todo for todo in todos if query in {fold(todo.text), fold(todo.label)})
        return same[:1] or _matching(todos, query)

    async def suggest(self, owner_id: int, typed: str) -> tuple[TodoView, ...]:
        """At most 25 open to-dos for what has been typed so far."""
        async with self.db.read(owner_id) as session:
            todos = await open_todos(session, owner_id)
        return (_matching(todos, fold(typed)) if typed.strip() else todos)[:_SUGGESTIONS]

    async def done(self, owner_id: int, todo_id: int) -> Ticked:
        """Tick a to-do, and take back its ping. Ticking it again changes nothing. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            todo = await own(session, Todo, owner_id, todo_id)
            await tick(session, [todo])
            await session.flush()
            return Ticked(await _view_of(session, owner_id, todo_id), await open_todos(session, owner_id))


async def tick(session: AsyncSession, todos: Sequence[Todo]) -> None:
    """Mark as done, in the caller's transaction, what is not done yet, and take back the pings."""
    fresh = [todo for todo in todos if todo.done_at is None]
    for todo in fresh:
        todo.done_at = now()
    await cancel(session, (Kind.TODO_DUE,), [todo.id for todo in fresh], "the to-do is done")


async def open_todos(session: AsyncSession, owner_id: int) -> tuple[TodoView, ...]:
    """What is open: the next due first, then by age."""
    query = _todos(owner_id).where(Todo.done_at.is_(None)).order_by(Todo.due_at.asc().nulls_last(), Todo.id)
    return tuple([view(*row) for row in await session.execute(query)])


async def todos_by_id(session: AsyncSession, owner_id: int, ids: Iterable[int]) -> dict[int, TodoView]:
    """Those of the to-dos with `ids` that are there and the owner's."""
    rows = await session.execute(_todos(owner_id).where(Todo.id.in_(list(ids))))
    return {todo.id: view(todo, contact) for todo, contact in rows}


async def of_meeting(session: AsyncSession, owner_id: int, interview_id: int) -> tuple[Todo, ...]:
    """The to-dos that come from one meeting, the oldest first."""
    query = owned(Todo, owner_id).where(Todo.interview_id == interview_id).order_by(Todo.id)
    return tuple((await session.scalars(query)).all())


def _todos(owner_id: int) -> Select[Todo, str | None]:
    return owned(Todo, owner_id).outerjoin(Contact, Contact.id == Todo.contact_id).add_columns(Contact.name)


def view(todo: Todo, contact: str | None) -> TodoView:
    """A to-do as it stands; `contact` is a name."""
    return TodoView(todo.id, todo.text, contact or "", todo.due_at, todo.done_at)


async def _view_of(session: AsyncSession, owner_id: int, todo_id: int) -> TodoView:
    todo = await own(session, Todo, owner_id, todo_id)
    return (await todos_by_id(session, owner_id, [todo.id]))[todo.id]


async def _keep(
    session: AsyncSession,
    room: Room,
    owner_id: int,
    lines: Iterable[str],
    *,
    due: datetime | None,
    contact_id: int | None,
    interview: Interview | None,
) -> Added:
    user = await ensure_user(session, owner_id)
    known = owned(Todo, owner_id).where(Todo.done_at.is_(None), Todo.contact_id == contact_id)
    there = {fold(todo.text): todo for todo in await session.scalars(known)}
    kept = [there.get(fold(line)) or _new(owner_id, line, contact_id, interview) for line in lines]
    await check_room(session, room, Todo, owner_id, sum(todo.id is None for todo in kept))
    session.add_all(kept)
    await session.flush()
    if due is not None:
        await _plan(session, user, kept, due)
    return await _added(session, owner_id, kept, interview)


def _new(owner_id: int, line: str, contact_id: int | None, interview: Interview | None) -> Todo:
    source = interview.id if interview else None
    return Todo(owner_id=owner_id, contact_id=contact_id, interview_id=source, text=line, created_at=now())


async def _plan(session: AsyncSession, user: User, todos: Sequence[Todo], due: datetime) -> None:
    """Give to-dos their moment, and the pings that go with it."""
    moved = [todo.id for todo in todos if todo.due_at != due]
    await cancel(session, (Kind.TODO_DUE,), moved, "the to-do was moved")
    for todo in todos:
        todo.due_at = due
    await arm(session, user.discord_id, [ping for todo in todos for ping in todo_pings(user, todo)])


async def _added(session: AsyncSession, owner_id: int, kept: Sequence[Todo], interview: Interview | None) -> Added:
    await session.flush()
    views = await todos_by_id(session, owner_id, [todo.id for todo in kept])
    todos = tuple(views[todo.id] for todo in kept)
    if interview is None:
        return Added(todos, None, note_waits=False)
    unsent = select(ThankYou.id).where(ThankYou.interview_id == interview.id, ThankYou.sent_at.is_(None))
    return Added(todos, interview.id, note_waits=await session.scalar(unsent) is not None)


def _matching(todos: Sequence[TodoView], query: str) -> tuple[TodoView, ...]:
    """What holds every typed word; else what is much alike."""
    holding = tuple(todo for todo in todos if all(word in fold(todo.label) for word in query.split()))
    if holding:
        return holding
    labels = {todo.id: fold(todo.text) for todo in todos}
    alike = process.extract(query, labels, scorer=fuzz.WRatio, score_cutoff=_LOOKS_LIKE, limit=_SUGGESTIONS)
    by_id = {todo.id: todo for todo in todos}
    return tuple(by_id[number] for _, _, number in alike)
