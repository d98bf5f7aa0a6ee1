"""The sentence for every code a rule can refuse with: what was understood, and what to do about it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import CoachError, Code
from bot.domain.text.damage import DAMAGED
from bot.services.dates.typed_times import EXAMPLES
from bot.ui.kit.card import BLANK, plain, short, when

_TEXT = 120
"""Characters of a student's own words that a sentence quotes back."""


MENDABLE = {code for code in Code if code.startswith("when_")} | {
    Code.BAD_MINUTES,
    Code.BLANK,
    Code.DAMAGED,
    Code.TOO_LONG,
    Code.TOO_MANY,
}
"""Refusals that are about what was typed: typing it differently helps."""


def sentence(error: CoachError) -> str:
    """The plain line for a refusal. Every code has one."""
    return _SENTENCES[error.code](error.params)


def _quote(params: dict[str, Any]) -> str:
    return f"“{short(str(params.get('text', '')), _TEXT) or BLANK}”"


def _nearest(names: Sequence[str]) -> str:
    return f" Nearest: {', '.join(plain(name) for name in names[:5])}." if names else ""


def _numbers(missing: Sequence[int]) -> str:
    *first, last = [str(number) for number in missing]
    return f"{', '.join(first)} and {last}" if first else last


def _choices(options: Sequence[datetime]) -> str:
    return " or ".join(when(option) for option in options)


def _try(params: dict[str, Any]) -> str:
    """Texts that work where a moment to come, or one that has been, was asked for."""
    past = params.get("tense") == "past"
    return f"Try one of these: {', '.join(f'`{example}`' for example in EXAMPLES['past' if past else 'future'])}."


_NOTHING_CHANGED = "Nothing was changed."

