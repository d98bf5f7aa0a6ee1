"""A student writes the thank-you note and marks it as sent, with commands, buttons and forms."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.domain.reminders.reminder import ReminderKind, Status
from bot.services.interviews.views import Booked, Met, Terms
from bot.services.thank_yous.views import NoteView
from bot.storage.models import Answer, Contact, Evaluation, Reminder, ThankYou, User
from bot.ui.kit.card import Button, Card
from bot.ui.kit.direct_messages import open_dm, send
from tests.support.shortcuts import stamp
from tests.support.world import START, ZONE, Screen, Student, World

MOVES = ["What did you learn or appreciate?", "What have you done about it?", "What happens next?"]
TICK = "Tick only what is really done"
ASK = "Ask one thing that is still open?"
READ = "Which of these may they read?"
DRAFT = ["Mark as sent", "Edit", "Get as file", "Change my answers"]
HARD_NAMES = ["🦊" * 80, "ليلى حسن", "**Ana** `[x](x.example)` ~~_", "@everyone <@1> <#2>", "A" * 100]
WORDS = {
    MOVES[0]: "How storms decide a field season",
    MOVES[1]: "joined the local chapter",
    MOVES[2]: "write to Dr. Lind about the grant",
}


async def met(student: Student, name: str = "Ana Núñez", ended_at: datetime | None = None) -> int:
    """The student has a zone and has just met somebody; returns the interview's id."""
    bot = student.world.bot
    await bot.services.profiles.meet(student.id, "Maya Torres")
    await bot.services.profiles.set_zone(student.id, ZONE)
    async with bot.db.write() as session:
        contact = Contact(owner_id=student.id, name=name, created_at=now())
        session.add(contact)
        await session.flush()
        number = contact.id
    done = await bot.services.interviews.met(student.id, number, ended_at)
    assert isinstance(done, Met)
    return done.interview.id


async def evaluated(student: Student, interview: int, **texts: str) -> None:
    """What the student wrote to some of the eleven questions, such as `q9="storms"`."""
    async with student.world.bot.db.write() as session:
        evaluation = Evaluation(
            interview_id=interview, owner_id=student.id, status="done", position=12, created_at=now()
        )
        session.add(evaluation)
        await session.flush()
        for key, text in texts.items():
            session.add(
                Answer(
                    evaluation_id=evaluation.id,
                    question=int(key[1:]),
                    verdict="text",
                    text=text,
                    answered_at=now(),
                )
            )


async def pending(world: World) -> list[str]:
    async with world.bot.db.read() as session:
        query = select(Reminder.kind).where(Reminder.status == Status.PENDING.value)
        return list(await session.scalars(query.order_by(Reminder.due_at)))


async def note(world: World) -> ThankYou:
    async with world.bot.db.read() as session:
        return (await session.scalars(select(ThankYou))).one()


async def draft(student: Student, answers: dict[str, Any] | None = None, contact: str = "Ana") -> Screen:
    await student.slash("thanks draft", contact=contact)
    return await student.fill(WORDS if answers is None else answers)


async def test_from_the_form_to_a_sent_note(rapport: World, maya: Student) -> None:
    await met(maya)
    form = await maya.slash("thanks draft", contact="Ana")
    assert list(form.fields) == MOVES
    card = await maya.fill(WORDS)
    assert "Thank-you to Ana Núñez" in card
    assert "version 1" in card
    assert stamp(START + timedelta(hours=24), "R") in card.text
    assert "Dear Ana Núñez," in card
    assert "What stays with me is how storms decide a field season." in card
    assert "Since we talked, I have joined the local chapter." in card
    assert "I will write to Dr. Lind about the grant." in card
    assert "This reads well" in card
    assert card.labels == DRAFT
    done = await maya.press("Mark as sent")
    assert done.message_id == card.message_id
    assert "Thank-you to Ana Núñez: sent" in done
    assert stamp(now(), "R") in done.text
    assert done.labels[0] == "Evaluate the meeting"
    assert await pending(rapport) == []


