"""Use cases of the request: drafting it, marking it as sent, and what came back."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.requests.form import LIMITS, RequestField, RequestWords, checked_message, offered_tie
from bot.domain.requests.frames import FormPart, tie_frame
from bot.domain.requests.letter import Draft, compose, said_for
from bot.domain.requests.nudges import compose_nudge
from bot.domain.requests.stated_times import add_zone
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, RequestStatus
from bot.domain.text.input import checked_length
from bot.domain.text.to_the_reader import turned_to_reader
from bot.domain.times.zones import zone_in_words
from bot.handbook.models import Handbook
from bot.services.base import UseCases, own, owned, zone_of
from bot.services.contacts.lookup import ContactKey, about, the_contact
from bot.services.dates.told import When, moment_if_told
from bot.services.quotas import check_with
from bot.services.reminders.planning import nudge_reminders
from bot.services.reminders.scheduling import arm, cancel, set_aside
from bot.services.requests.views import (
    Nudge,
    RequestLine,
    RequestView,
    Start,
    last_of,
    lines,
    load,
    parts_of,
    referrer_of,
    words_of,
)
from bot.storage.models import Contact, Request, User

_NUDGE = (ReminderKind.NUDGE,)


class RequestService(UseCases):
    """Use cases of the request."""

    async def get(self, owner_id: int, request_id: int) -> RequestView:
        """One request as it stands. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return (await load(session, self.handbook, owner_id, request_id))[1]

    async def listing(self, owner_id: int) -> tuple[RequestLine, ...]:
        """All requests of the student: those that wait for something first, then the newest."""
        async with self.db.read(owner_id) as session:
            return await lines(session, owner_id)

    async def start(self, owner_id: int, contact: ContactKey) -> Start:
        """What the form for a contact starts from: the last answers, or what is known. See `Find` for errors."""
        async with self.db.read(owner_id) as session:
            return await self._start(session, owner_id, await the_contact(session, owner_id, contact))

    async def start_over(self, owner_id: int, request_id: int) -> tuple[RequestView, Start]:
        """A request as it stands, and what its form starts from. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            view = (await load(session, self.handbook, owner_id, request_id))[1]
            contact = await own(session, Contact, owner_id, view.contact_id)
            return view, await self._start(session, owner_id, contact)

    async def compose(
        self, owner_id: int, contact_id: int, route: RequestRoute, words: RequestWords
    ) -> RequestView:
        """Draft a request from the form. A draft to the same contact that is not sent yet gives way to it.

        Raises NOT_FOUND, TOO_LONG, NO_ROOM.
        """
        words = words.checked()
        async with self.db.write(owner_id) as session:
            return await self._compose(session, owner_id, contact_id, route, words)

    async def recompose(self, owner_id: int, request_id: int, words: RequestWords) -> RequestView:
        """Draft a request anew from its form. Raises what `compose` raises, and MOVED_ON once it is sent."""
        async with self.db.write(owner_id) as session:
            request = await _unsent(session, owner_id, request_id)
            route, words = RequestRoute(request.route), words.checked()
            return await self._compose(session, owner_id, request.contact_id, route, words)

    async def finish(self, owner_id: int, request_id: int, part: FormPart, text: str) -> RequestView:
        """Say one part of a draft otherwise, where a blank waits for it. What was edited by hand stays.

        Raises NOT_FOUND, TOO_LONG, and MOVED_ON once it is sent, or when no blank waits.
        """
        async with self.db.write(owner_id) as session:
            request = await _unsent(session, owner_id, request_id)
            contact = await own(session, Contact, owner_id, request.contact_id)
            before, words = words_of(request), replace(words_of(request), **{part.value: text}).checked()
            phrases, route = self.handbook.requests.phrases, RequestRoute(request.route)
            old = compose(route, await parts_of(session, owner_id, contact, before), phrases)
            parts = await parts_of(session, owner_id, contact, words)
            new = compose(route, parts, phrases)
            blank = phrases[f"blank_{part}"]
            if blank not in request.body and words == before:
                return await _now(session, self.handbook, owner_id, request)  # sent twice
            if blank not in request.body:
                raise CoachError(Code.MOVED_ON)
            body = new.body if request.body == old.body else said_for(part, parts, request.body, phrases)
            checked_length(body, RequestField.MESSAGE.value, LIMITS[RequestField.MESSAGE])
            _keep(request, words)
            _write(request, route, Draft(new.subject if request.subject == old.subject else request.subject, body))
            return await _now(session, self.handbook, owner_id, request)

    async def edit(self, owner_id: int, request_id: int, subject: str, body: str) -> RequestView:
        """Take the draft as the student wrote it. Raises NOT_FOUND, BLANK, TOO_LONG, MOVED_ON once it is sent."""
        draft = Draft(*checked_message(subject, body))
        async with self.db.write(owner_id) as session:
            request = await _unsent(session, owner_id, request_id)
            _write(request, RequestRoute(request.route), draft)
            return await _now(session, self.handbook, owner_id, request)

    async def name_zone(self, owner_id: int, request_id: int) -> RequestView:
        """Say whose clock the times in a draft are in. Raises NOT_FOUND, ZONE_NEEDED, MOVED_ON once it is sent."""
        async with self.db.write(owner_id) as session:
            request = await _unsent(session, owner_id, request_id)
            zone = zone_of(await session.get_one(User, owner_id))
            body = add_zone(request.body, zone_in_words(zone.key, now()))
            checked_length(body, RequestField.MESSAGE.value, LIMITS[RequestField.MESSAGE])
            _write(request, RequestRoute(request.route), Draft(request.subject, body))
            return await _now(session, self.handbook, owner_id, request)

    async def sent(self, owner_id: int, request_id: int, when: When | None = None) -> RequestView:
        """A request went out then (default: now), and the reminder about a nudge is planned with it.

        Said again, nothing changes; a moment that is given corrects the one before. An answered request stays as
        it is. Raises NOT_FOUND, ZONE_NEEDED, and the WHEN_ codes.
        """
        async with self.db.write(owner_id) as session:
            at = await moment_if_told(session, owner_id, when, "past")
            request = await own(session, Request, owner_id, request_id)
            if request.status != RequestStatus.ANSWERED:
                await _send(session, owner_id, request, at)
            return await _now(session, self.handbook, owner_id, request)

    async def sent_to(self, owner_id: int, contact: ContactKey, when: When | None = None) -> RequestView:
        """Like `sent` for the newest request to a contact; one that was made elsewhere is recorded.

        Raises NO_ROOM too, and what `Find` raises.
        """
        async with about(self.db, owner_id, contact) as (session, find):
            at = await moment_if_told(session, owner_id, when, "past")
            asked = await find()
            request = await last_of(session, owner_id, asked.id)
            if request is None or request.status == RequestStatus.ANSWERED:
                request = await self._new(session, owner_id, asked.id)
            await _send(session, owner_id, request, at)
            return await _now(session, self.handbook, owner_id, request)

    async def answer(self, owner_id: int, request_id: int, outcome: RequestOutcome) -> RequestView:
        """Take what came back, or correct it; nobody is to be reminded any more. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            request = await own(session, Request, owner_id, request_id)
            await _answer(session, request, outcome)
            return await _now(session, self.handbook, owner_id, request)

    async def answer_from(self, owner_id: int, contact: ContactKey, outcome: RequestOutcome) -> RequestView:
        """Like `answer` for the newest request to a contact; one that was made elsewhere is recorded.

        Raises NO_ROOM too, and what `Find` raises.
        """
        async with about(self.db, owner_id, contact) as (session, find):
            asked = await find()
            request = await last_of(session, owner_id, asked.id)
            if request is None:
                request = await self._new(session, owner_id, asked.id)
            await session.flush()
            await _answer(session, request, outcome)
            return await _now(session, self.handbook, owner_id, request)

    async def let_go(self, owner_id: int, request_id: int) -> RequestView:
        """Wait no longer for an answer. One that has come stays. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            request = await own(session, Request, owner_id, request_id)
            if request.status == RequestStatus.SENT:
                await _answer(session, request, RequestOutcome.NO_ANSWER)
            return await _now(session, self.handbook, owner_id, request)

    async def nudge(self, owner_id: int, request_id: int) -> Nudge:
        """The reminder of a request that got no answer, unless there were enough of them. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            request, view = await load(session, self.handbook, owner_id, request_id)
            student = (await session.get_one(User, owner_id)).display_name
        if not _may_nudge(view):
            return Nudge(view, None)
        subject = "" if view.route in {RequestRoute.CALL, RequestRoute.LINKEDIN} else request.subject
        return Nudge(view, compose_nudge(view.contact_name, student, subject, self.handbook.requests.nudge))

    async def nudged(self, owner_id: int, request_id: int, before: int) -> RequestView:
        """A reminder went out, with `before` sent earlier: saying it again counts it once. Raises NOT_FOUND."""
        async with self.db.write(owner_id) as session:
            request, view = await load(session, self.handbook, owner_id, request_id)
            if request.nudges == before and _may_nudge(view):
                request.nudges += 1
                request.status, request.outcome, request.answered_at = RequestStatus.SENT.value, None, None
                await cancel(session, _NUDGE, [request.id], "a reminder went out")
                user = await session.get_one(User, owner_id)
                await arm(session, owner_id, nudge_reminders(user, request, now()))
            return await _now(session, self.handbook, owner_id, request)

    async def _start(self, session: AsyncSession, owner_id: int, contact: Contact) -> Start:
        request = await last_of(session, owner_id, contact.id)
        referrer = await referrer_of(session, owner_id, contact)
        offered = words_of(request) if request else RequestWords()
        if offered == RequestWords():
            # "Why them?" is a note to oneself: it is offered only as what can be said to them.
            why = turned_to_reader(contact.why, contact.name)
            offered = RequestWords(offered_tie(contact.source, referrer, self.handbook.requests.ties), why)
        replaces = request.version if request is not None and request.status == RequestStatus.DRAFT else 0
        frame = tie_frame(contact.source, referred=bool(referrer))
        return Start(contact.id, contact.name, offered, frame, replaces)

    async def _compose(
        self, session: AsyncSession, owner_id: int, contact_id: int, route: RequestRoute, words: RequestWords
    ) -> RequestView:
        contact = await own(session, Contact, owner_id, contact_id)
        draft = compose(route, await parts_of(session, owner_id, contact, words), self.handbook.requests.phrases)
        checked_length(draft.body, RequestField.MESSAGE.value, LIMITS[RequestField.MESSAGE])
        request = await last_of(session, owner_id, contact_id)
        if request is None or request.status != RequestStatus.DRAFT:
            request = await self._new(session, owner_id, contact_id)
        _keep(request, words)
        _write(request, route, draft)
        return await _now(session, self.handbook, owner_id, request)

    async def _new(self, session: AsyncSession, owner_id: int, contact_id: int) -> Request:
        """A request without a text yet. Raises NO_ROOM."""
        await check_with(session, self.room, Request, owner_id, contact_id)
        request = Request(
            contact_id=contact_id,
            route=RequestRoute.EMAIL.value,
            version=0,
            status=RequestStatus.DRAFT.value,
            nudges=0,
            created_at=now(),
        )
        session.add(request)
        return request


