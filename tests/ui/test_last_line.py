"""The error door has a last plain line that cannot fail: whatever a card does, a student reads something."""

from typing import Any

import pytest

from bot.ui.dispatch import errors
from bot.ui.kit.card import Card
from tests.support.discord_limits import LAST_LINE
from tests.support.raw_interactions import operators_log
from tests.support.world import Student, World

LONG = "Ask her about the reef survey. " * 20


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing the card about an error fails, as it may for any reason."""

    def fail(*_: Any, **__: Any) -> Card:
        raise ValueError(LONG)

    monkeypatch.setattr(errors, "card_for", fail)


def last_lines(world: World) -> list[str]:
    """Every last line that was sent, with how Discord answered."""
    found = []
    for request in world.env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        data = body["data"] if isinstance(body.get("data"), dict) else body
        if data.get("content"):
            assert LAST_LINE.fullmatch(data["content"])
            assert not data.get("components")
            assert data["allowed_mentions"] == {"parse": []}
            found.append(data["content"])
    return found


def content(student: Student) -> str:
    return str(student.seen[-1].response.content)


@pytest.mark.usefixtures("broken")
async def test_a_command_whose_error_card_fails_is_answered(
    rapport: World, maya: Student, caplog: pytest.LogCaptureFixture
) -> None:
    await maya.slash("contact show", contact="Nobody")
    [line] = last_lines(rapport)
    assert content(maya) == line
    reference = line.split()[-1]
    assert reference in operators_log(caplog)
    assert "reef" not in operators_log(caplog)


@pytest.mark.usefixtures("broken")
async def test_what_was_typed_into_a_form_goes_along(rapport: World, maya: Student) -> None:
    await maya.slash("contact add")
    await maya.fill({"Name": "\u3164", "Why them?": LONG[:400]})
    assert len(last_lines(rapport)) == 1
    [file] = maya.seen[-1].response.attachments
    assert file.filename == "what-you-typed.txt"
    assert LONG[:390].encode() in await file.read()


@pytest.mark.usefixtures("broken")
async def test_where_the_file_is_refused_the_line_goes_alone(rapport: World, maya: Student) -> None:
    await maya.slash("contact add")
    rapport.env.inject_error("POST", "/interactions/*/*/callback", status=400, code=50035)
    await maya.fill({"Name": " ", "Why them?": "words"})
    assert len(last_lines(rapport)) == 2
    assert LAST_LINE.fullmatch(content(maya))
    assert maya.seen[-1].response.attachments == []


async def test_a_card_that_discord_refuses_is_followed_by_the_line(rapport: World, maya: Student) -> None:
    """Both the answer and the card about what went wrong with it."""
    rapport.env.inject_error("POST", "/interactions/*/*/callback", status=400, code=50035, times=2)
    await maya.slash("next")
    assert content(maya) == last_lines(rapport)[-1]


async def test_after_a_deferral_too(rapport: World, maya: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer says that it takes longer; the line then takes its place."""
    member = rapport.member()
    await member.slash("profile timezone", zone="America/Denver")
    await member.slash("contact add")
    await member.fill({"Name": "Ana"})
    await member.slash("interview happened", contact="Ana")

    def fail(*_: Any, **__: Any) -> Card:
        raise ValueError(LONG)

    monkeypatch.setattr(errors, "card_for", fail)
    rapport.env.inject_error("POST", "/users/@me/channels", status=400, code=50035)
    rapport.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    await member.slash("evaluate", contact="Ana")
    assert len(last_lines(rapport)) == 1


@pytest.mark.usefixtures("broken")
async def test_a_dm_is_answered_as_well(rapport: World, maya: Student) -> None:
    rapport.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    await maya.say("hello there")
    [line] = last_lines(rapport)
    assert maya.dm()[-1].content == line


async def test_nothing_comes_out_of_the_door(
    rapport: World, maya: Student, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where no line gets through; the log has it all."""
    rapport.env.inject_error("POST", "/interactions/*/*/callback", status=400, code=50035, times=9)
    rapport.env.inject_error("POST", "/webhooks/**", status=400, code=50035, times=9)
    await maya.slash("next")
    assert "could not tell the student about an error: Discord says 50035" in operators_log(caplog)
    assert not [record for record in caplog.records if "a fault in" in record.message]
