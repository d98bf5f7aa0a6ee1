"""The profile as students use it: telling, the zone picker, and what goes on by itself once the zone is known."""

from datetime import timedelta

import discord
import pytest

from bot.clock import now
from bot.domain.text.input import visible
from bot.storage.models import User
from bot.ui.cards.profile import zone_picker
from bot.ui.dispatch.press import Press
from bot.ui.kit.card import Card, Text
from bot.ui.kit.direct_messages import send
from bot.ui.kit.form import Form, TextField
from tests.support.shortcuts import zone as told_zone
from tests.support.world import Student, World

DENVER = "America/Denver"
NASTY = ["💥" * 80, "\u202eתור\u202c مايا", "**bold** `code` ~~x~~ [a](https://b.test)", "@everyone <@1001> <@&1>"]


async def user(world: World, student: Student) -> User:
    """The student's row."""
    async with world.bot.db.read() as session:
        return await session.get_one(User, student.id)


def needs_zone(world: World) -> list[tuple[int, dict[str, str | list[str]]]]:
    """Teach the bot an action that needs the zone, and see what reaches it."""
    done: list[tuple[int, dict[str, str | list[str]]]] = []

    async def handler(press: Press, number: int) -> None:
        zone = await told_zone(world.bot.services, press.user_id)
        done.append((number, press.fields))
        await press.show(Card("Booked", [Text(f"In {zone.key}")]), replace=True)

    world.bot.router.add("test.book", handler)
    return done


async def book(world: World, student: Student, **fields: str) -> None:
    """Do what that action does, as a command would: its options are the fields."""

    async def handler(press: Press) -> None:
        await world.bot.router.go_on("test.book", Press(press.interaction, dict(fields)), ("7",))

    world.bot.router.handlers["profile.show"] = handler
    await student.slash("profile show")


async def test_a_profile_is_shown_edited_and_kept(maya: Student, rapport: World) -> None:
    shown = await maya.slash("profile show")
    assert "Your profile" in shown
    assert "Name Maya Torres" in shown.plain.replace("**", "")
    assert shown.labels == ["Set my time zone", "Edit", "What's next", "Hide names in reminders"]
    form = await maya.press("Edit")
    assert list(form.fields) == [
        "Your name",
        "School, year, major",
        "About you in one line",
        "Fields that interest you",
    ]
    assert form.fields["Your name"]["value"] == "Maya Torres"
    saved = await maya.fill({"School, year, major": "Pitzer, junior", "Fields that interest you": "Reefs"})
    assert "Profile saved" in saved
    assert saved.message_id == shown.message_id  # in the place of the card that was pressed
    await rapport.restart()
    again = await maya.slash("profile show")
    assert "Pitzer, junior" in again
    assert "Reefs" in again


async def test_the_form_opens_by_command_too_and_outlives_a_restart(maya: Student, rapport: World) -> None:
    await maya.slash("profile edit")
    await rapport.restart()
    saved = await maya.fill({"Your name": "Maya T.", "About you in one line": "I count urchins"})
    assert "Profile saved" in saved
    assert (await user(rapport, maya)).display_name == "Maya T."


@pytest.mark.parametrize("text", NASTY, ids=["emoji", "rtl", "markdown", "mentions"])
async def test_whatever_is_typed_is_shown_as_typed(maya: Student, rapport: World, text: str) -> None:
    await maya.slash("profile edit")
    saved = await maya.fill(dict.fromkeys(("Your name", "School, year, major", "About you in one line"), text))
    assert saved.plain.count(visible(text)) == 3
    assert not maya.dm()[-1].mentions
    assert not maya.dm()[-1].mention_everyone
    assert (await user(rapport, maya)).school == text


async def test_a_name_of_nothing_is_refused_and_the_words_come_back(maya: Student, rapport: World) -> None:
    line = "I spent a whole summer counting sea urchins by hand"
    await maya.slash("profile edit")
    refused = await maya.fill({"Your name": "   ", "About you in one line": line})
    assert "“Your name” is empty" in refused
    assert line in refused
    row = await user(rapport, maya)
    assert (row.display_name, row.about) == ("Maya Torres", "")


