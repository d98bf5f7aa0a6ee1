"""Cards of a finished evaluation: what the answers add up to, what to ask next time, which answer to change."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.evaluations.questions import (
    QUESTIONS,
    EvaluationStatus,
    GivenAnswer,
    QuestionKind,
    Verdict,
)
from bot.domain.text.input import one_line
from bot.handbook.models.evaluation import EvaluationTexts, Question
from bot.services.evaluations.views import EvaluationView
from bot.ui.cards.shared import NEXT, primary, who
from bot.ui.kit.card import (
    Button,
    Card,
    CardState,
    Divider,
    File,
    Option,
    Row,
    Select,
    Style,
    Text,
    ago,
    bare,
    fact,
    short,
    text_file,
)
from bot.ui.kit.filenames import filename

VERDICTS = {
    Verdict.YES: "Yes",
    Verdict.PARTLY: "Partly",
    Verdict.NO: "No",
    Verdict.UNSURE: "Not sure",
    Verdict.SKIPPED: "Skipped",
}
"""How a verdict reads, on its button and behind it. Own words need no label."""
_WORDS_LIMIT = 60
"""Characters of one answer that the summary shows; its file has all of them."""


def summary(evaluation: EvaluationView, texts: EvaluationTexts) -> Card:
    """What the answers add up to. Handout, Evaluating the Information."""
    done = evaluation.state.status == EvaluationStatus.DONE
    return Card(
        title=f"{who(evaluation.contact_name)}: {evaluation.results.answered} of {QUESTIONS} answered",
        blocks=[Text(_verdict(evaluation, texts)), Divider(), Text("\n".join(_sides(evaluation, texts)))],
        rows=(_ways_on(evaluation) if done else (_go_on(evaluation),),),
        hint=_deadline(evaluation, texts),
        state=CardState.DONE if done else CardState.ACTIVE,
        files=[_file(evaluation, texts)] if _is_cut(evaluation) else [],
    )


def _verdict(evaluation: EvaluationView, texts: EvaluationTexts) -> str:
    count = evaluation.results.answered
    phrases = texts.phrases
    chosen = phrases.enough if evaluation.results.is_enough else phrases.not_enough if count else phrases.none
    return chosen.text.format(answered=count, open=QUESTIONS - count)


def _sides(evaluation: EvaluationView, texts: EvaluationTexts) -> Iterable[str]:
    """One line for each side that has something on it, then what the student put in their own words."""
    sides, asked, answers = evaluation.results.sides, texts.questions, evaluation.state.answers
    phrases = texts.phrases
    lines = {
        phrases.speaks_for.text: [
            _reason(one.speaks_for, one.kind, answers[one.number]) for one in _of(asked, sides.speaks_for)
        ],
        phrases.speaks_against.text: [
            _reason(one.speaks_against, one.kind, answers[one.number]) for one in _of(asked, sides.speaks_against)
        ],
        phrases.still_open.text: [
            _reason(one.short, QuestionKind.VERDICT, answers.get(one.number, GivenAnswer(None)), no="no")
            for one in _of(asked, sides.still_open)
        ],
    }
    yield from (fact(label, " · ".join(parts)) for label, parts in lines.items() if parts)
    if sides.in_words:
        yield "**In your words**"
    for one in _of(asked, sides.in_words):
        yield f"- {one.short}: {short(answers[one.number].text, _WORDS_LIMIT)}"


def _of(asked: Sequence[Question], numbers: Iterable[int]) -> list[Question]:
    return [asked[number - 1] for number in numbers]


def _reason(label: str, kind: QuestionKind, answer: GivenAnswer, *, no: str = "") -> str:
    """What an answer speaks for or against or leaves open, with the student's own words beside it.

    `no` stands for a No that the label does not tell.
    """
    words = short(answer.text, _WORDS_LIMIT)
    if kind == QuestionKind.VERDICT_WHICH and words:
        return f"{label}: {words}"
    told: Mapping[Verdict | None, str] = {Verdict.PARTLY: "partly", Verdict.NO: no}
    beside = ", ".join(filter(None, (told.get(answer.verdict, ""), words)))
    return f"{label} ({beside})" if beside else label


def _is_cut(evaluation: EvaluationView) -> bool:
    """Whether the card cuts the student's words."""
    return any(len(one_line(answer.text)) > _WORDS_LIMIT for answer in evaluation.state.answers.values())


