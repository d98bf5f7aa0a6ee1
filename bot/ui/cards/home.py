"""The cards of home: what's next, and the commands by step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from discord.utils import format_dt

from bot.domain.journey.next_steps import NextStep, StepKind
from bot.domain.text.input import one_line, visible
from bot.domain.text.wording import fill
from bot.handbook.models.home import HomeTexts as Texts
from bot.services.journey.home import HomeView, Progress
from bot.ui.cards.shared import ADD_CONTACT, CONTACTS, NEXT, primary, who
from bot.ui.kit.card import Block, Button, Card, CardState, Divider, Entry, Style, Text, ago, count, short

_HOW_TO_OPEN = "In the server's menu, open Privacy Settings and switch on Direct Messages."


def next_card(view: HomeView, texts: Texts, *, lead: str = "") -> Card:
    """What to do now. `lead` stands above it all: a line for a message that belongs to nothing."""
    name = _called(view.name)
    intro: list[Block] = [Text(fill(lead, name=name))] if lead else []
    lines = [_entry(step, view, texts) for step in view.steps if step.kind is not StepKind.ADD_CONTACT]
    if view.is_new:
        return _warm_start(view, texts, name, [*intro, *lines])
    if not lines:
        return _all_clear(view, texts, name, intro)
    intro = intro or [Text(_waiting(len(lines) + view.more, name))]
    first = replace(lines[0], button=primary(lines[0].button))
    more = f" · {view.more} more after these" if view.more else ""
    return Card(
        title="What's next",
        blocks=[*intro, Divider(), first, *lines[1:], Divider()],
        rows=((ADD_CONTACT, CONTACTS, *_todos(view.progress)),),
        hint=_summary(view.progress) + more,
        state=CardState.WAITING,
    )


def _warm_start(view: HomeView, texts: Texts, name: str, lines: Sequence[Block]) -> Card:
    zone = () if view.has_zone else (Button("Set my time zone", "profile.zone.set"),)
    start = f"**{fill(texts.warm_start.title, name=name)}**\n{fill(texts.warm_start.text, name=name)}"
    return Card(
        title=fill(texts.welcome.title, name=name),
        blocks=[*lines, Text(fill(texts.welcome.text, name=name)), Divider(), Text(start)],
        rows=((primary(ADD_CONTACT), *zone, Button("How this works", "home.guide", ("what",))),),
        hint="Come back with `/next` at any time. `/help` shows everything I can do.",
        state=CardState.ACTIVE,
    )


def _all_clear(view: HomeView, texts: Texts, name: str, intro: Sequence[Block]) -> Card:
    return Card(
        title=fill(texts.all_clear.title, name=name),
        blocks=[*intro, Text(fill(texts.all_clear.text, name=name))],
        rows=(
            (primary(ADD_CONTACT), CONTACTS, *_todos(view.progress), Button("Who to ask", "home.guide", ("who",))),
        ),
        hint=_summary(view.progress),
        state=CardState.DONE,
    )


def _todos(progress: Progress) -> tuple[Button, ...]:
    return (Button("My to-dos", "todo.list"),) if progress.todos else ()


def _called(name: str) -> str:
    """How to speak to the student: the first of their names."""
    first, *_ = one_line(visible(name)).split() or ["there"]
    return short(first, 30)


def test_message() -> Card:
    """The DM that shows that DMs arrive."""
    return Card("This is a test", [Text("You can read this, so my reminders reach you.")], state=CardState.DONE)


def reached() -> Card:
    """The test arrived."""
    line = "I just sent you a direct message. Reminders reach you again."
    return Card("It arrived", [Text(line)], rows=((primary(NEXT),),), state=CardState.DONE)


def still_closed() -> Card:
    """The test did not arrive."""
    again = Button("Send a test", "home.test", style=Style.PRIMARY)
    return Card(
        title="Still closed",
        blocks=[Text(f"Discord does not let me write to you yet. {_HOW_TO_OPEN}")],
        rows=((again, NEXT),),
        state=CardState.DUE,
    )


_NUMBERS = ("", "One thing is", "Two things are", "Three things are", "Four things are", "Five things are")


def _waiting(count: int, name: str) -> str:
    subject = _NUMBERS[count] if count < len(_NUMBERS) else f"{count} things are"
    return f"{subject} waiting for you, {name}."


def _summary(progress: Progress) -> str:
    """Such as "12 contacts · 3 asked · 2 met · goal 5 interviews for marine biology"."""
    contacts = count(progress.contacts, "contact")
    goal = f"goal {progress.goal} meetings" + (
        f" for {short(progress.interests, 40)}" if progress.interests else ""
    )
    todos = [count(progress.todos, "to-do")] if progress.todos else []
    return " · ".join([contacts, f"{progress.asked} asked", f"{progress.met} met", *todos, goal])


def _entry(step: NextStep, view: HomeView, texts: Texts) -> Entry:
    if step.kind is StepKind.UNDELIVERABLE:
        return _undeliverable(step, view, texts)
    return _ENTRIES[step.kind](step, view)


def _undeliverable(step: NextStep, view: HomeView, texts: Texts) -> Entry:
    title = fill(texts.undeliverable.title, name=_called(view.name))
    missed = count(step.count, "reminder")
    text = fill(texts.undeliverable.text, name=_called(view.name))
    return Entry(f"**{title}** · {missed}\n{text}\n-# {_HOW_TO_OPEN}", Button("Send a test", "home.test"))


def _thank(step: NextStep, view: HomeView) -> Entry:
    late = step.due_at is not None and step.due_at <= view.now
    line = "Late is better than never" if late else f"Note due {_ago(step.due_at)}"
    if step.subject_id in view.drafted:
        button = Button("Open the note", "thanks.show", _subject(step))
        line += ", and written already"
    else:
        button = Button("Draft the note", "thanks.draft", _subject(step))
    return _line("Thank {name}", step, f"met {_ago(step.since)}", line, button)


def _check_back(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Tell me", "interview.show", _subject(step))
    line = "It happened, it moved or it did not."
    return _line("Did you meet {name}?", step, f"planned {_ago(step.since)}", line, button)


def _resume(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Go on", "evaluation.start", _subject(step))
    return _line("Your talk with {name}", step, f"{step.count} of 11 answered", "Go on where you stopped.", button)


def _prepare(step: NextStep, _view: HomeView) -> Entry:
    at = format_dt(step.due_at, "F") if step.due_at else ""
    button = Button("Open prep", "interview.prep", _subject(step))
    return _line("Prepare for {name}", step, _ago(step.due_at), at, button)


def _evaluate(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Evaluate it", "evaluation.start", _subject(step))
    line = "Eleven short questions while it is fresh."
    return _line("Your talk with {name}", step, _ago(step.since), line, button)


def _schedule(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Book a time", "interview.book", _contact(step))
    return _line("Find a date with {name}", step, "", "Tell me the time, and I remind you of everything.", button)


def _nudge(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Draft a nudge", "request.nudge", _subject(step))
    line = "One short reminder is fine, then move on."
    return _line("Nudge {name}", step, f"asked {_ago(step.since)}", line, button)


def _send_draft(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Open the draft", "request.show", _subject(step))
    return _line("Ask {name}", step, f"drafted {_ago(step.since)}", "Send it, then mark it as sent.", button)


def _draft(step: NextStep, _view: HomeView) -> Entry:
    button = Button("Draft a request", "request.draft", _contact(step))
    line = "A few answers, and a first draft is there."
    return _line("Ask {name} for 20 minutes", step, f"added {_ago(step.since)}", line, button)


_ENTRIES: Mapping[StepKind, Callable[[NextStep, HomeView], Entry]] = {
    StepKind.THANK: _thank,
    StepKind.CHECK_BACK: _check_back,
    StepKind.RESUME: _resume,
    StepKind.PREPARE: _prepare,
    StepKind.EVALUATE: _evaluate,
    StepKind.SCHEDULE: _schedule,
    StepKind.NUDGE: _nudge,
    StepKind.SEND_DRAFT: _send_draft,
    StepKind.DRAFT: _draft,
}


def _line(headline: str, step: NextStep, beside: str, below: str, button: Button) -> Entry:
    bold = f"**{fill(headline, name=who(step.contact_name))}**"
    return Entry(f"{bold} · {beside}\n{below}" if beside else f"{bold}\n{below}", button)


def _ago(moment: datetime | None) -> str:
    return ago(moment) if moment else ""


def _subject(step: NextStep) -> tuple[int]:
    return (step.subject_id or 0,)


def _contact(step: NextStep) -> tuple[int]:
    return (step.contact_id or 0,)
