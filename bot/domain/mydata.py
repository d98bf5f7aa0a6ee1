"""A student's own data as a whole: the word that has it erased, and what an import takes.

The rows of an export may hold no more than the forms would have let through.

A file that somebody hands in may say anything. Each value is read by the rule of its column. What leads from row to
row is not here: rows get new numbers, and belong to whoever handed them in.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from bot.domain import contacts, profiles, todos
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations import questions as evaluations
from bot.domain.interviews import interview as interviews
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.domain.requests import form as request_form
from bot.domain.requests.status import RequestOutcome, RequestRoute, RequestStatus
from bot.domain.text.input import checked_name, is_blank, one_line
from bot.domain.thank_yous import letter as thank_yous
from bot.domain.thank_yous.shareable import SHOWN
from bot.domain.times.zones import find_zone

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


Rule = Callable[[Any], Any]
"""From what JSON knows to what a table keeps. Raises ValueError, or CoachError, for what no form lets through."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Moments outside of these are nobody's; far from them, computing with them would overflow."""
MOST = 1_000_000
"""More than anything here is counted up to."""
REASON_LIMIT, KEY_LIMIT = 60, 120
DISPLAY_NAME_LIMIT = 100
"""Characters of a name as Discord may give it; a form takes fewer."""
LEARNED_LIMIT = thank_yous.BODY_LIMIT + evaluations.QUESTIONS * (SHOWN + 1)
"""Characters of what was learned: what was typed, and every answer that was ticked with it."""
DONE_LIMIT = thank_yous.BODY_LIMIT + 100 * todos.TEXT_LIMIT
"""Characters of what was done: what was typed, and every to-do that was ticked with it."""


def text(limit: int, least: int = 0) -> Rule:
    """Text of `least` to `limit` characters that any database can keep; blank where nothing can be seen."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit or "\0" in value:
            raise ValueError
        value.encode()  # raises for halves of characters
        shown = "" if is_blank(value) else value
        if len(shown) < least:
            raise ValueError
        return shown

    return read


def name(limit: int) -> Rule:
    """A name as a form leaves it: on one line, with something to see in it."""

    def read(value: Any) -> str:
        if checked_name(text(limit)(value), "", limit) != value:
            raise ValueError
        return str(value)

    return read


def word_of(kind: type[StrEnum], *also: str) -> Rule:
    """One of the words of `kind`, or of `also`."""
    return lambda value: value if value in also else kind(value).value


def number(least: int, most: int = MOST) -> Rule:
    """A whole number, both ends included."""

    def read(value: Any) -> int:
        # To Python, true is a number.
        if type(value) is not int or not least <= value <= most:
            raise ValueError
        return value

    return read


def moment(value: Any) -> datetime:
    """A moment with its zone."""
    read = datetime.fromisoformat(text(40)(value))
    if read.tzinfo is None or not EARLIEST <= read <= LATEST:
        raise ValueError
    return read.astimezone(UTC)


def clock(value: Any) -> time:
    """A time of day by the student's own clock."""
    read = time.fromisoformat(text(15)(value))
    if read.tzinfo is not None:
        raise ValueError
    return read


def zone(value: Any) -> str:
    """The name of a time zone, as it is spelled."""
    if find_zone(text(60)(value)).key != value:
        raise ValueError
    return str(value)


def web_address(value: Any) -> str:
    """What `read_reach` makes of a link, or once made of one that holds another: that lacked its beginning."""
    read: str = text(contacts.REACH_LIMIT + len("https://"))(value)
    if read.casefold().startswith(("https://", "http://")) and len(read.split()) == 1:
        return read
    if contacts.read_reach(read).link != (whole := f"https://{read}"):
        raise ValueError
    return whole


def yes_or_no(value: Any) -> bool:
    """One of the two, and no number or word that means it."""
    if value is True or value is False:
        return bool(value)
    raise ValueError


def maybe(rule: Rule) -> Rule:
    """Nothing, or what `rule` takes."""
    return lambda value: None if value is None else rule(value)


_PROFILE, _REQUEST = profiles.LIMITS, request_form.LIMITS

