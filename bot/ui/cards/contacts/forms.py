"""Forms of contacts: who it is, and a note on them."""

from bot.domain.contacts import NAME_LIMIT, NOTE_LIMIT, REACH_LIMIT, ROLE_LIMIT, WHY_LIMIT, Source
from bot.domain.text.input import clip
from bot.services.contacts.matching import ContactRef
from bot.services.contacts.views import ContactEntry
from bot.ui.cards.shared import ONLY_YOU, THEY_READ
from bot.ui.kit.card import Option
from bot.ui.kit.form import TITLE_LIMIT, ChoiceField, Form, TextField


def add_form(referrer: ContactRef | None = None) -> Form:
    """Who is it? With a `referrer`, somebody they named."""
    entry = ContactEntry("", source=Source.REFERRAL.value if referrer else "")
    return Form(
        title=clip(f"Named by {referrer.name}", TITLE_LIMIT) if referrer else "Add a contact",
        action="contact.save",
        args=(referrer.id,) if referrer else (),
        fields=_fields(entry),
    )


def edit_form(contact_id: int, entry: ContactEntry) -> Form:
    """The same questions, with what was answered."""
    return Form(title="Edit contact", action="contact.update", args=(contact_id,), fields=_fields(entry))


def _fields(entry: ContactEntry) -> list[TextField | ChoiceField]:
    sources = tuple(Option(source, source, chosen=source == entry.source) for source in Source)
    return [
        TextField(
            "name",
            "Name",
            entry.name,
            "Ana Núñez",
            f"{THEY_READ} Letters greet them by it.",
            required=True,
            limit=NAME_LIMIT,
        ),
        TextField("role", "Role and organization", entry.role, "Marine biologist at NOAA", limit=ROLE_LIMIT),
        ChoiceField("source", "Where did you find them?", sources, "Choose one"),
        TextField("reach", "How to reach them", entry.reach, "E-mail, phone or web page", limit=REACH_LIMIT),
        TextField(
            "why",
            "Why them?",
            entry.why,
            "One thing about them that interests you",
            ONLY_YOU,
            long=True,
            limit=WHY_LIMIT,
        ),
    ]


def note_form(contact: ContactRef) -> Form:
    """A note on somebody."""
    return Form(
        title=clip(f"Note on {contact.name}", TITLE_LIMIT),
        action="contact.noted",
        args=(contact.id,),
        fields=[
            TextField(
                "text", "Note", placeholder="What you want to remember", long=True, required=True, limit=NOTE_LIMIT
            )
        ],
    )
