"""Contacts as students use them: adding, finding, opening, editing, notes, and letting go."""

from typing import Any

import discord
import pytest
from sqlalchemy import select

from bot.domain.contacts import Role, Source
from bot.domain.journey.stages import Stage
from bot.domain.text.input import visible
from bot.services.contacts.views import ContactEntry, ContactView
from bot.storage.models import Contact
from bot.ui.cards.contacts import cards
from bot.ui.kit.card import Button, Style
from bot.ui.kit.direct_messages import send
from bot.ui.kit.render import build
from tests.support.world import Screen, Student, World

ANA = {
    "Name": "Ana Núñez",
    "Role and organization": "Marine biologist at NOAA",
    "Where did you find them?": ["LinkedIn"],
    "How to reach them": "ana@noaa.gov",
    "Why them?": "Her survey of the reefs",
}
NASTY = [
    "🦀" * 80,
    "\u202eמאיה كريم",
    "**bold** `code` ||x|| [a](https://b.test)",
    "@everyone <@1001> <@&1>",
    "# big",
]
SEARCHES = ["x" * 400, "🦀" * 200, ":" * 50, "a:b:c" * 40, "é" * 90, "%_\\'\""]


async def add(student: Student, name: str = "Ana Núñez", **more: Any) -> Screen:
    """Add a contact the way a student does."""
    await student.slash("contact add")
    return await student.fill({"Name": name, **more})


async def many(world: World, student: Student, count: int) -> None:
    """More contacts than fit on a page."""
    for number in range(count):
        await world.bot.services.contacts.add(student.id, ContactEntry(f"Person {number:02}", "Chef at Spago"))


async def stored(world: World) -> list[Contact]:
    """Every contact there is."""
    async with world.bot.db.read() as session:
        return list(await session.scalars(select(Contact).order_by(Contact.id)))


@pytest.fixture(params=["dm", "server"])
def anybody(request: pytest.FixtureRequest, rapport: World) -> Student:
    """A student in the DM, and one in a server."""
    return rapport.student() if request.param == "dm" else rapport.member()


async def test_the_life_of_a_contact(anybody: Student, rapport: World) -> None:
    private = anybody.channel is not None
    form = await anybody.slash("contact add")
    assert list(form.fields) == list(ANA)
    assert [o["value"] for o in form.fields["Where did you find them?"]["options"]] == [s.value for s in Source]

    added = await anybody.fill(ANA)
    assert "Added Ana Núñez" in added
    assert "Marine biologist, NOAA" in added
    assert added.labels == ["Draft a request", "Add another", "Show"]
    assert added.ephemeral is private

    shown = await anybody.press("Show")
    for text in ("Found · not asked yet", "Ana Núñez", "ana@noaa.gov", "LinkedIn", "Her survey of the reefs"):
        assert text in shown
    assert shown.labels == ["Draft a request", "Add a note", "Edit", "Delete"]
    assert shown.ephemeral is private

    form = await anybody.press("Edit")
    assert form.fields["Role and organization"]["value"] == "Marine biologist, NOAA"
    edited = await anybody.fill({"Role and organization": "Curator @ Denver Museum"})
    assert "Curator, Denver Museum" in edited
    assert "LinkedIn" in edited
    assert edited.message_id == shown.message_id

    await anybody.press("Add a note")
    noted = await anybody.fill({"Note": "Loves sea urchins"})
    assert "2026-03-02 UTC\nLoves sea urchins" in noted
    assert noted.message_id == shown.message_id

    asked = await anybody.press("Delete")
    assert "Delete Ana Núñez?" in asked
    assert "This also deletes your notes." in asked
    kept = await anybody.press("Keep")
    assert "Loves sea urchins" in kept
    assert kept.message_id == shown.message_id
    await anybody.press("Delete", on=kept)
    gone = await anybody.press("Delete")
    assert "Deleted Ana Núñez" in gone
    assert gone.message_id == shown.message_id
    assert await stored(rapport) == []


