"""A contact and a moment as somebody typed them: found, read and used in the use case's own unit of work."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from bot.clock import now
from bot.domain.errors import Code
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.interviews.views import AlreadyBooked, Booked, NoInterview, TypedTerms
from bot.storage.database import Database
from bot.storage.models import Contact, Request
from tests.support.shortcuts import denver, refusal
from tests.support.world import ZONE

MAYA, TOM = 1, 2
MANY = 60
"""Contacts with whom comparing takes a while: it is done before anybody waits to write."""


@pytest.fixture(params=[1, MANY], ids=["few", "many"])
async def ana(services: Services, db: Database, request: pytest.FixtureRequest) -> int:
    """Ana's number, among few contacts or among many."""
    await services.profiles.set_zone(MAYA, ZONE)
    async with db.write(MAYA) as session:
        session.add_all(Contact(owner_id=MAYA, name=f"Ben {n}", created_at=now()) for n in range(request.param))
    return (await services.contacts.add(MAYA, ContactEntry("Ana Núñez"))).person.id


@pytest.mark.parametrize("typed", ["Ana", "ana nunez", "#{}"])
async def test_whoever_is_meant_was_asked_then(services: Services, ana: int, typed: str) -> None:
    sent = await services.requests.sent_to(MAYA, typed.format(ana), "yesterday 4pm")
    assert (sent.contact_id, sent.sent_at) == (ana, denver(1, 16))
    again = await services.requests.sent_to(MAYA, ana, denver(1, 17))
    assert (again.id, again.sent_at) == (sent.id, denver(1, 17))


async def test_what_cannot_be_understood_changes_nothing(services: Services, db: Database, ana: int) -> None:
    with refusal(Code.NO_SUCH_CONTACT):
        await services.requests.sent_to(MAYA, "Zoltan", "yesterday 4pm")
    with refusal(Code.WHEN_UNREADABLE):
        await services.requests.sent_to(MAYA, "Ana", "when the cows come home")
    # Both at once: the moment is asked for first, as it was always.
    with refusal(Code.WHEN_UNREADABLE):
        await services.requests.sent_to(MAYA, "Zoltan", "when the cows come home")
    with refusal(Code.NOT_FOUND):
        await services.requests.sent_to(TOM, ana)
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Request)) == 0


async def test_without_a_zone_it_is_asked_for_before_anything_else(services: Services, ana: int) -> None:
    await services.profiles.meet(TOM, "Tom")
    with refusal(Code.ZONE_NEEDED):
        await services.requests.sent_to(TOM, "Nobody", "yesterday 4pm")
    with refusal(Code.ZONE_NEEDED):
        await services.interviews.schedule(TOM, "Nobody", TypedTerms("tomorrow 3pm"))


async def test_terms_as_typed_book_and_move(services: Services, ana: int) -> None:
    assert await services.interviews.move_with(MAYA, "Ana", TypedTerms("Thu 4pm")) == NoInterview(ana, "Ana Núñez")
    booked = await services.interviews.schedule(MAYA, "Ana", TypedTerms("Thu 3pm", "30 min", place="Lido"))
    assert isinstance(booked, Booked)
    assert (booked.interview.starts_at, booked.interview.minutes) == (denver(5, 15), 30)
    other = await services.interviews.schedule(MAYA, "Ana", TypedTerms("Fri 3pm"))
    assert isinstance(other, AlreadyBooked)
    moved = await services.interviews.move_with(MAYA, "ana", TypedTerms("Fri 3pm"))
    assert isinstance(moved, Booked)
    assert (moved.before, moved.interview.starts_at) == (denver(5, 15), denver(6, 15))
    with refusal(Code.BAD_MINUTES):
        await services.interviews.move_with(MAYA, "ana", TypedTerms("Fri 4pm", "half of it"))


async def test_an_interview_ends_when_it_is_told(
    services: Services, ana: int, traveller: time_machine.Traveller
) -> None:
    met = await services.interviews.met(MAYA, "Ana", "2 hours ago")
    assert met.interview.ended_at == now() - timedelta(hours=2)
    added = await services.todos.add(MAYA, "Write", "Ana", "Fri 5pm")
    assert (added.interview_id, added.todos[0].due_at) == (met.interview.id, denver(6, 17))
    note = await services.thank_yous.sent_to(MAYA, "Ana", "an hour ago")
    assert note == await services.thank_yous.get(MAYA, met.interview.id)
