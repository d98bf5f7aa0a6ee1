"""What somebody typed is shown as typed: no text can be a link, a mention, a heading or a disguise."""

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.contacts import web_address
from bot.domain.text.input import isolated, visible
from bot.ui.kit.card import BLANK, Button, Card, Letter, Option, Select, bare, plain, plain_lines, short
from bot.ui.kit.form import Form, TextField, TickField, build_modal
from bot.ui.kit.render import build
from tests.support.discord_limits import components_of, parts
from tests.support.discord_markdown import HOSTILE, TAG, drawn, labels, mischief, misshapen, read

PLACES = (
    "{}",
    "### {}",
    "-# {} · question 2",
    "**{}** · *asked*",
    "### Request to {}: sent",
    "- Impression: {}",
    "✅ ~~{}~~",
    "> Thank you, {}.",
    "“{}” could be one of these:",
    "**Reach** {}\n**Why** {}",
)
"""Where cards put what was typed."""
SIGNS = st.text(alphabet=string.punctuation + " \nab1t", max_size=40)
TEXTS = st.lists(st.sampled_from(HOSTILE) | SIGNS | st.text(max_size=12), min_size=1, max_size=4).flatmap(
    lambda pieces: st.sampled_from(["", " ", "\n", ")", "\\"]).map(lambda between: between.join(pieces))
)


@given(TEXTS, st.sampled_from(PLACES))
def test_a_text_in_a_line_stays_text(text: str, place: str) -> None:
    line = place.replace("{}", plain(text))
    assert mischief(line) == []
    assert misshapen(line.replace("@\u200b", "@"), lines=True) == []
    assert line.count("\n") == place.count("\n")


@given(TEXTS)
def test_a_text_is_read_as_it_was_typed(text: str) -> None:
    seen = read(plain(text)).replace("@\u200b", "@")
    assert seen == isolated(bare(text))
    wanted = visible(text) or (text and BLANK)
    assert [each for each in bare(text) if each.isalnum()] == [each for each in wanted if each.isalnum()]


@example("::1:")  # the first colon stands before an escaped one, and begins nothing
@given(TEXTS)
def test_a_letter_stays_a_letter(text: str) -> None:
    shown = plain_lines(text)
    assert [kind for kind, _ in drawn(shown)] == []
    assert misshapen(shown.replace("@\u200b", "@"), lines=True) == []
    assert read(shown).replace("@\u200b", "@").split() == (visible(text) or (text and BLANK)).split()


@given(TEXTS, st.integers(1, 60))
def test_a_text_that_is_cut_stays_text(text: str, limit: int) -> None:
    assert mischief(f"**{short(text, limit)}** {short(text, limit)}") == []


@given(TEXTS)
def test_labels_options_and_titles_hold_one_line_of_what_can_be_seen(text: str) -> None:
    option = Option(text, "1", text)
    card = Card(
        "Title",
        rows=(Select("contact.show", (option,), text), (Button(f"Go on with {text}"[:80], "home.next"),)),
    )
    form = Form(
        f"On {text}"[:45], "contact.noted", [TextField("a", "A", text[:900]), TickField("b", "B", (option,))]
    )
    fields = list(parts(components_of(build(card, 1).view)))
    modal = build_modal(form, 1).to_dict()
    said = [modal["title"], *labels(fields), *labels(parts(modal["components"]))]
    assert len(said) >= 4
    for each in said:
        assert each.strip()
        assert misshapen(each) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_each_kind_of_mischief_is_one_without_the_escapes(text: str) -> None:
    """The proof that the tests above can fail."""
    assert mischief(text) or misshapen(text) or plain(text) != text


def test_what_is_drawn_where_nothing_is_escaped() -> None:
    kinds = {kind for text in HOSTILE for kind, _ in drawn(text)}
    assert kinds >= {
        *("code block", "code", "link", "address", "mention", "everybody", "emoji", "spoiler", "underline"),
        *("bold", "italic", "strike", "heading", "small", "quote", "list", "timestamp"),
    }
    assert list(drawn(f"\\# {TAG} \\[a](b) \\<@1> https\\://a.example 3\\. x")) == []


