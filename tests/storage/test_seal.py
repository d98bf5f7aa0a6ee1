"""The seal: whatever a student types comes back, under any keys, and only under them, only where it was written."""

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.columns.place import CellPlace
from bot.storage.columns.seal import BOUND, OLDER, PLAIN, DamagedError, Seal, new_key

OLD, NEW, OTHER = new_key(), new_key(), new_key()
NONE, UNDER_OLD, UNDER_NEW = Seal(), Seal([OLD]), Seal([NEW])
BOTH, LEAVING = Seal([NEW, OLD]), Seal([PLAIN, NEW, OLD])
HERE = CellPlace("contacts", "name", 7)
SEALED = UNDER_OLD.close("Ana", HERE)
BEGINNINGS = st.sampled_from(
    [
        "",
        "rapport:",
        "rapport:sealed:",
        "rapport:sealed:2:",
        "rapport:plain:",
        "rapport:plain:rapport:",
        SEALED,
        OLDER + Fernet(OLD).encrypt(b"Ana").decode(),
    ]
)
texts = st.builds(str.__add__, BEGINNINGS, st.text(max_size=40))
"""What a student may type: also what looks like a seal, and a real one."""
places = st.builds(
    CellPlace, st.sampled_from(["contacts", "users"]), st.sampled_from(["name", "why"]), st.integers(0, 2**63 - 1)
)


def older(text: str, key: str = OLD) -> str:
    """As the first release sealed it."""
    return OLDER + Fernet(key).encrypt(text.encode()).decode()


def strict(*keys: str) -> Seal:
    """Of a database in which everything is bound."""
    seal = Seal(keys)
    seal.strict = True
    return seal


@given(texts, places)
def test_every_text_comes_back_under_every_set_of_keys(text: str, place: CellPlace) -> None:
    for seal in (NONE, UNDER_OLD, BOTH, LEAVING, Seal([PLAIN]), strict(NEW), strict(NEW, OLD)):
        assert seal.open(seal.close(text, place), place) == text


@given(texts)
def test_a_text_is_read_on_whatever_becomes_of_the_keys(text: str) -> None:
    """Switched on, rotated and switched off: what was kept before is read after."""
    for before, after in (
        (NONE, UNDER_OLD),
        (UNDER_OLD, BOTH),
        (BOTH, LEAVING),
        (UNDER_NEW, LEAVING),
        (LEAVING, NONE),
    ):
        assert after.open(before.close(text, HERE), HERE) == text


@given(texts.filter(bool))
def test_without_its_key_a_sealed_text_is_refused_and_never_shown(text: str) -> None:
    for seal in (NONE, UNDER_NEW, Seal([PLAIN, OTHER])):
        for sealed in (UNDER_OLD.close(text, HERE), older(text)):
            with pytest.raises(DamagedError) as refused:
                seal.open(sealed, HERE)
            assert refused.value.args == ()


@given(texts.filter(bool))
def test_only_what_the_first_key_sealed_is_current(text: str) -> None:
    seals = {NONE: NONE, LEAVING: NONE, UNDER_OLD: UNDER_OLD, UNDER_NEW: UNDER_NEW, BOTH: UNDER_NEW}
    for seal, same in seals.items():
        for writer in (NONE, UNDER_OLD, UNDER_NEW):
            assert seal.is_current(writer.close(text, HERE), HERE) == (writer is same)
        assert not seal.is_current(older(text), HERE)


@given(texts.filter(bool), places, places)
def test_a_sealed_text_opens_at_its_own_place_and_nowhere_else(
    text: str, place: CellPlace, other: CellPlace
) -> None:
    sealed = UNDER_OLD.close(text, place)
    elsewhere = {other, place._replace(column="why2"), place._replace(table="todos"), place._replace(student=-1)}
    for wrong in elsewhere - {place}:
        for seal in (UNDER_OLD, strict(NEW, OLD), LEAVING, BOTH):
            assert not seal.is_current(sealed, wrong)
            with pytest.raises(DamagedError):
                Seal([OLD]).open(sealed, wrong)


def test_no_two_places_are_taken_for_the_same() -> None:
    assert CellPlace("a", "bc", 1).context != CellPlace("ab", "c", 1).context
    assert CellPlace("a", "b", 11).context != CellPlace("a", "b1", 1).context


@given(texts.filter(bool))
def test_once_all_is_bound_nothing_else_is_taken_for_a_students_words(text: str) -> None:
    for planted in (NONE.close(text, HERE), older(text)):
        assert UNDER_OLD.open(planted, HERE) == text
        with pytest.raises(DamagedError):
            strict(OLD).open(planted, HERE)
    assert strict(OLD).open("", HERE) == ""


def test_texts_from_before_are_read_as_they_are() -> None:
    for seal in (NONE, BOTH):
        assert seal.open("Ana Ruiz", HERE) == "Ana Ruiz"
        assert seal.open("rapport: what I think of it", HERE) == "rapport: what I think of it"
    assert BOTH.open(older("Ana Ruiz"), HERE) == "Ana Ruiz"


def test_two_seals_of_the_same_text_do_not_show_that_it_is_the_same() -> None:
    assert UNDER_OLD.close("Ana", HERE) != UNDER_OLD.close("Ana", HERE)
    assert UNDER_OLD.close("", HERE) == NONE.close("", HERE) == ""


def test_a_sealed_text_that_was_changed_is_refused() -> None:
    kept = base64.b64decode(SEALED.removeprefix(BOUND))
    changed = [kept[:length] for length in range(len(kept))]
    changed += [bytes([*kept[:at], kept[at] ^ 1, *kept[at + 1 :]]) for at in range(len(kept))]
    tokens = [BOUND + base64.b64encode(one).decode() for one in changed]
    for wrong in (*tokens, SEALED[:-3], SEALED + "\n", OLDER, f"{OLDER}é", BOUND, f"{BOUND}é"):
        with pytest.raises(DamagedError):
            UNDER_OLD.open(wrong, HERE)


def test_a_key_is_known_by_a_name_that_is_no_part_of_it() -> None:
    assert UNDER_NEW.name == BOTH.name != UNDER_OLD.name
    assert UNDER_NEW.name not in NEW


def test_what_is_no_key_is_refused() -> None:
    for keys in (["short"], [OLD, PLAIN], [OLD, ""], [OLD[:-2]]):
        with pytest.raises(ValueError, match="Fernet key"):
            Seal(keys)