async def test_in_a_server_everything_is_private(rapport: World) -> None:
    member = rapport.member()
    await met(member)
    assert (await draft(member)).ephemeral
    assert (await member.press("Get as file")).ephemeral
    assert (
        await member.press("Mark as sent", on=member.newest(lambda s: "Change my answers" in s.labels))
    ).ephemeral
    assert (await member.slash("thanks sent", contact="Ana")).ephemeral
    assert member.channel.history() == [] or all(screen.ephemeral for screen in [member.screen])


async def test_the_form_starts_from_nothing_that_was_private_and_says_who_reads_it(
    rapport: World, maya: Student
) -> None:
    interview = await met(maya)
    await evaluated(
        maya,
        interview,
        q9="How storms decide a field season.",
        q7="honestly kind of depressing, everyone looks burnt out",
        q5="the idea of museum work",
        q2="I need a license",
    )
    done, _ = (
        await rapport.bot.services.todos.add_from(maya.id, interview, "Join the chapter\nRead the report")
    ).todos
    await rapport.bot.services.todos.done(maya.id, done.id)
    form = await maya.slash("thanks draft", contact="Ana")
    assert list(form.fields) == [*MOVES, READ, TICK]
    assert not any(form.fields[label].get("value") for label in MOVES)
    assert [(option["label"], option["value"]) for option in form.fields[READ]["options"]] == [
        ("the idea of museum work", "5"),
        ("honestly kind of depressing, everyone looks burnt out", "7"),
        ("How storms decide a field season", "9"),
        ("Join the chapter", f"#{done.id}"),
    ]
    assert [option["label"] for option in form.fields[TICK]["options"]] == ["Read the report"]
    assert not any(option.get("default") for label in (READ, TICK) for option in form.fields[label]["options"])
    assert form.described[MOVES[0]] == "They read this. Finish: What stays with me is …"
    assert form.described[MOVES[1]] == "They read this. Finish: Since we talked, I have …"
    assert form.described[MOVES[2]] == "They read this. Finish: I will …"
    assert form.described[TICK].startswith("They read this.")
    assert "for yourself" in form.described[READ]
    await maya.fill({})
    body = (await note(rapport)).body
    assert not [word for word in ("storms", "depressing", "museum", "license", "chapter", "report") if word in body]


