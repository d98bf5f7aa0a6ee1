"""Use cases. One public coroutine writes in one unit of work, which is one transaction.

What has to look at very many rows first does so before, in one that reads.
"""

from dataclasses import dataclass

from bot.domain.room import STANDARD, Room
from bot.handbook.models import Handbook
from bot.services.contacts import Contacts
from bot.services.deliveries import Deliveries
from bot.services.evaluations import Evaluations
from bot.services.home import Home
from bot.services.inactivity import Inactivity
from bot.services.interviews import Interviews
from bot.services.memory import Memory
from bot.services.mydata import MAX_FILE_BYTES, MyData
from bot.services.pings import Pings
from bot.services.profiles import Profiles
from bot.services.reminders import Reminders
from bot.services.requests import Requests
from bot.services.thank_yous import ThankYous
from bot.services.todos import Todos
from bot.services.under_way import UnderWay
from bot.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Services:
    """Every group of use cases, by the name of its step."""

    contacts: Contacts
    deliveries: Deliveries
    evaluations: Evaluations
    handbook: Handbook
    home: Home
    inactivity: Inactivity
    interviews: Interviews
    memory: Memory
    mydata: MyData
    pings: Pings
    profiles: Profiles
    reminders: Reminders
    requests: Requests
    thank_yous: ThankYous
    todos: Todos
    under_way: UnderWay


def build_services(
    db: Database,
    handbook: Handbook,
    room: Room = STANDARD,
    *,
    inactive_months: int = 0,
    max_file_bytes: int = MAX_FILE_BYTES,
) -> Services:
    """All use cases on one database and one handbook.

    `room`: for what a student keeps. `inactive_months`: how long they may be away until it is deleted; 0 for ever.
    `max_file_bytes`: of a file that a student hands in.
    """
    return Services(
        contacts=Contacts(db, handbook, room),
        deliveries=Deliveries(db),
        evaluations=Evaluations(db, handbook),
        handbook=handbook,
        home=Home(db, handbook),
        inactivity=Inactivity(db, handbook, inactive_months),
        interviews=Interviews(db, handbook, room),
        memory=Memory(db),
        mydata=MyData(db, handbook, room, max_file_bytes),
        pings=Pings(db, handbook, inactive_months),
        profiles=Profiles(db, handbook),
        reminders=Reminders(db, handbook),
        requests=Requests(db, handbook, room),
        thank_yous=ThankYous(db, handbook),
        todos=Todos(db, handbook, room),
        under_way=UnderWay(db),
    )
