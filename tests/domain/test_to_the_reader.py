"""Words that go to a contact: what is blank, what speaks about them, what fits, what is turned to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.clauses import completes_is, sentences, stands
from bot.domain.text.input import one_line
from bot.domain.text.to_the_reader import (
    ReaderMisfit,
    is_nothing,
    mended,
    mended_sentences,
    misfit,
    turned_to_reader,
)

WORDS = st.lists(
    st.sampled_from(
        [
            "her",
            "his",
            "their",
            "your",
            "you",
            "she",
            "he",
            "they",
            "i",
            "my",
            "the",
            "a",
            "reefs",
            "survey",
            "of",
            "2024",
            "work",
            "runs",
            "lab",
            "because",
            "talk",
            ",",
            ".",
            "?",
            "(fun)",
            "and",
            "Ana",
            "on",
            "is",
            "her!",
            "mentioned",
            "story",
            "kids",
            "school",
        ]
    ),
    max_size=12,
).map(" ".join)


@pytest.mark.parametrize(
    "blank",
    ["", " ", "...", "Nothing yet!", "not really", "n/a", "- none -", "… yet", "[" * 50_000, "idk", "IDK.", "tbd",
     "not sure", "I'm not sure", "i don't know", "no idea yet", "Maybe", "honestly idk"],
)  # fmt: skip
def test_nothing_is_nothing(blank: str) -> None:
    assert is_nothing(blank)


@pytest.mark.parametrize(
    "said",
    ["I read it", "nothing but reefs", "no one", "[" * 50_000 + "x1", "x" + "[" * 50_000 + "y", "not knowing"],
)
def test_something_is_something(said: str) -> None:
    assert not is_nothing(said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("idk", ReaderMisfit.NOTHING),
        ("Was it worth it?", ReaderMisfit.QUESTION),
        ("how did you get in", ReaderMisfit.QUESTION),
        ("how long did it take", ReaderMisfit.QUESTION),
        ("is it hard", ReaderMisfit.QUESTION),
        ("she was really nice", ReaderMisfit.ABOUT_THEM),
        ("her way of planning", ReaderMisfit.ABOUT_THEM),
        ("the way they plan a season", ReaderMisfit.ABOUT_THEM),
        ("how Ana plans a season", ReaderMisfit.ABOUT_THEM),
        ("your story lol", ReaderMisfit.CHAT),
        ("YOUR STORY ABOUT REEFS", ReaderMisfit.CHAT),
        ("your story 🎉", ReaderMisfit.CHAT),
        ("learned: reefs", ReaderMisfit.MARKS),
        ("reefs; pay", ReaderMisfit.MARKS),
        ("your talk [which one]", ReaderMisfit.MARKS),
        ("the survey at https://reefs.example", ReaderMisfit.MARKS),
        ("how it takes half a year", None),
        ("what storms do to a season", None),
        ("how students find their way", None),
        ("meeting at 3:30 with the crew", None),
        ("your NOAA talk", None),
        ("did the course", None),
    ],
)
def test_what_keeps_words_out_of_a_letter(text: str, why: ReaderMisfit | None) -> None:
    assert misfit(text, "Ana Núñez") is why


@pytest.mark.parametrize(
    "ending",
    [
        "how a claim is settled, step by step",
        "that grants take half the year",
        "your reef story",
        "your 2024 survey of the Flower Garden Banks",
        "the way you plan a season around storms",
        "what you said about failing early",
        "your advice to apply early",
        "planning a season around storms",
        "the importance of patience",
        "everything you said about law school",
        "the two years you spent in Chile",
        "what a normal day is like at the clinic",
        "whether grad school pays off",
    ],
)
def test_what_stays_with_me_is(ending: str) -> None:
    assert completes_is(ending)


@pytest.mark.parametrize(
    "broken",
    [
        "storms decide a field season",
        "the storms decide a field season",
        "the work is mostly paperwork",
        "the part about pay was great",
        "your advice helped",
        "the kids go to school",
        "your company grew from 2 to 40 people",
        "your team laughs together",
        "working nights is hard",
        "that was fun",
        "very helpful",
        "interesting",
        "reef, pay, hours",
        "your story, the pay, the hours",
        "how you plan the season is amazing",
        "the story you told us was long",
        "honestly kind of depressing, everyone looks burnt out",
        "people burn out",
        "grants",
    ],
)
def test_what_would_break_the_sentence_is_no_ending(broken: str) -> None:
    assert not completes_is(broken)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("I learned that grants take half the year", True),
        ("i loved the reef story!", True),
        ("You made me want to dive.", True),
        ("Your advice helped a lot", True),
        ("thanks for the tip", True),
        ("I met Dr. Lind. It made me think.", True),
        ("I liked it. Very cool.", False),
        ("very cool", False),
        ("The work is mostly paperwork.", False),
        ("I do", False),
        ("your reef story", False),
    ],
)
def test_a_whole_sentence_to_the_reader_stands(text: str, whole: bool) -> None:
    assert stands(text) is whole


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("i  think u are right and im glad", "I think you are right and I'm glad"),
        ("i've read it, i dont regret it", "I've read it, I don't regret it"),
        ("the U.S. and i.e. stay", "the U.S. and i.e. stay"),
    ],
)
def test_small_slips_are_mended_and_nothing_else(typed: str, said: str) -> None:
    assert mended(typed) == said


def test_each_sentence_gets_its_capital_and_its_end() -> None:
    assert mended_sentences("i met Dr. Lind. it was great") == "I met Dr. Lind. It was great."


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("Her 2024 survey of reefs", "your 2024 survey of reefs"),
        ("his talk on tide pools.", "your talk on tide pools"),
        ("Their work at the aquarium", "your work at the aquarium"),
        ("your reef survey", "your reef survey"),
        ("because you turned a thesis into a company", "because you turned a thesis into a company"),
        ("you found the seagrass", "you found the seagrass"),
        ("She runs the lab", ""),
        ("Her lab is the best", ""),
        ("Her survey, and she is my aunt's friend", ""),
        ("Her survey with his team", ""),
        ("Her husband works there", ""),
        ("Her kids go to my school", ""),
        ("Her survey. Cute too", ""),
        ("Her talk (a bit long)", ""),
        ("Her number?", ""),
        ("your survey, but she seems cold", ""),
        ("Ana's survey", ""),
        ("Her way of being Ana", ""),
        ("easy to reach, owes me a favor", ""),
        ("marine biologist", ""),
        ("Her", ""),
        ("", ""),
    ],
)
def test_a_note_to_oneself_is_turned_only_without_doubt(note: str, said: str) -> None:
    assert turned_to_reader(note, "Ana Núñez") == said


@given(WORDS)
def test_whatever_is_turned_speaks_to_them_and_of_nobody(note: str) -> None:
    said = turned_to_reader(note, "Ana Núñez")
    assert said == "" or said.casefold().startswith(("you", "because you"))
    assert not {"she", "he", "her", "his", "her!"}.intersection(said.casefold().split())
    assert said == "" or said.split()[1:] == note.strip(" .,;:").split()[1:]


@given(st.text(max_size=200))
def test_sentences_keep_every_word(text: str) -> None:
    assert " ".join(sentences(text)).split() == one_line(text).split()
    assert mended(mended(text)) == mended(text)
