"""The list of a student's interviews."""

from bot.domain.interviews.interview import InterviewStatus
from bot.domain.text.input import one_line
from bot.domain.times.wall_clock import in_full
from bot.services.interviews.views import InterviewView, Listing
from bot.ui.cards.interviews.cards import name
from bot.ui.cards.shared import CONTACTS, NEXT, primary
from bot.ui.kit.card import Block, Button, Card, Divider, Option, Select, Style, Text, when
from bot.ui.kit.paging import Page, page, turners

_PAGE = 8


def listing(found: Listing, number: int) -> Card:
    """All interviews, those to come first."""
    everything = (*found.coming, *found.past)
    if not everything:
        return Card(
            title="No meetings yet",
            blocks=[Text("When somebody says yes, book the time with `/interview schedule`.")],
            rows=((primary(CONTACTS), NEXT),),
        )
    shown = page(everything, number, _PAGE)
    return Card(
        title="Your meetings",
        above=shown.label,
        blocks=_groups(shown),
        rows=(_select(shown, found), _list_buttons(found, shown)),
        hint="Choose one to open it.",
    )


def _list_buttons(found: Listing, shown: Page[InterviewView]) -> tuple[Button, ...]:
    first = (
        Button("Open prep", "interview.prep", (found.coming[0].id,), Style.PRIMARY)
        if found.coming
        else primary(NEXT)
    )
    return (first, *turners(shown, "interview.list"))


def _groups(shown: Page[InterviewView]) -> list[Block]:
    coming = [view for view in shown.items if view.coming]
    past = shown.items[len(coming) :]
    groups = (("Coming", coming), ("Past", past))
    texts = [Text("\n".join([f"-# {title}", *map(_line, views)])) for title, views in groups if views]
    return [texts[0], Divider(), texts[1]] if coming and past else list(texts)


def _line(view: InterviewView) -> str:
    return f"**{name(view)}**{_word(view)} · {when(view.starts_at)}"


def _word(view: InterviewView) -> str:
    match view.status:
        case InterviewStatus.SCHEDULED:
            return " · did it happen?" if view.over else ""
        case InterviewStatus.MISSED:
            return " · did not take place"
        case status:
            return f" · {status.value}"


def _select(shown: Page[InterviewView], found: Listing) -> Select:
    options = tuple(
        Option(
            one_line(view.contact_name),
            str(view.id),
            in_full(view.starts_at.astimezone(found.zone)) if found.zone else "",
        )
        for view in shown.items
    )
    return Select("interview.open", options, "Open a meeting")
