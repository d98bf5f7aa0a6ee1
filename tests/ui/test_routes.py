"""The codec of custom_ids: what it made it reads, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.kit.custom_ids import LIMIT, ComponentKind, Route, decode, encode

PART = st.text(st.characters(exclude_characters=":", exclude_categories=()), max_size=12)
MAYA = 1_234_567_890_123_456_789
REAL = encode(ComponentKind.BUTTON, Route("request.sent", MAYA, ("42",)))


@given(
    kind=st.sampled_from(ComponentKind), action=PART, owner=st.integers(0, 2**64), args=st.lists(PART, max_size=4)
)
def test_what_was_made_is_read(kind: ComponentKind, action: str, owner: int, args: list[str]) -> None:
    route = Route(action, owner, tuple(args))
    assert decode(encode(kind, route)) == route


@given(st.text(st.characters(exclude_categories=())) | st.from_regex(r"[bsf][0-9]:.*:[0-9a-zA-Z_+-]*(:.*)?"))
def test_what_is_read_was_made(custom_id: str) -> None:
    route = decode(custom_id)
    assert route is None or encode(ComponentKind(custom_id[0]), route) == custom_id


@pytest.mark.parametrize(
    "custom_id",
    [
        *(REAL[:length] for length in range(len("b1:request.sent:") + 1)),
        REAL.replace("b1", "b0"),
        REAL.replace("b1", "b11"),
        REAL.replace("b1", "x1"),
        REAL.upper(),
        "b1:request.sent:-1:42",
        "b1:request.sent:+1:42",
        "b1:request.sent:01:42",
        "b1:request.sent:1_0:42",
        "b1:request.sent:٣:42",
        "b1:request.sent: 1:42",
        "b1:request.sent:1\n:42",
        REAL + ":" + "9" * LIMIT,
        REAL + ":" + "9" * 10_000,
        "b1:request.sent:" + "z" * 10_000,
    ],
)
def test_what_was_bent_is_none(custom_id: str) -> None:
    assert decode(custom_id) is None
