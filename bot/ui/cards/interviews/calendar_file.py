"""The calendar file of a meeting (iCalendar, RFC 5545), for any calendar to import."""

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


def calendar_file(meeting: InterviewView, stamp: datetime) -> File:
    """The meeting as an .ics file, made at `stamp` (aware).

    The same meeting always has the same UID, and a higher SEQUENCE after each change, so that an import
    updates the entry; one that was called off is marked as cancelled. All times are in UTC.
    """
    from icalendar import Calendar  # noqa: PLC0415 - 80 modules that a bot with nothing to do need not hold

    calendar = Calendar()
    calendar.add("prodid", "-//Rapport//Informational interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(meeting, stamp))
    return File(filename("meeting", meeting.contact_name, "ics"), calendar.to_ical())


def _event(meeting: InterviewView, stamp: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - same

    cancelled = meeting.status is InterviewStatus.CANCELLED
    event = Event()
    # The row's number alone would be the same in another career center's bot.
    event.add("uid", str(uuid5(NAMESPACE_OID, f"rapport:{meeting.id}:{meeting.created_at.isoformat()}")))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", _title(meeting))
    event.add("description", _description(meeting))
    if meeting.place:
        event.add("location", bare(meeting.place))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    for before in () if cancelled else ALARMS:
        event.add_component(_alarm(before, _title(meeting)))
    return event


def _title(meeting: InterviewView) -> str:
    return f"Informational interview with {bare(meeting.contact_name)}"


def _description(meeting: InterviewView) -> str:
    how = f", {MODE_WORDS[meeting.mode]}" if meeting.mode else ""
    return f"{meeting.minutes} minutes{how}. Bring your questions, a small notebook and a copy of your resume."


def _alarm(before: timedelta, title: str) -> "Alarm":
    from icalendar import Alarm  # noqa: PLC0415 - same

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm
