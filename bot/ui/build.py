"""From a card or a notice to what Discord takes. Nothing else in the project builds components.

Discord's limits that its own library does not check are kept here: 4,000 characters of text in a card, 2,000 in an
ordinary message, 40 components, 80 characters on a button, 100 on an option.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypedDict

import discord

from bot.domain.texts import clip
from bot.ui.card import (
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
)
from bot.ui.durable import Routed
from bot.ui.routes import Kind, Route, encode

NO_MENTIONS = discord.AllowedMentions.none()

TEXT_LIMIT = 4000
CONTENT_LIMIT = 2000
"""Characters of an ordinary message."""
LABEL_LIMIT = 80
OPTION_LIMIT = 100
PLACEHOLDER_LIMIT = 150


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
    files = [*card.files, *(overflow for block in card.blocks if (overflow := _overflow(block)))]
    children: list[discord.ui.Item[Any]] = [_heading(card)]
    children += [_block(block, owner) for block in card.blocks]
    children += [discord.ui.File(f"attachment://{file.name}") for file in files]
    children += [_row(row, owner) for row in card.rows if not isinstance(row, tuple) or row]
    if card.hint:
        children.append(discord.ui.TextDisplay(f"-# {card.hint}"))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*children, accent_colour=card.state.value))
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


def _heading(card: Card) -> discord.ui.TextDisplay[Any]:
    above = f"-# {card.above}" if card.above else ""
    title = f"### {card.title}" if card.title else ""
    return discord.ui.TextDisplay("\n".join(line for line in (above, title) if line))


def _block(block: Block, owner: int) -> discord.ui.Item[Any]:
    match block:
        case Text(markdown):
            return discord.ui.TextDisplay(markdown)
        case Entry(markdown, button):
            return discord.ui.Section(discord.ui.TextDisplay(markdown), accessory=_button(button, owner))
        case Linked(markdown, link):
            return discord.ui.Section(discord.ui.TextDisplay(markdown), accessory=_button(link, owner))
        case Letter():
            return discord.ui.TextDisplay(_visible(block))
        case Divider():
            return discord.ui.Separator()


def _visible(letter: Letter) -> str:
    shown = plain_lines(letter.text)
    if len(shown) <= letter.shown:
        return shown
    cut = shown[: letter.shown].rsplit(" ", 1)[0].rstrip("\\")
    return f"{cut} …\n\n*The whole text is in the file below.*"


def _overflow(block: Block) -> File | None:
    if isinstance(block, Letter) and len(plain_lines(block.text)) > block.shown:
        return File(block.filename, block.text.encode())
    return None


def _file(file: File) -> discord.File:
    return discord.File(BytesIO(file.content), filename=file.name)


def _row(row: Row, owner: int) -> discord.ui.ActionRow[Any]:
    if isinstance(row, Select):
        return discord.ui.ActionRow(_select(row, owner))
    return discord.ui.ActionRow(*(_button(button, owner) for button in row))


def _button(button: Button | Link, owner: int) -> discord.ui.Item[Any]:
    if len(button.label) > LABEL_LIMIT:
        raise ValueError(f"the label {button.label!r} is too long for a button")
    label = bare(button.label)
    if isinstance(button, Link):
        return discord.ui.Button(label=label, url=button.url)
    custom_id = encode(Kind.BUTTON, Route(button.action, owner, tuple(map(str, button.args))))
    return Routed(
        discord.ui.Button(label=label, custom_id=custom_id, style=button.style.value, disabled=button.disabled)
    )


def _select(select: Select, owner: int) -> Routed:
    custom_id = encode(Kind.SELECT, Route(select.action, owner, tuple(map(str, select.args))))
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
            custom_id=custom_id, placeholder=clip(bare(select.placeholder), PLACEHOLDER_LIMIT), options=options
        )
    )


def option_label(option: Option) -> str:
    """What a line of a menu says; Discord takes none that says nothing."""
    return clip(bare(option.label), OPTION_LIMIT) or "…"
