"""The tables. What a student wrote hangs on `users`, directly or through `contacts`.

Enumerations are stored as their words. Relationships are not mapped: use cases load what they need by
query, and every query starts from the owner.
"""

from datetime import datetime, time
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.storage.types import RowId, TZDateTime

PENDING = text("status = 'pending'")


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can drop it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: TZDateTime, str: Text}  # noqa: RUF012 - SQLAlchemy reads it as it stands


class User(Base):
    """A student, by Discord id. Made at the first thing they do."""

    __tablename__ = "users"

    discord_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    display_name: Mapped[str] = mapped_column(default="")
    """Name that signs their letters; from Discord until they set it."""
    zone: Mapped[str | None]
    """IANA name. None until asked: UTC is never assumed."""
    quiet_from: Mapped[time] = mapped_column(default=time(22))
    quiet_to: Mapped[time] = mapped_column(default=time(8))
    school: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    interests: Mapped[str] = mapped_column(default="")
    dm_closed_at: Mapped[datetime | None]
    """When Discord last refused a DM (50007); cleared by the next one that arrives."""
    parked: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The command that waits until the zone is known: action, arguments, fields."""
    created_at: Mapped[datetime]


class Contact(Base):
    """A person to learn from."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    organization: Mapped[str] = mapped_column(default="")
    reach: Mapped[str] = mapped_column(default="")
    """How to reach them, as typed; `email`, `phone` and `link` are read from it."""
    email: Mapped[str | None]
    phone: Mapped[str | None]
    link: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    referred_by_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Request(Base):
    """One request for an interview: what the student typed, the draft made of it, and what came back."""

    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    route: Mapped[str] = mapped_column(String(20))
    tie: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    learn: Mapped[str] = mapped_column(default="")
    windows: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(20))
    """draft, sent or answered."""
    outcome: Mapped[str | None] = mapped_column(String(20))
    nudges: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Interview(Base):
    """One meeting, coming or past."""

    __tablename__ = "interviews"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    mode: Mapped[str | None] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(20))
    """scheduled, met, cancelled or missed."""
    ended_at: Mapped[datetime | None]
    """When it really ended: the thank-you clock starts here."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Rises with every move: calendars and pings tell a new time from an old one by it."""
    notes: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Evaluation(Base):
    """The conversation about one meeting. `position` is the question that waits (12: none does)."""

    __tablename__ = "evaluations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(20))
    """open, paused or done."""
    position: Mapped[int] = mapped_column(default=1)
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The DM message that shows the current question, to fold it when the answer is typed."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

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
    )


class Answer(Base):
    """What the student says to one of the eleven questions."""

    __tablename__ = "answers"

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[str | None] = mapped_column(String(20))
    """None while there is only a note."""
    text: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime]


class ThankYou(Base):
    """The note for one meeting; the row exists from the moment the meeting has happened."""

    __tablename__ = "thank_yous"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"), unique=True)
    learned: Mapped[str] = mapped_column(default="")
    done: Mapped[str] = mapped_column(default="")
    next_step: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    """0 until drafted; rises with every edit."""
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Todo(Base):
    """Something the student promised or was advised to do."""

    __tablename__ = "todos"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Reminder(Base):
    """One ping. It leaves `pending` only after Discord took the message, or with a reason why it never will."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.discord_id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(RowId)
    """The interview, request or to-do that it is about, by `kind`."""
    due_at: Mapped[datetime]
    """The moment it is meant for. Never moved by the engine."""
    available_at: Mapped[datetime]
    """The earliest moment a worker may claim it: `due_at`, then the end of a lease, a backoff or quiet hours."""
    expires_at: Mapped[datetime]
    """After this it would only embarrass; the engine marks it stale."""
    claimed_until: Mapped[datetime | None]
    """End of the lease of the worker that is sending it, and what that worker knows its claim by. Set on a row that
    can be claimed: nobody said what became of the last attempt."""
    nonce: Mapped[int | None] = mapped_column(BigInteger)
    """What the message of the last attempt is known by, made from the ids of all that were claimed for it."""
    status: Mapped[str] = mapped_column(String(20))
    """pending, sent, undeliverable, stale, cancelled or uncertain."""
    reason: Mapped[str] = mapped_column(String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    dedupe_key: Mapped[str] = mapped_column(String(120))

    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        # The claim reads a prefix of this index, however many rows are done or far away.
        Index("ix_reminders_pending", "available_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_reminders_subject", "kind", "subject_id"),
    )


class Fact(Base):
    """Something the bot remembers about itself, such as which commands Discord knows."""

    __tablename__ = "facts"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]
