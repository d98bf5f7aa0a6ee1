"""Finding and naming time zones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.domain.times.zones import find_zone, search_zones, zone_in_words, zone_label, zones_called

NOW = datetime(2026, 11, 24, 6, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("America/Denver", "America/Denver"),
        ("america/new york", "America/New_York"),
        ("AMERICA/NEW_YORK", "America/New_York"),
        ("  europe/berlin ", "Europe/Berlin"),
        ("america/argentina/buenos aires", "America/Argentina/Buenos_Aires"),
        ("america/port-au-prince", "America/Port-au-Prince"),
        ("us/pacific", "US/Pacific"),
        ("utc", "UTC"),
    ],
)
def test_finds_exact_names(text: str, name: str) -> None:
    assert find_zone(text) == ZoneInfo(name)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Denver", "America/Denver"),
        ("EST", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("Amerca/Denver", "America/Denver"),
        ("America/Chicgo", "America/Chicago"),
        ("californa", "America/Los_Angeles"),
    ],
)
def test_refuses_all_else_and_names_the_nearest(text: str, first: str) -> None:
    with pytest.raises(CoachError) as caught:
        find_zone(text)
    assert caught.value.code is Code.UNKNOWN_ZONE
    assert caught.value.params["text"] == text
    assert caught.value.params["nearest"][0] == first


@pytest.mark.parametrize(
    "text", ["", "Etc/GMT+5", "posix/America/Denver", "EST5EDT", "Factory", "../etc/passwd", "🤷" * 2000]
)
def test_names_that_are_no_place_are_refused(text: str) -> None:
    with pytest.raises(CoachError) as caught:
        find_zone(text)
    assert caught.value.code is Code.UNKNOWN_ZONE


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("den", "America/Denver"),
        ("los", "America/Los_Angeles"),
        ("new york", "America/New_York"),
        ("NYC", "America/New_York"),
        ("boston", "America/New_York"),
        ("california", "America/Los_Angeles"),
        ("cali", "America/Los_Angeles"),
        ("texas", "America/Chicago"),
        ("Arizona", "America/Phoenix"),
        ("hawaii", "Pacific/Honolulu"),
        ("india", "Asia/Kolkata"),
        ("indiana", "America/Indiana/Indianapolis"),
        ("mumbai", "Asia/Kolkata"),
        ("germany", "Europe/Berlin"),
        ("uk", "Europe/London"),
        ("south korea", "Asia/Seoul"),
        ("china", "Asia/Shanghai"),
        ("brazil", "America/Sao_Paulo"),
        ("nigeria", "Africa/Lagos"),
        ("sao paulo", "America/Sao_Paulo"),
        ("pst", "America/Los_Angeles"),
        ("EDT", "America/New_York"),
        ("cet", "Europe/Berlin"),
        ("ist", "Asia/Kolkata"),
        ("cst", "America/Chicago"),
        ("eastern", "America/New_York"),
        ("us/mountain", "US/Mountain"),
        ("utc", "UTC"),
        ("sanfrancisco", "America/Los_Angeles"),
        ("singapor", "Asia/Singapore"),
        ("untied states", "America/New_York"),
        ("america/bahia", "America/Bahia"),
    ],
)
def test_search_puts_what_is_meant_first(text: str, first: str) -> None:
    assert search_zones(text)[0] == first


def test_an_abbreviation_with_several_meanings_offers_them_all() -> None:
    assert {"Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"} <= set(search_zones("IST"))
    assert {"America/Chicago", "Asia/Shanghai"} <= set(search_zones("CST"))
    assert set(zones_called("ist")) == {"Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"}
    assert zones_called("nowhere") == ()


def test_empty_text_offers_the_common_zones_the_united_states_first() -> None:
    found = search_zones(" ")
    assert found[:3] == ["America/New_York", "America/Chicago", "America/Denver"]
    assert len(found) == 25
    assert {"Europe/London", "Asia/Kolkata", "Australia/Sydney"} <= set(found)


@settings(deadline=None)  # the first call reads the tz database
@given(st.text() | st.sampled_from("aeioun/"), st.integers(1, 25))
def test_search_offers_only_real_zones_within_the_limit(text: str, limit: int) -> None:
    found = search_zones(text, limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)
    assert all(name == "UTC" or ("/" in name and not name.startswith("Etc/")) for name in found)
    assert all(find_zone(name) == ZoneInfo(name) for name in found)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("America/Denver", "Denver · Mountain Time · 11:41 PM now"),
        ("America/Toronto", "Toronto · Eastern Time · 1:41 AM now"),
        ("America/St_Johns", "St Johns · Newfoundland Time · 3:11 AM now"),
        ("America/Havana", "Havana · Cuba · 1:41 AM now"),
        ("Europe/Berlin", "Berlin · Germany · 7:41 AM now"),
        ("Asia/Kolkata", "Kolkata · India · 12:11 PM now"),
        ("Asia/Singapore", "Singapore · 2:41 PM now"),
        ("UTC", "UTC · 6:41 AM now"),
    ],
)
def test_labels(name: str, label: str) -> None:
    assert zone_label(name, NOW) == label


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("America/Denver", "Mountain Time"),
        ("America/Phoenix", "Phoenix time"),
        ("America/Regina", "Regina time"),
        ("Pacific/Honolulu", "Hawaii Time"),
        ("America/Toronto", "Eastern Time"),
        ("America/Havana", "Havana time"),
        ("Europe/Berlin", "Berlin time"),
        ("UTC", "UTC"),
    ],
)
def test_a_letter_names_the_zone_that_holds_all_year(name: str, words: str) -> None:
    assert zone_in_words(name, NOW) == words
    assert zone_in_words(name, NOW.replace(month=7)) == words


def test_what_is_spelled_almost_right_offers_the_likeliest_first() -> None:
    assert search_zones("amercia/new_yrok", 3)[0] == "America/New_York"
    assert len(search_zones("amrica")) > 3


def test_every_label_fits_a_choice() -> None:
    assert all(0 < len(zone_label(name, NOW)) <= 100 for name in available_timezones())


def test_midnight_and_noon_on_a_label() -> None:
    assert zone_label("UTC", NOW.replace(hour=0, minute=5)) == "UTC · 12:05 AM now"
    assert zone_label("UTC", NOW.replace(hour=12, minute=0)) == "UTC · 12:00 PM now"
