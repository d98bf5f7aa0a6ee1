"""The evaluation as a conversation that can stop anywhere and go on after a restart: one pure step.

How it moves:

- Leaving a question leads to the next one in order. Once every question has been left, as in "Change an
  answer", leaving any of them finishes the evaluation again.
- Back keeps every answer. Going forward over an answered question keeps its answer too.
- A choice keeps the words that are already there. A typed answer replaces an earlier answer; a note that
  had no answer yet stays in front of it.
- A note alone answers nothing. It stays with its question and joins whatever answer comes. Its form shows the
  words that are there, so what is sent takes their place.
- Any input but Pause wakes a paused evaluation and is taken. An ignored input changes nothing at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

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
    read_verdict,
)
from bot.domain.text.damage import is_damaged
from bot.domain.text.input import checked_length, checked_text, seen


@dataclass(frozen=True, slots=True)
class Say:
    """A typed message or the "Write an answer" form."""

    text: str


@dataclass(frozen=True, slots=True)
class Choose:
    """One of the answer buttons."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Note:
    """The "Add a note" form: the words beside the answer, as they should read now."""

    text: str


@dataclass(frozen=True, slots=True)
class Back:
    """To the question before."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Onward without an answer, or past one that is there."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop here for now."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on where it stopped."""


@dataclass(frozen=True, slots=True)
class Goto:
    """To a question that was already reached: "Change an answer"."""

    question: int


Input = Say | Choose | Note | Back | Skip | Pause | Resume | Goto


@dataclass(frozen=True, slots=True)
class Answered:
    """`question` was answered or skipped, and the next one is up."""

    question: int
    answer: GivenAnswer


@dataclass(frozen=True, slots=True)
class Noted:
    """The words beside the current question changed; it stays."""

    question: int
    answer: GivenAnswer


@dataclass(frozen=True, slots=True)
class Moved:
    """Another question is up, and no answer changed. `question` is the position that was left."""

    question: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The conversation waits at `question`."""

    question: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The conversation goes on at `question`."""

    question: int


@dataclass(frozen=True, slots=True)
class Finished:
    """`question` was left with `answer`, and no other is to come."""

    question: int
    answer: GivenAnswer


class Reason(StrEnum):
    """Why an input changed nothing."""

    STALE = "stale"
    """It was meant for a question that is no longer the current one."""
    OVER = "over"
    """The evaluation is finished."""
    UNCHANGED = "unchanged"
    """Back at the first question, Pause while paused, Resume while open."""
    NOT_A_CHOICE = "not_a_choice"
    """The current question does not offer this verdict."""
    NOT_REACHED = "not_reached"
    """Goto a question that is still to come."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing changed; the current question should be shown again."""

    reason: Reason


Event = Answered | Noted | Moved | Paused | Resumed | Finished | Ignored


@dataclass(frozen=True, slots=True)
class ConversationOutcome:
    """The state after an input, and what happened."""

    state: EvaluationState
    event: Event


def advance(
    state: EvaluationState,
    given: Input,
    kinds: Mapping[int, QuestionKind] = QUESTION_KINDS,
    *,
    expected: int | None = None,
) -> ConversationOutcome:
    """Apply one input. `expected` is the question that a button or form was shown for.

    Raises BLANK and TOO_LONG for texts; nothing has changed then.
    """
    if expected is not None and expected != state.position:
        return _ignored(state, Reason.STALE)
    if state.status == EvaluationStatus.DONE and not isinstance(given, Goto):
        return _ignored(state, Reason.OVER)
    if isinstance(given, Say | Choose | Note):
        return _take(state, given, kinds[state.position])
    return _move(state, given)


def _take(state: EvaluationState, given: Say | Choose | Note, kind: QuestionKind) -> ConversationOutcome:
    match given:
        case Say(text):
            return _say(state, text, kind)
        case Choose(verdict):
            return _choose(state, verdict, kind)
        case Note(text):
            return _note(state, text)


