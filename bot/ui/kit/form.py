"""Forms: what they are made of, how they become Discord modals, and how a submit is read back.

A modal is never kept in memory. Its submit comes in through one listener by custom_id, so a form that was open
during a restart still arrives, with everything that was typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.domain.text.input import all_readable, clip, readable, seen
from bot.ui.kit.card import BLANK, Option, bare
from bot.ui.kit.custom_ids import ComponentKind, Route, encode
from bot.ui.kit.render import option_label

TITLE_LIMIT = 45
LABEL_LIMIT = 45
DESCRIPTION_LIMIT = 100
TEXT_LIMIT = 4000
PLACEHOLDER_LIMIT = 100
MENU_PLACEHOLDER_LIMIT = 150
FIELDS_LIMIT = 5
_CUT = "This is longer than a form can hold: here is its beginning."

Fields = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class TextField:
    """A line, or a box when `long`."""

    key: str
    label: str
    value: str = ""
    placeholder: str = ""
    description: str = ""
    long: bool = False
    required: bool = False
    limit: int = 1000
    """Longest text taken, in characters; Discord stops the typing there. What is offered always fits whole."""


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """A menu with one answer."""

    key: str
    label: str
    options: tuple[Option, ...]
    placeholder: str = ""
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class TickField:
    """Boxes to tick, at most 10."""

    key: str
    label: str
    options: tuple[Option, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Up to five questions that lead to `action` when sent."""

    title: str
    action: str
    fields: Sequence[TextField | ChoiceField | TickField]
    args: tuple[str | int, ...] = ()


def build_modal(form: Form, owner: int) -> discord.ui.Modal:
    """The modal of `form` for `owner`. Raises ValueError when it has no fields, or too many.

    A field to choose in that has nothing to choose is left out: Discord would refuse the whole form.
    """
    fields = [field for field in form.fields if isinstance(field, TextField) or field.options]
    if not 1 <= len(fields) <= FIELDS_LIMIT:
        raise ValueError(f"the form {form.action!r} breaks a limit")
    custom_id = encode(ComponentKind.FORM, Route(form.action, owner, tuple(map(str, form.args))))
    modal = discord.ui.Modal(title=clip(bare(form.title), TITLE_LIMIT) or BLANK, custom_id=custom_id, timeout=None)
    for field in fields:
        label = clip(bare(field.label), LABEL_LIMIT) or BLANK
        modal.add_item(
            discord.ui.Label(text=label, description=_description(field) or None, component=_input(field))
        )
    # A stopped modal is not stored by discord.py, which would hold it until it is submitted or the bot ends.
    modal.stop()
    return modal


def _description(field: TextField | ChoiceField | TickField) -> str:
    if isinstance(field, TextField) and len(field.value) > TEXT_LIMIT:
        return _CUT
    return clip(bare(field.description), DESCRIPTION_LIMIT)


def _input(field: TextField | ChoiceField | TickField) -> discord.ui.Item[Any]:
    match field:
        case TextField():
            return _text_input(field)
        case ChoiceField():
            return discord.ui.Select(
                custom_id=field.key,
                placeholder=clip(bare(field.placeholder), MENU_PLACEHOLDER_LIMIT) or None,
                required=field.required,
                options=[
                    discord.SelectOption(label=option_label(option), value=option.value, default=option.chosen)
                    for option in field.options
                ],
            )
        case TickField():
            return discord.ui.CheckboxGroup(
                custom_id=field.key,
                required=False,
                options=[
                    discord.CheckboxGroupOption(
                        label=option_label(option), value=option.value, default=option.chosen
                    )
                    for option in field.options
                ],
            )


def _text_input(field: TextField) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=field.key,
        style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
        default=clip(field.value, TEXT_LIMIT) or None,
        placeholder=clip(seen(field.placeholder), PLACEHOLDER_LIMIT) or None,
        required=field.required,
        max_length=min(max(field.limit, len(field.value), 1), TEXT_LIMIT),
    )


def read(components: Sequence[Mapping[str, Any]]) -> Fields:
    """What was filled in, by field key, from the `data.components` of a modal submit."""
    fields: Fields = {}
    for component in components:
        match component:
            case {"component": dict(inner)}:
                fields |= read([inner])
            case {"components": list(inner)}:
                fields |= read(inner)
            case {"custom_id": str(key), "values": list(values)}:
                fields[key] = all_readable(values)
            case {"custom_id": str(key)}:
                value = component.get("value")
                fields[key] = "" if value is None else readable(str(value))
    return fields
