"""Cards and forms of the evaluation conversation: the question that is up, those behind it, and the ways in."""

from dataclasses import replace

from bot.domain.evaluations.questions import (
    ANSWER_LIMIT,
    QUESTIONS,
    EvaluationStatus,
    GivenAnswer,
    QuestionKind,
    Verdict,
)
from bot.domain.text.input import clip, one_line
from bot.handbook.models.evaluation import EvaluationTexts, Question
from bot.services.evaluations.views import Busy, EvaluationView
from bot.services.interviews.views import NoInterview, NotMet
from bot.ui.cards.evaluations.summary import VERDICTS, summary
from bot.ui.cards.shared import NEXT, what_happened, who
from bot.ui.kit.card import Button, Card, CardState, Letter, Link, Row, Style, Text, short, when
from bot.ui.kit.form import DESCRIPTION_LIMIT, Form, TextField

FOLDED_LIMIT = 300
"""Characters of an answer that its folded card shows."""
_BUTTON_NAME = 28
"""Characters of a contact's name on a button."""
_WORDS_WORK = "Typing back, skip or pause works too."


def current(evaluation: EvaluationView, texts: EvaluationTexts, lead: str = "") -> Card:
    """Where the conversation stands: its question, under a `lead` line; that it is paused; or what came of it."""
    match evaluation.state.status:
        case EvaluationStatus.OPEN:
            return question(evaluation, texts, lead)
        case EvaluationStatus.PAUSED:
            return paused(evaluation, texts)
        case EvaluationStatus.DONE:
            return summary(evaluation, texts)


def question(evaluation: EvaluationView, texts: EvaluationTexts, lead: str = "") -> Card:
    """The question that is up, with what is known of its answer."""
    asked = _asked(evaluation, texts)
    answer = evaluation.state.answers.get(asked.number)
    if not lead and not evaluation.state.answers:
        lead = texts.phrases.intro.text
    place = f"{who(evaluation.contact_name)} · question {asked.number} of {QUESTIONS} · {_bar(asked.number)}"
    return Card(
        title=asked.text,
        above=f"{lead}\n-# {place}" if lead else place,
        blocks=[Text(line) for line in (asked.hint, _so_far(answer)) if line],
        rows=(_answers(evaluation, asked.kind, answer), _navigation(evaluation, asked.kind)),
        hint=_how(texts, asked, answer),
        state=CardState.ACTIVE,
    )


def _asked(evaluation: EvaluationView, texts: EvaluationTexts) -> Question:
    return texts.questions[evaluation.state.position - 1]


def _bar(number: int) -> str:
    return "▰" * (number - 1) + "▱" * (QUESTIONS + 1 - number)


def _so_far(answer: GivenAnswer | None) -> str:
    if answer is None or (answer.verdict is None and not answer.text):
        return ""
    label = "Your note" if answer.verdict is None else "Your answer so far"
    return f"**{label}** · {said(answer, FOLDED_LIMIT)}"


def _how(texts: EvaluationTexts, asked: Question, answer: GivenAnswer | None) -> str:
    if answer is not None and answer.verdict not in {None, Verdict.SKIPPED}:
        return "A new answer takes the place of this one. Skip keeps it and goes on."
    phrases = texts.phrases
    match asked.kind:
        case QuestionKind.VERDICT:
            how = phrases.how_verdict.text
        case QuestionKind.VERDICT_WHICH:
            how = phrases.which.text
        case QuestionKind.OPEN:
            how = phrases.how_open.text
    return f"{how} {_WORDS_WORK}" if asked.number == 1 or asked.kind == QuestionKind.OPEN else how


