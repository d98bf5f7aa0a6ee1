"""Cards of contacts: one person, the list of them, and what happened to an entry."""

from collections.abc import Mapping, Sequence

from bot.domain.journey.stages import Stage
from bot.services.contacts.views import Belongings, ContactAdded, ContactSummary, ContactView
from bot.ui.cards.shared import ADD_CONTACT, CONTACTS, primary, who, with_link
from bot.ui.kit.card import (
    Block,
    Button,
    Card,
    CardState,
    Divider,
    Letter,
    Option,
    Select,
    Style,
    Text,
    count,
    fact,
    plain,
    short,
)
from bot.ui.kit.confirm import confirm
from bot.ui.kit.paging import page, turners

_MEANING: Mapping[Stage, str] = {
    Stage.FOUND: "not asked yet",
    Stage.DRAFTED: "the request is written, not sent",
    Stage.ASKED: "waiting for an answer",
    Stage.ACCEPTED: "they said yes, no date yet",
    Stage.SCHEDULED: "a meeting is booked",
    Stage.MET: "the talk is not evaluated yet",
    Stage.EVALUATED: "the thank-you note is not sent yet",
    Stage.THANKED: "the thank-you note is sent",
    Stage.KEPT: "you are in touch",
    Stage.CLOSED: "nothing more to do",
}
"""What each stage means."""

_COLOURS = {
    Stage.ASKED: CardState.WAITING,
    Stage.MET: CardState.DUE,
    Stage.EVALUATED: CardState.DUE,
    Stage.THANKED: CardState.DONE,
    Stage.KEPT: CardState.DONE,
    Stage.CLOSED: CardState.NEUTRAL,
}


def stage_word(stage: Stage) -> str:
    """The word of a stage, as the list's filter offers it."""
    return stage.value.capitalize()


_SHOW_ALL = Button("Show all", "contact.list", (0,))
_ROLE = 45
_PAGE = 8
_NOTES = 700
"""Characters of notes on a person's card: about what fits on a screen beside everything else."""


def person(view: ContactView) -> Card:
    """Everything about one contact, with the next step first."""
    facts = [fact("Reach", plain(view.reach))] if view.reach else []
    facts += [fact("Found through", _origin(view))] if view.source or view.referred_by else []
    facts += [fact("Why", plain(view.why))] if view.why else []
    blocks: list[Block] = [Text(plain(view.role.line))] if view.role.line else []
    blocks += [with_link("\n".join(facts), view.reach)] if facts else []
    if view.notes:
        blocks += [Divider(), Text("**Notes**"), Letter(view.notes, "notes.txt", shown=_NOTES)]
    return Card(
        title=plain(view.name),
        above=f"{stage_word(view.stage)} · {_MEANING[view.stage]}",
        blocks=blocks,
        rows=((next_step(view), *_ways_on(view)),),
        state=_COLOURS.get(view.stage, CardState.ACTIVE),
    )


def _origin(view: ContactView) -> str:
    named = f"named by {who(view.referred_by.name)}" if view.referred_by else ""
    return " · ".join(part for part in (plain(view.source), named) if part)


def next_step(view: ContactView) -> Button:
    """The one step that brings this contact on. Handout: ask, meet, evaluate, thank, act on what was said."""
    request, interview = view.request_id or 0, view.interview_id or 0
    steps = {
        Stage.FOUND: Button("Draft a request", "request.draft", (view.id,)),
        Stage.DRAFTED: Button("Open the draft", "request.show", (request,)),
        Stage.ASKED: Button("Open the request", "request.show", (request,)),
        Stage.ACCEPTED: Button("Book the meeting", "interview.book", (view.id,)),
        Stage.SCHEDULED: Button("Open prep", "interview.prep", (interview,)),
        Stage.MET: Button("Evaluate", "evaluation.start", (interview,)),
        Stage.EVALUATED: Button("Draft the thank-you", "thanks.draft", (interview,)),
        Stage.THANKED: Button("Add a to-do", "todo.new", (interview,)),
        Stage.KEPT: Button("Add a to-do", "todo.new", (interview,)),
        Stage.CLOSED: Button("Add who they named", "contact.new", (view.id,)),
    }
    step = steps[view.stage]
    if view.stage is Stage.SCHEDULED and view.interview_over:
        step = Button("It happened", "interview.happened", (interview,))
    return primary(step)


_MET = {Stage.MET, Stage.EVALUATED, Stage.THANKED, Stage.KEPT}


def _ways_on(view: ContactView) -> tuple[Button, ...]:
    referral = (Button("Add who they named", "contact.new", (view.id,)),) if view.stage in _MET else ()
    return (
        Button("Add a note", "contact.note", (view.id,)),
        Button("Edit", "contact.edit", (view.id,)),
        *referral,
        Button("Delete", "contact.delete", (view.id,), Style.DANGER),
    )


