"""A student asks for an interview: drafts the request, sends it, and tells what came back."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import Status
from bot.domain.requests.frames import FormPart
from bot.domain.text.input import visible
from bot.storage.models import Contact, Reminder, Request
from bot.ui.kit.card import Button, Card, Option, Select
from bot.ui.kit.direct_messages import open_dm, send
from tests.support.discord_limits import parts
from tests.support.shortcuts import DENVER, stamp
from tests.support.world import START, ZONE, Screen, Student, World

WEEK = timedelta(days=7)
TIE, WHY = "How are you connected?", "Why this person?"
LEARN, WINDOWS = "What do you want to learn?", "When could you meet?"
ANSWERS = {
    TIE: "Professor Lind of Biology 204 suggested that I write to you",
    WHY: "your 2024 survey of the Flower Garden Banks",
    LEARN: "how a field season is planned",
    WINDOWS: "Tue 10 March 2-4 pm or Thu 12 March 9-11 am",
}
DRAFT = ["Mark as sent", "Edit", "Get as file", "Change my answers"]
OUTCOMES = ["They said yes", "Another time", "Wrong person", "They declined", "No answer"]
HARD_NAMES = [
    "🦊" * 80,
    "\u202eליلى حسن",
    "**Ana** `[x](x.example)` ~~_",
    "@everyone <@1> <#2>",
    "A" * 100,
    "*" * 100,
]


async def knows(student: Student, *names: str, zone: bool = True, **more: Any) -> None:
    """The student has contacts, and a time zone."""
    bot = student.world.bot
    await bot.services.profiles.meet(student.id, "Maya Torres")
    if zone:
        await bot.services.profiles.set_zone(student.id, ZONE)
    async with bot.db.write() as session:
        session.add_all(
            Contact(owner_id=student.id, name=name, created_at=now(), **more) for name in names or ["Ana Núñez"]
        )


async def draft(
    student: Student, answers: dict[str, Any] | None = None, contact: str = "Ana", **more: Any
) -> Screen:
    await student.slash("request draft", contact=contact, **more)
    return await student.fill(ANSWERS if answers is None else answers)


async def stored(world: World) -> list[Request]:
    async with world.bot.db.read() as session:
        return list(await session.scalars(select(Request).order_by(Request.id)))


async def pending(world: World) -> list[tuple[str, datetime]]:
    async with world.bot.db.read() as session:
        rows = await session.scalars(select(Reminder).where(Reminder.status == Status.PENDING.value))
        return [(row.kind, row.due_at) for row in rows]


@pytest.fixture(params=["dm", "server"])
async def anybody(request: pytest.FixtureRequest, rapport: World) -> Student:
    """A student with a contact and a zone: in the DM, and in a server."""
    student = rapport.student() if request.param == "dm" else rapport.member()
    await knows(student)
    return student


# From nothing to a draft


async def test_from_an_empty_account_to_a_reviewed_draft_in_five_steps(maya: Student) -> None:
    steps: list[Callable[[], Awaitable[Screen]]] = [
        lambda: maya.slash("next"),
        lambda: maya.press("Add a contact"),
        lambda: maya.fill({"Name": "Ana Núñez", WHY[:3] + " them?": "your 2024 survey of the reefs"}),
        lambda: maya.press("Draft a request"),
        lambda: maya.fill({TIE: ANSWERS[TIE]}),
    ]
    for step in steps:
        shown = await step()
    assert len(steps) <= 5
    assert "Request to Ana Núñez" in shown
    assert "your 2024 survey of the reefs" in shown
    assert "Coach" in shown
    assert shown.labels == DRAFT


async def test_a_draft_with_its_coach(anybody: Student) -> None:
    form = await anybody.slash("request draft", contact="ana nunez")
    assert form.modal is not None
    assert form.modal["title"] == "Request to Ana Núñez"
    assert list(form.fields) == [TIE, WHY, LEARN, WINDOWS]
    card = await anybody.fill(ANSWERS)
    assert "Request to Ana Núñez" in card
    assert "Email · 85 words · version 1" in card
    assert "Subject A student's question about how a field season is planned" in card.plain.replace("**", "")
    assert (
        "Professor Lind of Biology 204 suggested that I write to you. I am a student. "
        "I am writing to you because of your 2024 survey of the Flower Garden Banks.\n\n"
        "I would like to learn how a field season is planned. Would you have 20 minutes for a call? "
        "I am free on Tue 10 March 2-4 pm or Thu 12 March 9-11 am (Mountain Time), or at another time. "
        "I will write once more in a week.\n\nThank you,\nMaya Torres"
    ) in card
    assert "**Coach** · 1 suggestion" in card
    assert "Your year and school say more than “I am a student”." in card
    assert "Rapport never sends anything for you. Copy it, send it, then press Mark as sent." in card
    assert card.labels == DRAFT
    assert [button["style"] for button in card.buttons] == [1, 2, 2, 2]
    assert card.ephemeral is (anybody.channel is not None)


async def test_a_student_who_told_their_school_has_nothing_to_mend(maya: Student) -> None:
    await knows(maya, "Ana Núñez")
    await maya.slash("profile edit")
    await maya.fill({"School, year, major": "junior at Pomona, biology"})
    card = await draft(maya)
    assert "I am a junior at Pomona, studying biology." in card
    assert "**Coach** · This is short" in card


async def test_the_coach_quotes_what_it_is_about_and_shows_four_at_most(maya: Student) -> None:
    await knows(maya, "Ana Núñez", "Tom Okafor")
    await draft(maya)
    await maya.press("Edit")
    card = await maya.fill(
        {"Message": f"Dear Tom Okafor,\n\nto whom it may concern: are you hiring? At 3 pm, [name].{' x' * 130}"}
    )
    assert "version 2" in card
    assert "suggestions, 4 to settle before you send it" in card
    for text in ("“are you hiring”", "“Tom Okafor”", "[name]", "145 words"):
        assert text in card
    assert card.plain.count("⚠️") == 4
    assert "more after these" in card
    assert "“3 pm”" not in card
    assert card.labels == [*DRAFT[:3], "Add my time zone", "Change my answers"]


async def test_the_form_is_filled_in_from_the_contact(maya: Student) -> None:
    await knows(maya, why="your film about tides", source="LinkedIn")
    form = await maya.slash("request draft", contact="Ana")
    assert "value" not in form.fields[TIE]
    assert "looking for" in form.fields[TIE]["description"]
    assert form.fields[WHY]["value"] == "your film about tides"
    card = await maya.fill({TIE: None, WHY: "your film"})
    assert "because of your film." in card


@pytest.mark.parametrize(
    ("note", "offered"),
    [
        ("Her 2024 survey of reefs", "your 2024 survey of reefs"),
        ("because you turned a thesis into a company", "because you turned a thesis into a company"),
        ("She runs the lab", None),
        ("easy to reach, and owes my aunt a favor", None),
    ],
)
async def test_a_note_to_oneself_is_offered_only_as_what_can_be_said_to_them(
    maya: Student, note: str, offered: str | None
) -> None:
    await knows(maya, why=note)
    form = await maya.slash("request draft", contact="Ana")
    assert form.fields[WHY].get("value") == offered


async def test_each_field_says_whether_a_contact_reads_it(maya: Student) -> None:
    await knows(maya)
    form = await maya.slash("request draft", contact="Ana")
    assert len(form.described) == 4
    assert all(text.startswith("They read this.") for text in form.described.values())
    await maya.fill({WHY: "your film"})
    form = await maya.press("Edit")
    assert set(form.described.values()) == {"They read this."}
    form = await maya.slash("contact edit", contact="Ana")
    assert form.described["Why them?"] == "Only you read this."
    form = await maya.slash("profile edit")
    read = [label for label, text in form.described.items() if text == "The people you write to read this."]
    assert read == ["Your name", "School, year, major", "About you in one line"]


async def test_every_route_has_a_text(maya: Student) -> None:
    await knows(maya)
    texts = {
        "email": "Dear Ana",
        "call": "this is Maya",
        "introduction": "Would you introduce us",
        "linkedin": "connect",
    }
    for number, (route, text) in enumerate(texts.items(), start=1):
        card = await draft(maya, contact="Ana", route=route)
        assert text in card
        assert f"version {number}" in card
    assert "Note to connect" in card


async def test_nobody_of_that_name(maya: Student) -> None:
    await knows(maya)
    refused = await maya.slash("request draft", contact="Zoltan")
    assert "You have no contact called “Zoltan”" in refused
    assert "Add a contact" in refused.labels
    assert await maya.suggestions("request draft", "contact", "nun") == ["Ana Núñez"]
    assert await maya.suggestions("request sent", "contact", "nun") == ["Ana Núñez"]
    assert await maya.suggestions("request answer", "contact", "nun") == ["Ana Núñez"]


async def test_edit_file_and_start_over(anybody: Student, rapport: World) -> None:
    card = await draft(anybody)
    form = await anybody.press("Edit")
    assert list(form.fields) == ["Subject", "Message"]
    assert form.fields["Message"]["value"].startswith("Dear Ana Núñez,")
    edited = await anybody.fill({"Subject": "Reefs", "Message": form.fields["Message"]["value"] + "\n\nP.S. Hello"})
    assert "version 2" in edited
    assert "P.S. Hello" in edited
    assert edited.message_id == card.message_id

    file = await anybody.press("Get as file")
    assert [one.filename for one in file.files] == ["request-ana-nunez.txt"]
    content = (await file.files[0].read()).decode()
    assert content.startswith("Subject: Reefs\n\nDear Ana Núñez,")
    assert content.endswith("P.S. Hello\n")
    assert file.ephemeral is (anybody.channel is not None)

    form = await anybody.press("Change my answers", on=edited)
    assert form.fields[TIE]["value"] == ANSWERS[TIE]
    assert form.fields[WINDOWS]["value"] == ANSWERS[WINDOWS]
    assert (await stored(rapport))[0].subject == "Reefs", "nothing is lost before the form is sent"
    again = await anybody.fill({TIE: "We met in May"})
    assert "We met in May." in again
    assert "version 3" in again
    assert again.message_id == card.message_id
    assert len(await stored(rapport)) == 1


async def test_a_draft_anew_by_command_says_what_it_replaces(maya: Student) -> None:
    await knows(maya)
    await draft(maya)
    form = await maya.slash("request draft", contact="Ana")
    assert form.fields[TIE]["value"] == ANSWERS[TIE]
    labels = form.modal["components"] if form.modal else []
    assert labels[0]["description"].endswith(" This replaces version 1.")


async def test_times_without_a_zone_are_mended_on_the_way(maya: Student) -> None:
    await knows(maya, zone=False)
    card = await draft(maya)
    assert "Whose clock is “2-4 pm”?" in card
    assert "Add my time zone" in card.labels
    asked = await maya.press("Add my time zone")
    assert "First, your time zone" in asked
    mended = await maya.choose(ZONE)
    assert "9-11 am (Mountain Time), or" in mended
    assert "version 2" in mended
    assert "Add my time zone" not in mended.labels


# Out it goes


async def test_mark_as_sent(anybody: Student, rapport: World) -> None:
    card = await draft(anybody)
    sent = await anybody.press("Mark as sent")
    assert "Sent to Ana Núñez" in sent
    assert stamp((await stored(rapport))[0].sent_at or START, "F") in sent
    assert f"If there is no answer by {stamp(await due(rapport), 'D')}, one short reminder is fine." in sent
    assert sent.message_id == card.message_id
    assert sent.labels == ["What's next", "They answered", "Open the request"]
    assert await pending(rapport) == [("nudge", await due(rapport))]

    opened = await anybody.press("Open the request")
    assert "Request to Ana Núñez: sent" in opened
    assert "Professor Lind of Biology 204" in opened
    assert "Coach" not in opened
    assert opened.labels == ["They answered", "Get as file", "What's next"]


async def due(world: World) -> datetime:
    """A week of elapsed time after the request went out."""
    request = (await stored(world))[0]
    assert request.sent_at is not None
    return request.sent_at + WEEK


async def test_pressed_twice_it_is_sent_once(maya: Student, rapport: World) -> None:
    await knows(maya)
    await draft(maya)
    first = await maya.press("Mark as sent")
    before = await pending(rapport)
    await rapport.skip(hours=2)
    await offer(rapport, maya, Button("Once more", "request.sent", (1,)))
    assert (await maya.press("Once more")).text == first.text
    assert await pending(rapport) == before
    assert len(before) == 1


async def test_sending_asks_for_the_zone_and_goes_on(maya: Student, rapport: World) -> None:
    await knows(maya, zone=False)
    await draft(maya, {TIE: "We met in May"})
    assert "First, your time zone" in await maya.press("Mark as sent")
    assert (await stored(rapport))[0].status == "draft"
    assert "Sent to Ana Núñez" in await maya.choose(ZONE)
    assert len(await pending(rapport)) == 1


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("yesterday 4pm", stamp(datetime(2026, 3, 1, 16, tzinfo=DENVER), "F")),
        ("2 hours ago", stamp(START - timedelta(hours=2), "F")),
        ("tomorrow 3pm", "That time is still to come"),
        ("sometime", "could not read a date"),
    ],
)
async def test_sent_by_command(maya: Student, rapport: World, when: str, said: str) -> None:
    await knows(maya)
    shown = await maya.slash("request sent", contact="Ana", when=when)
    assert said in shown
    assert len(await stored(rapport)) == ("Sent to" in shown)


async def test_a_request_made_elsewhere(anybody: Student, rapport: World) -> None:
    sent = await anybody.slash("request sent", contact="Ana")
    assert "Sent to Ana Núñez" in sent
    assert "Sent to Ana Núñez" in await anybody.slash("request sent", contact="Ana")
    assert len(await stored(rapport)) == 1
    opened = await anybody.press("Open the request")
    assert opened.labels == ["They answered", "What's next"]


async def test_the_old_card_of_a_sent_request_changes_nothing(maya: Student, rapport: World) -> None:
    await knows(maya)
    await draft(maya)
    await maya.press("Edit")
    await maya.slash("request sent", contact="Ana")
    text = "A new message, long enough to be worth handing back."
    refused = await maya.fill({"Message": text})
    assert "Already done" in refused
    assert text in refused
    for old in ("edit", "over"):
        await offer(rapport, maya, Button(old, f"request.{old}", (1,)))
        shown = await maya.press(old)
        assert "Request to Ana Núñez: sent" in shown
        assert shown.modal is None
        assert "Edit" not in shown.labels
    assert text not in (await stored(rapport))[0].body


# What comes back


@pytest.mark.parametrize(
    ("outcome", "title", "label"),
    [
        ("accepted", "Ana Núñez said yes", "Book the meeting"),
        ("declined", "Ana Núñez declined", "What's next"),
        ("wrong person", "Ana Núñez is not the one to ask", "Add the person they named"),
        ("another time", "Not now, but perhaps later", "Book the meeting"),
        ("no answer", "No answer from Ana Núñez yet", "Draft a nudge"),
    ],
)
async def test_an_answer_by_command(anybody: Student, rapport: World, outcome: str, title: str, label: str) -> None:
    await draft(anybody)
    await anybody.press("Mark as sent")
    card = await anybody.slash("request answer", contact="Ana", outcome=outcome)
    assert title in card
    assert card.labels[0] == label
    assert card.buttons[0]["style"] == 1
    assert card.labels[-1] == "Change the answer"
    assert card.ephemeral is (anybody.channel is not None)
    assert (await stored(rapport))[0].outcome == outcome
    assert await pending(rapport) == []
    opened = await anybody.press(label)
    assert opened.modal is not None or opened.labels


async def test_an_answer_by_button_can_be_corrected(anybody: Student, rapport: World) -> None:
    await draft(anybody)
    await anybody.press("Mark as sent")
    asked = await anybody.press("They answered")
    assert "What did Ana Núñez say?" in asked
    assert asked.labels == OUTCOMES
    card = await anybody.press("Wrong person")
    assert "in a different organization" in card
    assert "> Thank you for telling me." in card
    assert card.message_id == asked.message_id
    await anybody.press("Change the answer")
    assert "said yes" in await anybody.press("They said yes")
    assert (await stored(rapport))[0].outcome == "accepted"


async def test_the_person_they_named(maya: Student) -> None:
    await knows(maya)
    await maya.slash("request answer", contact="Ana", outcome="wrong person")
    form = await maya.press("Add the person they named")
    assert form.modal is not None
    assert form.modal["title"] == "Named by Ana Núñez"
    await maya.fill({"Name": "Priya Raman"})
    form = await maya.press("Draft a request")
    assert form.fields[TIE]["value"] == "Ana Núñez"
    assert "suggested that I write to you" in form.fields[TIE]["description"]


# No answer


async def test_the_reminder_leads_to_a_nudge(maya: Student, rapport: World) -> None:
    await knows(maya)
    await draft(maya)
    await maya.press("Mark as sent")
    await rapport.skip(days=7, minutes=1)
    reminder = maya.reminders()[-1]
    assert reminder.labels == ["Draft a nudge", "They answered", "Snooze", "Let it go"]
    nudge = await maya.press("Draft a nudge", on=reminder)
    assert "A nudge for Ana Núñez" in nudge
    assert "Re: A student's question" in nudge
    assert "Dear Ana Núñez," in nudge
    assert nudge.labels == ["Mark as sent", "Get as file", "They answered", "Let it go"]
    file = await maya.press("Get as file", on=nudge)
    assert [one.filename for one in file.files] == ["nudge-ana-nunez.txt"]
    assert b"Dear Ana" in await file.files[0].read()
    done = await maya.press("Mark as sent", on=nudge)
    assert "Ana Núñez is reminded" in done
    await maya.press("Mark as sent", on=file)
    assert (await stored(rapport))[0].nudges == 1
    assert "No nudge for Ana Núñez" in await maya.press("Draft a nudge", on=reminder)
    assert await pending(rapport) == []


async def test_they_answered_and_let_it_go_from_the_reminder(maya: Student, rapport: World) -> None:
    await knows(maya)
    await draft(maya)
    await maya.press("Mark as sent")
    await rapport.skip(days=7, minutes=1)
    reminder = maya.reminders()[-1]
    assert (await maya.press("They answered", on=reminder)).labels == OUTCOMES
    await offer(rapport, maya, Button("Late", "request.let_go", (1,)))
    gone = await maya.press("Let it go", on=reminder)
    assert "Time for the next person" in gone
    assert gone.labels[0] == "What's next"
    assert (await stored(rapport))[0].outcome == "no answer"
    await maya.press("Change the answer")
    await maya.press("They said yes")
    assert "said yes" in await maya.press("Late")
    assert (await stored(rapport))[0].outcome == "accepted"


async def test_a_nudge_at_the_wrong_moment(maya: Student, rapport: World) -> None:
    await knows(maya)
    await draft(maya)
    await offer(rapport, maya, Button("Nudge", "request.nudge", (1,)))
    assert "It is not sent yet" in await maya.press("Nudge")
    await maya.slash("request answer", contact="Ana", outcome="accepted")
    assert "They have answered" in await maya.press("Nudge")
    await maya.slash("request answer", contact="Ana", outcome="no answer")
    await maya.press("Draft a nudge")
    assert "is reminded" in await maya.press("Mark as sent")
    assert "that is enough" in await maya.press("Nudge")


async def test_a_week_later_the_open_request_offers_the_nudge(maya: Student, rapport: World) -> None:
    await knows(maya)
    sent = await maya.slash("request sent", contact="Ana", when="2026-02-20 15:00")
    assert "One short reminder is fine now" in sent
    assert sent.labels[0] == "Draft a nudge"
    opened = await maya.press("Open the request")
    assert opened.labels[0] == "Draft a nudge"
    assert "Let it go" in opened.labels
    assert "A nudge for Ana Núñez" in await maya.press("Draft a nudge", on=opened)


# The list


async def test_the_list_says_how_each_stands(anybody: Student, rapport: World) -> None:
    empty = await anybody.slash("request list")
    assert "No requests yet" in empty
    await draft(anybody)
    shown = await anybody.slash("request list")
    assert "Ana Núñez · draft, not sent yet" in shown.plain.replace("**", "")
    await anybody.slash("request sent", contact="Ana")
    assert "waiting for an answer" in await anybody.slash("request list")
    await anybody.slash("request answer", contact="Ana", outcome="declined")
    listed = await anybody.slash("request list")
    assert "they declined" in listed
    assert listed.ephemeral is (anybody.channel is not None)
    assert "Ana Núñez declined" in await anybody.choose("Ana Núñez")


async def test_a_long_list_is_paged(maya: Student) -> None:
    await knows(maya, *(f"Person {number:02}" for number in range(20)))
    for number in range(20):
        await maya.world.bot.services.requests.sent_to(maya.id, number + 1)
    first = await maya.slash("request list")
    assert "Page 1 of 3 · 20 in all" in first
    second = await maya.press("Next")
    assert "Page 2 of 3" in second
    assert second.message_id == first.message_id
    opened = await maya.choose("Person 08", on=second)
    assert "Request to Person 08: sent" in opened
    assert "Page 1 of 3" in await maya.press("Previous", on=second)


# What can go wrong


@pytest.mark.parametrize("name", HARD_NAMES, ids=range(len(HARD_NAMES)))
async def test_hard_names_and_long_texts_fit_every_card(rapport: World, maya: Student, name: str) -> None:
    await knows(maya, name, why="*" * 500)
    card = await draft(maya, dict.fromkeys(ANSWERS, "I saw *b* @everyone " + "*b* @everyone " * 33), contact="#1")
    seen = visible(name)[:50]
    assert seen in card
    assert "The whole text is in the file" in card
    assert card.files[0].filename.startswith("request")
    await maya.press("Edit")
    card = await maya.fill(
        {
            "Subject": "_" * 300,
            "Message": f"[{'*' * 50}] are you hiring? 3 pm, resume attached {'_*~' * 1300}",
        }
    )
    assert "version 2" in card
    await maya.press("Get as file", on=card)
    await maya.press("Mark as sent", on=card)
    await maya.press("Open the request")
    await maya.slash("request list")
    await maya.press("They answered")
    for label in OUTCOMES:
        assert await maya.press(label)
        await maya.press("Change the answer")
    await maya.press("No answer")
    assert seen in await maya.press("Draft a nudge")
    assert seen in await maya.press("Mark as sent", on=maya.screen)


async def test_the_longest_answers_fit(rapport: World, maya: Student) -> None:
    await knows(maya)
    card = await draft(
        maya, {TIE: f"I {'t' * 498}", WHY: f"I {'w' * 798}", LEARN: f"I {'l' * 798}", WINDOWS: f"I {'i' * 498}"}
    )
    assert "The whole text is in the file" in card
    assert (await card.files[0].read()).decode().count("w" * 798) == 1
    form = await maya.press("Edit")
    assert "l" * 798 in form.fields["Message"]["value"]
    assert "y" * 1500 in await maya.fill({"Message": "y" * 4000})
    assert (await stored(rapport))[0].body == "y" * 4000


async def test_an_empty_message_changes_nothing(rapport: World, maya: Student) -> None:
    await knows(maya)
    await draft(maya)
    await maya.press("Edit")
    assert "“Message” is empty" in await maya.fill({"Message": "   "})
    assert (await stored(rapport))[0].version == 1


async def test_too_much_text_is_handed_back(rapport: World, maya: Student) -> None:
    await knows(maya)
    await maya.slash("request draft", contact="Ana")
    for field in parts(maya.seen[-1]._interaction.modal["components"]):
        field["max_length"] = 4000  # a program instead of a person, or a form of an older version
    refused = await maya.fill({WHY: "reef " * 799})
    assert "“Why this person?” is 3994 characters long; 800 fit." in refused
    assert "reef reef" in refused
    assert [one.filename for one in refused.files] == ["what-you-typed.txt"]
    assert await stored(rapport) == []


async def test_everything_works_after_a_restart(rapport: World, maya: Student) -> None:
    await knows(maya)
    await maya.slash("request draft", contact="Ana")
    await rapport.restart()
    card = await maya.fill(ANSWERS)
    assert card.labels == DRAFT
    await rapport.restart()
    await maya.press("Edit", on=card)
    await rapport.restart()
    assert "version 2" in await maya.fill({"Message": "Dear Ana, would you have 20 minutes?"})
    await rapport.restart()
    assert (await maya.press("Get as file", on=card)).files
    await rapport.restart()
    await maya.press("Change my answers", on=card)
    await rapport.restart()
    assert "version 3" in await maya.fill({TIE: "We met in May"})
    await rapport.restart()
    sent = await maya.press("Mark as sent", on=card)
    await rapport.restart(away=timedelta(days=8))
    opened = await maya.press("Open the request", on=sent)
    nudge = await maya.press("Draft a nudge", on=opened)
    await rapport.restart()
    assert "is reminded" in await maya.press("Mark as sent", on=nudge)
    await rapport.restart()
    asked = await maya.press("They answered", on=nudge)
    await rapport.restart()
    assert "said yes" in await maya.press("They said yes", on=asked)


async def offer(world: World, student: Student, *buttons: Button, rows: tuple[Any, ...] = ()) -> None:
    """A card with routes of its own: what a forged press looks like to the bot."""
    card = Card("Forged", rows=(*((buttons,) if buttons else ()), *rows))
    await send(await open_dm(world.bot, student.id), student.id, card)


async def test_somebody_else_gets_nowhere(rapport: World, maya: Student) -> None:
    await knows(maya)
    await draft(maya)
    before = (await stored(rapport))[0]
    tom = rapport.student("tom", "Tom Okafor")
    assert "no contact called" in await tom.slash("request draft", contact="Ana")
    for command, more in (("draft", {}), ("sent", {}), ("answer", {"outcome": "accepted"})):
        assert "Not found" in await tom.slash(f"request {command}", contact="#1", **more)
    simple = ("show", "edit", "over", "zone", "file", "sent", "reply", "nudge", "nudge_file", "let_go")
    for name in simple:
        await offer(rapport, tom, Button(name, f"request.{name}", (1,)))
        assert "Not found" in await tom.press(name)
    for name, args in (("nudged", (1, 0)), ("answered", (1, "accepted")), ("draft", (1,))):
        await offer(rapport, tom, Button(name, f"request.{name}", args))
        assert "Not found" in await tom.press(name)
    await offer(rapport, tom, rows=(Select("request.choose", (Option("hers", "1"), Option("odd", "-1")), "?"),))
    assert "Not found" in await tom.choose("hers")
    assert "Not found" in await tom.choose("odd")
    after = (await stored(rapport))[0]
    assert (after.body, after.version, after.status) == (before.body, before.version, "draft")


async def test_routes_that_no_card_has_change_nothing(rapport: World, maya: Student) -> None:
    await knows(maya)
    await draft(maya)
    await offer(rapport, maya, Button("Odd", "request.answered", (1, "perhaps")))
    assert "Already done" in await maya.press("Odd")
    await offer(rapport, maya, Button("Pigeon", "request.compose", (1, "pigeon")))
    assert "Already done" in await maya.press("Pigeon")
    assert (await stored(rapport))[0].status == "draft"


async def test_a_deleted_contact_takes_its_requests_along(rapport: World, maya: Student) -> None:
    await knows(maya)
    await draft(maya)
    await maya.press("Mark as sent")
    await rapport.bot.services.contacts.delete(maya.id, 1)
    assert "Not found" in await maya.press("They answered")
    assert await pending(rapport) == []


async def test_what_cannot_be_placed_is_a_blank_that_one_button_mends(anybody: Student, rapport: World) -> None:
    await anybody.slash("request draft", contact="Ana")
    careless = {TIE: "prof lind", WHY: "she does reef stuff", LEARN: "do you need a phd? pay?", WINDOWS: "whenever"}
    card = await anybody.fill(careless)
    assert "[how you are connected, or who sent you] I am a student. [why you are writing to them]" in card
    assert "There is one thing I would most like to ask. Do you need a PhD?" in card
    assert "On your list for the meeting: Pay?" in card
    for words in ("“prof lind” does not end the sentence", "“she does reef stuff” is about them, not to them"):
        assert words in card
    assert "to settle before you send it" in card
    assert "short, specific" not in card
    assert card.labels == [*DRAFT, TIE, WHY]

    form = await anybody.press(WHY)
    assert list(form.fields) == [WHY]
    assert form.fields[WHY]["value"] == "she does reef stuff"
    assert "I am writing to you because" in form.fields[WHY]["description"]
    said = {WHY: "your 2024 survey of the reef"}
    card = await anybody.fill(said)
    assert "I am writing to you because of your 2024 survey of the reef." in card
    assert card.labels == [*DRAFT, TIE]
    view = await rapport.bot.services.requests.finish(anybody.id, 1, FormPart.WHY, said[WHY])
    assert view.version == (await stored(rapport))[0].version, "the same form sent twice is one version"

    await anybody.press("Edit", on=card)
    body = (await stored(rapport))[0].body
    card = await anybody.fill({"Message": body.replace("Dear", "Hello [nickname],")})
    assert "A blank is left: [nickname]" in card, "though another one is explained"
    await anybody.press("Edit", on=card)
    await anybody.fill({"Message": body.replace("Dear", "Hello")})
    await anybody.press(TIE)
    card = await anybody.fill({TIE: "We met in May"})
    assert "Hello Ana Núñez" in card, "what was edited by hand stays"
    assert "We met in May. I am a student." in card
    assert card.labels == DRAFT


async def test_an_old_button_for_a_part_that_is_said_shows_the_draft(maya: Student) -> None:
    await knows(maya)
    await maya.slash("request draft", contact="Ana")
    old = await maya.fill({TIE: "idk", WHY: "your survey of reefs"})
    await maya.slash("request list")
    newer = await maya.choose("Ana Núñez")
    await maya.press(TIE, on=newer)
    await maya.fill({TIE: "We met in May"})
    again = await maya.press(TIE, on=old)
    assert again.modal is None
    assert "We met in May." in again


async def test_questions_that_the_letter_does_not_ask_are_on_the_list_for_the_meeting(maya: Student) -> None:
    await knows(maya)
    await maya.slash("request draft", contact="Ana")
    await maya.fill(
        {TIE: "We met in May", LEARN: "How did you get into film? Was it worth it?\nWould you do it again?"}
    )
    sheet = await maya.slash("interview prep", contact="Ana")
    assert "Was it worth it?" in sheet
    assert "Would you do it again?" in sheet
    assert "How did you get into film?" not in sheet
