"""Reading what a student types about somebody, and telling when two entries are likely one person."""

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import (
    GROWTH,
    NOTE_LIMIT,
    NOTES_LIMIT,
    KnownContact,
    Reach,
    Role,
    find_duplicate,
    fold,
    likely_same,
    name_key,
    read_reach,
    read_role,
    with_note,
)
from bot.domain.errors import CoachError, Code
from bot.domain.mydata import web_address
from bot.domain.text.damage import DAMAGED
from bot.domain.text.input import is_blank
from bot.services.contacts.matching import alike

EVENING = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")


@pytest.mark.parametrize(
    ("typed", "title", "organization"),
    [
        ("Marine biologist at NOAA", "Marine biologist", "NOAA"),
        ("Curator, Denver Museum", "Curator", "Denver Museum"),
        ("Curator @ X", "Curator", "X"),
        ("Curator @X", "Curator", "X"),
        ("Chef | Spago", "Chef", "Spago"),
        ("Co-founder - Acme", "Co-founder", "Acme"),
        ("Co-founder – Acme, Inc.", "Co-founder", "Acme, Inc."),
        ("Engineer, Acme, Inc.", "Engineer", "Acme, Inc."),
        ("Professor at University of Colorado at Boulder", "Professor", "University of Colorado at Boulder"),
        ("VP, Product at Acme", "VP, Product", "Acme"),
        ("Nurse", "Nurse", ""),
        ("Cat behaviorist", "Cat behaviorist", ""),
        ("at NOAA", "", "NOAA"),
        ("ana@noaa.gov", "ana@noaa.gov", ""),
        ("Looks at", "Looks at", ""),
        ("  Marine\nbiologist   at NOAA ", "Marine biologist", "NOAA"),
        ("", "", ""),
    ],
)
def test_role_and_organization(typed: str, title: str, organization: str) -> None:
    assert read_role(typed) == Role(title, organization)


@given(st.text(alphabet=st.sampled_from("ab @|,-–at·'"), max_size=20) | st.text(max_size=40))
def test_a_role_comes_back_from_the_form_as_it_went_in(typed: str) -> None:
    role = read_role(typed)
    assert read_role(role.typed) == role


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_words_without_a_sign_are_kept_whole(typed: str) -> None:
    assert read_role(typed) == Role(typed)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (
            "ana@noaa.gov, 303-555-0147, linkedin.com/in/ana.",
            Reach("ana@noaa.gov", "303-555-0147", "https://linkedin.com/in/ana"),
        ),
        ("https://medium.com/@ana (her blog)", Reach(link="https://medium.com/@ana")),
        ("+1 (303) 555-0147 ext. 12", Reach(phone="+1 (303) 555-0147 ext. 12")),
        ("Ana <ana.nunez@noaa.gov>; tel 3035550147", Reach("ana.nunez@noaa.gov", "3035550147")),
        ("mailto:ana@noaa.gov", Reach("ana@noaa.gov")),
        ("ana@noaa.gov(303) 555-0147", Reach("ana@noaa.gov", "(303) 555-0147")),
        ("jürgen@bücher.de", Reach("jürgen@bücher.de")),
        ("+44 20 7946 0958", Reach(phone="+44 20 7946 0958")),
        ("www.museum.org.", Reach(link="https://www.museum.org")),
        ("web.example.org/2020/http://ana.example", Reach(link="https://web.example.org/2020/http://ana.example")),
        ("HTTP://ana.example/?to=https://b.example", Reach(link="HTTP://ana.example/?to=https://b.example")),
        ("two: a@b.org and c@d.org", Reach("a@b.org")),
        ("at the fair on 2026-12-01", Reach()),
        ("worked there 2019-2023", Reach()),
        ("12.05.2026", Reach()),
        ("room 1204", Reach()),
        ("ask Tom", Reach()),
        ("@ana on the server", Reach()),
        ("", Reach()),
    ],
)
def test_ways_to_reach_somebody(typed: str, found: Reach) -> None:
    assert read_reach(typed) == found


@given(st.text(max_size=200))
def test_whatever_is_typed_can_be_read(typed: str) -> None:
    found = read_reach(typed)
    assert found.email is None or found.email in typed
    assert found.phone is None or found.phone in typed
    assert found.link is None or found.link.removeprefix("https://") in typed
    assert found.link is None or web_address(found.link) == found.link


@given(st.text("wWhtTps:/.?=&a-1 ", max_size=60))
def test_whatever_address_is_read_comes_back_with_an_import(typed: str) -> None:
    link = read_reach(typed).link
    assert link is None or web_address(link) == link


