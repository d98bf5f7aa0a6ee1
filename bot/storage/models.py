"""The tables. What a student wrote hangs on `users`, directly or through `contacts`.

Enumerations are stored as their words. Relationships are not mapped: use cases load what they need by
query, and every query starts from the owner. Each column says what it is kept for
(`bot/storage/columns/purpose.py`). A text is taken for a student's and can be encrypted
(`bot/storage/columns/types.py`), unless it is declared to be ours.
"""

from datetime import datetime, time
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import ONCE_ONLY
from bot.storage.base import Base as Base  # noqa: PLC0414 - with it come all tables
from bot.storage.columns.purpose import of_nobody, of_other_person, of_student, of_student_on_contact
from bot.storage.columns.types import RowId, WrittenForm

PENDING = text("status = 'pending'")
LONG_AGO = text("'1970-01-01 00:00:00+00'")

ROWS, HANGS = of_student("to hold your rows together"), of_student_on_contact("to hold your rows together")
SINCE = of_student_on_contact("to put lists in order")
QUIET = of_student("so that no reminder disturbs you")
LOCKED = of_student("so that a locked phone shows what you want")
LETTERS = of_student("to say in letters who you are")


class User(Base):
    """A student, by Discord id. Made at the first thing they do."""

    __tablename__ = "users"

    discord_id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, info=of_student("to know whose data it is")
    )
    display_name: Mapped[str] = mapped_column(default="", info=of_student("to sign your letters"))
    """Name that signs their letters; from Discord until they set it."""
    zone: Mapped[str | None] = mapped_column(Text, info=of_student("so that times and reminders are right"))
    """IANA name. None until asked: UTC is never assumed."""
    quiet_from: Mapped[time] = mapped_column(default=time(22), info=QUIET)
    quiet_to: Mapped[time] = mapped_column(default=time(8), info=QUIET)
    names_in_pings: Mapped[bool] = mapped_column(default=True, server_default=true(), info=LOCKED)
    """Whether names, to-do words and places stand in reminders: others read what a locked phone shows."""
    school: Mapped[str] = mapped_column(default="", info=LETTERS)
    about: Mapped[str] = mapped_column(default="", info=LETTERS)
    interests: Mapped[str] = mapped_column(default="", info=LETTERS)
    dm_closed_at: Mapped[datetime | None] = mapped_column(
        info=of_student("to tell you why reminders did not arrive", kept="until a DM arrives again")
    )
    """When Discord last refused a DM; cleared by the next one that arrives."""
    parked: Mapped[dict[str, Any] | None] = mapped_column(
        WrittenForm, info=of_student("so that you need not type it again", kept="until you choose a time zone")
    )
    """The command that waits until the zone is known: action, arguments, fields."""
    created_at: Mapped[datetime] = mapped_column(
        info=of_student("to know data of an old backup that you had deleted")
    )
    last_seen_at: Mapped[datetime] = mapped_column(
        index=True, server_default=LONG_AGO, info=of_student("to delete what you left behind, after two warnings")
    )
    """When they last did anything here, by Discord's clock: the first thing they did on a day, by UTC.
    Every row says its own; the default is there as SQLite adds no column without one that is never empty."""


PREPARE = of_other_person("to draft requests and prepare interviews")
REACH = of_other_person("so that you can reach them")


