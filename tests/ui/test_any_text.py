"""No text breaks a card: whatever is stored or typed, every card, form and suggestion is one that Discord takes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import CoachError
from bot.storage.errors import StorageProblem
from bot.ui.cards.errors import Fault, card_for
from bot.ui.dispatch.suggestions import suggestion
from bot.ui.kit.card import (
    BLANK,
    Block,
    Button,
    Card,
    Entry,
    File,
    Letter,
    Link,
    Linked,
    Notice,
    Option,
    Row,
    Select,
    Text,
    bare,
    plain,
    short,
)
from bot.ui.kit.fit import TEXT_LIMIT, WHOLE, cut
from bot.ui.kit.form import ChoiceField, Form, TextField, TickField, build_modal
from bot.ui.kit.render import build, build_notice
from tests.support.discord_limits import (
    BUTTON,
    NOBODY,
    SUPPRESS_EMBEDS,
    TEXT,
    check_choices,
    check_message,
    check_modal,
    components_of,
    parts,
)
from tests.support.discord_markdown import mischief
from tests.support.unseen_text import TEXTS, UNSEEN, thorough
from tests.ui.any_card import Drawing, arguments, drawings, refusals

every_kind = pytest.mark.parametrize(
    "nothing", [*UNSEEN.values(), "", "**", "-# ~~"], ids=[*UNSEEN, "", "**", "-#"]
)


def drawn(card: Card) -> list[dict[str, Any]]:
    """The components of the card, once they are known to be such as Discord takes."""
    built = build(card, 1)
    components = components_of(built.view)
    check_message({"components": components, "allowed_mentions": {"parse": []}}, is_real=False)
    assert [part["file"]["url"] for part in parts(components) if "file" in part] == [
        f"attachment://{file.filename}" for file in built.files
    ]
    for file in built.files:
        assert file.fp.read(1), "an empty file"
        file.fp.seek(0)
    return list(parts(components))


def said(card: Card) -> str:
    return "\n".join(part["content"] for part in drawn(card) if part["type"] == TEXT)


def sent_as(notice: Notice) -> dict[str, Any]:
    """What Discord gets of a notice."""
    built = build_notice(notice, 1)
    components = built["view"].to_components()
    return {
        "content": built["content"],
        "components": components,
        "flags": SUPPRESS_EMBEDS,
        "allowed_mentions": NOBODY,
    }


@pytest.mark.parametrize("function", [pytest.param(found, id=name) for name, found in drawings()])
@given(data=st.data())
@thorough(4)
def test_no_text_breaks_a_card(function: Drawing, data: st.DataObject) -> None:
    made = function(**data.draw(arguments(function)))
    if isinstance(made, Form):
        check_modal(build_modal(made, 1).to_dict())
    elif isinstance(made, Notice):
        check_message(sent_as(made), is_real=False)
        assert mischief(made.line) == [] == mischief(made.detail)
    else:
        assert mischief(said(made)) == []


@given(refusals() | st.builds(Fault, st.just("ab12cd34"), st.none() | st.sampled_from(StorageProblem)), TEXTS)
@thorough(60)
def test_no_text_breaks_what_is_said_about_an_error(error: CoachError | Fault, typed: str) -> None:
    drawn(card_for(error, {"text": typed, "values": [typed]}, worth=1))


@given(TEXTS)
@thorough(60)
def test_no_text_breaks_a_suggestion(text: str) -> None:
    offered = suggestion(text, "#1")
    check_choices([{"name": offered.name, "value": offered.value}])


@every_kind
def test_a_card_never_holds_an_empty_part(nothing: str) -> None:
    rows: tuple[Row, ...] = (
        (Button(nothing, "home.next"), Link(nothing, "https://a.example")),
        (),
        Select("contact.show", (), "Nobody"),
        Select("contact.show", (Option(nothing, "1", nothing),), nothing),
    )
    link = Link("Open a.example", "https://a.example")
    blocks: list[Block] = [
        Text(nothing), Text(plain(nothing)), Text(f"**{short(nothing, 9)}**"),
        Entry(nothing, Button("Done", "todo.done", (1,))), Linked(nothing, link), Letter(nothing, nothing),
    ]  # fmt: skip
    everything = Card(nothing, blocks, rows, hint=nothing, above=nothing, files=[File(nothing, b"")])
    found = drawn(everything)
    assert [part["label"] for part in found if part.get("type") == BUTTON][-2:] == [bare(nothing) or BLANK] * 2
    for block in blocks:
        drawn(Card("", [block]))
    drawn(Card(nothing))
    drawn(Card(nothing, rows=rows[1:3]))


@every_kind
def test_a_form_never_holds_an_empty_part(nothing: str) -> None:
    option = Option(nothing, "1", nothing)
    fields: list[TextField | ChoiceField | TickField] = [
        TextField("a", nothing, nothing, nothing, nothing, limit=0),
        ChoiceField("b", nothing, (option,), nothing, nothing),
        TickField("c", nothing, (option,), nothing),
        ChoiceField("d", "Choose", ()),
        TickField("e", "Tick", ()),
        TextField("f", "Long", "x" * 5000, "y" * 500, "z" * 500, limit=9000),
        ChoiceField("g", "w" * 500, (option,), "v" * 500, "u" * 500),
    ]
    modal = build_modal(Form(nothing, "contact.noted", fields), 1).to_dict()
    check_modal(modal)
    assert [label["component"]["custom_id"] for label in modal["components"]] == ["a", "b", "c", "f", "g"]
    check_modal(build_modal(Form("t" * 100, "contact.noted", fields[:1]), 1).to_dict())


def test_what_a_form_cannot_hold_is_offered_up_to_there_and_says_so() -> None:
    modal = build_modal(Form("T", "thanks.compose", [TextField("done", "Done", "x" * 5000)]), 1).to_dict()
    [label] = modal["components"]
    assert label["component"]["value"] == "x" * 3999 + "…"
    assert "longer than a form can hold" in label["description"]


@pytest.mark.parametrize("nothing", UNSEEN.values(), ids=UNSEEN)
def test_a_text_that_shows_nothing_is_drawn_as_such(nothing: str) -> None:
    """A name that was stored before it counted as blank can still be read out and pressed."""
    assert plain(nothing) == short(nothing, 60) == BLANK
    assert plain("") == short("", 60) == ""
    assert f"**{BLANK}**" in said(Card("Your contacts", [Text(f"**{plain(nothing)}** · *found*")]))


@pytest.mark.parametrize("sign", ["*", "<", "`", "_", "\\", "x"])
@pytest.mark.parametrize("times", [1, 3, 30])
def test_what_is_too_long_is_cut_where_it_shows_and_goes_along_as_a_file(sign: str, times: int) -> None:
    whole = sign * 1900
    blocks = [Text(f"**Why** {plain(whole)}") for _ in range(times)]
    card = Card("Ana", [*blocks, Letter(whole, "notes.txt"), Text("**Next** soon")], hint="A hint.")
    built = build(card, 1)
    text = said(card)
    assert len(text) <= TEXT_LIMIT + len(drawn(card))
    assert "**Next** soon" in text
    if times == 1 and plain(whole) == whole:
        assert WHOLE not in {file.filename for file in built.files}
        return
    assert "…" in text
    assert "*The whole text is in the file below.*" in text
    [file] = [file for file in built.files if file.filename == WHOLE]
    assert file.fp.read().decode().count(whole) == times + 1


@given(TEXTS, st.integers(60, 400))
@thorough(60)
def test_what_is_cut_leaves_no_sign_open(text: str, limit: int) -> None:
    written = f"**Reach** {plain(text)}\n**Why** ~~{plain(text)}~~ <t:1790000000:R>"
    shown = cut(written, limit)
    assert len(shown) <= limit or shown == written
    assert mischief(shown) == []
    assert shown.count("\u2068") == shown.count("\u2069")
    assert "<t" not in shown.replace("<t:1790000000:R>", "").replace("\\<t", "")


def test_a_limit_that_no_cut_can_keep_is_still_an_error() -> None:
    """Too many components are a fault of ours, which the error door takes."""
    many = [Entry(f"{number}", Button("Done", "todo.done", (number,))) for number in range(40)]
    with pytest.raises(ValueError, match="maximum number"):
        build(Card("T", many), 1)
