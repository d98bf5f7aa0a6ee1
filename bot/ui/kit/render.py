"""From a card or a notice to what Discord takes. Nothing else in the project builds components.

Discord's limits that its own library does not check are kept here: 4,000 characters of text in a card, 2,000 in an
ordinary message, 40 components, 80 characters on a button, 100 on an option. So is what Discord refuses because it
is empty: a text or a label that shows nothing, a menu without options, a row without buttons.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypedDict

import discord

from bot.domain.text.damage import DAMAGED
from bot.domain.text.input import clip, is_blank
from bot.ui.kit.card import (
    BLANK,
    LINE_LIMIT,
    Block,
    Button,
    Card,
    Divider,
    Entry,
    File,
    Letter,
    Link,
    Linked,
    Notice,
    Option,
    Row,
    Select,
    Text,
    bare,
    plain_lines,
    text_file,
)
from bot.ui.kit.custom_ids import ComponentKind, Route, encode
from bot.ui.kit.dynamic_items import Routed
from bot.ui.kit.filenames import safe
from bot.ui.kit.fit import TEXT_LIMIT, fitted

NO_MENTIONS = discord.AllowedMentions.none()

CONTENT_LIMIT = 2000
"""Characters of an ordinary message."""
LABEL_LIMIT = 80
OPTION_LIMIT = 100
PLACEHOLDER_LIMIT = 150
_SIGNS = re.compile(r"[\\*_~|`#>-]")
"""What markdown may be made of that says nothing by itself."""


_DAMAGE = plain_lines(DAMAGED)
_ABOUT_DAMAGE = (
    "A text here was changed or moved outside of Rapport, so it is not shown. Edit it to write it anew, and tell"
    " whoever runs this bot: a backup may still have it."
)


class Sent(TypedDict):
    """What a card is sent with."""

    view: discord.ui.LayoutView
    files: list[discord.File]
    allowed_mentions: discord.AllowedMentions


class Redrawn(TypedDict):
    """What a card takes the place of an earlier message with."""

    content: None
    embed: None
    view: discord.ui.LayoutView
    attachments: list[discord.File]
    allowed_mentions: discord.AllowedMentions


class Noticed(TypedDict):
    """What a notice is sent with."""

    content: str
    view: discord.ui.View
    suppress_embeds: bool
    allowed_mentions: discord.AllowedMentions


@dataclass(frozen=True, slots=True)
class Built:
    """A card as Discord takes it."""

    view: discord.ui.LayoutView
    files: list[discord.File]

    def sent(self) -> Sent:
        """For a new message."""
        return {"view": self.view, "files": self.files, "allowed_mentions": NO_MENTIONS}

    def redrawn(self) -> Redrawn:
        """For an earlier message. It may be an ordinary one: Discord takes no card beside the words of that."""
        return {
            "content": None,
            "embed": None,
            "view": self.view,
            "attachments": self.files,
            "allowed_mentions": NO_MENTIONS,
        }


def build(card: Card, owner: int) -> Built:
    """Components for `card`; only `owner` may press them. Raises ValueError when it breaks a limit of Discord's."""
    card = fitted(card)
    files = [*card.files, *(overflow for block in card.blocks if (overflow := _overflow(block)))]
    children: list[discord.ui.Item[Any]] = [_text(heading)] if (heading := _heading(card)) else []
    children += [_block(block, owner) for block in card.blocks if not _says_nothing(block)]
    children += [discord.ui.File(f"attachment://{safe(file.name)}") for file in files]
    children += [_row(row, owner) for row in card.rows if _has_choices(row)]
    children += [_text(f"-# {card.hint}")] if not _is_bare(card.hint) else []
    if any(_DAMAGE in shown.content for child in children for shown in _texts(child)):
        children.append(_text(f"-# {_ABOUT_DAMAGE}"))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*(children or [_text("")]), accent_colour=card.state.value))
    if (length := view.content_length()) > TEXT_LIMIT:
        raise ValueError(f"the card {card.title[:40]!r} holds {length} characters")
    # A stopped view is never kept in memory: every press is answered by its route alone.
    view.stop()
    return Built(view, [_file(file) for file in files])