class Contact(Base):
    """A person to learn from."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=HANGS)
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("users.discord_id", ondelete="CASCADE"), index=True, info=HANGS
    )
    name: Mapped[str] = mapped_column(info=PREPARE)
    title: Mapped[str] = mapped_column(default="", info=PREPARE)
    organization: Mapped[str] = mapped_column(default="", info=PREPARE)
    reach: Mapped[str] = mapped_column(default="", info=REACH)
    """How to reach them, as typed; `email`, `phone` and `link` are read from it."""
    email: Mapped[str | None] = mapped_column(info=REACH)
    phone: Mapped[str | None] = mapped_column(info=REACH)
    link: Mapped[str | None] = mapped_column(info=REACH)
    source: Mapped[str] = mapped_column(
        Text, default="", info=of_other_person("to say in letters how you found them")
    )
    """One of the words of `Source`, or blank."""
    why: Mapped[str] = mapped_column(
        default="", info=of_other_person("to remember why them, and to offer for a letter what is said to them")
    )
    notes: Mapped[str] = mapped_column(default="", info=of_other_person("to have your notes at hand"))
    referred_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("contacts.id", ondelete="SET NULL"),
        index=True,
        info=of_other_person("to say in letters who sent you"),
    )
    archived_at: Mapped[datetime | None] = mapped_column(info=of_student_on_contact("to leave them out of lists"))
    created_at: Mapped[datetime] = mapped_column(info=SINCE)


DRAFT = of_student_on_contact("to draft the request and coach its wording")
PROGRESS = of_student_on_contact("to know what comes next, and to remind you once")


class Request(Base):
    """One request for an interview: what the student typed, the draft made of it, and what came back."""

    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=HANGS)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True, info=HANGS)
    route: Mapped[str] = mapped_column(String(20), info=DRAFT)
    tie: Mapped[str] = mapped_column(default="", info=DRAFT)
    why: Mapped[str] = mapped_column(default="", info=DRAFT)
    learn: Mapped[str] = mapped_column(default="", info=DRAFT)
    windows: Mapped[str] = mapped_column(default="", info=DRAFT)
    subject: Mapped[str] = mapped_column(default="", info=DRAFT)
    body: Mapped[str] = mapped_column(default="", info=DRAFT)
    version: Mapped[int] = mapped_column(default=1, info=DRAFT)
    status: Mapped[str] = mapped_column(String(20), info=PROGRESS)
    """draft, sent or answered."""
    outcome: Mapped[str | None] = mapped_column(String(20), info=PROGRESS)
    nudges: Mapped[int] = mapped_column(default=0, info=PROGRESS)
    created_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    sent_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    answered_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)


APPOINTMENT = of_student_on_contact("to remind you and to make the calendar file")
ENDING = of_student_on_contact("to know what comes next; the thank-you clock starts at the end")


class Interview(Base):
    """One interview, coming or past."""

    __tablename__ = "interviews"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=HANGS)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True, info=HANGS)
    starts_at: Mapped[datetime] = mapped_column(info=APPOINTMENT)
    minutes: Mapped[int] = mapped_column(info=APPOINTMENT)
    mode: Mapped[str | None] = mapped_column(String(20), info=APPOINTMENT)
    place: Mapped[str] = mapped_column(default="", info=APPOINTMENT)
    status: Mapped[str] = mapped_column(String(20), info=ENDING)
    """scheduled, met, cancelled or missed."""
    ended_at: Mapped[datetime | None] = mapped_column(info=ENDING)
    """When it really ended: the thank-you clock starts here."""
    sequence: Mapped[int] = mapped_column(default=0, info=APPOINTMENT)
    """Rises with every move: calendars and reminders tell a new time from an old one by it."""
    notes: Mapped[str] = mapped_column(default="", info=of_student_on_contact("to have your notes at hand"))
    created_at: Mapped[datetime] = mapped_column(info=SINCE)


GOES_ON = of_student_on_contact("to go on where you stopped")
PLACE = of_student_on_contact("to know what you answer in your DM, and to fold the question then")


class Evaluation(Base):
    """The conversation about one interview. `position` is the question that waits (12: none does)."""

    __tablename__ = "evaluations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=HANGS)
    interview_id: Mapped[int] = mapped_column(
        ForeignKey("interviews.id", ondelete="CASCADE"), unique=True, info=HANGS
    )
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"), info=HANGS)
    status: Mapped[str] = mapped_column(String(20), info=GOES_ON)
    """open, paused or done."""
    position: Mapped[int] = mapped_column(default=1, info=GOES_ON)
    channel_id: Mapped[int | None] = mapped_column(BigInteger, info=PLACE)
    message_id: Mapped[int | None] = mapped_column(BigInteger, info=PLACE)
    """The DM message that shows the current question, to fold it when the answer is typed."""
    shown_from: Mapped[int | None] = mapped_column(BigInteger, info=PLACE)
    """From which id on a message was typed with the question on the screen: that message may be redrawn."""
    created_at: Mapped[datetime] = mapped_column(info=SINCE)
    finished_at: Mapped[datetime | None] = mapped_column(info=SINCE)

    __table_args__ = (
        # One open evaluation per student, whatever two processes do at once.
        Index(
            "ix_evaluations_one_open",
            "owner_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_evaluations_owner_id", "owner_id"),
        ONCE_ONLY,
    )


LEARNED = of_student_on_contact("to show you what you learned, and to offer for a note what you may tick")


class Answer(Base):
    """What the student says to one of the eleven questions."""

    __tablename__ = "answers"

    evaluation_id: Mapped[int] = mapped_column(
        ForeignKey("evaluations.id", ondelete="CASCADE"), primary_key=True, info=HANGS
    )
    question: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=LEARNED)
    verdict: Mapped[str | None] = mapped_column(String(20), info=LEARNED)
    """None while there is only a note."""
    text: Mapped[str] = mapped_column(default="", info=LEARNED)
    answered_at: Mapped[datetime] = mapped_column(info=LEARNED)


NOTE = of_student_on_contact("to draft the note")
DEADLINE = of_student_on_contact("to remind you in time")


class ThankYou(Base):
    """The note for one interview; the row exists from the moment the interview has happened."""

    __tablename__ = "thank_yous"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=HANGS)
    interview_id: Mapped[int] = mapped_column(
        ForeignKey("interviews.id", ondelete="CASCADE"), unique=True, info=HANGS
    )
    learned: Mapped[str] = mapped_column(default="", info=NOTE)
    done: Mapped[str] = mapped_column(default="", info=NOTE)
    next_step: Mapped[str] = mapped_column(default="", info=NOTE)
    body: Mapped[str] = mapped_column(default="", info=NOTE)
    version: Mapped[int] = mapped_column(default=0, info=NOTE)
    """0 until drafted; rises with every edit."""
    due_at: Mapped[datetime] = mapped_column(info=DEADLINE)
    sent_at: Mapped[datetime | None] = mapped_column(info=DEADLINE)


ABOUT_WHOM = of_student_on_contact("to say whom it has to do with")
PROMISE = of_student("to help you keep promises")


class Todo(Base):
    """Something the student promised or was advised to do."""

    __tablename__ = "todos"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=ROWS)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"), index=True, info=ROWS)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), index=True, info=ABOUT_WHOM
    )
    interview_id: Mapped[int | None] = mapped_column(
        ForeignKey("interviews.id", ondelete="CASCADE"), index=True, info=ABOUT_WHOM
    )
    text: Mapped[str] = mapped_column(info=PROMISE)
    due_at: Mapped[datetime | None] = mapped_column(info=PROMISE)
    done_at: Mapped[datetime | None] = mapped_column(info=PROMISE)
    created_at: Mapped[datetime] = mapped_column(info=of_student("to put lists in order"))


MOMENT = of_student_on_contact("to send the right reminder at the right time")
ONCE = of_student_on_contact("so that no reminder is lost or sent twice")


class Reminder(Base):
    """One reminder. It leaves `pending` only after Discord took the message, or with a reason why it never will."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, info=HANGS)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"), index=True, info=HANGS)
    kind: Mapped[str] = mapped_column(String(30), info=MOMENT)
    subject_id: Mapped[int] = mapped_column(RowId, info=MOMENT)
    """The interview, request or to-do that it is about, by `kind`."""
    due_at: Mapped[datetime] = mapped_column(info=MOMENT)
    """The moment it is meant for. Never moved by the engine."""
    available_at: Mapped[datetime] = mapped_column(info=MOMENT)
    """The earliest moment a worker may claim it: `due_at`, then the end of a lease, a backoff or quiet hours."""
    expires_at: Mapped[datetime] = mapped_column(info=MOMENT)
    """After this it would only embarrass; the engine marks it stale."""
    claimed_until: Mapped[datetime | None] = mapped_column(info=ONCE)
    """End of the lease of the worker that is sending it, and what that worker knows its claim by. Set on a row that
    can be claimed: nobody said what became of the last attempt."""
    nonce: Mapped[int | None] = mapped_column(BigInteger, info=ONCE)
    """What the message of the last attempt is known by, made from the ids of all that were claimed for it."""
    status: Mapped[str] = mapped_column(String(20), info=ONCE)
    """pending, sent, undeliverable, stale, cancelled or uncertain."""
    reason: Mapped[str] = mapped_column(String(60), default="", info=ONCE)
    attempts: Mapped[int] = mapped_column(default=0, info=ONCE)
    sent_at: Mapped[datetime | None] = mapped_column(info=ONCE)
    message_id: Mapped[int | None] = mapped_column(BigInteger, info=ONCE)
    dedupe_key: Mapped[str] = mapped_column(String(120), info=ONCE)

    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        # The claim reads a prefix of this index, however many rows are done or far away.
        Index("ix_reminders_pending", "available_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_reminders_subject", "kind", "subject_id"),
        ONCE_ONLY,
    )


COMMANDS = of_nobody("so that a start knows what the last one did", kept="until it does something else")


class Fact(Base):
    """Something the bot remembers about itself, such as which commands Discord knows, and when it was at work."""

    __tablename__ = "facts"

    key: Mapped[str] = mapped_column(String(60), primary_key=True, info=COMMANDS)
    value: Mapped[str] = mapped_column(Text, info=COMMANDS)
