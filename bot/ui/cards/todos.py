"""Cards and forms of to-dos: the list, what was added, what is done."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.errors import CoachError
from bot.domain.todos import AT_ONCE, TEXT_LIMIT
from bot.services.todos.views import Ticked, TodoAdded, TodoView
from bot.ui.cards.error_sentences import sentence
from bot.ui.cards.shared import NEXT, primary, who
from bot.ui.kit.card import Block, Button, Card, CardState, Entry, Letter, Style, Text, ago, count, short, when
from bot.ui.kit.form import Form, TextField
from bot.ui.kit.paging import page, turners

_PER_PAGE = 5
_TEXT = 150
"""Characters of a to-do on one line."""
_LIST = Button("My to-dos", "todo.list")


def listing(todos: Sequence[TodoView], number: int, moment: datetime, *, typed: str = "") -> Card:
    """A page of what is open. `typed`: what no to-do, or more than one, fits."""
    shown = page(todos, number, _PER_PAGE)
    blocks: list[Block] = [Text(_which(typed, bool(todos)))] if typed else []
    blocks += [_entry(todo, moment) for todo in shown.items]
    return Card(
        title="Which to-do?" if typed else "Your to-dos",
        blocks=blocks or [Text("Nothing is open. What a contact suggests makes a good to-do.")],
        rows=((_add(primary=not todos), *(() if typed else turners(shown, "todo.list")), NEXT),),
        hint="" if typed else shown.label,
        state=CardState.WAITING if todos else CardState.DONE,
    )


def _which(typed: str, some: bool) -> str:
    said = f"“{short(typed, 80)}”"
    return f"{said} could be one of these:" if some else f"No open to-do looks like {said}."


def _entry(todo: TodoView, moment: datetime) -> Entry:
    return Entry(_lines(todo, moment), Button("Done", "todo.done", (todo.id,)))


def _lines(todo: TodoView, moment: datetime) -> str:
    about = [who(todo.contact_name)] if todo.contact_name else []
    if todo.due_at is not None:
        about.append(f"{'was due' if todo.due_at <= moment else 'due'} {ago(todo.due_at)}")
    below = f"\n-# {' · '.join(about)}" if about else ""
    return f"**{short(todo.text, _TEXT)}**{below}"


def one(todo: TodoView, moment: datetime) -> Card:
    """A single to-do."""
    if todo.done_at is not None:
        return Card("Done", [Text(_struck(todo))], rows=((_LIST, NEXT),), state=CardState.DONE)
    return Card(
        title="To-do",
        blocks=[Text(_lines(todo, moment))],
        rows=((Button("Done", "todo.done", (todo.id,), Style.PRIMARY), _LIST, NEXT),),
        state=CardState.WAITING,
    )


def _struck(todo: TodoView) -> str:
    return f"✅ ~~{short(todo.text, _TEXT)}~~"


def added(done: TodoAdded) -> Card:
    """What is on the list now."""
    lines = [f"• {short(todo.text, _TEXT)}" for todo in done.todos]
    due = next((todo.due_at for todo in done.todos if todo.due_at), None)
    return Card(
        title="To-do added" if len(lines) == 1 else f"{len(lines)} to-dos added",
        blocks=[Text("\n".join(lines)), *([Text(f"Due {when(due)}")] if due else [])],
        rows=(_after_adding(done),),
        hint="I remind you when it is due." if due else "Tick one with `/todo done` when it is really done.",
        state=CardState.DONE,
    )


def _after_adding(done: TodoAdded) -> tuple[Button, ...]:
    more = Button("Add more", "todo.new", (done.interview_id or 0,))
    if done.note_waits and done.interview_id is not None:
        return (Button("Draft the thank-you", "thanks.draft", (done.interview_id,), Style.PRIMARY), _LIST, more)
    return (primary(_LIST), more, NEXT)


def ticked(done: Ticked, moment: datetime, *, in_list: bool) -> Card:
    """A to-do is done; `in_list`, with what is still open below it."""
    left = done.next if in_list else ()
    more = done.left - len(left)
    return Card(
        title="Done",
        blocks=[Text(_struck(done.todo)), *(_entry(todo, moment) for todo in left)],
        rows=((_LIST, NEXT) if more else (NEXT,),),
        hint=f"{count(more, 'more to-do')} open." if more else "",
        state=CardState.DONE,
    )


def not_taken(error: CoachError, typed: str, interview: int) -> Card:
    """Why nothing was kept, what was typed, and the way back to the form."""
    blocks: list[Block] = [Text(sentence(error))]
    if typed:
        blocks += [Text("What you typed:"), Letter(typed, "to-dos.txt")]
    return Card(
        title="Not added yet",
        blocks=blocks,
        rows=((Button("Try again", "todo.new", (interview,), Style.PRIMARY),),),
        hint="Nothing was stored.",
        state=CardState.WAITING,
    )


def new_form(interview: int) -> Form:
    """Several to-dos at once, with one moment for all."""
    return Form(
        title="New to-dos",
        action="todo.add",
        fields=[
            TextField(
                "text",
                "What do you want to do?",
                placeholder="Write to Sam Reyes\nRead the reef report",
                description=f"One to-do per line, up to {AT_ONCE} at once.",
                long=True,
                required=True,
                limit=(TEXT_LIMIT + 1) * AT_ONCE,
            ),
            TextField("when", "Due when? (leave blank for no reminder)", placeholder="Fri 5pm", limit=100),
        ],
        args=(interview,),
    )


def _add(*, primary: bool) -> Button:
    return Button("Add a to-do", "todo.new", (0,), Style.PRIMARY if primary else Style.SECONDARY)