def _answers(evaluation: EvaluationView, kind: QuestionKind, answer: GivenAnswer | None) -> Row:
    at = (evaluation.id, evaluation.state.position)
    unsure = Button(VERDICTS[Verdict.UNSURE], "evaluation.choose", (*at, Verdict.UNSURE))
    if kind == QuestionKind.OPEN:
        return (Button("Write an answer", "evaluation.write", at, Style.PRIMARY), unsure)
    chosen = answer.verdict if answer is not None and answer.counts else None
    choices = [Button(VERDICTS[one], "evaluation.choose", (*at, one)) for one in _CHOICES]
    return tuple(
        replace(button, style=Style.PRIMARY) if chosen in {None, one} else button
        for button, one in zip(choices, _CHOICES, strict=True)
    )


_CHOICES = (Verdict.YES, Verdict.PARTLY, Verdict.NO, Verdict.UNSURE)


def _navigation(evaluation: EvaluationView, kind: QuestionKind) -> Row:
    at = (evaluation.id, evaluation.state.position)
    note = () if kind == QuestionKind.OPEN else (Button("Add a note", "evaluation.note", at),)
    return (
        *note,
        Button("Back", "evaluation.back", at, disabled=evaluation.state.position == 1),
        Button("Skip", "evaluation.skip", at),
        Button("Pause", "evaluation.pause", at),
    )


def said(answer: GivenAnswer, limit: int) -> str:
    """An answer in one line: the verdict, then at most `limit` characters of the student's words."""
    label = "" if answer.verdict is None else VERDICTS.get(answer.verdict, "")
    return " · ".join(part for part in (f"**{label}**" if label else "", short(answer.text, limit)) if part)


def folded(evaluation: EvaluationView, texts: EvaluationTexts, number: int, typed: str = "") -> Card:
    """A question that is behind the student, in one quiet line with its answer.

    `typed` is the message that answered it and stands right below: what it says is not said twice.
    """
    answer = evaluation.state.answers[number]
    if one_line(answer.text) in one_line(typed):
        answer = replace(answer, text="")
    cut = len(answer.text) > FOLDED_LIMIT
    line = said(answer, FOLDED_LIMIT)
    return Card(
        title="",
        above=f"Question {number} of {QUESTIONS} · {texts.questions[number - 1].text}",
        blocks=[Text(line)] if line else [],
        hint="All of it is kept, and the summary brings it as a file." if cut else "",
    )


def paused(evaluation: EvaluationView, texts: EvaluationTexts) -> Card:
    """The conversation waits."""
    return Card(
        title=f"Paused at question {evaluation.state.position} of {QUESTIONS}",
        above=who(evaluation.contact_name),
        blocks=[Text(texts.phrases.paused.text)],
        rows=(
            (
                Button("Resume", "evaluation.resume", (evaluation.id,), Style.PRIMARY),
                NEXT,
            ),
        ),
        hint="Come back whenever you like, here or with `/evaluate`.",
        state=CardState.WAITING,
    )


def words_needed(evaluation: EvaluationView, texts: EvaluationTexts) -> Card:
    """A picture, a sticker or a voice message came in place of an answer."""
    asked = _asked(evaluation, texts)
    return Card(
        title=f"Still at question {asked.number} of {QUESTIONS}",
        blocks=[Text(texts.phrases.words_needed.text), Text(f"**{asked.text}**")],
        state=CardState.WAITING,
    )


def not_kept(words: str) -> Card:
    """A form came in for a question that is not up any more; what was typed goes back to the student."""
    return Card(
        title="That question has moved on",
        blocks=[Text("Nothing was changed. Here is **what you typed**, so that it is not lost:"), _letter(words)],
        hint="To use it for an answered question, go there with Back, or with Change an answer at the end.",
        state=CardState.WAITING,
    )


def _letter(words: str) -> Letter:
    return Letter(words, "what-you-typed.txt")


def note_form(evaluation: EvaluationView, texts: EvaluationTexts) -> Form:
    """The words beside an answer."""
    return _form(evaluation, texts, "Add a note", "evaluation.noted", "Your note")


def answer_form(evaluation: EvaluationView, texts: EvaluationTexts) -> Form:
    """The answer to an open question."""
    return _form(evaluation, texts, "Write an answer", "evaluation.written", "Your answer")


