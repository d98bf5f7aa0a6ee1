"""Home as students use it: the warm start, what's next, the guide, the commands, and any DM at all."""

import discord
import pytest
from sqlalchemy import select

from bot.clock import now
from bot.storage.models import Contact, Reminder, User
from bot.ui.cards.home import still_closed
from bot.ui.kit.direct_messages import CLOSED, send
from tests.support.world import Student, World

LABELS = {1: "One thing is", 2: "Two things are", 5: "Five things are", 7: "7 things are"}


async def people(world: World, student: Student, *names: str) -> None:
    """The student has contacts already."""
    await world.bot.services.profiles.meet(student.id, "Maya Torres")
    async with world.bot.db.write() as session:
        session.add_all([Contact(owner_id=student.id, name=name, created_at=now()) for name in names])


async def missed(world: World, student: Student) -> None:
    """A reminder could not be delivered."""
    async with world.bot.db.write() as session:
        session.add(
            Reminder(
                user_id=student.id,
                kind="soon",
                subject_id=1,
                due_at=now(),
                available_at=now(),
                expires_at=now(),
                status="undeliverable",
                dedupe_key="soon:1:0",
            )
        )


async def test_hi_is_answered_with_a_warm_start(maya: Student, rapport: World) -> None:
    card = await maya.say("hi")
    assert "Hello, Maya" in card
    assert "I am Rapport." in card
    assert "Your first contact" in card
    assert "not sure what that belongs to" not in card
    assert card.labels == ["Add a contact", "Set my time zone", "How this works"]
    async with rapport.bot.db.read() as session:
        assert (await session.get_one(User, maya.id)).display_name == "Maya Torres"


async def test_the_zone_is_offered_only_while_it_is_unknown(maya: Student) -> None:
    await maya.slash("profile timezone", zone="America/Denver")
    assert (await maya.slash("next")).labels == ["Add a contact", "How this works"]


@pytest.mark.parametrize(
    "text", ["hi", "Hello!", "what is this 💥" * 100, "@everyone <@1>", "\u202eشكرا", "```py\n```", "x" * 2000]
)
async def test_any_message_gets_a_kind_line_and_whats_next(maya: Student, rapport: World, text: str) -> None:
    await people(rapport, maya, "Ana Núñez")
    card = await maya.say(text)
    assert "What's next" in card
    assert "Ask Ana Núñez for 20 minutes" in card
    assert ("not sure what that belongs to" in card) is (text not in {"hi", "Hello!"})
    assert len(maya.reminders()) == 1


async def test_a_picture_without_words_gets_an_answer_too(maya: Student) -> None:
    url = "https://cdn.example/picture.png"
    picture = {"id": "1", "filename": "picture.png", "size": 9, "url": url, "proxy_url": url}
    card = await maya.say(attachments=[picture])
    assert "Hello, Maya" in card
    assert "I did not open that, and I keep nothing of it" in card


@pytest.mark.parametrize("count", sorted(LABELS))
async def test_at_most_five_steps_with_a_button_each(maya: Student, rapport: World, count: int) -> None:
    await people(rapport, maya, *(f"Person {number}" for number in range(count)))
    card = await maya.slash("next")
    assert f"{LABELS[count]} waiting for you, Maya." in card
    assert card.labels.count("Draft a request") == min(count, 5)
    styles = [button["style"] for button in card.buttons]
    assert styles.count(1) == 1  # one next step is primary
    assert styles[0] == 1
    assert f"{count} contact" in card
    assert "0 asked · 0 met · goal 5 meetings" in card
    assert ("more after these" in card) is (count > 5)


async def test_open_todos_are_one_press_away(maya: Student, rapport: World) -> None:
    await people(rapport, maya, "Ana")
    assert "My to-dos" not in (await maya.slash("next")).labels
    await maya.slash("todo add", text="Read the reef report")
    card = await maya.slash("next")
    assert "1 to-do" in card
    assert "Read the reef report" in await maya.press("My to-dos", on=card)


async def test_names_are_shown_as_typed_and_never_ping(maya: Student, rapport: World) -> None:
    names = ["💥" * 80, "\u202eمايا\u202c", "**Bold** `x`", "@everyone", "x" * 4000]
    await people(rapport, maya, *names)
    card = await maya.slash("next")
    assert "**Bold** `x`" in card
    assert "\\*\\*Bold" in card.text
    assert not maya.dm()[-1].mention_everyone


async def test_in_a_server_home_is_private(rapport: World) -> None:
    maya = rapport.member()
    for command in ("next", "help", "guide"):
        assert (await maya.slash(command)).ephemeral
    assert (await maya.choose("who")).ephemeral


