"""What every group of use cases has, and the one place where ownership is checked: by query, from the owner."""

from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.quotas import STANDARD, Quota
from bot.domain.times.quiet_hours import QuietHours
from bot.handbook.models import Handbook
from bot.storage.database import Database
from bot.storage.models import Contact, Evaluation, Interview, Reminder, Request, ThankYou, Todo, User
from bot.storage.sql.upsert import insert

Row = TypeVar("Row", Contact, Request, Interview, ThankYou, Evaluation, Todo, Reminder)


class UseCases:
    """Use cases of one step. Each public coroutine writes in one unit of work at most."""

    def __init__(self, db: Database, handbook: Handbook, room: Quota = STANDARD) -> None:
        self.db = db
        self.handbook = handbook
        self.room = room


def owned(model: type[Row], owner_id: int) -> Select[Row]:
    """Rows of `model` that are `owner_id`'s: every query of a student's rows starts here."""
    query = select(model)
    if model is ThankYou:
        query = query.join(Interview, Interview.id == ThankYou.interview_id)
    if model in {ThankYou, Interview}:
        query = query.join(Contact, Contact.id == Interview.contact_id)
    elif model is Request:
        query = query.join(Contact, Contact.id == Request.contact_id)
    return query.where(_OWNER.get(model, Contact.owner_id) == owner_id)


_OWNER: dict[type[Any], InstrumentedAttribute[int]] = {
    Evaluation: Evaluation.owner_id,
    Todo: Todo.owner_id,
    Reminder: Reminder.user_id,
}
"""Tables that name their owner themselves; the others belong to a contact, and so to its owner."""


async def own(session: AsyncSession, model: type[Row], owner_id: int, row_id: int) -> Row:
    """The row with `row_id`. Raises NOT_FOUND when there is none or it is another student's: no telling which."""
    row = await session.scalar(owned(model, owner_id).where(model.id == row_id))
    if row is None:
        raise CoachError(Code.NOT_FOUND)
    return row


async def ensure_user(session: AsyncSession, user_id: int, display_name: str = "") -> User:
    """The student's row, made now if this is the first thing they do."""
    user = await session.get(User, user_id)
    if user is not None:
        return user
    present = now()
    row = {
        "discord_id": user_id,
        "display_name": display_name[:100],
        "created_at": present,
        "last_seen_at": present,
    }
    # Two first commands at once both get here; one row is made.
    await session.execute(insert(session, User).values(row).on_conflict_do_nothing())
    return await session.get_one(User, user_id)


def known_zone(user: User | None) -> ZoneInfo | None:
    """The student's zone if they have told it."""
    return ZoneInfo(user.zone) if user is not None and user.zone else None


def zone_of(user: User | None) -> ZoneInfo:
    """The student's zone. Raises ZONE_NEEDED when they have not told it: UTC is never assumed."""
    if (zone := known_zone(user)) is None:
        raise CoachError(Code.ZONE_NEEDED)
    return zone


def quiet_of(user: User) -> QuietHours:
    """The hours in which the student wants no reminders."""
    return QuietHours(user.quiet_from, user.quiet_to)
