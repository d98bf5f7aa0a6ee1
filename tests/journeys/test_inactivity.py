"""A student who stays away for two years: two direct messages, then nothing is left. Whoever returns keeps all."""

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.domain.reminders.inactivity import absence
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.storage.models import Base, Reminder, User
from bot.ui.kit.card import Button, Card
from bot.ui.kit.direct_messages import open_dm, send
from tests.support.inbox import Inbox
from tests.support.raw_interactions import operators_log
from tests.support.shortcuts import stamp
from tests.support.world import START, ZONE, Screen, Student, World, world

DAY = timedelta(days=1)
SEND = "/channels/*/messages"
GONE = absence(START, 24, ZoneInfo(ZONE))
"""Follows from a last visit on the afternoon on which every story begins."""
ASKED, LAST = "Shall I keep your data?", "Last notice about your data"


@pytest.fixture
async def rapport(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The bot, which looks for what nobody announced once a day: these stories take years."""
    async with world(database, data_dir=tmp_path, sweep_seconds=86_400) as running:
        yield running


async def settle(student: Student) -> Student:
    """The student has a zone, a contact and an open DM."""
    await student.say("hi")
    await student.slash("profile timezone", zone=ZONE)
    await student.slash("contact add")
    await student.fill({"Name": "Ana Reyes"})
    return student


@pytest.fixture
async def gone(maya: Student) -> Student:
    """A student who will not be seen for a long time."""
    return await settle(maya)


async def away(rapport: World, until: datetime) -> None:
    """Nothing happens for years, so that the bot might as well have been off; then it is at work again."""
    await rapport.restart(away=until - rapport.env.now())


async def left(rapport: World) -> dict[str, int]:
    """How many rows each table has, but for what the bot remembers about itself."""
    async with rapport.bot.db.read() as session:
        counts = {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name != "facts"
        }
    return {name: count for name, count in counts.items() if count}


def titles(inbox: Inbox) -> list[str]:
    """Of each new message, the warning that it is, or what else it says."""
    return [next((title for title in (ASKED, LAST) if line.startswith(title)), line) for line in inbox.lines()]


async def is_kept(student: Student) -> bool:
    """Whether the student's contact is still there; looks without doing anything as the student."""
    counts = await left(student.world)
    assert bool(counts.get("users")) == bool(counts.get("contacts"))
    return "contacts" in counts


async def warned(student: Student) -> list[tuple[str, datetime]]:
    async with student.world.bot.db.read() as session:
        rows = await session.scalars(select(Reminder).where(Reminder.status == Status.SENT.value))
        return [(row.kind, row.sent_at) for row in rows if row.sent_at]


async def test_two_messages_on_their_days_and_then_nothing_is_left(
    rapport: World, gone: Student, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox(gone)
    await away(rapport, GONE.first_at - 3 * DAY)
    await rapport.skip_to(GONE.first_at - timedelta(minutes=1))
    assert inbox.new() == []
    await rapport.skip(minutes=2)
    (first,) = inbox.new()
    day = f"{GONE.delete_at.astimezone(ZoneInfo(ZONE)):%b %-d, %Y}"
    assert first.content.startswith(f"{ASKED} It is deleted after {day}\n")
    assert f"**You were last here** {stamp(START, 'D')}" in first
    assert f"**Deleted after** {stamp(GONE.delete_at, 'D')} ({stamp(GONE.delete_at, 'R')})" in first
    assert first.labels == ["Keep my data", "Export my data", "Delete everything"]

    await rapport.skip_to(GONE.second_at - timedelta(minutes=1))
    assert inbox.new() == []
    await rapport.skip(minutes=2)
    (second,) = inbox.new()
    assert LAST in second
    assert stamp(GONE.delete_at, "D") in second.text
    assert await warned(gone) == [
        (ReminderKind.INACTIVE_FIRST, GONE.first_at),
        (ReminderKind.INACTIVE_SECOND, GONE.second_at),
    ]

    await rapport.skip_to(GONE.delete_at - timedelta(minutes=1))
    assert await is_kept(gone)
    caplog.clear()
    caplog.set_level(logging.INFO)
    await rapport.skip(days=1, minutes=2)
    assert await left(rapport) == {}
    assert inbox.new() == []
    assert "of 1 who are away, warned 0, deleted 1" in operators_log(caplog)
    assert str(gone.id) not in operators_log(caplog)
    assert len(rapport.bot.db.erased.file.read_text(encoding="utf-8").splitlines()) == 2

    # What is still in the DM brings nothing back; whoever wants to begins anew.
    assert "There is nothing left to keep" in await gone.press("Keep my data", on=second)
    await gone.press("Export my data", on=first)
    assert await left(rapport) == {}
    assert "Ana" not in await gone.slash("next")
    assert await left(rapport) == {"users": 1}


@pytest.mark.parametrize("way", ["Keep my data", "Export my data", "a message", "a command", "an old button"])
@pytest.mark.parametrize("before", ["first_at", "second_at", "delete_at"])
async def test_whoever_returns_keeps_everything_and_is_asked_again_years_later(
    rapport: World, gone: Student, before: str, way: str
) -> None:
    inbox = Inbox(gone)
    await away(rapport, GONE.first_at - 3 * DAY)
    await rapport.skip_to(getattr(GONE, before) - timedelta(hours=1))
    came = inbox.new()
    assert len(came) == ["first_at", "second_at", "delete_at"].index(before)
    answer = await act(gone, way, came)
    if way == "Keep my data" and came:
        assert "Your data stays" in answer
        assert "away for 24 months again" in answer
    back = rapport.env.now()
    inbox.new()
    await rapport.skip_to(GONE.delete_at + 3 * DAY)
    assert inbox.new() == []
    assert await is_kept(gone)

    again = absence(back, 24, ZoneInfo(ZONE))
    await away(rapport, again.first_at - 3 * DAY)
    await rapport.skip_to(again.second_at + DAY)
    assert titles(inbox) == [ASKED, LAST]


async def act(student: Student, way: str, came: list[Screen]) -> Screen:
    """Come back in one way or another; by a button of the newest warning, if there was one."""
    match way:
        case "a message":
            return await student.say("hello again")
        case "a command":
            return await student.slash("help")
        case "an old button":
            # Of a version that had other actions.
            card = Card("A card", rows=((Button("Look", "no.more"),),))
            await send(await open_dm(student.world.bot, student.id), student.id, card)
            return await student.press("Look")
        case _ if came:
            return await student.press(way, on=came[-1])
        case _:
            return await student.press("What's next")


async def test_keeping_works_twice_and_in_one_of_two_messages(rapport: World, gone: Student) -> None:
    inbox = Inbox(gone)
    await away(rapport, GONE.first_at - 3 * DAY)
    await rapport.skip_to(GONE.second_at + DAY)
    first, second = inbox.new()
    for message in (first, second):
        assert "Your data stays" in await gone.press("Keep my data", on=message)
    await rapport.skip_to(GONE.delete_at + 3 * DAY)
    assert await is_kept(gone)


async def test_deleting_right_away_by_the_button(rapport: World, gone: Student) -> None:
    await away(rapport, GONE.first_at - 3 * DAY)
    await rapport.skip_to(GONE.first_at + DAY)
    await gone.press("Delete everything")
    await gone.fill({"Type DELETE to confirm": "DELETE"})
    assert await left(rapport) == {}
    inbox = Inbox(gone)
    await rapport.skip_to(GONE.delete_at + DAY)
    assert inbox.new() == []


async def test_closed_direct_messages_give_as_much_time(rapport: World, gone: Student) -> None:
    await away(rapport, GONE.first_at - 3 * DAY)
    rapport.env.inject_error("POST", SEND, status=403, code=50007, times=None)
    await rapport.skip_to(GONE.delete_at - timedelta(minutes=1))
    async with rapport.bot.db.read() as session:
        rows = await session.execute(select(Reminder.kind, Reminder.status).order_by(Reminder.due_at))
        assert [tuple(row) for row in rows] == [
            (ReminderKind.INACTIVE_FIRST, Status.UNDELIVERABLE),
            (ReminderKind.INACTIVE_SECOND, Status.UNDELIVERABLE),
        ]
    await rapport.skip(days=1, minutes=2)
    assert await left(rapport) == {}


async def test_after_months_without_the_bot_everybody_is_warned_first(rapport: World, gone: Student) -> None:
    inbox = Inbox(gone)
    await away(rapport, GONE.first_at - 3 * DAY)
    await rapport.skip_to(GONE.first_at - DAY)
    back = GONE.delete_at + 120 * DAY
    await rapport.restart(away=back - rapport.env.now())
    await rapport.skip(days=2)
    # What was planned before the stop is too old to be sent as it is; it comes anew.
    assert titles(inbox) == [ASKED]
    await rapport.skip(days=11)
    assert titles(inbox) == [LAST]
    assert await is_kept(gone)
    (_, first), (_, second) = await warned(gone)
    assert second - first >= timedelta(days=7)
    await rapport.skip(days=7)
    assert await left(rapport) == {}


@pytest.mark.parametrize("stop", ["first_at", "second_at"])
async def test_a_button_that_nobody_heard_is_asked_for_again(rapport: World, gone: Student, stop: str) -> None:
    inbox = Inbox(gone)
    await away(rapport, GONE.first_at - 3 * DAY)
    await rapport.skip_to(getattr(GONE, stop) + DAY)
    inbox.new()
    await rapport.restart(away=GONE.delete_at + 120 * DAY - rapport.env.now())
    await rapport.skip(days=6)
    (again,) = inbox.new()
    assert LAST in again
    await gone.press("Keep my data", on=again)
    await rapport.skip(days=20)
    assert await is_kept(gone)


async def test_leaving_the_server_deletes_nothing(rapport: World) -> None:
    member = await settle(rapport.member())
    await member.slash("interview happened", contact="Ana")
    rapport.env.backend.remove_member(member.channel.guild.id, member.id)
    inbox = Inbox(member)
    await rapport.skip(days=3)
    assert titles(inbox) == [
        "Thank-you note to Ana Reyes: due Tue, Mar 3, 3:00 PM",
        "Your note to Ana Reyes is still to be sent: due Tue, Mar 3, 3:00 PM",
        "A note to Ana Reyes is still welcome: was due Tue, Mar 3, 3:00 PM",
    ]
    assert await is_kept(member)


@pytest.mark.parametrize(("months", "kept"), [(0, True), (24, False), (25, True)])
async def test_the_operator_says_how_long(database: str, tmp_path: Path, months: int, kept: bool) -> None:
    async with world(database, data_dir=tmp_path, sweep_seconds=86_400, inactive_months=months) as rapport:
        student = await settle(rapport.student())
        await away(rapport, GONE.first_at - 3 * DAY)
        await rapport.skip_to(GONE.delete_at + DAY)
        assert await is_kept(student) == kept


def copy(file: str | None, other: Path) -> None:
    """All of one SQLite file into another, as `sqlite3 .backup` does it."""
    with closing(sqlite3.connect(str(file))) as live, closing(sqlite3.connect(other)) as backup:
        live.backup(backup)


@pytest.mark.sqlite(reason="a backup is a copy of the file")
async def test_an_old_backup_deletes_nobody_without_two_warnings(
    rapport: World, gone: Student, tmp_path: Path
) -> None:
    file, old = Path(str(rapport.settings.database.database)), tmp_path / "backup.sqlite3"
    copy(str(file), old)
    # The student is here each year, and never away for long.
    for years in (1, 2):
        await away(rapport, START + years * 365 * DAY)
        await gone.slash("help")
    await away(rapport, GONE.delete_at + 30 * DAY)
    inbox = Inbox(gone)
    await rapport.bot.close()
    copy(str(old), file)
    await rapport.restart()
    await rapport.skip(days=13)
    assert titles(inbox) == [ASKED, LAST]
    assert await is_kept(gone)
    await gone.say("I am here")
    await rapport.skip(days=30)
    assert await is_kept(gone)


async def test_a_student_is_noted_once_a_day(rapport: World, gone: Student) -> None:
    async def seen_at() -> datetime:
        async with rapport.bot.db.read() as session:
            return (await session.get_one(User, gone.id)).last_seen_at

    first = await seen_at()
    await gone.slash("next")
    assert await seen_at() == first
    await gone.suggestions("contact show", "contact", "A")
    await rapport.skip(days=2)
    await gone.suggestions("contact show", "contact", "A")
    assert await seen_at() == first, "typing a name is not noted"
    await gone.press("Add a contact")
    assert await seen_at() == rapport.env.now()
    await gone.fill({"Name": "Ben"})
    await rapport.skip(hours=1)
    noted = await seen_at()
    await gone.say("hi")
    assert await seen_at() == noted