def added(view: ContactAdded) -> Card:
    """A new contact is kept; says so when it is likely there already."""
    if view.duplicate is not None:
        return _likely_twice(view.person, view.duplicate)
    new = view.person
    return Card(
        title=f"Added {plain(new.name)}",
        blocks=_summary(new),
        rows=(
            (
                next_step(new),
                Button("Add another", "contact.new"),
                Button("Show", "contact.show", (new.id,)),
            ),
        ),
        hint="Next, ask for 20 minutes. I help you find the words.",
        state=CardState.DONE,
    )


def _summary(view: ContactView) -> list[Block]:
    lines = [plain(view.role.line), plain(view.reach), _origin(view)]
    text = "\n".join(line for line in lines if line)
    return [Text(text)] if text else []


def _likely_twice(new: ContactView, other: ContactView) -> Card:
    known = " · ".join(part for part in (short(other.role.line, _ROLE), stage_word(other.stage)) if part)
    return Card(
        title=f"Added {plain(new.name)}",
        blocks=[
            *_summary(new),
            Divider(),
            Text(f"⚠️ **You already have {who(other.name)}** ({known}). Is this the same person?"),
        ],
        rows=(
            (
                Button("Show the other one", "contact.show", (other.id,), Style.PRIMARY),
                Button("Delete this one", "contact.delete", (new.id,), Style.DANGER),
                Button("Draft a request", "request.draft", (new.id,)),
                Button("Show this one", "contact.show", (new.id,)),
            ),
        ),
        hint="Two people can share a name. If so, both can stay.",
        state=CardState.WAITING,
    )


def listing(found: Sequence[ContactSummary], number: int, stage: Stage | None, search: str) -> Card:
    """A page of contacts, with a menu to open one."""
    if not found:
        return _nobody_fits(stage, search)
    shown = page(found, number, _PAGE)
    menu = Select("contact.show", tuple(map(_option, shown.items)), "Open a contact")
    filters = _args(stage, search)
    ways = (primary(ADD_CONTACT), *turners(shown, "contact.list", *filters), *((_SHOW_ALL,) if filters else ()))
    return Card(
        title="Your contacts",
        above=_filter_words(stage, search),
        blocks=[Text("\n".join(map(_line, shown.items)))],
        rows=(menu, ways),
        hint=shown.label,
    )


def _args(stage: Stage | None, search: str) -> tuple[str, ...]:
    return (stage.value if stage else "", search) if stage or search else ()


def _filter_words(stage: Stage | None, search: str) -> str:
    words = (f"Stage: {stage_word(stage)}" if stage else "", f"Search: {plain(search)}" if search else "")
    return " · ".join(word for word in words if word)


def _line(line: ContactSummary) -> str:
    role = f" · {short(line.role.line, _ROLE)}" if line.role.line else ""
    return f"**{who(line.name)}**{role} · *{stage_word(line.stage)}*"


def _option(line: ContactSummary) -> Option:
    about = " · ".join(part for part in (stage_word(line.stage), line.role.line) if part)
    return Option(line.name, str(line.id), about)


def _nobody_fits(stage: Stage | None, search: str) -> Card:
    return Card(
        title="Nobody fits",
        blocks=[Text(_filter_words(stage, search))],
        rows=((primary(_SHOW_ALL), ADD_CONTACT),),
    )


def nobody_yet(lines: Sequence[str]) -> Card:
    """The list of somebody who has no contacts: how to find the first one, in the handbook's words."""
    return Card(title="No contacts yet", blocks=[Text("\n".join(lines))], rows=((primary(ADD_CONTACT),),))


def ask_delete(view: Belongings) -> Card:
    """What would go, and whether it should."""
    return confirm(
        f"Delete {plain(view.name)}?",
        f"{_losses(view)}It cannot be undone.",
        yes=Button("Delete", "contact.deleted", (view.id,)),
        no=Button("Keep", "contact.kept", (view.id,)),
    )


def _losses(view: Belongings) -> str:
    evaluations = count(
        view.interviews, "meeting with its evaluation and thank-you note", "meetings with all about them"
    )
    losses = {
        count(view.requests, "request"): view.requests,
        evaluations: view.interviews,
        count(view.todos, "to-do"): view.todos,
        "your notes": view.has_notes,
    }
    named = [loss for loss, there in losses.items() if there]
    if not named:
        return ""
    return f"This also deletes {', '.join(named[:-1])}{' and ' if len(named) > 1 else ''}{named[-1]}. "


def deleted(name: str) -> Card:
    """They are gone."""
    return Card(title=f"Deleted {plain(name)}", rows=((CONTACTS, ADD_CONTACT),))
