"""Typed answers: which of them are a verdict, and what of them is kept."""

import pytest

from bot.domain.evaluations.conversation import Answered, Say, Skip, advance
from bot.domain.evaluations.questions import EvaluationState, GivenAnswer, Verdict

YES, PARTLY, NO = Verdict.YES, Verdict.PARTLY, Verdict.NO
UNSURE, TEXT = Verdict.UNSURE, Verdict.TEXT


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("yes", GivenAnswer(YES)),
        ("Yep!", GivenAnswer(YES)),
        ("yes 👍", GivenAnswer(YES)),
        ("nope", GivenAnswer(NO)),
        ("kind of", GivenAnswer(PARTLY)),
        ("Yes and no.", GivenAnswer(PARTLY)),
        ("not sure", GivenAnswer(UNSURE)),
        ("IDK", GivenAnswer(UNSURE)),
        ("I don’t know", GivenAnswer(UNSURE)),
        ("No idea", GivenAnswer(UNSURE)),
        ("yes, mostly the field work", GivenAnswer(YES, "mostly the field work")),
        ("No - too much travel", GivenAnswer(NO, "too much travel")),
        ("Partly: statistics yes, license no", GivenAnswer(PARTLY, "statistics yes, license no")),
        ("yes\nshe said so", GivenAnswer(YES, "she said so")),
        ("Yes (after a year)", GivenAnswer(YES, "(after a year)")),
        ("yes I would love to", GivenAnswer(YES, "yes I would love to")),
        ("Not sure they would take me", GivenAnswer(UNSURE, "Not sure they would take me")),
        ("No one told me", GivenAnswer(TEXT, "No one told me")),
        ("no-one told me", GivenAnswer(TEXT, "no-one told me")),
        ("Kind of people I like", GivenAnswer(TEXT, "Kind of people I like")),
        ("Yesterday she told me", GivenAnswer(TEXT, "Yesterday she told me")),
        ("  it depends on the team  ", GivenAnswer(TEXT, "it depends on the team")),
        ("👍", GivenAnswer(TEXT, "👍")),
    ],
)
def test_a_typed_answer_to_a_verdict_question(typed: str, answer: GivenAnswer) -> None:
    outcome = advance(EvaluationState(), Say(typed))
    assert outcome.event == Answered(1, answer)
    assert (outcome.state.position, outcome.state.answers) == (2, {1: answer})


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Yes, they are kind", GivenAnswer(TEXT, "Yes, they are kind")),
        ("No", GivenAnswer(TEXT, "No")),
        ("not sure", GivenAnswer(UNSURE)),
        ("not sure, slow I think", GivenAnswer(TEXT, "not sure, slow I think")),
    ],
)
def test_a_typed_answer_to_an_open_question_is_kept_as_it_is(typed: str, answer: GivenAnswer) -> None:
    state = EvaluationState()
    for _ in range(6):
        state = advance(state, Skip()).state
    assert advance(state, Say(typed)).event == Answered(7, answer)
