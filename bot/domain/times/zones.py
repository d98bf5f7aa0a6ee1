"""Finding a person's time zone from what they type, and naming it for them."""

import difflib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.errors import CoachError, Code
from bot.domain.times.wall_clock import clock_words

_COMMON = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Toronto",
    "America/Vancouver",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Madrid",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Sydney",
    "UTC",
]

_ABBREVIATIONS = {
    "America/New_York": "et est edt eastern",
    "America/Chicago": "ct cst cdt central",
    "America/Denver": "mt mst mdt mountain",
    "America/Los_Angeles": "pt pst pdt pacific",
    "America/Anchorage": "akst akdt",
    "Pacific/Honolulu": "hst",
    "America/Halifax": "ast adt",
    "America/St_Johns": "nst ndt",
    "UTC": "utc gmt",
    "Europe/London": "bst",
    "Europe/Berlin": "cet cest",
    "Europe/Athens": "eet eest",
    "Europe/Moscow": "msk",
    "Asia/Kolkata": "ist",
    "Asia/Jerusalem": "ist idt",
    "Europe/Dublin": "ist",
    "Asia/Karachi": "pkt",
    "Asia/Singapore": "sgt",
    "Asia/Hong_Kong": "hkt",
    "Asia/Tokyo": "jst",
    "Asia/Seoul": "kst",
    "Africa/Johannesburg": "sast",
    "Australia/Sydney": "aest aedt",
    "Australia/Adelaide": "acst acdt",
    "Australia/Perth": "awst",
    "Pacific/Auckland": "nzst nzdt",
}
"""What people write after a time. Left out: abbreviations that are English words, such as eat, cat and wet."""

_ALSO = {
    "America/New_York": "Atlanta, Baltimore, Boston, Charlotte, Cleveland, Miami, NYC, Orlando, Philadelphia, "
    "Pittsburgh, Washington DC, Connecticut, Delaware, Florida, Georgia, Kentucky, Maine, Maryland, "
    "Massachusetts, New Hampshire, New Jersey, North Carolina, Ohio, Pennsylvania, Rhode Island, "
    "South Carolina, Vermont, Virginia, West Virginia",
    "America/Detroit": "Michigan, Ann Arbor",
    "America/Indiana/Indianapolis": "Indiana",
    "America/Chicago": "Austin, Dallas, Houston, Milwaukee, Minneapolis, Nashville, New Orleans, San Antonio, "
    "St Louis, Alabama, Arkansas, Illinois, Iowa, Kansas, Louisiana, Minnesota, Mississippi, Missouri, "
    "Nebraska, North Dakota, Oklahoma, South Dakota, Tennessee, Texas, Wisconsin",
    "America/Denver": "Albuquerque, El Paso, Salt Lake City, Colorado, Montana, New Mexico, Utah, Wyoming",
    "America/Boise": "Idaho",
    "America/Phoenix": "Arizona, Tucson",
    "America/Los_Angeles": "Claremont, Las Vegas, Portland, Sacramento, San Diego, San Francisco, San Jose, "
    "Seattle, California, Nevada, Oregon, Washington",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Toronto": "Montreal, Ottawa, Ontario, Quebec",
    "America/Vancouver": "British Columbia, Victoria",
    "America/Edmonton": "Alberta, Calgary",
    "America/Sao_Paulo": "Rio de Janeiro, Brasilia",
    "Europe/London": "UK, England, Scotland, Wales, Edinburgh, Manchester, Oxford, Cambridge, GMT",
    "Europe/Berlin": "Cologne, Frankfurt, Hamburg, Munich",
    "Europe/Madrid": "Barcelona",
    "Europe/Rome": "Florence, Milan",
    "Europe/Zurich": "Basel, Bern, Geneva",
    "Europe/Istanbul": "Ankara",
    "Asia/Jerusalem": "Tel Aviv",
    "Asia/Dubai": "Abu Dhabi, UAE",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Kolkata": "Bangalore, Bengaluru, Calcutta, Chennai, Delhi, Hyderabad, Mumbai, Pune",
    "Asia/Shanghai": "Beijing, Guangzhou, Shenzhen, CST",
    "Asia/Ho_Chi_Minh": "Hanoi, Saigon",
    "Asia/Tokyo": "Kyoto, Osaka",
    "Asia/Seoul": "South Korea, Busan",
    "Africa/Johannesburg": "Cape Town, Pretoria",
    "Africa/Lagos": "Abuja",
    "Australia/Sydney": "Canberra",
    "Pacific/Auckland": "Wellington",
}
"""Places that people name and the tz database does not."""

_NORTH_AMERICAN = {
    "E": "Eastern Time",
    "C": "Central Time",
    "M": "Mountain Time",
    "P": "Pacific Time",
    "A": "Atlantic Time",
    "AK": "Alaska Time",
    "H": "Hawaii Time",
    "N": "Newfoundland Time",
}
_LONGEST_QUERY = 60


