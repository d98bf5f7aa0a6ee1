"""contacts.toml: where people come from."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from bot.domain.contacts import Source as FoundIn
from bot.handbook.fields import MENU, SOME, Count, Frozen, Key, Label, Line, Short, Source, Template, by_key, unique


class Goal(Frozen):
    """How many interviews a student sets out to hold on one path."""

    interviews: Count
    text: Line
    source: Source


class Circle(Frozen):
    """People whom a student knows from the same place. Handout, "Who do I interview?": about 200 people."""

    key: Annotated[Key, unique("circle key")]
    title: Label
    prompt: Short
    source: Source


class SourcePlace(Template):
    """What stands beside an answer to "Where did you find them?"."""

    advice: Short


class ContactLine(Frozen):
    """A line for a student without contacts."""

    text: Line
    source: Source


class ContactTexts(Frozen):
    """contacts.toml."""

    goal: Goal
    circles: Annotated[tuple[Circle, ...], SOME, Field(alias="circle", max_length=MENU)]
    places: Annotated[
        Mapping[FoundIn, SourcePlace], by_key(SourcePlace, dict.fromkeys(FoundIn, ())), Field(alias="place")
    ]
    warm_start: Annotated[tuple[ContactLine, ...], SOME]
