"""The walks in docs/architecture.md, gone with the running bot: every file that is named there is entered."""

import re
from datetime import timedelta

import pytest

from bot.clock import now
from bot.storage.models import Contact
from tests.docs.pages import ROOT
from tests.support.trace import entered
from tests.support.world import ZONE, Student, World

pytestmark = [pytest.mark.sqlite(reason="its walk is written down"), pytest.mark.clear(reason="the same")]

_SECTION = re.search(
    r"## Three walks.*?\n(.*?)\n## ", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.DOTALL
)
assert _SECTION is not None
COMMON, *WALKS = re.split(r"^### .*?\((\d+) files\)$", _SECTION[1], flags=re.MULTILINE)
DRAFT, TYPED, REMINDER = zip(map(int, WALKS[::2]), WALKS[1::2], strict=True)


def named(text: str) -> set[str]:
    """Up to where a walk goes on with what it has no trace of."""
    return set(re.findall(r"`((?:bot|cogs)/[\w/]+\.py)`", text.partition("\nIts answer")[0]))


def check(walk: tuple[int, str], files: list[str]) -> None:
    most, text = walk
    print(len(files), *files, sep="\n")  # noqa: T201 - what to write into the page, if it is wrong
    assert named(text)
    assert named(text) <= set(files)
    assert len(files) <= most


@pytest.fixture
async def ready(maya: Student) -> Student:
    """Maya with a zone and a contact."""
    bot = maya.world.bot
    await bot.services.profiles.set_zone(maya.id, ZONE)
    async with bot.db.write() as session:
        session.add(Contact(owner_id=maya.id, name="Ana Núñez", created_at=now()))
    return maya


async def test_a_request_is_drafted(ready: Student) -> None:
    await ready.slash("profile show")  # the first command of a day also notes that they were here
    with entered() as files:
        screen = await ready.slash("request draft", contact="Ana")
    assert screen.modal is not None
    check(DRAFT, files)
    assert named(COMMON) <= {*files}
    with entered() as after:
        await ready.fill({"Why this person?": "her reef survey", "What do you want to learn?": "how to begin"})
    rest = DRAFT[1].partition("\nIts answer")[2]
    assert set(re.findall(r"`(bot/[\w/]+\.py)`", rest)) <= set(after)


async def test_an_answer_is_typed(ready: Student) -> None:
    await ready.world.bot.services.interviews.met(ready.id, 1)
    await ready.slash("evaluate", contact="Ana")
    await ready.say("Not sure")  # the first change for half a minute also has the database tidied
    with entered() as files:
        await ready.say("Yes, very much so")
    check(TYPED, files)


async def test_a_reminder_is_due(rapport: World, ready: Student) -> None:
    await ready.slash("todo add", text="Write to Jun", when="in 2 hours")
    await rapport.skip(seconds=timedelta(hours=1, minutes=59).total_seconds())
    before = len(ready.reminders())
    with entered() as files:
        await rapport.skip(seconds=timedelta(minutes=2).total_seconds())
    assert len(ready.reminders()) == before + 1
    check(REMINDER, files)