async def test_the_buttons_work_after_a_restart(maya: Student, rapport: World) -> None:
    await maya.slash("help")
    await rapport.restart()
    assert "Hello, Maya" in await maya.press("What's next")
    await rapport.restart()
    assert "What it is" in await maya.press("How this works")


async def test_another_student_cannot_press_my_buttons(rapport: World) -> None:
    maya, tom = rapport.member(), rapport.member("tom", "Tom Okafor")
    await people(rapport, maya, "Ana")
    channel = rapport.bot.get_channel(maya.channel.id)
    assert isinstance(channel, discord.TextChannel)
    mine = await send(channel, maya.id, still_closed())
    refused = tom._note(await tom.actor.click(mine, label="What's next"))
    assert "Not found" in refused
    assert refused.ephemeral
    assert "Ana" in maya._note(await maya.actor.click(mine, label="What's next"))


async def test_the_guide_opens_at_a_topic_and_turns_its_pages_in_place(maya: Student, rapport: World) -> None:
    topics = rapport.bot.services.handbook.topics
    contents = await maya.slash("guide")
    assert "The guide" in contents
    assert all(topic.title in contents for topic in topics)
    turned = await maya.choose(topics[3].title)
    assert topics[3].title in turned
    assert turned.message_id == contents.message_id
    page = await maya.slash("guide", topic=topics[0].key)
    assert [option["label"] for option in page.selects[0]["options"]] == [topic.title for topic in topics[1:]]
    assert topics[1].title in await maya.slash("guide", topic=topics[1].title.upper())


async def test_every_page_fits_a_message_and_leads_on(maya: Student, rapport: World) -> None:
    for topic in rapport.bot.services.handbook.topics:
        page = await maya.slash("guide", topic=topic.key)
        assert topic.summary in page
        assert all(line.text in page for line in topic.lines)
        assert len(page.labels) == 1


@pytest.mark.parametrize("topic", ["no such page", "💥" * 80, "x" * 4000, "@everyone"])
async def test_a_page_that_does_not_exist_shows_all_that_do(maya: Student, rapport: World, topic: str) -> None:
    card = await maya.slash("guide", topic=topic)
    assert "There is no page" in card
    assert all(one.title in card for one in rapport.bot.services.handbook.topics)


async def test_topics_are_suggested(maya: Student, rapport: World) -> None:
    assert await maya.suggestions("guide", "topic", "thank") == ["The thank-you note"]
    assert len(await maya.suggestions("guide", "topic", "")) == len(rapport.bot.services.handbook.topics)


async def test_help_names_every_command_in_one_card(maya: Student, rapport: World) -> None:
    card = await maya.slash("help")
    known = [command.qualified_name for command in rapport.bot.tree.walk_commands()]
    leaves = [name for name in known if not any(other.startswith(f"{name} ") for other in known)]
    assert {"next", "guide", "help", "profile show", "profile timezone"} <= set(leaves)
    assert all(f"/{name}" in card for name in leaves)
    assert len(card.plain.splitlines()) <= 12


async def test_closed_dms_are_told_once_with_a_way_to_test_them(rapport: World) -> None:
    maya = rapport.member()
    await people(rapport, maya, "Ana")
    await missed(rapport, maya)
    card = await maya.slash("next")
    assert "I could not reach you" in card
    assert "1 reminder" in card
    assert "Privacy Settings" in card
    again = await maya.slash("next")
    assert "I could not reach you" not in again
    arrived = await maya.press("Send a test", on=card)
    assert "It arrived" in arrived
    assert arrived.ephemeral
    assert "This is a test" in maya.reminders()[-1]
    async with rapport.bot.db.read() as session:
        assert await session.scalar(select(Reminder.status)) == "undeliverable"


@pytest.mark.parametrize("code", sorted(CLOSED))
async def test_a_test_of_dms_that_are_still_closed_says_so(rapport: World, code: int) -> None:
    maya = rapport.member()
    await people(rapport, maya, "Ana")
    await missed(rapport, maya)
    card = await maya.slash("next")
    rapport.env.inject_error("POST", "/channels/*/messages", status=403, code=code)
    assert "Still closed" in await maya.press("Send a test", on=card)


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (404, 10003)])
async def test_a_test_finds_the_dm_that_has_taken_the_place_of_the_one_it_knew(
    rapport: World, status: int, code: int
) -> None:
    maya = rapport.member()
    await people(rapport, maya, "Ana")
    await missed(rapport, maya)
    card = await maya.slash("next")
    rapport.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    assert "It arrived" in await maya.press("Send a test", on=card)
    assert "This is a test" in maya.reminders()[-1]
