"""Cards about a typed message of which it is not clear whether it answers the question that is up.

Nothing typed is kept for the question: the message stands in the DM, and a press reads it there.
"""

from bot.domain.evaluations.questions import QUESTIONS
from bot.handbook.models.evaluation import EvaluationTexts
from bot.services.evaluations.views import EvaluationView
from bot.ui.cards.shared import NEXT
from bot.ui.kit.card import Button, Card, CardState, Style, Text, short

_QUOTED = 300
"""Characters of the message that are said again: it stands right above."""


def doubted(evaluation: EvaluationView, texts: EvaluationTexts, typed: str, message_id: int) -> Card:
    """Is that your answer? `message_id`: where the student wrote it."""
    about = (evaluation.id, evaluation.state.position, message_id)
    return Card(
        title="Is that your answer?",
        blocks=[Text(f"You wrote: “{short(typed, _QUOTED)}”"), Text(_question(evaluation, texts))],
        rows=(
            (
                Button("Yes, that is my answer", "evaluation.meant", about, Style.PRIMARY),
                Button("No", "evaluation.not_meant", about),
            ),
        ),
        hint="I ask because it is not clear to me. Nothing is stored until you say yes.",
        state=CardState.WAITING,
    )


def left_alone(evaluation: EvaluationView, texts: EvaluationTexts) -> Card:
    """It was no answer."""
    return Card(
        title="Then I leave it",
        blocks=[
            Text("Nothing was stored. The question is still up:"),
            Text(_question(evaluation, texts)),
        ],
        rows=((Button("Show the question", "evaluation.resume", (evaluation.id,)), NEXT),),
        state=CardState.WAITING,
    )


def taken_back(evaluation: EvaluationView, texts: EvaluationTexts) -> Card:
    """The message that the student says yes to is not there any more, or Discord does not tell what is in it."""
    return Card(
        title="I cannot read that message",
        blocks=[
            Text("It is gone, or Discord does not show it to me. Nothing was stored. To answer, type it again:"),
            Text(_question(evaluation, texts)),
        ],
        rows=((Button("Show the question", "evaluation.resume", (evaluation.id,)), NEXT),),
        state=CardState.WAITING,
    )


def _question(evaluation: EvaluationView, texts: EvaluationTexts) -> str:
    asked = texts.questions[evaluation.state.position - 1]
    return f"Question {asked.number} of {QUESTIONS} · **{asked.text}**"
