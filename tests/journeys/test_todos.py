"""A student keeps to-dos and ticks them off, with commands, buttons, forms and the reminder of a date."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.services.interviews.views import Met
from bot.storage.models import Contact, Todo
from bot.ui.kit.card import Button, Card
from bot.ui.kit.direct_messages import open_dm, send
from tests.support.shortcuts import DENVER, stamp
from tests.support.world import START, ZONE, Student, World

TEXT, DUE = "What do you want to do?", "Due when? (leave blank for no reminder)"
FRIDAY = datetime(2026, 3, 6, 17, 0, tzinfo=DENVER)
"""It is Monday, March 2, 15:00."""
HARD = ["🦊" * 80, "ליצור קשר עם אנה", "**bold** `code` ~~_", "@everyone <@1>", "- # not a heading", "x" * 200]


@pytest.fixture
async def ready(maya: Student) -> Student:
    """Maya with a zone and a contact."""
    bot = maya.world.bot
    await bot.services.profiles.set_zone(maya.id, ZONE)
    async with bot.db.write() as session:
        session.add(Contact(owner_id=maya.id, name="Ana Núñez", created_at=now()))
    return maya


async def met(student: Student) -> int:
    done = await student.world.bot.services.interviews.met(student.id, 1)
    assert isinstance(done, Met)
    return done.interview.id


async def rows(world: World) -> list[Todo]:
    async with world.bot.db.read() as session:
        return list(await session.scalars(select(Todo).order_by(Todo.id)))


async def forge(student: Student, *buttons: Button) -> None:
    """A card of the student's own with buttons that the bot never gave them."""
    bot = student.world.bot
    await send(await open_dm(bot, student.id), student.id, Card("A card", rows=(buttons,)))


async def test_add_list_and_done(rapport: World, ready: Student) -> None:
    card = await ready.slash("todo add", text="Read the reef report", contact="Ana", when="Fri 5pm")
    assert "To-do added" in card
    assert stamp(FRIDAY) in card.text
    await ready.slash("todo add", text="Write to Dr. Lind")
    card = await ready.slash("todo list")
    assert "Read the reef report" in card
    assert f"Ana Núñez · due {stamp(FRIDAY, 'R')}" in card.text
    assert card.labels == ["Done", "Done", "Add a to-do", "What's next"]
    after = await ready.press("Done")
    assert after.message_id == card.message_id
    assert "~~Read the reef report~~" in after
    assert "Write to Dr. Lind" in after
    last = await ready.slash("todo done", todo="lind")
    assert "~~Write to Dr. Lind~~" in last
    assert all(todo.done_at for todo in await rows(rapport))
    assert "Nothing is open" in await ready.slash("todo list")


async def test_the_names_of_open_to_dos_are_offered(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Read the reef report", contact="Ana")
    await ready.slash("todo add", text="Write to Dr. Lind")
    assert await ready.suggestions("todo done", "todo", "") == [
        "Read the reef report · Ana Núñez",
        "Write to Dr. Lind",
    ]
    assert await ready.suggestions("todo done", "todo", "lin") == ["Write to Dr. Lind"]
    assert await ready.suggestions("todo add", "contact", "an", text="x") == ["Ana Núñez"]
    await ready.slash("todo done", todo="#1")
    assert [bool(todo.done_at) for todo in await rows(rapport)] == [True, False]


async def test_a_text_that_fits_none_or_several_ticks_nothing(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Call Tom")
    await ready.slash("todo add", text="Call the bank")
    several = await ready.slash("todo done", todo="call")
    assert "could be one of these" in several
    assert several.labels[:2] == ["Done", "Done"]
    none = await ready.slash("todo done", todo="bake a cake @everyone")
    assert "No open to-do looks like" in none
    assert not any(todo.done_at for todo in await rows(rapport))
    assert "~~Call the bank~~" in await ready.press("Done", on=several, nth=1)


async def test_the_form_of_an_interview_keeps_several_and_leads_to_the_note(rapport: World, ready: Student) -> None:
    interview = await met(ready)
    await forge(ready, Button("Add to-dos", "todo.new", (interview,)))
    form = await ready.press("Add to-dos")
    assert list(form.fields) == [TEXT, DUE]
    await rapport.restart()
    card = await ready.fill({TEXT: "- Read the report\n- Join the chapter", DUE: "Fri 5pm"})
    assert "2 to-dos added" in card
    assert card.labels[0] == "Draft the thank-you"
    assert [(todo.text, todo.interview_id, todo.due_at) for todo in await rows(rapport)] == [
        ("Read the report", interview, FRIDAY),
        ("Join the chapter", interview, FRIDAY),
    ]
    assert "What did you learn or appreciate?" in (await ready.press("Draft the thank-you")).fields


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({TEXT: "Read", DUE: "yesterday 5pm"}, "that is over"),
        ({TEXT: "Read", DUE: "when I can"}, "could not read"),
        ({TEXT: "\n".join(f"to-do {n}" for n in range(11))}, "11 lines; 10 fit at once"),
        ({TEXT: "x" * 201}, "201 characters long; 200 fit"),
        ({TEXT: " - \n"}, "is empty"),
    ],
)
async def test_a_form_that_cannot_be_taken_comes_back_whole(
    rapport: World, ready: Student, answers: dict[str, str], said: str
) -> None:
    await ready.slash("todo list")
    await ready.press("Add a to-do")
    card = await ready.fill(answers)
    assert said in card
    assert answers[TEXT].strip() in card
    assert await rows(rapport) == []
    assert (await ready.press("Try again")).fields


