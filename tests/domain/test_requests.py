"""The request: how it is composed on each route, and what follows from an answer."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.requests.frames import FormPart, Part, TieFrame
from bot.domain.requests.letter import (
    LINKEDIN_NOTE,
    PHRASES,
    SUBJECT,
    Draft,
    RequestParts,
    compose,
    place,
    said_for,
)
from bot.domain.requests.review import WORDS, Facts, RequestFindingCode, Weight, review
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, next_move, nudge_due
from bot.domain.text.wording import placeholders, word_count

TEXT = tomllib.loads((Path(__file__).parents[2] / "bot/handbook/text/requests.toml").read_text(encoding="utf-8"))
SPOKEN = {key: phrase["text"] for key, phrase in TEXT["phrases"].items()}

MAYA = RequestParts(
    contact_name="Dr. Núñez",
    contact_title="Director",
    contact_organization="Reef Lab",
    tie="Professor Lind, who teaches my Biology 204",
    tie_frame=TieFrame.REFERRED,
    referrer="Professor Lind",
    why="your 2024 survey of the Flower Garden Banks",
    learn="how a field season is planned",
    windows="Tue 10 March 2–4 pm or Thu 12 March 9–11 am",
    student_name="Maya Torres",
    school="junior at Pomona, biology",
    about="spent last summer counting urchins",
    zone_label="Mountain Time",
)
BLANK = RequestParts(contact_name="Ana Núñez", student_name="Maya Torres")


def email(**parts: Any) -> str:
    return compose(RequestRoute.EMAIL, replace(BLANK, **parts), SPOKEN).body


def test_the_handbook_has_every_phrase_and_every_finding() -> None:
    assert {key: placeholders(text) for key, text in SPOKEN.items()} == PHRASES
    assert TEXT["findings"].keys() == set(RequestFindingCode)
    for finding in TEXT["findings"].values():
        assert placeholders(finding["title"] + finding["text"]) <= {"detail"}


def test_a_whole_email() -> None:
    assert compose(RequestRoute.EMAIL, MAYA, SPOKEN) == Draft(
        "Professor Lind suggested that I write to you",
        "Dear Dr. Núñez,\n\n"
        "Professor Lind, who teaches my Biology 204, suggested that I write to you. "
        "I am a junior at Pomona, studying biology, and I spent last summer counting urchins. "
        "I am writing to you because of your 2024 survey of the Flower Garden Banks.\n\n"
        "I would like to learn how a field season is planned. Would you have 20 minutes for a call? "
        "I am free on Tue 10 March 2–4 pm or Thu 12 March 9–11 am (Mountain Time), or at another time. "
        "I will write once more in a week.\n\n"
        "Thank you,\nMaya Torres",
    )


def test_an_email_of_nothing_but_names_shows_what_it_waits_for() -> None:
    assert compose(RequestRoute.EMAIL, BLANK, SPOKEN) == Draft(
        "A student's question about your work",
        "Dear Ana Núñez,\n\n[how you are connected, or who sent you] I am a student.\n\n"
        "Would you have 20 minutes for a call, at a time that suits you? "
        "I will write once more in a week.\n\n"
        "Thank you,\nMaya Torres",
    )


def test_careless_answers_are_blanks_and_never_broken_sentences() -> None:
    careless = replace(
        BLANK,
        tie="prof lind",
        tie_frame=TieFrame.REFERRED,
        school="junior at Pitzer College, biology",
        why="she does reef stuff",
        learn="do you need a phd? is it hard to get in? pay?",
        windows="whenever",
    )
    assert compose(RequestRoute.EMAIL, careless, SPOKEN).body == (
        "Dear Ana Núñez,\n\n[how you are connected, or who sent you] "
        "I am a junior at Pitzer College, studying biology. "
        "[why you are writing to them]\n\nThere is one thing I would most like to ask. Do you need a PhD? "
        "Would you have 20 minutes for a call, at a time that suits you? "
        "I will write once more in a week.\n\nThank you,\nMaya Torres"
    )
    assert place(careless, SPOKEN)[Part.LEARN].kept == ("Is it hard to get in?", "Pay?")


def test_missing_names_are_left_for_the_student() -> None:
    body = compose(RequestRoute.EMAIL, RequestParts(), SPOKEN).body
    assert body.startswith("Dear [their name],")
    assert body.endswith("[your name]")


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ("Tue 2-4 pm", "on Tue 2-4 pm (Berlin time), or"),
        ("mornings", "mornings (Berlin time), or"),
        ("Tue 2-4 pm CET", "on Tue 2-4 pm CET, or"),
        ("Tue 2-4 pm your time", "on Tue 2-4 pm your time, or"),
        ("I am free Tuesday 2-4 pm.", "I am free Tuesday 2-4 pm (Berlin time)."),
    ],
)
def test_the_zone_is_added_unless_it_is_there(windows: str, said: str) -> None:
    assert said in email(windows=windows, zone_label="Berlin time")


LIND = {"tie": "Prof. Lind", "tie_frame": TieFrame.REFERRED, "referrer": "Prof. Lind"}


@pytest.mark.parametrize(
    ("parts", "subject"),
    [
        ({"learn": "reef surveys"}, "A student's question about reef surveys"),
        ({"learn": "More about Spanish film"}, "A student's question about Spanish film"),
        ({"learn": "film " * 11, "school": "junior"}, "A student's question about your work"),
        ({"learn": "to dive", "contact_organization": "NOAA"}, "A student's question about your work at NOAA"),
        ({"learn": "How did you begin?"}, "A student's question about your work"),
        ({"learn": "to understand reefs"}, "A student's question about your work"),
        ({"learn": "film", **LIND}, "Prof. Lind suggested I write: a question about film"),
        ({"learn": "How did you begin?", **LIND}, "Prof. Lind suggested that I write to you"),
        ({"learn": "film", **LIND, "tie": "We met in May."}, "A student's question about film"),
        ({"learn": "film", **LIND, "tie": "idk"}, "A student's question about film"),
    ],
)
def test_the_subject_is_the_fullest_that_fits(parts: dict[str, Any], subject: str) -> None:
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
        ({"tie": "idk", "why": "your survey of reefs"}, "I am writing to you because of your survey of reefs."),
        ({"tie": f"We met at {'x' * 200}", "why": "your film"}, "because of your film."),
        ({"tie": f"We met at {'x' * 200}", "why": f"your {'y' * 200}"}, "Hello Ana Núñez, I am a student and"),
        ({}, "Hello Ana Núñez, I am a student and"),
    ],
)
def test_a_linkedin_note_is_short_and_asks_for_no_interview(parts: dict[str, Any], in_note: str) -> None:
    draft = compose(RequestRoute.LINKEDIN, replace(BLANK, **parts), SPOKEN)
    assert in_note in draft.subject
    assert len(draft.subject) <= LINKEDIN_NOTE
    assert "?" not in draft.subject
    assert "[" not in draft.subject
    assert "Would you have 20 minutes" in draft.body


def test_a_linkedin_note_may_use_all_the_room_there_is() -> None:
    def note(place: str) -> str:
        return compose(RequestRoute.LINKEDIN, replace(BLANK, tie=f"We met at {place}"), SPOKEN).subject

    room = LINKEDIN_NOTE - len(note("Xy")) + 1
    assert len(note(f"X{'y' * room}")) == LINKEDIN_NOTE
    assert "Xyy" not in note(f"X{'y' * (room + 1)}")


TYPED = {Part.TIE: "tie", Part.WHO: "school", Part.ABOUT: "about", Part.WHY: "why", Part.LEARN: "learn"}
TEXTS = st.text(max_size=300) | st.just("Lind {text}")
FRAMES = list(TieFrame)
parts_typed = st.builds(
    RequestParts,
    **dict.fromkeys((*TYPED.values(), "windows", "contact_name", "student_name", "zone_label"), TEXTS),
    tie_frame=st.sampled_from(FRAMES),
)


def squeezed(text: str) -> str:
    """Letters and digits only: what joining must not change, but for the case of the first."""
    return "".join(character for character in text.upper().casefold() if character.isalnum())


@given(parts_typed)
def test_whatever_is_typed_is_said_kept_or_waits(parts: RequestParts) -> None:
    """What waits is quoted by the coach; here it is enough that nothing is said to be placed that is not there."""
    body = squeezed(compose(RequestRoute.EMAIL, parts, SPOKEN).body)
    for part, placed in place(parts, SPOKEN).items():
        typed = getattr(parts, TYPED.get(part, "windows"))
        if placed.misfit is None and placed.text and "your" not in typed and "its" not in typed:
            for word in squeezed_words(placed.words or placed.text):
                assert word in body
        elif placed.misfit is None and part is not Part.WINDOWS:
            assert not typed.strip() or placed.text


def squeezed_words(text: str) -> list[str]:
    return [squeezed(word) for word in text.split()]


FRAGMENTS = (
    "reef", "tide", "Pomona", "Lind", "{name}", "you", "I", "your", "survey", "suggested", "how", "of", "the",
    "she", "is", "about", "because", "at", "Tue", "2-4 pm", "idk", "junior", "we met", "made", "me", "and",
    "?", "what",
)  # fmt: skip
words = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map(" ".join)
marks = st.sampled_from(["", ".", "!", "...", " ,", ";", ":", " ", "?"])
UNCLEAN = r" [,.;!]|,,|,\.|;\.|:\.|\(\)|  |: \.|[;:],|\n\n\n| \n|\n "
BROKEN = r"\blearn about (?:how|what|why|who|when|where)\b|\bbecause of (?:you|I|we|she|it)\b"
PARTS_TYPED = (*TYPED.values(), "windows")


@given(
    st.sampled_from(RequestRoute),
    st.fixed_dictionaries({}, optional={part: st.builds("{}{}".format, words, marks) for part in PARTS_TYPED}),
    st.sampled_from(FRAMES),
)
def test_joins_are_clean(route: RequestRoute, parts: dict[str, Any], frame: TieFrame) -> None:
    draft = compose(route, replace(BLANK, **parts, tie_frame=frame), SPOKEN)
    for text in (draft.body, draft.subject):
        assert not re.search(UNCLEAN, text), text
        assert not re.search(BROKEN, text), text
        assert "because because" not in text
        assert "through through" not in text
    for paragraph in draft.body.split("\n\n")[1:-1]:
        assert paragraph[0].isupper() or paragraph[0] in "{[", paragraph
        assert paragraph[-1] in ".?!…]:" or paragraph.startswith("Dear "), paragraph


def test_the_parts_come_in_the_order_of_the_handbook() -> None:
    body = compose(RequestRoute.EMAIL, MAYA, SPOKEN).body
    said = (
        "Professor Lind", "I am a junior", "I spent", "your 2024 survey", "I would like to learn",
        "Would you have 20", "I am free", "I will write once more", "Thank you,", "Maya",
    )  # fmt: skip
    order = [body.index(words) for words in said]
    assert order == sorted(order)


def test_a_part_that_is_said_later_takes_the_place_of_its_blank_in_what_was_edited_by_hand() -> None:
    body = "Hi Ana! [how you are connected, or who sent you] So? [when you are free]"
    parts = replace(BLANK, tie="We met in May", windows="Tue 2-4 pm", zone_label="Berlin time")
    body = said_for(FormPart.TIE, parts, body, SPOKEN)
    assert said_for(FormPart.WINDOWS, parts, body, SPOKEN) == (
        "Hi Ana! We met in May. So? I am free on Tue 2-4 pm (Berlin time), or at another time."
    )


GOOD = {
    "tie": ("Prof. Lind suggested you", "through my aunt Rosa", "We met in May."),
    "why": ("your work on tides", "Your talk made me curious.", "because you moved from law to film"),
    "learn": ("reef surveys", "how a day looks", "How did you begin your work?", "to understand your field"),
    "windows": ("", "Tue 2-4 pm or Thu 9-11 am", "any day after 15:00", "I am free Monday at 3."),
    "school": ("junior at Pomona, biology", "Pitzer College", "a senior at Pitzer"),
    "about": ("", "I love tides", "interested in urban planning"),
    "zone_label": ("Mountain Time", "Berlin time", "Port Moresby time", "UTC"),
}
good = st.fixed_dictionaries({part: st.sampled_from(texts) for part, texts in GOOD.items()})


@given(st.sampled_from(RequestRoute), good)
def test_good_parts_make_a_draft_that_the_coach_likes(route: RequestRoute, parts: dict[str, Any]) -> None:
    draft = compose(route, replace(BLANK, contact_organization="NOAA", **parts), SPOKEN)
    facts = Facts(route, BLANK.contact_name, parts["tie"], parts["why"], other_names=("Tom Okafor", "Dana Lind"))
    assert review(draft, facts) == ()
    assert route != RequestRoute.EMAIL or word_count(draft.body) <= WORDS


def test_a_whole_draft_pleases_the_coach_and_a_bare_one_does_not() -> None:
    assert review(compose(RequestRoute.EMAIL, MAYA, SPOKEN), Facts()) == ()
    bare = review(compose(RequestRoute.EMAIL, RequestParts(), SPOKEN), Facts())
    assert RequestFindingCode.BLANKS_LEFT in {finding.code for finding in bare if finding.weight is Weight.STRONG}


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