@given(
    st.sampled_from(["303-555-0147", "+49 30 901820", "(303) 555-0147"]), st.text(alphabet="xyz ,;", max_size=20)
)
def test_a_number_is_found_among_words(number: str, words: str) -> None:
    assert read_reach(f"{words} {number} {words}").phone == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Núñez", "ana nunez"),
        ("Søren Łukasz", "soren lukasz"),
        ("STRASSE", "straße"),
        ("Ana\u200f Núñez", "Ana Nu\u0301n\u0303ez"),
        ("İpek", "ipek"),
    ],
)
def test_spellings_that_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("कुमार", "कमार"), ("ก้า", "กา"), ("が", "か"), ("Ana", "Anna")])
def test_spellings_that_are_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Dr. Ana Núñez", "ana nunez"),
        ("Ana Nunez, Ph.D.", "ana nunez"),
        ("Dr.", "dr."),
        ("Drake Bell", "drake bell"),
    ],
)
def test_titles_are_no_names(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (KnownContact(1, "Ana Núñez"), KnownContact(2, "Dr. Ana Nunez"), True),
        (KnownContact(1, "Núñez, Ana"), KnownContact(2, "Ana Núñez"), True),
        (KnownContact(1, "Ana", email="A@x.org"), KnownContact(2, "A. Núñez", email="a@X.org"), True),
        (KnownContact(1, "Jon Smyth", "Acme"), KnownContact(2, "John Smith", "ACME"), True),
        (KnownContact(1, "Jon Smyth", "Acme"), KnownContact(2, "John Smith", "Other"), False),
        (KnownContact(1, "Jon Smyth"), KnownContact(2, "John Smith"), False),
        (KnownContact(1, "Ana López", "NOAA"), KnownContact(2, "Eva López", "NOAA"), False),
        (KnownContact(1, "Ana", email=None), KnownContact(2, "Eva", email=None), False),
        (KnownContact(1, "\u200b", "NOAA"), KnownContact(2, "\u200b", "NOAA"), False),
        (KnownContact(1, "\u200b", "NOAA"), KnownContact(2, "Ana", "NOAA"), False),
    ],
)
def test_two_entries_for_one_person(one: KnownContact, other: KnownContact, *, same: bool) -> None:
    assert likely_same(one, other, alike) is same
    assert likely_same(other, one, alike) is same


def test_a_contact_is_no_duplicate_of_itself() -> None:
    ana = KnownContact(1, "Ana")
    assert find_duplicate(ana, [ana], alike) is None
    assert find_duplicate(ana, [ana, KnownContact(2, "Eva"), KnownContact(3, "ana")], alike) == KnownContact(
        3, "ana"
    )


def test_notes_pile_up_newest_first() -> None:
    notes = with_note("", " Likes reefs. ", EVENING, DENVER)
    assert notes == "2026-03-02\nLikes reefs."
    assert with_note(notes, "Called.", EVENING, None) == "2026-03-03 UTC\nCalled.\n\n2026-03-02\nLikes reefs."


def test_a_note_on_notes_that_nobody_can_read_any_more_begins_anew() -> None:
    assert with_note(DAMAGED, "Likes reefs.", EVENING, DENVER) == "2026-03-02\nLikes reefs."


def test_the_same_note_twice_is_a_double_press() -> None:
    notes = with_note("", "Likes reefs.", EVENING, DENVER)
    assert with_note(notes, "Likes reefs.", EVENING, DENVER) == notes
    assert with_note(notes, "Likes reefs", EVENING, DENVER) != notes


@given(st.text(max_size=300), st.text(min_size=1, max_size=NOTE_LIMIT))
def test_no_note_is_ever_lost(earlier: str, note: str) -> None:
    if is_blank(note):
        return
    together = with_note(earlier, note, EVENING, DENVER)
    assert note.strip() in together
    assert earlier.strip() in together


@pytest.mark.parametrize(
    ("notes", "note", "code", "field"),
    [
        ("", " \n", Code.BLANK, "Note"),
        ("", "x" * (NOTE_LIMIT + 1), Code.TOO_LONG, "Note"),
        ("x" * NOTES_LIMIT, "y", Code.TOO_LONG, "All notes together"),
    ],
)
def test_notes_have_an_end(notes: str, note: str, code: Code, field: str) -> None:
    with pytest.raises(CoachError) as refusal:
        with_note(notes, note, EVENING, DENVER)
    assert (refusal.value.code, refusal.value.params["field"]) == (code, field)


def test_folding_bounds_what_is_compared() -> None:
    """No character grows more than that, and none together with others."""
    growing = [chr(code) for code in range(0x110000) if len(unicodedata.normalize("NFKD", chr(code))) > 1]
    assert len(growing) > 1000
    for character in (*growing, "ß", "İ", "ŉ", "ΐ", "ﬃ", "æ"):
        assert len(fold(character * 10)) <= 10 * GROWTH, hex(ord(character))


@given(st.text(max_size=200))
def test_folded_text_is_folded(text: str) -> None:
    assert len(fold(text)) <= GROWTH * len(text)


def test_only_the_beginning_of_a_text_is_searched_for_addresses() -> None:
    assert read_reach("_" * 500 + " ana@example.org").email == "ana@example.org"
    assert read_reach("_" * 5000 + " ana@example.org").email is None
