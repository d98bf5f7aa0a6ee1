"""Use cases of the thank-you note: drafting it from what the interview gave, and marking it as sent."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.questions import QUESTIONS
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.text.input import checked_length, checked_text, seen
from bot.domain.thank_yous.letter import BODY_LIMIT, PART_LIMIT, NoteField, NoteParts, compose, done_from_todos
from bot.domain.thank_yous.prefill import without
from bot.services.base import UseCases, own
from bot.services.contacts.lookup import ContactKey, about, the_contact
from bot.services.dates.told import When, moment_if_told
from bot.services.interviews.views import InterviewView, NoInterview, NotMet, of_contact, view_of
from bot.services.reminders.planning import THANKS
from bot.services.reminders.scheduling import cancel
from bot.services.thank_yous.views import NoteView, NoteWords, load_note
from bot.services.todos.service import tick
from bot.services.todos.views import of_interview
from bot.storage.models import Interview, ThankYou, User


class ThankYouService(UseCases):
    """Use cases of the thank-you note."""

    async def about(self, owner_id: int, contact: ContactKey) -> NoteView | NotMet | NoInterview:
        """The note for the last interview with a contact, or why there is none. See `Find` for errors."""
        async with self.db.read(owner_id) as session:
            met = await the_contact(session, owner_id, contact)
            meant = _meant(await of_contact(session, owner_id, met.id))
            return await self._of(session, owner_id, meant.id) if meant else NoInterview(met.id, met.name)

    async def get(self, owner_id: int, interview_id: int) -> NoteView | NotMet | NoInterview:
        """The note for one interview, or why there is none. Raises NOT_FOUND."""
        async with self.db.read(owner_id) as session:
            return await self._of(session, owner_id, interview_id)

    async def compose(
        self, owner_id: int, interview_id: int, words: NoteWords, ticked: Sequence[int] = (), question: int = 0
    ) -> NoteView:
        """Write the note anew from the form, in the three moves. `question` is an open one that it may ask.

        To-dos in `ticked` are marked as done with it; one that stays open is never told as done. Handout,
        Follow-Up. Raises NOT_FOUND, TOO_LONG, and MOVED_ON when the note is sent.
        """
        words = _checked(words)
        async with self.db.write(owner_id) as session:
            note, before = await self._unsent(session, owner_id, interview_id)
            todos = [todo for todo in await of_interview(session, owner_id, interview_id) if todo.id in ticked]
            await tick(session, todos)
            texts = tuple(todo.text for todo in todos)
            words = replace(words, next_step=without(words.next_step, texts))
            parts = NoteParts(
                contact_name=before.contact_name,
                student_name=(await session.get_one(User, owner_id)).display_name,
                learned=words.learned,
                done=words.done,
                ticked=texts,
                next_step=words.next_step,
                open_questions=self._asked(question),
            )
            _write(note, compose(parts, self.handbook.thank_yous.phrases))
            note.learned, note.next_step = words.learned, words.next_step
            note.done = done_from_todos([words.done, *texts])
            return await self._now(session, owner_id, interview_id)

    async def edit(self, owner_id: int, interview_id: int, body: str) -> NoteView:
        """Take the note as the student wrote it. Raises NOT_FOUND, BLANK, TOO_LONG, MOVED_ON when it is sent."""
        body = checked_text(body, NoteField.MESSAGE.value, BODY_LIMIT)
        async with self.db.write(owner_id) as session:
            note, _ = await self._unsent(session, owner_id, interview_id)
            _write(note, body)
            return await self._now(session, owner_id, interview_id)

    async def sent(
        self, owner_id: int, interview_id: int, when: When | None = None
    ) -> NoteView | NotMet | NoInterview:
        """The note went out then (default: now): every reminder about it goes with the same transaction.

        Said again, nothing changes; a moment that is given corrects the one before. Where there is no note yet,
        returns why. Raises NOT_FOUND, SENT_TOO_SOON, ZONE_NEEDED, and the WHEN_ codes.
        """
        async with self.db.write(owner_id) as session:
            return await self._send(session, owner_id, await view_of(session, owner_id, interview_id), when)

    async def sent_to(
        self, owner_id: int, contact: ContactKey, when: When | None = None
    ) -> NoteView | NotMet | NoInterview:
        """Like `sent` for the last interview with a contact. Raises what `Find` raises, too."""
        async with about(self.db, owner_id, contact) as (session, find):
            met = await find()
            meant = _meant(await of_contact(session, owner_id, met.id))
            return await self._send(session, owner_id, meant, when) if meant else NoInterview(met.id, met.name)

    async def _send(
        self, session: AsyncSession, owner_id: int, interview: InterviewView, when: When | None
    ) -> NoteView | NotMet | NoInterview:
        found = await load_note(session, self.handbook, owner_id, interview.id)
        if found is None:
            return _no_note(interview)
        at = await moment_if_told(session, owner_id, when, "past")
        if at is not None and at < interview.starts_at:
            raise CoachError(Code.SENT_TOO_SOON, understood=at, started=interview.starts_at)
        found[0].sent_at = at or found[0].sent_at or now()
        await cancel(session, THANKS, [interview.id], "the note is sent")
        return await self._now(session, owner_id, interview.id)

    async def _of(self, session: AsyncSession, owner_id: int, interview_id: int) -> NoteView | NotMet | NoInterview:
        found = await load_note(session, self.handbook, owner_id, interview_id)
        return found[1] if found else _no_note(await view_of(session, owner_id, interview_id))

    def _asked(self, number: int) -> tuple[str, ...]:
        return (self.handbook.question(number).ask_in_note,) if 1 <= number <= QUESTIONS else ()

    async def _unsent(self, session: AsyncSession, owner_id: int, interview_id: int) -> tuple[ThankYou, NoteView]:
        note, known = await self._own(session, owner_id, interview_id)
        if note.sent_at is not None:
            raise CoachError(Code.MOVED_ON)
        return note, known

    async def _own(self, session: AsyncSession, owner_id: int, interview_id: int) -> tuple[ThankYou, NoteView]:
        found = await load_note(session, self.handbook, owner_id, interview_id)
        if found is None:
            await own(session, Interview, owner_id, interview_id)
            raise CoachError(Code.MOVED_ON)
        return found

    async def _now(self, session: AsyncSession, owner_id: int, interview_id: int) -> NoteView:
        await session.flush()
        return (await self._own(session, owner_id, interview_id))[1]


def _no_note(interview: InterviewView) -> NotMet | NoInterview:
    return NotMet(interview) if interview.waits else NoInterview(interview.contact_id, interview.contact_name)


def _meant(rows: Sequence[InterviewView]) -> InterviewView | None:
    """Of a contact's interviews, the last first: the last that happened, then one that may be the next to.

    An interview whose time has passed comes first once the note for the one before it is sent.
    """
    met = next((row for row in rows if row.status is InterviewStatus.MET), None)
    waiting = next((row for row in rows if row.waits and row.over), None)
    if met is None:
        return waiting or next((row for row in reversed(rows) if row.waits), None)
    thanked = met.note_sent_at is not None
    return waiting if thanked and waiting is not None and waiting.starts_at > met.starts_at else met


def _checked(words: NoteWords) -> NoteWords:
    """The same, blank where nothing can be seen. Raises TOO_LONG."""
    return NoteWords(
        checked_length(seen(words.learned), NoteField.LEARNED.value, PART_LIMIT),
        # What was ticked for an earlier draft is offered here together with what was typed.
        checked_length(seen(words.done), NoteField.DONE.value, BODY_LIMIT),
        checked_length(seen(words.next_step), NoteField.NEXT_STEP.value, PART_LIMIT),
    )


def _write(note: ThankYou, body: str) -> None:
    """A new text is a new version. Raises TOO_LONG."""
    checked_length(body, NoteField.MESSAGE.value, BODY_LIMIT)
    if body != note.body:
        note.body, note.version = body, note.version + 1
