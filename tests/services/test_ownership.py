"""Every entry point of every use case, called with the numbers of another student's rows: they are as if not there.

The entry points are found by reflection. A new one is walked at once, or the test says what it needs to know.
"""

import ast
import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.conversation import Input, Say
from bot.domain.mydata import CONFIRMATION
from bot.domain.reminders.reminder import ReminderKind, Snooze
from bot.domain.requests.form import RequestWords
from bot.domain.requests.frames import FormPart
from bot.domain.requests.status import RequestOutcome, RequestRoute
from bot.handbook import loader
from bot.services import Services, build_services
from bot.services.contacts.views import ContactEntry
from bot.services.dates.told import When
from bot.services.evaluations.views import MessagePlace
from bot.services.interviews.views import Terms, TypedTerms
from bot.services.reminders.claims import Claimed
from bot.services.thank_yous.views import NoteWords
from bot.storage.database import open_engine
from bot.storage.models import Base, Contact, Evaluation, Interview, Reminder, Request, Todo
from bot.storage.privacy.ownership import personal_tables
from tests.support.dry_run import Rehearsal, Rows, everything, others_touched, owner, settle_in
from tests.support.full_journey import MARK
from tests.support.sources import files

pytestmark = pytest.mark.again  # goes the same ways once more

MAYA, TOM, NEWCOMER = 7001, 7002, 7003
"""A student with a life of her own, another who tries to see it, and one of whom nothing is known."""
NOBODYS = 10**6
"""A number that no row has."""
STRANGE = (0, -1, NOBODYS, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**200)
SERVICES = Path(__file__).parents[2] / "bot" / "services"


# How to call what there is


def claimed(number: int) -> list[Claimed]:
    """What the engine would have claimed."""
    moment = now()
    return [
        Claimed(number, TOM, ReminderKind.CHECK_BACK, number, moment, moment, 1, moment, number, interrupted=False)
    ]


IDS: dict[str, tuple[type[Base], Callable[[int], Any]]] = {
    "contact": (Contact, int),
    "contact_id": (Contact, int),
    "referred_by": (Contact, int),
    "interview_id": (Interview, int),
    "request_id": (Request, int),
    "evaluation_id": (Evaluation, int),
    "todo_id": (Todo, int),
    "reminder_id": (Reminder, int),
    "ticked": (Todo, lambda number: [number]),
    "missed": (Reminder, lambda number: [number]),
    "claimed": (Reminder, claimed),
    "contacts.suggest.typed": (Contact, "#{}".format),
    "todos.find.typed": (Todo, "#{}".format),
    "todos.suggest.typed": (Todo, "#{}".format),
}
"""Parameters that name rows: rows of what, and how."""
NO_IDS = {"before", "question", "may_read", "expected", "sent", "most_bytes", "most_files"}
"""Parameters that are numbers, but not those of rows."""
SAMPLES: dict[Any, Callable[[], Any]] = {
    str: lambda: "some words",
    bytes: lambda: b"{}",
    bool: lambda: True,
    int: lambda: 0,
    ContactEntry: lambda: ContactEntry("Una Field"),
    Terms | TypedTerms: lambda: Terms(now() + timedelta(days=1)),
    When | None: lambda: None,
    MessagePlace: lambda: MessagePlace(1, 2),
    Input: lambda: Say("yes"),
    Snooze: lambda: Snooze.ONE_HOUR,
    RequestOutcome: lambda: RequestOutcome.ACCEPTED,
    RequestRoute: lambda: RequestRoute.EMAIL,
    FormPart: lambda: FormPart.TIE,
    RequestWords: RequestWords,
    NoteWords: lambda: NoteWords("", "", ""),
    Sequence[str]: lambda: ["a"],
    Sequence[int]: list,
    Sequence[bytes]: tuple,
}
"""What is said where a row is not named, by type."""
SAID = {
    "mydata.erase.typed": CONFIRMATION,
    "mydata.hand_over.most_bytes": 10_000_000,
    "profiles.set_zone.name": "Europe/Lisbon",
    "profiles.set_quiet.start": "21:00",
    "profiles.set_quiet.end": "07:00",
    "profiles.park.fields": {},
}
"""Where some words do not do."""
NO_OWNER = {
    "bot_state.get": "what the bot knows about itself",
    "bot_state.set": "what the bot knows about itself",
    "deliveries.claim": "the engine's: what is due of all students, told to nobody but the student it is for",
    "deliveries.earliest": "the engine's: a moment, of nobody in particular",
    "deliveries.record": "the engine's: only rows that are in this worker's hands",
    "inactivity.absent": "the housekeeping's: who stays away, told to nobody",
    "inactivity.begin": "the housekeeping's: a moment, of nobody in particular",
    "inactivity.look": "the housekeeping's: warns and erases by the rows of each student alone",
    "mydata.finish": "the start's: what a stop cut off is finished for each student alone",
    "under_way.through": "the commit's: waits for requests, and asks the database nothing",
}
"""Entry points that no student reaches, and why they need no owner."""
QUIET = {
    "contacts.add.referred_by": "a contact is kept whoever named them; they may have been deleted meanwhile",
    "contacts.suggest.typed": "finds nobody",
    "home.told.missed": "takes note of nothing",
    "reminders.describe.claimed": "has nothing to say",
    "thank_yous.compose.ticked": "a to-do that is gone is not ticked, and the note is kept",
    "todos.suggest.typed": "finds nothing",
}
"""Where the rows of others are passed over instead of refused, and what that means."""


