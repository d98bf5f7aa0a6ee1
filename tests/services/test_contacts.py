"""Keeping contacts, finding them again by what was typed, and letting them go with all that hangs on them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, select

from bot.clock import now
from bot.domain.contacts import Role
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.questions import EvaluationStatus
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.journey.stages import Stage
from bot.domain.requests.status import RequestOutcome, RequestStatus
from bot.services import Services
from bot.services.contacts.views import ContactEntry
from bot.services.journey.facts import load_facts
from bot.storage.database import Database
from bot.storage.models import Answer, Contact, Evaluation, Interview, Reminder, Request, ThankYou, Todo

MAYA, TOM = 1, 2


async def add(services: Services, name: str, owner: int = MAYA, **typed: Any) -> int:
    """A contact, by what is typed about them."""
    return (await services.contacts.add(owner, ContactEntry(name, **typed))).person.id


async def store(db: Database, row: Any) -> int:
    """A row of another step."""
    async with db.write() as session:
        session.add(row)
        await session.flush()
        return int(getattr(row, "id", 0) or 0)


def request(contact_id: int, status: RequestStatus, outcome: RequestOutcome | None = None) -> Request:
    return Request(
        contact_id=contact_id, route="email", status=status.value, outcome=outcome, created_at=now(), sent_at=now()
    )


def interview(contact_id: int, status: InterviewStatus, starts_at: datetime | None = None) -> Interview:
    return Interview(
        contact_id=contact_id, starts_at=starts_at or now(), minutes=20, status=status.value, created_at=now()
    )


def reminder(owner: int, kind: str, subject_id: int) -> Reminder:
    moment = now() + timedelta(days=1)
    return Reminder(
        user_id=owner,
        kind=kind,
        subject_id=subject_id,
        due_at=moment,
        available_at=moment,
        expires_at=moment,
        status="pending",
        dedupe_key=f"{kind}:{subject_id}",
    )


async def refused(code: Code, doing: Any) -> CoachError:
    with pytest.raises(CoachError) as refusal:
        await doing
    assert refusal.value.code is code
    return refusal.value


async def test_what_is_typed_is_kept_and_read(services: Services) -> None:
    typed = ContactEntry(
        "Ana Núñez", "Marine biologist at NOAA", "LinkedIn", "ana@noaa.gov or 303-555-0147", "Reefs"
    )
    added = await services.contacts.add(MAYA, typed)
    assert added.duplicate is None
    person = await services.contacts.get(MAYA, added.person.id)
    assert person == added.person
    assert person.role == Role("Marine biologist", "NOAA")
    assert (person.reach, person.source, person.why) == ("ana@noaa.gov or 303-555-0147", "LinkedIn", "Reefs")
    assert person.stage is Stage.FOUND
    assert (await services.contacts.entry(MAYA, person.id))[1] == ContactEntry(
        "Ana Núñez", "Marine biologist, NOAA", "LinkedIn", "ana@noaa.gov or 303-555-0147", "Reefs"
    )


async def test_email_phone_and_link_are_stored_beside_the_typed_text(services: Services, db: Database) -> None:
    number = await add(services, "Ana", reach="ana@noaa.gov, 303-555-0147, linkedin.com/in/ana")
    async with db.read() as session:
        row = await session.get_one(Contact, number)
    assert (row.email, row.phone, row.link) == ("ana@noaa.gov", "303-555-0147", "https://linkedin.com/in/ana")


async def test_a_form_sent_twice_adds_one_contact(services: Services, traveller: time_machine.Traveller) -> None:
    first = await services.contacts.add(MAYA, ContactEntry("Ana", "Curator"))
    again = await services.contacts.add(MAYA, ContactEntry("Ana", "Curator"))
    assert again == first
    traveller.shift(timedelta(minutes=2))
    later = await services.contacts.add(MAYA, ContactEntry("Ana", "Curator"))
    assert later.duplicate == first.person


async def test_a_likely_duplicate_is_kept_and_told(services: Services) -> None:
    old = await add(services, "Dr. Ana Nunez", role="Curator, Denver Museum")
    added = await services.contacts.add(MAYA, ContactEntry("ana núñez", "Marine biologist at NOAA"))
    assert added.duplicate is not None
    assert added.duplicate.id == old
    assert len(await services.contacts.listing(MAYA)) == 2


async def test_another_students_contact_is_no_duplicate(services: Services) -> None:
    await add(services, "Ana", owner=TOM, reach="ana@noaa.gov")
    assert (await services.contacts.add(MAYA, ContactEntry("Ana", reach="ana@noaa.gov"))).duplicate is None


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ContactEntry(" "), Code.BLANK),
        (ContactEntry("x" * 101), Code.TOO_LONG),
        (ContactEntry("Ana", role="x" * 151), Code.TOO_LONG),
        (ContactEntry("Ana", reach="x" * 201), Code.TOO_LONG),
        (ContactEntry("Ana", why="x" * 501), Code.TOO_LONG),
    ],
)
async def test_what_does_not_fit_changes_nothing(services: Services, entry: ContactEntry, code: Code) -> None:
    number = await add(services, "Eva", role="Chef")
    await refused(code, services.contacts.add(MAYA, entry))
    await refused(code, services.contacts.edit(MAYA, number, entry))
    assert [(line.name, line.role) for line in await services.contacts.listing(MAYA)] == [("Eva", Role("Chef"))]


async def test_an_unknown_source_is_left_out(services: Services) -> None:
    assert (await services.contacts.add(MAYA, ContactEntry("Ana", source="forged"))).person.source == ""


async def test_editing_reads_everything_anew(services: Services) -> None:
    number = await add(services, "Ana", role="Chef at Spago", reach="ana@spago.com")
    person = await services.contacts.edit(MAYA, number, ContactEntry("Ana Núñez", "at NOAA", "Event", "by post"))
    assert (person.name, person.role) == ("Ana Núñez", Role("", "NOAA"))
    assert (person.source, person.reach, person.why) == ("Event", "by post", "")


async def test_who_named_whom(services: Services) -> None:
    ana, stranger = await add(services, "Ana"), await add(services, "Eva", owner=TOM)
    named = await services.contacts.add(MAYA, ContactEntry("Bo"), referred_by=ana)
    assert named.person.referred_by is not None
    assert named.person.referred_by.name == "Ana"
    forged = await services.contacts.add(MAYA, ContactEntry("Cy"), referred_by=stranger)
    assert forged.person.referred_by is None
    await services.contacts.delete(MAYA, ana)
    assert (await services.contacts.get(MAYA, named.person.id)).referred_by is None


async def test_notes_of_full_length_and_no_more(services: Services) -> None:
    number = await add(services, "Ana")
    for letter in "abcd":
        person = await services.contacts.note(MAYA, number, letter * 4000)
    assert [note[-1] for note in person.notes.split("\n\n")] == ["d", "c", "b", "a"]
    await refused(Code.TOO_LONG, services.contacts.note(MAYA, number, "e" * 4000))
    await refused(Code.TOO_LONG, services.contacts.note(MAYA, number, "e" * 4001))
    assert (await services.contacts.get(MAYA, number)).notes == person.notes


async def test_a_note_has_the_students_own_day(services: Services, traveller: time_machine.Traveller) -> None:
    number = await add(services, "Ana")
    traveller.move_to(datetime.fromisoformat("2026-03-03T01:30:00+00:00"))
    assert (await services.contacts.note(MAYA, number, "no zone yet")).notes.startswith("2026-03-03 UTC\n")
    await services.profiles.set_zone(MAYA, "America/Denver")
    assert (await services.contacts.note(MAYA, number, "zone set")).notes.startswith("2026-03-02\n")


async def test_nothing_of_another_student_can_be_touched(services: Services) -> None:
    number = await add(services, "Ana")
    tries = [
        services.contacts.get(TOM, number),
        services.contacts.entry(TOM, number),
        services.contacts.edit(TOM, number, ContactEntry("mine")),
        services.contacts.note(TOM, number, "mine"),
        services.contacts.belongings(TOM, number),
        services.contacts.delete(TOM, number),
        services.contacts.resolve(TOM, f"#{number}"),
    ]
    for attempt in tries:
        await refused(Code.NOT_FOUND, attempt)
    await refused(Code.NO_SUCH_CONTACT, services.contacts.resolve(TOM, "Ana"))
    assert await services.contacts.suggest(TOM, "Ana") == []
    assert await services.contacts.listing(TOM) == []
    assert (await services.contacts.get(MAYA, number)).name == "Ana"


@pytest.fixture
async def people(services: Services, db: Database) -> dict[str, int]:
    names = ["Ana Núñez", "Anabel Lee", "Dr. Tom Okafor", "Priya Raman", "Priya Rao", "Old Friend", "李小龍"]
    ids = {name: await add(services, name) for name in names}
    async with db.write() as session:
        (await session.get_one(Contact, ids["Old Friend"])).archived_at = now()
    return ids


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ana Núñez", "Ana Núñez"),
        ("  ana   nunez ", "Ana Núñez"),
        ("Dr. Ana Nunez", "Ana Núñez"),
        ("nunez", "Ana Núñez"),
        ("Anab", "Anabel Lee"),
        ("Tom Okafor", "Dr. Tom Okafor"),
        ("okafor tom", "Dr. Tom Okafor"),
        ("Tom Okafour", "Dr. Tom Okafor"),
        ("Priya Raman", "Priya Raman"),
        ("priya ram", "Priya Raman"),
        ("old friend", "Old Friend"),
        ("李", "李小龍"),
    ],
)
async def test_who_is_meant(services: Services, people: dict[str, int], typed: str, name: str) -> None:
    ref = await services.contacts.resolve(MAYA, typed)
    assert (ref.id, ref.name) == (people[name], name)
    assert await services.contacts.resolve(MAYA, ref.token) == ref
    [label] = [one.label for one in await services.contacts.suggest(MAYA, "") if one.id == ref.id]
    assert await services.contacts.resolve(MAYA, label) == ref


@pytest.mark.parametrize(
    ("typed", "code", "nearest"),
    [
        ("Priya", Code.AMBIGUOUS_CONTACT, ("Priya Raman", "Priya Rao")),
        ("an", Code.AMBIGUOUS_CONTACT, ("Ana Núñez", "Anabel Lee")),
        ("Nunes", Code.NO_SUCH_CONTACT, ("Ana Núñez",)),
        ("Zoltan", Code.NO_SUCH_CONTACT, ("李小龍", "Priya Rao", "Priya Raman", "Dr. Tom Okafor", "Anabel Lee")),
        ("", Code.NO_SUCH_CONTACT, None),
        ("#", Code.NO_SUCH_CONTACT, None),
    ],
)
async def test_nobody_is_guessed(
    services: Services, people: dict[str, int], typed: str, code: Code, nearest: tuple[str, ...] | None
) -> None:
    error = await refused(code, services.contacts.resolve(MAYA, typed))
    assert error.params["text"] == typed
    assert nearest is None or error.params["nearest"] == nearest


async def test_an_archived_namesake_stands_back(
    services: Services, people: dict[str, int], traveller: time_machine.Traveller
) -> None:
    traveller.shift(timedelta(hours=1))
    fresh = await add(services, "Old Friend")
    assert (await services.contacts.resolve(MAYA, "old friend")).id == fresh
    assert [ref.id for ref in await services.contacts.suggest(MAYA, "friend")] == [fresh, people["Old Friend"]]


async def test_namesakes_can_be_told_apart(services: Services) -> None:
    ids = [
        await add(services, "Ana Núñez", role=r, why=w) for r, w in [("Curator", ""), ("Chef", "a"), ("Chef", "b")]
    ]
    found = await services.contacts.suggest(MAYA, "ana")
    assert sorted(ref.label for ref in found) == [
        f"Ana Núñez · Chef · #{ids[1]}",
        f"Ana Núñez · Chef · #{ids[2]}",
        "Ana Núñez · Curator",
    ]
    error = await refused(Code.AMBIGUOUS_CONTACT, services.contacts.resolve(MAYA, "Ana Núñez"))
    assert len(set(error.params["nearest"])) == 3
    for label, number in [("Ana Núñez · Curator", ids[0]), (f"#{ids[2]}", ids[2])]:
        assert (await services.contacts.resolve(MAYA, label)).id == number


async def test_suggestions_come_best_first(services: Services, people: dict[str, int]) -> None:
    async def names(typed: str) -> list[str]:
        return [ref.name for ref in await services.contacts.suggest(MAYA, typed)]

    assert (await names(""))[-1] == "Old Friend"
    assert (await names(""))[0] == "李小龍"
    assert (await names("ana"))[:2] == ["Ana Núñez", "Anabel Lee"]
    assert (await names("tom"))[0] == "Dr. Tom Okafor"
    assert (await names("prya ramen"))[0] == "Priya Raman"
    assert await names("zzzz") == []


async def test_a_label_fits_discord_whatever_the_name(services: Services) -> None:
    for why in "ab":
        await add(services, "🦀" * 80, role="x" * 150, why=why)
    labels = [ref.label for ref in await services.contacts.suggest(MAYA, "🦀")]
    assert len(set(labels)) == 2
    assert all(len(label) <= 100 for label in labels)


async def test_thousands_of_contacts_are_searched_between_two_keystrokes(services: Services, db: Database) -> None:
    await add(services, "Ana Núñez", role="Marine biologist at NOAA")
    async with db.write() as session:
        session.add_all(
            Contact(owner_id=MAYA, name=f"Søren Øster {n}", title="Engineer", created_at=now()) for n in range(2000)
        )
    with time_machine.travel(now(), tick=True):
        started = now()
        found = await services.contacts.suggest(MAYA, "ana nunes")
        assert now() - started < timedelta(seconds=1)
    assert found[0].name == "Ana Núñez"
    assert len(await services.contacts.suggest(MAYA, "soren")) == 25


async def test_the_stage_is_read_from_the_rows(services: Services, db: Database) -> None:
    ids = {name: await add(services, name) for name in "abcdefghij"}
    await store(db, request(ids["b"], RequestStatus.DRAFT))
    await store(db, request(ids["c"], RequestStatus.DRAFT))
    asked = await store(db, request(ids["c"], RequestStatus.SENT))
    await store(db, request(ids["d"], RequestStatus.ANSWERED, RequestOutcome.ACCEPTED))
    await store(db, interview(ids["e"], InterviewStatus.SCHEDULED))
    met = await store(db, interview(ids["f"], InterviewStatus.MET))
    await store(db, interview(ids["f"], InterviewStatus.CANCELLED, now() + timedelta(days=2)))
    for name, sent_at in [("g", None), ("h", now())]:
        about = await store(db, interview(ids[name], InterviewStatus.MET))
        await store(
            db,
            Evaluation(
                interview_id=about,
                owner_id=MAYA,
                status=EvaluationStatus.DONE.value,
                position=12,
                created_at=now(),
            ),
        )
        await store(db, ThankYou(interview_id=about, due_at=now(), sent_at=sent_at))
    await store(db, request(ids["i"], RequestStatus.ANSWERED, RequestOutcome.DECLINED))
    stages = {line.name: line.stage for line in await services.contacts.listing(MAYA)}
    assert stages == {
        "a": Stage.FOUND,
        "b": Stage.DRAFTED,
        "c": Stage.ASKED,
        "d": Stage.ACCEPTED,
        "e": Stage.SCHEDULED,
        "f": Stage.MET,
        "g": Stage.EVALUATED,
        "h": Stage.THANKED,
        "i": Stage.CLOSED,
        "j": Stage.FOUND,
    }
    assert (await services.contacts.get(MAYA, ids["c"])).request_id == asked
    assert (await services.contacts.get(MAYA, ids["f"])).interview_id == met
    assert [line.name for line in await services.contacts.listing(MAYA, Stage.FOUND)] == ["a", "j"]


async def test_facts_take_the_same_few_queries_for_many_contacts(services: Services, db: Database) -> None:
    statements: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    async def count() -> int:
        statements.clear()
        await services.contacts.listing(MAYA)
        return sum(statement.startswith("SELECT") for statement in statements)

    await store(db, interview(await add(services, "Ana"), InterviewStatus.MET))
    few = await count()
    for n in range(5):
        number = await add(services, f"Person {n}")
        await store(db, interview(number, InterviewStatus.MET))
        await store(db, request(number, RequestStatus.SENT))
    assert await count() == few == 3


async def test_answers_are_counted_as_the_rules_count_them(services: Services, db: Database) -> None:
    number = await add(services, "Ana")
    about = await store(db, interview(number, InterviewStatus.MET))
    evaluation = await store(
        db, Evaluation(interview_id=about, owner_id=MAYA, status="open", position=6, created_at=now())
    )
    for question, verdict in enumerate(["yes", "partly", "no", "unsure", "text", "skipped", None], start=1):
        await store(
            db, Answer(evaluation_id=evaluation, question=question, verdict=verdict, text="", answered_at=now())
        )
    async with db.read() as session:
        facts = await load_facts(session, MAYA)
    found = facts[number].interview
    assert found is not None
    assert found.answered == 4


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("noaa", ["Ana Núñez"]),
        ("NUNEZ reef", ["Ana Núñez"]),
        ("squid", ["Tom Okafor"]),
        ("okafour", ["Tom Okafor"]),
        ("curious", ["Priya Raman"]),
        ("museum", ["Priya Raman"]),
        ("", ["Ana Núñez", "Priya Raman", "Tom Okafor"]),
        ("zebra", []),
        ("%", []),
    ],
)
async def test_a_search_reads_everything_about_a_person(services: Services, search: str, names: list[str]) -> None:
    await add(services, "Ana Núñez", role="Marine biologist at NOAA", why="Reefs")
    tom = await add(services, "Tom Okafor")
    await services.contacts.note(MAYA, tom, "Talks about squid")
    await add(services, "Priya Raman", role="Curator, Museum", why="Curious path")
    assert [line.name for line in await services.contacts.listing(MAYA, search=search)] == names


async def test_deleting_takes_everything_along_also_the_reminders(services: Services, db: Database) -> None:
    ana, bo = await add(services, "Ana"), await add(services, "Bo")
    asked = await store(db, request(ana, RequestStatus.SENT))
    met = await store(db, interview(ana, InterviewStatus.MET))
    other = await store(db, interview(bo, InterviewStatus.SCHEDULED))
    todo = await store(db, Todo(owner_id=MAYA, contact_id=ana, text="Apply", created_at=now()))
    await store(db, ThankYou(interview_id=met, due_at=now()))
    gone = [
        reminder(MAYA, "nudge", asked),
        reminder(MAYA, "thank_you_first", met),
        reminder(MAYA, "check_back", met),
        reminder(MAYA, "todo_due", todo),
        reminder(MAYA, "keep_in_touch", ana),
    ]
    kept = [reminder(MAYA, "soon", other), reminder(MAYA, "keep_in_touch", bo), reminder(MAYA, "soon", 999)]
    for row in (*gone, *kept):
        await store(db, row)
    seen = await services.contacts.belongings(MAYA, ana)
    assert (seen.requests, seen.interviews, seen.todos, seen.has_notes) == (1, 1, 1, False)
    assert await services.contacts.delete(MAYA, ana) == "Ana"
    async with db.read() as session:
        left = {row.dedupe_key: row.status for row in await session.scalars(select(Reminder))}
        assert left == {row.dedupe_key: "pending" for row in kept}
        for model in (Request, ThankYou, Todo):
            assert (await session.scalars(select(model))).all() == []
        assert [row.id for row in await session.scalars(select(Interview))] == [other]
    await refused(Code.NOT_FOUND, services.contacts.delete(MAYA, ana))


async def test_what_comes_after_a_deletion_gets_another_number(services: Services) -> None:
    """A reminder and an old button know a row by its number, also when it was another student's."""
    gone = await add(services, "Ana")
    await services.contacts.delete(MAYA, gone)
    assert await add(services, "Bo", owner=TOM) > gone