async def test_in_a_server_everything_is_private(rapport: World) -> None:
    maya = rapport.member()
    assert (await maya.slash("profile show")).ephemeral
    assert (await maya.press("Set my time zone")).ephemeral
    assert (await maya.choose(DENVER)).ephemeral
    assert (await maya.slash("profile timezone", zone=DENVER)).ephemeral
    assert (await maya.slash("profile quiet", **{"from": "23:00", "until": "07:00"})).ephemeral
    await maya.slash("profile edit")
    assert (await maya.fill({"Your name": "Maya"})).ephemeral


async def test_the_zone_option_suggests_cities_with_their_clocks(maya: Student) -> None:
    assert await maya.suggestions("profile timezone", "zone", "albuq") == ["Denver · Mountain Time · 3:00 PM now"]
    everything = await maya.suggestions("profile timezone", "zone", "")
    assert len(everything) == 25
    assert all(len(name) <= 100 for name in everything)


async def test_a_zone_is_set_by_its_name(maya: Student, rapport: World) -> None:
    done = await maya.slash("profile timezone", zone=DENVER)
    assert "Time zone set" in done
    assert "3:00 PM now" in done
    assert done.labels[0] == "What's next"
    assert (await user(rapport, maya)).zone == DENVER


async def test_a_city_is_answered_with_clocks_to_choose_from(maya: Student, rapport: World) -> None:
    picker = await maya.slash("profile timezone", zone="Albuquerque")
    assert (await user(rapport, maya)).zone is None
    done = await maya.choose("Denver · Mountain Time · 3:00 PM now")
    assert "Time zone set" in done
    assert done.message_id == picker.message_id
    assert (await user(rapport, maya)).zone == DENVER


@pytest.mark.parametrize(
    "zone", ["Mars/Phobos", "💥" * 80, "1234", "x" * 4000], ids=["mars", "emoji", "digits", "long"]
)
async def test_a_zone_that_does_not_exist_changes_nothing(maya: Student, rapport: World, zone: str) -> None:
    await maya.slash("profile timezone", zone=DENVER)
    refused = await maya.slash("profile timezone", zone=zone)
    assert "No such time zone" in refused
    assert refused.labels == ["Search a city"]
    assert (await user(rapport, maya)).zone == DENVER


async def test_a_city_can_be_searched_from_the_picker(maya: Student, rapport: World) -> None:
    await maya.slash("profile show")
    picker = await maya.press("Set my time zone")
    form = await maya.press("Search a city")
    assert list(form.fields) == ["City, state or country"]
    await rapport.restart()
    found = await maya.fill({"City, state or country": "seoul"})
    assert found.message_id == picker.message_id
    assert [option["value"] for option in found.selects[0]["options"]] == ["Asia/Seoul"]
    assert "Time zone set" in await maya.choose("Asia/Seoul")


async def test_a_search_that_finds_nothing_says_so(maya: Student) -> None:
    await maya.slash("profile timezone", zone="nowhere at all")
    await maya.press("Search a city")
    refused = await maya.fill({"City, state or country": "qqqqqq"})
    assert "I know no time zone “qqqqqq”" in refused


async def test_quiet_hours_by_command_and_by_form(maya: Student, rapport: World) -> None:
    done = await maya.slash("profile quiet", **{"from": "11pm", "until": "07:30"})
    assert "from 23:00 until 07:30" in done.plain.replace("**", "")
    await maya.press("Change quiet hours")
    done = await maya.fill({"Until": "9am"})
    assert "from 23:00 until 09:00" in done.plain.replace("**", "")
    await maya.press("Change quiet hours")
    refused = await maya.fill({"Until": "23:00"})
    assert "could not read" in refused
    row = await user(rapport, maya)
    assert (f"{row.quiet_from:%H:%M}", f"{row.quiet_to:%H:%M}") == ("23:00", "09:00")


