"""The cards of the handbook and of the commands: how it is done, and with what."""

from collections.abc import Mapping, Sequence

from bot.handbook.models.topics import Topic
from bot.ui.cards.shared import ADD_CONTACT, NEXT, primary
from bot.ui.kit.card import Button, Card, CardState, Option, Select, Text, short

_FINDING = {"what", "why", "who", "people"}
"""Pages after which the next thing to do is to find somebody."""


def topic_page(topic: Topic, topics: Sequence[Topic]) -> Card:
    """One page of the guide, with a menu of the others."""
    return Card(
        title=topic.title,
        blocks=[Text(f"{topic.summary}\n{_lines(topic)}")],
        rows=(_menu(topics, topic), (primary(ADD_CONTACT if topic.key in _FINDING else NEXT),)),
        hint="A career counselor is glad to talk any of this over with you.",
    )


def _lines(topic: Topic) -> str:
    lines: list[str] = []
    for line in topic.lines:
        if line.heading:
            lines.append(f"\n**{line.heading}**")
        lines.append(f"- {line.text}")
    return "\n".join(lines)


def contents(topics: Sequence[Topic], *, looked_for: str = "") -> Card:
    """All pages of the guide; `looked_for` is a page that does not exist."""
    pages = "\n".join(f"**{topic.title}** · {topic.summary}" for topic in topics)
    missing = f"There is no page “{short(looked_for, 60)}”. These are all of them.\n\n" if looked_for else ""
    return Card(title="The guide", blocks=[Text(missing + pages)], rows=(_menu(topics), (primary(NEXT),)))


def _menu(topics: Sequence[Topic], current: Topic | None = None) -> Select:
    others = [topic for topic in topics if topic is not current] or topics
    options = tuple(Option(topic.title, topic.key, topic.summary) for topic in others)
    return Select("home.guide_choose", options, "Read another page" if current else "Read a page")


_STEPS = {
    "Contacts": "Find people",
    "Requests": "Ask for 20 minutes",
    "Interviews": "Meet them",
    "Evaluations": "Think it over",
    "ThankYous": "Say thanks",
    "Todos": "Keep your word",
    "Profile": "About you",
    "MyData": "Your data",
    "Home": "Find your way",
}
"""What each step is called, in the order of the journey, by the name of its cog."""


def commands(by_cog: Mapping[str, Sequence[str]]) -> Card:
    """Every command, by step; a cog that is no step of the journey comes last under its own name."""
    names = [*_STEPS, *(name for name in by_cog if name not in _STEPS)]
    lines = [
        f"**{_STEPS.get(name, name)}** {' · '.join(f'/{command}' for command in by_cog[name])}"
        for name in names
        if by_cog.get(name)
    ]
    return Card(
        title="What I can do",
        blocks=[Text("\n".join(lines))],
        rows=((primary(NEXT), Button("How this works", "home.guide", ("what",))),),
        hint="You need none of them by heart: `/next` always offers what comes now.",
        state=CardState.NEUTRAL,
    )
