"""The handbook: one model per file in `text`, joined."""

from typing import Annotated

from bot.domain.evaluations import QUESTIONS
from bot.handbook.models.contacts import Contacts
from bot.handbook.models.evaluation import Evaluation, Question
from bot.handbook.models.home import Home
from bot.handbook.models.interviews import Interviews
from bot.handbook.models.letters import RequestTexts, ThankYouTexts
from bot.handbook.models.pings import Pings, PingsFile
from bot.handbook.models.topics import Topic, TopicsFile
from bot.handbook.shapes import Advice, Frozen, inside


class Handbook(Frozen):
    """All coaching text. A field is a file of the same name; nothing in it can be changed."""

    topics: Annotated[tuple[Topic, ...], inside(TopicsFile, "topic")]
    contacts: Contacts
    requests: RequestTexts
    interviews: Interviews
    evaluation: Evaluation
    thank_yous: ThankYouTexts
    pings: Annotated[Pings, inside(PingsFile, "ping")]
    home: Home

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

    def ping(self, kind: str) -> Advice:
        """The title and text of a ping: a `Kind` or "combined". Raises KeyError for another word."""
        return self.pings[kind]
