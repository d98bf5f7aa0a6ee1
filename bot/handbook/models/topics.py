"""topics.toml: what /guide shows."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.handbook.fields import MENU, SOME, Frozen, Key, Label, Line, Short, Source, unique

PAGE = 3_800
"""Most characters of a topic: a Discord message holds 4,000, and the page needs a title and a hint."""


class TopicLine(Frozen):
    """One line of a topic; `heading` stands above it and begins a new group."""

    text: Line
    source: Source
    heading: Label | None = None


class Topic(Frozen):
    """One page of the guide. `source` speaks of its title and summary."""

    key: Annotated[Key, unique("topic key")]
    title: Label
    summary: Short
    source: Source
    lines: Annotated[tuple[TopicLine, ...], SOME, Field(alias="line")]


def _fits_a_page(topic: Topic) -> Topic:
    # Eight characters beside each text: a bullet, two line breaks, and the marks that make a heading bold.
    size = sum(len(line.text) + len(line.heading or "") + 8 for line in topic.lines)
    if size > PAGE:
        raise ValueError(f"the page would be {size} characters long, and {PAGE} fit; make two topics of it")
    return topic


class TopicsFile(Frozen):
    """topics.toml."""

    topic: Annotated[tuple[Annotated[Topic, AfterValidator(_fits_a_page)], ...], SOME, Field(max_length=MENU)]
