"""The evaluation conversation: every input at every place, and what the answers add up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.conversation import (
    Answered,
    Back,
    Choose,
    Event,
    Finished,
    Goto,
    Ignored,
    Input,
    Moved,
    Note,
    Noted,
    Pause,
    Paused,
    Reason,
    Resume,
    Resumed,
    Say,
    Skip,
    advance,
)
from bot.domain.evaluations.questions import (
    ANSWER_LIMIT,
    FINISHED,
    QUESTION_KINDS,
    QUESTIONS,
    EvaluationState,
    EvaluationStatus,
    GivenAnswer,
    QuestionKind,
    Verdict,
    answered_count,
    gaps,
    has_majority,
    tally,
)

YES, PARTLY, NO = Verdict.YES, Verdict.PARTLY, Verdict.NO
UNSURE, TEXT, SKIPPED = Verdict.UNSURE, Verdict.TEXT, Verdict.SKIPPED


def play(*inputs: Input, state: EvaluationState | None = None) -> tuple[EvaluationState, Event | None]:
    """The state and the last event after some inputs."""
    state, event = state or EvaluationState(), None
    for one in inputs:
        outcome = advance(state, one)
        state, event = outcome.state, outcome.event
    return state, event


def finished() -> EvaluationState:
    return play(*[Say("words")] * QUESTIONS)[0]


def test_the_kinds_are_the_handouts() -> None:
    by_kind = {kind: [n for n, k in QUESTION_KINDS.items() if k == kind] for kind in QuestionKind}
    assert by_kind == {
        QuestionKind.VERDICT: [1, 2, 3, 4, 8],
        QuestionKind.VERDICT_WHICH: [5, 6],
        QuestionKind.OPEN: [7, 9, 10, 11],
    }


@pytest.mark.parametrize("verdict", [YES, PARTLY, NO, TEXT, SKIPPED])
def test_an_open_question_offers_only_not_sure(verdict: Verdict) -> None:
    at_seven, _ = play(*[Skip()] * 6)
    assert advance(at_seven, Choose(verdict)).event == Ignored(Reason.NOT_A_CHOICE)
    assert advance(at_seven, Choose(UNSURE)).event == Answered(7, GivenAnswer(UNSURE))


@pytest.mark.parametrize("verdict", [TEXT, SKIPPED])
def test_a_button_never_carries_text_or_skipped(verdict: Verdict) -> None:
    assert play(Choose(verdict)) == (EvaluationState(), Ignored(Reason.NOT_A_CHOICE))


@pytest.mark.parametrize("entry", [Say, Note])
def test_blank_and_over_long_texts_are_refused(entry: type[Say | Note]) -> None:
    with pytest.raises(CoachError) as blank:
        advance(EvaluationState(), entry(" \n "))
    with pytest.raises(CoachError) as long:
        advance(EvaluationState(), entry("x" * (ANSWER_LIMIT + 1)))
    assert (blank.value.code, long.value.code) == (Code.BLANK, Code.TOO_LONG)
    assert long.value.params["length"] == ANSWER_LIMIT + 1
    assert play(entry("x" * ANSWER_LIMIT))[0].answers[1].text == "x" * ANSWER_LIMIT


def test_an_answer_that_would_overflow_with_its_note_is_refused() -> None:
    noted, _ = play(Note("x" * ANSWER_LIMIT))
    with pytest.raises(CoachError) as caught:
        advance(noted, Say("y more"))
    assert caught.value.code == Code.TOO_LONG
    assert caught.value.params["field"] == "Your answer"


@pytest.mark.parametrize(("entry", "field"), [(Say(" "), "Your answer"), (Note(" "), "Your note")])
def test_an_empty_line_is_refused_by_name(entry: Say | Note, field: str) -> None:
    with pytest.raises(CoachError) as caught:
        advance(EvaluationState(), entry)
    assert (caught.value.code, caught.value.params) == (Code.BLANK, {"field": field})


def test_a_note_goes_on_with_an_evaluation_that_was_paused() -> None:
    paused, _ = play(Choose(YES), Pause())
    assert play(Note("the boats"), state=paused)[0].status is EvaluationStatus.OPEN


def test_a_note_is_edited_not_piled_up() -> None:
    assert play(Note("feild weeks"), Note("field weeks"))[1] == Noted(1, GivenAnswer(None, "field weeks"))


def test_a_note_alone_answers_nothing_and_joins_the_answer() -> None:
    state, event = play(Note("field weeks yes"))
    assert event == Noted(1, GivenAnswer(None, "field weeks yes"))
    assert (state.position, answered_count(state)) == (1, 0)
    assert play(Choose(PARTLY), state=state)[0].answers[1] == GivenAnswer(PARTLY, "field weeks yes")
    assert play(Say("grants not yet"), state=state)[0].answers[1] == GivenAnswer(
        TEXT, "field weeks yes\ngrants not yet"
    )
    assert play(Skip(), state=state)[0].answers[1] == GivenAnswer(SKIPPED, "field weeks yes")


def test_a_note_to_an_answer_keeps_its_verdict() -> None:
    state, event = play(Say("yes, the boats"), Back(), Note("the boats and the people"))
    assert event == Noted(1, GivenAnswer(YES, "the boats and the people"))
    assert state.position == 1


def test_a_new_choice_keeps_the_words_and_a_new_text_replaces_them() -> None:
    back, _ = play(Say("yes, the boats"), Back())
    assert play(Choose(NO), state=back)[0].answers[1] == GivenAnswer(NO, "the boats")
    assert play(Say("nope"), state=back)[0].answers[1] == GivenAnswer(NO, "the boats")
    assert play(Say("no, the cold"), state=back)[0].answers[1] == GivenAnswer(NO, "the cold")


def test_back_keeps_later_answers_and_stops_at_the_first_question() -> None:
    state, event = play(Choose(YES), Choose(NO), Back(), Back())
    assert event == Moved(2)
    assert (state.position, state.answers) == (1, {1: GivenAnswer(YES), 2: GivenAnswer(NO)})
    assert play(Back(), state=state) == (state, Ignored(Reason.UNCHANGED))


def test_going_forward_again_passes_the_questions_in_order() -> None:
    state, event = play(Choose(YES), Choose(NO), Choose(NO), Back(), Back(), Choose(PARTLY))
    assert (state.position, event) == (3, Answered(2, GivenAnswer(PARTLY)))
    state, event = play(Skip(), state=state)
    assert (state.position, event, state.answers[3]) == (4, Moved(3), GivenAnswer(NO))


def test_skipping_is_noted_only_where_there_is_no_answer() -> None:
    assert play(Skip())[1] == Answered(1, GivenAnswer(SKIPPED))
    assert play(Skip(), Back(), Skip())[1] == Moved(1)


def test_pause_and_resume() -> None:
    paused, event = play(Choose(YES), Pause())
    assert (paused.status, event) == (EvaluationStatus.PAUSED, Paused(2))
    assert play(Pause(), state=paused) == (paused, Ignored(Reason.UNCHANGED))
    resumed, event = play(Resume(), state=paused)
    assert (resumed.status, resumed.position, event) == (EvaluationStatus.OPEN, 2, Resumed(2))
    assert play(Resume(), state=resumed)[1] == Ignored(Reason.UNCHANGED)


@pytest.mark.parametrize("entry", [Say("yes"), Choose(YES), Note("hm"), Back(), Skip(), Goto(1)])
def test_any_other_input_wakes_a_paused_evaluation_and_is_taken(entry: Input) -> None:
    awake, _ = play(Choose(NO))
    paused, _ = play(Pause(), state=awake)
    assert advance(paused, entry) == advance(awake, entry)


def test_leaving_the_last_question_finishes() -> None:
    state, event = play(*[Skip()] * 10, Say("patience"))
    assert event == Finished(11, GivenAnswer(TEXT, "patience"))
    assert (state.position, state.status) == (FINISHED, EvaluationStatus.DONE)


@pytest.mark.parametrize("entry", [Say("yes"), Choose(YES), Note("hm"), Back(), Skip(), Pause(), Resume()])
def test_a_finished_evaluation_takes_only_a_change(entry: Input) -> None:
    assert advance(finished(), entry).event == Ignored(Reason.OVER)


def test_changing_an_answer_returns_to_the_end() -> None:
    state, event = play(Goto(3), state=finished())
    assert (state.position, state.status, event) == (3, EvaluationStatus.OPEN, Moved(FINISHED))
    state, event = play(Pause(), Resume(), Choose(NO), state=state)
    assert (state.position, event) == (FINISHED, Finished(3, GivenAnswer(NO, "words")))
    assert play(Goto(3), Skip(), state=state) == (state, Finished(3, GivenAnswer(NO, "words")))


@pytest.mark.parametrize("question", [3, FINISHED, 99])
def test_a_question_that_was_not_reached_cannot_be_jumped_to(question: int) -> None:
    state, _ = play(Choose(YES))
    assert play(Goto(question), state=state) == (state, Ignored(Reason.NOT_REACHED))
    assert play(Goto(0), state=state) == (state, Ignored(Reason.UNCHANGED))


def test_a_button_of_an_earlier_question_is_stale() -> None:
    state, _ = play(Choose(YES), Choose(YES))
    assert advance(state, Choose(NO), expected=2) == advance(state, Back(), expected=1)
    assert advance(state, Choose(NO), expected=2).event == Ignored(Reason.STALE)
    assert advance(state, Choose(NO), expected=3).event == Answered(3, GivenAnswer(NO))
    assert advance(finished(), Choose(NO), expected=11).event == Ignored(Reason.STALE)


def test_a_double_press_has_the_effect_of_one() -> None:
    once = advance(EvaluationState(), Choose(YES), expected=1).state
    assert advance(once, Choose(YES), expected=1).state == once


@pytest.mark.parametrize(
    ("position", "status"), [(0, "open"), (13, "open"), (FINISHED, "open"), (FINISHED, "paused"), (3, "done")]
)
def test_impossible_states_cannot_be_built(position: int, status: str) -> None:
    with pytest.raises(ValueError, match="no evaluation"):
        EvaluationState(position, {}, EvaluationStatus(status))


@pytest.mark.parametrize(("count", "most"), [(0, False), (5, False), (6, True), (11, True)])
def test_a_majority_is_six_of_eleven(count: int, most: bool) -> None:
    assert has_majority(count) is most


def test_gaps_are_not_sure_skipped_noted_and_missing() -> None:
    state, _ = play(Choose(YES), Choose(UNSURE), Skip(), Choose(NO), Say("museums"), Note("ask again"))
    assert gaps(state) == (2, 3, 6, 7, 8, 9, 10, 11)
    assert answered_count(state) == 3


@pytest.mark.parametrize(
    ("question", "verdict", "side"),
    [
        (1, YES, "speaks_for"),
        (1, PARTLY, "speaks_for"),
        (2, NO, "speaks_against"),
        (2, UNSURE, "still_open"),
        (2, SKIPPED, "still_open"),
        (2, None, "still_open"),
        (4, TEXT, "in_words"),
        (3, YES, "speaks_for"),
        (3, PARTLY, "still_open"),
        (3, NO, "still_open"),
        (5, TEXT, "speaks_for"),
        (6, NO, "still_open"),
        (8, NO, "speaks_against"),
        (7, TEXT, "in_words"),
        (7, UNSURE, "still_open"),
    ],
)
def test_what_an_answer_says(question: int, verdict: Verdict | None, side: str) -> None:
    assert question in getattr(tally(EvaluationState(1, {question: GivenAnswer(verdict, "words")})), side)


texts = st.sampled_from(["yes", "no, cold", "idk", "it depends", "a note"])
inputs = st.one_of(
    st.builds(Say, texts),
    st.builds(Choose, st.sampled_from(Verdict)),
    st.builds(Note, texts),
    st.sampled_from([Back(), Skip(), Pause(), Resume()]),
    st.builds(Goto, st.integers(0, 13)),
)
scripts = st.lists(st.tuples(inputs, st.none() | st.integers(1, 12)), max_size=60)


@given(scripts)
def test_whatever_a_student_does(script: list[tuple[Input, int | None]]) -> None:
    state = EvaluationState()
    for entry, expected in script:
        before = state
        state, event = (outcome := advance(before, entry, expected=expected)).state, outcome.event
        assert (state.status == EvaluationStatus.DONE) == (state.position == FINISHED)
        assert before.answers.keys() <= state.answers.keys()
        if isinstance(event, Ignored):
            assert state == before
        if isinstance(entry, Back | Pause | Resume | Goto):
            assert state.answers == before.answers
        for question, answer in before.answers.items():
            changed = state.answers[question] != answer
            assert not changed or question == before.position
            if isinstance(entry, Skip | Choose):
                assert state.answers[question].text.startswith(answer.text)
        if isinstance(entry, Skip) and state.left(before.position) and before.left(before.position):
            assert state.answers == before.answers
        four = tally(state)
        sorted_out = four.speaks_for + four.speaks_against + four.still_open + four.in_words
        assert sorted(sorted_out) == list(range(1, FINISHED))
        assert set(gaps(state)) <= set(four.still_open)
        assert answered_count(state) + len(gaps(state)) == QUESTIONS


@given(scripts)
def test_the_end_is_always_in_reach(script: list[tuple[Input, int | None]]) -> None:
    state, _ = play(*[entry for entry, _ in script])
    if state.status != EvaluationStatus.DONE:
        state, event = play(*[Skip()] * (FINISHED - state.position), state=state)
        assert event == Ignored(Reason.OVER) or isinstance(event, Finished)
    assert state.status == EvaluationStatus.DONE