async def test_the_first_date_asks_for_the_zone_and_goes_on(rapport: World, maya: Student) -> None:
    await maya.slash("todo add", text="Read", when="Fri 5pm")
    assert await rows(rapport) == []
    await maya.choose("America/Denver")
    assert [todo.due_at for todo in await rows(rapport)] == [FRIDAY]


async def test_an_unknown_contact_keeps_nothing(rapport: World, ready: Student) -> None:
    assert "no contact called" in await ready.slash("todo add", text="Read", contact="Zoe")
    assert await rows(rapport) == []


async def test_the_list_turns_its_pages_in_place(rapport: World, ready: Student) -> None:
    for number in range(7):
        await ready.slash("todo add", text=f"Step {number}")
    first = await ready.slash("todo list")
    assert "Page 1 of 2 · 7 in all" in first
    second = await ready.press("Next")
    assert second.message_id == first.message_id
    assert "Step 6" in second
    assert "Step 0" not in second
    await rapport.restart()
    assert "Step 0" in await ready.press("Previous")


async def test_the_reminder_of_a_date_comes_once_and_done_ends_it(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Read the report", contact="Ana", when="Fri 5pm")
    before = len(ready.reminders())
    await rapport.skip_to(FRIDAY - timedelta(minutes=1))
    assert len(ready.reminders()) == before
    await rapport.skip(days=3)
    (reminder,) = ready.reminders()[before:]
    assert reminder.content.startswith("To-do: Read the report, due Fri, Mar 6, 5:00 PM\n")
    assert "Ana" in reminder
    assert reminder.labels == ["Done", "Snooze"]
    done = await ready.press("Done", on=reminder)
    assert done.message_id == reminder.message_id
    assert "~~Read the report~~" in done
    assert (await rows(rapport))[0].done_at is not None


async def test_what_is_done_in_time_is_not_spoken_of(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Read", when="Fri 5pm")
    await ready.slash("todo done", todo="read")
    before = len(ready.reminders())
    await rapport.skip(days=7)
    assert len(ready.reminders()) == before


async def test_in_a_server_everything_is_private(rapport: World) -> None:
    member = rapport.member()
    await rapport.bot.services.profiles.set_zone(member.id, ZONE)
    assert (await member.slash("todo add", text="Read")).ephemeral
    assert (await member.slash("todo list")).ephemeral
    assert (await member.press("Done")).ephemeral
    assert (await member.slash("todo done", todo="#1")).ephemeral
    await member.press("Add more")
    assert (await member.fill({TEXT: "Write"})).ephemeral


async def test_somebody_elses_to_do_is_not_found(rapport: World, ready: Student) -> None:
    interview = await met(ready)
    await ready.slash("todo add", text="Read", contact="Ana")
    tom = rapport.student("tom", "Tom Okafor")
    assert "Not found" in await tom.slash("todo done", todo="#1")
    assert "Nothing is open" in await tom.slash("todo list")
    assert await tom.suggestions("todo done", "todo", "") == []
    await forge(tom, Button("Done", "todo.done", (1,)), Button("Add", "todo.new", (interview,)))
    assert "Not found" in await tom.press("Done")
    await tom.press("Add")
    assert "Not found" in await tom.fill({TEXT: "Mine"})
    assert [(todo.owner_id, todo.done_at) for todo in await rows(rapport)] == [(ready.id, None)]


async def test_pressing_done_again_changes_nothing(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Read")
    first, second = [await ready.slash("todo list") for _ in range(2)]
    await ready.press("Done", on=first)
    done_at = (await rows(rapport))[0].done_at
    await rapport.skip(minutes=5)
    assert "~~Read~~" in await ready.press("Done", on=second)
    assert (await rows(rapport))[0].done_at == done_at


@pytest.mark.parametrize("text", HARD)
async def test_hard_texts_fit_every_card(rapport: World, ready: Student, text: str) -> None:
    extra: dict[str, Any] = {"when": "Fri 5pm", "contact": "Ana"}
    shown = text.removeprefix("- ")[:60]
    assert shown in await ready.slash("todo add", text=text, **extra)
    assert shown in await ready.slash("todo list")
    assert len((await ready.suggestions("todo done", "todo", ""))[0]) <= 100
    await rapport.skip_to(FRIDAY + timedelta(minutes=1))
    assert shown in ready.reminders()[-1]
    assert shown in await ready.press("Snooze")
    assert shown in await ready.press("Done", on=ready.reminders()[-1])
    assert now() > START
