"""A student's own data as a whole: the word that has everything erased, and how large a file may be."""

from bot.domain.errors import CoachError, Code
from bot.domain.wording import one_line

CONFIRMATION = "DELETE"
_AROUND = " .!\"'“”`*"


def check_confirmation(typed: str) -> None:
    """Raise NOT_CONFIRMED unless `typed` is the word, in whatever case and however it was quoted."""
    if one_line(typed).strip(_AROUND).casefold() != CONFIRMATION.casefold():
        raise CoachError(Code.NOT_CONFIRMED, word=CONFIRMATION, text=typed)


def check_size(size: int, limit: int) -> None:
    """Raise FILE_TOO_LARGE for a file of more than `limit` bytes."""
    if size > limit:
        raise CoachError(Code.FILE_TOO_LARGE, limit=limit)
