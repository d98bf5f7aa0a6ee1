"""Discord's limits on what a bot sends, also those that neither discord.py nor simcord checks."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from simcord import HttpLogEntry

from bot.ui.dispatch.last_line import LINE
from bot.ui.kit.custom_ids import ComponentKind

ROW, BUTTON, SELECT, TEXT, LABEL = 1, 2, 3, 10, 18
LINK = 5
LAST_LINE = re.compile(LINE.replace("{reference}", "[0-9a-f]{8}"))
"""The one message without a card that answers somebody."""
_SHAPELESS = set("\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159")
_MARKDOWN = set("\\*_~|`#>-")


def shows(text: str) -> bool:
    """Whether anything of a text is seen, which is what Discord asks of it: here by Unicode's categories alone."""
    return any(
        (unicodedata.category(each)[0] in "LNPS" and each not in _SHAPELESS) or "\U0001f000" <= each < "\U0001fb00"
        for each in text
    )


SUPPRESS_EMBEDS, COMPONENTS_V2 = 1 << 2, 1 << 15
UPDATE_MESSAGE = 7
NOBODY: dict[str, list[str]] = {"parse": []}
"""Allowed mentions that allow none."""
LOCKED_PHONE = 120
"""Characters that a locked phone shows of a message."""


def components_of(view: Any) -> list[dict[str, Any]]:
    """What Discord gets of a view; discord.py does not say of what type."""
    return list(view.to_components())


