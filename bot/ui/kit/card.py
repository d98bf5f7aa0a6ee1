"""What a card is made of, as plain values. `bot/ui/kit/render.py` turns them into Discord's components.

Every answer has the same anatomy: a title that says what this is or what just happened, the facts, one quiet
hint, and a row of buttons with the most useful next step first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import discord

from bot.domain.text.input import clip, isolated, one_line, readable, visible


class CardState(Enum):
    """Colour of the bar at the left. The title or the facts say the same in words."""

    NEUTRAL = 0x6C6F78
    ACTIVE = 0x5865F2
    WAITING = 0xE0A84C
    DUE = 0xE0703C
    DONE = 0x5FA783


class Style(Enum):
    """Weight of a button: primary for the one next step, danger for what destroys."""

    PRIMARY = discord.ButtonStyle.primary
    SECONDARY = discord.ButtonStyle.secondary
    DANGER = discord.ButtonStyle.danger


@dataclass(frozen=True, slots=True)
class Button:
    """A press that leads to `action` with `args`."""

    label: str
    action: str
    args: tuple[str | int, ...] = ()
    style: Style = Style.SECONDARY
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a select; `value` arrives in the handler as `press.values`."""

    label: str
    value: str
    description: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A menu that leads to `action`. Discord shows at most 25 options."""

    action: str
    options: tuple[Option, ...]
    placeholder: str
    args: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Markdown of ours. What a student typed goes through `plain` first."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line or two with the button that acts on it at the right."""

    markdown: str
    button: Button


@dataclass(frozen=True, slots=True)
class Linked:
    """A line or more with the button at the right that opens an address in it."""

    markdown: str
    link: Link


@dataclass(frozen=True, slots=True)
class Letter:
    """Text of the student's that is shown as it stands; what does not fit goes on in the file, and says so."""

    text: str
    filename: str
    shown: int = 2200
    """Most characters of it on the card; all of it is in the file."""


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin line."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over."""

    name: str
    content: bytes


def text_file(name: str, text: str) -> File:
    """A file with this text, without what no file can hold."""
    return File(name, readable(text).encode())


Block = Text | Entry | Linked | Letter | Divider
Row = tuple[Button | Link, ...] | Select


@dataclass(frozen=True, slots=True)
class Card:
    """One answer."""

    title: str
    """Ours, or through `plain`. Empty on a card that is one quiet line of a conversation, under its `above`."""
    blocks: Sequence[Block] = ()
    rows: Sequence[Row] = ()
    hint: str = ""
    above: str = ""
    """A quiet line over the title, such as where in a conversation this is."""
    state: CardState = CardState.NEUTRAL
    files: Sequence[File] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that nobody asked for at that moment. It is no card: of a card, a locked phone shows nothing."""

    line: str
    """What, and by when, in words that stay true; all that a locked phone shows, at most `LINE_LIMIT` of it."""
    detail: str = ""
    """What is below it. Both: ours, or through `plain`."""
    rows: Sequence[tuple[Button | Link, ...]] = ()


LINE_LIMIT = 120

_MARKUP = re.compile(r"[\\*_~|`<\[]|:(?=/|[^\s:]+(?::|\Z))")
"""What begins something of Discord's wherever it stands: styles, code, links, mentions, timestamps, emoji."""
_AT_LINE_START = re.compile(r"^([^\S\n]*\d*)([#>.-])", re.MULTILINE)
"""What begins a heading, a quote, a list or small print."""
_EVERYBODY = re.compile(r"@(?=everyone|here)")


BLANK = "(blank)"
"""What a card says in place of a text that shows nothing: Discord refuses an empty place, and nobody sees it."""


def bare(text: str) -> str:
    """What somebody typed, in one line for a place that knows no markdown: a label, an option, a title, a file.

    Empty only for an empty text: one that cannot be seen is drawn as `BLANK`.
    """
    return one_line(visible(text)) or (text and BLANK)


def plain(text: str) -> str:
    """What somebody typed, in one line and shown as typed: no markdown, no mention, no link."""
    return isolated(_escaped(bare(text)))


def plain_lines(text: str) -> str:
    """Like `plain`, with the line breaks kept; for a text that stands by itself."""
    return _escaped("\n".join(visible(text).strip().splitlines())) or (text and BLANK)


def _escaped(text: str) -> str:
    """The text with a backslash before whatever Discord would draw as something else."""
    text = _AT_LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))
    return _EVERYBODY.sub("@\u200b", text)


def short(text: str, limit: int) -> str:
    """`plain(text)` for a list line, cut at `limit` characters of the original with an ellipsis."""
    return plain(clip(bare(text), limit))


def plain_within(text: str, room: int) -> str:
    """`plain(text)`, cut so that at most `room` characters stand there, backslashes and all."""
    text = bare(text)
    limit = min(len(text), room)
    while limit > 1 and len(plain(clip(text, limit))) > room:
        limit -= 1
    return plain(clip(text, limit)) if room > 0 else ""


def when(moment: datetime) -> str:
    """A moment in the reader's own zone and words, with how far away it is."""
    return f"{discord.utils.format_dt(moment, 'F')} ({ago(moment)})"


def day(moment: datetime) -> str:
    """The day of a moment in the reader's own zone and words."""
    return discord.utils.format_dt(moment, "D")


def ago(moment: datetime) -> str:
    """How far away a moment is; Discord keeps it up to date on the screen."""
    return discord.utils.format_dt(moment, "R")


def count(number: int, one: str, many: str = "") -> str:
    """Such as "1 contact" and "3 contacts"; `many` where an s is not enough."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def fact(label: str, value: str) -> str:
    """A bold label and its value, for a line of facts."""
    return f"**{label}** {value}"
