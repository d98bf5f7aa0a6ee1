"""Texts that show nothing on a screen, one of each kind; and any text at all, with many of that kind among them."""

import os
import unicodedata

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.support.discord_markdown import HOSTILE

UNSEEN = {
    "zero width": "\u200b",
    "a joiner": "\u200d\u200c",
    "a mark of direction": "\u200e\u200f\u061c",
    "an embedding": "\u202a\u202b\u202d\u202e\u202c",
    "an isolate": "\u2066\u2067\u2068\u2069",
    "invisible operators": "\u2060\u2061\u2062\u2063\u2064",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a combining accent": "\u0301",
    "marks on marks": "\u0336\u0489\u0310" * 20,
    "a grapheme joiner": "\u034f",
    "a vowel sign that nobody sees": "\u17b4\u17b5",
    "a Hangul filler": "\u3164",
    "Hangul fillers for initials and vowels": "\u115f\u1160\uffa0",
    "a braille pattern without dots": "\u2800",
    "a variation selector": "\ufe0f\ufe00",
    "a Mongolian variation selector": "\u180b\u180e",
    "a supplementary variation selector": "\U000e0100",
    "tag characters": "\U000e0061\U000e0062\U000e007f",
    "a language tag": "\U000e0001",
    "annotation marks": "\ufff9\ufffa\ufffb",
    "a musical sign without a shape": "\U0001d159\U0001d173",
    "a shorthand mark": "\U0001bca0",
    "a blank hieroglyph": "\U00013441",
    "private use": "\ue000",
    "supplementary private use": "\U0010fffd",
    "an unassigned character": "\u0378",
    "no character at all": "\ufffe\uffff",
    "control characters": "\x01\x1b\x7f\x85",
    "half a character": "\ud800",
    "white space": " \t\n\u00a0\u2003\u2028\u2029\u3000",
}
"""By what it is. Each is refused by Discord, or drawn as nothing, where it is all there is."""

SEEN = (
    "a",
    "é",
    "e\u0301",
    "1\ufe0f\u20e3",
    "❤\ufe0f",
    "👩🏽‍👩🏻‍👧🏿‍👦🏼",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "ที่นี่",
    "می‌خواهم",
    ".",
    "€",
    "\U0001fae9",
)
"""Texts that show something, though some hold what alone would not; the last is newer than some Pythons."""


def _examples() -> int:
    return int(os.environ.get("TEXT_EXAMPLES", "1"))


MORE = _examples()
"""How many times the examples of a run of every day to try."""


def thorough(examples: int) -> settings:
    """Settings for a test that tries `examples` texts, and `TEXT_EXAMPLES` times as many where that is set."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    phases = (Phase.explicit, Phase.reuse, Phase.generate)  # whole cards are too large to be made smaller quickly
    return settings(max_examples=examples * MORE, deadline=None, suppress_health_check=slow, phases=phases)


_UNSEEN_ONE = st.characters(categories=["Cc", "Cf", "Cn", "Co", "Mn", "Me", "Zs", "Zl", "Zp"])
_PIECES = st.one_of(
    st.sampled_from(sorted(UNSEEN.values())),
    st.text(_UNSEEN_ONE, min_size=1, max_size=6),
    st.sampled_from(HOSTILE),
    st.sampled_from(SEEN),
    st.text(max_size=12),
    st.sampled_from(["*", "<", "_"]).map(lambda sign: sign * 1500),
)

TEXTS = st.lists(_PIECES, max_size=3).map("".join)
"""Any text, also one that shows nothing or that is twice as long once it is escaped."""


def kinds_of(text: str) -> set[str]:
    """Unicode's categories of a text's characters, for telling what was tried."""
    return {unicodedata.category(each) for each in text}
