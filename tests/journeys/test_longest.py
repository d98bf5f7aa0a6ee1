"""A student who fills every field to the brim, with the hardest text there is: nothing breaks, pings or gets lost.

What was sent is checked against Discord's limits when the world ends.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.contacts import ROLE_LIMIT
from bot.storage.models import Contact, Interview
from tests.support.raw_interactions import REFERENCE, Album, Wire, newest
from tests.support.world import ZONE, Screen, Student, World

pytestmark = pytest.mark.again  # goes the same ways once more

FAMILY = "👩🏽‍👩🏻‍👧🏿‍👦🏼"
HARD = {
    "families": FAMILY,
    "markdown": "**__~~||`*_",
    "mentions": "@everyone ליצור קשר \u202eעם אנה ليلى <@1> <@&2> <#3> </x:4> https://x.example ",
}
LEARNED, DONE = "What did you learn or appreciate?", "What have you done about it?"
READ = "Which of these may they read?"
TICK = "Tick only what is really done"
MANY = 300


def brim(text: str, limit: int) -> str:
    """`text` again and again, as long as a field takes."""
    return (text * (limit // len(text) + 1))[:limit].strip()


def lines(text: str, limit: int) -> str:
    """The same with a line break that tries to begin a heading, a quote or a list of its own."""
    return brim(f"{text}\n# \n> \n- {text}", limit)


@pytest.fixture(params=list(HARD.values()), ids=list(HARD))
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def fill(student: Student, **more: Any) -> tuple[Screen, dict[str, str]]:
    """Fill the open form to the brim; also returns what was typed, by label."""
    form = student._screen(student.seen[-1])
    typed: dict[str, Any] = {}
    for label, field in form.fields.items():
        if field["type"] == 4:
            typed[label] = (lines if field["style"] == 2 else brim)(more["text"], field["max_length"])
        else:
            typed[label] = [option["value"] for option in field["options"]][: field.get("max_values", 1)]
    typed |= {label: value for label, value in more.items() if label != "text"}
    return await student.fill(typed), typed


def kept(form: Screen, typed: dict[str, Any], *labels: str) -> None:
    """The form holds what was typed, to the letter."""
    for label in labels:
        assert form.fields[label]["value"] == typed[label], label


async def everything(world: World, maya: Student, text: str) -> None:
    """Every kind of row, as long as it can be."""
    await maya.slash("profile edit")
    _, typed = await fill(maya, text=text)
    kept(await maya.slash("profile edit"), typed, *typed)
    await maya.slash("contact add")
    _, typed = await fill(maya, text=text)
    kept(await maya.slash("contact edit", contact="#1"), typed, "Name", "How to reach them", "Why them?")
    await maya.slash("contact add", referred_by="#1")
    await fill(maya, text=text, Name=brim(text + "2", 100))
    for _ in range(2):
        await maya.slash("contact note", contact="#1", text=lines(text, 3900))
    await request(maya, text)
    await interview(world, maya, text)


async def request(maya: Student, text: str) -> None:
    await maya.slash("request draft", contact="#1")
    _, typed = await fill(maya, text=text)
    kept(await maya.press("Change my answers"), typed, *typed)
    form = await maya.press("Edit")
    _, typed = await fill(maya, text=text)
    kept(await maya.press("Edit"), typed, "Message")
    assert form.fields["Message"]["value"]
    await maya.press("Get as file")
    await maya.press("Mark as sent")
    for outcome in ("accepted", "declined", "wrong person", "another time", "no answer"):
        await maya.slash("request answer", contact="#1", outcome=outcome)
    await maya.press("Draft a nudge")
    await maya.press("Mark as sent")


async def interview(world: World, maya: Student, text: str) -> None:
    place = brim(text, 300)
    await maya.slash("interview schedule", contact="#1", when="tomorrow 3pm", mode="in person", place=place)
    assert (await maya.press("Move")).fields["Place or link"]["value"] == place
    await maya.slash("interview schedule", contact="#1", when="tomorrow 4pm")
    await maya.slash("interview prep", contact="#1")
    await maya.slash("interview happened", contact="#2")
    await maya.slash("evaluate", contact="#2")
    for number in range(1, 12):
        words = number in {7, 9, 10, 11}
        await maya.press("Write an answer" if words else "Add a note")
        _, typed = await fill(maya, text=text)
        if not words:
            kept(await maya.press("Add a note"), typed, "Your note")
            await maya.press("Yes")
    await maya.press("Change an answer")
    await maya.slash("interview happened", contact="#1", when="now")


async def todos_and_thanks(maya: Student, text: str) -> None:
    await maya.slash("todo list")
    await maya.press("Add a to-do")
    lines_of_ten = "\n".join(f"{number} {brim(text, 190)}" for number in range(10))
    await maya.fill(
        {"What do you want to do?": lines_of_ten, "Due when? (leave blank for no reminder)": "in 2 hours"}
    )
    for number in range(10):
        await maya.slash("todo add", text=f"{number} {brim(text, 198)}"[:200], contact="#2")
    await maya.slash("thanks draft", contact="#2")
    card, typed = await fill(maya, text=text, **{TICK: None})
    assert "What you typed" not in card
    kept(await maya.press("Change my answers"), typed, LEARNED, "What happens next?")
    await maya.fill(
        {LEARNED: "how", DONE: "much", "What happens next?": "more", TICK: [str(n) for n in range(11, 21)]}
    )
    assert len((await maya.press("Change my answers")).fields[DONE]["value"]) > 2000
    assert "What you typed" not in await maya.fill({})
    await maya.press("Edit")
    _, typed = await fill(maya, text=text)
    kept(await maya.press("Edit"), typed, "Message")
    await maya.press("Get as file")


async def crowd(world: World, maya: Student, text: str) -> None:
    """A great many contacts, most of them with one and the same name, each with an interview next week."""
    async with world.bot.db.write() as session:
        people = [
            Contact(
                owner_id=maya.id,
                name=brim(text, 100),
                title=brim(text, ROLE_LIMIT // 2),
                organization=brim(text, ROLE_LIMIT // 2),
                created_at=now() - timedelta(days=1),
            )
            for _ in range(MANY)
        ]
        session.add_all(people)
        await session.flush()
        week = now() + timedelta(days=7)
        session.add_all(
            Interview(contact_id=one.id, starts_at=week, minutes=20, status="scheduled", created_at=now())
            for one in people[:20]
        )


async def test_a_life_filled_to_the_brim(rapport: World, maya: Student, text: str) -> None:
    album = Album(rapport)
    await maya.slash("profile timezone", zone=ZONE)
    await everything(rapport, maya, text)
    await todos_and_thanks(maya, text)
    await rapport.skip(hours=26)
    await crowd(rapport, maya, text)
    for command in (
        "next", "contact list", "request list", "interview list", "todo list", "profile show", "mydata export",
    ):  # fmt: skip
        await maya.slash(command)
    await maya.slash("mydata delete")
    await fill(maya, text=text)
    await maya.slash("contact list", search=brim(text, 100))
    for typed in ("", text, "#"):
        assert len(await maya.suggestions("contact show", "contact", typed)) <= 25
        assert len(await maya.suggestions("todo done", "todo", typed)) <= 25
    await maya.slash("contact show", contact=brim(text, 6000))
    await maya.slash("contact note", contact="#1", text=brim(text, 6000))
    await maya.say(brim(text, 2000))

    # And everything that came up is pressed.
    await rapport.restart()
    for _ in range(2):
        await Wire(maya).press(*newest(album.found.values(), each=1))
    sent = [request.json for request in rapport.env.http_requests if isinstance(request.json, dict)]
    assert REFERENCE not in json.dumps(sent)
    assert all(message.get("mention_everyone") is not True for message in sent)


@pytest.mark.parametrize(
    "typed", ["Chef, Cook @" + "P" * 138, "a | " + "b" * 146, "Cook, " + "x" * 144, "@" + "x" * 149]
)
async def test_a_role_comes_back_whole(maya: Student, rapport: World, typed: str) -> None:
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana", "Role and organization": typed})
    async with rapport.bot.db.read() as session:
        before = (await session.execute(select(Contact.title, Contact.organization))).one()
    await maya.slash("contact edit", contact="Ana")
    await maya.fill({})
    async with rapport.bot.db.read() as session:
        assert (await session.execute(select(Contact.title, Contact.organization))).one() == before


async def test_done_to_dos_are_offered_only_as_far_as_a_tick_shows_them(maya: Student) -> None:
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    await maya.slash("interview happened", contact="Ana")
    for number, length in enumerate((90, 190), 1):
        await maya.slash("todo add", text=f"Read {'x' * length}", contact="Ana")
        await maya.slash("todo done", todo=f"#{number}")
    form = await maya.slash("thanks draft", contact="Ana")
    assert [option["label"] for option in form.fields[READ]["options"]] == [f"Read {'x' * 90}"]
    assert "I have read xxx" in await maya.fill({READ: ["#1"]})