RULES: Mapping[str, Mapping[str, Rule]] = {
    "users": {
        "display_name": text(DISPLAY_NAME_LIMIT),
        "zone": maybe(zone),
        "quiet_from": clock,
        "quiet_to": clock,
        "names_in_pings": yes_or_no,
        "school": text(_PROFILE[profiles.ProfileField.SCHOOL]),
        "about": text(_PROFILE[profiles.ProfileField.ABOUT]),
        "interests": text(_PROFILE[profiles.ProfileField.INTERESTS]),
        "dm_closed_at": maybe(moment),
    },
    "contacts": {
        "name": name(contacts.NAME_LIMIT),
        "title": text(contacts.ROLE_LIMIT),
        "organization": text(contacts.ROLE_LIMIT),
        "reach": text(contacts.REACH_LIMIT),
        "email": maybe(text(contacts.REACH_LIMIT)),
        "phone": maybe(text(contacts.REACH_LIMIT)),
        "link": maybe(web_address),
        "source": word_of(contacts.Source, ""),
        "why": text(contacts.WHY_LIMIT),
        "notes": text(contacts.NOTES_LIMIT),
        "archived_at": maybe(moment),
        "created_at": moment,
    },
    "requests": {
        "route": word_of(RequestRoute),
        "tie": text(_REQUEST[request_form.RequestField.TIE]),
        "why": text(_REQUEST[request_form.RequestField.WHY]),
        "learn": text(_REQUEST[request_form.RequestField.LEARN]),
        "windows": text(_REQUEST[request_form.RequestField.WINDOWS]),
        "subject": text(_REQUEST[request_form.RequestField.SUBJECT]),
        "body": text(_REQUEST[request_form.RequestField.MESSAGE]),
        "version": number(0),
        "status": word_of(RequestStatus),
        "outcome": maybe(word_of(RequestOutcome)),
        "nudges": number(0),
        "created_at": moment,
        "sent_at": maybe(moment),
        "answered_at": maybe(moment),
    },
    "interviews": {
        "starts_at": moment,
        "minutes": number(interviews.SHORTEST_MINUTES, interviews.LONGEST_MINUTES),
        "mode": maybe(word_of(interviews.Mode)),
        "place": text(interviews.PLACE_LIMIT),
        "status": word_of(interviews.InterviewStatus),
        "ended_at": maybe(moment),
        "sequence": number(0),
        "notes": text(contacts.NOTES_LIMIT),
        "created_at": moment,
    },
    "evaluations": {
        "status": word_of(evaluations.EvaluationStatus),
        "position": number(1, evaluations.FINISHED),
        "created_at": moment,
        "finished_at": maybe(moment),
    },
    "answers": {
        "question": number(1, evaluations.QUESTIONS),
        "verdict": maybe(word_of(evaluations.Verdict)),
        "text": text(evaluations.ANSWER_LIMIT),
        "answered_at": moment,
    },
    "thank_yous": {
        "learned": text(LEARNED_LIMIT),
        "done": text(DONE_LIMIT),
        "next_step": text(thank_yous.PART_LIMIT),
        "body": text(thank_yous.BODY_LIMIT),
        "version": number(0),
        "due_at": moment,
        "sent_at": maybe(moment),
    },
    "todos": {
        "text": text(todos.TEXT_LIMIT, least=1),
        "due_at": maybe(moment),
        "done_at": maybe(moment),
        "created_at": moment,
    },
    "reminders": {
        "kind": word_of(ReminderKind),
        "due_at": moment,
        "available_at": moment,
        "expires_at": moment,
        "status": word_of(Status),
        "reason": text(REASON_LIMIT),
        "attempts": number(0),
        "sent_at": maybe(moment),
        "dedupe_key": text(KEY_LIMIT),
    },
}
"""By table and column: what is taken back."""

NOT_TAKEN: Mapping[str, Mapping[str, str]] = {
    "users": {
        "parked": "what waited for a time zone is a command, and nobody waits for it any more",
        "created_at": "what was erased before must not reach what was brought back since",
        "last_seen_at": "whoever brings it back is here",
    },
    "evaluations": {
        "channel_id": "the message that showed the question may be anybody's; the question is sent anew",
        "message_id": "the same",
        "shown_from": "the same",
    },
    "reminders": {
        "claimed_until": "no worker has it in hand",
        "nonce": "no attempt is under way",
        "message_id": "it is known to this bot only for what it sent itself",
    },
}
"""By table and column: what begins anew, and why."""


def _request_holds_together(row: Mapping[str, Any]) -> bool:
    sent, answered = row["sent_at"] is not None, row["answered_at"] is not None
    match row["status"]:
        case RequestStatus.DRAFT:
            wanted = (False, False)
        case RequestStatus.SENT:
            wanted = (True, False)
        case _:
            wanted = (True, True)
    return (sent, answered) == wanted and answered == (row["outcome"] is not None)


def _interview_holds_together(row: Mapping[str, Any]) -> bool:
    return bool((row["status"] == interviews.InterviewStatus.MET) == (row["ended_at"] is not None))


def _evaluation_holds_together(row: Mapping[str, Any]) -> bool:
    try:
        evaluations.EvaluationState(row["position"], status=evaluations.EvaluationStatus(row["status"]))
    except ValueError:
        return False
    return True


HOLDS_TOGETHER: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "requests": _request_holds_together,
    "interviews": _interview_holds_together,
    "evaluations": _evaluation_holds_together,
}
"""By table: whether what a row says in one column fits the others."""
