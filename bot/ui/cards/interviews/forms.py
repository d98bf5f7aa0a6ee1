"""Forms for the time of an interview, and the card that hands back what could not be read."""

from zoneinfo import ZoneInfo

from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import DEFAULT_MINUTES, PLACE_LIMIT, Mode
from bot.services.interviews.views import InterviewView
from bot.ui.cards.error_sentences import sentence
from bot.ui.kit.card import Button, Card, CardState, Option, Style, Text, fact, short
from bot.ui.kit.form import ChoiceField, Fields, Form, TextField

_WHEN_LIMIT = 100
_MINUTES_LIMIT = 20
_LABELS = {"when": "When", "minutes": "How long (minutes)", "mode": "Mode", "place": "Place or link"}


def book(contact_id: int) -> Form:
    """When and how do you meet?"""
    return Form(
        title="Book a meeting",
        action="interview.schedule",
        args=(contact_id,),
        fields=[_when("When", ""), *_details(DEFAULT_MINUTES, None, "")],
    )


def move(view: InterviewView, zone: ZoneInfo | None, reminder: int) -> Form:
    """The interview's terms, to be changed. A time that has passed is not offered again."""
    offered = "" if view.over or zone is None else f"{view.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return Form(
        title="Move the meeting",
        action="interview.move",
        args=(view.id, reminder),
        fields=[_when("New time", offered), *_details(view.minutes, view.mode, view.place)],
    )


def _when(label: str, offered: str) -> TextField:
    return TextField(
        "when",
        label,
        offered,
        "tomorrow 3pm",
        "In your time zone, as you would say it: “Mon 10:00”, “Dec 1 2:30pm”.",
        required=True,
        limit=_WHEN_LIMIT,
    )


def _details(minutes: int, mode: Mode | None, place: str) -> tuple[TextField | ChoiceField, ...]:
    modes = tuple(Option(each.value.capitalize(), each.value, chosen=each is mode) for each in Mode)
    return (
        TextField("minutes", _LABELS["minutes"], str(minutes), str(DEFAULT_MINUTES), limit=_MINUTES_LIMIT),
        ChoiceField("mode", _LABELS["mode"], modes, "Video, phone or in person?"),
        TextField("place", _LABELS["place"], place, limit=PLACE_LIMIT),
    )


def not_taken(error: CoachError, typed: Fields, again: Button) -> Card:
    """Why nothing was stored, what else was typed, and the way back to the form."""
    named = "minutes" if error.code is Code.BAD_MINUTES else "when" if error.code.startswith("when_") else ""
    lines = [
        fact(label, short(text, PLACE_LIMIT))
        for key, label in _LABELS.items()
        if key != named
        and (text := " ".join(typed[key]) if isinstance(typed.get(key), list) else str(typed.get(key, "")))
        and (key, text) != ("minutes", str(DEFAULT_MINUTES))
    ]
    kept = [Text("\n".join(["What you typed, to copy from:", *lines]))] if lines else []
    return Card(
        title="Not stored yet",
        blocks=[Text(sentence(error)), *kept],
        rows=((Button(again.label, again.action, again.args, Style.PRIMARY),),),
        hint="Nothing was changed. Press the button to fill in the form again.",
        state=CardState.WAITING,
    )
