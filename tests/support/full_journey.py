"""A student's ten days, lived through commands, buttons, forms and DMs: every kind of row, card and reminder.

Every word that the student types holds `MARK`, so that a test can tell where their words end up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.reminders.reminder import ReminderKind, planned
from bot.services.reminders.scheduling import arm
from bot.storage.models import User
from tests.support.world import ZONE, Screen, Student, World

MARK = "Quill"
DENVER = ZoneInfo(ZONE)
LAST_DAY = datetime(2026, 3, 12, 14, 31, tzinfo=DENVER)
NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gil", "Hana", "Ivo", "Jo", "Kim", "Lea", "Max", "Noa")


@dataclass
class Life:
    """The student in the bot's DM and, the same person, in the career center's server."""

    dm: Student
    server: Student


async def live(world: World) -> Life:
    """From the first hello to an afternoon with everything on the table."""
    server = world.member("maya", f"Maya {MARK}")
    life = Life(Student(world, server.actor.user), server)
    await first_words(life)
    await asking(life)
    await interview(life)
    await talking_over(life)
    await keeping_word(life)
    await days_go_by(world, life)
    await last_day(world, life)
    return life


def name(first: str) -> str:
    """How a contact is called."""
    return f"{first} {MARK}mark"


async def first_words(life: Life) -> None:
    """Profile and contacts. The zone is told when it is first asked for."""
    await life.dm.say("hi")
    await life.server.slash("profile show")
    await life.server.press("Edit")
    about = {"School, year, major": f"{MARK} College", "About you in one line": f"I count {MARK}s"}
    await life.server.fill({"Your name": f"Maya {MARK}", **about, "Fields that interest you": f"{MARK} science"})
    await life.dm.slash("contact list")
    for first in NAMES:
        await life.dm.slash("contact add")
        await life.dm.fill(
            {
                "Name": name(first),
                "Role and organization": f"Biologist, {MARK} Survey",
                "Where did you find them?": ["Alumni"],
                "How to reach them": f"{first.lower()}@{MARK.lower()}.example",
                "Why them?": f"your {MARK} survey",
            }
        )
    await life.dm.slash("contact add", referred_by=name("Ana"))
    await life.dm.fill({"Name": name("Bena")})
    await life.dm.slash("contact note", contact=name("Ben"), text=f"Likes {MARK}s. " * 100)


async def asking(life: Life) -> None:
    """Requests in every state."""
    await draft(life.server, "Dan")
    await life.server.press("Mark as sent")
    await life.server.choose(ZONE)
    await draft(life.dm, "Cleo")
    await life.dm.slash("request draft", contact=name("Cleo"))
    await life.dm.fill({"How are you connected?": "idk"})
    await draft(life.dm, "Lea")
    await life.dm.press("Mark as sent")
    for first, outcome in (
        ("Eva", "accepted"),
        ("Ivo", "declined"),
        ("Jo", "wrong person"),
        ("Kim", "another time"),
        ("Noa", "no answer"),
        ("Ben", "no answer"),
    ):
        await life.dm.slash("request sent", contact=name(first))
        await life.dm.slash("request answer", contact=name(first), outcome=outcome)


async def draft(student: Student, first: str) -> Screen:
    """A request that the coach has something to say about."""
    await student.slash("request draft", contact=name(first))
    return await student.fill(
        {
            "How are you connected?": f"Professor {MARK} suggested that I write to you",
            "Why this person?": f"your {MARK} survey",
            "What do you want to learn?": f"whether there is a job at {MARK}",
            "When could you meet?": "Tue 10 March 2-4 pm or Thu 12 March 9-11 am",
        }
    )


async def interview(life: Life) -> None:
    """Interviews to come and past."""
    await life.dm.slash("interview schedule", contact=name("Finn"), when="Mar 12 3:30pm", place=f"Cafe {MARK}")
    await life.server.slash("interview schedule", contact=name("Finn"), when="Mar 12 4:30pm")
    await life.dm.slash("interview schedule", contact=name("Kim"), when="Mar 10 10:00")
    await life.dm.slash("interview cancel", contact=name("Kim"))
    await life.dm.press("Cancel the meeting")
    await life.dm.slash("interview schedule", contact=name("Noa"), when="Mar 11 10:00", mode="phone")
    for first in ("Ana", "Gil", "Max"):
        await life.dm.slash("interview happened", contact=name(first))
    await life.dm.slash("interview happened", contact=name("Hana"), when="today 2pm")


async def talking_over(life: Life) -> None:
    """One evaluation is done, one is paused, one is open; one was never begun."""
    await life.dm.slash("evaluate", contact=name("Ana"))
    for number in range(1, 12):
        words = {5: "not sure", 7: f"because of {MARK}s", 9: "more", 10: "counting", 11: "patience"}
        await life.dm.say(words.get(number, "yes"))
    await life.dm.slash("evaluate", contact=name("Max"))
    await life.dm.press("Yes")
    await life.dm.press("Add a note")
    await life.dm.fill({"Your note": f"a note on {MARK}s"})
    await life.dm.press("Pause")
    await life.server.slash("evaluate", contact=name("Gil"))
    for _ in range(5):
        await life.dm.say("yes")
    # The second of these was typed before the seventh question came.
    await life.dm.say_quickly("yes", f"said by {MARK}")


async def keeping_word(life: Life) -> None:
    """To-dos and notes of thanks."""
    for number in range(9):
        await life.dm.slash("todo add", text=f"Read {MARK} report {number}", contact=name("Ana"))
    await life.dm.slash("todo add", text=f"Call {MARK}", when="Fri 9am")
    await life.server.slash("todo add", text=f"Write to {MARK}", when="Mar 12 10am")
    await life.dm.slash("thanks draft", contact=name("Ana"))
    await life.dm.fill({"What did you learn or appreciate?": f"how {MARK}s decide"})
    await life.dm.press("Mark as sent")
    # A note that is not sent and could still ask something.
    await life.dm.slash("thanks draft", contact=name("Max"))
    await life.dm.fill({"What did you learn or appreciate?": f"how {MARK}s rest"})
    await life.dm.slash("thanks draft", contact=name("Hana"))
    await life.dm.fill({"What did you learn or appreciate?": f"how {MARK}s live"})


async def days_go_by(world: World, life: Life) -> None:
    """Reminders of every kind come."""
    await world.skip_to(datetime(2026, 3, 11, 10, 36, tzinfo=DENVER))
    # Two interviews whose reminders fall due while the bot is away come in one message.
    await life.dm.slash("interview schedule", contact=name("Eva"), when="Mar 12 8am")
    await life.dm.slash("interview schedule", contact=name("Ivo"), when="Mar 12 9am")
    await world.restart(away=LAST_DAY - timedelta(hours=3) - world.env.now())
    await world.skip_to(LAST_DAY - timedelta(hours=1))
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    await life.server.slash("todo add", text=f"Ask {MARK}", when="in 20 minutes")
    await world.skip(minutes=30)
    await warning(world, life)
    await world.skip_to(LAST_DAY)


async def warning(world: World, life: Life) -> None:
    """What comes before everything is deleted, as if the last visit had been two years ago."""
    long_ago, present = world.env.now() - timedelta(days=730), world.env.now()
    async with world.bot.db.write(life.dm.id) as session:
        user = await session.get_one(User, life.dm.id)
        user.last_seen_at, seen_at = long_ago, user.last_seen_at
        await arm(session, life.dm.id, [planned(ReminderKind.INACTIVE_FIRST, life.dm.id, present, LAST_DAY, 0)])
    await world.restart()
    await world.skip(minutes=5)
    assert "Keep my data" in life.dm.reminders()[-1].labels
    async with world.bot.db.write(life.dm.id) as session:
        (await session.get_one(User, life.dm.id)).last_seen_at = seen_at


async def last_day(world: World, life: Life) -> None:
    """Every command once more, here and there."""
    await life.server.slash("next")
    await look_around(life.server)
    for command in ("next", "request list", "interview list", "todo list"):
        await life.dm.slash(command)
    await life.dm.slash("evaluate", contact=name("Cleo"))
    await life.dm.slash("evaluate", contact=name("Max"))
    await life.dm.slash("thanks draft", contact=name("Cleo"))
    await life.dm.slash("interview move", contact=name("Finn"), when="Mar 13 3pm")
    await life.dm.slash("contact show", contact="Nobody at all")
    for student in (life.server, life.dm):
        await student.slash("mydata export")
        await student.slash("mydata delete")
        await student.fill({"Type DELETE to confirm": f"not yet, {MARK}"})


async def look_around(student: Student) -> None:
    """What shows something and changes nothing."""
    for command in (
        "help", "guide", "next", "contact list", "request list", "interview list", "todo list", "profile show",
    ):  # fmt: skip
        await student.slash(command)
    for first in NAMES:
        await student.slash("contact show", contact=name(first))
    for command in ("interview prep", "thanks draft", "contact edit", "contact delete"):
        await student.slash(command, contact=name("Finn"))
    await student.slash("profile timezone", zone="Lisbon")