def _move(state: EvaluationState, given: Back | Skip | Pause | Resume | Goto) -> ConversationOutcome:
    match given:
        case Back():
            return _goto(state, state.position - 1)
        case Skip():
            return _skip(state)
        case Pause():
            return _rest(state, EvaluationStatus.PAUSED, Paused(state.position))
        case Resume():
            return _rest(state, EvaluationStatus.OPEN, Resumed(state.position))
        case Goto(question):
            return _goto(state, question)


def _ignored(state: EvaluationState, reason: Reason) -> ConversationOutcome:
    return ConversationOutcome(state, Ignored(reason))


def _rest(state: EvaluationState, status: EvaluationStatus, event: Paused | Resumed) -> ConversationOutcome:
    if state.status == status:
        return _ignored(state, Reason.UNCHANGED)
    return ConversationOutcome(replace(state, status=status), event)


def _goto(state: EvaluationState, question: int) -> ConversationOutcome:
    if question < 1:
        return _ignored(state, Reason.UNCHANGED)
    if question > QUESTIONS or not all(state.left(earlier) for earlier in range(1, question)):
        return _ignored(state, Reason.NOT_REACHED)
    there = replace(state, position=question, status=EvaluationStatus.OPEN)
    return ConversationOutcome(there, Moved(state.position))


def _skip(state: EvaluationState) -> ConversationOutcome:
    if not state.left(state.position):
        return _answer(state, GivenAnswer(Verdict.SKIPPED, _words(state)))
    after = _onward(state)
    if after.status == EvaluationStatus.DONE:
        return ConversationOutcome(after, Finished(state.position, state.answers[state.position]))
    return ConversationOutcome(after, Moved(state.position))


def _note(state: EvaluationState, text: str) -> ConversationOutcome:
    earlier = state.answers.get(state.position, GivenAnswer(None))
    answer = replace(earlier, text=checked_text(text, "Your note", ANSWER_LIMIT))
    noted = replace(state, answers={**state.answers, state.position: answer}, status=EvaluationStatus.OPEN)
    return ConversationOutcome(noted, Noted(state.position, answer))


def _choose(state: EvaluationState, verdict: Verdict, kind: QuestionKind) -> ConversationOutcome:
    offered = {Verdict.UNSURE} if kind == QuestionKind.OPEN else set(Verdict) - {Verdict.TEXT, Verdict.SKIPPED}
    if verdict not in offered:
        return _ignored(state, Reason.NOT_A_CHOICE)
    return _answer(state, GivenAnswer(verdict, _words(state)))


def _say(state: EvaluationState, text: str, kind: QuestionKind) -> ConversationOutcome:
    words = checked_text(text, "Your answer", ANSWER_LIMIT)
    verdict, rest = read_verdict(words) or (Verdict.TEXT, words)
    if kind == QuestionKind.OPEN and (verdict != Verdict.UNSURE or rest):
        verdict, rest = Verdict.TEXT, words
    if not seen(rest):
        return _answer(state, GivenAnswer(verdict, _words(state)))
    note = "" if state.left(state.position) or is_damaged(_words(state)) else _words(state)
    joined = f"{note}\n{rest}" if note else rest
    return _answer(state, GivenAnswer(verdict, checked_length(joined, "Your answer", ANSWER_LIMIT)))


def _answer(state: EvaluationState, answer: GivenAnswer) -> ConversationOutcome:
    answered = replace(state, answers={**state.answers, state.position: answer})
    after = _onward(answered)
    event = Finished if after.status == EvaluationStatus.DONE else Answered
    return ConversationOutcome(after, event(state.position, answer))


def _onward(state: EvaluationState) -> EvaluationState:
    if state.position == QUESTIONS or all(state.left(question) for question in range(1, FINISHED)):
        return replace(state, position=FINISHED, status=EvaluationStatus.DONE)
    return replace(state, position=state.position + 1, status=EvaluationStatus.OPEN)


def _words(state: EvaluationState) -> str:
    answer = state.answers.get(state.position)
    return "" if answer is None else answer.text
