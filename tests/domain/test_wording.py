"""A student's own words among the handbook's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.wording import blank_left, fill, is_sentence, placeholders, say, sentence, word_count


@given(st.text(), st.text())
def test_braces_in_a_students_words_stay(name: str, text: str) -> None:
    assert fill("{name}: {text} {name}", name=name, text=text) == f"{name}: {text} {name}"


def test_a_placeholder_that_nothing_fills_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("Dear {name}", text="Ana")
    assert placeholders("Dear {name}, {text} {name}") == {"name", "text"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n ", ""),
        ("storms decide,", "Storms decide."),
        ("storms\n  decide", "Storms decide."),
        ("Do storms decide?", "Do storms decide?"),
        ('she said "now!"', 'She said "now!"'),
        ("élan", "Élan."),
    ],
)
def test_any_words_become_a_sentence(text: str, expected: str) -> None:
    assert sentence(text) == expected


@given(st.text())
def test_a_sentence_is_not_made_longer_twice(text: str) -> None:
    assert sentence(sentence(text)) == sentence(text)


@pytest.mark.parametrize(
    ("text", "alone"),
    [("I applied", True), ("i’ve applied", True), ("You were right", True), ("it helped", True),
     ("Thanks to you", True), ("your story", False), ("item three", False), ("Ideas", False), ("", False)],
)  # fmt: skip
def test_who_does_something_makes_a_sentence(text: str, alone: bool) -> None:
    assert is_sentence(text) is alone


def test_a_fragment_goes_into_the_phrase_and_a_sentence_does_not() -> None:
    phrases = {"learned": "What stays: {text}"}
    assert say("your story.", phrases, "learned") == "What stays: your story."
    assert say("what decides it?", phrases, "learned") == "What stays: what decides it?"
    assert say("I loved it", phrases, "learned") == "I loved it."


@pytest.mark.parametrize(
    ("text", "blank"),
    [("Dear [name]", "[name]"), ("at {place}", "{place}"), ("TODO: why", "TODO"), ("on XX March", "XX"),
     ("call ____", "____"), ("todo list", None), ("XXL", None), ("snake_case", None), ("Dear Ana", None)],
)  # fmt: skip
def test_a_blank_that_was_left(text: str, blank: str | None) -> None:
    assert blank_left(text) == blank


def test_dashes_are_no_words() -> None:
    assert word_count("Tue 2–4 pm — or whenever\nsuits you ") == 7
