"""The evaluation of one interview: the handout's eleven questions, how an answer is read, what all add up to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

QUESTIONS = 11
FINISHED = QUESTIONS + 1
"""The position behind the last question."""
MAJORITY = 6
"""Handout, Evaluating the Information: the ability to answer a majority of these questions helps."""
ANSWER_LIMIT = 4000
"""Characters of one answer, its notes included."""


class Verdict(StrEnum):
    """What an answer comes to."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNSURE = "unsure"
    """"Not sure": a gap, worth asking about next time."""
    TEXT = "text"
    """Own words."""
    SKIPPED = "skipped"


ANSWERING = frozenset({Verdict.YES, Verdict.PARTLY, Verdict.NO, Verdict.TEXT})
"""The verdicts that answer a question."""


class QuestionKind(StrEnum):
    """What a question asks for."""

    VERDICT = "verdict"
    VERDICT_WHICH = "verdict_which"
    """A verdict, and which ones: the ideas, the salary ranges."""
    OPEN = "open"


QUESTION_KINDS: Mapping[int, QuestionKind] = {
    number: QuestionKind.OPEN
    if number in {7, 9, 10, 11}
    else QuestionKind.VERDICT_WHICH
    if number in {5, 6}
    else QuestionKind.VERDICT
    for number in range(1, FINISHED)
}
_ABOUT_KNOWLEDGE = frozenset({3, 5, 6})
"""Questions about what the student now knows, not about what they would like: a No leaves them open."""


class EvaluationStatus(StrEnum):
    """Where the conversation stands."""

    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What is known about one question. No verdict yet means that there is only a note."""

    verdict: Verdict | None
    text: str = ""

    @property
    def counts(self) -> bool:
        """Whether the question is answered: Yes, Partly, No or the student's own words."""
        return self.verdict in ANSWERING


@dataclass(frozen=True, slots=True)
class EvaluationState:
    """One evaluation: the question it stands at (1..11, or FINISHED) and the answers so far."""

    position: int = 1
    answers: Mapping[int, GivenAnswer] = field(default_factory=dict)
    status: EvaluationStatus = EvaluationStatus.OPEN

    def __post_init__(self) -> None:
        if not 1 <= self.position <= FINISHED or (self.position == FINISHED) != (self.status == "done"):
            raise ValueError(f"no evaluation stands at {self.position} and is {self.status}")

    def left(self, question: int) -> bool:
        """Whether the student has answered or skipped `question`."""
        answer = self.answers.get(question)
        return answer is not None and answer.verdict is not None


def answered_count(state: EvaluationState) -> int:
    """How many questions are answered; "Not sure" and skipped ones are not."""
    return sum(answer.counts for answer in state.answers.values())


def gaps(state: EvaluationState) -> tuple[int, ...]:
    """The questions without an answer: not sure, skipped, or not yet asked."""
    return tuple(
        number for number in range(1, FINISHED) if number not in state.answers or not state.answers[number].counts
    )


def has_majority(count: int) -> bool:
    """Whether most questions are answered. Handout, Evaluating the Information."""
    return count >= MAJORITY


@dataclass(frozen=True, slots=True)
class Tally:
    """What the answers say about this path; every question is in exactly one of the four."""

    speaks_for: tuple[int, ...]
    speaks_against: tuple[int, ...]
    still_open: tuple[int, ...]
    in_words: tuple[int, ...]
    """Answered in the student's own words, which nobody weighs for them."""


@dataclass(frozen=True, slots=True)
class Results:
    """What the answers add up to so far. Handout, Evaluating the Information."""

    answered: int
    is_enough: bool
    """Most questions are answered."""
    gaps: tuple[int, ...]
    """The questions without an answer."""
    sides: Tally


def results(state: EvaluationState, kinds: Mapping[int, QuestionKind] = QUESTION_KINDS) -> Results:
    """Add the answers up; `kinds` says what each question asks for."""
    answered = answered_count(state)
    return Results(answered, has_majority(answered), gaps(state), tally(state, kinds))


def tally(state: EvaluationState, kinds: Mapping[int, QuestionKind] = QUESTION_KINDS) -> Tally:
    """Sort the questions. Partly speaks for a path, but leaves open what the student wanted to know."""
    sides: dict[str, list[int]] = {side: [] for side in Tally.__slots__}
    for number in range(1, FINISHED):
        answer = state.answers.get(number)
        side = _side(number, answer, kinds[number]) if answer is not None and answer.counts else "still_open"
        sides[side].append(number)
    return Tally(**{side: tuple(numbers) for side, numbers in sides.items()})


def _side(question: int, answer: GivenAnswer, kind: QuestionKind) -> str:
    if answer.verdict == Verdict.TEXT:
        return "speaks_for" if kind == QuestionKind.VERDICT_WHICH else "in_words"  # it names which ones
    if answer.verdict == Verdict.YES:
        return "speaks_for"
    if question in _ABOUT_KNOWLEDGE:
        return "still_open"
    return "speaks_for" if answer.verdict == Verdict.PARTLY else "speaks_against"


_PHRASES = {
    Verdict.YES: "yes|yeah|yep|yup|yea|ya|y|sure|definitely|absolutely|of course|for sure|i think so|i do|i would",
    Verdict.PARTLY: (
        "partly|partially|in part|kind of|kinda|sort of|somewhat|mostly|a bit|a little|more or less|"
        "yes and no|so-so|half and half"
    ),
    Verdict.NO: "no|nope|nah|n|not really|not at all|no way|i don't think so|i don't|i wouldn't",
    Verdict.UNSURE: (
        "not sure|not sure yet|i'm not sure|im not sure|i am not sure|unsure|idk|dunno|i don't know|don't know|"
        "dont know|i dont know|no idea|no clue|hard to say|maybe|perhaps|can't say"
    ),
}
_OPENS_A_SENTENCE = re.compile(
    r"(?P<yes>(?:yes|yeah|yep|yup) (?!and no\b))|(?P<partly>partly )|"
    r"(?P<unsure>(?:i'm |i am )?not sure |i don'?t know )|"
    r"(?P<no>(?:no|nope) (?:i|i'd|i'm|it|not|but|because|she|he|they)\b)"
)
"""Openings that settle the verdict even without a comma. A bare "no" does not: "No one said a word"."""

_VERDICT_OF = {phrase: verdict for verdict, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_LONGEST_FIRST = "|".join(re.escape(phrase) for phrase in sorted(_VERDICT_OF, key=len, reverse=True))
_ALONE = re.compile(rf"\W*({_LONGEST_FIRST})\W*")
_WITH_REST = re.compile(rf"({_LONGEST_FIRST})(?: *(?:[,;:!…—–]|[.-]+(?=\s)|\n)\s*|\s*(?=\())(?=.*\w)", re.DOTALL)


def read_verdict(text: str) -> tuple[Verdict, str] | None:
    """The verdict that `text` clearly gives, and what it says beyond that; or None.

    "Yes, mostly field work" is YES and "mostly field work". Where no mark sets the verdict apart, the
    whole text stays, so that "Not sure they would take me" keeps its meaning.
    """
    plain = text.lower().replace("’", "'")
    if alone := _ALONE.fullmatch(plain):
        return _VERDICT_OF[alone[1]], ""
    if marked := _WITH_REST.match(plain):
        return _VERDICT_OF[marked[1]], text[marked.end() :].strip()
    if opening := _OPENS_A_SENTENCE.match(plain):
        return Verdict(str(opening.lastgroup)), text
    return None