async def test_what_they_may_read_is_in_the_note_also_after_a_restart(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    await evaluated(maya, interview, q9="How storms decide a field season.", q7="kind of depressing")
    done = (await rapport.bot.services.todos.add_from(maya.id, interview, "Write to Sam")).todos[0]
    await rapport.bot.services.todos.done(maya.id, done.id)
    await maya.slash("thanks draft", contact="Ana")
    await rapport.restart()
    card = await maya.fill({READ: ["9", f"#{done.id}"]})
    assert "What stays with me is how storms decide a field season." in card
    assert "Since we talked, I have written to Sam." in card
    assert "depressing" not in card
    assert "This reads well" in card
    form = await maya.press("Change my answers")
    assert form.fields[MOVES[0]]["value"] == "How storms decide a field season"
    options = form.fields[READ]["options"]
    assert [(option["value"], bool(option.get("default"))) for option in options] == [
        ("7", False),
        (f"#{done.id}", True),
    ]
    before = (await note(rapport)).body
    await maya.fill({})
    assert (await note(rapport)).body == before


async def test_what_is_ticked_is_done_and_told_and_what_is_not_stays(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    first, second = (
        await rapport.bot.services.todos.add_from(maya.id, interview, "Read the report\nJoin the chapter")
    ).todos
    await maya.slash("thanks draft", contact="Ana")
    card = await maya.fill({MOVES[0]: "how storms decide a field season", TICK: [str(first.id)]})
    assert "Since we talked, I have read the report." in card
    assert "chapter" not in card
    assert [todo.id for todo in await rapport.bot.services.todos.listing(maya.id)] == [second.id]
    sent = await maya.press("Mark as sent")
    assert "Still to do" in sent
    assert "Join the chapter" in sent
    assert sent.labels == ["Evaluate the meeting", "My to-dos", "What's next"]


async def test_one_open_question_is_asked_from_the_card(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    await evaluated(maya, interview, q9="How storms decide a field season.")
    card = await draft(maya)
    assert card.labels == [*DRAFT, "Ask one thing"]
    body = (await note(rapport)).body
    form = await maya.press("Ask one thing")
    assert list(form.fields) == [ASK]
    assert form.described[ASK].startswith("They read this.")
    assert len(form.fields[ASK]["options"]) == 10
    asked = form.fields[ASK]["options"][4]
    await rapport.restart()
    card = await maya.fill({ASK: [asked["value"]]})
    lead = "If you have a moment, there is one more thing I would like to ask."
    mine = body.replace("\n\nThank you again", f" {lead} {asked['label']}\n\nThank you again")
    assert (await note(rapport)).body == mine
    assert "version 2" in card
    await maya.press("Ask one thing")
    assert "version 2" in await maya.fill({ASK: [asked["value"]]})
    await maya.press("Edit")
    await maya.fill({"Message": "Dear Ana,\n\nThank you for the reef charts.\n\nBest,\nMaya"})
    await maya.press("Ask one thing")
    await maya.fill({ASK: [asked["value"]]})
    by_hand = f"Dear Ana,\n\nThank you for the reef charts. {lead} {asked['label']}\n\nBest,\nMaya"
    assert (await note(rapport)).body == by_hand


async def test_what_does_not_fit_is_a_blank_that_one_press_mends(rapport: World, maya: Student) -> None:
    await met(maya)
    card = await draft(maya, {MOVES[0]: "she was really nice", MOVES[1]: "a call to the union"})
    assert "[one thing that you learned or liked]" in card
    assert "[what you have done about their advice]" in card
    assert "“she was really nice” speaks about them" in card
    assert "“a call to the union” does not say what you did" in card
    assert "This reads well" not in card
    assert "A blank is left" not in card
    assert card.labels == ["Change my answers", "Edit", "Mark as sent", "Get as file"]
    form = await maya.press("Change my answers")
    assert form.fields[MOVES[0]]["value"] == "she was really nice"
    card = await maya.fill({MOVES[0]: "your patience with my questions about reefs", MOVES[1]: "called the union"})
    assert "What stays with me is your patience with my questions about reefs." in card
    assert "This reads well" in card
    assert card.labels == DRAFT


async def test_the_coach_speaks_up_and_the_letter_can_be_edited(rapport: World, maya: Student) -> None:
    await met(maya)
    await draft(maya, {MOVES[0]: "I liked it a lot.", MOVES[1]: "", MOVES[2]: ""})
    card = maya.screen
    assert "Coach · 1 suggestion" in card.plain.replace("**", "")
    assert "Name one thing" in card
    form = await maya.press("Edit")
    assert list(form.fields) == ["Message"]
    assert form.fields["Message"]["value"] == (await note(rapport)).body
    edited = await maya.fill({"Message": "Thank you for the *reef* charts.\n\nAre you hiring? [name]"})
    assert edited.message_id == card.message_id
    assert "version 2" in edited
    assert "Thank you for the *reef* charts.\n\nAre you hiring? [name]" in edited
    assert "3 suggestions, 1 to settle" in edited
    assert "A blank is left" in edited
    assert "sounds like asking for a job" in edited


async def test_the_file_holds_the_note_to_the_letter(rapport: World, maya: Student) -> None:
    await met(maya)
    await draft(maya)
    screen = await maya.press("Get as file")
    (file,) = screen.files
    assert (file.filename, (await file.read()).decode()) == ("thank-you-ana-nunez.txt", (await note(rapport)).body)
    assert screen.labels == ["Mark as sent", "Edit"]


async def test_drafting_again_shows_the_draft_and_start_over_offers_what_was_typed(
    rapport: World, maya: Student
) -> None:
    await met(maya)
    await draft(maya)
    again = await maya.slash("thanks draft", contact="Ana")
    assert again.labels == DRAFT
    form = await maya.press("Change my answers")
    assert [form.fields[label]["value"] for label in MOVES] == list(WORDS.values())
    assert "version 2" in await maya.fill({MOVES[0]: "that the survey has no ships of its own"})


async def test_sent_by_command_with_a_moment_needs_no_draft(rapport: World, maya: Student) -> None:
    await met(maya, ended_at=START - timedelta(hours=5))
    card = await maya.slash("thanks sent", contact="Ana", when="2 hours ago")
    assert "sent" in card
    assert stamp(START - timedelta(hours=2), "F") in card.text
    assert await pending(rapport) == []
    again = await maya.slash("thanks sent", contact="Ana")
    assert again.text == card.text


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("tomorrow 9am", "still to come"),
        ("gestern", "could not read"),
        ("yesterday 9:00", "the meeting only began"),
    ],
)
async def test_a_moment_that_cannot_be_changes_nothing(rapport: World, maya: Student, when: str, said: str) -> None:
    await met(maya)
    refusal = await maya.slash("thanks sent", contact="Ana", when=when)
    assert said in refusal
    assert (await note(rapport)).sent_at is None
    assert await pending(rapport) == [
        ReminderKind.THANK_YOU_FIRST,
        ReminderKind.THANK_YOU_SECOND,
        ReminderKind.THANK_YOU_LATE,
    ]


async def test_a_moment_asks_for_the_zone_and_goes_on(rapport: World, maya: Student) -> None:
    await met(maya, ended_at=START - timedelta(hours=5))
    async with rapport.bot.db.write() as session:
        (await session.get_one(User, maya.id)).zone = None
    await maya.slash("thanks sent", contact="Ana", when="2 hours ago")
    assert (await note(rapport)).sent_at is None
    await maya.choose("America/Denver")
    assert (await note(rapport)).sent_at == START - timedelta(hours=2)


async def test_without_an_interview_the_way_on_is_shown(rapport: World, maya: Student) -> None:
    services = rapport.bot.services
    await met(maya)
    async with rapport.bot.db.write() as session:
        tom = Contact(owner_id=maya.id, name="Tom Okafor", created_at=now())
        session.add(tom)
    card = await maya.slash("thanks draft", contact="Tom")
    assert "No meeting with Tom Okafor yet" in card
    assert card.labels[0] == "Book a meeting"
    start = START + timedelta(days=1)
    assert isinstance(await services.interviews.schedule(maya.id, tom.id, Terms(start)), Booked)
    for command in ("thanks draft", "thanks sent"):
        card = await maya.slash(command, contact="Tom")
        assert "You have not met Tom Okafor yet" in card
        assert stamp(start, "F") in card.text
        assert card.labels[0] == "Open prep"
    await rapport.skip(days=1, hours=1)
    card = await maya.slash("thanks draft", contact="Tom")
    assert "Did you meet Tom Okafor?" in card
    assert card.labels == ["It happened", "It moved", "It did not happen"]
    assert "You met Tom Okafor" in await maya.press("It happened", on=card)
    assert list((await maya.slash("thanks draft", contact="Tom")).fields) == MOVES


async def test_late_is_better_than_never(rapport: World, maya: Student) -> None:
    await met(maya, ended_at=START - timedelta(days=3))
    card = await draft(maya)
    assert "late is better than never" in card
    assert "Due" not in card


async def test_old_cards_and_double_presses_change_nothing_more(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    first = await draft(maya)
    card = await maya.slash("thanks draft", contact="Ana")
    others = [await maya.slash("thanks draft", contact="Ana") for _ in range(2)]
    await maya.press("Edit")
    form = maya.seen[-1]
    first = await maya.press("Mark as sent", on=first)
    sent_at = (await note(rapport)).sent_at
    await rapport.skip(minutes=5)
    again = await maya.press("Mark as sent", on=card)
    assert again.text == first.text
    assert (await note(rapport)).sent_at == sent_at
    for old, label in zip(others, ("Edit", "Change my answers"), strict=True):
        assert "Thank-you to Ana Núñez: sent" in await maya.press(label, on=old)
    words = "What I typed into the form that was still open, which is long enough to be worth keeping."
    refusal = await maya.actor.submit_modal(form, {"body": words})
    assert words in maya._note(refusal)
    assert (await note(rapport)).version == 1
    view = await rapport.bot.services.thank_yous.get(maya.id, interview)
    assert isinstance(view, NoteView)
    assert view.sent_at == sent_at


async def test_the_same_form_sent_twice_is_one_version(rapport: World, maya: Student) -> None:
    await met(maya)
    await maya.slash("thanks draft", contact="Ana")
    first = maya.seen[-1]
    await draft(maya)
    again = await maya.actor.submit_modal(
        first, {"learned": WORDS[MOVES[0]], "done": WORDS[MOVES[1]], "next_step": WORDS[MOVES[2]]}
    )
    assert "version 1" in maya._note(again)


async def test_every_button_works_after_a_restart(rapport: World, maya: Student) -> None:
    await met(maya)
    await maya.slash("thanks draft", contact="Ana")
    await rapport.restart()
    card = await maya.fill(WORDS)
    assert card.labels == DRAFT
    await rapport.restart()
    await maya.press("Edit", on=card)
    await rapport.restart()
    assert "version 2" in await maya.fill({"Message": "Thank you for the reef charts. I will keep you posted."})
    await rapport.restart()
    assert (await maya.press("Get as file", on=card)).files
    await rapport.restart()
    assert (await maya.press("Change my answers", on=card)).fields
    await rapport.restart()
    assert "sent" in await maya.press("Mark as sent", on=card)


async def test_somebody_else_gets_nowhere(rapport: World, maya: Student) -> None:
    interview = await met(maya)
    await draft(maya)
    tom = rapport.student("tom", "Tom Okafor")
    assert "no contact called" in await tom.slash("thanks draft", contact="Ana")
    assert "Not found" in await tom.slash("thanks sent", contact="#1")
    before = await note(rapport)
    await met(tom, "Priya Raman")
    for label, action in (("Mark", "thanks.sent"), ("Edit", "thanks.edit"), ("File", "thanks.file")):
        # A button of his own with the number of her interview: what a forged press looks like to the bot.
        await send(
            await open_dm(rapport.bot, tom.id), tom.id, Card(label, rows=((Button(label, action, (interview,)),),))
        )
        assert "Not found" in await tom.press(label)
    after = await rapport.bot.services.thank_yous.get(maya.id, interview)
    assert isinstance(after, NoteView)
    assert (after.body, after.version, after.sent_at) == (before.body, before.version, None)


@pytest.mark.parametrize("name", HARD_NAMES)
async def test_hard_names_and_long_texts_fit_every_card(rapport: World, maya: Student, name: str) -> None:
    interview = await met(maya, name)
    await evaluated(maya, interview, q9="storms " * 500)
    await rapport.bot.services.todos.add_from(
        maya.id, interview, "\n".join(f"{number} " + "*_~`" * 45 for number in range(10))
    )
    form = await maya.slash("thanks draft", contact="#1")
    assert len(form.fields[TICK]["options"]) == 10
    card = await maya.fill(dict.fromkeys(MOVES, "*bold* @everyone " * 58))
    assert name[:50] in card
    await maya.press("Change my answers")
    card = await maya.fill(dict.fromkeys(MOVES, "I like bold everyone " * 45))
    assert "The whole text is in the file" in card
    assert card.files[0].filename.startswith("thank-you")
    await maya.press("Edit")
    card = await maya.fill({"Message": "[blank] any job opening? " + "_*~" * 1300})
    assert "version 3" in card
    assert name[:50] in await maya.press("Mark as sent", on=card)
    assert name[:50] in await maya.slash("thanks draft", contact="#1")