@dataclass(frozen=True)
class Entrance:
    """One public coroutine of one group of use cases."""

    name: str
    parameters: dict[str, inspect.Parameter]
    """Without the owner."""
    types: dict[str, Any]

    def key(self, parameter: str) -> str:
        """Under which `parameter` stands in the tables above."""
        full = f"{self.name}.{parameter}"
        return parameter if parameter in IDS else full

    @property
    def ids(self) -> list[str]:
        """The parameters that name rows."""
        return [one for one in self.parameters if self.key(one) in IDS]

    def sample(self, parameter: str) -> Any:
        """Something to say there."""
        if (full := f"{self.name}.{parameter}") in SAID:
            return SAID[full]
        assert self.types[parameter] in SAMPLES, f"say how to call {self.name}: what is a sample of `{parameter}`?"
        return SAMPLES[self.types[parameter]]()


def entrances() -> Iterator[Entrance]:
    """All there are."""
    for group, kind in get_type_hints(Services).items():
        for name, method in inspect.getmembers(kind, inspect.iscoroutinefunction):
            if not name.startswith("_"):
                _, *parameters = inspect.signature(method).parameters.values()
                found = {one.name: one for one in parameters}
                yield Entrance(f"{group}.{name}", found, get_type_hints(method))


def for_students() -> Iterator[Entrance]:
    """Those that act for somebody."""
    for one in entrances():
        if one.name not in NO_OWNER:
            mine = {name: found for name, found in one.parameters.items() if name not in {"owner_id", "user_id"}}
            yield replace(one, parameters=mine)


def test_every_entry_point_begins_with_its_owner() -> None:
    without = [one.name for one in entrances() if [*one.parameters][:1] not in (["owner_id"], ["user_id"])]
    assert without == list(NO_OWNER)


@pytest.mark.parametrize("entrance", [*for_students()], ids=lambda one: one.name)
def test_every_parameter_is_known_to_name_a_row_or_not(entrance: Entrance) -> None:
    for name, kind in entrance.types.items():
        number = "int" in re.findall(r"\w+", str(kind).replace("<class 'int'>", "int"))
        if number and name in entrance.parameters and name not in NO_IDS:
            assert name in entrance.ids, f"say in IDS of what `{name}` of {entrance.name} is the number"


def test_the_tables_here_speak_of_what_there_is() -> None:
    known = {f"{one.name}.{name}" for one in for_students() for name in one.parameters}
    assert {key for key in IDS if "." in key} | set(SAID) | set(QUIET) <= known


def test_only_the_base_looks_for_rows_without_asking_whose() -> None:
    """What hangs on a row that was found so, an answer or a note, needs no owner of its own."""
    starts = {model.__name__ for model in (Contact, Request, Interview, Evaluation, Todo, Reminder)}
    elsewhere = []
    for path in files(SERVICES):
        calls = [
            node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
        ]
        for call in calls:
            first = ast.unparse(call.args[0]) if call.args else ""
            looks = ast.unparse(call.func) in {"select", "session.get", "session.get_one"}
            if looks and first.split(".")[0] in starts:
                elsewhere.append(path.name)
    for_many = {"claims.py", "inactivity.py", "quotas.py", "under_way.py"}  # no student names a row to these
    assert set(elsewhere) == for_many, "begin with `owned`, or find the row by `own`"


# The walk


