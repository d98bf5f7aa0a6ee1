"""What can go wrong in a rule, as codes. The sentences for them live in `bot/ui/sentences.py`."""

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Every refusal a rule or a use case can give; each has one sentence in the UI."""

    NOT_FOUND = "not_found"
    """The row does not exist or is not the caller's; the two are never told apart."""
    NO_SUCH_CONTACT = "no_such_contact"
    """`text`, `nearest`: a typed contact name that matches nobody."""
    AMBIGUOUS_CONTACT = "ambiguous_contact"
    """`text`, `nearest`: a typed contact name that matches several people equally well."""
    MOVED_ON = "moved_on"
    """The thing a button points at has changed since the card was drawn."""
    ZONE_NEEDED = "zone_needed"
    """The caller has no time zone yet; the UI asks for it and then carries on."""
    UNKNOWN_ZONE = "unknown_zone"
    """`text`, `nearest`: no such time zone."""
    WHEN_UNREADABLE = "when_unreadable"
    """`text`: no date and time could be read."""
    WHEN_NEEDS_TIME = "when_needs_time"
    """`text`, `understood`: a day without a time of day."""
    WHEN_AMBIGUOUS = "when_ambiguous"
    """`text`, `options` (UTC datetimes): more than one reading is likely."""
    WHEN_PAST = "when_past"
    """`text`, `understood` (UTC): the moment is over, and a coming one is needed."""
    WHEN_FUTURE = "when_future"
    """`text`, `understood` (UTC): the moment is still to come, and a past one is needed."""
    WHEN_TOO_FAR = "when_too_far"
    """`text`, `understood` (UTC): further away than the bot plans."""
    WHEN_SKIPPED = "when_skipped"
    """`text`, `options`: a wall time that the clock change skips; before and after it."""
    WHEN_TWICE = "when_twice"
    """`text`, `options`: a wall time that the clock change repeats; first and second."""
    BAD_QUIET_HOURS = "bad_quiet_hours"
    """`text`: not HH:MM, or the two ends are the same."""
    BAD_MINUTES = "bad_minutes"
    """`minutes`, `low`, `high`: no length for a meeting."""
    RESTARTING = "restarting"
    """The bot is stopping and takes nothing new."""
    TOO_FAST = "too_fast"
    """`seconds`: more at once than a person does; so long until it goes on."""
    NO_ROOM = "no_room"
    """`what`, `limit`: the student has as many rows of one kind as may be kept for one student."""
    BLANK = "blank"
    """`field`: something that is needed was left empty."""
    DAMAGED = "damaged"
    """What was to be kept holds the line that stands for a damaged text."""
    TOO_LONG = "too_long"
    """`field`, `limit`, `length`."""
    TOO_MANY = "too_many"
    """`field`, `limit`, `count`: more lines than are taken at once."""
    NOT_CONFIRMED = "not_confirmed"
    """`word`, `text`: the word that confirms was not typed."""
    FILE_TOO_LARGE = "file_too_large"
    """`limit`: bytes that a file may have, unpacked."""
    NO_EXPORT = "no_export"
    """The file is no export of ours."""
    EXPORT_CHANGED = "export_changed"
    """It was an export, and holds something now that none of ours does."""
    EXPORT_OF_ANOTHER = "export_of_another"
    """It is another student's."""
    SOMETHING_KEPT = "something_kept"
    """The student has rows already, and an import does not mix with them."""
    SENT_TOO_SOON = "sent_too_soon"
    """`understood`, `started` (UTC): a note cannot have gone out before the meeting began."""


class CoachError(Exception):
    """A rule said no. Nothing was changed. `params` fill the sentence of `code`."""

    def __init__(self, code: Code, **params: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params
