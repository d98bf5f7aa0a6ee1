"""Every card, form and notice there is, drawn of anything: each function gets whatever it says that it takes."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, time
from enum import Enum
from itertools import count
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.contacts import fold
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.questions import FINISHED, EvaluationState, EvaluationStatus, GivenAnswer, results
from bot.domain.reminders.inactivity import WARNINGS
from bot.domain.reminders.reminder import ReminderKind
from bot.domain.thank_yous.shareable import Shareable
from bot.handbook import loader
from bot.handbook.models import Handbook
from bot.handbook.models.evaluation import EvaluationTexts
from bot.handbook.models.home import HomeTexts
from bot.handbook.models.topics import Topic
from bot.services.due_reminders import AboutInterview, DueTodo, Leaving, NoteDue, ReminderView, Waiting
from bot.services.evaluations.views import EvaluationView
from bot.services.preparation import AgendaItem
from bot.storage.errors import StorageProblem
from bot.ui import cards
from bot.ui.cards.errors import Fault
from bot.ui.kit.card import Button, Card, Notice, Select
from bot.ui.kit.form import Form
from tests.support.unseen_text import TEXTS

Drawing = Callable[..., Card | Form | Notice]
HANDBOOK = loader.load()
_ID = count(10**15)
_ABOUT_A_QUESTION = {
    "question", "note_form", "answer_form", "words_needed", "doubted", "left_alone", "taken_back",
}  # fmt: skip
"""What is drawn only while a question is up."""
_KINDS = {
    AboutInterview: (ReminderKind.PREPARE, ReminderKind.SOON, ReminderKind.CHECK_BACK),
    NoteDue: (ReminderKind.THANK_YOU_FIRST, ReminderKind.THANK_YOU_SECOND, ReminderKind.THANK_YOU_LATE),
    Waiting: (ReminderKind.NUDGE,),
    DueTodo: (ReminderKind.TODO_DUE,),
    Leaving: tuple(WARNINGS),
}


def drawings() -> Iterator[tuple[str, Drawing]]:
    """Every public function of the cards that returns one, or a form."""
    for module in pkgutil.walk_packages(cards.__path__, f"{cards.__name__}."):
        for name, found in inspect.getmembers(importlib.import_module(module.name)):
            if inspect.isfunction(found) and not name.startswith("_") and _is_here(found, module.name):
                yield f"{module.name.removeprefix(f'{cards.__name__}.')}.{name}", found


def _is_here(function: Drawing, module: str) -> bool:
    returned = get_type_hints(function).get("return")
    return function.__module__ == module and returned in {Card, Form, Notice}


def arguments(function: Drawing) -> st.SearchStrategy[dict[str, Any]]:
    """What it may be called with."""
    hints = get_type_hints(function)
    made = {name: _argument(name, hints[name]) for name in inspect.signature(function).parameters}
    if "evaluation" in made and function.__name__ in _ABOUT_A_QUESTION:
        made["evaluation"] = made["evaluation"].filter(lambda evaluation: evaluation.state.position < FINISHED)
    if function.__name__ == "ask_form":
        made["view"] = made["view"].filter(lambda view: view.gaps)
    return st.fixed_dictionaries(made)


def _argument(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name == "typed" and hint is not str:
        words = TEXTS | st.lists(TEXTS, max_size=1)
        return st.dictionaries(st.sampled_from(["when", "minutes", "mode", "place"]), words)
    made = _NAMED.get(name)
    return made if made is not None else anything(hint)


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Whatever is of this kind."""
    if (made := _MADE.get(hint)) is not None:
        return made()
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return st.one_of([anything(part) for part in parts])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin is not None:
        return _many(origin, parts)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert isinstance(hint, type), f"nothing is known of {hint}"
    assert is_dataclass(hint), f"nothing is known of {hint}"
    known = get_type_hints(hint)
    return st.builds(hint, **{one.name: _field(one.name, known[one.name]) for one in fields(hint) if one.init})