@pytest.mark.parametrize("place", ["dm", "server"])
async def test_what_waited_for_the_zone_goes_on_by_itself(rapport: World, place: str) -> None:
    maya = rapport.student() if place == "dm" else rapport.member()
    done = needs_zone(rapport)
    await book(rapport, maya, when="tomorrow 3pm", why="é" * 1000)
    picker = maya.screen
    assert "First, your time zone" in picker
    assert picker.ephemeral is (place == "server")
    assert done == []
    booked = await maya.choose(DENVER)
    assert done == [(7, {"when": "tomorrow 3pm", "why": "é" * 1000})]
    assert "Booked" in booked
    assert booked.ephemeral is (place == "server")
    assert booked.message_id != picker.message_id
    assert "Time zone set" in maya.newest(lambda screen: screen.message_id == picker.message_id)


async def test_it_goes_on_after_a_restart_a_search_and_a_command_too(maya: Student, rapport: World) -> None:
    needs_zone(rapport)
    await book(rapport, maya, when="tomorrow 3pm")
    await rapport.restart()
    done = needs_zone(rapport)
    await maya.press("Search a city")
    await maya.fill({"City, state or country": "Mars"})
    await maya.slash("profile timezone", zone=DENVER)
    assert done == [(7, {"when": "tomorrow 3pm"})]
    assert {"Time zone set", "Booked"} <= {
        screen.plain.split("\n")[0].removeprefix("### ") for screen in maya.reminders()
    }


async def test_it_goes_on_once_however_often_the_zone_is_chosen(maya: Student, rapport: World) -> None:
    done = needs_zone(rapport)
    await book(rapport, maya, when="tomorrow 3pm")
    picker = maya.screen
    await maya.choose(DENVER, on=picker)
    await maya.slash("profile timezone", zone="Asia/Tokyo")
    assert len(done) == 1


async def test_after_a_day_only_the_zone_is_set(maya: Student, rapport: World) -> None:
    done = needs_zone(rapport)
    await book(rapport, maya, when="tomorrow 3pm")
    await rapport.skip_to(rapport.env.now() + timedelta(days=1, minutes=1))
    assert "Time zone set" in await maya.choose(DENVER)
    assert done == []
    assert (await user(rapport, maya)).parked is None


async def test_an_action_of_an_older_version_is_forgotten(maya: Student, rapport: World) -> None:
    await rapport.bot.services.profiles.park(maya.id, "long.gone", ("1",), {})
    assert "Time zone set" in await maya.slash("profile timezone", zone=DENVER)
    assert "Time zone set" in await maya.slash("profile timezone", zone=DENVER)


async def test_what_then_goes_wrong_is_told_below_the_zone(maya: Student, rapport: World) -> None:
    needs_zone(rapport)
    await rapport.bot.services.profiles.park(maya.id, "test.book", ("no number",), {})
    refused = await maya.slash("profile timezone", zone=DENVER)
    assert "This card has moved on" in refused
    assert (await user(rapport, maya)).zone == DENVER


async def test_a_form_that_waited_for_the_zone_opens(maya: Student, rapport: World) -> None:
    async def handler(press: Press) -> None:
        await told_zone(rapport.bot.services, press.user_id)
        await press.ask(Form("A form", "profile.save", [TextField("name", "Your name")]))

    rapport.bot.router.handlers["profile.show"] = handler
    await maya.slash("profile show")
    assert "First, your time zone" in maya.screen
    form = await maya.choose(DENVER)
    assert list(form.fields) == ["Your name"]
    assert maya.newest(lambda screen: "Time zone set" in screen)


async def test_somebody_elses_picker_changes_nothing(rapport: World) -> None:
    maya, tom = rapport.member(), rapport.member("tom", "Tom Okafor")
    await maya.slash("next")
    channel = rapport.bot.get_channel(maya.channel.id)
    assert isinstance(channel, discord.TextChannel)
    picker = await send(channel, maya.id, zone_picker(now(), [DENVER]))
    refused = tom._note(await tom.actor.select(picker, [DENVER]))
    assert "Not found" in refused
    assert refused.ephemeral
    assert (await user(rapport, maya)).zone is None
    assert "Time zone set" in maya._note(await maya.actor.select(picker, [DENVER]))
