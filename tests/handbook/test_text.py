"""The packaged handbook says all that the handout says, without its damage, and fits on Discord's cards."""

import tomllib
from collections.abc import Iterator
from types import MappingProxyType

import pytest
from pydantic import ValidationError

from bot.domain.contacts import Source as FoundIn
from bot.domain.reminders.reminder import ReminderKind
from bot.handbook.loader import PACKAGED, load
from bot.handbook.models import Handbook
from bot.handbook.models.interviews import Category
from bot.handbook.models.pings import COMBINED, READY
from bot.handbook.models.topics import PAGE
from tests.support.sources import files

SOURCES = {"handout", "reconstructed", "added"}

ELEVEN = (
    "Does this person use the skills I want to use?",
    "Would I be qualified for this job?",
    "Do I understand what this job entails?",
    "Would I enjoy working in this capacity?",
    "Did I get additional ideas or alternatives?",
    "Do I have an idea about the salary ranges?",
    "What impression do I now have about this area of work?",
    "Would I enjoy working for this organization?",
    "What are the goals (needs, concerns, problems, issues) of this area of work or organization?",
    "How can I help meet those needs and accomplish those goals?",
    "Which of my personal assets could I offer?",
)

# What the handout says, section by section: every word of a fact stands in one line of that topic.
FACTS = {
    "what": (
        "easiest most effective meet",
        "professional career field interests you",
        "key professionals",
        "gather career information",
        "investigate career options",
        "advice job search techniques",
        "referrals other professionals",
        "facts people activities occupations career field",
        "where you might use your skills",
        "various jobs",
        "work environment suits best",
        "rapport could hire you",
        "teach vocabulary profession",
    ),
    "why": (
        "confidence job interviews",
        "jobs career paths did not know existed",
        "personality type jobs considering",
        "understanding world of work variety of settings",
        "reading professional associations join",
        "clarify goals",
        "skills experiences various jobs require",
    ),
    "who": (
        "identify organizations people interest",
        "linkedin business directories chambers of commerce alumni",
        "already know someone answer your questions",
        "at your fingertips",
        "alumni network great place",
        "interests similar yours",
        "newspaper magazine articles file",
        "notes television radio",
        "names of people doing what you want to do appointment talk",
    ),
    "people": ("200 people friends family teachers doctors bankers",),
    "appointment": ("ask informational meeting",),
    "stuck": (
        "cannot answer names same level higher level different organization",
        "inattentive not interested threatened hostile cannot do much",
        "another time more convenient",
        "impression job not information hardest",
        "looking for a job difficult to prove",
        "clear yourself other person job ultimate goal information immediate concern",
        "any problem career counselor",
        "review stumbling blocks suggest next appointment",
    ),
    "meeting": (
        "thoughtful questions not merely read list",
        "small notebook",
        "resume ask to see",
        "business card",
    ),
    "evaluate": (
        "after each interview majority further identify career desires",
        "most valuable information clearer picture kind of work",
        "better decision career",
    ),
    "thanks": (
        "thank-you note within 24 hours",
        "learned or appreciated",
        "action suggested steps contacting someone else sending a resume",
        "generous experience ideas followed suggestion",
        "applied for membership local chapter professional organization",
        "as we agreed in touch let you know progress",
    ),
    "hints": (
        "small notebook notes",
        "business card",
        "copy resume ask",
        "thoughtful questions not merely read list",
        "thank-you letter within 24 hours",
    ),
}

ROUTES = {"1. Write first, then call", "2. Call directly", "3. Be introduced"}


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return load()