def build_notice(notice: Notice, owner: int) -> Noticed:
    """An ordinary message; only `owner` may press its buttons. Raises ValueError when its line is no line."""
    if len(notice.line) > LINE_LIMIT or "\n" in notice.line:
        raise ValueError(f"{len(notice.line)} characters are no line for a locked phone")
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(notice.rows):
        for button in row:
            item = _button(button, owner)
            item.row = number
            view.add_item(item)
    view.stop()
    return {
        "content": clip(f"{notice.line}\n{notice.detail}".strip(), CONTENT_LIMIT),
        "view": view,
        "suppress_embeds": True,
        "allowed_mentions": NO_MENTIONS,
    }


def _texts(child: discord.ui.Item[Any]) -> Iterator[discord.ui.TextDisplay[Any]]:
    inside = child.children if isinstance(child, discord.ui.Section) else [child]
    return (item for item in inside if isinstance(item, discord.ui.TextDisplay))


def _heading(card: Card) -> str:
    above = "" if _is_bare(card.above) else f"-# {card.above}"
    title = "" if _is_bare(card.title) else f"### {card.title}"
    return "\n".join(line for line in (above, title) if line)


def _is_bare(markdown: str) -> bool:
    """Whether nothing of it would be seen: Discord refuses such a text, and the whole card with it."""
    return is_blank(_SIGNS.sub("", markdown))


def _says_nothing(block: Block) -> bool:
    return isinstance(block, Text) and _is_bare(block.markdown)


def _text(markdown: str) -> discord.ui.Item[Any]:
    return discord.ui.TextDisplay(BLANK if _is_bare(markdown) else markdown)


def _block(block: Block, owner: int) -> discord.ui.Item[Any]:
    match block:
        case Text(markdown):
            return _text(markdown)
        case Entry(markdown, button):
            return discord.ui.Section(_text(markdown), accessory=_button(button, owner))
        case Linked(markdown, link):
            return discord.ui.Section(_text(markdown), accessory=_button(link, owner))
        case Letter():
            return _text(_visible(block))
        case Divider():
            return discord.ui.Separator()


def _visible(letter: Letter) -> str:
    shown = _beginning(letter)
    if not _overflows(letter, shown):
        return shown
    cut = shown[: letter.shown].rsplit(" ", 1)[0].rstrip("\\")
    return f"{cut} …\n\n*The whole text is in the file below.*"


def _beginning(letter: Letter) -> str:
    """As much of it as is ever shown: a text of 20,000 characters is not drawn for 2,000 of them."""
    return plain_lines(letter.text[: 2 * letter.shown])


def _overflows(letter: Letter, shown: str) -> bool:
    return len(shown) > letter.shown or len(letter.text) > 2 * letter.shown


def _overflow(block: Block) -> File | None:
    if isinstance(block, Letter) and _overflows(block, _beginning(block)):
        return text_file(block.filename, block.text)
    return None


def _file(file: File) -> discord.File:
    return discord.File(BytesIO(file.content or b"\n"), filename=safe(file.name))


def _has_choices(row: Row) -> bool:
    return bool(row.options if isinstance(row, Select) else row)


def _row(row: Row, owner: int) -> discord.ui.ActionRow[Any]:
    if isinstance(row, Select):
        return discord.ui.ActionRow(_select(row, owner))
    return discord.ui.ActionRow(*(_button(button, owner) for button in row))


def _button(button: Button | Link, owner: int) -> discord.ui.Item[Any]:
    label = clip(bare(button.label), LABEL_LIMIT) or BLANK
    if isinstance(button, Link):
        return discord.ui.Button(label=label, url=button.url)
    custom_id = encode(ComponentKind.BUTTON, Route(button.action, owner, tuple(map(str, button.args))))
    return Routed(
        discord.ui.Button(label=label, custom_id=custom_id, style=button.style.value, disabled=button.disabled)
    )


def _select(select: Select, owner: int) -> Routed:
    custom_id = encode(ComponentKind.SELECT, Route(select.action, owner, tuple(map(str, select.args))))
    options = [
        discord.SelectOption(
            label=option_label(option),
            value=option.value,
            description=clip(bare(option.description), OPTION_LIMIT) or None,
            default=option.chosen,
        )
        for option in select.options
    ]
    return Routed(
        discord.ui.Select(
            custom_id=custom_id,
            placeholder=clip(bare(select.placeholder), PLACEHOLDER_LIMIT) or None,
            options=options,
        )
    )


def option_label(option: Option) -> str:
    """What a line of a menu says; Discord takes none that says nothing."""
    return clip(bare(option.label), OPTION_LIMIT) or BLANK
