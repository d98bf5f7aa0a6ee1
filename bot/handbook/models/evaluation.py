"""evaluation.toml: the eleven questions, and what the coach says around them."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from bot.domain.evaluations.questions import QUESTIONS, QuestionKind
from bot.handbook.fields import Ask, Frozen, Label, Line, Phrase, Short, Source, unique

Number: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=QUESTIONS)]
"""An evaluation question, in the order of the handout (Evaluating the Information)."""


class Question(Frozen):
    """One of the eleven questions, and what the coach says around it.

    `source` speaks of `text`, `coach_source` of everything else.
    """

    number: Annotated[Number, unique("question number")]
    text: Ask
    source: Source
    kind: QuestionKind
    short: Label
    hint: Line
    placeholder: Short
    ask_next: Ask
    ask_in_note: Ask
    speaks_for: Label
    speaks_against: Label
    coach_source: Source


def _are_the_eleven(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    if [question.number for question in questions] != list(range(1, QUESTIONS + 1)):
        raise ValueError(f"the numbers must run from 1 to {QUESTIONS}, in order")
    return questions


class TallyText(Phrase):
    """Knows how many questions are answered, and how many are open."""

    placeholders = frozenset({"answered", "open"})


class EvaluationPhrases(Frozen):
    """Lines of the conversation and of the summary."""

    intro: Phrase
    how_verdict: Phrase
    how_open: Phrase
    which: Phrase
    words_needed: Phrase
    paused: Phrase
    resumed: Phrase
    enough: TallyText
    not_enough: TallyText
    none: TallyText
    speaks_for: Phrase
    speaks_against: Phrase
    still_open: Phrase
    after: Phrase


class EvaluationTexts(Frozen):
    """evaluation.toml."""

    questions: Annotated[tuple[Question, ...], AfterValidator(_are_the_eleven), Field(alias="question")]
    phrases: EvaluationPhrases