def tables(value: object, path: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Every table that holds a text."""
    if isinstance(value, dict):
        if any(isinstance(inner, str) for inner in value.values()):
            yield path, value
        for key, inner in value.items():
            yield from tables(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from tables(inner, f"{path}[{position}]")


TABLES = [
    (path, table)
    for file in files(PACKAGED, "*.toml")
    for path, table in tables(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)
]


def places_of(words: str) -> list[str]:
    """Where in the files a text contains `words`."""
    return [
        f"{path}.{key}"
        for path, table in TABLES
        for key, text in table.items()
        if isinstance(text, str) and words in text
    ]


def test_every_text_has_a_source() -> None:
    assert len(TABLES) > 300
    assert [path for path, table in TABLES if table.get("source") not in SOURCES] == []
    questions = [table for path, table in TABLES if path.startswith("evaluation.question")]
    assert {table["coach_source"] for table in questions} == {"added"}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("!!", id="shouting"),
        pytest.param("%", id="a success statistic"),
        pytest.param("Pitzer", id="another student's school"),
    ],
)
def test_the_voice(words: str) -> None:
    assert places_of(words) == []


@pytest.mark.parametrize(
    "damage",
    ["Linkedln", "dousing", "right for your", "set up and", "to deal which", "television listen", "Why do I "],
)
def test_the_damage_of_the_handout_is_mended(damage: str) -> None:
    assert places_of(damage) == []


@pytest.mark.parametrize(("topic", "fact"), [(topic, fact) for topic, facts in FACTS.items() for fact in facts])
def test_the_guide_holds_every_fact_of_the_handout(handbook: Handbook, topic: str, fact: str) -> None:
    page = handbook.topic(topic)
    assert page is not None
    lines = [line.text.lower() for line in page.lines if line.source == "handout"]
    assert any(all(word in line for word in fact.split()) for line in lines)


def test_lost_routes_are_marked_as_reconstructed(handbook: Handbook) -> None:
    page = handbook.topic("appointment")
    assert page is not None
    assert {line.heading for line in page.lines if line.source == "reconstructed"} == ROUTES


def test_the_eleven_questions_are_the_handouts_own(handbook: Handbook) -> None:
    assert tuple(question.text for question in handbook.evaluation.questions) == ELEVEN
    assert {question.source for question in handbook.evaluation.questions} == {"handout"}
    assert [handbook.question(number).text for number in range(1, 12)] == list(ELEVEN)


def test_the_guide_lists_the_same_eleven_questions(handbook: Handbook) -> None:
    page = handbook.topic("evaluate")
    assert page is not None
    lines = [line.text for line in page.lines]
    numbered = [f"{number}. {text}" for number, text in enumerate(ELEVEN, start=1)]
    assert [line for line in lines if line[0].isdigit()] == numbered


def test_kinds_of_questions(handbook: Handbook) -> None:
    kinds = [question.kind.value for question in handbook.evaluation.questions]
    expected = {5: "verdict_which", 6: "verdict_which", 7: "open", 9: "open", 10: "open", 11: "open"}
    assert kinds == [expected.get(number, "verdict") for number in range(1, 12)]


def test_what_asks_is_a_question(handbook: Handbook) -> None:
    asked = [question.text for question in handbook.interviews.bank]
    for question in handbook.evaluation.questions:
        asked += [question.ask_next, question.ask_in_note]
    assert [text for text in asked if not text.endswith("?")] == []


def test_the_bank_feeds_every_evaluation_question(handbook: Handbook) -> None:
    bank = handbook.interviews.bank
    assert len(bank) >= 45
    assert {question.category for question in bank} == set(Category)
    fed = [number for question in bank for number in question.feeds]
    assert all(fed.count(number) >= 2 for number in range(1, 12))
    assert len(handbook.interviews.closing) >= 5


def test_nobody_is_asked_for_their_own_pay(handbook: Handbook) -> None:
    pay = [question.text.lower() for question in handbook.interviews.bank if question.category is Category.PAY]
    assert not [text for text in pay if "your salary" in text or "you earn" in text or "you make" in text]


def test_the_interview(handbook: Handbook) -> None:
    interviews = handbook.interviews
    assert [part.minutes for part in interviews.agenda] == [2, 2, 12, 2, 2]
    assert (interviews.limits.must_ask, interviews.limits.spares, interviews.limits.warn_above) == (5, 5, 10)


def test_contacts(handbook: Handbook) -> None:
    assert handbook.contacts.goal.interviews == 5
    assert len(handbook.contacts.circles) == 8
    assert list(handbook.contacts.places) == list(FoundIn)


def test_a_reminder_for_every_kind(handbook: Handbook) -> None:
    assert set(handbook.pings) == {*ReminderKind, COMBINED, READY}
    assert all(len(handbook.reminder(kind).text) <= 500 for kind in handbook.pings)


def test_topics_fit_a_page_on_a_phone(handbook: Handbook) -> None:
    assert 10 <= len(handbook.topics) <= 12
    for topic in handbook.topics:
        lines = [f"**{line.heading or ''}**\n- {line.text}" for line in topic.lines]
        drawn = "\n".join(lines)
        assert len(f"# {topic.title}\n{topic.summary}\n{drawn}") <= PAGE, topic.key
        assert all(len(line.text) <= 300 for line in topic.lines), topic.key


def test_a_question_fits_its_card(handbook: Handbook) -> None:
    for question in handbook.evaluation.questions:
        assert len(question.text) + len(question.hint) <= 1_000
        assert len(question.placeholder) <= 100


def test_nothing_can_be_changed(handbook: Handbook) -> None:
    with pytest.raises(ValidationError):
        handbook.question(1).text = "Other words"  # type: ignore[misc]  # what a checker of types refuses too
    assert isinstance(handbook.pings, MappingProxyType)
    assert isinstance(handbook.requests.phrases, MappingProxyType)
    assert isinstance(handbook.thank_yous.findings, MappingProxyType)


def test_looking_up_what_is_not_there(handbook: Handbook) -> None:
    assert handbook.topic("nowhere") is None
    with pytest.raises(KeyError):
        handbook.reminder("fanfare")
    for number in (0, 12, -1):
        with pytest.raises(IndexError):
            handbook.question(number)