async def test_the_commands_take_a_name_or_a_suggestion(anybody: Student) -> None:
    await add(anybody, **{"Role and organization": "Marine biologist at NOAA"})
    await add(anybody, "Tom Okafor")
    for command in ("show", "edit", "note", "delete"):
        offered = await anybody.suggestions(f"contact {command}", "contact", "nunez")
        assert offered == ["Ana Núñez · Marine biologist, NOAA"]
    assert await anybody.suggestions("contact add", "referred_by", "tom") == ["Tom Okafor"]

    assert "NOAA" in await anybody.slash("contact show", contact="ana nunez")
    assert "Ana Núñez" in await anybody.slash("contact note", contact="#1", text="Met at the fair")
    form = await anybody.slash("contact edit", contact="Okafor")
    assert form.fields["Name"]["value"] == "Tom Okafor"
    assert "Delete Tom Okafor?" in await anybody.slash("contact delete", contact="tom")
    assert "Met at the fair" in await anybody.slash("contact show", contact="Ana Núñez")


async def test_nobody_of_that_name_leads_to_a_new_contact(maya: Student) -> None:
    await add(maya)
    refused = await maya.slash("contact show", contact="Zoltan")
    assert "You have no contact called “Zoltan”" in refused
    assert (await maya.press("Add a contact")).fields
    assert "Added Zoltan" in await maya.fill({"Name": "Zoltan"})
    assert "Nearest: Ana Núñez" in await maya.slash("contact show", contact="Nunes")


async def test_two_of_one_name_are_told_apart(maya: Student) -> None:
    await add(maya, **{"Role and organization": "Curator"})
    await add(maya, **{"Role and organization": "Chef"})
    which = await maya.slash("contact show", contact="Ana Núñez")
    assert "Which one?" in which
    assert "Ana Núñez · Curator" in which
    assert "Chef" in await maya.slash("contact show", contact="Ana Núñez · Chef")


async def test_somebody_named_by_a_contact(maya: Student) -> None:
    await add(maya, "Tom Okafor")
    form = await maya.slash("contact add", referred_by="tom")
    assert form.modal is not None
    assert form.modal["title"] == "Named by Tom Okafor"
    await maya.fill({"Name": "Priya Raman"})
    assert "Referral · named by Tom Okafor" in await maya.press("Show")
    assert "no contact called" in await maya.slash("contact add", referred_by="Zoltan")


async def test_a_likely_duplicate_is_kept_and_can_be_deleted(maya: Student, rapport: World) -> None:
    await add(maya, **{"Role and organization": "Curator, Denver Museum", "How to reach them": "ana@noaa.gov"})
    twice = await add(maya, "Dr. A. Nunez", **{"How to reach them": "ANA@noaa.gov"})
    assert "**You already have Ana Núñez** (Curator, Denver Museum · Found)" in twice
    assert twice.labels[:2] == ["Show the other one", "Delete this one"]
    assert "Curator, Denver Museum" in await maya.press("Show the other one")
    asked = await maya.press("Delete this one")
    assert "Deleted Dr. A. Nunez" in await maya.press("Delete", on=asked)
    assert [row.name for row in await stored(rapport)] == ["Ana Núñez"]


async def test_an_empty_list_helps_to_begin(anybody: Student) -> None:
    empty = await anybody.slash("contact list")
    assert "No contacts yet" in empty
    assert "A name is enough to begin" in empty
    assert empty.labels == ["Add a contact"]
    assert (await anybody.press("Add a contact")).fields


async def test_a_long_list_is_paged_and_opens_a_person(anybody: Student, rapport: World) -> None:
    await many(rapport, anybody, 20)
    first = await anybody.slash("contact list")
    assert "Page 1 of 3 · 20 in all" in first
    assert "Person 07" in first
    assert "Person 08" not in first
    second = await anybody.press("Next")
    assert "Person 08" in second
    assert second.message_id == first.message_id
    assert "Person 19" in await anybody.press("Next")
    assert "Person 15" in await anybody.press("Previous")
    opened = await anybody.choose("Person 12")
    assert "Person 12" in opened
    assert opened.labels[0] == "Draft a request"
    assert opened.ephemeral is (anybody.channel is not None)


async def test_the_filters_stay_while_turning_pages(maya: Student, rapport: World) -> None:
    await many(rapport, maya, 12)
    await add(maya, "Ana Núñez")
    found = await maya.slash("contact list", stage="found", search="SPAGO: chéf")
    assert "Stage: Found · Search: spago chef" in found
    assert "12 in all" in found
    second = await maya.press("Next")
    assert "Stage: Found · Search: spago chef" in second
    assert "Person 11" in second
    assert "Ana" not in second
    assert "13 in all" in await maya.press("Show all")


