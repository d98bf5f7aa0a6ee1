"""Clock times in a letter, and whether it says whose clock: a time without its zone is half a time."""

import re

_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
_DAY = re.compile(rf"{_WEEKDAY}\b|\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH}|{_MONTH}[a-z]*\.? \d", re.IGNORECASE)
_HOUR = r"(?:1[0-2]|[1-9])"
_DASH = r"[-–—]"
_HALF = r"[ap](?:m\b|\.m\b\.?)"
_CLOCK = re.compile(
    rf"\b\d{{1,2}}(?:[:.]\d\d)? ?(?:{_DASH}|to) ?\d{{1,2}}(?:[:.]\d\d)? ?{_HALF}"  # 2-4 pm
    rf"|\b\d{{1,2}}(?:[:.]\d\d)? ?{_HALF}"  # 3 pm, 3:30pm
    r"|\b(?:[01]?\d|2[0-3]):[0-5]\d\b"  # 14:00
    rf"|\b{_HOUR} ?o['’]clock\b"
    rf"|\b{_WEEKDAY}\.?,? {_HOUR} ?{_DASH} ?{_HOUR}"  # Tue 2-4, but not Tue 2-4 March
    rf"(?: ?{_HALF}|\b(?! ?(?:{_MONTH}|[\d/.:])))"
    rf"|\b(?:at|after|before|until|by) {_HOUR}\b"
    rf"(?= ?(?:$|[,.;?!)\n]|{_DASH}|or\b|on\b|today\b|tomorrow\b|in the\b))"  # at 3, but not at 3 schools
    r"|\b(?:noon|midday)\b",
    re.IGNORECASE,
)
_ABBREVIATION = (
    r"\b(?:UTC|GMT|[ECMP][SD]?T|AK[SD]T|HST|A[SD]T|N[SD]T|BST|CES?T|EES?T|MSK|IST|IDT|PKT|SGT|HKT|JST|KST|SAST|WAT|"
    r"AE[SD]T|AC[SD]T|AWST|NZ[SD]T)\b"
)
_ZONE = re.compile(
    rf"{_ABBREVIATION}"
    r"|\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b"  # America/Denver
    r"|\d ?[+-]\d\d:?\d\d\b"  # 14:00+01:00
    r"|\((?:[^()\n]{1,40} )(?i:time)\)"  # (Mountain Time)
    r"|(?i:\b(?:Eastern|Central|Mountain|Pacific|Atlantic|Alaskan?|Hawaii(?:an)?|Newfoundland|local)"
    r" (?:(?:standard|daylight) )?time\b)"
    r"|(?i:[ap]\.?m\.? (?:eastern|central|mountain|pacific)\b)"
    r"|(?:\d|[AaPp]\.?[Mm]\.?) ?(?:your|my|our|[A-Z]\w{1,20}(?: [A-Z]\w{1,20})?) (?i:time)\b"  # 3 pm Denver time
    r"|(?i:\btime ?zone\b)"
)


_PART = r"(?:mornings?|afternoons?|evenings?|nights?|noon|lunch(?:time)?|weekdays?|weekends?|days?|week|month)"
_BEFORE_DAY = r"(?:(?:on|any|every|most|all|next|this|early|late|either|mid)[- ]+)*"
_BEGINS = re.compile(
    rf"{_BEFORE_DAY}(?:(?:{_WEEKDAY}|M/?W/?F?|T/?Th|T/?R|{_MONTH}[a-z]*|{_PART}|tomorrow)\b|\d{{1,2}}(?:st|nd|rd|th)?\b)"
    r"|(?:after|before|between|from|until|around|at|during|in the|over) \w",
    re.IGNORECASE,
)
_I_AM_FREE = r"(?:(?:i(?: am|['’]?m)? )?(?:(?:pretty|very|totally|quite|super) )?(?:free |open |available )?)?"
_FOR_YOU = r"(?: (?:best |good |fine )?(?:for )?(?:you|u|me|them|both of us))?"
_ANY_TIME = re.compile(
    rf"[\W_]*{_I_AM_FREE}"
    r"(?:any ?time|any day|when ?ever|flexible|open|always free|all day(?: every day)?|any time or day)"
    rf"(?: (?:that |which )?(?:works?|suits?|is (?:good|fine|best|convenient)|fits)?{_FOR_YOU}"
    r"| (?:is|will be) (?:fine|good|ok(?:ay)?)(?: (?:for|with) me)?| (?:really|honestly|lol|tbh))*[\W_]*",
    re.IGNORECASE,
)


def begins_with_time(text: str) -> bool:
    """Whether it begins as times do, behind "I am free": "Tue 2-4 pm", "any weekday after 3", "mornings"."""
    return _BEGINS.match(text) is not None


def begins_with_day(text: str) -> bool:
    """Whether it begins with a weekday or a date, so that "on" goes before it."""
    return _DAY.match(text) is not None


def is_any_time(text: str) -> bool:
    """Whether it is an open answer: "anytime", "whenever works for you"."""
    return _ANY_TIME.fullmatch(text.strip()) is not None


def first_clock(text: str) -> re.Match[str] | None:
    """The first time of day that a text names: "2-4 pm", "14:00", "at 3". A number alone is none."""
    return _CLOCK.search(text)


def names_zone(text: str) -> bool:
    """Whether a text says whose clock it means: "Mountain Time", "MT", "UTC+1", "your time"."""
    return _ZONE.search(text) is not None


def add_zone(text: str, zone: str) -> str:
    """The text with `zone` in parentheses after its last time of day, unless it names one or has no time."""
    clocks = list(_CLOCK.finditer(text))
    if not clocks or names_zone(text):
        return text
    end = clocks[-1].end()
    return f"{text[:end]} ({zone}){text[end:]}"