def _keep(request: Request, words: RequestWords) -> None:
    request.tie, request.why, request.learn, request.windows = words.tie, words.why, words.learn, words.windows


def _write(request: Request, route: RequestRoute, draft: Draft) -> None:
    """A new text, or a new way to send it, is a new version."""
    before = (request.route, request.subject, request.body)
    request.route, request.subject, request.body = route.value, draft.subject, draft.body
    if not request.version or before != (request.route, request.subject, request.body):
        request.version += 1


async def _unsent(session: AsyncSession, owner_id: int, request_id: int) -> Request:
    request = await own(session, Request, owner_id, request_id)
    if request.status != RequestStatus.DRAFT:
        raise CoachError(Code.MOVED_ON)
    return request


async def _send(session: AsyncSession, owner_id: int, request: Request, at: datetime | None) -> None:
    user = await session.get_one(User, owner_id)
    zone_of(user)
    if request.status == RequestStatus.SENT and at in {None, request.sent_at}:
        return
    request.status, request.sent_at = RequestStatus.SENT.value, at or now().replace(microsecond=0)
    await session.flush()
    reminders = nudge_reminders(user, request, request.sent_at)
    theirs = owned(Request, owner_id).where(Request.contact_id == request.contact_id)
    earlier = await session.scalars(theirs.where(Request.id != request.id).with_only_columns(Request.id))
    await cancel(session, _NUDGE, earlier, "asked anew")
    # Where the week is over all the same, what the student put off is all that still reminds them.
    await cancel(session, _NUDGE, [request.id], "asked anew", but_put_off=not reminders)
    # Its reminder may have gone out already, a week after what was taken for the moment before.
    await set_aside(session, owner_id, _NUDGE, request.id)
    await arm(session, owner_id, reminders)


async def _answer(session: AsyncSession, request: Request, outcome: RequestOutcome) -> None:
    """What came back counts from now, unless it is the same as before."""
    await cancel(session, _NUDGE, [request.id], f"the answer is known: {outcome}")
    if request.status == RequestStatus.ANSWERED and request.outcome == outcome:
        return
    request.status, request.outcome = RequestStatus.ANSWERED.value, outcome.value
    request.answered_at = now()
    request.sent_at = request.sent_at or now()


def _may_nudge(view: RequestView) -> bool:
    return view.nudge_from is not None or view.move is NextMove.NUDGE


async def _now(session: AsyncSession, handbook: Handbook, owner_id: int, request: Request) -> RequestView:
    await session.flush()
    return (await load(session, handbook, owner_id, request.id))[1]
