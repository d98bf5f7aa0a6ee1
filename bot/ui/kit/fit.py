"""How the text of a card is made to fit into one message: what is too long is cut where it shows, with a file."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.ui.kit.card import Block, Card, Divider, Entry, Letter, Linked, Text, plain_lines, text_file

TEXT_LIMIT = 4000
"""Characters of all text in a message."""
LINE_LIMIT = 400
"""Characters of a title, of the line over it and of the hint on a card that is too long."""
WHOLE = "whole-card.txt"
_MORE = "\n\n*The whole text is in the file below.*"
_CLOSED_BY = {"**": "**", "~~": "~~", "\u2068": "\u2069"}
"""What opens something that ends only where it is closed."""
_PIECE = re.compile(r"\\.|<[^<>\s]*>|\*\*|~~|.", re.DOTALL)
"""Characters that mean something only together: an escaped one, a timestamp, the sign of a style."""
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")


def fitted(card: Card) -> Card:
    """The card as it is, or with its longest texts cut so that all fit, and a file that holds them whole."""
    room = TEXT_LIMIT - sum(len(line) for line in _lines(card))
    lengths = [_length(block) for block in card.blocks]
    if sum(lengths) <= room:
        return card
    title, above, hint = (cut(text, LINE_LIMIT - len("### ")) for text in (card.title, card.above, card.hint))
    shorter = replace(card, title=title, above=above, hint=hint)
    share = _share(lengths, TEXT_LIMIT - sum(len(line) for line in _lines(shorter)) - len(_MORE))
    return replace(
        shorter,
        blocks=[_shortened(block, share) for block in card.blocks],
        hint=f"{hint}{_MORE}" if hint else _MORE.strip(),
        files=[*card.files, text_file(WHOLE, _everything(card))],
    )


def _lines(card: Card) -> tuple[str, ...]:
    """The card's own lines, as `bot/ui/kit/render.py` draws them."""
    return f"### {card.title}", f"-# {card.above}\n", f"-# {card.hint}"


def _markdown(block: Block) -> str:
    match block:
        case Text(markdown) | Entry(markdown) | Linked(markdown):
            return markdown
        case Letter(text):
            return plain_lines(text)
        case Divider():
            return ""


def _length(block: Block) -> int:
    drawn = len(_markdown(block))
    return min(drawn, block.shown + len(_MORE) + len(" …")) if isinstance(block, Letter) else drawn


def _share(lengths: Sequence[int], room: int) -> int:
    """The most characters that each text may have so that all fit into `room`: short ones stay whole."""
    for done, length in enumerate(ordered := sorted(lengths)):
        if length * (len(ordered) - done) > room:
            return room // (len(ordered) - done)
        room -= length
    return TEXT_LIMIT


def _shortened(block: Block, share: int) -> Block:
    if _length(block) <= share:
        return block
    match block:
        case Text() | Entry() | Linked():
            return replace(block, markdown=cut(block.markdown, share))
        case Letter():
            return replace(block, shown=min(block.shown, max(share - len(_MORE) - len(" …"), 0)))
        case Divider():
            return block


def cut(markdown: str, limit: int) -> str:
    """The markdown, or as much of it as fits with an ellipsis into `limit` characters, with no sign left open."""
    if len(markdown) <= limit:
        return markdown
    kept: list[str] = []
    length = len("…") + sum(map(len, _CLOSED_BY))
    for piece in _PIECE.findall(markdown):
        if (length := length + len(piece)) > limit:
            break
        kept.append(piece)
    return f"{''.join(kept).rstrip()}…{''.join(_open(kept))}"


def _open(pieces: Sequence[str]) -> Iterable[str]:
    """What closes everything that is open at the end of these pieces, the innermost first."""
    for sign, closing in reversed(_CLOSED_BY.items()):
        left = pieces.count(sign) % 2 if sign == closing else pieces.count(sign) - pieces.count(closing)
        yield closing * left


def _everything(card: Card) -> str:
    """All of the card's text, as it is read."""
    texts = [card.above, card.title, *map(_markdown, card.blocks), card.hint]
    read = _ESCAPE.sub(r"\1", "\n\n".join(filter(None, texts)))
    return f"{read}\n"