def find_zone(text: str) -> ZoneInfo:
    """The zone with exactly this IANA name; capitals do not matter and a space stands for an underscore.

    Raises UNKNOWN_ZONE with the `nearest` names. A bare abbreviation is no zone: "EST" has no summer.
    """
    name = _exact_names().get(_plain(text))
    if name is None:
        raise CoachError(Code.UNKNOWN_ZONE, text=text.strip()[:_LONGEST_QUERY], nearest=search_zones(text, limit=5))
    return ZoneInfo(name)


def search_zones(text: str, limit: int = 25) -> list[str]:
    """IANA names for a city, state, country or abbreviation, best first. Empty text: the common zones."""
    query = _plain(text[:_LONGEST_QUERY])
    if not query:
        return list(_COMMON[:limit])
    ranked = {name: rank for name in _places() if (rank := _rank(name, query)) is not None}
    if query in _exact_names():
        ranked[_exact_names()[query]] = -1
    if not ranked:
        ranked = _lookalikes(query)
    return sorted(ranked, key=lambda name: (ranked[name], _familiarity(name), name))[:limit]


def zones_called(abbreviation: str) -> tuple[str, ...]:
    """The zones that people mean by "PST", "Eastern" or "IST"; several when it has several meanings."""
    word = abbreviation.casefold()
    return tuple(name for name, words in _ABBREVIATIONS.items() if word in words.split())


def zone_label(name: str, now: datetime) -> str:
    """A line to recognize a zone by, such as "Denver · Mountain Time · 11:41 PM now"; at most 100 characters."""
    local = now.astimezone(ZoneInfo(name))
    clock = f"{clock_words(local)} now"
    # "Singapore · Singapore" says no more than "Singapore"; a dict drops the repeat and keeps the order.
    return " · ".join(part for part in dict.fromkeys((_city(name), _region(name, local), clock)) if part)


def zone_in_words(name: str, now: datetime) -> str:
    """Whose clock a time is in, for a letter: "Mountain Time", "Phoenix time", "UTC".

    A place that keeps its clocks still is named itself: half of the year "Mountain Time" is wrong in Phoenix.
    """
    zone = ZoneInfo(name)
    seasons = {datetime(now.year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)}
    region = _region(name, now.astimezone(zone))
    if region in _NORTH_AMERICAN.values() and (len(seasons) > 1 or region == _NORTH_AMERICAN["H"]):
        return region
    return name if name == "UTC" else f"{_city(name)} time"


def _region(name: str, local: datetime) -> str:
    """What tells a city from its namesakes: the time zone's own name in North America, else the country."""
    country = _places().get(name, "")
    if country in {"United States", "Canada"}:
        # MST and MDT are both Mountain Time: what is left without the S or D is the family.
        return _NORTH_AMERICAN.get((local.tzname() or "")[:-2], country)
    return country


def _rank(name: str, query: str) -> int | None:
    """How well a zone answers a query, 0 best; None if not at all."""
    city = _plain(_city(name))
    words = _words(name)
    tests = (
        query in words or query in _ABBREVIATIONS.get(name, "").split(),
        city.startswith(query),
        any(word.startswith(query) for word in words),
        any(f" {query}" in word for word in words),
        query in _plain(name),
    )
    return next((rank for rank, passed in enumerate(tests) if passed), None)


def _lookalikes(query: str) -> dict[str, int]:
    """The zones whose places are spelled almost like the query, ranked by likeness."""
    owners: dict[str, str] = {}
    for name in sorted(_places(), key=_familiarity):
        for word in (*_words(name), _plain(name), *_ABBREVIATIONS.get(name, "").split()):
            owners.setdefault(word, name)
    close = difflib.get_close_matches(query, owners, n=10)
    return {owners[word]: rank for rank, word in reversed(list(enumerate(close)))}


def _familiarity(name: str) -> int:
    return _COMMON.index(name) if name in _COMMON else len(_COMMON)


def _city(name: str) -> str:
    return name.rpartition("/")[2].replace("_", " ")


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


@cache
def _words(name: str) -> tuple[str, ...]:
    """Everything that a zone is called by: its city, its country and the places that share its time."""
    also = _ALSO.get(name, "").split(", ")
    return tuple(_plain(word) for word in (_city(name), _places().get(name, ""), *also) if word)


@cache
def _exact_names() -> dict[str, str]:
    """Names of real zones, old spellings included, by their plain form. Never fixed offsets or "EST5EDT"."""
    names = {name for name in available_timezones() if "/" in name and not name.startswith("Etc/")}
    return {_plain(name): name for name in sorted(names | {"UTC"})}


@cache
def _places() -> dict[str, str]:
    """Every zone that the tz database lists for a place, with its country, and UTC, which has none."""
    countries = dict(row for row in _rows("iso3166.tab"))
    zones = {name: countries[code] for code, _, name, *_ in _rows("zone.tab")}
    return {**zones, "UTC": ""}


def _rows(table: str) -> Iterator[list[str]]:
    lines = files("tzdata.zoneinfo").joinpath(table).read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines if line and not line.startswith("#"))
