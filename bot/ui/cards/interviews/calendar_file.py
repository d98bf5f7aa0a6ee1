"""The calendar file of an interview (iCalendar, RFC 5545), for any calendar to import."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from bot.domain.interviews.interview import InterviewStatus, Mode
from bot.services.interviews.views import InterviewView
from bot.ui.kit.card import File, bare
from bot.ui.kit.filenames import filename

if TYPE_CHECKING:
    from icalendar import Alarm, Event

ALARMS = (timedelta(days=1), timedelta(hours=1))
"""How long before the start the calendar speaks up: time to prepare, and time to get there."""

MODE_WORDS = {Mode.VIDEO: "by video", Mode.PHONE: "by phone", Mode.IN_PERSON: "in person"}
"""How they meet, for the end of a sentence."""


def calendar_file(interview: InterviewView, stamp: datetime) -> File:
    """The interview as an .ics file, made at `stamp` (aware).

    The same interview always has the same UID, and a higher SEQUENCE after each change, so that an import
    updates the entry; one that was called off is marked as cancelled. All times are in UTC.
    """
    from icalendar import Calendar  # noqa: PLC0415 - 80 modules that a bot with nothing to do need not hold

    calendar = Calendar()
    calendar.add("prodid", "-//Rapport//Informational interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(interview, stamp))
    return File(filename("meeting", interview.contact_name, "ics"), calendar.to_ical())


def _event(interview: InterviewView, stamp: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - same

    cancelled = interview.status is InterviewStatus.CANCELLED
    event = Event()
    # The row's number alone would be the same in another career center's bot.
    event.add("uid", str(uuid5(NAMESPACE_OID, f"rapport:{interview.id}:{interview.created_at.isoformat()}")))
    event.add("sequence", interview.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", interview.starts_at)
    event.add("dtend", interview.ends_at)
    event.add("summary", _title(interview))
    event.add("description", _description(interview))
    if interview.place:
        event.add("location", bare(interview.place))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    for before in () if cancelled else ALARMS:
        event.add_component(_alarm(before, _title(interview)))
    return event


def _title(interview: InterviewView) -> str:
    return f"Informational interview with {bare(interview.contact_name)}"


def _description(interview: InterviewView) -> str:
    how = f", {MODE_WORDS[interview.mode]}" if interview.mode else ""
    return f"{interview.minutes} minutes{how}. Bring your questions, a small notebook and a copy of your resume."


def _alarm(before: timedelta, title: str) -> "Alarm":
    from icalendar import Alarm  # noqa: PLC0415 - same

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm
