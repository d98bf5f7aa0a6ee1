"""What a note starts from: the telling parts of an evaluation, and to-dos that are done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evaluations.questions import GivenAnswer, Verdict
from bot.domain.thank_yous.prefill import done, learned, next_step, without, worth_naming

ANSWERS = st.dictionaries(
    st.integers(1, 11),
    st.builds(GivenAnswer, st.one_of(st.none(), st.sampled_from(Verdict)), st.text(max_size=400)),
)


def test_what_the_contact_gave_comes_first_and_what_is_about_the_student_stays_out() -> None:
    said = {number: GivenAnswer(Verdict.YES, f"answer {number}.") for number in range(1, 12)}
    assert worth_naming(said) == tuple(f"answer {number}" for number in (7, 9, 5, 3, 4, 8, 1))


@pytest.mark.parametrize("verdict", [Verdict.NO, Verdict.UNSURE, Verdict.SKIPPED, None])
def test_bad_news_and_gaps_are_not_named(verdict: Verdict | None) -> None:
    assert worth_naming({9: GivenAnswer(verdict, "too much travel")}) == ()


@pytest.mark.parametrize("verdict", [Verdict.YES, Verdict.PARTLY, Verdict.TEXT])
def test_good_news_is(verdict: Verdict) -> None:
    assert worth_naming({9: GivenAnswer(verdict, " storms\ndecide ")}) == ("storms decide",)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("storms", "storms"),
        ("storms.\n Ships.", "storms. Ships"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_one_thing_is_offered_and_short(text: str, offered: str) -> None:
    assert learned({5: GivenAnswer(Verdict.TEXT, text), 8: GivenAnswer(Verdict.YES, "nice people")}) == offered


@given(ANSWERS)
def test_what_is_offered_is_short_and_the_students_own(answers: dict[int, GivenAnswer]) -> None:
    offered = learned(answers)
    assert len(offered) <= 300
    assert bool(offered) == bool(worth_naming(answers))


def test_the_next_step_is_the_first_open_to_do_until_it_is_ticked() -> None:
    assert next_step([]) == ""
    assert next_step(["Read the report.", "Write"]) == "Read the report"
    assert without("Read the report", ["read the Report."]) == ""
    assert without("Read the report and write", ["Read the report"]) == "Read the report and write"
    assert without("Read", []) == "Read"


def test_what_is_done_is_told_in_whole_to_dos_as_many_as_fit() -> None:
    assert done([]) == ""
    assert done(["Email Priya.", "Join AFS"]) == "Email Priya; Join AFS"
    half = "x" * 499
    assert done([half, half]) == f"{half}; {half}"
    assert done([half, f"{half}x", "Write"]) == half
    assert done([half, half, "Write"]) == f"{half}; {half}"
