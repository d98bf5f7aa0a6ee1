"""Use cases. One public coroutine writes in one unit of work, which is one transaction.

What has to look at very many rows first does so before, in one that reads.
"""

from dataclasses import dataclass

from bot.domain.quotas import STANDARD, Quota
from bot.handbook.models import Handbook
from bot.services.contacts.service import ContactService
from bot.services.due_reminders import ReminderService
from bot.services.evaluations.service import EvaluationService
from bot.services.interviews.service import InterviewService
from bot.services.journey.home import HomeService
from bot.services.mydata.service import MAX_FILE_BYTES, MyDataService
from bot.services.preparation import PreparationService
from bot.services.profiles import ProfileService
from bot.services.reminders.claims import Deliveries
from bot.services.reminders.inactivity import Inactivity
from bot.services.reminders.under_way import UnderWay
from bot.services.requests.service import RequestService
from bot.services.thank_yous.service import ThankYouService
from bot.services.todos.service import TodoService
from bot.storage.bot_state import BotState
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Services:
    """Every group of use cases, by the name of its step."""

    bot_state: BotState
    contacts: ContactService
    deliveries: Deliveries
    evaluations: EvaluationService
    handbook: Handbook
    home: HomeService
    inactivity: Inactivity
    interviews: InterviewService
    mydata: MyDataService
    reminders: ReminderService
    preparation: PreparationService
    profiles: ProfileService
    requests: RequestService
    thank_yous: ThankYouService
    todos: TodoService
    under_way: UnderWay


def build_services(
    db: Database,
    handbook: Handbook,
    room: Quota = STANDARD,
    *,
    inactive_months: int = 0,
    max_file_bytes: int = MAX_FILE_BYTES,
) -> Services:
    """All use cases on one database and one handbook.

    `room`: for what a student keeps. `inactive_months`: how long they may be away until it is deleted; 0 for ever.
    `max_file_bytes`: of a file that a student hands in.
    """
    return Services(
        bot_state=BotState(db),
        contacts=ContactService(db, handbook, room),
        deliveries=Deliveries(db),
        evaluations=EvaluationService(db, handbook, room),
        handbook=handbook,
        home=HomeService(db, handbook),
        inactivity=Inactivity(db, handbook, inactive_months),
        interviews=InterviewService(db, handbook, room),
        mydata=MyDataService(db, handbook, room, max_file_bytes),
        reminders=ReminderService(db, handbook, inactive_months),
        preparation=PreparationService(db, handbook),
        profiles=ProfileService(db, handbook),
        requests=RequestService(db, handbook, room),
        thank_yous=ThankYouService(db, handbook),
        todos=TodoService(db, handbook, room),
        under_way=UnderWay(db),
    )
