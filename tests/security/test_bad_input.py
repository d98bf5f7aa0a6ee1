"""What cannot be: times that no calendar has, a locked database, a full disk. Nothing changes, nothing is lost."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.storage.sqlite import connection as engine
from tests.support.full_journey import MARK
from tests.support.raw_interactions import REFERENCE, operators_log
from tests.support.row_snapshots import changed, rows
from tests.support.world import ZONE, Screen, Student, World, sqlite_url, world

COMMANDS: dict[str, tuple[str, dict[str, str]]] = {
    "interview schedule": ("coming", {"contact": "Ben"}),
    "interview move": ("coming", {"contact": "Cleo"}),
    "todo add": ("coming", {"text": "Read the report"}),
    "interview happened": ("past", {"contact": "Ben"}),
    "request sent": ("past", {"contact": "Ben"}),
    "thanks sent": ("past", {"contact": "Ana"}),
}
"""Every command with a `when`, and which side of now it takes."""
NO_TIMES = {
    "soonish": "could not read",
    "@everyone": "could not read",
    "31 February 10:00": "could not read",
    "9" * 6000: "could not read",
    "in " + "9" * 400 + " hours": "could not read",
    "<t:99999999999999999999>": "could not read",
    "Monday": "no time of day",
}
WRONG_SIDE = {
    "coming": {
        "yesterday 3pm": "that is over",
        "<t:1>": "that is over",
        "3/4 15:00": "could mean",
        "2026-03-08 02:30": "clocks go forward",
        "2026-11-01 01:30": "clocks go back",
        "2099-01-01 15:00": "further than I plan",
    },
    "past": {
        "tomorrow 3pm": "still to come",
        "in 5 minutes": "still to come",
        "2/1 10:00": "could mean",
        "2025-03-09 02:30": "clocks go forward",
        "2025-11-02 01:30": "clocks go back",
    },
}
LONG = f"{MARK} and a good many words more than anybody would like to type again. " * 12


@pytest.fixture
async def maya(rapport: World) -> Student:
    """A student who knows three people: met, not asked yet, and to be met."""
    student = rapport.student()
    await settle_in(student)
    return student


async def settle_in(student: Student) -> None:
    await student.slash("profile timezone", zone=ZONE)
    for name in ("Ana", "Ben", "Cleo"):
        await student.slash("contact add")
        await student.fill({"Name": f"{name} {MARK}"})
    await student.slash("interview happened", contact="Ana")
    await student.slash("interview schedule", contact="Cleo", when="Thu 2pm")


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_time_that_cannot_be_changes_nothing(maya: Student, rapport: World, command: str) -> None:
    side, options = COMMANDS[command]
    before = rows(rapport)
    for when, says in (NO_TIMES | WRONG_SIDE[side]).items():
        screen = await maya.slash(command, when=when, **options)
        assert says in screen, f"{when[:40]}: {screen.plain}"
        assert "@everyone" not in screen.text
        assert rows(rapport) == before, changed(before, rows(rapport))


# The storage fails


async def nothing(_: Student) -> None:
    """No form is needed."""


async def question_seven(student: Student) -> None:
    await student.slash("evaluate", contact="Ana")
    if "Write an answer" not in student.screen.labels:
        for _ in range(6):
            await student.press("Yes")
    await student.press("Write an answer")


async def booking(student: Student) -> None:
    await student.slash("request answer", contact="Ben", outcome="accepted")
    await student.press("Book the meeting")


async def todo_form(student: Student) -> None:
    await student.slash("todo list")
    await student.press("Add a to-do")


Opens = Callable[[Student], Awaitable[Any]]
Says = Callable[[Student], Awaitable[Screen]]
WORDS: dict[str, tuple[Opens, Says]] = {
    "a contact": (
        lambda s: s.slash("contact add"),
        lambda s: s.fill({"Name": "Dan", "Why them?": LONG[:500]}),
    ),
    "what is known of a contact": (
        lambda s: s.slash("contact edit", contact="Ben"),
        lambda s: s.fill({"Why them?": LONG[:500]}),
    ),
    "a profile": (
        lambda s: s.slash("profile edit"),
        lambda s: s.fill({"About you in one line": LONG[:200], "Fields that interest you": LONG[:200]}),
    ),
    "a request": (
        lambda s: s.slash("request draft", contact="Ben"),
        lambda s: s.fill({"How are you connected?": LONG[:500]}),
    ),
    "a note of thanks": (
        lambda s: s.slash("thanks draft", contact="Ana"),
        lambda s: s.fill({"What happens next?": LONG}),
    ),
    "an answer": (question_seven, lambda s: s.fill({"Your answer": LONG})),
    "a meeting": (booking, lambda s: s.fill({"When": "Fri 3pm", "Place or link": LONG[:300]})),
    "to-dos": (
        todo_form,
        lambda s: s.fill({"What do you want to do?": "\n".join(f"{LONG[:190]} {n}" for n in range(9))}),
    ),
    "a note by command": (nothing, lambda s: s.slash("contact note", contact="Ben", text=LONG)),
    "an answer in the DM": (nothing, lambda s: s.say(LONG)),
}
"""What a student writes: how it begins, and how it is sent."""


@contextmanager
def locked(rapport: World) -> Iterator[None]:
    """Another program holds the database."""
    other = sqlite3.connect(rapport.settings.database.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def full(rapport: World) -> Iterator[None]:
    """There is no room for another page."""

    other = sqlite3.connect(rapport.settings.database.database or "")
    other.execute("VACUUM")
    other.close()

    def no_more(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages if on else 2**31}")

    on = True
    event.listen(rapport.bot.db.engine.sync_engine, "begin", no_more)
    yield
    on = False


FAULTS = {"locked": locked, "full": full}


@pytest.fixture
async def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The bot, which waits a tenth of a second for another program, and whose file fills up soon: small pages."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    empty = sqlite3.connect(tmp_path / "rapport.sqlite3")
    empty.executescript("PRAGMA page_size = 512; CREATE TABLE first (x); DROP TABLE first; VACUUM;")
    empty.close()
    async with world(sqlite_url(tmp_path)) as running:
        yield running


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_storage_that_fails_keeps_nothing_by_halves_and_hands_the_words_back(
    impatient: World, caplog: pytest.LogCaptureFixture, fault: Any
) -> None:
    maya = impatient.student("maya", f"Maya {MARK}")
    await settle_in(maya)
    for opens, says in WORDS.values():
        await opens(maya)
        await refused_then_taken(impatient, maya, fault, says)
    assert MARK not in operators_log(caplog)
    assert "a fault, reference" in operators_log(caplog)


async def refused_then_taken(rapport: World, maya: Student, fault: Any, says: Says) -> None:
    """While the storage fails, the same words come back; afterwards they are kept."""
    before, form = rows(rapport), maya.seen[-1]
    with fault(rapport):
        screen = await says(maya)
        assert "My storage is busy or full right now, so nothing was saved." in screen
        assert REFERENCE in screen
        assert LONG[:190].strip() in screen.plain
        assert rows(rapport) == before, changed(before, rows(rapport))
    # Discord lets a form be sent once; the student opens it again.
    if getattr(form, "modal", None):
        form._interaction.modal_consumed = False
        maya.seen.append(form)
    assert REFERENCE not in await says(maya)
    assert rows(rapport) != before


async def test_what_only_reads_still_works_while_another_program_writes(impatient: World) -> None:
    maya = impatient.student()
    await settle_in(maya)
    with locked(impatient):
        for command in ("next", "contact list", "interview list", "todo list", "profile show", "help"):
            assert REFERENCE not in await maya.slash(command)


async def test_a_fault_of_discords_is_logged_without_a_word(
    rapport: World, maya: Student, caplog: pytest.LogCaptureFixture
) -> None:
    for status, code in ((400, 50035), (403, 50013), (404, 10062)):
        rapport.env.inject_error("POST", "/interactions/*/*/callback", status=status, code=code)
        await maya.slash("contact note", contact="Ana", text=f"{code} {LONG}")
    rapport.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    await maya.say(LONG)
    assert operators_log(caplog).count("a fault, reference") == 3
    assert MARK not in operators_log(caplog)
