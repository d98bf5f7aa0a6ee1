"""The commands, one module per step of the journey."""

from bot.ui.dispatch.step import StepCog
from cogs.contacts import ContactCog
from cogs.evaluations.cog import EvaluationCog
from cogs.home import HomeCog
from cogs.interviews import InterviewCog
from cogs.mydata import MyDataCog
from cogs.profile import ProfileCog
from cogs.reminders import ReminderCog
from cogs.requests import RequestCog
from cogs.thank_yous import ThankYouCog
from cogs.todos import TodoCog

COGS: tuple[type[StepCog], ...] = (
    EvaluationCog,
    ProfileCog,
    ContactCog,
    RequestCog,
    InterviewCog,
    ThankYouCog,
    TodoCog,
    ReminderCog,
    MyDataCog,
    HomeCog,
)
"""In the order in which they are asked who takes a DM: the evaluation first, home for the rest."""