def _field(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if (made := _NAMED.get(name)) is not None and hint not in {str, int}:
        return made
    # Two rows never have the same number, and two buttons would otherwise lead to the same place.
    return st.builds(lambda: next(_ID)) if hint is int and name.endswith("id") else anything(hint)


def _many(origin: Any, parts: Sequence[Any]) -> st.SearchStrategy[Any]:
    if issubclass(origin, Mapping):
        return st.dictionaries(anything(parts[0]), anything(parts[1]), max_size=4)
    if origin is frozenset:
        return st.frozensets(anything(parts[0]), max_size=4)
    if origin is tuple and parts[-1] is not Ellipsis:
        return st.tuples(*map(anything, parts))
    found = st.lists(anything(parts[0]), max_size=5)
    return found.map(tuple) if origin is tuple else found


def _state(text: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[EvaluationState]:
    verdicts = anything(get_type_hints(GivenAnswer)["verdict"])
    answers = st.fixed_dictionaries(
        {number: st.builds(GivenAnswer, verdicts, text) for number in range(1, FINISHED)}
    )
    going = st.builds(
        EvaluationState,
        st.integers(1, FINISHED - 1),
        answers,
        st.sampled_from(["open", "paused"]).map(EvaluationStatus),
    )
    return going | answers.map(lambda given: EvaluationState(FINISHED, given, EvaluationStatus.DONE))


def _evaluation() -> st.SearchStrategy[EvaluationView]:
    """Whose results are those of its answers."""
    known = get_type_hints(EvaluationView)
    given = {name: _field(name, hint) for name, hint in known.items() if name != "results"}
    return st.builds(lambda state, **rest: EvaluationView(state=state, results=results(state), **rest), **given)


def _reminder() -> st.SearchStrategy[ReminderView]:
    return st.one_of(
        [
            st.builds(
                ReminderView,
                reminder_id=st.builds(lambda: next(_ID)),
                kind=st.sampled_from(kinds),
                due_at=anything(datetime),
                about=anything(about),
            )
            for about, kinds in _KINDS.items()
        ]
    )


def _warning(view: ReminderView) -> object:
    """A student is warned of one deletion, not of two at once."""
    return Leaving if isinstance(view.about, Leaving) else view.reminder_id


def refusals() -> st.SearchStrategy[CoachError]:
    """Every refusal, of whatever was typed."""
    moments, numbers = anything(datetime), st.integers(1, 10**6)
    params = st.fixed_dictionaries(
        dict.fromkeys(("text", "minutes"), TEXTS)
        | dict.fromkeys(("understood", "started"), moments)
        | dict.fromkeys(("limit", "length", "count", "seconds", "low", "high", "number", "of"), numbers)
        | {"missing": st.lists(numbers, min_size=1, max_size=9)}
        | {"nearest": st.lists(TEXTS, max_size=5), "options": st.tuples(moments, moments)}
        | {"field": st.just("Note"), "what": st.just("contacts"), "word": st.just("DELETE")}
    )
    return st.builds(lambda code, known: CoachError(code, **known), st.sampled_from(Code), params)


_MADE: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
    str: lambda: TEXTS,
    bytes: lambda: st.binary(max_size=4),
    bool: st.booleans,
    int: lambda: st.integers(0, 10**6),
    type(None): st.none,
    datetime: lambda: st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    time: st.times,
    ZoneInfo: lambda: st.sampled_from(["America/Denver", "Asia/Kathmandu"]).map(ZoneInfo),
    Handbook: lambda: st.just(HANDBOOK),
    EvaluationTexts: lambda: st.just(HANDBOOK.evaluation),
    HomeTexts: lambda: st.just(HANDBOOK.home),
    Topic: lambda: st.sampled_from(HANDBOOK.topics),
    Button: lambda: st.just(Button("Try again", "home.next")),
    Select: lambda: st.just(Select("home.guide_choose", (), "")),
    EvaluationState: _state,
    EvaluationView: _evaluation,
    Fault: lambda: st.builds(Fault, st.just("ab12cd34"), anything(StorageProblem | None)),
    ReminderView: _reminder,
    CoachError: refusals,
}
"""What is not made from the names and types of its fields."""

_NAMED: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(1, 11),
    "search": TEXTS.map(lambda text: fold(text.replace(":", " "))[:24]),
    "zones": st.lists(st.sampled_from(["Europe/Vienna", "America/Denver", "UTC"]), min_size=1, unique=True),
    "url": st.just("https://discord.com/channels/@me/1/2"),
    "lead": st.sampled_from(["", "Welcome back, {name}."]),
    "lines": st.just(["Ask a friend."]),
    "by_cog": st.just({"HomeTexts": ["next", "help"]}),
    "topics": st.just(HANDBOOK.topics),
    "agenda": st.just((AgendaItem(5, "Thanks", "Say it."),)),
    "may_read": st.lists(
        st.builds(Shareable, st.integers(1, 11), TEXTS), max_size=9, unique_by=lambda one: one.number
    ).map(tuple),
    "gaps": st.lists(st.integers(1, 11), max_size=11, unique=True).map(tuple),
    "views": st.deferred(lambda: st.lists(_reminder(), min_size=1, max_size=7, unique_by=_warning)),
}
"""What is narrower than its type says, by the name of the argument or field."""