class Walk:
    """Calls entry points for students, and compares what comes of it."""

    def __init__(self, db: Rehearsal, rows: Rows, victim: int) -> None:
        self.db, self.rows, self.victim = db, rows, victim
        self.services = build_services(db, loader.load())
        self.said: list[str] = []
        event.listen(db.engine.sync_engine, "before_cursor_execute", self._note)
        self.wrong: list[str] = []

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.said.append(statement)

    def numbers(self, model: type[Base], student: int) -> list[int]:
        """The numbers of the student's rows."""
        table = model.metadata.tables[model.__tablename__]
        return [key[0] for key, row in self.rows[table.name].items() if owner(self.rows, table, row) == student]

    async def call(self, entrance: Entrance, student: int, **given: Any) -> tuple[Any, ...]:
        """What the student is told, and what the database was asked for it."""
        filled = dict(given)
        for name, parameter in entrance.parameters.items():
            if name not in given and parameter.default is inspect.Parameter.empty:
                filled[name] = entrance.sample(name)
        group, name = entrance.name.split(".")
        self.said, self.db.left = [], None
        try:
            told = await getattr(getattr(self.services, group), name)(student, **filled)
        except CoachError as error:
            told = (type(error), *(getattr(error, part, None) for part in ("code", "params")))
        except Exception as error:  # noqa: BLE001 - it belongs to the findings of the walk
            told = repr(error)
            self.wrong.append(f"{entrance.name}({given}) raised {error!r}")
        left = self.db.left or self.rows
        if touched := others_touched(self.rows, left, student):
            self.wrong.append(f"{entrance.name}({given}) of {student} touched {touched}")
        if MARK in repr(told):
            self.wrong.append(f"{entrance.name}({given}) told {told}")
        return self._without_new_numbers(told, left), tuple(self.said)

    def _without_new_numbers(self, told: Any, left: Rows) -> Any:
        """Rows that were taken back leave gaps behind."""
        new = {str(key[0]) for table, rows in left.items() for key in rows if key not in self.rows[table]}
        return re.sub(rf"\bid=({'|'.join(new)})\b", "id=new", repr(told)) if new else told

    async def through(self, entrance: Entrance, parameter: str, student: int) -> None:
        """Where `entrance` takes a `parameter`: name every row of the victim, and every number that is none.

        Where it takes others beside, with each row of the student's own there.
        """
        beside = [one for one in entrance.ids if one != parameter]
        mine = [self.numbers(IDS[entrance.key(one)][0], student) or [NOBODYS] for one in beside]
        for numbers in product(*mine):
            own = {one: IDS[entrance.key(one)][1](number) for one, number in zip(beside, numbers, strict=True)}
            await self.compare(entrance, parameter, student, own)

    async def compare(self, entrance: Entrance, parameter: str, student: int, own: dict[str, Any]) -> None:
        """What is another's, and what no row is, against a number that is nobody's."""
        model, named = IDS[entrance.key(parameter)]
        nothing = await self.call(entrance, student, **own, **{parameter: named(NOBODYS)})
        full = f"{entrance.name}.{parameter}"
        if full not in QUIET and nothing[0] != NOT_FOUND:
            self.wrong.append(f"{full} of what is not there: {nothing[0]}")
        theirs = self.numbers(model, self.victim)
        # What is typed and reads as no row's number is a text, which is told apart from one.
        strange = STRANGE if "." not in entrance.key(parameter) else ()
        for number in (*theirs, *strange):
            answer = await self.call(entrance, student, **own, **{parameter: named(number)})
            # A suggestion may begin with the same digits.
            if answer != nothing and not full.endswith(".suggest.typed"):
                self.wrong.append(f"{full}={number} of {student}: {answer} is unlike {nothing}")


NOT_FOUND: tuple[type[CoachError], Code, dict[str, Any]] = (CoachError, Code.NOT_FOUND, {})


@pytest.fixture
async def walk(services: Services, database: str, tmp_path: Path) -> AsyncIterator[Walk]:
    """Maya and Tom, who both have one of everything, and a look at every row of theirs."""
    await settle_in(services, MAYA, MARK)
    await settle_in(services, TOM, "Tom")
    db = Rehearsal(open_engine(make_url(database)), tmp_path)
    async with db.read() as session:
        rows = await everything(session)
    for table in personal_tables():
        assert [row for row in rows[table.name].values() if owner(rows, table, row) == MAYA], f"no {table.name}"
    yield Walk(db, rows, MAYA)
    await db.close()


async def test_the_rows_of_another_are_as_if_they_were_not_there(walk: Walk) -> None:
    """Told the same, by the same questions to the database; nothing of theirs is touched, named or said."""
    for entrance in for_students():
        for student in (TOM, NEWCOMER):
            for parameter in entrance.ids:
                await walk.through(entrance, parameter, student)
            if not entrance.ids:
                await walk.call(entrance, student)
    assert walk.wrong == []
    async with walk.db.read() as session:
        assert await everything(session) == walk.rows, "something was kept for good"
