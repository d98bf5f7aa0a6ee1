"""The request: how it is composed on each route, and what follows from an answer."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.requests.letter import LINKEDIN_NOTE, PHRASES, SUBJECT, Draft, RequestParts, compose
from bot.domain.requests.review import WORDS, Facts, RequestFindingCode, Weight, review
from bot.domain.requests.sentences import lowered, topic
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, next_move, nudge_due
from bot.domain.text.wording import placeholders, word_count

TEXT = tomllib.loads((Path(__file__).parents[2] / "bot/handbook/text/requests.toml").read_text(encoding="utf-8"))
SPOKEN = {key: phrase["text"] for key, phrase in TEXT["phrases"].items()}

MAYA = RequestParts(
    contact_name="Dr. Núñez",
    contact_title="Director",
    contact_organization="Reef Lab",
    tie="Professor Lind of Biology 204 suggested that I write to you",
    why="your 2024 survey of the Flower Garden Banks",
    learn="how a field season is planned",
    windows="Tue 10 March 2–4 pm or Thu 12 March 9–11 am",
    student_name="Maya Torres",
    school="junior at Pomona, biology",
    about="spent last summer counting urchins",
    zone_label="Mountain Time",
)
BLANK = RequestParts(contact_name="Ana Núñez", student_name="Maya Torres")


def email(**parts: str) -> str:
    return compose(RequestRoute.EMAIL, replace(BLANK, **parts), SPOKEN).body


def test_the_handbook_has_every_phrase_and_every_finding() -> None:
    assert {key: placeholders(text) for key, text in SPOKEN.items()} == PHRASES
    assert TEXT["findings"].keys() == set(RequestFindingCode)
    for finding in TEXT["findings"].values():
        assert placeholders(finding["title"] + finding["text"]) <= {"detail"}


def test_a_whole_email() -> None:
    assert compose(RequestRoute.EMAIL, MAYA, SPOKEN) == Draft(
        "Junior at Pomona: a question about how a field season is planned",
        "Dear Dr. Núñez,\n\n"
        "Professor Lind of Biology 204 suggested that I write to you. "
        "I am a junior at Pomona, biology, and I spent last summer counting urchins. "
        "I am writing to you because of your 2024 survey of the Flower Garden Banks.\n\n"
        "I would like to learn how a field season is planned. "
        "Would you have 20 minutes for a call on Tue 10 March 2–4 pm or Thu 12 March 9–11 am (Mountain Time), "
        "or whatever suits you? I will check back in a week.\n\n"
        "Thank you,\nMaya Torres",
    )


def test_an_email_of_nothing_but_names() -> None:
    assert compose(RequestRoute.EMAIL, BLANK, SPOKEN) == Draft(
        "A student's question about your work",
        "Dear Ana Núñez,\n\nI am a student.\n\n"
        "Would you have 20 minutes for a call, at a time that suits you? I will check back in a week.\n\n"
        "Thank you,\nMaya Torres",
    )


def test_missing_names_are_left_for_the_student() -> None:
    body = compose(RequestRoute.EMAIL, RequestParts(), SPOKEN).body
    assert body.startswith("Dear [their name],")
    assert body.endswith("[your name]")


@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("tie", "Prof. Lind suggested you", "Prof. Lind suggested you."),
        ("tie", "prof. Lind suggested you.", "Prof. Lind suggested you."),
        ("tie", "My aunt Rosa told me about you!", "My aunt Rosa told me about you!"),
        ("tie", "we both rowed for Pomona,", "We both rowed for Pomona."),
        ("tie", "Prof. Lind", "Our connection: Prof. Lind."),
        ("tie", "same rowing team", "Our connection: same rowing team."),
        ("tie", "Through my aunt Rosa", "I come to you through my aunt Rosa."),
        ("tie", "at the career fair", "I found you at the career fair."),
        ("tie", "they call you \u201cthe reef\u201d.", "They call you \u201cthe reef\u201d."),
        ("why", "your work on reefs", "I am writing to you because of your work on reefs."),
        ("why", "Your survey made me want to dive", "Your survey made me want to dive."),
        ("why", "the film you made", "I am writing to you because of the film you made."),
        ("why", "because you teach and dive.", "I am writing to you because you teach and dive."),
        ("why", "NOAA", "What drew me to you: NOAA."),
        ("why", "braces {name} and {0}", "What drew me to you: braces {name} and {0}."),
        ("learn", "reef surveys", "I would like to learn about reef surveys."),
        ("learn", "About reef surveys", "I would like to learn about reef surveys."),
        ("learn", "to understand reefs", "I would like to understand reefs."),
        ("learn", "understand reefs", "I would like to understand reefs."),
        ("learn", "become a diver", "I would like to become a diver."),
        ("learn", "what is a normal day", "I would like to ask: what is a normal day."),
        ("learn", "How did you get into film?", "How did you get into film?"),
        ("learn", "I want to know how a day looks", "I want to know how a day looks."),
        ("school", "Pomona, junior, biology", "I am a student (Pomona, junior, biology)."),
        ("school", "a senior at Pitzer", "I am a senior at Pitzer."),
        ("school", "I study at Pomona.", "I study at Pomona."),
        ("about", "diver and swimmer", "I am a student. About me: diver and swimmer."),
        ("about", "curious about tides", "I am a student, and I am curious about tides."),
        ("about", "I love tides!", "I am a student, and I love tides!"),
        ("windows", "any day after 3 pm ET", "for a call, any day after 3 pm ET, or whatever suits you?"),
        ("windows", "Tuesday at 3 pm ET?", "for a call on Tuesday at 3 pm ET, or whatever suits you?"),
        ("windows", "10 March 2 pm ET", "for a call on 10 March 2 pm ET, or whatever suits you?"),
        ("windows", "Tue 2-4 pm ET;\nThu 9 am ET.", "for a call on Tue 2-4 pm ET, Thu 9 am ET, or whatever"),
        ("windows", "I am free Mondays.", "for a call? I am free Mondays, or whatever suits you."),
    ],
)  # fmt: skip
def test_fragments_and_sentences_join_the_letter(part: str, typed: str, said: str) -> None:
    body = email(**{part: typed})
    assert re.search(rf"(?:^| ){re.escape(said)}(?:$| )", body, re.MULTILINE), body


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ("Tue 2-4 pm", "Tue 2-4 pm (Berlin time), or"),
        ("mornings", "mornings (Berlin time), or"),
        ("Tue 2-4 pm CET", "Tue 2-4 pm CET, or"),
        ("Tue 2-4 pm your time", "Tue 2-4 pm your time, or"),
    ],
)
def test_the_zone_is_added_unless_it_is_there(windows: str, said: str) -> None:
    assert said in email(windows=windows, zone_label="Berlin time")


@pytest.mark.parametrize(
    ("parts", "subject"),
    [
        ({"learn": "reef surveys"}, "A student's question about reef surveys"),
        ({"learn": "More about Spanish film"}, "A student's question about Spanish film"),
        ({"learn": "film", "school": "Pomona, junior"}, "Student at Pomona: a question about film"),
        ({"learn": "film", "school": "I study at Pomona"}, "A student's question about film"),
        ({"learn": "film " * 11, "school": "junior"}, "A student's question about your work"),
        ({"learn": "to dive", "contact_organization": "NOAA"}, "A student's question about your work at NOAA"),
        ({"learn": "How did you begin?"}, "A student's question about your work"),
        ({"learn": "to understand reefs"}, "A student's question about your work"),
    ],
)
def test_the_subject_is_the_fullest_that_fits(parts: dict[str, str], subject: str) -> None:
    draft = compose(RequestRoute.EMAIL, replace(BLANK, **parts), SPOKEN)
    assert draft.subject == subject
    assert len(draft.subject) <= SUBJECT


def test_a_call_is_a_script() -> None:
    draft = compose(RequestRoute.CALL, MAYA, SPOKEN)
    assert draft.subject == ""
    assert draft.body.startswith("Hello Dr. Núñez, this is Maya Torres.\n\nProfessor Lind")
    assert "Is this a good moment" in draft.body
    assert draft.body.endswith("I will confirm the time by email.")


def test_an_introduction_can_be_passed_on() -> None:
    first, rest = compose(RequestRoute.INTRODUCTION, MAYA, SPOKEN).body.split("\n\n", 1)
    assert "Dr. Núñez, Director, Reef Lab." in first
    assert "may I use your name?" in first
    assert rest == compose(RequestRoute.EMAIL, MAYA, SPOKEN).body


@pytest.mark.parametrize(
    ("parts", "in_note"),
    [
        ({"tie": "Prof. Lind suggested you", "why": "NOAA"}, "Hello Ana Núñez, Prof. Lind suggested you. I would"),
        ({"tie": "x" * 200, "why": "NOAA"}, "What drew me to you: NOAA."),
        ({"tie": "x" * 200, "why": "y" * 200}, "Hello Ana Núñez, I am a student and"),
        ({}, "Hello Ana Núñez, I am a student and"),
    ],
)
def test_a_linkedin_note_is_short_and_asks_for_no_interview(parts: dict[str, str], in_note: str) -> None:
    draft = compose(RequestRoute.LINKEDIN, replace(BLANK, **parts), SPOKEN)
    assert in_note in draft.subject
    assert len(draft.subject) <= LINKEDIN_NOTE
    assert "?" not in draft.subject
    assert "Would you have 20 minutes" in draft.body


def test_a_linkedin_note_may_use_all_the_room_there_is() -> None:
    def note(tie: str) -> str:
        return compose(RequestRoute.LINKEDIN, replace(BLANK, tie=tie), SPOKEN).subject

    room = LINKEDIN_NOTE - len(note("x")) + 1
    assert len(note("x" * room)) == LINKEDIN_NOTE
    assert "xx" not in note("x" * (room + 1))


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("How boats float", "how boats float"),
        ("NOAA's work", "NOAA's work"),
        ("I sail", "i sail"),
        ("A", "a"),
        ("", ""),
    ],
)
def test_inside_a_sentence_only_a_capital_of_its_own_is_lost(words: str, inside: str) -> None:
    assert lowered(words) == inside


@pytest.mark.parametrize(
    ("learn", "follows_a_question_about"),
    [
        ("How a field season is planned.", "how a field season is planned"),
        ("More about reefs", "reefs"),
        ("grant writing", "grant writing"),
        ("I hope to hear about reefs", ""),
        ("How do you plan a season?", ""),
        ("to understand reefs", ""),
        ("", ""),
    ],
)
def test_what_is_to_be_learned_follows_a_question_about_or_stays_out(
    learn: str, follows_a_question_about: str
) -> None:
    assert topic(learn) == follows_a_question_about


TYPED = ("tie", "school", "about", "why", "learn", "windows", "student_name")
"""The parts that every route says, in the order in which an email says them."""
parts_typed = st.builds(
    RequestParts, **dict.fromkeys(RequestParts.__dataclass_fields__, st.text(max_size=500) | st.just("Lind {text}"))
)


def squeezed(text: str) -> str:
    """Letters and digits only: what joining must not change, but for the case of the first."""
    return "".join(character for character in text.upper().casefold() if character.isalnum())


@given(st.sampled_from(RequestRoute), parts_typed)
def test_whatever_is_typed_is_said(route: RequestRoute, parts: RequestParts) -> None:
    draft = compose(route, parts, SPOKEN)
    said = squeezed(draft.body)
    for part in TYPED:
        assert squeezed(getattr(parts, part)) in said
    assert len(draft.subject) <= SUBJECT or route == RequestRoute.LINKEDIN


WORDS_TYPED = (
    "reef",
    "tide",
    "Pomona",
    "Lind",
    "{name}",
    "you",
    "I",
    "your",
    "survey",
    "suggested",
    "how",
    "of",
    "the",
)
words = st.lists(st.sampled_from(WORDS_TYPED), min_size=1, max_size=5).map(" ".join)
marks = st.sampled_from(["", ".", "!", "...", " ,", ";", ":", " "])


@given(st.fixed_dictionaries({}, optional={part: st.builds("{}{}".format, words, marks) for part in TYPED}))
def test_joins_are_clean(parts: dict[str, str]) -> None:
    body = compose(RequestRoute.EMAIL, replace(BLANK, **parts), SPOKEN).body.removesuffix(
        parts.get("student_name", "")
    )
    assert not re.search(r" [,.;?!]|,,|,\.|;\.|:\.|\?\.|!\.|\(\)|  |\[|: \.|[;:],|\n\n\n| \n|\n ", body), body
    for paragraph in body.split("\n\n")[1:-1]:
        assert paragraph[0].isupper() or paragraph.startswith("{"), paragraph
        assert paragraph[-1] in ".?!…", paragraph


def test_the_parts_come_in_the_order_of_the_handbook() -> None:
    typed = {part: f"{part} zebra" for part in TYPED}
    body = email(**typed).casefold()
    asked, follow_up, thanks = (
        body.index(text) for text in ("would you have 20", "i will check back", "thank you,")
    )
    tie, school, about, why, learn, windows, name = (body.index(text) for text in typed.values())
    order = [tie, school, about, why, learn, asked, windows, follow_up, thanks, name]
    assert order == sorted(order)


GOOD = {
    "tie": ("Prof. Lind suggested you", "through my aunt Rosa", "alumni network", "We met in May."),
    "why": ("your work on tides", "Your talk made me curious.", "because you moved from law to film"),
    "learn": ("reef surveys", "how a day looks", "How did you begin?", "to understand your field"),
    "windows": ("", "Tue 2-4 pm or Thu 9-11 am", "any day after 15:00", "I am free Monday at 3."),
    "school": ("junior at Pomona, biology", "Pitzer, 2027", "a senior at Pitzer"),
    "about": ("", "I love tides", "diver and swimmer", "interested in urban planning"),
    "zone_label": ("Mountain Time", "Berlin time", "Port Moresby time", "UTC"),
}
good = st.fixed_dictionaries({part: st.sampled_from(texts) for part, texts in GOOD.items()})


@given(st.sampled_from(RequestRoute), good)
def test_good_parts_make_a_draft_that_the_coach_likes(route: RequestRoute, parts: dict[str, str]) -> None:
    draft = compose(route, replace(BLANK, contact_organization="NOAA", **parts), SPOKEN)
    facts = Facts(route, BLANK.contact_name, parts["tie"], parts["why"], other_names=("Tom Okafor", "Dana Lind"))
    assert review(draft, facts) == ()
    assert route != RequestRoute.EMAIL or word_count(draft.body) <= WORDS


def test_a_whole_draft_pleases_the_coach_and_a_bare_one_does_not() -> None:
    assert review(compose(RequestRoute.EMAIL, MAYA, SPOKEN), Facts()) == ()
    bare = review(compose(RequestRoute.EMAIL, RequestParts(), SPOKEN), Facts())
    assert {finding.code for finding in bare if finding.weight >= Weight.WARN} == {
        RequestFindingCode.BLANKS_LEFT,
        RequestFindingCode.NO_TIE,
    }


@pytest.mark.parametrize(
    ("outcome", "nudges", "move"),
    [
        (RequestOutcome.ACCEPTED, 0, NextMove.SCHEDULE),
        (RequestOutcome.DECLINED, 0, NextMove.THANK),
        (RequestOutcome.WRONG_PERSON, 0, NextMove.ASK_FOR_NAMES),
        (RequestOutcome.ANOTHER_TIME, 0, NextMove.ASK_WHEN),
        (RequestOutcome.NO_ANSWER, 0, NextMove.NUDGE),
        (RequestOutcome.NO_ANSWER, 1, NextMove.NEXT_CONTACT),
    ],
)
def test_what_an_outcome_leads_to(outcome: RequestOutcome, nudges: int, move: NextMove) -> None:
    assert next_move(outcome, nudges) == move


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(2100, 1, 1)), st.integers(0, 3))  # noqa: DTZ001 - the zone is added
def test_a_nudge_is_due_after_a_week_as_long_as_one_is_left(sent_at: datetime, nudges: int) -> None:
    due = nudge_due(sent_at, nudges)
    assert due == (sent_at + timedelta(days=7) if nudges < 1 else None)
