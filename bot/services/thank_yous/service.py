"""Use cases of the thank-you note: drafting it from what the interview gave, and marking it as sent."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.text.input import checked_length, checked_text, seen
from bot.domain.thank_yous.asking import asked_in, with_question
from bot.domain.thank_yous.letter import (
    BODY_LIMIT,
    PART_LIMIT,
    NoteField,
    NoteParts,
    compose,
    told_todos,
    with_lines,
    without,
)
from bot.domain.thank_yous.shareable import chosen
from bot.services.base import UseCases, own
from bot.services.contacts.lookup import ContactKey, about, the_contact
from bot.services.dates.told import When, moment_if_told
from bot.services.interviews.views import InterviewView, NoInterview, NotMet, of_contact, view_of
from bot.services.reminders.planning import THANKS
from bot.services.reminders.scheduling import cancel
from bot.services.thank_yous.views import NoteView, NoteWords, load_note, ticked_before
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
        self,
        owner_id: int,
        interview_id: int,
        words: NoteWords,
        ticked: Sequence[int] = (),
        may_read: Sequence[int] = (),
    ) -> NoteView:
        """Write the note anew from the form, in the three moves; a question that it asks stays in it.

        Of the evaluation, only answers to the questions in `may_read` go into it. To-dos in `ticked` are marked as
        done with it; one that stays open is never told as done. Handout, Follow-Up. Raises NOT_FOUND, TOO_LONG, and
        MOVED_ON when the note is sent.
        """
        words = _checked(words)
        async with self.db.write(owner_id) as session:
            note, before = await self._unsent(session, owner_id, interview_id)
            all_todos = await of_interview(session, owner_id, interview_id)
            todos = [todo for todo in all_todos if todo.id in ticked]
            await tick(session, todos)
            done = [todo.text for todo in all_todos if todo.done_at is not None]
            typed, waiting = ticked_before(words.done, done)
            texts = tuple(dict.fromkeys([*waiting, *(todo.text for todo in todos)]))
            parts = NoteParts(
                contact_name=before.contact_name,
                student_name=(await session.get_one(User, owner_id)).display_name,
                learned=with_lines(words.learned, *chosen(before.may_read, may_read)),
                done=typed,
                ticked=texts,
                next_step=without(words.next_step, texts),
                question=asked_in(note.body, self._questions()),
            )
            self._compose(note, parts)
            return await self._now(session, owner_id, interview_id)

    def _compose(self, note: ThankYou, parts: NoteParts) -> None:
        """Write it, and keep what it was made of; a deed that it cannot tell stays in the form."""
        wording = self.handbook.thank_yous.wording
        _write(note, compose(parts, wording))
        said = told_todos(parts.ticked, parts.contact_name, wording.verbs)
        untold = [todo for todo, deed in said.items() if not deed]
        note.learned, note.next_step = parts.learned, parts.next_step
        note.done = with_lines(parts.done, *untold)

    async def ask(self, owner_id: int, interview_id: int, question: int) -> NoteView:
        """Put an open question of the evaluation into the note as it stands; the one that is there stays alone.

        Raises NOT_FOUND, TOO_LONG, and MOVED_ON when the note is sent, not drafted, or the question is answered.
        """
        async with self.db.write(owner_id) as session:
            note, before = await self._unsent(session, owner_id, interview_id)
            if not note.version or question not in before.gaps:
                raise CoachError(Code.MOVED_ON)
            student = (await session.get_one(User, owner_id)).display_name
            asked = self.handbook.question(question).ask_in_note
            phrases = self.handbook.thank_yous.phrases
            _write(note, with_question(note.body, asked, student, phrases, self._questions()))
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

    def _questions(self) -> list[str]:
        return [question.ask_in_note for question in self.handbook.questions]

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
        # What was ticked for an earlier draft may stand in these two together with what was typed.
        checked_length(seen(words.learned), NoteField.LEARNED.value, BODY_LIMIT),
        checked_length(seen(words.done), NoteField.DONE.value, BODY_LIMIT),
        checked_length(seen(words.next_step), NoteField.NEXT_STEP.value, PART_LIMIT),
    )


def _write(note: ThankYou, body: str) -> None:
    """A new text is a new version. Raises TOO_LONG."""
    checked_length(body, NoteField.MESSAGE.value, BODY_LIMIT)
    if body != note.body:
        note.body, note.version = body, note.version + 1
