"""Preparing an interview: the agenda by minutes, and which questions to bring."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.evaluations.questions import GivenAnswer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question one could ask. `feeds`: the evaluation questions that its answer helps with."""

    text: str
    feeds: tuple[int, ...]
    from_gap: bool = False
    """It asks for what an earlier interview left open."""


def scaled(parts: Sequence[int], minutes: int) -> tuple[int, ...]:
    """The agenda's `parts` for an interview of `minutes`: whole minutes that add up, at least one each.

    With more parts than minutes, the longest parts get one each and the others none.
    """
    if minutes < len(parts):
        longest = sorted(range(len(parts)), key=lambda place: -parts[place])[:minutes]
        return tuple(int(place in longest) for place in range(len(parts)))
    exact = [part * minutes / sum(parts) for part in parts]
    shares = [max(1, int(share)) for share in exact]
    while (rest := minutes - sum(shares)) != 0:
        # The part that is furthest from its share gives or takes a minute; one minute is never taken away.
        step = 1 if rest > 0 else -1
        free = [place for place, share in enumerate(shares) if step > 0 or share > 1]
        place = max(free, key=lambda place: (exact[place] - shares[place]) * step)
        shares[place] += step
    return tuple(shares)


@dataclass(frozen=True, slots=True)
class KnownSoFar:
    """What one evaluation tells; `complete` when nothing more is to come."""

    answers: Mapping[int, GivenAnswer]
    complete: bool


def open_questions(evaluations: Sequence[KnownSoFar], questions: Iterable[int]) -> tuple[int, ...]:
    """The evaluation questions that the newest word leaves open: not sure, skipped, or never answered.

    `evaluations` newest first. A question that a running evaluation has not reached yet is not open.
    """
    return tuple(number for number in questions if _newest_word(evaluations, number) is False)


def _newest_word(evaluations: Sequence[KnownSoFar], number: int) -> bool | None:
    """Whether the newest evaluation that got to `number` has an answer; None when none got there."""
    for known in evaluations:
        answer = known.answers.get(number)
        if answer is not None and answer.verdict is not None:
            return answer.counts
        if known.complete:
            return False
    return None


def coverage(evaluations: Iterable[KnownSoFar]) -> dict[int, int]:
    """In how many evaluations each question has been answered."""
    counts: dict[int, int] = {}
    for known in evaluations:
        for number, answer in known.answers.items():
            counts[number] = counts.get(number, 0) + answer.counts
    return counts


def choose(
    gaps: Sequence[Candidate], bank: Sequence[Candidate], covered: Mapping[int, int], count: int
) -> tuple[Candidate, ...]:
    """Up to `count` different questions: the gaps first, then from the bank what feeds the least covered.

    Each chosen question counts as covering what it feeds, so the next one looks elsewhere. Ties go to the
    bank's order.
    """
    counts = dict(covered)
    chosen: list[Candidate] = []
    for gap in gaps[:count]:
        _take(replace(gap, from_gap=True), chosen, counts)
    left = [question for question in bank if question.text not in {taken.text for taken in chosen}]
    while left and len(chosen) < count:
        best = min(left, key=lambda question: _fed(question, counts))
        left.remove(best)
        _take(best, chosen, counts)
    return tuple(chosen)


def _take(question: Candidate, chosen: list[Candidate], counts: dict[int, int]) -> None:
    chosen.append(question)
    for number in question.feeds:
        counts[number] = counts.get(number, 0) + 1


def _fed(question: Candidate, counts: Mapping[int, int]) -> int:
    """How well the least covered of what it feeds is covered."""
    return min(counts.get(number, 0) for number in question.feeds)
