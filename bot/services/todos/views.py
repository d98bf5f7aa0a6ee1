"""What is told about to-dos: one of them, the list, what was added and what is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.text.input import row_token
from bot.services.base import own, owned
from bot.services.slices.reading import Deadline, read_all
from bot.storage.models import Contact, Todo


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
class TodoAdded:
    """To-dos that are now on the list, in the order in which they were typed."""

    todos: tuple[TodoView, ...]
    interview_id: int | None
    """The interview that they come from."""
    note_waits: bool
    """The note for that interview is still to be sent."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A to-do is done."""

    todo: TodoView
    next: tuple[TodoView, ...]
    """The first few of what is still open."""
    left: int
    """How many are."""


async def open_todos(
    session: AsyncSession, owner_id: int, deadline: Deadline | None = None
) -> tuple[TodoView, ...]:
    """What is open: the next due first, then by age; once the deadline is over, as much as was read."""
    return tuple(await read_all(session, listed(owner_id), lambda row: view(*row), deadline=deadline))


async def todos_by_id(session: AsyncSession, owner_id: int, ids: Iterable[int]) -> dict[int, TodoView]:
    """Those of the to-dos with `ids` that are there and the owner's."""
    rows = await session.execute(_todos(owner_id).where(Todo.id.in_(list(ids))))
    return {todo.id: view(todo, contact) for todo, contact in rows}


async def of_interview(session: AsyncSession, owner_id: int, interview_id: int) -> tuple[Todo, ...]:
    """The to-dos that come from one interview, the oldest first."""
    query = owned(Todo, owner_id).where(Todo.interview_id == interview_id).order_by(Todo.id)
    return tuple(await read_all(session, query, lambda row: row[0]))


def _todos(owner_id: int) -> Select[Todo, str | None]:
    return owned(Todo, owner_id).outerjoin(Contact, Contact.id == Todo.contact_id).add_columns(Contact.name)


def listed(owner_id: int) -> Select[Todo, str | None]:
    """What is open, in the order of the list."""
    return _todos(owner_id).where(Todo.done_at.is_(None)).order_by(Todo.due_at.asc().nulls_last(), Todo.id)


def view(todo: Todo, contact: str | None) -> TodoView:
    """A to-do as it stands; `contact` is a name."""
    return TodoView(todo.id, todo.text, contact or "", todo.due_at, todo.done_at)


async def view_of(session: AsyncSession, owner_id: int, todo_id: int) -> TodoView:
    """One to-do. Raises NOT_FOUND when there is none or it is another student's."""
    todo = await own(session, Todo, owner_id, todo_id)
    return (await todos_by_id(session, owner_id, [todo.id]))[todo.id]
