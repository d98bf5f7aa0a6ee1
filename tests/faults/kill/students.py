"""The students of the kill trial: reminders of several kinds fall due for them, and they press what they see."""

import random
from collections.abc import Sequence
from datetime import timedelta

from simcord.backend.models import Interaction
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.reminder import Planned, ReminderKind
from bot.domain.requests.status import RequestRoute, RequestStatus
from bot.services.base import ensure_user
from bot.services.reminders.scheduling import arm
from bot.storage.database import Database
from bot.storage.models import Contact, Interview, Request, ThankYou, Todo
from bot.ui.kit.custom_ids import ComponentKind as Carrier
from tests.faults.doubles.discord.messages import custom_ids
from tests.faults.doubles.discord.server import StandIn

ZONE = "America/Denver"
HOUR = timedelta(hours=1)
SOON = 1.5
"""Seconds within which what is planned falls due."""
NEWEST = 30
"""Messages that are looked at: the others have scrolled away."""
PATIENCE = 0.8
"""How likely a student waits while the bot is away."""


class Crowd:
    """Students in the stand-in and in the database of the bot."""

    def __init__(self, discord: StandIn, db: Database, rng: random.Random) -> None:
        self.planned: set[str] = set()
        """The `dedupe_key` of everything that was committed."""
        self.acts: list[Interaction] = []
        self._discord = discord
        self._db = db
        self._rng = rng
        self._users: list[int] = []

    async def gather(self, number: int, closed: int) -> None:
        """Make `number` students who told the bot their zone; the first `closed` take no DMs."""
        self._users = [self._discord.students.add(f"student{n}") for n in range(number)]
        self._discord.mail.closed.update(self._users[:closed])
        async with self._db.write() as session:
            for user in self._users:
                row = await ensure_user(session, user, "Maya Torres")
                # The same moment twice: no hours are quiet, whatever the time of the day.
                row.zone, row.quiet_to = ZONE, row.quiet_from
                session.add(Contact(owner_id=user, name="Ana Reyes", created_at=now()))

    async def plan(self) -> None:
        """Plan reminders about a thing or two, as the bot's own use cases do it: with what they are about."""
        planned: list[Planned] = []
        async with self._db.write() as session:
            for user in self._rng.choices(self._users, k=self._rng.randint(0, 2)):
                about = self._rng.choice((self._todo, self._note, self._request))
                reminders = await about(session, user)
                await arm(session, user, reminders)
                planned += reminders
        self.planned |= {reminder.dedupe_key for reminder in planned}

    async def _todo(self, session: AsyncSession, user: int) -> Sequence[Planned]:
        todo = Todo(owner_id=user, text="Send the article", due_at=now() + HOUR, created_at=now())
        session.add(todo)
        await session.flush()
        # Some are of no use a moment later.
        return [self._reminder(ReminderKind.TODO_DUE, todo.id, 0, lives=self._rng.choice((1.0, *[3600.0] * 15)))]

    async def _note(self, session: AsyncSession, user: int) -> Sequence[Planned]:
        contact = await self._contact(session, user)
        over = now() - HOUR
        interview = Interview(
            contact_id=contact,
            starts_at=over,
            minutes=30,
            status=InterviewStatus.MET.value,
            ended_at=over,
            created_at=over,
        )
        session.add(interview)
        await session.flush()
        session.add(ThankYou(interview_id=interview.id, due_at=over + 24 * HOUR))
        return [
            self._reminder(ReminderKind.THANK_YOU_FIRST, interview.id, 0),
            self._reminder(ReminderKind.THANK_YOU_SECOND, interview.id, 3),
        ]

    async def _request(self, session: AsyncSession, user: int) -> Sequence[Planned]:
        request = Request(
            contact_id=await self._contact(session, user),
            route=RequestRoute.EMAIL.value,
            status=RequestStatus.SENT.value,
            sent_at=now() - 168 * HOUR,
            created_at=now(),
        )
        session.add(request)
        await session.flush()
        return [self._reminder(ReminderKind.NUDGE, request.id, 0)]

    async def _contact(self, session: AsyncSession, user: int) -> int:
        contact = Contact(owner_id=user, name="Ana Reyes", created_at=now())
        session.add(contact)
        await session.flush()
        return contact.id

    def _reminder(self, kind: ReminderKind, subject: int, seconds: float, *, lives: float = 3600.0) -> Planned:
        due = now() + timedelta(seconds=seconds + self._rng.uniform(0, SOON))
        return Planned(kind, subject, due, due + timedelta(seconds=lives), f"{kind}:{subject}:0")

    def act(self) -> None:
        """Somebody does something. Nobody waits for the bot to be there; some try even while it is away."""
        here = bool(self._discord.gateway.connections)
        if not here and self._rng.random() < PATIENCE:
            return
        user = self._rng.choice(self._users)
        match self._rng.choices(("press", "command", "type"), (8, 1, 1))[0]:
            case "press":
                self._press()
            case "command" if here:
                self.acts.append(self._discord.students.slash(user, "todo list"))
            case _ if user not in self._discord.mail.closed:
                self._discord.students.say(user, "hello")
            case _:
                pass  # who takes no DMs does not write to the bot either

    def _press(self) -> None:
        """Somebody presses any button of one of the newest messages, as it looks now."""
        newest = self._discord.mail.messages[-NEWEST:]
        if not newest:
            return
        created = self._rng.choice(newest)
        shown = self._discord.backend.get_message(created.channel_id, created.message_id)
        if routes := [one for one in custom_ids(shown.components) if one.startswith(Carrier.BUTTON)]:
            route = self._rng.choice(routes)
            self.acts.append(self._discord.students.press(created.user_id, created.message_id, route))
