"""The one question of a thank-you note: it goes before the closing, once, and every word of the note stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.thank_yous.asking import asked_in, with_question
from tests.support.note_wording import WORDING

PAY, WAY = "Where could I look up fair pay?", "What is a typical way in?"
LEAD = "If you have a moment, there is one more thing I would like to ask."


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("Dear Ana,\n\nThanks.\n\nBye, I will write.\n\nThank you again,\nMaya Torres",
         "Dear Ana,\n\nThanks.\n\nBye, I will write. {q}\n\nThank you again,\nMaya Torres"),
        ("Dear Ana,\nit was good.\nBest wishes,\nMaya", "Dear Ana,\nit was good. {q}\nBest wishes,\nMaya"),
        ("Dear Ana,\n\nit was good.\n\nMaya Torres", "Dear Ana,\n\nit was good. {q}\n\nMaya Torres"),
        ("Dear Ana,\n\nIt was good.", "Dear Ana,\n\nIt was good. {q}"),
        ("Dear Ana,\n\n\n\nCheers!\n\nM. T.\nPitzer", "Dear Ana,\n\n{q}\n\n\n\nCheers!\n\nM. T.\nPitzer"),
        ("Thank you again,\nMaya", "{q}\n\nThank you again,\nMaya"),
        ("Thanks for everything. Cheers to the crew.", "Thanks for everything. Cheers to the crew. {q}"),
    ],
)  # fmt: skip
def test_it_goes_before_the_closing_of_the_note_as_it_stands(body: str, asks: str) -> None:
    asked = with_question(body, PAY, "Maya Torres", WORDING.phrases, [PAY, WAY])
    assert asked == asks.replace("{q}", f"{LEAD} {PAY}")
    assert with_question(asked, PAY, "Maya Torres", WORDING.phrases, [PAY, WAY]) == asked
    assert with_question(asked, WAY, "Maya Torres", WORDING.phrases, [PAY, WAY]) == asked.replace(PAY, WAY)
    assert asked_in(asked, [WAY, PAY]) == PAY
    assert with_question(body, "", "Maya Torres", WORDING.phrases) == body


@given(
    st.lists(
        st.sampled_from(["Dear Ana,", "Thanks.", "Best,", "Maya", "reefs", "\n", "\n\n", " ", "Thank you", PAY]),
        max_size=12,
    )
)
def test_every_word_of_the_note_stays_and_the_question_is_there_once(pieces: list[str]) -> None:
    body = " ".join(pieces)
    asked = with_question(body, PAY, "Maya", WORDING.phrases, [WAY, PAY])
    words = asked.split()
    left = body.split()
    for word in words:
        if left and word == left[0]:
            left.pop(0)
    assert not left
    assert asked.count(PAY) == max(1, body.count(PAY))
