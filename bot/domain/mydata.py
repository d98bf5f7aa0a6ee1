"""What a student has to type before everything of theirs is erased."""

from bot.domain.errors import CoachError, Code
from bot.domain.wording import one_line

CONFIRMATION = "DELETE"
_AROUND = " .!\"'“”`*"


def check_confirmation(typed: str) -> None:
    """Raise NOT_CONFIRMED unless `typed` is the word, in whatever case and however it was quoted."""
    if one_line(typed).strip(_AROUND).casefold() != CONFIRMATION.casefold():
        raise CoachError(Code.NOT_CONFIRMED, word=CONFIRMATION, text=typed)
