"""What can be seen of a text, and what counts as blank because nothing can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import Role, read_role
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.conversation import Say, advance
from bot.domain.evaluations.questions import EvaluationState, QuestionKind, Verdict
from bot.domain.mydata import RULES
from bot.domain.profiles import ProfileField, checked
from bot.domain.requests.form import RequestWords, checked_message
from bot.domain.text.input import checked_name, checked_text, is_blank, one_line, seen, visible
from bot.domain.todos import read_lines
from tests.support.discord_limits import shows
from tests.support.unseen_text import SEEN, TEXTS, UNSEEN, thorough

every_kind = pytest.mark.parametrize("nothing", UNSEEN.values(), ids=UNSEEN)


@every_kind
def test_what_is_empty_on_the_screen_is_blank(nothing: str) -> None:
    for text in (nothing, nothing * 40, f" {nothing}\n{nothing} ", f"\u200b{nothing}\u3164"):
        assert is_blank(text)
        assert visible(text) == seen(text) == one_line(text) == ""


@pytest.mark.parametrize("text", SEEN)
def test_what_shows_something_is_not(text: str) -> None:
    assert not is_blank(text)
    assert seen(f" {text}\n") == text
    assert visible(text) == text
    for nothing in UNSEEN.values():
        assert not is_blank(f"{nothing}{text}")


@given(TEXTS)
@thorough(100)
def test_blank_is_what_shows_nothing(text: str) -> None:
    # An emoji that is newer than this Python's Unicode is unassigned to it, and drawn by Discord all the same.
    if not any(0x1F000 <= ord(each) < 0x1FB00 for each in text):
        assert is_blank(text) == (not shows(text))
    assert visible(text) == "" if is_blank(text) else shows(visible(text)) or max(text) >= "\U0001f000"


@every_kind
def test_a_field_that_has_to_be_filled_refuses_it(nothing: str) -> None:
    for check in (
        lambda: checked_text(nothing, "Note", 300),
        lambda: checked_name(nothing, "Name", 100),
        lambda: checked(ProfileField.NAME, nothing),
        lambda: checked_message("Hello", nothing),
        lambda: read_lines(f"{nothing}\n- {nothing}"),
        lambda: advance(EvaluationState(), Say(nothing)),
    ):
        with pytest.raises(CoachError) as refusal:
            check()
        assert refusal.value.code is Code.BLANK


@every_kind
def test_a_field_that_may_be_left_out_is_left_out(nothing: str) -> None:
    assert checked(ProfileField.SCHOOL, nothing) == ""
    assert RequestWords(nothing, nothing, nothing, nothing).checked() == RequestWords()
    assert checked_message(nothing, "Hello")[0] == ""
    if not set(nothing) & set("\n\x85\u2028\u2029"):
        assert read_role(f"{nothing} at NOAA") == Role("", "NOAA")
        assert read_lines(f"Call\n{nothing}\nWrite") == ("Call", "Write")
        outcome = advance(
            EvaluationState(), Say(f"yes, {nothing}"), dict.fromkeys(range(1, 12), QuestionKind.VERDICT)
        )
        assert outcome.state.answers[1].text == "" or outcome.state.answers[1].verdict is Verdict.TEXT


@every_kind
def test_an_import_takes_no_text_that_shows_nothing(nothing: str) -> None:
    """Not even where an earlier release let it in: a name and a to-do are refused, the rest is left out."""
    taken = nothing.encode("utf-8", "ignore").decode() or "\u200b"
    for table, column in (("contacts", "notes"), ("users", "display_name"), ("answers", "text")):
        assert RULES[table][column](taken) == ""
    for table, column in (("contacts", "name"), ("todos", "text")):
        with pytest.raises((CoachError, ValueError)):
            RULES[table][column](taken)


@given(st.text(st.characters(max_codepoint=127)))
@thorough(100)
def test_a_text_of_the_keyboard_is_as_any_other(text: str) -> None:
    """It takes a shorter way, to the same end."""
    assert visible(text) == visible(f"{text}\u200b")
    assert is_blank(text) == is_blank(f"{text}\u200b")
