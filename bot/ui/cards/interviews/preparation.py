"""The preparation card, and the whole sheet as a file."""

from collections.abc import Iterator, Sequence

from bot.domain.interviews.preparation import Candidate
from bot.domain.times.wall_clock import in_full
from bot.handbook.models import Handbook
from bot.handbook.models.interviews import InterviewPhrases
from bot.services.preparation import Preparation
from bot.ui.cards.interviews.calendar_file import MODE_WORDS
from bot.ui.cards.shared import who
from bot.ui.kit.card import Button, Card, CardState, Divider, Style, Text, bare, fact, plain, text_file, when
from bot.ui.kit.filenames import filename


def preparation(sheet: Preparation, handbook: Handbook) -> Card:
    """The questions that matter most and the agenda; everything else is in the sheet."""
    phrases = handbook.interviews.phrases
    return Card(
        title=f"Prepare for {who(sheet.contact_name)}",
        blocks=[
            Text(_interview(sheet)),
            Divider(),
            Text("\n".join([f"**{phrases.must_ask.text}**", *_numbered(sheet.must_ask, phrases)])),
            Divider(),
            Text(f"{fact('Agenda', _agenda(sheet))}\n{fact('In the sheet', _contents(sheet))}"),
        ],
        rows=(_buttons(sheet),),
        hint=phrases.no_reading.text,
        state=CardState.ACTIVE,
        files=[text_file(filename("prepare", sheet.contact_name), _sheet(sheet, phrases))],
    )


def _buttons(sheet: Preparation) -> tuple[Button, ...]:
    if sheet.interview is None:
        return (Button("Book a meeting", "interview.book", (sheet.contact_id,), Style.PRIMARY),)
    return (
        Button("Open the meeting", "interview.show", (sheet.interview.id,), Style.PRIMARY),
        Button("Open contact", "contact.show", (sheet.contact_id,)),
    )


def _interview(sheet: Preparation) -> str:
    if sheet.interview is None:
        return f"No meeting is booked yet, so this is for the usual {sheet.minutes} minutes."
    return f"{when(sheet.interview.starts_at)}\n{_how(sheet)}"


def _how(sheet: Preparation) -> str:
    mode = f", {MODE_WORDS[sheet.interview.mode]}" if sheet.interview and sheet.interview.mode else ""
    return f"{sheet.minutes} minutes{mode}"


def _numbered(questions: Sequence[Candidate], phrases: InterviewPhrases) -> Iterator[str]:
    """The list; what earlier interviews left open comes first, and says so."""
    if questions and questions[0].from_gap:
        yield f"-# {phrases.from_gaps.text}"
    for number, question in enumerate(questions, 1):
        yield f"{number}. {plain(question.text)}"


def _agenda(sheet: Preparation) -> str:
    return " · ".join(f"{item.title} {item.minutes} min" for item in sheet.agenda)


def _contents(sheet: Preparation) -> str:
    return (
        f"{len(sheet.spares)} spare questions, {len(sheet.closing)} for the close, "
        f"{len(sheet.checklist)} things for the day before"
    )


def _sheet(sheet: Preparation, phrases: InterviewPhrases) -> str:
    """Everything on one page, to print or to keep in a notebook."""
    sections = [
        ("", [f"Meeting with {bare(sheet.contact_name)}", *_place_and_time(sheet)]),
        (f"Agenda ({sheet.minutes} minutes)", _agenda_lines(sheet)),
        (phrases.must_ask.text, _asked(sheet.must_ask, phrases)),
        (phrases.spares.text, _asked(sheet.spares, phrases)),
        ("Before you go", [f"- {text}" for text in sheet.closing]),
        ("The day before", [f"[ ] {text}" for text in sheet.checklist]),
        ("", [phrases.no_reading.text]),
    ]
    return "\n\n".join("\n".join([*([title.upper()] if title else []), *lines]) for title, lines in sections) + "\n"


def _place_and_time(sheet: Preparation) -> list[str]:
    if sheet.interview is None:
        return ["Not booked yet"]
    moment = sheet.interview.starts_at.astimezone(sheet.zone)
    place = bare(sheet.interview.place)
    return [f"{in_full(moment)} ({moment.tzname()}), {_how(sheet)}", *([place] if place else [])]


def _agenda_lines(sheet: Preparation) -> list[str]:
    lines, start = [], 0
    for item in sheet.agenda:
        lines.append(f"{start:>3} to {start + item.minutes:<3} {item.title}: {item.text}")
        start += item.minutes
    return lines


def _asked(questions: Sequence[Candidate], phrases: InterviewPhrases) -> list[str]:
    return [
        f"{number}. {question.text}{f' ({phrases.from_gaps.text})' if question.from_gap else ''}"
        for number, question in enumerate(questions, 1)
    ]
