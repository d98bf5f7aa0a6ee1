"""One attempt at one student's due reminders: what is sent, put off, dropped, or first looked up in the DM."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import now
from bot.domain.reminders.reminder import HELD, Status, backoff, hold_until, is_late, keep_newest
from bot.domain.times.quiet_hours import in_quiet
from bot.logs import outline
from bot.reminders.outcome_writer import NotWrittenError, OutcomeWriter
from bot.reminders.pace import SendPace, Spacing
from bot.reminders.sender_protocol import DirectMessagesClosedError, Sender, TakenBackError, TryLaterError
from bot.services.reminders.claims import Claimed, Delivery, DeliveryOutcome
from bot.storage.errors import problem_of

log = logging.getLogger(__name__)

ONE_ATTEMPT = timedelta(seconds=30)
"""How long Discord may take for one message; well under a lease, so that nobody else sends it meanwhile."""


class Attempts:
    """Decides about deliveries and carries them out. One student's failure never reaches another."""

    def __init__(
        self,
        sender: Sender,
        outcomes: OutcomeWriter,
        pace: SendPace,
        come_back: Callable[[datetime], None],
        spacing: Spacing | None = None,
        *,
        steady: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sender = sender
        self._outcomes = outcomes
        self._pace = pace
        self._come_back = come_back
        """Told when something of an attempt has to be tried again."""
        self._steady = steady
        """Whether the clock can be believed."""
        self._spacing = spacing or Spacing(timedelta(0))

    async def make(self, delivery: Delivery) -> None:
        """Send what is to be sent, and record what became of everything. Never raises."""
        try:
            if any(reminder.interrupted for reminder in delivery.reminders):
                await self._settle(delivery)
            elif ready := await self._sort_out(delivery):
                await self._send(ready)
        except NotWrittenError:
            log.info("the lease of %d reminders is left to end", len(delivery.reminders))
        except Exception as error:  # noqa: BLE001 - a fault of ours: its lease ends, and it is looked up and tried again
            if problem_of(error) is None:  # the storage says that itself, once
                log.error("a reminder failed; it is tried again\n%s", outline(error))  # noqa: TRY400 - the message of the error must not be logged

    async def _settle(self, delivery: Delivery) -> None:
        """Find out what became of earlier attempts before anything is said again.

        What did not go out is claimed anew, together with what else is due, so that one message speaks of all.
        """
        doubtful = [reminder for reminder in delivery.reminders if reminder.interrupted]
        outcomes = [_again(reminder, now()) for reminder in delivery.reminders if not reminder.interrupted]
        try:
            async with asyncio.timeout(ONE_ATTEMPT.total_seconds()):
                found = await self._sender.find(delivery.user_id, doubtful)
        except (TryLaterError, TimeoutError) as error:
            outcomes += [_still_unknown(reminder, error) for reminder in doubtful]
        else:
            if found is None:
                outcomes += [
                    DeliveryOutcome(reminder, Status.UNCERTAIN, "its DM cannot be read") for reminder in doubtful
                ]
            else:
                outcomes += [
                    DeliveryOutcome(reminder, Status.SENT, "found in the DM", found[reminder.id])
                    if reminder.id in found
                    else _again(reminder, now())
                    for reminder in doubtful
                ]
        await self._record(outcomes)

    async def _sort_out(self, delivery: Delivery) -> list[Claimed]:
        """What is to be said now; the rest is recorded."""
        present = now()
        expired = [reminder for reminder in delivery.reminders if reminder.expires_at <= present]
        overdue = keep_newest(reminder for reminder in delivery.reminders if reminder.expires_at > present)
        held = {reminder.id: until for reminder in overdue.keep if (until := _held(delivery, reminder, present))}
        ready = [reminder for reminder in overdue.keep if reminder.id not in held]
        outcomes = [
            *map(_expired, expired),
            *(DeliveryOutcome(reminder, Status.STALE, "a newer one says it") for reminder in overdue.superseded),
            *(_again(one, held[one.id], HELD) for one in overdue.keep if one.id in held),
        ]
        if (until := self._spacing.wait_until(delivery.user_id, present)) and all(
            until < reminder.expires_at for reminder in ready
        ):
            outcomes += [_again(reminder, until, "right after another message") for reminder in ready]
            ready = []
        await self._record(outcomes)
        return ready

    async def _send(self, reminders: Sequence[Claimed]) -> None:
        await self._pace.wait()
        present = now()
        if present + ONE_ATTEMPT > reminders[0].lease or not self._steady():
            # The queue was long, or the machine slept: the claim may be another worker's by now.
            await self._record([_again(reminder, present) for reminder in reminders])
            return
        late = any(is_late(reminder.due_at, present) for reminder in reminders)
        await self._record(await self._said(reminders, late=late))

    async def _said(self, reminders: Sequence[Claimed], *, late: bool) -> list[DeliveryOutcome]:
        """Send, and say what became of it."""
        try:
            async with asyncio.timeout(ONE_ATTEMPT.total_seconds()):
                message_id = await self._sender.send(reminders[0].user_id, reminders, late=late)
        except DirectMessagesClosedError:
            return [DeliveryOutcome(one, Status.UNDELIVERABLE, "direct messages are closed") for one in reminders]
        except (TryLaterError, TimeoutError) as error:
            until = now() + _wait(reminders, error)
            unsure = not isinstance(error, TryLaterError) or error.unsure
            return [_again(reminder, until, "Discord could not take it", unsure=unsure) for reminder in reminders]
        except TakenBackError:
            # Of those that were taken back, this records nothing; what is left of the message is claimed anew.
            return [_again(one, now()) for one in reminders]
        if message_id is None:
            return [DeliveryOutcome(one, Status.STALE, "nothing left to say") for one in reminders]
        self._spacing.note(reminders[0].user_id, now())
        return [DeliveryOutcome(one, Status.SENT, "", message_id) for one in reminders]

    async def _record(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        if not self._steady():
            # The clock jumped on the way: what it says of the present, and of later, is nothing to go by.
            outcomes = [_unjudged(outcome) for outcome in outcomes]
        await self._outcomes.put(outcomes)
        if moments := [outcome.again_at for outcome in outcomes if outcome.again_at is not None]:
            self._come_back(min(moments))


def _held(delivery: Delivery, reminder: Claimed, present: datetime) -> datetime | None:
    """The end of the student's quiet hours, for what can wait for it and was not planned into them."""
    if delivery.zone is None:
        return None
    zone = ZoneInfo(delivery.zone)
    if in_quiet(reminder.due_at, delivery.quiet, zone) and not is_late(reminder.due_at, present):
        return None
    return hold_until(present, reminder.expires_at, delivery.quiet, zone)


def _again(reminder: Claimed, at: datetime, reason: str = "", *, unsure: bool = False) -> DeliveryOutcome:
    return DeliveryOutcome(reminder, Status.PENDING, reason, again_at=at, unsure=unsure)


def _unjudged(outcome: DeliveryOutcome) -> DeliveryOutcome:
    """What is known whatever the clock says: that it arrived, or cannot. Anything else is looked at anew."""
    if outcome.status in {Status.SENT, Status.UNDELIVERABLE}:
        return outcome
    unsure = outcome.unsure or outcome.status is Status.UNCERTAIN
    return _again(outcome.reminder, outcome.reminder.due_at, "the clock jumped", unsure=unsure)


def _expired(reminder: Claimed) -> DeliveryOutcome:
    first = reminder.attempts == 1
    return DeliveryOutcome(
        reminder, Status.STALE, "too late to be useful" if first else "could not be sent in time"
    )


def _still_unknown(reminder: Claimed, error: TryLaterError | TimeoutError) -> DeliveryOutcome:
    """Look again later; what would be too late by then stays open for ever, and the student is told so."""
    until = now() + _wait([reminder], error)
    if until >= reminder.expires_at:
        return DeliveryOutcome(reminder, Status.UNCERTAIN, "its DM could not be read in time")
    return _again(reminder, until, "its DM could not be read", unsure=True)


def _wait(reminders: Iterable[Claimed], error: TryLaterError | TimeoutError) -> timedelta:
    """As long as Discord asks for, else longer with each attempt."""
    if isinstance(error, TryLaterError) and error.after is not None:
        return error.after
    return backoff(max(reminder.attempts for reminder in reminders), random.random())  # noqa: S311 - jitter
