"""Students who stay away, and a bot that looks once a day: what the tests of inactivity share."""

from datetime import datetime, timedelta

import time_machine
from sqlalchemy import func, select

from bot.clock import now
from bot.domain.reminders.inactivity import absence
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.services import Services
from bot.services.due_reminders import Leaving, ReminderView
from bot.services.reminders.claims import DeliveryOutcome
from bot.services.reminders.inactivity import Looked
from bot.storage.database import Database
from bot.storage.models import Contact, Reminder, User
from tests.support.shortcuts import add
from tests.support.shortcuts import zone as told_zone
from tests.support.world import ZONE

MAYA, TOM = 1001, 1002
DAY = timedelta(days=1)
FIRST, SECOND = ReminderKind.INACTIVE_FIRST, ReminderKind.INACTIVE_SECOND


class Story:
    """Two students who were here on the same day, and a bot that looks once a day."""

    def __init__(self, db: Database, services: Services, traveller: time_machine.Traveller) -> None:
        self.db, self.services, self.traveller = db, services, traveller
        self.told: list[tuple[int, ReminderKind, datetime, datetime]] = []
        """The warnings that went out: to whom, which, when, and the date in it."""

    async def arrive(self) -> None:
        for student, name in ((MAYA, "Maya"), (TOM, "Tom")):
            await self.services.profiles.meet(student, name)
            await self.services.profiles.set_zone(student, ZONE)
            await add(self.db, Contact(owner_id=student, name="Ana", created_at=now()))
        self.gone = absence(now(), 24, (await told_zone(self.services, MAYA)))

    async def look(self) -> Looked:
        """The day's look, and what falls due until the next one goes out."""
        since, looked = await self.services.inactivity.begin(), Looked()
        if since is not None:
            looked = await self.services.inactivity.look(await self.services.inactivity.absent(), since)
        return looked

    async def send(self, become: Status = Status.SENT) -> None:
        for delivery in await self.services.deliveries.claim():
            views = await self.services.reminders.describe(delivery.user_id, delivery.reminders)
            if become is not Status.STALE:
                self.told += [(delivery.user_id, view.kind, now(), _date(view)) for view in views]
            told = {view.reminder_id for view in views}
            await self.services.deliveries.record(
                [DeliveryOutcome(one, become if one.id in told else Status.STALE) for one in delivery.reminders]
            )

    async def days(self, number: int = 1, become: Status = Status.SENT) -> Looked:
        """So many days with the bot at work: what falls due goes out at its moment."""
        looked = Looked()
        for _ in range(number):
            tomorrow = now() + DAY
            while (due := await self.services.deliveries.earliest()) is not None and due <= tomorrow:
                self.traveller.move_to(max(due, now()))
                await self.send(become)
            self.traveller.move_to(tomorrow)
            looked += await self.look()
        return looked

    async def until(self, moment: datetime, become: Status = Status.SENT) -> Looked:
        return await self.days((moment - now()) // DAY, become)

    def skip_to(self, moment: datetime) -> None:
        """The bot is away, or nothing happens that matters."""
        self.traveller.move_to(moment)

    def warnings(self, student: int = MAYA) -> list[tuple[ReminderKind, datetime]]:
        return [(kind, at) for who, kind, at, _ in self.told if who == student]

    async def students(self) -> set[int]:
        async with self.db.read() as session:
            return set(await session.scalars(select(User.discord_id)))

    async def pending(self) -> int | None:
        async with self.db.read() as session:
            query = select(func.count()).where(Reminder.status == Status.PENDING.value)
            return await session.scalar(query)


def _date(view: ReminderView) -> datetime:
    assert isinstance(view.about, Leaving)
    return view.about.delete_at


async def almost(story: Story) -> None:
    """The bot has been at work all the time, and the first warning is a few days away."""
    story.skip_to(story.gone.first_at - 5 * DAY - DAY / 3)
    assert await story.look() == Looked()
