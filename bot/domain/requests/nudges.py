"""The nudge: one short reminder of a request that got no answer, when it is due and what it says."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.reminders.reminder import Planned, ReminderKind, planned
from bot.domain.requests.letter import MINUTES, Draft
from bot.domain.requests.status import nudge_due
from bot.domain.text.input import one_line
from bot.domain.text.wording import fill
from bot.domain.times.quiet_hours import QuietHours, shift_out_of_quiet

NUDGE_FOR = timedelta(days=14)
"""So long after it was due the reminder still makes sense; later, nobody remembers the request."""

PHRASES: Mapping[str, frozenset[str]] = {
    "subject": frozenset({"subject"}),
    "subject_without": frozenset(),
    "body": frozenset({"name", "minutes", "student"}),
    "name_missing": frozenset(),
}
"""The sentences that a nudge is made of, and the placeholders that each must have."""


def plan_nudge(
    request_id: int,
    asked_at: datetime,
    *,
    nudges: int,
    zone: ZoneInfo,
    quiet: QuietHours,
    now: datetime,
) -> tuple[Planned, ...]:
    """The reminder 7 days after the request or its last reminder went out, in waking hours.

    None when there were enough reminders, or when that moment has passed: who says so late sees it on the card.
    """
    due = nudge_due(asked_at, nudges)
    if due is None or due <= now:
        return ()
    moment = shift_out_of_quiet(due, deadline=None, earliest=due, quiet=quiet, zone=zone)
    return (planned(ReminderKind.NUDGE, request_id, moment, moment + NUDGE_FOR, nudges),)


def compose_nudge(contact_name: str, student_name: str, subject: str, phrases: Mapping[str, str]) -> Draft:
    """The reminder, shorter than the request: the same question once more, and an easy way out.

    `subject` is the request's own, so that both stand together in their mailbox; blank where it had none.
    """
    student = one_line(student_name) or phrases["name_missing"]
    body = fill(phrases["body"], name=one_line(contact_name), minutes=MINUTES, student=student)
    return Draft(_subject(one_line(subject), phrases), body)


def _subject(subject: str, phrases: Mapping[str, str]) -> str:
    if not subject:
        return phrases["subject_without"]
    return subject if subject.casefold().startswith("re:") else fill(phrases["subject"], subject=subject)