def _file(evaluation: EvaluationView, texts: EvaluationTexts) -> File:
    """Every question with the whole answer."""
    parts = [f"{bare(evaluation.contact_name)}: {evaluation.results.answered} of {QUESTIONS} answered"]
    for one in texts.questions:
        answer = evaluation.state.answers.get(one.number, GivenAnswer(None))
        label = VERDICTS.get(answer.verdict, "") if answer.verdict else ""
        lines = [f"{one.number}. {one.text}", label, answer.text]
        parts.append("\n".join(line for line in lines if line))
    return text_file(filename("evaluation", evaluation.contact_name), "\n\n".join(parts))


def _ways_on(evaluation: EvaluationView) -> Row:
    note = Button("Draft the thank-you", "thanks.draft", (evaluation.interview_id,), Style.PRIMARY)
    if evaluation.note_sent:
        note = primary(NEXT)
    ask = (
        (Button("Ask these next time", "evaluation.ask_next", (evaluation.id,)),) if evaluation.results.gaps else ()
    )
    return (
        note,
        *ask,
        Button("Add to-dos", "todo.new", (evaluation.interview_id,)),
        Button("Change an answer", "evaluation.change", (evaluation.id,)),
    )


def _go_on(evaluation: EvaluationView) -> Button:
    return Button("Go on", "evaluation.resume", (evaluation.id,), Style.PRIMARY)


def _deadline(evaluation: EvaluationView, texts: EvaluationTexts) -> str:
    if evaluation.note_sent:
        return "Your thank-you note is sent."
    if evaluation.note_due is None:
        return texts.phrases.after.text
    return f"Thank-you note due {ago(evaluation.note_due)}"


def ask_next(evaluation: EvaluationView, texts: EvaluationTexts, top: int) -> Card:
    """The questions without an answer, worded for the next person; a prep begins with at most `top` of them."""
    open_ones = _of(texts.questions, evaluation.results.gaps)
    first = f"The first {top} of them" if len(open_ones) > top else "They"
    return Card(
        title="Ask these next time",
        above=f"Without an answer after your meeting with {who(evaluation.contact_name)}",
        blocks=[Text("\n".join(f"- {one.ask_next}" for one in open_ones) or "Nothing is open. You have it all.")],
        rows=(_back(evaluation),),
        hint=f"{first} will be at the top of your next prep." if open_ones else "",
        state=CardState.ACTIVE,
    )


def change(evaluation: EvaluationView, texts: EvaluationTexts) -> Card:
    """Which answer to change?"""
    options = tuple(
        Option(f"{one.number}. {one.text}", str(one.number), _said(evaluation.state.answers.get(one.number)))
        for one in texts.questions
    )
    return Card(
        title="Change an answer",
        above=who(evaluation.contact_name),
        blocks=[Text("Choose a question. It comes back with your answer, and then the summary again.")],
        rows=(Select("evaluation.goto", options, "Choose a question", (evaluation.id,)), _back(evaluation)),
        state=CardState.ACTIVE,
    )


def _said(answer: GivenAnswer | None) -> str:
    """An answer for a line of a menu, which shows text as it is."""
    if answer is None:
        return ""
    label = VERDICTS.get(answer.verdict, "") if answer.verdict else ""
    return " · ".join(part for part in (label, one_line(answer.text)) if part)


def _back(evaluation: EvaluationView) -> Row:
    return (Button("Back to the summary", "evaluation.summary", (evaluation.id,)),)
