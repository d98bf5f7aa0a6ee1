"""What the coach says about a draft, as a few lines under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.text.wording import fill
from bot.handbook.fields import Advice
from bot.ui.kit.card import count, short

_SHOWN = 4
"""Remarks at once: more than that discourages."""
_ROOM = 1000
"""Characters for all remarks, so that a card with a long letter over them still fits."""
_QUOTE = 60
"""Characters of a draft's own words that a remark quotes."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark as it is drawn. `firm` ones should be mended before the draft goes out."""

    markdown: str
    firm: bool = False


def remark(advice: Advice, detail: str, *, firm: bool = False) -> Remark:
    """The handbook's advice about `detail`, the draft's own words or a number."""
    quoted = short(detail, _QUOTE)
    title, text = fill(advice.title, detail=quoted), fill(advice.text, detail=quoted)
    sign = "⚠️" if firm else "•"
    return Remark(f"{sign} **{title if title[-1] in '.?!' else f'{title}.'}** {text}", firm)


def coach(remarks: Sequence[Remark], praise: str) -> str:
    """The first few remarks under their number; `praise` when there is nothing to say."""
    if not remarks:
        return f"**Coach** · {praise}"
    shown = list(_fitting(remarks[:_SHOWN]))
    more = len(remarks) - len(shown)
    rest = [f"-# and {more} more after {'this' if len(shown) == 1 else 'these'}"] if more else []
    return "\n".join([_count(remarks), *shown, *rest])


def _count(remarks: Sequence[Remark]) -> str:
    suggestions = f"**Coach** · {count(len(remarks), 'suggestion')}"
    firm = sum(one.firm for one in remarks)
    return f"{suggestions}, {firm} to settle before you send it" if firm else suggestions


def _fitting(remarks: Iterable[Remark]) -> Iterable[str]:
    room = _ROOM
    for one in remarks:
        room -= len(one.markdown)
        if room < 0:
            return
        yield one.markdown
