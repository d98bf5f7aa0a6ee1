"""interviews.toml: agenda, checklist and question bank."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.domain.evaluations.questions import QUESTIONS
from bot.handbook.fields import SOME, Ask, Count, Frozen, Label, Line, Phrase, Source, Template, by_key, unique
from bot.handbook.models.evaluation import Number

AGENDA_MINUTES = 20
"""The length of the interview that the agenda is written for."""


class Category(StrEnum):
    """Groups of the question bank, in the order in which an interview goes through them."""

    PATH = "path"
    DAY = "day"
    SKILLS = "skills"
    PEOPLE = "people"
    REWARDS = "rewards"
    TRENDS = "trends"
    PAY = "pay"
    PREPARATION = "preparation"
    RELATED = "related"
    SEARCH = "search"
    CLOSING = "closing"


class Title(Template):
    """The name of a group."""

    title: Label


class InterviewLimits(Frozen):
    """How many questions belong to one interview."""

    must_ask: Count
    spares: Count
    warn_above: Count


class AgendaPart(Frozen):
    """A part of the interview; `minutes` of 20."""

    minutes: Count
    title: Label
    text: Line
    source: Source


class Check(Frozen):
    """A thing to do on the day before."""

    text: Line
    source: Source


class BankQuestion(Frozen):
    """A question for the interview. `feeds`: the evaluation questions that its answer helps with."""

    text: Annotated[Ask, unique("bank question")]
    category: Category
    feeds: Annotated[tuple[Number, ...], SOME]
    source: Source


class Crowd(Phrase):
    """Knows how many questions are chosen."""

    placeholders = frozenset({"count"})


class InterviewPhrases(Frozen):
    """Lines of the preparation, and of an interview that did not take place."""

    must_ask: Phrase
    spares: Phrase
    from_gaps: Phrase
    too_many: Crowd
    no_reading: Phrase
    missed: Phrase
    missed_words: Phrase


def _fills_the_interview(agenda: tuple[AgendaPart, ...]) -> tuple[AgendaPart, ...]:
    minutes = sum(part.minutes for part in agenda)
    if minutes != AGENDA_MINUTES:
        raise ValueError(f"the minutes add up to {minutes}, and must add up to {AGENDA_MINUTES}")
    return agenda


def _feeds_every_question(bank: tuple[BankQuestion, ...]) -> tuple[BankQuestion, ...]:
    hungry = set(range(1, QUESTIONS + 1)).difference(*(question.feeds for question in bank))
    if hungry:
        raise ValueError(f"nothing feeds evaluation question {min(hungry)}")
    return bank


class InterviewTexts(Frozen):
    """interviews.toml."""

    limits: InterviewLimits
    agenda: Annotated[tuple[AgendaPart, ...], AfterValidator(_fills_the_interview)]
    checklist: Annotated[tuple[Check, ...], Field(alias="check")]
    phrases: InterviewPhrases
    categories: Annotated[Mapping[Category, Title], by_key(Title, dict.fromkeys(Category, ()))]
    bank: Annotated[tuple[BankQuestion, ...], AfterValidator(_feeds_every_question), Field(alias="question")]

    @property
    def closing(self) -> tuple[BankQuestion, ...]:
        """The questions that end an interview."""
        return tuple(question for question in self.bank if question.category is Category.CLOSING)
