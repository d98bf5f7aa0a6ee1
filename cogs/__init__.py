"""The commands, one module per step of the journey."""

from bot.ui.step import Step
from cogs.contacts import Contacts
from cogs.evaluations import Evaluations
from cogs.home import Home
from cogs.interviews import Interviews
from cogs.mydata import MyData
from cogs.pings import Pings
from cogs.profile import Profile
from cogs.requests import Requests
from cogs.thank_yous import ThankYous
from cogs.todos import Todos

COGS: tuple[type[Step], ...] = (
    Evaluations,
    Profile,
    Contacts,
    Requests,
    Interviews,
    ThankYous,
    Todos,
    Pings,
    MyData,
    Home,
)
"""In the order in which they are asked who takes a DM: the evaluation first, home for the rest."""
