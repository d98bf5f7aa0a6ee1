"""The seal: whatever a student types comes back, under any keys, and only under them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.seal import PLAIN, Seal, UnknownKeyError, new_key

OLD, NEW, OTHER = new_key(), new_key(), new_key()
NONE, UNDER_OLD, UNDER_NEW = Seal(), Seal([OLD]), Seal([NEW])
BOTH, LEAVING = Seal([NEW, OLD]), Seal([PLAIN, NEW, OLD])
SEALED = UNDER_OLD.close("Ana")
BEGINNINGS = st.sampled_from(
    ["", "rapport:", "rapport:sealed:", "rapport:plain:", "rapport:plain:rapport:", SEALED]
)
texts = st.builds(str.__add__, BEGINNINGS, st.text(max_size=40))
"""What a student may type: also what looks like a seal, and a real one."""


@given(texts)
def test_every_text_comes_back_under_every_set_of_keys(text: str) -> None:
    for seal in (NONE, UNDER_OLD, BOTH, LEAVING, Seal([PLAIN])):
        assert seal.open(seal.close(text)) == text


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
        assert after.open(before.close(text)) == text


@given(texts.filter(bool))
def test_without_its_key_a_sealed_text_is_refused_and_never_shown(text: str) -> None:
    for seal in (NONE, UNDER_NEW, Seal([PLAIN, OTHER])):
        with pytest.raises(UnknownKeyError) as refused:
            seal.open(UNDER_OLD.close(text))
        assert refused.value.args == ()


@given(texts.filter(bool))
def test_only_what_the_first_key_sealed_is_current(text: str) -> None:
    seals = {NONE: NONE, LEAVING: NONE, UNDER_OLD: UNDER_OLD, UNDER_NEW: UNDER_NEW, BOTH: UNDER_NEW}
    for seal, same in seals.items():
        for writer in (NONE, UNDER_OLD, UNDER_NEW):
            assert seal.is_current(writer.close(text)) == (writer is same)


def test_texts_from_before_are_read_as_they_are() -> None:
    for seal in (NONE, BOTH):
        assert seal.open("Ana Ruiz") == "Ana Ruiz"
        assert seal.open("rapport: what I think of it") == "rapport: what I think of it"


def test_two_seals_of_the_same_text_do_not_show_that_it_is_the_same() -> None:
    assert UNDER_OLD.close("Ana") != UNDER_OLD.close("Ana")
    assert UNDER_OLD.close("") == NONE.close("") == ""


def test_a_sealed_text_that_was_changed_is_refused() -> None:
    other = SEALED[:40] + ("B" if SEALED[40] == "A" else "A") + SEALED[41:]
    for changed in (SEALED[:-3], other, "rapport:sealed:", "rapport:sealed:é"):
        with pytest.raises(UnknownKeyError):
            UNDER_OLD.open(changed)


def test_a_key_is_known_by_a_name_that_is_no_part_of_it() -> None:
    assert UNDER_NEW.name == BOTH.name != UNDER_OLD.name
    assert UNDER_NEW.name not in NEW


def test_what_is_no_key_is_refused() -> None:
    for keys in (["short"], [OLD, PLAIN], [OLD, ""], [OLD[:-2]]):
        with pytest.raises(ValueError, match="Fernet key"):
            Seal(keys)
