"""The agenda scaled to any length, and the choice of questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evaluations.questions import GivenAnswer, Verdict
from bot.domain.interviews.preparation import Candidate, KnownSoFar, choose, coverage, open_questions, scaled

AGENDA = (2, 2, 12, 2, 2)


@pytest.mark.parametrize(
    ("minutes", "shares"),
    [
        (20, (2, 2, 12, 2, 2)),
        (30, (3, 3, 18, 3, 3)),
        (60, (6, 6, 36, 6, 6)),
        (10, (1, 1, 6, 1, 1)),
        (15, (2, 2, 9, 1, 1)),
        (7, (1, 1, 3, 1, 1)),
        (5, (1, 1, 1, 1, 1)),
        (3, (1, 1, 1, 0, 0)),
    ],
)
def test_the_agenda_keeps_its_proportions(minutes: int, shares: tuple[int, ...]) -> None:
    assert scaled(AGENDA, minutes) == shares


@given(st.lists(st.integers(1, 60), min_size=1, max_size=9), st.integers(1, 240))
def test_the_agenda_always_adds_up_and_leaves_nothing_out(parts: list[int], minutes: int) -> None:
    shares = scaled(parts, minutes)
    assert sum(shares) == minutes
    if minutes >= len(parts):
        assert min(shares) >= 1
        exact = [part * minutes / sum(parts) for part in parts]
        assert all(share < max(1, wanted) + len(parts) for share, wanted in zip(shares, exact, strict=True))


def known(complete: bool = True, **verdicts: Verdict | None) -> KnownSoFar:
    return KnownSoFar({int(name[1:]): GivenAnswer(verdict) for name, verdict in verdicts.items()}, complete)


ALL_YES = KnownSoFar({number: GivenAnswer(Verdict.YES) for number in range(1, 12)}, complete=True)


@pytest.mark.parametrize(
    ("evaluations", "left_open"),
    [
        ([], ()),
        ([ALL_YES], ()),
        ([known()], tuple(range(1, 12))),
        (
            [known(q1=Verdict.YES, q2=Verdict.UNSURE, q3=Verdict.SKIPPED, q4=Verdict.NO, q5=None)],
            (2, 3, *range(5, 12)),
        ),
        # A running evaluation has not asked the rest yet.
        ([known(False, q1=Verdict.UNSURE)], (1,)),
        # The newest word counts: a gap that was closed later is closed, one that opened later is open.
        ([ALL_YES, known()], ()),
        ([known(False, q1=Verdict.UNSURE, q2=Verdict.YES), known()], (1, *range(3, 12))),
        ([known(False, q6=Verdict.SKIPPED), ALL_YES], (6,)),
        # A note alone answers nothing.
        ([known(False, q1=None), ALL_YES], ()),
    ],
)
def test_the_newest_word_decides_what_is_open(evaluations: list[KnownSoFar], left_open: tuple[int, ...]) -> None:
    assert open_questions(evaluations, range(1, 12)) == left_open


def test_coverage_counts_answers_and_nothing_else() -> None:
    evaluations = [ALL_YES, known(q1=Verdict.PARTLY, q2=Verdict.UNSURE, q3=Verdict.SKIPPED, q4=None)]
    assert coverage(evaluations) == {1: 2} | dict.fromkeys(range(2, 12), 1)


BANK = (
    Candidate("path", (2,)),
    Candidate("day", (3, 4)),
    Candidate("more of the day", (3, 4)),
    Candidate("pay", (6,)),
)


def test_gaps_come_first_and_say_so_then_what_is_least_covered() -> None:
    chosen = choose([Candidate("range of pay?", (6,))], BANK, {2: 3}, 3)
    assert [question.text for question in chosen] == ["range of pay?", "day", "more of the day"]
    assert [question.from_gap for question in chosen] == [True, False, False]


def test_a_question_is_asked_once_though_a_gap_and_the_bank_have_it() -> None:
    chosen = choose([Candidate("pay", (6,))], BANK, {}, 10)
    assert [question.text for question in chosen] == ["pay", "path", "day", "more of the day"]


feeds = st.lists(st.integers(1, 11), min_size=1, max_size=3, unique=True).map(tuple)
candidates = st.lists(st.builds(Candidate, st.text(max_size=3), feeds), max_size=12, unique_by=lambda q: q.text)


@given(candidates, candidates, st.dictionaries(st.integers(1, 11), st.integers(0, 5)), st.integers(0, 12))
def test_the_choice_is_full_and_free_of_repeats(
    gaps: list[Candidate], bank: list[Candidate], covered: dict[int, int], count: int
) -> None:
    before = dict(covered)
    chosen = choose(gaps, bank, covered, count)
    texts = [question.text for question in chosen]
    assert len(set(texts)) == len(texts) == min(count, len({q.text for q in [*gaps, *bank]}))
    assert texts[: len(gaps)] == [gap.text for gap in gaps][:count]
    assert covered == before
