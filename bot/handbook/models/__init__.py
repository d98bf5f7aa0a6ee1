"""The handbook: one model per file in `text`, joined."""

from typing import Annotated

from bot.domain.evaluations.questions import QUESTIONS
from bot.handbook.fields import Advice, Frozen, inside
from bot.handbook.models.contacts import ContactTexts
from bot.handbook.models.evaluation import EvaluationTexts, Question
from bot.handbook.models.home import HomeTexts
from bot.handbook.models.interviews import InterviewTexts
from bot.handbook.models.letters import RequestTexts, ThankYouTexts
from bot.handbook.models.pings import Pings, PingsFile
from bot.handbook.models.topics import Topic, TopicsFile


class Handbook(Frozen):
    """All coaching text. A field is a file of the same name; nothing in it can be changed."""

    topics: Annotated[tuple[Topic, ...], inside(TopicsFile, "topic")]
    contacts: ContactTexts
    requests: RequestTexts
    interviews: InterviewTexts
    evaluation: EvaluationTexts
    thank_yous: ThankYouTexts
    pings: Annotated[Pings, inside(PingsFile, "ping")]
    home: HomeTexts

    @property
    def questions(self) -> tuple[Question, ...]:
        """The eleven evaluation questions."""
        return self.evaluation.questions

    def topic(self, key: str) -> Topic | None:
        """The topic with this key, None when there is none: keys come from buttons that outlive an edit."""
        return next((topic for topic in self.topics if topic.key == key), None)

    def question(self, number: int) -> Question:
        """The evaluation question `number`, 1..11 in handout order. Raises IndexError outside."""
        if not 1 <= number <= QUESTIONS:
            raise IndexError(number)
        return self.questions[number - 1]

    def reminder(self, kind: str) -> Advice:
        """The title and text of a reminder, by its kind or "combined". Raises KeyError for another word."""
        return self.pings[kind]