async def test_a_filter_that_fits_nobody(maya: Student) -> None:
    await add(maya)
    nobody = await maya.slash("contact list", stage="thanked")
    assert "Nobody fits" in nobody
    assert "Ana Núñez" in await maya.press("Show all")


@pytest.mark.parametrize("search", SEARCHES, ids=range(len(SEARCHES)))
async def test_any_search_fits_the_buttons(maya: Student, rapport: World, search: str) -> None:
    for stage in (None, *Stage):
        await maya.slash("contact list", **({"stage": stage.value} if stage else {}), search=search)
    await many(rapport, maya, 9)
    await maya.slash("contact edit", contact="Person 00")
    for number in range(9):
        await maya.slash("contact edit", contact=f"Person {number:02}")
        await maya.fill({"Why them?": search[:400]})
    found = await maya.slash("contact list", stage="found", search=search)
    assert "9 in all" in found
    assert "Person 08" in await maya.press("Next")


async def test_long_notes_end_up_in_a_file_and_too_long_ones_are_handed_back(maya: Student, rapport: World) -> None:
    await add(maya)
    text = "reef " * 799 + "end!!"
    noted = await maya.slash("contact note", contact="Ana", text=text)
    assert "The whole text is in the file below." in noted
    assert [file.filename for file in noted.files] == ["notes.txt"]
    assert text in (await noted.files[0].read()).decode()
    refused = await maya.slash("contact note", contact="Ana", text="y" * 6000)
    assert "6000 characters long; 4000 fit" in refused
    assert "y" * 1000 in refused
    assert [file.filename for file in refused.files] == ["what-you-typed.txt"]
    assert "y" not in (await stored(rapport))[0].notes


async def test_characters_that_no_database_takes_are_left_out(maya: Student) -> None:
    await maya.slash("profile timezone", zone="America/Denver")
    await add(maya, "A\0na N\ud800úñez", **{"Why them?": "her\0 reefs"})
    assert "### Ana Núñez" in (await maya.slash("contact note", contact="A\0na", text="\0likes\udfff squid")).plain
    assert "likes squid" in await maya.slash("contact show", contact="Ana Núñez")
    await maya.slash("interview happened", contact="Ana")
    await maya.slash("evaluate", contact="Ana")
    for _ in range(6):
        await maya.say("y\0es")
    await maya.say("of \0the\ud800 reefs")
    assert "of the reefs" in await maya.press("Back")


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
async def test_any_name_is_shown_as_typed_and_pings_nobody(anybody: Student, rapport: World, name: str) -> None:
    star = "*" * 100
    added = await add(
        anybody,
        name,
        **{"Role and organization": name[:75], "How to reach them": star * 2, "Why them?": star * 5},
    )
    seen = visible(name)
    assert seen in added
    await anybody.slash("contact note", contact="#1", text="*" * 4000)
    for screen in (
        await anybody.slash("contact show", contact="#1"),
        await anybody.slash("contact list"),
        await anybody.slash("contact delete", contact="#1"),
    ):
        assert seen[:59] in screen
    twin = await add(anybody, name, **{"Why them?": star})
    assert f"You already have {seen[:59]}" in twin
    assert len(await anybody.suggestions("contact show", "contact", name[:90])) == 2


@pytest.mark.parametrize("name", ["\u200b", "\u2060\u200d", "\u3164", "\u2800 \U000e0061"])
async def test_a_name_must_be_seen(maya: Student, rapport: World, name: str) -> None:
    refused = await add(maya, name, **{"Role and organization": "Diver", "Why them?": "She counts reefs."})
    assert "“Name” is empty" in refused
    assert "Diver" in refused
    assert "She counts reefs." in refused
    assert refused.labels == ["What's next"]
    assert await stored(rapport) == []


async def test_everything_works_after_a_restart(maya: Student, rapport: World) -> None:
    await many(rapport, maya, 9)
    await maya.slash("contact list")
    await maya.slash("contact add")
    await rapport.restart()
    assert "Added Ana Núñez" in await maya.fill(ANA)
    assert "Person 08" in await maya.press("Next")
    opened = await maya.choose("Person 08")
    await maya.press("Edit", on=opened)
    await rapport.restart()
    assert "Person 8" in await maya.fill({"Name": "Person 8"})
    await maya.press("Add a note")
    await rapport.restart()
    assert "Still here" in await maya.fill({"Note": "Still here"})
    asked = await maya.press("Delete")
    await rapport.restart()
    assert "Deleted Person 8" in await maya.press("Delete", on=asked)