def parts(components: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Every component, in reading order."""
    for component in components:
        yield component
        yield from parts(component.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield from parts([component[key]])


def check_all(requests: Iterable[HttpLogEntry]) -> None:
    """Check everything that was sent."""
    for request in requests:
        body = request.json
        if isinstance(body, dict):
            check_body(body, is_edit=request.method == "PATCH" or body.get("type") == UPDATE_MESSAGE)


def check_body(body: dict[str, Any], *, is_edit: bool) -> None:
    """One request: a form, a message, suggestions, or none of these."""
    data: dict[str, Any] = inner if isinstance(inner := body.get("data"), dict) else body
    if body.get("type") == 9:
        check_modal(data)
    elif data.get("components") or (data.get("content") and not LAST_LINE.fullmatch(data["content"])):
        check_message(data)
        if is_edit:
            check_redrawn(data)
    if isinstance(data.get("choices"), list):
        check_choices(data["choices"])
    if "nonce" in body:
        assert len(str(body["nonce"])) <= 25
        assert body["enforce_nonce"] is True


def check_choices(choices: list[dict[str, Any]]) -> None:
    """What autocomplete offers."""
    assert len(choices) <= 25
    for choice in choices:
        assert 1 <= len(choice["name"]) <= 100
        assert shows(choice["name"])
        assert 1 <= len(str(choice["value"])) <= 100


def check_redrawn(message: dict[str, Any]) -> None:
    """What takes the place of an earlier message, perhaps an ordinary one: Discord takes no card beside words."""
    assert message["flags"] & COMPONENTS_V2, "what is drawn anew is a card"
    assert message.get("content", "words stay") is None
    assert message.get("embeds", "previews stay") == []


def check_message(message: dict[str, Any], *, is_real: bool = True) -> None:
    """A card or an ordinary message: the number of its components, its text, and each part's own limits.

    `is_real`: what it shows may come from rows. Of things that were made up, two may have one number.
    """
    everything = list(parts(message["components"]))
    assert message.get("allowed_mentions") == NOBODY, "a message could ping somebody"
    if message.get("flags", COMPONENTS_V2) & COMPONENTS_V2:
        assert not message.get("content"), "a card takes no other words"
        assert len(everything) <= 40
        assert sum(len(part["content"]) for part in everything if part["type"] == TEXT) <= 4000
    else:
        check_notice(message)
    ids = [part["custom_id"] for part in everything if part.get("custom_id")]
    assert not is_real or len(ids) == len(set(ids)), f"two components share a custom_id: {ids}"
    for part in everything:
        check_part(part)


def check_notice(message: dict[str, Any]) -> None:
    """An ordinary message: a line for a locked phone, no previews of links, and rows of buttons."""
    line, rows = message["content"].split("\n")[0], message["components"]
    assert 1 <= len(line.strip()) <= len(line) <= LOCKED_PHONE
    assert len(message["content"]) <= 2000
    assert message["flags"] & SUPPRESS_EMBEDS, "a link in it could bring a preview"
    assert len(rows) <= 5
    assert all(row["type"] == ROW and {one["type"] for one in row["components"]} == {BUTTON} for row in rows)


def check_part(part: dict[str, Any]) -> None:
    """One component."""
    if "custom_id" in part and part["type"] in {BUTTON, SELECT}:
        assert 1 <= len(part["custom_id"]) <= 100
        assert re.match(f"[{ComponentKind.BUTTON}{ComponentKind.SELECT}]\\d:", part["custom_id"]), (
            "a button without a route"
        )
    match part["type"]:
        case 2:
            assert 1 <= len(part["label"].strip()) <= 80
            assert shows(part["label"])
            assert (part["style"] == LINK) == ("url" in part)
            assert len(part.get("url") or "") <= 512
        case 1:
            inside = part["components"]
            assert 1 <= len(inside) <= 5
            assert len(inside) == 1 or all(child["type"] == BUTTON for child in inside)
        case 3:
            check_options(part["options"])
            check_said(part, "placeholder", 150)
        case 9:
            assert 1 <= len(part["components"]) <= 3
            assert part["accessory"]["type"] == BUTTON
        case 13:
            assert re.fullmatch(r"attachment://[\w.-]{1,100}", part["file"]["url"]), "a file that is not sent along"
        case 10:
            assert shows("".join(each for each in part["content"] if each not in _MARKDOWN)), (
                "an empty line of text"
            )


def check_options(options: list[dict[str, Any]]) -> None:
    """The lines of a menu."""
    assert 1 <= len(options) <= 25
    values = [option["value"] for option in options]
    assert len(values) == len(set(values)), "two options mean the same"
    for option in options:
        assert 1 <= len(option["label"].strip()) <= 100
        assert shows(option["label"])
        assert 1 <= len(option["value"]) <= 100
        check_said(option, "description", 100)


def check_said(part: dict[str, Any], key: str, limit: int) -> None:
    """What may be left out, and says something where it is not."""
    if part.get(key) is not None:
        assert 1 <= len(part[key]) <= limit
        assert shows(part[key])


def check_modal(modal: dict[str, Any]) -> None:
    """A form."""
    assert 1 <= len(modal["title"]) <= 45
    assert shows(modal["title"])
    assert re.match(f"{ComponentKind.FORM}\\d:", modal["custom_id"])
    assert len(modal["custom_id"]) <= 100
    assert 1 <= len(modal["components"]) <= 5
    keys = [label["component"]["custom_id"] for label in modal["components"]]
    assert len(keys) == len(set(keys)), "two inputs share a custom_id"
    for label in modal["components"]:
        assert label["type"] == LABEL
        assert 1 <= len(label["label"]) <= 45
        assert shows(label["label"])
        check_said(label, "description", 100)
        check_input(label["component"])


def check_input(field: dict[str, Any]) -> None:
    """One input of a form."""
    assert 1 <= len(field["custom_id"]) <= 100
    match field["type"]:
        case 4:
            check_said(field, "placeholder", 100)
            assert len(field.get("value") or "") <= field["max_length"] <= 4000
            assert field["max_length"] >= 1
        case 3:
            check_said(field, "placeholder", 150)
            check_options(field["options"])
        case 22:
            assert 1 <= len(field["options"]) <= 10
            check_options(field["options"])
        case other:
            raise AssertionError(f"no form has a component of type {other}")