_SENTENCES: dict[Code, Callable[[dict[str, Any]], str]] = {
    Code.NOT_FOUND: lambda _: "That is not here any more, or it is not yours. Nothing was changed.",
    Code.NO_SUCH_CONTACT: lambda p: f"You have no contact called {_quote(p)}.{_nearest(p.get('nearest', ()))}",
    Code.AMBIGUOUS_CONTACT: lambda p: (
        f"{_quote(p)} could be several people.{_nearest(p.get('nearest', ()))} Type a little more of the name."
    ),
    Code.MOVED_ON: lambda _: "This card has moved on since it was sent. Nothing was changed.",
    Code.ZONE_NEEDED: lambda _: "First I need your time zone, so that times mean what you mean.",
    Code.UNKNOWN_ZONE: lambda p: f"I know no time zone {_quote(p)}.{_nearest(p.get('nearest', ()))}",
    Code.WHEN_UNREADABLE: lambda p: f"I could not read a date and time in {_quote(p)}. {_try(p)}",
    Code.WHEN_NEEDS_TIME: lambda p: f"{_quote(p)} has a day but no time of day. {_try(p)}",
    Code.WHEN_AMBIGUOUS: lambda p: (
        f"{_quote(p)} could mean {_choices(p.get('options', ()))}. Write it so that only one is possible, "
        f"for example `{EXAMPLES['future'][2]}`."
    ),
    Code.WHEN_PAST: lambda p: (
        f"I read {_quote(p)} as {when(p['understood'])}, and that is over. "
        "Give a moment to come, for example `tomorrow 3pm` or `in 2 hours`."
    ),
    Code.WHEN_FUTURE: lambda p: (
        f"I read {_quote(p)} as {when(p['understood'])}, and that is still to come. "
        "Give the moment it happened, for example `yesterday 4pm` or `2 hours ago`."
    ),
    Code.WHEN_TOO_FAR: lambda p: f"I read {_quote(p)} as {when(p['understood'])}. That is further than I plan.",
    Code.WHEN_SKIPPED: lambda p: (
        f"The clocks go forward that night, and {_quote(p)} does not exist. Do you mean "
        f"{_choices(p.get('options', ()))}?"
    ),
    Code.WHEN_TWICE: lambda p: (
        f"The clocks go back that night, and {_quote(p)} comes twice: {_choices(p.get('options', ()))}. "
        "Choose a time outside that hour, or paste a Discord timestamp."
    ),
    Code.BAD_QUIET_HOURS: lambda p: (
        f"I could not read {_quote(p)} as quiet hours. Give two different times such as `22:00` and `08:00`."
    ),
    Code.BAD_MINUTES: lambda p: (
        f"I cannot plan a meeting of “{short(str(p['minutes']), 20)}” minutes. "
        f"Give a whole number from {p['low']} to {p['high']}; 20 is usual."
    ),
    Code.RESTARTING: lambda _: "I am just restarting. Please do that again in a minute.",
    Code.TOO_FAST: lambda p: (
        f"That was a lot at once. Give me {p['seconds']} second{'' if p['seconds'] == 1 else 's'}, then do this "
        "again; it has changed nothing yet."
    ),
    Code.NO_ROOM: lambda p: (
        f"I keep at most {p['limit']:,} {p['what']} for one person, and this would be more. Deleting a contact, "
        "with all that belongs to them, makes room; your career center can also raise the limit."
    ),
    Code.BLANK: lambda p: f"“{p.get('field', 'That')}” is empty, and it is needed.",
    Code.DAMAGED: lambda _: (
        f"That would hold “{plain(DAMAGED)}” instead of what you once wrote. {_NOTHING_CHANGED} Type the damaged"
        " text anew first, where it is kept; then this works."
    ),
    Code.TOO_LONG: lambda p: (
        f"“{p.get('field', 'That')}” is {p.get('length', '?')} characters long; {p.get('limit', '?')} fit."
    ),
    Code.TOO_MANY: lambda p: (
        f"“{p.get('field', 'That')}” has {p.get('count', '?')} lines; {p.get('limit', '?')} fit at once."
    ),
    Code.NOT_CONFIRMED: lambda p: (
        f"You typed {_quote(p)}. To erase everything, type the word {p.get('word', '')}; nothing else does it."
    ),
    Code.FILE_TOO_LARGE: lambda p: (
        f"That file is too large: I take up to {p['limit'] / 1e6:g} MB. {_NOTHING_CHANGED}"
    ),
    Code.NO_EXPORT: lambda _: (
        "That is no export of mine. I take `everything.json` or `everything.zip` as `/mydata export` gave it. "
        f"{_NOTHING_CHANGED}"
    ),
    Code.EXPORT_CHANGED: lambda _: (
        "That export is not as I made it: something in it was changed or is missing. "
        f"Please take the file as `/mydata export` gave it. {_NOTHING_CHANGED}"
    ),
    Code.EXPORT_OF_ANOTHER: lambda _: (
        f"That is another student's export. I take back only your own. {_NOTHING_CHANGED}"
    ),
    Code.PARTS_MIXED: lambda _: (
        "Those files do not belong together. I take one file, or all the parts of one export: "
        f"`everything-1-of-3.zip` and so on. {_NOTHING_CHANGED}"
    ),
    Code.PART_TWICE: lambda p: (
        f"Part {p['number']} is there twice. Give me each part of the export once. {_NOTHING_CHANGED}"
    ),
    Code.PARTS_MISSING: lambda p: (
        f"That export has {p['of']} parts, and of these I miss {_numbers(p['missing'])}. "
        f"Give me all of them at once, as `file`, `part2` and so on. {_NOTHING_CHANGED}"
    ),
    Code.SOMETHING_KEPT: lambda _: (
        "I keep something of yours already, and I cannot mix it with a file. To begin with the file instead, "
        f"export what is here, delete it with `/mydata delete`, and import again. {_NOTHING_CHANGED}"
    ),
    Code.SENT_TOO_SOON: lambda p: (
        f"I read that as {when(p['understood'])}, and the meeting only began {when(p['started'])}. "
        "Give the moment the note went out, for example `2 hours ago`."
    ),
}