def test_what_joins_emoji_and_scripts_is_kept() -> None:
    for text in ("👩🏽‍👩🏻‍👧🏿‍👦🏼", "می‌خواهم", "é", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "Ngô Thị Ánh", "ที่นี่"):
        assert visible(text) == text
    assert plain("Ana Núñez") == "Ana Núñez"
    assert plain("אנה") == "\u2068אנה\u2069"


def test_a_letter_with_a_code_fence_is_whole_in_the_card_and_in_the_file() -> None:
    text = "Dear Ana,\n```\nrm -rf\n```\n- one\n" + "x " * 2000
    built = build(Card("T", [Letter(text, "letter.txt")]), 1)
    shown = next(part["content"] for part in parts(components_of(built.view)) if "Dear" in part.get("content", ""))
    assert list(drawn(shown.rsplit("\n\n", 1)[0])) == []
    assert read(shown).startswith("Dear Ana,\n```\nrm -rf\n```\n- one\nx x")
    assert built.files[0].fp.read().decode() == text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://noaa.gov/people/ana?x=1#top", ("https://noaa.gov/people/ana?x=1#top", "noaa.gov")),
        ("us02web.zoom.us/j/8312?pwd=a.b", ("https://us02web.zoom.us/j/8312?pwd=a.b", "us02web.zoom.us")),
        ("www.example.org", ("https://www.example.org", "www.example.org")),
        ("at HTTP://Example.org:8080.", ("HTTP://Example.org:8080", "example.org")),
        ("ana@noaa.gov", None),
        ("Room 4, second floor", None),
        ("", None),
        ("https://bank.example@evil.example/", None),
        ("https://bank.example%2f@evil.example/", None),
        ("https://user:word@evil.example", None),
        ("https://bank.example\\@evil.example", None),
        ("javascript:alert(1)//https:", None),
        ("file:///etc/passwd", None),
        ("data:text/html,<script>", None),
        ("https://раураl.com/", None),
        ("https://evil.example/\u202egpj", None),
        ("https://127.0.0.1/x", None),
        ("https://localhost/x", None),
        ("https://a..example/", None),
        ("https://-a.example/", None),
        ("https://a.example/%zz", None),
        ("https://a.example/" + "x" * 500, None),
        ("https://" + "a" * 58 + ".example/", None),
    ],
)
def test_only_a_plain_web_address_becomes_a_button(typed: str, found: tuple[str, str] | None) -> None:
    assert web_address(typed) == found


@given(st.text() | SIGNS.map(lambda text: f"https://{text}") | st.sampled_from(HOSTILE))
def test_an_address_leads_where_its_button_says(text: str) -> None:
    if (found := web_address(text)) is not None:
        address, host = found
        parsed = urlsplit(address)
        assert parsed.scheme in {"http", "https"}
        assert parsed.hostname == host
        assert parsed.username is parsed.password is None
        assert address.isascii()
        assert address.isprintable()


@pytest.mark.parametrize("text", ["\u200b" * 5000 + "word", "word " * 5000, "*" * 5000])
def test_of_a_text_that_goes_on_in_a_file_only_the_beginning_is_drawn(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_in: list[int] = []

    def counting(typed: str) -> str:
        read_in.append(len(typed))
        return plain_lines(typed)

    monkeypatch.setattr("bot.ui.kit.render.plain_lines", counting)
    built = build(Card("Notes", [Letter(text, "notes.txt")]), 1)
    assert [file.filename for file in built.files] == ["notes.txt"]
    assert built.files[0].fp.read() == text.encode()
    assert "The whole text is in the file below" in str(components_of(built.view))
    assert max(read_in) <= 4400