def _form(evaluation: EvaluationView, texts: EvaluationTexts, title: str, action: str, label: str) -> Form:
    asked = _asked(evaluation, texts)
    answer = evaluation.state.answers.get(asked.number, GivenAnswer(None))
    field = TextField(
        "words",
        label,
        answer.text,
        asked.placeholder,
        clip(asked.text, DESCRIPTION_LIMIT),
        long=True,
        required=True,
        limit=ANSWER_LIMIT,
    )
    return Form(title, action, [field], (evaluation.id, asked.number))


def in_dm(evaluation: EvaluationView, url: str) -> Card:
    """The question went to the DM; the command was used elsewhere."""
    first = evaluation.state.position == 1
    what = "the first question" if first else f"question {evaluation.state.position}"
    return Card(
        title=f"I sent you {what} in our DM",
        blocks=[Text(f"There it stays between us. It is about your meeting with {who(evaluation.contact_name)}.")],
        rows=((Link("Open our DM", url),),),
        state=CardState.ACTIVE,
    )


def closed(evaluation: EvaluationView) -> Card:
    """Discord does not let the bot write to the student."""
    return Card(
        title="I cannot write to you yet",
        blocks=[
            Text("The questions come as direct messages, and yours are closed to me."),
            Text(
                "Open this server's menu, choose **Privacy Settings**, and turn on **Direct Messages**. "
                "Then come back and press Try again."
            ),
        ],
        rows=((Button("Try again", "evaluation.start", (evaluation.interview_id,), Style.PRIMARY),),),
        hint=f"Nothing is lost: we go on at question {evaluation.state.position} of {QUESTIONS}.",
        state=CardState.WAITING,
    )


def busy(view: Busy) -> Card:
    """Another evaluation is open; the student chooses."""
    evaluation = view.evaluation
    one, other = _button_name(evaluation.contact_name), _button_name(view.contact_name)
    return Card(
        title=f"You are at question {evaluation.state.position} of {QUESTIONS}"
        f" about {who(evaluation.contact_name)}",
        blocks=[Text("One at a time, so that each answer lands where it belongs. No answer is lost either way.")],
        rows=(
            (
                Button(f"Go on with {one}", "evaluation.resume", (evaluation.id,), Style.PRIMARY),
                Button(f"Pause it and start {other}", "evaluation.switch", (view.interview_id,)),
            ),
        ),
        state=CardState.WAITING,
    )


def not_met(view: NotMet) -> Card:
    """The interview is booked, and nobody has said that it happened."""
    interview = view.interview
    name = who(interview.contact_name)
    if not interview.begun:
        return Card(
            title=f"Your meeting with {name} is still to come",
            blocks=[Text(when(interview.starts_at)), Text("The eleven questions are for right after it.")],
            rows=((Button("Open prep", "interview.prep", (interview.id,), Style.PRIMARY),),),
            hint="Met earlier than planned? `/interview happened` takes the time it ended.",
        )
    return Card(
        title=f"Did your meeting with {name} happen?",
        blocks=[Text(f"It was booked for {when(interview.starts_at)}.")],
        rows=(what_happened(interview.id),),
        hint="When it has happened, the eleven questions are next.",
        state=CardState.WAITING,
    )


def no_interview(view: NoInterview) -> Card:
    """There is nothing to evaluate yet."""
    name = who(view.contact_name)
    return Card(
        title=f"No meeting with {name} yet",
        blocks=[Text(f"The eleven questions are about a meeting, and I know of none with {name}. Have you met?")],
        rows=(
            (
                Button("We have met", "interview.happened_now", (view.contact_id,), Style.PRIMARY),
                Button("Book a meeting", "interview.book", (view.contact_id,)),
            ),
        ),
        hint="“We have met” means just now. For an earlier time, use `/interview happened`.",
        state=CardState.WAITING,
    )


def _button_name(name: str) -> str:
    """A name for a label, where nothing needs escaping."""
    return clip(one_line(name), _BUTTON_NAME)
