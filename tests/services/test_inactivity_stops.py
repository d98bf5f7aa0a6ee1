"""A bot that was stopped, or that is several: nobody is erased without two warnings, and nothing is done twice."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from bot.clock import now
from bot.domain.reminders.inactivity import NOTICE
from bot.domain.reminders.reminder import Status
from bot.handbook import loader
from bot.services import build_services
from bot.services.reminders.inactivity import EVERY, GAP
from bot.storage.database import Database
from bot.storage.errors import StorageProblem, StorageUnavailableError
from bot.storage.models import Contact, User
from bot.storage.privacy.erasure import erase_again
from tests.services.inactivity_story import DAY, FIRST, MAYA, SECOND, TOM, Story, almost
from tests.support.shortcuts import add


async def test_after_a_long_stop_both_warnings_come_first(story: Story) -> None:
    story.skip_to(story.gone.delete_at + 400 * DAY)
    await story.look()
    assert await story.students() == {MAYA, TOM}
    back = now()
    await story.days(14)
    assert await story.students() == {MAYA, TOM}
    await story.days(4)
    assert await story.students() == set()
    (_, first), (_, second) = story.warnings()
    assert back <= first <= back + 2 * DAY
    assert second - first >= NOTICE
    assert all(date <= now() and date >= at + NOTICE for *_, at, date in story.told)


@pytest.mark.parametrize("begun", ["first_at", "second_at"])
async def test_a_stop_between_the_warnings_and_the_deletion_repeats_the_second(story: Story, begun: str) -> None:
    await almost(story)
    await story.until(getattr(story.gone, begun) + 2 * DAY)
    warned = len(story.warnings())
    story.skip_to(story.gone.delete_at + 90 * DAY)
    await story.look()
    await story.days(6)
    assert await story.students() == {MAYA, TOM}, "a button that was pressed meanwhile did nothing"
    assert [kind for kind, _ in story.warnings()[warned:]] == [SECOND]
    await story.days(5)
    assert await story.students() == set()
    assert len(story.warnings()) == warned + 1


async def test_a_weekend_without_the_bot_changes_nothing(story: Story) -> None:
    await almost(story)
    await story.until(story.gone.second_at + 2 * DAY)
    story.traveller.shift(GAP - DAY)
    await story.look()
    await story.until(story.gone.delete_at + DAY)
    assert len(story.warnings()) == 2
    assert await story.students() == set()


async def test_a_warning_that_could_not_be_sent_in_time_comes_anew(story: Story) -> None:
    await almost(story)
    await story.days(5)
    story.skip_to(story.gone.first_at + 20 * DAY)
    await story.send(Status.STALE)
    await story.look()
    await story.days(2)
    assert [kind for kind, _ in story.warnings()] == [FIRST]
    assert await story.students() == {MAYA, TOM}


async def test_a_day_has_one_look(story: Story) -> None:
    started = await story.services.inactivity.begin()
    assert started == now()
    other = build_services(story.db, loader.load(), inactive_months=24)
    assert await other.inactivity.begin() is None, "another process, or another start"
    story.traveller.shift(EVERY - timedelta(seconds=1))
    assert await other.inactivity.begin() is None
    story.traveller.shift(timedelta(seconds=1))
    assert await other.inactivity.begin() == started
    story.traveller.shift(GAP)
    assert await other.inactivity.begin() == started
    story.traveller.shift(GAP + timedelta(seconds=1))
    assert await other.inactivity.begin() == now(), "after a stop it counts anew"
    story.traveller.shift(-365 * DAY)
    assert await other.inactivity.begin() == now(), "after a jump of the clock too"


async def test_two_processes_look_at_once(story: Story) -> None:
    await almost(story)
    await story.days(5)
    other = Database(story.db.engine, story.db.erased.file.parent)
    both = [build_services(one, loader.load(), inactive_months=24).inactivity for one in (story.db, other)]
    assert await story.pending() == 2
    for moment in (story.gone.second_at - DAY, story.gone.delete_at + 9 * DAY):
        await story.until(moment)
        before = await story.pending()
        looks = [one.look([MAYA, TOM], story.gone.first_at - 90 * DAY) for one in both]
        done = await asyncio.gather(*looks)
        assert sum(one.warned for one in done) + (before or 0) <= 2
    assert await story.students() == set()


async def test_a_deletion_that_fails_deletes_nothing_and_notes_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await almost(story)
    await story.until(story.gone.delete_at)

    def refuse(*given: Any) -> None:
        if "DELETE FROM users" in given[2]:
            raise DBAPIError("refused", None, OSError())

    event.listen(story.db.engine.sync_engine, "before_cursor_execute", refuse)
    with pytest.raises(DBAPIError):
        await story.days(1)
    event.remove(story.db.engine.sync_engine, "before_cursor_execute", refuse)
    assert await story.students() == {MAYA, TOM}
    assert not story.db.erased.file.exists()
    async with story.db.read() as session:
        assert await session.scalar(text("SELECT COUNT(*) FROM contacts")) == 2
    await story.days(1)
    assert await story.students() == set()


async def test_who_comes_back_after_a_deletion_that_failed_half_way_is_left_alone(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.reminders.inactivity.AT_ONCE", 1)
    await add(story.db, Contact(owner_id=MAYA, name="Ben", created_at=now()))
    await almost(story)
    await story.until(story.gone.delete_at)

    def refuse(*given: Any) -> None:
        if "DELETE FROM users" in given[2]:
            raise DBAPIError("refused", None, OSError())

    event.listen(story.db.engine.sync_engine, "before_cursor_execute", refuse)
    with pytest.raises(DBAPIError):
        await story.days(1)
    event.remove(story.db.engine.sync_engine, "before_cursor_execute", refuse)
    # Whose turn was to come after the one that failed may come back too.
    for student in (MAYA, TOM):
        await story.services.profiles.meet(student, "Back")
        await add(story.db, Contact(owner_id=student, name="Cy", created_at=now()))
    await erase_again(story.db.engine, story.db.erased)
    assert await story.students() == {MAYA, TOM}
    async with story.db.read() as session:
        assert "Cy" in (await session.scalars(select(Contact.name).where(Contact.owner_id == MAYA))).all()


async def test_who_is_deleted_already_stays_so_though_the_storage_goes_away_over_another(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.reminders.inactivity.AT_ONCE", 20)
    for number in range(20):
        await add(story.db, Contact(owner_id=MAYA, name=f"Ben {number}", created_at=now()))
    async with story.db.read() as session:
        kept = {user.discord_id: user.created_at for user in await session.scalars(select(User))}
    await almost(story)
    await story.until(story.gone.delete_at)

    def refuse(*_given: Any) -> None:
        raise StorageUnavailableError(StorageProblem.AWAY)

    with monkeypatch.context() as patched:

        async def go_away(*_given: Any, **_options: Any) -> None:
            patched.setattr(story.db, "read", refuse)
            refuse()

        patched.setattr("bot.services.reminders.inactivity.erase_the_rest", go_away)
        with pytest.raises(StorageUnavailableError):
            await story.days(1)
    assert await story.students() == {MAYA}
    assert story.db.erased.among(kept.items()) == [TOM], "a backup must not bring back who is deleted"
