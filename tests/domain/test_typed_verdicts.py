"""Typed answers: which of them are a verdict, and what of them is kept."""

import pytest

from bot.domain.conversation import Answered, Say, Skip, advance
from bot.domain.evaluations import Answer, State, Verdict

YES, PARTLY, NO = Verdict.YES, Verdict.PARTLY, Verdict.NO
UNSURE, TEXT = Verdict.UNSURE, Verdict.TEXT


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("yes", Answer(YES)),
        ("Yep!", Answer(YES)),
        ("yes 👍", Answer(YES)),
        ("nope", Answer(NO)),
        ("kind of", Answer(PARTLY)),
        ("Yes and no.", Answer(PARTLY)),
        ("not sure", Answer(UNSURE)),
        ("IDK", Answer(UNSURE)),
        ("I don’t know", Answer(UNSURE)),
        ("No idea", Answer(UNSURE)),
        ("yes, mostly the field work", Answer(YES, "mostly the field work")),
        ("No - too much travel", Answer(NO, "too much travel")),
        ("Partly: statistics yes, license no", Answer(PARTLY, "statistics yes, license no")),
        ("yes\nshe said so", Answer(YES, "she said so")),
        ("Yes (after a year)", Answer(YES, "(after a year)")),
        ("yes I would love to", Answer(YES, "yes I would love to")),
        ("Not sure they would take me", Answer(UNSURE, "Not sure they would take me")),
        ("No one told me", Answer(TEXT, "No one told me")),
        ("no-one told me", Answer(TEXT, "no-one told me")),
        ("Kind of people I like", Answer(TEXT, "Kind of people I like")),
        ("Yesterday she told me", Answer(TEXT, "Yesterday she told me")),
        ("  it depends on the team  ", Answer(TEXT, "it depends on the team")),
        ("👍", Answer(TEXT, "👍")),
    ],
)
def test_a_typed_answer_to_a_verdict_question(typed: str, answer: Answer) -> None:
    outcome = advance(State(), Say(typed))
    assert outcome.event == Answered(1, answer)
    assert (outcome.state.position, outcome.state.answers) == (2, {1: answer})


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Yes, they are kind", Answer(TEXT, "Yes, they are kind")),
        ("No", Answer(TEXT, "No")),
        ("not sure", Answer(UNSURE)),
        ("not sure, slow I think", Answer(TEXT, "not sure, slow I think")),
    ],
)
def test_a_typed_answer_to_an_open_question_is_kept_as_it_is(typed: str, answer: Answer) -> None:
    state = State()
    for _ in range(6):
        state = advance(state, Skip()).state
    assert advance(state, Say(typed)).event == Answered(7, answer)