async def test_a_second_press_has_the_effect_of_one(maya: Student, rapport: World) -> None:
    form = await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    assert form.fields
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    assert len(await stored(rapport)) == 1
    await maya.press("Show")
    asked = await maya.press("Delete")
    await maya.press("Delete", on=asked)
    assert await stored(rapport) == []


async def test_a_button_of_a_deleted_contact_changes_nothing(maya: Student, rapport: World) -> None:
    await add(maya)
    shown = await maya.press("Show")
    listed = await maya.slash("contact list")
    await rapport.bot.services.contacts.delete(maya.id, 1)
    for label in ("Edit", "Add a note", "Delete"):
        assert "Not found" in await maya.press(label, on=shown)
    assert "Not found" in await maya.choose("Ana Núñez", on=listed)


@pytest.mark.parametrize(
    ("stage", "over", "label", "action", "subject"),
    [
        (Stage.FOUND, False, "Draft a request", "request.draft", 1),
        (Stage.DRAFTED, False, "Open the draft", "request.show", 2),
        (Stage.ASKED, False, "Open the request", "request.show", 2),
        (Stage.ACCEPTED, False, "Book the meeting", "interview.book", 1),
        (Stage.SCHEDULED, False, "Open prep", "interview.prep", 3),
        (Stage.SCHEDULED, True, "It happened", "interview.happened", 3),
        (Stage.MET, True, "Evaluate", "evaluation.start", 3),
        (Stage.EVALUATED, True, "Draft the thank-you", "thanks.draft", 3),
        (Stage.THANKED, True, "Add a to-do", "todo.new", 3),
        (Stage.KEPT, True, "Add a to-do", "todo.new", 3),
        (Stage.CLOSED, False, "Add who they named", "contact.new", 1),
    ],
)
def test_every_stage_has_a_next_step(stage: Stage, label: str, action: str, subject: int, *, over: bool) -> None:
    view = ContactView(1, "Ana", Role(), "", "", "", "", stage, None, 2, 3, interview_over=over)
    card = cards.person(view)
    first = card.rows[0]
    assert isinstance(first, tuple)
    assert first[0] == Button(label, action, (subject,), Style.PRIMARY)
    assert stage.value.capitalize() in card.above
    assert build(card, owner=2**63 - 1)


async def test_nobody_else_can_press_my_buttons(rapport: World) -> None:
    maya, tom = rapport.member(), rapport.member("tom", "Tom Okafor")
    await many(rapport, maya, 9)
    contacts, channel = rapport.bot.services.contacts, rapport.bot.get_channel(maya.channel.id)
    assert isinstance(channel, discord.TextChannel)
    mine = await send(channel, maya.id, cards.person(await contacts.get(maya.id, 1)))
    listed = await send(channel, maya.id, cards.listing(await contacts.listing(maya.id), 0, None, ""))
    for message, label in [(mine, "Edit"), (mine, "Add a note"), (mine, "Delete"), (listed, "Next")]:
        refused = tom._note(await tom.actor.click(message, label=label))
        assert "Not found" in refused
        assert refused.ephemeral
    assert "Not found" in tom._note(await tom.actor.select(listed, ["1"]))
    assert "Person 00" in maya._note(await maya.actor.select(listed, ["1"]))


async def test_nobody_else_can_name_my_contacts(rapport: World) -> None:
    maya, tom = rapport.student(), rapport.student("tom", "Tom Okafor")
    await add(maya)
    assert await tom.suggestions("contact show", "contact", "Ana") == []
    for command in ("show", "edit", "delete"):
        assert "Not found" in await tom.slash(f"contact {command}", contact="#1")
    assert "Not found" in await tom.slash("contact note", contact="#1", text="mine now")
    assert "Not found" in await tom.slash("contact add", referred_by="#1")
    assert "no contact called" in await tom.slash("contact show", contact="Ana")
    assert [row.notes for row in await stored(rapport)] == [""]
