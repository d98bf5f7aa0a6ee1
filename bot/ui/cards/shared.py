"""What the cards of several steps have in common: the buttons that lead on, and a contact's name in a sentence."""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.contacts import web_address
from bot.ui.kit.card import Button, Link, Linked, Style, Text, short

NEXT = Button("What's next", "home.next")
ADD_CONTACT = Button("Add a contact", "contact.new")
CONTACTS = Button("My contacts", "contact.list")

THEY_READ = "They read this."
"""Under every field of a form whose words go to a contact."""
ONLY_YOU = "Only you read this."
"""Under a field that is a note to oneself, beside others that are not."""

_NAME = 60
"""Characters of a contact's name: in a title, it leaves room for what is said about them."""


def who(name: str) -> str:
    """A contact's name as cards show it."""
    return short(name, _NAME)


def with_link(markdown: str, typed: str) -> Text | Linked:
    """The text, with a button that opens the web address in what was `typed` and says where it leads.

    In a text no address is a link: it may look like one place and lead to another.
    """
    if (found := web_address(typed)) is None:
        return Text(markdown)
    address, host = found
    return Linked(markdown, Link(f"Open {host}", address))


def primary(button: Button) -> Button:
    """The same button as the one next step."""
    return replace(button, style=Style.PRIMARY)


def first_is_primary(buttons: Iterable[Button]) -> tuple[Button, ...]:
    """The same buttons, the first of them as the one next step."""
    first, *others = buttons
    return (primary(first), *others)


def what_happened(interview_id: int, *reminder_id: int) -> tuple[Button, ...]:
    """What may have become of an interview whose time has passed; a reminder's buttons name their reminder."""
    args = (interview_id, *reminder_id)
    return (
        Button("It happened", "interview.happened", args, Style.PRIMARY),
        Button("It moved", "interview.moved", args),
        Button("It did not happen", "interview.missed", args),
    )
