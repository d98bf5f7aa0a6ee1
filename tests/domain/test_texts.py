"""What a person types, as rules take it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.domain.profiles import LIMITS as PROFILE_LIMITS
from bot.domain.profiles import ProfileField, checked
from bot.domain.requests.form import checked_message
from bot.domain.text.input import (
    all_readable,
    checked_length,
    checked_name,
    checked_text,
    clip,
    read_row_token,
    readable,
    row_token,
    whole_number,
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ana   Núñez ", "Ana Núñez"),
        ("x" * 100, "x" * 100),
        ("🦀" * 80, "🦀" * 80),
        ("محمد الفاتح", "محمد الفاتح"),
        ("**@everyone**", "**@everyone**"),
    ],
)
def test_any_name_is_a_name(typed: str, name: str) -> None:
    assert checked_name(typed, "Name", 100) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", Code.BLANK), (" \n\t", Code.BLANK), ("\u200b\u200f", Code.BLANK), ("x" * 101, Code.TOO_LONG)],
)
def test_what_is_no_name(typed: str, code: Code) -> None:
    with pytest.raises(CoachError) as refusal:
        checked_name(typed, "Name", 100)
    assert refusal.value.code is code
    assert refusal.value.params["field"] == "Name"


def test_a_text_is_trimmed_and_then_measured() -> None:
    assert checked_text(f" {'x' * 300}\n", "Note", 300) == "x" * 300
    with pytest.raises(CoachError) as refusal:
        checked_text(" \n ", "Note", 300)
    assert refusal.value.code is Code.BLANK


@pytest.mark.parametrize("field", ProfileField)
def test_a_part_of_the_profile_is_one_line_of_its_length(field: ProfileField) -> None:
    limit = PROFILE_LIMITS[field]
    assert checked(field, f" {'x' * (limit - 2)}\nx ") == f"{'x' * (limit - 2)} x"
    with pytest.raises(CoachError) as refusal:
        checked(field, "x" * (limit + 1))
    assert refusal.value.params == {"field": field.value, "limit": limit, "length": limit + 1}


def test_of_the_profile_only_the_name_has_to_be_there() -> None:
    with pytest.raises(CoachError) as refusal:
        checked(ProfileField.NAME, " ")
    assert (refusal.value.code, refusal.value.params) == (Code.BLANK, {"field": "Your name"})
    assert checked(ProfileField.SCHOOL, " ") == ""


def test_a_message_that_was_edited_is_refused_by_name() -> None:
    assert checked_message(" A\nquestion ", " Dear Ana\n") == ("A question", "Dear Ana")
    assert checked_message("", "Dear Ana") == ("", "Dear Ana")
    for subject, body, field in (
        ("", " ", "Message"),
        ("", "x" * 9999, "Message"),
        ("x" * 999, "Dear Ana", "Subject"),
    ):
        with pytest.raises(CoachError) as refusal:
            checked_message(subject, body)
        assert refusal.value.params["field"] == field


def test_what_is_too_long_says_by_how_much() -> None:
    assert checked_length(" x", "Place or link", 2) == " x"
    with pytest.raises(CoachError) as refusal:
        checked_length("x" * 301, "Place or link", 300)
    assert refusal.value.code is Code.TOO_LONG
    assert refusal.value.params == {"field": "Place or link", "limit": 300, "length": 301}


@given(st.text(), st.integers(1, 40))
def test_what_is_clipped_fits_and_shows_it(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text if len(text) <= limit else clipped.endswith("…")
    assert text.startswith(clipped.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("42", 42),
        ("9" * 18, int("9" * 18)),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("٣", None),
        ("²", None),
    ],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert whole_number(text) == number
    assert read_row_token(f" #{text} ") == number
    assert read_row_token(text) is None


@given(st.integers(0, 10**18 - 1))
def test_a_row_token_reads_back(number: int) -> None:
    assert read_row_token(row_token(number)) == number


@given(st.text(st.characters(exclude_categories=())))
def test_only_what_no_database_takes_is_left_out(text: str) -> None:
    kept = [character for character in text if character != "\0" and not 0xD800 <= ord(character) < 0xE000]
    assert readable(text) == "".join(kept)
    assert all_readable([text, None, 7, ["a"]]) == [readable(text)]
