"""Which reminders of an export are taken as rows. Those still to come are planned anew from what they are about.

What the file says was sent, cancelled or put off is heeded: by what each reminder is known by, it is not planned
again. A reminder that had been waiting for a moment which is over by now may have gone out since; it is taken for
over too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from bot.domain.reminders.reminder import SNOOZE, Status, renumbered_key
from bot.services.mydata.import_reader import Export, Row
from bot.services.quotas import KEPT_REMINDERS
from bot.services.reminders.planning import SUBJECTS
from bot.storage.models import Base, Reminder

_TABLES = Base.metadata.tables
REMINDERS = _TABLES[Reminder.__tablename__]
ABOUT: Mapping[str, Table] = {
    kind.value: _TABLES[model.__tablename__] for model, kinds in SUBJECTS.items() for kind in kinds
}
"""By kind, where the rows are that such reminders are about."""


@dataclass(frozen=True, slots=True)
class ImportedReminders:
    """What is taken, the oldest first."""

    over: Sequence[Row]
    """With what became of them; as many as are kept of anybody."""
    coming: Sequence[Row]
    """Put off by the student: no other row tells until when."""


def about(reminder: Row) -> Table:
    """Where the row is that a reminder is about."""
    return ABOUT[reminder.values["kind"]]


def taken(export: Export, present: datetime) -> ImportedReminders:
    """The reminders that come back as they are. Raises ValueError for one known as another's. For a thread."""
    # A reminder about what went with a contact may have stayed behind, and has nothing to say. Neither has a
    # warning of what happens to those who stay away.
    there = {(table, row.number("id")) for table in set(ABOUT.values()) for row in export[table]}
    over: list[Row] = []
    coming: list[Row] = []
    for row in export[REMINDERS]:
        kind, subject = row.values["kind"], row.number("subject_id")
        if (ABOUT.get(kind), subject) not in there:
            continue
        key = renumbered_key(row.values["dedupe_key"], kind, (subject, subject), {})
        if row.values["status"] != Status.PENDING:
            over.append(row)
        elif row.values["available_at"] <= present:
            over.append(Row(row.values | _MISSED, row.numbers))
        elif SNOOZE in key:
            coming.append(row)
    return ImportedReminders(_newest(over), _newest(coming))


_MISSED = {"status": Status.STALE.value, "reason": "its moment was over when it was brought back"}


def _newest(rows: Sequence[Row]) -> Sequence[Row]:
    return sorted(rows, key=lambda row: row.number("id"))[-KEPT_REMINDERS:]
