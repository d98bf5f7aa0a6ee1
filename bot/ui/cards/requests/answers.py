"""Cards of what comes back on a request, or does not: the answers, what follows from each, and the nudge."""

from bot.domain.requests.status import NextMove, RequestOutcome
from bot.domain.text.wording import fill
from bot.handbook.models import Handbook
from bot.services.requests.views import Nudge, RequestView
from bot.ui.cards.shared import ADD_CONTACT, NEXT, first_is_primary, primary, who
from bot.ui.kit.card import (
    Block,
    Button,
    Card,
    CardState,
    Divider,
    Letter,
    Style,
    Text,
    ago,
    fact,
    plain,
    text_file,
)
from bot.ui.kit.filenames import filename

OUTCOMES = {
    RequestOutcome.ACCEPTED: "They said yes",
    RequestOutcome.ANOTHER_TIME: "Another time",
    RequestOutcome.WRONG_PERSON: "Wrong person",
    RequestOutcome.DECLINED: "They declined",
    RequestOutcome.NO_ANSWER: "No answer",
}
"""What came back, as its button says it."""
_STATES = {
    NextMove.SCHEDULE: CardState.DONE,
    NextMove.ASK_WHEN: CardState.WAITING,
    NextMove.NUDGE: CardState.WAITING,
}


def reply(view: RequestView) -> Card:
    """What did they say?"""
    asked = f"You asked {ago(view.sent_at)}." if view.sent_at else "Tell me what came back."
    buttons = tuple(
        Button(label, "request.answered", (view.id, outcome.value)) for outcome, label in OUTCOMES.items()
    )
    return Card(
        title=f"What did {_name(view)} say?",
        blocks=[Text(asked)],
        rows=(first_is_primary(buttons),),
        hint="Choose what comes closest. You can change it later.",
        state=CardState.ACTIVE,
    )


def answered(view: RequestView, handbook: Handbook, move: NextMove | None = None) -> Card:
    """An answer, and what follows from it; `move` when something else than usual does."""
    following = move or view.move or NextMove.NEXT_CONTACT
    advice = handbook.requests.moves[following]
    blocks: list[Block] = [Text(fill(advice.text, name=_name(view)))]
    if advice.words:
        blocks += [Text(f"> {fill(advice.words, name=_name(view))}")]
    outcome = f"Request to {_name(view)} · {OUTCOMES[view.outcome].lower()}" if view.outcome else ""
    return Card(
        above=outcome,
        title=fill(advice.title, name=_name(view)),
        blocks=blocks,
        rows=((*_ways_on(view, following), Button("Change the answer", "request.reply", (view.id,))),),
        hint="Say it in your own words. Rapport never sends anything for you." if advice.words else "",
        state=_STATES.get(following, CardState.NEUTRAL),
    )


def _ways_on(view: RequestView, move: NextMove) -> tuple[Button, ...]:
    match move:
        case NextMove.SCHEDULE | NextMove.ASK_WHEN:
            first = Button("Book the meeting", "interview.book", (view.contact_id,), Style.PRIMARY)
        case NextMove.ASK_FOR_NAMES:
            first = Button("Add the person they named", "contact.new", (view.contact_id,), Style.PRIMARY)
        case NextMove.NUDGE:
            first = Button("Draft a nudge", "request.nudge", (view.id,), Style.PRIMARY)
        case NextMove.THANK | NextMove.NEXT_CONTACT:
            return (primary(NEXT), ADD_CONTACT)
    return (first, NEXT)


def nudge(found: Nudge) -> Card:
    """The reminder to copy, or why there is none."""
    view, draft = found.request, found.draft
    if draft is None:
        return _no_nudge(view)
    return Card(
        title=f"A nudge for {_name(view)}",
        blocks=[Text(fact("Subject", plain(draft.subject))), Letter(draft.body, _filename(view))],
        rows=(
            (
                Button("Mark as sent", "request.nudged", (view.id, view.nudges), Style.PRIMARY),
                Button("Get as file", "request.nudge_file", (view.id,)),
                Button("They answered", "request.reply", (view.id,)),
                Button("Let it go", "request.let_go", (view.id,)),
            ),
        ),
        hint="Rapport never sends anything for you. Copy it, send it, then press Mark as sent.",
        state=CardState.ACTIVE,
    )


def _no_nudge(view: RequestView) -> Card:
    if view.is_draft:
        line, first = "It is not sent yet.", Button("Open the draft", "request.show", (view.id,), Style.PRIMARY)
    elif view.outcome:
        line, first = "They have answered.", Button("Open the request", "request.show", (view.id,), Style.PRIMARY)
    else:
        line = "You have reminded them already, and that is enough."
        first = Button("They answered", "request.reply", (view.id,), Style.PRIMARY)
    return Card(
        title=f"No nudge for {_name(view)}",
        blocks=[Text(line)],
        rows=((first, *_close(view), NEXT),),
    )


def _close(view: RequestView) -> tuple[Button, ...]:
    waits = not view.is_draft and view.outcome is None
    return (Button("Let it go", "request.let_go", (view.id,)),) if waits else ()


def nudge_file(found: Nudge) -> Card:
    """The reminder as a file."""
    if found.draft is None:
        return _no_nudge(found.request)
    view, draft = found.request, found.draft
    return Card(
        title=f"A nudge for {_name(view)}",
        blocks=[Text("-# Plain text, to copy from.")],
        rows=((Button("Mark as sent", "request.nudged", (view.id, view.nudges), Style.PRIMARY), NEXT),),
        hint="Rapport never sends anything for you.",
        files=[text_file(_filename(view), f"Subject: {draft.subject}\n\n{draft.body}\n")],
    )


def nudged(view: RequestView) -> Card:
    """The reminder is out."""
    return Card(
        title=f"{_name(view)} is reminded",
        blocks=[Text("That was the right thing to do. If nothing comes, go on to the next person."), Divider()],
        rows=(
            (
                primary(NEXT),
                Button("They answered", "request.reply", (view.id,)),
                Button("Let it go", "request.let_go", (view.id,)),
            ),
        ),
        state=CardState.WAITING,
    )


def _filename(view: RequestView) -> str:
    return filename("nudge", view.contact_name)


def _name(view: RequestView) -> str:
    return who(view.contact_name)
