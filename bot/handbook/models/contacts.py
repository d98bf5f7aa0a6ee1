"""contacts.toml: where people come from."""

from typing import Annotated

from pydantic import Field

from bot.handbook.shapes import Count, Frozen, Key, Label, Line, Short, Source, unique

MENU = 25
"""Most entries of a Discord menu."""


class Goal(Frozen):
    """How many interviews a student sets out to hold on one path."""

    interviews: Count
    text: Line
    source: Source


class Circle(Frozen):
    """People whom a student knows from the same place. Handout, Who to interview: about 200 people."""

    key: Annotated[Key, unique("circle key")]
    title: Label
    prompt: Short
    source: Source


class Place(Frozen):
    """An answer to "Where did you find them?"."""

    label: Annotated[Label, unique("place label")]
    advice: Short
    source: Source


class ContactLine(Frozen):
    """A line for a student without contacts."""

    text: Line
    source: Source


class Contacts(Frozen):
    """contacts.toml."""

    goal: Goal
    circles: Annotated[tuple[Circle, ...], Field(alias="circle", min_length=1, max_length=MENU)]
    places: Annotated[tuple[Place, ...], Field(alias="place", min_length=1, max_length=MENU)]
    warm_start: Annotated[tuple[ContactLine, ...], Field(min_length=1)]
